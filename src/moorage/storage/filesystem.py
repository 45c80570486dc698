"""Blobs in a directory, safely shared by several processes, and by several hosts over NFS.

* Exclusion is ``flock`` on the upload's file: the kernel releases it when a process dies.
* A finished upload becomes a blob by ``rename``, after its bytes were synced; the directories are synced before
  the commit is acknowledged. So no reader ever sees part of a blob, and no crash takes one away.
* Bytes that a row has recorded are never overwritten. A writer appends in place only when the file ends exactly
  at its offset; when there is more (a crash, an attempt not recorded yet), it goes on in a new file, whose name is
  in its state. A stale attempt therefore cannot spoil what another one recorded.
* Leaving a writer syncs the bytes and notes it in the state, so commit need not: a chunk that was acknowledged
  survives a power cut, at no extra cost.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import ParamSpec, TypeVar

from moorage.errors import MoorageError, ServiceUnavailable
from moorage.storage import files, paths
from moorage.storage.gather import Gather, gather_share
from moorage.storage.protocol import CHUNK, BlobMissing, Entry, Observe, State, StoredFile
from moorage.storage.upload_files import Target, commit
from moorage.storage.workers import MiB, Share, Workers, settle

P = ParamSpec("P")
T = TypeVar("T")

#: Bytes that all readers of one store hold.
READ = 16 * MiB

#: Seconds after which a directory that does not answer is reported.
PING_TIMEOUT = 5.0

#: Directory entries listed per thread hop.
LISTED = 500


class FilesystemStore:
    """See the module."""

    driver = "filesystem"

    def __init__(self, root: Path, workers: Workers | None = None, *, read_only: bool = False) -> None:
        """``root`` is made by ``open`` when it does not exist, unless it is only read from."""
        self._root = root
        self._read_only = read_only
        self._workers = workers or Workers()
        self._gathering = gather_share()
        self._reading = Share(READ, most=CHUNK)
        self._directories = files.Directories(root)
        self._pinging: asyncio.Future[None] | None = None

    async def open(self) -> None:
        if self._read_only:
            return
        await self._run(self._directories.make, paths.UPLOADS)
        await self._run(self._directories.make, paths.BLOBS)

    async def close(self) -> None:
        await self._workers.close()

    async def ping(self) -> None:
        # A dead NFS server blocks a thread for good: one ping at a time may do that.
        if self._pinging is None or self._pinging.done():
            self._pinging = asyncio.ensure_future(self._workers.run(files.check, self._root))
            self._pinging.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            await asyncio.wait_for(asyncio.shield(self._pinging), PING_TIMEOUT)
        except TimeoutError:
            raise ServiceUnavailable(f"filesystem storage: no answer within {PING_TIMEOUT:g} s") from None
        except OSError as error:
            raise ServiceUnavailable(f"filesystem storage: {error.strerror}") from error

    # --- blobs

    async def size(self, digest: str) -> int | None:
        return await self._run(files.size, self._path(paths.blob(digest)))

    def read(self, digest: str, start: int, stop: int) -> AsyncGenerator[bytes]:
        return self._read(self._path(paths.blob(digest)), digest, start, stop)

    def local_path(self, digest: str) -> Path | None:
        return self._root / paths.blob(digest)

    async def redirect_url(self, digest: str) -> str | None:
        return None

    async def delete(self, digest: str) -> None:
        await self._run(files.remove_blob, self._path(paths.blob_directory(digest)))

    # --- uploads

    async def begin(self, upload_id: str) -> State:
        paths.upload_directory(upload_id)
        return {}

    @asynccontextmanager
    async def write(
        self, upload_id: str, state: State, offset: int, *, observe: Observe | None = None
    ) -> AsyncIterator[_Writer]:
        upload = paths.upload_directory(upload_id)

        def enter() -> Target:
            return Target.enter(self._directories, upload, _file(state), offset)

        with self._gathering.taken():
            with _translated():
                target = await self._workers.acquire(enter, Target.close)
            writer = _Writer(self._workers, self._gathering, target, state, offset, observe)
            try:
                yield writer
            except BaseException:
                # What the body raised says more; ``received`` tells what was kept.
                with suppress(MoorageError):
                    await settle(writer.finish())
                raise
            await settle(writer.finish())

    def reread(self, upload_id: str, state: State, stop: int) -> AsyncGenerator[bytes]:
        path = self._path(paths.upload_file(upload_id, _file(state)))
        return self._read(path, upload_id, 0, stop)

    async def commit(self, upload_id: str, state: State, size: int, digest: str) -> None:
        def work() -> None:
            commit(
                self._directories,
                upload=paths.upload_directory(upload_id),
                name=_file(state),
                size=size,
                synced=state.get("synced", 0) == size,
                blob=paths.blob_directory(digest),
            )

        await self._run(work)

    async def abort(self, upload_id: str, state: State) -> None:
        await self._run(files.remove_directory, self._path(paths.upload_directory(upload_id)))

    async def stored(self, upload_id: str, state: State) -> int:
        return await self._run(files.size, self._path(paths.upload_file(upload_id, _file(state)))) or 0

    async def uploads(self) -> AsyncGenerator[tuple[str, datetime]]:
        listing = files.Listing(self._path(paths.UPLOADS), LISTED)
        async with aclosing(self._workers.steps(listing.step, listing.close)) as batches:
            async for batch in batches:
                ids = [entry.name for entry in batch if entry.is_directory]
                for upload_id, modified in await self._run(self._modified, ids):
                    yield upload_id, modified

    def _modified(self, ids: list[str]) -> list[tuple[str, datetime]]:
        found = []
        for upload_id in ids:
            seconds = files.modified(self._path(paths.upload_directory(upload_id)))
            if seconds is not None:
                found.append((upload_id, datetime.fromtimestamp(seconds, UTC)))
        return found

    # --- tree

    async def list(self, prefix: str) -> AsyncGenerator[Entry]:
        listing = files.Listing(self._path(paths.inside(prefix)), LISTED)
        async with aclosing(self._workers.steps(listing.step, listing.close)) as batches:
            async for batch in batches:
                for entry in batch:
                    yield entry

    async def get(self, path: str, limit: int) -> bytes:
        full = self._path(paths.inside(path))
        data = await self._run(files.head, full, limit + 1)
        if data is None:
            raise BlobMissing(path)
        if len(data) > limit:
            raise BlobMissing(path, f"longer than {limit} bytes")
        return data

    # --- inventory

    async def files(self) -> AsyncGenerator[StoredFile]:
        walk = files.Walk(self._directories, paths.BLOBS, LISTED)
        async with aclosing(self._workers.steps(walk.step, walk.close)) as batches:
            async for batch in batches:
                for file in batch:
                    yield file

    async def set_aside(self, path: str) -> str | None:
        target = paths.aside(path)
        return target if await self._run(files.move, self._directories, paths.inside(path), target) else None

    async def unfinished(self) -> AsyncGenerator[tuple[str, datetime]]:
        nothing: tuple[tuple[str, datetime], ...] = ()
        for found in nothing:
            yield found

    async def drop_unfinished(self, path: str) -> None:
        """There is none: a blob's file appears by being renamed."""

    # --- inside

    def _path(self, relative: str) -> str:
        return self._directories.path(relative)

    async def _run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        with _translated():
            return await self._workers.run(function, *args, **kwargs)

    async def _read(self, path: str, name: str, start: int, stop: int) -> AsyncGenerator[bytes]:
        with self._reading.taken(), _translated():
            reader = files.Reader(path, name, start, stop, self._reading)
            async with aclosing(self._workers.steps(reader.step, reader.close)) as pieces:
                async for piece in pieces:
                    yield piece
                    if reader.position >= stop:
                        return


class _Writer:
    """An attempt; see ``protocol.UploadWriter``."""

    def __init__(
        self,
        workers: Workers,
        share: Share,
        target: Target,
        state: State,
        offset: int,
        observe: Observe | None,
    ) -> None:
        self.received = offset
        self.state = state
        self._workers = workers
        self._target = target
        self._gather = Gather(workers, share, target.store, offset, observe)

    async def write(self, data: bytes) -> None:
        await self._gather.write(data)

    async def finish(self) -> None:
        """Keep what was stored and let go of the file."""
        try:
            await self._gather.drain()
        finally:
            end = self._gather.stored
            with _translated():
                await self._workers.run(self._target.leave, end)
            self.received = end
            self.state = {"file": self._target.name, "synced": end}


def _file(state: State) -> str:
    """The name of the upload's file, which is in its state once a writer had to begin a new one."""
    return str(state.get("file", paths.DATA))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise files.failure(error) from error
