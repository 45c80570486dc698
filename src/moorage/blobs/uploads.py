"""Upload sessions: rows any process may continue.

Bytes are hashed and written once, as they arrive. The row records the offset and the digest at that offset, so
POST-PATCH-PUT ends with a comparison. A process that continues a session it has not hashed itself reads the
stored part again: hash states cannot be carried from one process to another.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from moorage.asgi import ClientDisconnected
from moorage.blobs import queries
from moorage.blobs.left_behind import left_behind
from moorage.blobs.models import Upload, UploadLimits
from moorage.blobs.service import link
from moorage.database.engine import Database
from moorage.database.reader import Lane, Reader
from moorage.errors import (
    BlobBeingSwept,
    BlobTooLarge,
    BlobUploadBusy,
    BlobUploadUnknown,
    DigestInvalid,
    RangeInvalid,
    SizeInvalid,
    TooManyRequests,
)
from moorage.oci.names import Hasher, digest_of, hasher
from moorage.projects import quotas
from moorage.storage.protocol import BlobMissing, BlobStore

#: Hash states kept for sessions this process has written to.
MAX_HASHERS = 2_048

#: Sessions purged in one transaction.
PURGE_BATCH = 50


#: Seconds between attempts to store a blob that garbage collection is deleting at this moment.
SWEPT_DELAYS = (0.05, 0.1, 0.2, 0.5, *(1.0,) * 20, *(2.0,) * 30)


@dataclass(slots=True)
class _Progress:
    """What one request has stored so far."""

    received: int
    hashed: int
    state: dict[str, Any]
    hash: Hasher

    def observe(self, data: bytes) -> None:
        """Hash bytes that are being stored; called in the store's thread, in order."""
        self.hash.update(data)
        self.hashed += len(data)


