"""Blobs in memory: for tests and for evaluation in one process. Everything is gone when the process is."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from moorage.errors import BlobUploadBusy, BlobUploadInvalid, BlobUploadUnknown
from moorage.storage import paths
from moorage.storage.protocol import CHUNK, BlobMissing, Entry, Observe, State, StoredFile


class _File:
    """Bytes under a path."""

    __slots__ = ("data", "modified")

    def __init__(self, data: bytearray) -> None:
        self.data = data
        self.modified = datetime.now(UTC)


class MemoryStore:
    """See the module. The tree of ``paths`` is a dictionary, so that ``list`` and ``get`` work as elsewhere."""

    driver = "memory"

    def __init__(self) -> None:
        self._files: dict[str, _File] = {}
        self._writing: set[str] = set()

    async def open(self) -> None:
        """Nothing to get ready."""

    async def close(self) -> None:
        """Nothing to let go of: a store may be opened again and still holds everything."""

    async def ping(self) -> None:
        """Always there."""

    # --- blobs

    async def size(self, digest: str) -> int | None:
        file = self._files.get(paths.blob(digest))
        return None if file is None else len(file.data)

    def read(self, digest: str, start: int, stop: int) -> AsyncGenerator[bytes]:
        return self._read(paths.blob(digest), digest, start, stop)

    def local_path(self, digest: str) -> Path | None:
        return None

    async def redirect_url(self, digest: str) -> str | None:
        return None

    async def delete(self, digest: str) -> None:
        self._files.pop(paths.blob(digest), None)

    # --- uploads

    async def begin(self, upload_id: str) -> State:
        paths.upload_directory(upload_id)
        return {}

    @asynccontextmanager
    async def write(
        self, upload_id: str, state: State, offset: int, *, observe: Observe | None = None
    ) -> AsyncIterator[_Writer]:
        if upload_id in self._writing:
            raise BlobUploadBusy
        name = _name(state)
        file = self._files.get(paths.upload_file(upload_id, name))
        if file is None:
            if offset:
                raise BlobUploadUnknown
            file = _File(bytearray())
        elif len(file.data) < offset:
            raise BlobUploadInvalid(f"the storage holds {len(file.data)} bytes of this upload, not {offset}")
        elif len(file.data) > offset:  # an attempt that was not recorded, or not yet: leave its bytes alone
            name = f"{paths.DATA}-{secrets.token_hex(8)}"
            file = _File(file.data[:offset])
        self._files[paths.upload_file(upload_id, name)] = file
        self._writing.add(upload_id)
        writer = _Writer(file, state, offset, observe)
        try:
            yield writer
        finally:
            writer.state = {"file": name}
            self._writing.discard(upload_id)

    def reread(self, upload_id: str, state: State, stop: int) -> AsyncGenerator[bytes]:
        return self._read(paths.upload_file(upload_id, _name(state)), upload_id, 0, stop)

    async def commit(self, upload_id: str, state: State, size: int, digest: str) -> None:
        if upload_id in self._writing:
            raise BlobUploadBusy
        target = paths.blob(digest)
        stored = await self.size(digest)
        file = self._files.get(paths.upload_file(upload_id, _name(state)))
        if stored != size:
            if file is None:
                if size:
                    raise BlobUploadUnknown
                file = _File(bytearray())
            if len(file.data) < size:
                raise BlobUploadInvalid(f"the storage holds {len(file.data)} bytes of this upload, not {size}")
            del file.data[size:]
            file.modified = datetime.now(UTC)
            self._files[target] = file
        await self.abort(upload_id, state)

    async def abort(self, upload_id: str, state: State) -> None:
        prefix = f"{paths.upload_directory(upload_id)}/"
        for path in [path for path in self._files if path.startswith(prefix)]:
            del self._files[path]

    async def stored(self, upload_id: str, state: State) -> int:
        file = self._files.get(paths.upload_file(upload_id, _name(state)))
        return 0 if file is None else len(file.data)

    async def uploads(self) -> AsyncGenerator[tuple[str, datetime]]:
        found: dict[str, datetime] = {}
        for path, file in self._files.items():
            if path.startswith(f"{paths.UPLOADS}/"):
                upload_id = path.removeprefix(f"{paths.UPLOADS}/").partition("/")[0]
                found[upload_id] = max(found.get(upload_id, file.modified), file.modified)
        for upload_id, modified in found.items():
            yield upload_id, modified

    # --- tree

    async def list(self, prefix: str) -> AsyncGenerator[Entry]:
        prefix = f"{paths.inside(prefix)}/"
        found: dict[str, Entry] = {}
        for path, file in self._files.items():
            if path.startswith(prefix):
                name, below, _ = path.removeprefix(prefix).partition("/")
                found[name] = Entry(name, bool(below), 0 if below else len(file.data))
        for entry in found.values():
            yield entry

    async def get(self, path: str, limit: int) -> bytes:
        file = self._files.get(paths.inside(path))
        if file is None:
            raise BlobMissing(path)
        if len(file.data) > limit:
            raise BlobMissing(path, f"longer than {limit} bytes")
        return bytes(file.data)

    # --- inventory

    async def files(self) -> AsyncGenerator[StoredFile]:
        for path in sorted(path for path in self._files if path.startswith(f"{paths.BLOBS}/")):
            file = self._files.get(path)
            if file is not None:
                yield StoredFile(path, paths.digest_at(path), len(file.data), file.modified)

    async def set_aside(self, path: str) -> str | None:
        target = paths.aside(path)
        file = self._files.pop(paths.inside(path), None)
        if file is None:
            return None
        self._files[target] = file
        return target

    async def unfinished(self) -> AsyncGenerator[tuple[str, datetime]]:
        nothing: tuple[tuple[str, datetime], ...] = ()
        for found in nothing:
            yield found

    async def drop_unfinished(self, path: str) -> None:
        """There is none."""

    # --- inside

    async def _read(self, path: str, name: str, start: int, stop: int) -> AsyncGenerator[bytes]:
        position = start
        while position < stop:
            file = self._files.get(path)
            if file is None:
                raise BlobMissing(name)
            piece = bytes(file.data[position : min(position + CHUNK, stop)])
            if not piece:
                raise BlobMissing(name, f"ends at {position}, not {stop}")
            position += len(piece)
            yield piece
            await asyncio.sleep(0)


class _Writer:
    """An attempt; see ``protocol.UploadWriter``."""

    def __init__(self, file: _File, state: State, offset: int, observe: Observe | None) -> None:
        self.received = offset
        self.state = state
        self._file = file
        self._observe = observe

    async def write(self, data: bytes) -> None:
        self._file.data += data
        self._file.modified = datetime.now(UTC)
        if self._observe is not None and data:
            self._observe(data)
        self.received += len(data)


def _name(state: State) -> str:
    return str(state.get("file", paths.DATA))
