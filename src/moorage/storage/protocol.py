"""What a blob store does: the contract every driver keeps and ``tests/storage/suite.py`` checks.

How an upload is used (``row`` is the caller's database row; ``received`` and ``state`` are its columns)::

    state = await store.begin(upload_id)                               # kept in the row with received = 0
    async with store.write(upload_id, row.state, row.received, observe=sha.update) as writer:
        async for chunk in body:
            await writer.write(chunk)
    UPDATE upload SET received = writer.received, state = writer.state WHERE ... AND received = row.received
    await store.commit(upload_id, row.state, row.received, digest)

The last ``UPDATE`` decides when two requests write to one upload: bytes that a row has recorded are never changed
afterwards, whatever another attempt does with an older state. An attempt that loses leaves bytes nobody names;
``commit``, ``abort`` or the purge of orphans (``uploads``) removes them.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

#: Given each piece of bytes that is being stored, in order, in a worker thread: a hash's ``update``.
Observe = Callable[[bytes], object]

#: What a driver wants to have back at the next call about an upload: JSON values only.
State = dict[str, Any]

#: Longest piece ``read`` and ``reread`` yield.
CHUNK = 1024 * 1024


class BlobMissing(Exception):
    """The store does not hold these bytes, or fewer than it should."""

    def __init__(self, name: str, reason: str = "not stored") -> None:
        """``name``: the digest or path asked for."""
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Entry:
    """A child of a directory. ``size``: bytes of a file, 0 for a directory."""

    name: str
    is_directory: bool
    size: int


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file below ``paths.BLOBS``. ``digest``: of the blob whose bytes it is meant to be; None for any other file."""

    path: str
    digest: str | None
    size: int
    modified: datetime


class UploadWriter(Protocol):
    """One attempt to add bytes to an upload."""

    #: Bytes of the whole upload that are kept, durably once the context was left. Afterwards either every byte
    #: given to ``observe`` is kept (``received`` = offset + what was observed), or the attempt was lost
    #: (``received`` = the offset it began at): then the observing hash is ahead and must be thrown away.
    received: int
    #: What belongs to ``received`` and is to be kept with it.
    state: State

    async def write(self, data: bytes) -> None:
        """Add bytes. They may be gathered first; small pieces are cheap.

        Raises:
            InsufficientStorage: the store is full; what fits is kept.
            ServiceUnavailable: the store failed.
        """


class Blobs(Protocol):
    """Finished blobs. A digest is ``sha256:<hex>`` or ``sha512:<hex>`` and already validated."""

    async def size(self, digest: str) -> int | None:
        """Bytes of a blob; None when it is not stored."""

    def read(self, digest: str, start: int, stop: int) -> AsyncGenerator[bytes]:
        """Bytes ``[start, stop)`` in pieces of at most 1 MiB; an async generator, cheap to ``aclose`` early.

        Raises:
            BlobMissing: it is not stored, or ends before ``stop``.
        """

    def local_path(self, digest: str) -> Path | None:
        """The file to send natively, without looking whether it exists; None where blobs are not files."""

    async def redirect_url(self, digest: str) -> str | None:
        """A URL the client can fetch the whole blob from; None when the registry must send it."""

    async def delete(self, digest: str) -> None:
        """Forget a blob. Idempotent.

        The caller makes sure that nobody commits the same digest at the same time.
        """


