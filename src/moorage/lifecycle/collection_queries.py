"""SQL of garbage collection: what is due, found by notes, and taking it away.

``:horizon`` is the start of the collection less the window: what was noted or asserted since is left alone. Look-ups
are scalar subqueries with LIMIT, so that the planner cannot turn them into a join with what is stored; they are in the
order of an index where it may believe that any row will do, and would read the table until it meets one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.lifecycle.collection_models import Candidate

#: Items of each kind that a run keeps.
MOST_ITEMS = 100_000

# --- blobs ----------------------------------------------------------------------------------------

# Of a blob ``b``. One that a collection has begun to sweep is due whatever was noted since.
_BLOB_DUE = """
       b.state = 'trash'
       OR (b.touch_time < :horizon
           AND (SELECT true FROM artifact_blob r WHERE r.blob_id = b.blob_id ORDER BY r.project_id LIMIT 1) IS NULL
           AND (SELECT true FROM collection_note n
                 WHERE n.blob_id = b.blob_id AND n.noted_time >= :horizon ORDER BY n.noted_time LIMIT 1) IS NULL)
"""
_BLOBS = text(
    f"""
    SELECT c.blob_id, b.digest, b.size, b.blob_id IS NOT NULL AND ({_BLOB_DUE}) AS due
      FROM (SELECT x.blob_id FROM (
                (SELECT DISTINCT n.blob_id FROM collection_note n
                  WHERE n.blob_id > :after AND n.noted_time < :horizon ORDER BY n.blob_id LIMIT :most)
                UNION
                (SELECT t.blob_id FROM blob t WHERE t.state = 'trash' AND t.blob_id > :after
                  ORDER BY t.blob_id LIMIT :most)) AS x
             ORDER BY x.blob_id LIMIT :most) AS c
      LEFT JOIN LATERAL (SELECT * FROM blob y WHERE y.blob_id = c.blob_id LIMIT 1) AS b ON true
     ORDER BY c.blob_id
    """  # noqa: S608
)


async def blobs(
    connection: AsyncConnection, horizon: datetime, after: int, most: int
) -> tuple[list[Candidate], int | None]:
    """Blobs that are due, among the next ``most`` that are noted; where to go on, None at the end."""
    values = {"horizon": horizon, "after": after, "most": most}
    rows = (await connection.execute(_BLOBS, values)).all()
    due = [Candidate(row.blob_id, row.digest, row.size) for row in rows if row.due]
    return due, rows[-1].blob_id if len(rows) == most else None


# Whoever pushes, mounts or copies one of them at this moment holds its row or a link, and keeps it.
_LOCK_BLOBS = text(
    """
    SELECT blob_id FROM blob
     WHERE blob_id = ANY(:ids) AND (sweep_end IS NULL OR sweep_end < clock_timestamp())
     ORDER BY digest FOR UPDATE SKIP LOCKED
    """
)
_LOCK_LINKS = text(
    """
    SELECT blob_id FROM repository_blob WHERE blob_id = ANY(:ids) ORDER BY repository_id, blob_id FOR UPDATE SKIP LOCKED
    """
)
_LINKS = text("SELECT blob_id, count(*) AS links FROM repository_blob WHERE blob_id = ANY(:ids) GROUP BY blob_id")
_STILL_DUE = text(f"SELECT b.blob_id FROM blob b WHERE b.blob_id = ANY(:ids) AND ({_BLOB_DUE})")  # noqa: S608
_UNLINK_BLOBS = text("DELETE FROM repository_blob WHERE blob_id = ANY(:ids)")
_CLAIM_BLOBS = text(
    """
    UPDATE blob b SET state = 'trash', sweep_end = q.sweep_end
      FROM (SELECT clock_timestamp() + make_interval(secs => :lease) AS sweep_end OFFSET 0) AS q
     WHERE b.blob_id = ANY(:ids) RETURNING b.blob_id, b.sweep_end
    """
)


async def claim_blobs(
    connection: AsyncConnection, ids: Sequence[int], horizon: datetime, lease: float
) -> dict[int, datetime]:
    """Take those that are still due out of every repository; nobody sees them from now on. Until when they are ours.

    First the locks, then a look with fresh eyes: what was waited for, or promised meanwhile, is seen.
    """
    locked = set((await connection.execute(_LOCK_BLOBS, {"ids": list(ids)})).scalars())
    if not locked:
        return {}
    free: dict[int, int] = {}
    for blob_id in (await connection.execute(_LOCK_LINKS, {"ids": list(locked)})).scalars():
        free[blob_id] = free.get(blob_id, 0) + 1
    for row in await connection.execute(_LINKS, {"ids": list(locked)}):
        if row.links > free.get(row.blob_id, 0):
            locked.discard(row.blob_id)
    due = (await connection.execute(_STILL_DUE, {"ids": list(locked), "horizon": horizon})).scalars().all()
    if not due:
        return {}
    await connection.execute(_UNLINK_BLOBS, {"ids": list(due)})
    claimed = await connection.execute(_CLAIM_BLOBS, {"ids": list(due), "lease": lease})
    return {row.blob_id: row.sweep_end for row in claimed}


_LOCK_CLAIMED = text(
    """
    SELECT b.blob_id, b.digest, b.size
      FROM unnest(CAST(:ids AS bigint[]), CAST(:ends AS timestamptz[])) AS q(blob_id, sweep_end)
      JOIN blob b ON b.blob_id = q.blob_id
     WHERE b.state = 'trash' AND b.sweep_end = q.sweep_end
     ORDER BY b.digest FOR UPDATE OF b SKIP LOCKED
    """
)


async def lock_claimed(connection: AsyncConnection, claimed: dict[int, datetime]) -> list[Candidate]:
    """Those that nobody has pushed again since they were claimed, locked."""
    values = {"ids": list(claimed), "ends": list(claimed.values())}
    return [Candidate(*row) for row in await connection.execute(_LOCK_CLAIMED, values)]


_DELETE_BLOBS = text("DELETE FROM blob WHERE blob_id = ANY(:ids)")
_DELETE_BLOB_NOTES = text("DELETE FROM collection_note WHERE blob_id = ANY(:ids)")


async def delete_blobs(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """Forget blobs whose bytes are gone."""
    await connection.execute(_DELETE_BLOBS, {"ids": list(ids)})
    await connection.execute(_DELETE_BLOB_NOTES, {"ids": list(ids)})


_SECONDS_LEFT = text(
    """
    SELECT coalesce(max(extract(epoch FROM b.sweep_end - clock_timestamp())), 0)::float8
      FROM (SELECT sweep_end FROM blob WHERE state = 'trash' LIMIT 10000) AS b
    """
)


async def seconds_left(connection: AsyncConnection) -> float:
    """How long somebody may go on deleting what was begun before; negative or 0: nobody does."""
    return float(await connection.scalar(_SECONDS_LEFT) or 0.0)


# --- links ----------------------------------------------------------------------------------------

# Of a note or link ``c``. The planner goes from the blob's references to their artifacts, or the other way round.
_REFERENCED_THERE = """
       (SELECT true FROM artifact_blob r JOIN artifact a ON a.artifact_id = r.artifact_id
         WHERE r.blob_id = c.blob_id AND a.repository_id = c.repository_id LIMIT 1)
