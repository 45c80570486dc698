"""SQL of blobs as checks see them: pages, the quarantine, what is broken, and runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.checking.models import BlobRow, BrokenArtifact, QuarantinedBlob, Run
from moorage.database.listing import Columns, ListQuery
from moorage.database.tables import blob

#: Runs of a kind that are kept.
KEPT_RUNS = 50

# --- blobs ----------------------------------------------------------------------------------------

# Blobs in the trash are left out: nothing refers to them, and a sweep may be deleting their bytes.

_PAGE = text(
    """
    SELECT blob_id, digest, size, touch_time, quarantine_time, quarantine_reason FROM blob
     WHERE digest > :after AND state = 'live' ORDER BY digest LIMIT :count
    """
)
_QUARANTINED = text(
    """
    SELECT blob_id, digest, size, touch_time, quarantine_time, quarantine_reason FROM blob
     WHERE quarantine_time IS NOT NULL AND state = 'live' AND digest > :after ORDER BY digest LIMIT :count
    """
)
_FIND = text(
    """
    SELECT blob_id, digest, size, touch_time, quarantine_time, quarantine_reason FROM blob
     WHERE digest = :digest AND state = 'live'
    """
)
# What a push, a sweep and another check wait for, and the push of a manifest that refers to it does not.
_LOCK = text(
    """
    SELECT blob_id, digest, size, touch_time, quarantine_time, quarantine_reason FROM blob
     WHERE digest = :digest AND state = 'live' FOR NO KEY UPDATE
    """
)
_OLDEST = text(
    """
    SELECT blob_id, digest, size, touch_time, quarantine_time, quarantine_reason,
           coalesce(verified_time, creation_time) AS verification
      FROM blob
     WHERE (coalesce(verified_time, creation_time), blob_id) > (:time, :blob_id)
       AND coalesce(verified_time, creation_time) < :before AND quarantine_time IS NULL AND state = 'live'
     ORDER BY coalesce(verified_time, creation_time), blob_id LIMIT :count
    """
)


def _row(row: Any) -> BlobRow:
    return BlobRow(row.blob_id, row.digest, row.size, row.touch_time, row.quarantine_time, row.quarantine_reason)


async def page(connection: AsyncConnection, after: str, count: int) -> list[BlobRow]:
    """Blobs in the order of their digests."""
    return [_row(row) for row in await connection.execute(_PAGE, {"after": after, "count": count})]


async def quarantined(connection: AsyncConnection, after: str, count: int) -> list[BlobRow]:
    """Blobs in quarantine, in the order of their digests."""
    return [_row(row) for row in await connection.execute(_QUARANTINED, {"after": after, "count": count})]


async def find(connection: AsyncConnection, digest: str) -> BlobRow | None:
    """A blob's row."""
    row = (await connection.execute(_FIND, {"digest": digest})).one_or_none()
    return None if row is None else _row(row)


async def lock(connection: AsyncConnection, digest: str) -> BlobRow | None:
    """A blob's row, ours until the transaction ends: nobody stores or sweeps its bytes meanwhile."""
    row = (await connection.execute(_LOCK, {"digest": digest})).one_or_none()
    return None if row is None else _row(row)


async def oldest(
    connection: AsyncConnection, after: tuple[datetime, int], before: datetime, count: int
) -> list[tuple[datetime, BlobRow]]:
    """Blobs hashed before ``before``, those hashed longest ago first, after a position (time, blob id)."""
    values = {"time": after[0], "blob_id": after[1], "before": before, "count": count}
    return [(row.verification, _row(row)) for row in await connection.execute(_OLDEST, values)]


async def totals(connection: AsyncConnection) -> tuple[int, int]:
    """How many blobs there are, and their bytes."""
    row = (await connection.execute(_TOTALS)).one()
    return row.blobs, row.bytes


_TOTALS = text("SELECT count(*) AS blobs, coalesce(sum(size), 0)::bigint AS bytes FROM blob WHERE state = 'live'")