class Uploads(Protocol):
    """Blobs on their way in."""

    async def begin(self, upload_id: str) -> State:
        """The state of a new, empty upload. Creates nothing."""

    def write(
        self, upload_id: str, state: State, offset: int, *, observe: Observe | None = None
    ) -> AbstractAsyncContextManager[UploadWriter]:
        """Add bytes at ``offset``, which is what the row recorded as received; whatever is stored past it (a crash,
        an attempt that was never recorded) does not count.

        Exclusive where the store has locks. Leaving the context stores what is gathered and makes it durable;
        leaving it by an exception (the client is gone, the request is cancelled) does the same if it can, so that
        the upload is resumable at ``received``.

        Raises:
            BlobUploadBusy: somebody else is writing to it.
            BlobUploadUnknown: the store has nothing of this upload, although ``offset`` is not 0.
            BlobUploadInvalid: the store holds less than ``offset``, or ``state`` is not about it.
            InsufficientStorage, ServiceUnavailable: on leaving, too.
        """

    def reread(self, upload_id: str, state: State, stop: int) -> AsyncGenerator[bytes]:
        """The first ``stop`` bytes again, in pieces of at most 1 MiB: to resume a hash, or for another algorithm.

        Raises:
            BlobMissing: there are not that many.
        """

    async def commit(self, upload_id: str, state: State, size: int, digest: str) -> None:
        """Make the first ``size`` bytes visible as ``digest``, atomically and durably.

        When the blob is already there, the upload's bytes are dropped. Safe to repeat after a crash anywhere in
        between. The bytes are not hashed again: that they have this digest is what the caller says.

        Raises:
            BlobUploadBusy: somebody is writing to it.
            BlobUploadUnknown: neither the upload nor the blob is stored.
            BlobUploadInvalid: the upload holds less than ``size``.
            InsufficientStorage, ServiceUnavailable: nothing became visible; the upload is as it was.
        """

    async def abort(self, upload_id: str, state: State) -> None:
        """Drop everything of an upload. Idempotent; an empty ``state`` will do."""

    async def stored(self, upload_id: str, state: State) -> int:
        """Bytes of an upload that are there, from its first one on, as ``state`` has them; costs no reading."""

    def uploads(self) -> AsyncGenerator[tuple[str, datetime]]:
        """Id and last modification (aware, UTC) of every upload that has bytes in the store, in no order.

        An id may come twice. Used to purge what no row names any more.
        """


class Tree(Protocol):
    """The store as a tree of files, to adopt and check one that something else wrote (see ``paths``)."""

    def list(self, prefix: str) -> AsyncGenerator[Entry]:
        """The immediate children of a directory, in no order, in fixed memory; none when it does not exist.

        Raises:
            ValueError: ``prefix`` is not inside the tree.
        """

    async def get(self, path: str, limit: int) -> bytes:
        """A small file.

        Raises:
            BlobMissing: there is none, or it is longer than ``limit`` bytes.
            ValueError: ``path`` is not inside the tree.
        """


class Inventory(Protocol):
    """What lies where finished blobs lie, whoever put it there: to be compared with the rows."""

    def files(self) -> AsyncGenerator[StoredFile]:
        """Every file below ``paths.BLOBS``; those of blobs in the byte order of their digests. In bounded memory."""

    async def set_aside(self, path: str) -> str | None:
        """Move a file below ``paths.BLOBS`` to the quarantine; where it is now, None when there is none.

        Never replaces anything. After a crash in between, the file is in one of the two places, or in both.

        Raises:
            ValueError: ``path`` is not below ``paths.BLOBS``.
        """

    def unfinished(self) -> AsyncGenerator[tuple[str, datetime]]:
        """Paths below ``paths.BLOBS`` that somebody began to write, and when; nobody sees those bytes.

        A bucket keeps the parts of a multipart upload whose writer died; other stores leave nothing of the kind.
        """

    async def drop_unfinished(self, path: str) -> None:
        """Drop whatever was begun to be written to a path. Idempotent."""


class BlobStore(Blobs, Uploads, Tree, Inventory, Protocol):
    """A blob store; every call may raise ServiceUnavailable when the storage behind it fails."""

    #: ``filesystem``, ``s3`` or ``memory``.
    driver: str

    async def open(self) -> None:
        """Get ready. Nothing else may be called before."""

    async def close(self) -> None:
        """Let go of threads and connections. Idempotent."""

    async def ping(self) -> None:
        """Raises:
        ServiceUnavailable: the storage cannot be used; names it and says why.
        """