"""
_REFERENCED = "(SELECT true FROM artifact_blob r WHERE r.blob_id = c.blob_id ORDER BY r.project_id LIMIT 1)"
_LINKED = """
       (SELECT true FROM repository_blob l WHERE l.blob_id = c.blob_id AND l.repository_id = c.repository_id)
"""
# What is needed is not looked at again until something that needs it goes; of several notes the youngest does.
_PRUNE = text(
    f"""
    WITH c AS (
        SELECT n.note_id, n.blob_id, n.repository_id, n.noted_time FROM collection_note n
         WHERE n.note_id > :after AND n.blob_id IS NOT NULL AND n.noted_time < :horizon
         ORDER BY n.note_id LIMIT :most FOR UPDATE SKIP LOCKED
    ), gone AS (
        DELETE FROM collection_note n USING c
         WHERE n.note_id = c.note_id
           AND ((SELECT true FROM blob b WHERE b.blob_id = c.blob_id) IS NULL
                OR (c.repository_id IS NULL AND {_REFERENCED})
                OR (c.repository_id IS NOT NULL AND ({_LINKED} IS NULL OR {_REFERENCED_THERE}))
                OR (SELECT true FROM collection_note o
                     WHERE o.blob_id = c.blob_id AND o.repository_id IS NOT DISTINCT FROM c.repository_id
                       AND o.note_id > c.note_id AND o.noted_time >= c.noted_time LIMIT 1))
        RETURNING n.note_id)
    SELECT count(*) AS looked, max(c.note_id) AS last, (SELECT count(*) FROM gone) AS gone FROM c
    """  # noqa: S608
)


async def prune_notes(connection: AsyncConnection, horizon: datetime, after: int, most: int) -> int | None:
    """Take away notes of blobs that are needed; where to go on, None at the end."""
    values = {"horizon": horizon, "after": after, "most": most}
    row = (await connection.execute(_PRUNE, values)).one()
    return row.last if row.looked == most else None


# A link that nothing in its repository needs, of a blob that others need: what nobody needs is swept with its links.
_LINK_DUE = f"""
       {_REFERENCED}
       AND {_REFERENCED_THERE} IS NULL
       AND (SELECT true FROM blob b WHERE b.blob_id = c.blob_id AND b.touch_time < :horizon)
       AND (SELECT true FROM collection_note n WHERE n.blob_id = c.blob_id AND n.repository_id = c.repository_id
               AND n.noted_time >= :horizon LIMIT 1) IS NULL
