"""Looking at one blob closely, taking damaged bytes out of everybody's way, and bringing good ones back.

Bytes are read without any lock. What is then decided, is decided with the blob's row locked, as pushes and sweeps lock
it, and only if the row is still the one that was seen before reading: so a blob that is pushed, swept or mended
meanwhile is looked at again, and never judged by what it was.

The order of steps makes a crash harmless. Damaged bytes are moved before the transaction that says so is committed: a
crash in between leaves a row without bytes, which the next check finds, and which a push mends; the other order would
let a push believe in the damaged bytes. Good bytes are put in place before the quarantine is ended, as in a push.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.checking import queries
from moorage.checking.hashing import Pace, digest_of_stream
from moorage.checking.models import NAMED, BlobRow, Finding, Kind
from moorage.checking.sources import Source
from moorage.database.engine import Database
from moorage.errors import MoorageError
from moorage.events import service as events
from moorage.events.models import SYSTEM, Event
from moorage.oci.names import hasher
from moorage.storage import paths
from moorage.storage.protocol import BlobMissing, BlobStore

#: Looks at a blob that changes all the time before it is left to the next check.
LOOKS = 5


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of a blob: its row, the bytes that are stored (None: none) and what they hash to."""

    row: BlobRow
    size: int | None
    computed: str | None

    @property
    def is_whole(self) -> bool:
        """The bytes are those of the digest."""
        return self.computed == self.row.digest

    @property
    def kind(self) -> Kind:
        """What is wrong with it."""
        if self.size is None:
            return Kind.MISSING
        return Kind.SIZE if self.is_whole else Kind.CORRUPT

    @property
    def problem(self) -> str:
        """What is wrong with it, for people."""
        if self.size is None:
            return "its bytes are missing"
        if self.is_whole:
            return f"it has {self.size} bytes, and its row says {self.row.size}"
        length = "" if self.size == self.row.size else f"it has {self.size} bytes instead of {self.row.size}, and "
        return f"its bytes are damaged: {length}they hash to {self.computed}"


