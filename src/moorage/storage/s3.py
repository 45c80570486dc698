"""Blobs in an S3 bucket (AWS, Ceph RGW, MinIO), on any number of replicas.

What one attempt writes becomes an object of its own (a *segment*: one ``put_object``, or a multipart upload that is
completed when the attempt ends), and the state lists the segments. The alternative, one multipart upload for the
whole upload, was not taken: its parts cannot be read before it is completed, and then an upload that goes on in
another process could neither resume its hash nor be hashed with another algorithm. So

* every byte that a row has recorded is readable, by any process, at any time;
* commit is one server-side copy in the usual case of one segment, else ``upload_part_copy`` of all of them;
* names are unique to the attempt, so two writers never touch each other's bytes: the row decides who counts.
  There is no lock between processes; within one, a second writer is refused.

Segments but the last must be parts of at least 5 MiB for that: a shorter one (a client with small chunks) is read
back by the next attempt, which begins with its bytes and replaces it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path

from moorage.errors import BlobUploadBusy, BlobUploadInvalid, BlobUploadUnknown, MoorageError
from moorage.settings import S3Settings
from moorage.storage import paths
from moorage.storage.bucket import MOST_COPY, Bucket
from moorage.storage.gather import gather_share
from moorage.storage.protocol import CHUNK, BlobMissing, Entry, Observe, State, StoredFile
from moorage.storage.s3_writer import Outlet, Segments, SegmentWriter
from moorage.storage.workers import MiB, Share, Workers, settle

#: Parts of all uploads being sent at the same time.
SENDING = 32

GATHERED = 16 * MiB
READ = 16 * MiB

#: S3: parts of a multipart upload.
MOST_PARTS = 10_000

#: From so many segments on they are joined before the next is written, to stay far from ``MOST_PARTS``.
MOST_SEGMENTS = 1_000


class S3Store:
    """See the module."""

    driver = "s3"

    def __init__(
        self,
        settings: S3Settings,
        spool: Path,
        *,
        copy_limit: int = MOST_COPY,
        parts: int = MOST_PARTS,
        segments: int = MOST_SEGMENTS,
    ) -> None:
        """``spool``: a local directory for bytes on their way. The limits are S3's and for tests to lower."""
        self._settings = settings
        self._spool = spool
        self._parts = parts
        self._most_segments = segments
        self._bucket = Bucket(settings, copy_limit)
        self._workers = Workers()
        self._gathering = gather_share(GATHERED)
        self._reading = Share(READ, most=CHUNK)
        self._transfers = asyncio.Semaphore(SENDING)
        self._writing: set[str] = set()

    async def open(self) -> None:
        await self._workers.run(self._spool.mkdir, 0o700, parents=True, exist_ok=True)
        await self._bucket.open()

    async def close(self) -> None:
        await self._bucket.close()
        await self._workers.close()

    async def ping(self) -> None:
        await self._bucket.ping()

    # --- blobs

    async def size(self, digest: str) -> int | None:
        return await self._bucket.size(paths.blob(digest))

    def read(self, digest: str, start: int, stop: int) -> AsyncGenerator[bytes]:
        return self._read([(paths.blob(digest), stop)], digest, start, stop)

    def local_path(self, digest: str) -> Path | None:
        return None

    async def redirect_url(self, digest: str) -> str | None:
        if not self._settings.redirect:
            return None
        return await self._bucket.presign(paths.blob(digest), int(self._settings.redirect_expiry))

    async def delete(self, digest: str) -> None:
        await self._bucket.delete([paths.blob(digest)])

    # --- uploads

    async def begin(self, upload_id: str) -> State:
        paths.upload_directory(upload_id)
        return {}

    @asynccontextmanager
    async def write(
        self, upload_id: str, state: State, offset: int, *, observe: Observe | None = None
    ) -> AsyncIterator[SegmentWriter]:
        segments = Segments(state)
        if segments.size != offset:
            raise BlobUploadInvalid(f"the storage holds {segments.size} bytes of this upload, not {offset}")
        if upload_id in self._writing:
            raise BlobUploadBusy
        self._writing.add(upload_id)
        try:
            with self._gathering.taken():
                if len(segments.held) >= self._most_segments:
                    await self._join(upload_id, segments)
                outlet = Outlet(
                    self._bucket,
                    self._workers,
                    self._gathering,
                    self._transfers,
                    self._spool,
                    self._settings.part_size,
                    self._parts,
                )
                writer = SegmentWriter(outlet, upload_id, state, segments, offset, observe)
                try:
                    yield writer
                except BaseException:
                    # What the body raised says more; ``received`` tells what was kept.
                    with suppress(MoorageError):
                        await settle(writer.finish())
                    raise
                await settle(writer.finish())
        finally:
            self._writing.discard(upload_id)

    async def _join(self, upload_id: str, segments: Segments) -> None:
        """Make one segment of all that are long enough."""
        count = len(segments.held) - (1 if segments.tail else 0)
        joined = segments.held[:count]
        name, size = Segments.name(0), sum(size for _, size in joined)
        try:
            await self._bucket.compose(segments.sources(upload_id)[:count], paths.upload_file(upload_id, name))
        except BlobMissing:
            raise BlobUploadUnknown from None
        segments.held[:count] = [(name, size)]
        segments.superseded += [name for name, _ in joined]

    def reread(self, upload_id: str, state: State, stop: int) -> AsyncGenerator[bytes]:
        return self._read(Segments(state).sources(upload_id), upload_id, 0, stop)

    async def commit(self, upload_id: str, state: State, size: int, digest: str) -> None:
        if upload_id in self._writing:
            raise BlobUploadBusy
        segments = Segments(state)
        if await self.size(digest) != size:
            if size and not segments.held:
                raise BlobUploadUnknown
            if segments.size != size:
                raise BlobUploadInvalid(f"the storage holds {segments.size} bytes of this upload, not {size}")
            if not size:
                await self._bucket.put(paths.blob(digest), b"")
            else:
                try:
                    await self._bucket.compose(segments.sources(upload_id), paths.blob(digest))
                except BlobMissing:
                    raise BlobUploadUnknown from None
        names = [*(name for name, _ in segments.held), *segments.stale]
        with suppress(MoorageError):  # the blob is there; the purge removes what is left of the upload
            await self._bucket.delete(paths.upload_file(upload_id, name) for name in names)

    async def abort(self, upload_id: str, state: State) -> None:
        below = f"{paths.upload_directory(upload_id)}/"
        async for item in self._bucket.list_multiparts(below):
            await self._bucket.abort_multipart(item["Key"], item["UploadId"])
        names: list[str] = [item["Key"] async for item in self._bucket.list(below)]
        await self._bucket.delete(names)

    async def stored(self, upload_id: str, state: State) -> int:
        count = 0
        for path, size in Segments(state).sources(upload_id):
            if await self._bucket.size(path) != size:
                break
            count += size
        return count

    async def uploads(self) -> AsyncGenerator[tuple[str, datetime]]:
        below = f"{paths.UPLOADS}/"
        current: tuple[str, datetime] | None = None
        async for item in self._bucket.list(below):
            upload_id, modified = item["Key"].removeprefix(below).partition("/")[0], item["LastModified"]
            if current is not None and current[0] == upload_id:
                current = upload_id, max(current[1], modified)
                continue
            if current is not None:
                yield current
            current = upload_id, modified
        if current is not None:
            yield current
        async for item in self._bucket.list_multiparts(below):
            yield item["Key"].removeprefix(below).partition("/")[0], item["Initiated"]

    # --- tree

    async def list(self, prefix: str) -> AsyncGenerator[Entry]:
        below = f"{paths.inside(prefix)}/"
        async for item in self._bucket.list(below, "/"):
            if "Prefix" in item:
                yield Entry(item["Prefix"].removeprefix(below).rstrip("/"), True, 0)
            elif item["Key"] != below:  # some tools make an empty object for a directory
                yield Entry(item["Key"].removeprefix(below), False, int(item["Size"]))

    async def get(self, path: str, limit: int) -> bytes:
        path = paths.inside(path)
        data = await self._bucket.get(path, limit + 1)
        if len(data) > limit:
            raise BlobMissing(path, f"longer than {limit} bytes")
        return data

    # --- inventory

    async def files(self) -> AsyncGenerator[StoredFile]:
        async for item in self._bucket.list(f"{paths.BLOBS}/"):
            if not item["Key"].endswith("/"):  # some tools make an empty object for a directory
                path = item["Key"]
                yield StoredFile(path, paths.digest_at(path), int(item["Size"]), item["LastModified"])

    async def set_aside(self, path: str) -> str | None:
        target = paths.aside(path)
        size = await self._bucket.size(paths.inside(path))
        if size is None:
            return None
        try:
            if size:
                await self._bucket.compose([(path, size)], target)
            else:
                await self._bucket.put(target, b"")
        except BlobMissing:
            return None
        await self._bucket.delete([path])
        return target

    async def unfinished(self) -> AsyncGenerator[tuple[str, datetime]]:
        async for item in self._bucket.list_multiparts(f"{paths.BLOBS}/"):
            yield item["Key"], item["Initiated"]

    async def drop_unfinished(self, path: str) -> None:
        async for item in self._bucket.list_multiparts(paths.inside(path)):
            if item["Key"] == path:
                await self._bucket.abort_multipart(path, item["UploadId"])

    # --- inside

    async def _read(
        self, objects: Sequence[tuple[str, int]], name: str, start: int, stop: int
    ) -> AsyncGenerator[bytes]:
        """Bytes ``[start, stop)`` of objects in a row."""
        begins = 0
        with self._reading.taken():
            for path, size in objects:
                first, last = max(start - begins, 0), min(stop - begins, size)
                begins += size
                if first < last:
                    async with aclosing(self._bucket.read(path, name, first, last, self._reading)) as pieces:
                        async for piece in pieces:
                            yield piece
        if begins < stop:
            raise BlobMissing(name, f"ends at {begins}, not {stop}")