# Those that a push or a sweep has at the moment need no mark.
_VERIFIED = text(
    """
    UPDATE blob SET verified_time = clock_timestamp() FROM (
           SELECT blob_id FROM blob WHERE blob_id = ANY(CAST(:blob_ids AS bigint[]))
            ORDER BY digest FOR NO KEY UPDATE SKIP LOCKED) AS held
     WHERE blob.blob_id = held.blob_id
    """
)


async def mark_verified(connection: AsyncConnection, blob_ids: Sequence[int]) -> None:
    """Note that the bytes of blobs were read and are right."""
    await connection.execute(_VERIFIED, {"blob_ids": list(blob_ids)})


# --- repairs of a blob ----------------------------------------------------------------------------

_QUARANTINE = text(
    """
    UPDATE blob SET quarantine_time = clock_timestamp(), quarantine_reason = :reason, verified_time = NULL
     WHERE blob_id = :blob_id
    """
)
# What counts in projects counts with the right size from then on.
_RESTORE = text(
    """
    UPDATE blob SET quarantine_time = NULL, quarantine_reason = NULL, size = :size, verified_time = clock_timestamp()
     WHERE blob_id = :blob_id
    """
)
_ADOPT = text(
    """
    INSERT INTO blob (digest, size, verified_time, quarantine_time, quarantine_reason)
    VALUES (:digest, :size, CASE WHEN CAST(:reason AS text) IS NULL THEN now() END,
            CASE WHEN CAST(:reason AS text) IS NOT NULL THEN now() END, :reason)
    ON CONFLICT (digest) DO NOTHING
    """
)
_CLAIM = text(
    """
    INSERT INTO blob (digest, size) SELECT digest, 0 FROM unnest(CAST(:digests AS text[])) AS q(digest) ORDER BY digest
    ON CONFLICT (digest) DO NOTHING RETURNING digest
    """
)
_RELEASE = text("DELETE FROM blob WHERE digest = ANY(CAST(:digests AS text[]))")


async def put_into_quarantine(connection: AsyncConnection, blob_id: int, reason: str) -> None:
    """Nobody is given the blob from now on."""
    await connection.execute(_QUARANTINE, {"blob_id": blob_id, "reason": reason})


async def restore(connection: AsyncConnection, blob_id: int, size: int) -> None:
    """The blob's bytes are in place, were hashed, and are so many."""
    await connection.execute(_RESTORE, {"blob_id": blob_id, "size": size})


async def adopt(connection: AsyncConnection, digest: str, size: int, reason: str | None = None) -> None:
    """A row for bytes that were hashed; ``reason``: for bytes that are not there, in quarantine."""
    await connection.execute(_ADOPT, {"digest": digest, "size": size, "reason": reason})


async def claim(connection: AsyncConnection, digests: Sequence[str]) -> set[str]:
    """Those of the blobs that have no row; they have one now, so that whoever stores one of them waits for us.

    ``release`` takes the rows away in the same transaction.
    """
    return set((await connection.execute(_CLAIM, {"digests": list(digests)})).scalars())


async def release(connection: AsyncConnection, digests: set[str]) -> None:
    """As if there had been no ``claim``."""
    await connection.execute(_RELEASE, {"digests": sorted(digests)})


async def manifests_among(connection: AsyncConnection, digests: Sequence[str]) -> set[str]:
    """Those of the digests that are manifests in the database."""
    return set((await connection.execute(_MANIFESTS, {"digests": list(digests)})).scalars())


_MANIFESTS = text("SELECT digest FROM manifest WHERE digest = ANY(CAST(:digests AS text[]))")

# --- what is broken -------------------------------------------------------------------------------

_USERS = text(
    """
    SELECT u.repository, u.digest, coalesce((SELECT array_agg(t.name ORDER BY t.name) FROM tag t
                 WHERE t.artifact_id = u.artifact_id AND t.lifetime_end IS NULL), '{}') AS tags
      FROM blob b, blob_users(b.blob_id) u
     WHERE b.digest = :digest ORDER BY u.repository, u.digest LIMIT :count OFFSET :offset
    """
)
_COUNT_USERS = text("SELECT count(*) FROM blob b, blob_users(b.blob_id) u WHERE b.digest = :digest")