class Quarantine:
    """See the module."""

    def __init__(self, database: Database, store: BlobStore, sources: Sequence[Source], pace: Pace) -> None:
        self._database = database
        self._store = store
        self._sources = sources
        self._pace = pace

    # --- looking --------------------------------------------------------------------------------

    async def look(self, row: BlobRow) -> Look:
        """Read a blob's bytes."""
        size = await self._store.size(row.digest)
        if size is None:
            return Look(row, None, None)
        algorithm = row.digest.partition(":")[0]
        try:
            computed = await digest_of_stream(self._store.read(row.digest, 0, size), algorithm, self._pace)
        except BlobMissing:
            # Taken away while it was read: the row tells why.
            return Look(row, None, None)
        return Look(row, size, computed)

    async def judge(self, digest: str, *, repair: bool) -> Finding | None:
        """Look at a blob that seems to be damaged; None when nothing is wrong with it, or it is gone."""
        for _ in range(LOOKS):
            async with self._database.connect() as connection:
                row = await queries.find(connection, digest)
            if row is None:
                return None
            look = await self.look(row)
            if row.quarantine_time is None and look.is_whole and look.size == row.size:
                return None
            async with self._database.begin() as connection:
                if not await self._is_as_seen(connection, look):
                    continue
                finding = await self._mend(connection, look) if repair else await self._told(connection, look)
            return await self._healed(look, finding) if repair and not finding.repaired else finding
        return None

    async def _is_as_seen(self, connection: AsyncConnection, look: Look) -> bool:
        """Whether what was read still counts; the row is ours from here on, if it does."""
        row = await queries.lock(connection, look.row.digest)
        seen = look.row
        return (
            row is not None
            and (row.blob_id, row.touch_time, row.quarantine_time)
            == (seen.blob_id, seen.touch_time, seen.quarantine_time)
            and await self._store.size(seen.digest) == look.size
        )

    async def _told(self, connection: AsyncConnection, look: Look) -> Finding:
        digest = look.row.digest
        artifacts = await queries.broken(connection, digest, NAMED)
        count = len(artifacts) if len(artifacts) < NAMED else await queries.count_broken(connection, digest)
        if look.row.quarantine_time is not None and not look.is_whole:
            since = f"in quarantine since {look.row.quarantine_time:%Y-%m-%dT%H:%M:%SZ}"
            problem = f"{since}: {look.row.quarantine_reason}"
            return Finding(Kind.QUARANTINED, digest, problem, _PUSH, artifacts=artifacts, artifact_count=count)
        if look.row.quarantine_time is not None:
            problem, repair = "it is in quarantine, and right bytes are in its place", "--repair gives it out again"
            return Finding(Kind.QUARANTINED, digest, problem, repair, artifacts=artifacts, artifact_count=count)
        return Finding(look.kind, digest, look.problem, artifacts=artifacts, artifact_count=count)

    # --- repairs --------------------------------------------------------------------------------

    async def _mend(self, connection: AsyncConnection, look: Look) -> Finding:
        row = look.row
        finding = await self._told(connection, look)
        if look.is_whole:
            assert look.size is not None
            await queries.restore(connection, row.blob_id, look.size)
            what = "its row has the right size now" if row.quarantine_time is None else "it is given out again"
            return _repaired(finding, what)
        if look.size is None and row.quarantine_time is not None:
            return finding
        moved = None
        if look.size is not None:
            moved = await self._store.set_aside(paths.blob(row.digest))
        if row.quarantine_time is None:
            await queries.put_into_quarantine(connection, row.blob_id, look.problem)
            await events.record(connection, SYSTEM, _event(finding, moved))
        where = f", its bytes were moved to {moved}" if moved else ""
        return _with_repair(finding, f"in quarantine{where}; {_PUSH}")

    async def _healed(self, look: Look, finding: Finding) -> Finding:
        for source in self._sources:
            try:
                if await self._heal_from(source, look.row.digest):
                    return _repaired(finding, f"found again in {source.name}")
            except (MoorageError, BlobMissing) as error:
                finding = _with_repair(finding, f"{finding.repair}; {source.name}: {error}")
        return finding

    async def _heal_from(self, source: Source, digest: str) -> bool:
        upload = await self._fetch(source, digest)
        if upload is None:
            return False
        upload_id, state, size = upload
        try:
            async with self._database.begin() as connection:
                row = await queries.lock(connection, digest)
                if row is None:
                    return False
                if row.quarantine_time is not None:
                    await self._store.commit(upload_id, state, size, digest)
                    await queries.restore(connection, row.blob_id, size)
            return True
        finally:
            await self._store.abort(upload_id, state)

    async def _fetch(self, source: Source, digest: str) -> tuple[str, dict[str, object], int] | None:
        """An upload of our own with a blob's bytes from elsewhere: id, state and size; None when they are not there."""
        size = await source.store.size(digest)
        if size is None:
            return None
        algorithm = digest.partition(":")[0]
        hashed, upload_id = hasher(algorithm), str(uuid4())
        state = await self._store.begin(upload_id)
        try:
            async with (
                self._store.write(upload_id, state, 0, observe=hashed.update) as writer,
                aclosing(source.store.read(digest, 0, size)) as pieces,
            ):
                async for piece in pieces:
                    await self._pace.take(len(piece))
                    await writer.write(piece)
            state = writer.state
            if f"{algorithm}:{hashed.hexdigest()}" != digest:
                raise BlobMissing(digest, "its bytes there are damaged as well")
        except BaseException:
            await self._store.abort(upload_id, state)
            raise
        return upload_id, state, size

    async def adopt(self, digest: str, size: int) -> str:
        """Make a row for a blob that has none although something refers to it; what became of it, for people.

        Its bytes may be in the store or a source; otherwise it is in quarantine from the start, with the ``size`` that
        it should have.
        """
        stored = await self._store.size(digest)
        if stored is not None and (await self.look(_rowless(digest, stored))).is_whole:
            async with self._database.begin() as connection:
                await queries.adopt(connection, digest, stored)
                if await self._store.size(digest) == stored:
                    return "its row was made again; its bytes are there"
                # Taken away meanwhile, as bytes without a row may be.
                await connection.rollback()
        for source in self._sources:
            try:
                upload = await self._fetch(source, digest)
            except (MoorageError, BlobMissing):
                continue
            if upload is not None:
                async with self._database.begin() as connection:
                    await queries.adopt(connection, digest, upload[2])
                    if stored is not None and stored != upload[2]:
                        await self._store.set_aside(paths.blob(digest))
                    await self._store.commit(*upload, digest)
                return f"its row was made again; its bytes were found in {source.name}"
        async with self._database.begin() as connection:
            await queries.adopt(connection, digest, size, "its row and its bytes were missing")
            await self._store.set_aside(paths.blob(digest))
        return f"its row was made again, in quarantine; {_PUSH}"

    async def small(self, digest: str, limit: int) -> bytes | None:
        """The bytes of something small that is not damaged, such as a manifest, from the store or a source."""
        for store in (self._store, *(source.store for source in self._sources)):
            size = await store.size(digest)
            if size is None or size > limit:
                continue
            algorithm = digest.partition(":")[0]
            content = b"".join([piece async for piece in store.read(digest, 0, size)])
            hashed = hasher(algorithm)
            hashed.update(content)
            if f"{algorithm}:{hashed.hexdigest()}" == digest:
                return content
        return None


_PUSH = "pushing it again, or a source that has it, heals it"


def _rowless(digest: str, size: int) -> BlobRow:
    return BlobRow(0, digest, size, datetime.now(UTC))


def _repaired(finding: Finding, what: str) -> Finding:
    return Finding(finding.kind, finding.name, finding.problem, what, True, finding.artifacts, finding.artifact_count)


def _with_repair(finding: Finding, what: str) -> Finding:
    return Finding(finding.kind, finding.name, finding.problem, what, False, finding.artifacts, finding.artifact_count)


def _event(finding: Finding, moved: str | None) -> Event:
    details = {
        "reason": finding.problem,
        "moved_to": moved,
        "artifacts": [
            {"repository": artifact.repository, "digest": artifact.digest, "tags": artifact.tags}
            for artifact in finding.artifacts
        ],
        "artifact_count": finding.artifact_count,
    }
    return Event("quarantine", "blob", finding.name, None, details, succeeded=False)
