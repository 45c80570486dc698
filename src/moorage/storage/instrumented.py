"""Times what a blob store does, under the names of distribution's ``registry_storage_action_seconds``."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path

from moorage.storage.protocol import BlobStore, Entry, Observe, State, StoredFile, UploadWriter

#: Called with an action and how many seconds it took, whether it succeeded or not.
Record = Callable[[str, float], None]


class InstrumentedStore:
    """A blob store that reports each action.

    ``Reader`` and ``Writer`` count from opening to closing, so they include waiting for the client. A blob sent
    natively (``local_path``) is not seen here.
    """

    def __init__(self, store: BlobStore, record: Record) -> None:
        self._store = store
        self._record = record
        self.driver = store.driver

    async def open(self) -> None:
        await self._store.open()

    async def close(self) -> None:
        await self._store.close()

    async def ping(self) -> None:
        await self._store.ping()

    async def size(self, digest: str) -> int | None:
        with self._timed("Stat"):
            return await self._store.size(digest)

    async def read(self, digest: str, start: int, stop: int) -> AsyncGenerator[bytes]:
        with self._timed("Reader"):
            async with aclosing(self._store.read(digest, start, stop)) as pieces:
                async for piece in pieces:
                    yield piece

    def local_path(self, digest: str) -> Path | None:
        return self._store.local_path(digest)

    async def redirect_url(self, digest: str) -> str | None:
        with self._timed("RedirectURL"):
            return await self._store.redirect_url(digest)

    async def delete(self, digest: str) -> None:
        with self._timed("Delete"):
            await self._store.delete(digest)

    async def begin(self, upload_id: str) -> State:
        return await self._store.begin(upload_id)

    @asynccontextmanager
    async def write(
        self, upload_id: str, state: State, offset: int, *, observe: Observe | None = None
    ) -> AsyncIterator[UploadWriter]:
        with self._timed("Writer"):
            async with self._store.write(upload_id, state, offset, observe=observe) as writer:
                yield writer

    async def reread(self, upload_id: str, state: State, stop: int) -> AsyncGenerator[bytes]:
        with self._timed("Reader"):
            async with aclosing(self._store.reread(upload_id, state, stop)) as pieces:
                async for piece in pieces:
                    yield piece

    async def commit(self, upload_id: str, state: State, size: int, digest: str) -> None:
        with self._timed("Move"):
            await self._store.commit(upload_id, state, size, digest)

    async def abort(self, upload_id: str, state: State) -> None:
        with self._timed("Delete"):
            await self._store.abort(upload_id, state)

    async def stored(self, upload_id: str, state: State) -> int:
        with self._timed("Stat"):
            return await self._store.stored(upload_id, state)

    async def uploads(self) -> AsyncGenerator[tuple[str, datetime]]:
        with self._timed("List"):
            async with aclosing(self._store.uploads()) as found:
                async for upload in found:
                    yield upload

    async def list(self, prefix: str) -> AsyncGenerator[Entry]:
        with self._timed("List"):
            async with aclosing(self._store.list(prefix)) as entries:
                async for entry in entries:
                    yield entry

    async def get(self, path: str, limit: int) -> bytes:
        with self._timed("GetContent"):
            return await self._store.get(path, limit)

    async def files(self) -> AsyncGenerator[StoredFile]:
        with self._timed("List"):
            async with aclosing(self._store.files()) as found:
                async for file in found:
                    yield file

    async def set_aside(self, path: str) -> str | None:
        with self._timed("Move"):
            return await self._store.set_aside(path)

    async def unfinished(self) -> AsyncGenerator[tuple[str, datetime]]:
        with self._timed("List"):
            async with aclosing(self._store.unfinished()) as found:
                async for path in found:
                    yield path

    async def drop_unfinished(self, path: str) -> None:
        with self._timed("Delete"):
            await self._store.drop_unfinished(path)

    @contextmanager
    def _timed(self, action: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self._record(action, time.perf_counter() - start)