"""  # noqa: S608
_LINKS_DUE = text(
    f"""
    SELECT c.blob_id, c.repository_id, c.note_id, ({_LINK_DUE}) AS due
      FROM (SELECT n.blob_id, n.repository_id, n.note_id FROM collection_note n
             WHERE n.note_id > :after AND n.blob_id IS NOT NULL AND n.repository_id IS NOT NULL
               AND n.noted_time < :horizon
             ORDER BY n.note_id LIMIT :most) AS c
     ORDER BY c.note_id
    """  # noqa: S608
)
_LOCK_DUE_LINKS = text(
    """
    SELECT l.blob_id, l.repository_id
      FROM unnest(CAST(:blobs AS bigint[]), CAST(:repositories AS bigint[])) AS q(blob_id, repository_id)
      JOIN repository_blob l ON l.blob_id = q.blob_id AND l.repository_id = q.repository_id
     ORDER BY l.repository_id, l.blob_id FOR UPDATE OF l SKIP LOCKED
    """
)
_UNLINK = text(
    f"""
    DELETE FROM repository_blob c
     USING unnest(CAST(:blobs AS bigint[]), CAST(:repositories AS bigint[])) AS q(blob_id, repository_id)
     WHERE c.blob_id = q.blob_id AND c.repository_id = q.repository_id AND {_LINK_DUE}
    """  # noqa: S608
)


async def due_links(
    connection: AsyncConnection, horizon: datetime, after: int, most: int
) -> tuple[list[tuple[int, int]], int | None]:
    """Links that are due (blob id, repository id); where to go on, None at the end."""
    values = {"horizon": horizon, "after": after, "most": most}
    rows = (await connection.execute(_LINKS_DUE, values)).all()
    due = sorted({(row.blob_id, row.repository_id) for row in rows if row.due})
    return due, rows[-1].note_id if len(rows) == most else None


async def unlink(connection: AsyncConnection, links: Sequence[tuple[int, int]], horizon: datetime) -> int:
    """Remove links that are still due, and that nobody holds; how many went."""
    locked = (await connection.execute(_LOCK_DUE_LINKS, _pairs(links))).all()
    if not locked:
        return 0
    held = [(row.blob_id, row.repository_id) for row in locked]
    return (await connection.execute(_UNLINK, {**_pairs(held), "horizon": horizon})).rowcount


def _pairs(links: Sequence[tuple[int, int]]) -> dict[str, Any]:
    return {"blobs": [link[0] for link in links], "repositories": [link[1] for link in links]}


# --- manifests ------------------------------------------------------------------------------------

_MANIFEST_DUE = """
       (SELECT true FROM artifact a WHERE a.digest = m.digest LIMIT 1) IS NULL
       AND (SELECT true FROM collection_note n WHERE n.digest = m.digest AND n.noted_time >= :horizon LIMIT 1) IS NULL
