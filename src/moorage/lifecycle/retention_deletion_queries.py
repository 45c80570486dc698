"""SQL of carrying out what a retention task has planned: sets of artifacts at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.driver import Row, fetch_all

# --- which --------------------------------------------------------------------------------------

_HOLDS = "SELECT 1 FROM retention_policy WHERE policy_id = %s AND update_time <= %s"


async def holds(connection: AsyncConnection, policy_id: int, moment: datetime) -> bool:
    """Whether a policy says what it said at that moment."""
    return bool(await fetch_all(connection, _HOLDS, (policy_id, moment)))


# What an index lists comes after it: its id is higher, so it mostly comes first anyway.
_NEXT = """
SELECT c.artifact_id FROM retention_candidate c
 WHERE c.task_id = %s AND c.verdict = 'delete' AND c.artifact_id < %s
   AND NOT EXISTS (SELECT 1 FROM artifact_child k JOIN artifact p ON p.artifact_id = k.parent_id
                    WHERE k.child_id = c.artifact_id AND p.state = 'live'
                      AND NOT EXISTS (SELECT 1 FROM retention_candidate u
                                       WHERE u.task_id = %s AND u.artifact_id = p.artifact_id
                                         AND u.verdict = 'delete'))
 ORDER BY c.artifact_id DESC LIMIT %s
"""


async def next_candidates(connection: AsyncConnection, task_id: int, below: int, limit: int) -> list[int]:
    """Artifacts that are to go, the newest first; not those in an index that stays.

    In one that goes as well they are among them: what they share with it could be needed by either.
    """
    return [row[0] for row in await fetch_all(connection, _NEXT, (task_id, below, task_id, limit))]


# Accessories, and children without tags, as they were planned; unless something else lists them, or they are about
# something else. What came since the plan was made is not among them: ``needed`` tells of it.
_FOLLOWING = """
SELECT a.artifact_id FROM retention_candidate q JOIN artifact a ON a.artifact_id = q.artifact_id AND a.state = 'live'
 WHERE q.task_id = %(task)s AND q.verdict = 'follow' AND q.artifact_id <> ALL(%(gone)s::bigint[])
   AND q.artifact_id IN (
        SELECT x.artifact_id FROM artifact s
          JOIN artifact_accessory x ON x.repository_id = s.repository_id AND x.subject_digest = s.digest
         WHERE s.artifact_id = ANY(%(gone)s::bigint[])
        UNION ALL
        SELECT c.child_id FROM artifact_child c WHERE c.parent_id = ANY(%(gone)s::bigint[]))
   AND NOT EXISTS (
        SELECT 1 FROM artifact_child c JOIN artifact p ON p.artifact_id = c.parent_id
         WHERE c.child_id = a.artifact_id AND p.state = 'live' AND p.artifact_id <> ALL(%(gone)s::bigint[]))
   AND NOT EXISTS (
        SELECT 1 FROM artifact_accessory x
          JOIN artifact s ON s.repository_id = x.repository_id AND s.digest = x.subject_digest
         WHERE x.artifact_id = a.artifact_id AND s.state = 'live' AND s.artifact_id <> ALL(%(gone)s::bigint[]))
"""


async def following(connection: AsyncConnection, task_id: int, gone: Sequence[int]) -> list[int]:
    """Artifacts that go with others."""
    found = await connection.exec_driver_sql(_FOLLOWING, {"task": task_id, "gone": list(gone)})
    return [row[0] for row in found]


_LOCK_ARTIFACTS = """
SELECT artifact_id FROM artifact WHERE artifact_id = ANY(%s::bigint[]) AND state = 'live' ORDER BY digest FOR UPDATE
"""
# In the order in which a push moves its tags: in any other the two could wait for each other.
_LOCK_TAGS = """
SELECT artifact_id, name, push_time FROM tag WHERE artifact_id = ANY(%s::bigint[]) AND lifetime_end IS NULL
 ORDER BY name FOR UPDATE
"""


async def lock_artifacts(connection: AsyncConnection, artifact_ids: Sequence[int]) -> set[int]:
    """The live ones among artifacts, locked against pushes that refer to them, in the order of those pushes."""
    return {row[0] for row in await fetch_all(connection, _LOCK_ARTIFACTS, (list(artifact_ids),))}


async def lock_tags(connection: AsyncConnection, artifact_ids: Sequence[int]) -> Mapping[int, list[str]]:
    """The tags of artifacts, locked; the last pushed first."""
    tags: dict[int, list[str]] = {}
    rows = await fetch_all(connection, _LOCK_TAGS, (list(artifact_ids),))
    for artifact_id, name, _ in sorted(rows, key=lambda row: row[2], reverse=True):
        tags.setdefault(artifact_id, []).append(name)
    return tags


@dataclass(frozen=True, slots=True)
class Fact:
    """A locked artifact: ``unused`` since the plan was made, which it is in; ``needed`` by something that stays."""

    artifact_id: int
    digest: str
    media_type: str
    artifact_type: str | None
    size: int
    unused: bool
    needed: bool


_FACTS = """
SELECT a.artifact_id, a.digest, a.media_type, a.artifact_type, a.size,
       coalesce(c.verdict IN ('delete', 'follow') AND c.state = retention_state(a.artifact_id), false),
       EXISTS (SELECT 1 FROM artifact_child k JOIN artifact p ON p.artifact_id = k.parent_id
                WHERE k.child_id = a.artifact_id AND p.state = 'live' AND p.artifact_id <> ALL(%(gone)s::bigint[]))
       OR EXISTS (SELECT 1 FROM artifact_accessory x JOIN artifact k ON k.artifact_id = x.artifact_id
                   WHERE x.repository_id = a.repository_id AND x.subject_digest = a.digest
                     AND k.state = 'live' AND k.artifact_id <> ALL(%(gone)s::bigint[]))
  FROM artifact a
  LEFT JOIN retention_candidate c ON c.task_id = %(task)s AND c.artifact_id = a.artifact_id
 WHERE a.artifact_id = ANY(%(gone)s::bigint[])
