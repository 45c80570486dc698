"""How an upload's bytes get into a bucket: the writer of the S3 driver.

Bytes are spooled to an unnamed local file while they arrive (a hundred slow clients would otherwise need a part in
memory each) and go out part by part; at most ``SLOTS`` parts of an attempt are on the disk.
"""

from __future__ import annotations

import asyncio
import errno
import io
import os
import secrets
import tempfile
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from moorage.errors import InsufficientStorage, MoorageError, ServiceUnavailable
from moorage.storage import paths
from moorage.storage.bucket import LEAST_PART, Bucket
from moorage.storage.gather import Gather
from moorage.storage.protocol import Observe, State
from moorage.storage.workers import KiB, MiB, Share, Workers

#: Parts of one attempt in the spool: one fills while two are sent. A batch is far smaller than a part, so the part
#: whose place is needed next is always complete.
SLOTS = 3

#: Bytes of a part read from the spool at a time.
SENT = 256 * KiB

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class Outlet:
    """What all writers of a store share. ``transfers`` bounds the parts being sent."""

    bucket: Bucket
    workers: Workers
    share: Share
    transfers: asyncio.Semaphore
    spool: Path
    part_size: int
    parts: int


class Segments:
    """The state of an upload: the objects that hold its bytes, in order.

    Every object but the last has ``LEAST_PART`` bytes; a shorter last one, the tail, is read back and replaced by
    the next attempt. ``stale`` are names that were replaced: once this state is recorded nobody needs them.
    """

    def __init__(self, state: State) -> None:
        self.held: list[tuple[str, int]] = [(str(name), int(size)) for name, size in state.get("segments", ())]
        self.stale: list[str] = [str(name) for name in state.get("stale", ())]
        #: Replaced by this attempt; ``stale`` of the state it will leave.
        self.superseded: list[str] = []

    @property
    def size(self) -> int:
        """Bytes of all."""
        return sum(size for _, size in self.held)

    @property
    def tail(self) -> tuple[str, int] | None:
        """The last one, when it is too short to be a part."""
        return self.held[-1] if self.held and self.held[-1][1] < LEAST_PART else None

    def state(self) -> State:
        """As kept in the row."""
        return {"segments": [list(segment) for segment in self.held], "stale": self.stale}

    def sources(self, upload_id: str) -> list[tuple[str, int]]:
        """Paths and sizes."""
        return [(paths.upload_file(upload_id, name), size) for name, size in self.held]

    @staticmethod
    def name(start: int) -> str:
        """A new object's name: where it begins, and the attempt."""
        return f"{start:020d}-{secrets.token_hex(8)}"


class Spool:
    """A ring of ``SLOTS`` parts in an unnamed file. Positions count from the first byte spooled."""

    def __init__(self, directory: Path, capacity: int) -> None:
        self._directory = directory
        self._capacity = capacity
        self._file: IO[bytes] | None = None
        self._lock = threading.Lock()

    def store(self, pieces: list[bytes], position: int) -> tuple[int, Exception | None]:
        """Write; whoever calls has made sure of room. How many bytes, and what stopped it."""
        done = 0
        try:
            descriptor = self._descriptor()
            for piece in pieces:
                for place, start, stop in self._runs(position + done, len(piece)):
                    view = memoryview(piece)[start:stop]
                    while view:
                        written = os.pwrite(descriptor, view, place)
                        view, place, done = view[written:], place + written, done + written
        except OSError as error:
            if error.errno in FULL:
                return done, InsufficientStorage("the registry's spool for uploads is full")
            return done, ServiceUnavailable(f"the registry's spool for uploads: {error.strerror}")
        return done, None

    def read(self, position: int, size: int) -> bytes:
        """Bytes at a position; they do not cross a part."""
        data = os.pread(self._descriptor(), size, position % self._capacity)
        if len(data) != size:
            raise ServiceUnavailable("the registry's spool for uploads lost bytes")
        return data

    def close(self) -> None:
        """The file is gone with it."""
        if self._file is not None:
            self._file.close()

    def _descriptor(self) -> int:
        with self._lock:
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=self._directory, buffering=0)  # noqa: SIM115
            return self._file.fileno()

    def _runs(self, position: int, size: int) -> Iterator[tuple[int, int, int]]:
        """Place in the file and slice of the piece, split where the ring begins again."""
        start = 0
        while start < size:
            place = (position + start) % self._capacity
            stop = min(size, start + self._capacity - place)
            yield place, start, stop
            start = stop