async def broken(connection: AsyncConnection, digest: str, count: int | None, offset: int = 0) -> list[BrokenArtifact]:
    """Live artifacts that need a blob, themselves or through the manifests they list; ``count`` None: all."""
    rows = await connection.execute(_USERS, {"digest": digest, "count": count, "offset": offset})
    return [BrokenArtifact(row.repository, row.digest, list(row.tags)) for row in rows]


async def count_broken(connection: AsyncConnection, digest: str) -> int:
    """How many there are."""
    return int((await connection.execute(_COUNT_USERS, {"digest": digest})).scalar_one())


_COLUMNS = Columns(
    {
        "digest": blob.c.digest,
        "size": blob.c.size,
        "quarantine_time": blob.c.quarantine_time,
        "reason": blob.c.quarantine_reason,
    },
    order="digest",
    unique="digest",
)
_USED = func.blob_users(blob.c.blob_id).table_valued("artifact_id")
_COUNT = select(func.count()).select_from(_USED).correlate(blob).scalar_subquery()


async def list_quarantined(connection: AsyncConnection, query: ListQuery) -> tuple[int, list[QuarantinedBlob]]:
    """How many blobs are in quarantine, and a page of them with the number of artifacts each breaks."""
    conditions = [blob.c.quarantine_time.is_not(None), *_COLUMNS.conditions(query)]
    total = await connection.scalar(select(func.count()).select_from(blob).where(*conditions)) or 0
    statement = select(
        blob.c.digest, blob.c.size, blob.c.quarantine_time, blob.c.quarantine_reason, _COUNT.label("artifacts")
    )
    statement = statement.where(*conditions).order_by(*_COLUMNS.ordering(query))
    rows = await connection.execute(statement.limit(query.limit).offset(query.offset))
    return total, [QuarantinedBlob(*row) for row in rows]


# --- runs -----------------------------------------------------------------------------------------

_BEGIN = text("INSERT INTO checking_run (kind, repair) VALUES (:kind, :repair) RETURNING run_id")
_END = text(
    """
    UPDATE checking_run SET end_time = now(), complete = :complete, verified_blobs = :verified_blobs,
           verified_bytes = :verified_bytes, findings = :findings, repaired = :repaired
     WHERE run_id = :run_id
    """
)
_FORGET = text(
    """
    DELETE FROM checking_run WHERE kind = :kind AND run_id < (
           SELECT min(run_id) FROM (SELECT run_id FROM checking_run WHERE kind = :kind
                                     ORDER BY run_id DESC LIMIT :kept) AS latest)
    """
)
_LATEST = text(
    """
    SELECT run_id, kind, repair, start_time, end_time, complete, verified_blobs, verified_bytes, findings, repaired
      FROM checking_run WHERE kind = :kind AND end_time IS NOT NULL ORDER BY run_id DESC LIMIT 1
    """
)
_STATE = text(
    """
    SELECT (SELECT count(*) FROM blob WHERE quarantine_time IS NOT NULL AND state = 'live') AS quarantined,
           (SELECT coalesce(verified_time, creation_time) FROM blob WHERE state = 'live'
             ORDER BY coalesce(verified_time, creation_time), blob_id LIMIT 1) AS oldest
    """
)


async def begin_run(connection: AsyncConnection, kind: str, *, repair: bool) -> int:
    """Keep that a run has begun; its id."""
    await connection.execute(_FORGET, {"kind": kind, "kept": KEPT_RUNS})
    return int((await connection.execute(_BEGIN, {"kind": kind, "repair": repair})).scalar_one())


async def end_run(connection: AsyncConnection, run_id: int, **counts: Any) -> None:
    """Keep what a run did: ``complete``, ``verified_blobs``, ``verified_bytes``, ``findings``, ``repaired``."""
    await connection.execute(_END, {"run_id": run_id, **counts})


async def latest_run(connection: AsyncConnection, kind: str) -> Run | None:
    """The latest run that has ended."""
    row = (await connection.execute(_LATEST, {"kind": kind})).one_or_none()
    return None if row is None else Run(*row)


async def state(connection: AsyncConnection) -> tuple[int, datetime | None]:
    """How many blobs are in quarantine, and when the one was hashed that was not for the longest time."""
    row = (await connection.execute(_STATE)).one()
    return row.quarantined, row.oldest