"""


async def facts(connection: AsyncConnection, task_id: int, gone: Sequence[int]) -> Mapping[int, Fact]:
    """What decides whether artifacts may go, by id."""
    found = await connection.exec_driver_sql(_FACTS, {"task": task_id, "gone": list(gone)})
    return {row[0]: Fact(*tuple(row)) for row in found}


_EDGES = """
SELECT c.parent_id, c.child_id FROM artifact_child c
 WHERE c.parent_id = ANY(%(gone)s::bigint[]) AND c.child_id = ANY(%(gone)s::bigint[])
UNION
SELECT s.artifact_id, x.artifact_id
  FROM artifact s JOIN artifact_accessory x ON x.repository_id = s.repository_id AND x.subject_digest = s.digest
 WHERE s.artifact_id = ANY(%(gone)s::bigint[]) AND x.artifact_id = ANY(%(gone)s::bigint[])
"""


async def edges(connection: AsyncConnection, gone: Sequence[int]) -> list[Row]:
    """Which of some artifacts takes which of them along."""
    return [tuple(row) for row in await connection.exec_driver_sql(_EDGES, {"gone": list(gone)})]


# --- deleting -----------------------------------------------------------------------------------

_PUT = """
INSERT INTO trash (kind, project_id, repository_id, resource, digest, artifact_count, tag_count, deleted_by,
                   deletion_time)
SELECT 'artifact', %s, %s, %s || '@' || n.digest, n.digest, n.artifacts, n.tags, %s, clock_timestamp()
  FROM unnest(%s::text[], %s::int[], %s::int[]) AS n(digest, artifacts, tags)
RETURNING digest, trash_id
"""
_TRASH_ARTIFACTS = """
UPDATE artifact a SET state = 'trash', trash_time = now(), trash_id = n.trash_id
  FROM unnest(%s::bigint[], %s::bigint[]) AS n(artifact_id, trash_id)
 WHERE a.artifact_id = n.artifact_id RETURNING 1
"""
_END_TAGS = """
UPDATE tag t SET lifetime_end = clock_timestamp(), end_operation = 'delete', ended_by = %s, trash_id = n.trash_id
  FROM unnest(%s::bigint[], %s::bigint[]) AS n(artifact_id, trash_id)
 WHERE t.artifact_id = n.artifact_id AND t.lifetime_end IS NULL RETURNING 1
"""


@dataclass(frozen=True, slots=True)
class Going:
    """An artifact that is deleted, with what goes with it and how many tags all of them have."""

    digest: str
    artifact_ids: Sequence[int]
    tags: int


async def delete(
    connection: AsyncConnection, repository: tuple[int, str, int], going: Sequence[Going], actor: str
) -> None:
    """Put locked artifacts into the trash, an entry for each; ``repository``: id, full name and project."""
    repository_id, name, project_id = repository
    digests = [one.digest for one in going]
    counts = ([len(one.artifact_ids) for one in going], [one.tags for one in going])
    rows = await fetch_all(connection, _PUT, (project_id, repository_id, name, actor, digests, *counts))
    entries = {digest: trash_id for digest, trash_id in rows}
    artifact_ids = [number for one in going for number in one.artifact_ids]
    trash_ids = [entries[one.digest] for one in going for _ in one.artifact_ids]
    await fetch_all(connection, _END_TAGS, (actor, artifact_ids, trash_ids))
    await fetch_all(connection, _TRASH_ARTIFACTS, (artifact_ids, trash_ids))


_SETTLE = """
UPDATE retention_candidate SET verdict = %s WHERE task_id = %s AND artifact_id = ANY(%s::bigint[]) RETURNING 1
"""
_DROP = """
DELETE FROM retention_candidate WHERE task_id = %s AND artifact_id = ANY(%s::bigint[]) RETURNING 1
"""
_COUNT = """
UPDATE retention_plan p SET deleted = p.deleted + %s WHERE p.task_id = %s RETURNING p.deleted
"""


async def mark(connection: AsyncConnection, task_id: int, verdict: str, artifact_ids: Sequence[int]) -> None:
    """Write down what became of artifacts of a plan."""
    if artifact_ids:
        await fetch_all(connection, _SETTLE, (verdict, task_id, list(artifact_ids)))


async def drop(connection: AsyncConnection, task_id: int, artifact_ids: Sequence[int]) -> None:
    """Forget artifacts of a plan that went with others."""
    if artifact_ids:
        await fetch_all(connection, _DROP, (task_id, list(artifact_ids)))


async def count(connection: AsyncConnection, task_id: int, deleted: int) -> int:
    """So many more artifacts were deleted; how many in all."""
    return int((await fetch_all(connection, _COUNT, (deleted, task_id)))[0][0])