class Part:
    """Bytes of a spool as the SDK takes a body: sized, rewindable, sent piece by piece without being in memory.

    For the SDK it looks like a file, but nothing ever reads it as one: aiohttp iterates, anew at each try.
    """

    def __init__(self, workers: Workers, spool: Spool, position: int, size: int) -> None:
        self._workers = workers
        self._spool = spool
        self._position = position
        self._size = size

    def __len__(self) -> int:
        return self._size

    def seek(self, offset: int, whence: int = 0) -> int:
        """The SDK rewinds before it tries again; the next iteration begins at the start anyway."""
        return 0

    def read(self, size: int = -1) -> bytes:
        """Only so that the SDK knows it for a stream."""
        raise io.UnsupportedOperation("a part is sent, not read")

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        for start in range(0, self._size, SENT):
            size = min(SENT, self._size - start)
            yield await self._workers.run(self._spool.read, self._position + start, size)


class SegmentWriter:
    """An attempt; see ``protocol.UploadWriter``. Its bytes become an object, or several when there are very many.

    A small attempt is one ``put_object`` and never touches the spool. When anything fails, the whole attempt is
    lost and the upload is as it was: half a multipart upload cannot be read, so it is no use to anybody.
    """

    def __init__(
        self, outlet: Outlet, upload_id: str, state: State, segments: Segments, offset: int, observe: Observe | None
    ) -> None:
        """``segments``: those of ``state``, possibly joined."""
        self.received = offset
        self.state = state
        self._out = outlet
        self._upload_id = upload_id
        self._segments = segments
        self._offset = offset
        self._observe = observe
        self._tail = segments.tail
        self._base = offset - (self._tail[1] if self._tail else 0)
        self._spooled_tail = self._tail is None
        self._spool = Spool(outlet.spool, SLOTS * outlet.part_size)
        self._gather = Gather(outlet.workers, outlet.share, self._store, offset, observe, self._room)
        #: Objects finished in this attempt.
        self._made: list[tuple[str, int]] = []
        #: The object in the making: name, multipart upload, parts on their way.
        self._name = Segments.name(self._base)
        self._multipart: str | None = None
        self._parts: list[asyncio.Task[str]] = []
        #: Parts sent or being sent in the whole attempt.
        self._sent = 0

    async def write(self, data: bytes) -> None:
        for start in range(0, len(data), MiB):
            await self._gather.write(data if len(data) <= MiB else data[start : start + MiB])

    async def finish(self) -> None:
        """Make everything readable, or nothing."""
        try:
            await self._keep()
        except BaseException:
            await self._discard()
            raise
        finally:
            await self._out.workers.run(self._spool.close)

    async def _keep(self) -> None:
        stopped: MoorageError | None = None
        small = self._gather.untouched()
        if small is not None:
            end = self._offset + await self._put_small(small)
        else:
            try:
                await self._gather.drain()
            except MoorageError as error:
                stopped = error
            end = self._gather.stored
            await self._put_rest(end)
        if end > self._offset:
            kept = self._segments.held[:-1] if self._tail else self._segments.held
            if self._tail:
                self._segments.superseded.append(self._tail[0])
            old, self._segments.stale = self._segments.stale, self._segments.superseded
            self._segments.held = [*kept, *self._made]
            self.received, self.state = end, self._segments.state()
            with suppress(MoorageError):
                await self._out.bucket.delete(self._path(name) for name in old)
        if stopped is not None:
            raise stopped

    async def _put_small(self, pieces: list[bytes]) -> int:
        """All of the attempt in one object: how many bytes were new."""
        data = b"".join(pieces)
        if data:
            if self._observe is not None:
                await self._out.workers.run(self._observe, data)
            tail = await self._read_tail() if self._tail else b""
            await self._out.bucket.put(self._path(self._name), tail + data)
            self._made.append((self._name, len(tail) + len(data)))
        return len(data)

    async def _put_rest(self, end: int) -> None:
        await self._send_full(end)
        rest = end - self._base - self._sent * self._out.part_size
        if end == self._offset or not rest:
            return
        if self._parts:
            self._send(rest)
            await self._complete()
        else:
            async with self._out.transfers:
                await self._out.bucket.put(self._path(self._name), self._part(self._sent * self._out.part_size, rest))
            self._made.append((self._name, rest))

    async def _room(self, end: int) -> None:
        """Wait until the spool can take bytes up to ``end``."""
        if not self._spooled_tail:
            data = await self._read_tail()
            _, error = await self._out.workers.run(self._spool.store, [data], 0)
            if error is not None:
                raise error
            self._spooled_tail = True
        await self._send_full(self._gather.stored)
        # The part that lies where the last new byte will go, counted from the first part of this object.
        overwritten = (end - self._base - 1) // self._out.part_size - SLOTS
        index = overwritten - (self._sent - len(self._parts))
        if index >= 0:
            await asyncio.shield(self._parts[index])

    async def _send_full(self, end: int) -> None:
        """Begin to send what is complete; the part that may be the last waits: alone it is a plain object."""
        while self._base + (self._sent + 1) * self._out.part_size < end:
            if len(self._parts) == self._out.parts:
                await self._complete()
            self._send(self._out.part_size)

    def _send(self, size: int) -> None:
        position = self._sent * self._out.part_size
        before = self._parts[-1] if self._parts else None
        self._sent += 1
        self._parts.append(asyncio.create_task(self._send_part(position, size, len(self._parts) + 1, before)))

    async def _send_part(self, position: int, size: int, number: int, before: asyncio.Task[str] | None) -> str:
        out = self._out
        async with out.transfers:
            if self._multipart is None:
                if before is None:
                    self._multipart = await out.bucket.create_multipart(self._path(self._name))
                else:  # the first part makes it
                    await asyncio.shield(before)
            assert self._multipart is not None
            part = self._part(position, size)
            return await out.bucket.upload_part(self._path(self._name), self._multipart, number, part)

    async def _complete(self) -> None:
        """Finish the object in the making."""
        etags = [await asyncio.shield(part) for part in self._parts]
        assert self._multipart is not None
        start = sum(size for _, size in self._made)
        stop = min(self._sent * self._out.part_size, self._gather.stored - self._base)
        path = self._path(self._name)
        await self._out.bucket.complete_multipart(path, self._multipart, etags, stop - start)
        self._made.append((self._name, stop - start))
        self._name = Segments.name(self._base + stop)
        self._multipart = None
        self._parts = []

    async def _discard(self) -> None:
        """Remove what a failed attempt has left, as far as the bucket lets us; the purge removes the rest."""
        for part in self._parts:
            part.cancel()
        await asyncio.gather(*self._parts, return_exceptions=True)
        bucket = self._out.bucket
        with suppress(MoorageError):
            if self._multipart is not None:
                await bucket.abort_multipart(self._path(self._name), self._multipart)
        with suppress(MoorageError):
            await bucket.delete(self._path(name) for name, _ in self._made)

    async def _read_tail(self) -> bytes:
        assert self._tail is not None
        name, size = self._tail
        data = await self._out.bucket.get(self._path(name), size)
        if len(data) != size:
            raise ServiceUnavailable("S3 storage: an upload's last bytes are damaged")
        return data

    def _store(self, pieces: list[bytes], at: int) -> tuple[int, Exception | None]:
        return self._spool.store(pieces, at - self._base)

    def _part(self, position: int, size: int) -> Part:
        return Part(self._out.workers, self._spool, position, size)

    def _path(self, name: str) -> str:
        return paths.upload_file(self._upload_id, name)