"""
_MANIFESTS = text(
    f"""
    SELECT c.digest, octet_length(m.content) AS size, m.digest IS NOT NULL AND {_MANIFEST_DUE} AS due
      FROM (SELECT DISTINCT n.digest FROM collection_note n
             WHERE n.digest > :after AND n.noted_time < :horizon ORDER BY n.digest LIMIT :most) AS c
      LEFT JOIN LATERAL (SELECT * FROM manifest y WHERE y.digest = c.digest LIMIT 1) AS m ON true
     ORDER BY c.digest
    """  # noqa: S608
)
_LOCK_MANIFESTS = text(
    "SELECT m.digest FROM manifest m WHERE m.digest = ANY(:digests) ORDER BY m.digest FOR UPDATE SKIP LOCKED"
)
_DELETE_MANIFESTS = text(
    f"DELETE FROM manifest m WHERE m.digest = ANY(:digests) AND {_MANIFEST_DUE}"  # noqa: S608
    " RETURNING m.digest, octet_length(m.content) AS size"
)
_DELETE_DIGEST_NOTES = text("DELETE FROM collection_note WHERE digest = ANY(:digests)")
_PRUNE_DIGESTS = text(
    """
    DELETE FROM collection_note n
     WHERE n.digest IS NOT NULL AND n.digest = ANY(:digests) AND n.noted_time < :horizon
       AND ((SELECT true FROM artifact a WHERE a.digest = n.digest LIMIT 1)
            OR (SELECT true FROM manifest m WHERE m.digest = n.digest) IS NULL)
    """
)


async def manifests(
    connection: AsyncConnection, horizon: datetime, after: str, most: int
) -> tuple[list[Candidate], list[str], str | None]:
    """Manifests whose bytes are due, the digests that are noted and not due; where to go on, None at the end."""
    values = {"horizon": horizon, "after": after, "most": most}
    rows = (await connection.execute(_MANIFESTS, values)).all()
    due = [Candidate(row.digest, row.digest, row.size) for row in rows if row.due]
    others = [row.digest for row in rows if not row.due]
    return due, others, rows[-1].digest if len(rows) == most else None


async def delete_manifests(connection: AsyncConnection, digests: Sequence[str], horizon: datetime) -> list[Candidate]:
    """Delete the bytes of manifests that are still due; a push that stores one again waits, and stores it anew."""
    locked = list((await connection.execute(_LOCK_MANIFESTS, {"digests": list(digests)})).scalars())
    if not locked:
        return []
    rows = await connection.execute(_DELETE_MANIFESTS, {"digests": locked, "horizon": horizon})
    gone = [Candidate(row.digest, row.digest, row.size) for row in rows]
    await connection.execute(_DELETE_DIGEST_NOTES, {"digests": [candidate.digest for candidate in gone]})
    return gone


async def prune_digests(connection: AsyncConnection, digests: Sequence[str], horizon: datetime) -> None:
    """Take away notes of manifests that an artifact has, or that are gone."""
    if digests:
        await connection.execute(_PRUNE_DIGESTS, {"digests": list(digests), "horizon": horizon})


# --- repositories ---------------------------------------------------------------------------------

# One that was deleted, or never had a manifest, and holds nothing any more, not even something that can come back.
_REPOSITORY_EMPTY = """
       r.first_push_time IS NULL
       AND (SELECT true FROM artifact a WHERE a.repository_id = r.repository_id ORDER BY a.digest LIMIT 1) IS NULL
       AND (SELECT true FROM repository_blob l
             WHERE l.repository_id = r.repository_id ORDER BY l.blob_id LIMIT 1) IS NULL
       AND (SELECT true FROM trash t WHERE t.repository_id = r.repository_id LIMIT 1) IS NULL
"""
_NOTED_REPOSITORIES = text(
    f"""
    SELECT c.repository_id, c.notes, r.repository_id IS NOT NULL AND {_REPOSITORY_EMPTY} AS empty
      FROM (SELECT n.repository_id, array_agg(n.note_id) AS notes FROM collection_note n
             WHERE n.repository_id > :after AND n.blob_id IS NULL AND n.noted_time < :horizon
             GROUP BY n.repository_id ORDER BY n.repository_id LIMIT :most) AS c
      LEFT JOIN LATERAL (SELECT * FROM repository y WHERE y.repository_id = c.repository_id LIMIT 1) AS r ON true
     ORDER BY c.repository_id
    """  # noqa: S608
)
_LOCK_REPOSITORIES = text(
    "SELECT repository_id FROM repository WHERE repository_id = ANY(:ids) ORDER BY repository_id FOR UPDATE SKIP LOCKED"
)
_DELETE_REPOSITORIES = text(
    f"DELETE FROM repository r WHERE r.repository_id = ANY(:ids) AND {_REPOSITORY_EMPTY} RETURNING r.repository_id"  # noqa: S608
)
_DELETE_CHANGES = text("DELETE FROM change_count WHERE scope = 'repository' AND scope_id = ANY(:ids)")
_DELETE_NOTES = text("DELETE FROM collection_note WHERE note_id = ANY(:ids)")


async def delete_repositories(
    connection: AsyncConnection, horizon: datetime, after: int, most: int
) -> tuple[int, int | None]:
    """Delete repositories that hold nothing; how many, and where to go on, None at the end."""
    values = {"horizon": horizon, "after": after, "most": most}
    noted = (await connection.execute(_NOTED_REPOSITORIES, values)).all()
    empty = [row.repository_id for row in noted if row.empty]
    gone: set[int] = set()
    if empty:
        locked = list((await connection.execute(_LOCK_REPOSITORIES, {"ids": empty})).scalars())
        gone = set((await connection.execute(_DELETE_REPOSITORIES, {"ids": locked})).scalars())
        await connection.execute(_DELETE_CHANGES, {"ids": sorted(gone)})
    # What one still holds is noted when that goes; one that was held by somebody is looked at the next time.
    seen = [note for row in noted if not row.empty or row.repository_id in gone for note in row.notes]
    if seen:
        await connection.execute(_DELETE_NOTES, {"ids": seen})
    return len(gone), noted[-1].repository_id if len(noted) == most else None