class UploadService:
    """The life of an upload, from its first byte to a blob."""

    def __init__(self, database: Database, reader: Reader, store: BlobStore, limits: UploadLimits) -> None:
        self._database = database
        self._sessions: Lane[queries.UploadKey, Upload | None] = reader.lane(
            queries.UPLOADS, queries.upload_parameters, queries.uploads
        )
        self._store = store
        self._limits = limits
        self._hashers: OrderedDict[UUID, tuple[int, Hasher]] = OrderedDict()

    async def start(self, repository: str, project_id: int, principal: str, algorithm: str) -> Upload:
        """Open a session.

        Raises:
            TooManyRequests: the principal has too many open ones.
        """
        upload_id = uuid4()
        state = await self._store.begin(str(upload_id))
        session = Upload(upload_id, repository, project_id, principal, 0, digest_of(b"", algorithm), state)
        async with self._database.connect() as connection:
            if not await queries.insert_upload(connection, session, self._limits.uploads_per_principal):
                raise TooManyRequests(
                    f"{principal} has {self._limits.uploads_per_principal} uploads open: finish or cancel some"
                )
        return session

    def submit(self, upload_id: UUID, repository: str) -> asyncio.Future[Upload | None]:
        """The session as it stands at some moment after this call, if there is one in that repository."""
        return self._sessions.submit((upload_id, repository))

    async def append(
        self, session: Upload, chunks: AsyncIterator[bytes], declared: tuple[int, int] | None, length: int | None
    ) -> Upload:
        """Store the next bytes; what arrived before the client went away is kept.

        ``declared`` is the Content-Range, ``length`` the Content-Length, where the client gave them.

        Raises:
            RangeInvalid: the chunk does not start where the stored bytes end (OCI traps 7 and 8).
            SizeInvalid: fewer or more bytes came than were declared.
            BlobTooLarge, InsufficientStorage, BlobUploadBusy, BlobUploadUnknown.
        """
        self._check_order(session, declared, length)
        async with self._forgetting(session):
            progress = await self._progress(session)
            try:
                await self._receive(progress, session, chunks)
            except BlobUploadUnknown:
                raise
            except BaseException:
                await self._keep(session, progress)
                raise
        stored = await self._keep(session, progress)
        self._check_length(session, stored.received, declared, length)
        return stored

    async def finish(
        self,
        session: Upload,
        digest: str,
        chunks: AsyncIterator[bytes] | None,
        declared: tuple[int, int] | None,
        length: int | None,
    ) -> None:
        """Store the last bytes, if any, and make the blob readable through the repository.

        Nothing of the request is kept when the digest does not match, so that it can be sent again.

        Raises:
            DigestInvalid: the bytes hash to something else.
            As ``append``.
        """
        self._check_order(session, declared, length)
        async with self._forgetting(session):
            await self._finish(session, digest, chunks, declared, length)

    async def _finish(
        self,
        session: Upload,
        digest: str,
        chunks: AsyncIterator[bytes] | None,
        declared: tuple[int, int] | None,
        length: int | None,
    ) -> None:
        try:
            stored = session if chunks is None else await self._received(session, chunks, declared, length)
            await self._verify(stored, digest)
        except (BlobUploadUnknown, BlobMissing):
            stored = await left_behind(self._store, session, digest, chunks)
        except DigestInvalid:
            # What has no room in the project is refused for that first, as Harbor does.
            async with self._database.connect() as connection:
                await quotas.admit_content(connection, session.project_id, {digest: stored.received})
            raise
        await self._commit(stored, digest, expected=session.received)

    async def _received(
        self, session: Upload, chunks: AsyncIterator[bytes], declared: tuple[int, int] | None, length: int | None
    ) -> Upload:
        """The session with its last bytes; its row knows of them only if the client went away."""
        progress = await self._progress(session)
        try:
            await self._receive(progress, session, chunks)
        except ClientDisconnected:
            await self._keep(session, progress)
            raise
        stored = await self._advanced(session, progress)
        self._check_length(session, stored.received, declared, length)
        return stored

    async def receive_whole(
        self, repository: str, project_id: int, chunks: AsyncIterator[bytes], digest: str, length: int | None
    ) -> None:
        """A blob in one request, without a session (OCI trap 6).

        Raises:
            DigestInvalid, BlobTooLarge, InsufficientStorage.
        """
        upload_id = uuid4()
        algorithm = digest.partition(":")[0]
        state = await self._store.begin(str(upload_id))
        session = Upload(upload_id, repository, project_id, "", 0, digest_of(b"", algorithm), state)
        stored = session
        try:
            self._check_order(session, None, length)
            progress = await self._progress(session)
            await self._receive(progress, session, chunks)
            stored = await self._advanced(session, progress)
            self._check_length(session, stored.received, None, length)
            await self._verify(stored, digest)
            await self._commit(stored, digest, expected=None)
        except BaseException:
            await self._store.abort(str(upload_id), stored.state)
            raise
        finally:
            self._hashers.pop(upload_id, None)

    async def cancel(self, session: Upload) -> None:
        """End a session and drop its bytes.

        Raises:
            BlobUploadUnknown: it has ended already.
        """
        async with self._database.begin() as connection:
            if not await queries.delete_upload(connection, session.upload_id):
                raise BlobUploadUnknown
        self._hashers.pop(session.upload_id, None)
        await self._store.abort(str(session.upload_id), session.state)

    async def purge(self, expiry: float) -> AsyncGenerator[int, None]:
        """Drop sessions untouched for ``expiry`` seconds, and stored parts that no session knows.

        Yields after each batch how many went.
        """
        before = datetime.now(UTC) - timedelta(seconds=expiry)
        while True:
            async with self._database.begin() as connection:
                sessions = await queries.take_expired_uploads(connection, before, PURGE_BATCH)
                for session in sessions:
                    await self._store.abort(str(session.upload_id), session.state)
                    await queries.delete_upload(connection, session.upload_id)
            yield len(sessions)
            if len(sessions) < PURGE_BATCH:
                break
        async with aclosing(self._strays(before)) as strays:
            async for batch in strays:
                yield await self._purge_unknown(batch)

    async def _strays(self, before: datetime) -> AsyncGenerator[list[UUID], None]:
        """What the store has of uploads since before then, in batches; some of them have a session."""
        batch: list[UUID] = []
        async with aclosing(self._store.uploads()) as stored:
            async for name, modified in stored:
                if modified >= before:
                    continue
                with contextlib.suppress(ValueError):
                    batch.append(UUID(name))
                if len(batch) == PURGE_BATCH:
                    yield batch
                    batch = []
        if batch:
            yield batch

    async def _purge_unknown(self, upload_ids: list[UUID]) -> int:
        async with self._database.connect() as connection:
            known = await queries.known_uploads(connection, upload_ids)
        strays = [upload_id for upload_id in upload_ids if upload_id not in known]
        for upload_id in strays:
            await self._store.abort(str(upload_id), {})
        return len(strays)

    @asynccontextmanager
    async def _forgetting(self, session: Upload) -> AsyncIterator[None]:
        """End a session whose bytes are gone, so that its client starts again.

        That is so when somebody removed them from the store.
        """
        try:
            yield
        except (BlobUploadUnknown, BlobMissing):
            async with self._database.begin() as connection:
                # Only as this request saw it: when another one has gone on since, nothing is lost.
                ended = await queries.delete_upload(connection, session.upload_id, session.received)
            if ended:
                await self._store.abort(str(session.upload_id), session.state)
            raise BlobUploadUnknown from None

    # --- receiving ------------------------------------------------------------------------------

    async def _progress(self, session: Upload) -> _Progress:
        return _Progress(session.received, session.received, session.state, await self._hash_of(session))

    async def _receive(self, progress: _Progress, session: Upload, chunks: AsyncIterator[bytes]) -> None:
        limit = self._limits.blob_size
        size = session.received
        writing = self._store.write(str(session.upload_id), session.state, session.received, observe=progress.observe)
        writer = None
        # The hash state moves on with the bytes: once writing starts it is no longer that of session.received.
        self._hashers.pop(session.upload_id, None)
        try:
            async with writing as writer:
                async for chunk in chunks:
                    size += len(chunk)
                    if limit and size > limit:
                        raise BlobTooLarge(f"the blob is larger than the limit of {limit} bytes")
                    await writer.write(chunk)
        finally:
            if writer is not None:
                progress.received = writer.received
                progress.state = writer.state

    async def _advanced(self, session: Upload, progress: _Progress) -> Upload:
        stored = replace(session, received=progress.received, state=progress.state)
        if progress.hashed != progress.received:
            # A write failed after its bytes were hashed: only what was stored counts.
            progress.hash = hasher(session.algorithm)
            await self._hash_stored(stored, progress.hash)
            progress.hashed = progress.received
        return replace(stored, digest=f"{session.algorithm}:{progress.hash.hexdigest()}")

    async def _keep(self, session: Upload, progress: _Progress) -> Upload:
        """Record progress in the row, so that any process can go on from there."""
        stored = await self._advanced(session, progress)
        if stored.received == session.received and stored.state == session.state:
            return stored
        async with self._database.connect() as connection:
            moved = await queries.advance_upload(
                connection, session.upload_id, session.received, stored.received, stored.digest, stored.state
            )
        if not moved:
            # Cancelled, finished or continued by another request meanwhile: these bytes are not the session's.
            raise BlobUploadBusy
        self._remember(session.upload_id, stored.received, progress.hash)
        return stored

    def _remember(self, upload_id: UUID, received: int, state: Hasher) -> None:
        self._hashers[upload_id] = (received, state)
        self._hashers.move_to_end(upload_id)
        while len(self._hashers) > MAX_HASHERS:
            self._hashers.popitem(last=False)

    async def _hash_of(self, session: Upload) -> Hasher:
        """The hash state at the session's offset."""
        known = self._hashers.get(session.upload_id)
        if known is not None and known[0] == session.received:
            return known[1].copy()
        state = hasher(session.algorithm)
        await self._hash_stored(session, state)
        return state

    async def _hash_stored(self, session: Upload, state: Hasher) -> None:
        if session.received:
            stored = self._store.reread(str(session.upload_id), session.state, session.received)
            async with aclosing(stored) as chunks:
                async for chunk in chunks:
                    await asyncio.to_thread(state.update, chunk)

    async def _verify(self, stored: Upload, digest: str) -> None:
        algorithm = digest.partition(":")[0]
        actual = stored.digest
        if algorithm != stored.algorithm:
            # The client did not say which algorithm it would close with (OCI trap 20).
            state = hasher(algorithm)
            await self._hash_stored(stored, state)
            actual = f"{algorithm}:{state.hexdigest()}"
        if actual != digest:
            raise DigestInvalid(detail={"digest": digest, "computed": actual})

    async def _commit(self, stored: Upload, digest: str, expected: int | None) -> None:
        for delay in (*SWEPT_DELAYS, None):
            try:
                return await self._store_blob(stored, digest, expected)
            except BlobBeingSwept:
                # By the next moment its row is gone. Longer only after a sweeper died in the middle.
                if delay is None:
                    raise
                await asyncio.sleep(delay)

    async def _store_blob(self, stored: Upload, digest: str, expected: int | None) -> None:
        async with self._database.begin() as connection:
            if expected is None:
                held = await queries.hold_blob(connection, stored.project_id, digest, stored.received)
                linked = False
            else:
                finished = await queries.finish_upload(connection, stored, expected, digest)
                if finished is None:
                    raise BlobUploadUnknown
                held, linked = finished
            await self._store.commit(str(stored.upload_id), stored.state, stored.received, digest)
            if not linked:
                await link(connection, stored.project_id, stored.repository, held)
        self._hashers.pop(stored.upload_id, None)

    # --- checks ---------------------------------------------------------------------------------

    def _check_order(self, session: Upload, declared: tuple[int, int] | None, length: int | None) -> None:
        if declared is not None:
            first, last = declared
            if first != session.received:
                raise RangeInvalid(
                    f"the chunk starts at {first}, but {session.received} bytes are stored: "
                    f"continue from {session.received}",
                )
            if length is not None and length != last - first + 1:
                raise SizeInvalid(f"Content-Range {first}-{last} and Content-Length {length} differ")
        limit = self._limits.blob_size
        if limit and length is not None and session.received + length > limit:
            raise BlobTooLarge(f"the blob is larger than the limit of {limit} bytes")

    @staticmethod
    def _check_length(session: Upload, received: int, declared: tuple[int, int] | None, length: int | None) -> None:
        expected = length if length is not None else declared[1] - declared[0] + 1 if declared else None
        if expected is not None and received - session.received != expected:
            raise SizeInvalid(f"{expected} bytes were declared, {received - session.received} arrived")
