"""Putting untagged artifacts into the trash, with what belongs to them.

An artifact is untagged when no tag names it, no live index lists it, and it refers to no live subject. With it go, in
one deletion that can be undone, its accessories and the children nobody else needs, as when it is deleted by hand.
Nothing waits here: what somebody holds at this moment stays for the next time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.artifacts import happened
from moorage.events import service as events
from moorage.events.models import SYSTEM
from moorage.lifecycle import immutability
from moorage.lifecycle.collection_models import UNTAGGED, Item
from moorage.lifecycle.trash import UNTAGGED_CAUSE

#: Untagged artifacts looked at at a time, and what goes with them at most.
BATCH = 100
MOST = 20_000


@dataclass(slots=True)
class Plan:
    """What goes: by the id of each artifact the untagged one it belongs to."""

    roots: dict[int, int] = field(default_factory=dict)

    @property
    def ids(self) -> list[int]:
        """Every artifact that goes."""
        return sorted(self.roots)


_TAGGED = "(SELECT true FROM tag t WHERE t.artifact_id = a.artifact_id AND t.lifetime_end IS NULL LIMIT 1)"
_LISTED = """
       (SELECT true FROM artifact_child c JOIN artifact p ON p.artifact_id = c.parent_id
         WHERE c.child_id = a.artifact_id AND p.state = 'live' LIMIT 1)
"""
_SUBJECT = """
       (SELECT true FROM artifact s WHERE s.repository_id = a.repository_id AND s.digest = a.subject_digest
                                      AND s.state = 'live' AND s.artifact_id <> a.artifact_id LIMIT 1)
"""
_BELONGS = """
       (SELECT true FROM artifact_accessory x
          JOIN artifact s ON s.repository_id = x.repository_id AND s.digest = x.subject_digest
         WHERE x.artifact_id = a.artifact_id AND s.state = 'live' AND s.artifact_id <> a.artifact_id LIMIT 1)
"""
_UNTAGGED = f"""
       a.state = 'live' AND a.push_time < :before
       AND {_TAGGED} IS NULL AND {_LISTED} IS NULL AND {_SUBJECT} IS NULL AND {_BELONGS} IS NULL
"""
# The index has those that no list hides; the notes those that refer to something that is gone or never came.
_CANDIDATES = text(
    f"""
    SELECT c.artifact_id, a.artifact_id IS NOT NULL AND {_UNTAGGED} AS due
      FROM (SELECT x.artifact_id FROM (
                (SELECT y.artifact_id FROM artifact y
                  WHERE y.state = 'live' AND NOT y.tagged AND y.shown = 2 AND y.artifact_id > :after
                  ORDER BY y.artifact_id LIMIT :most)
                UNION
                (SELECT DISTINCT n.artifact_id FROM collection_note n WHERE n.artifact_id > :after
                  ORDER BY n.artifact_id LIMIT :most)) AS x
             ORDER BY x.artifact_id LIMIT :most) AS c
      LEFT JOIN LATERAL (SELECT * FROM artifact y WHERE y.artifact_id = c.artifact_id LIMIT 1) AS a ON true
     ORDER BY c.artifact_id
    """  # noqa: S608
)
_LOCK = text(
    "SELECT artifact_id FROM artifact WHERE artifact_id = ANY(:ids) AND state = 'live'"
    " ORDER BY digest FOR UPDATE SKIP LOCKED"
)
_STILL_UNTAGGED = text(f"SELECT a.artifact_id FROM artifact a WHERE a.artifact_id = ANY(:ids) AND {_UNTAGGED}")  # noqa: S608
_FOLLOWING = text(
    f"""
    SELECT a.artifact_id, min(f.via) AS via
      FROM (SELECT x.artifact_id, s.artifact_id AS via FROM artifact s
              JOIN artifact_accessory x ON x.repository_id = s.repository_id AND x.subject_digest = s.digest
             WHERE s.artifact_id = ANY(:new)
            UNION ALL
            SELECT a.artifact_id, c.parent_id FROM artifact_child c JOIN artifact a ON a.artifact_id = c.child_id
             WHERE c.parent_id = ANY(:new) AND {_TAGGED} IS NULL) AS f
      JOIN artifact a ON a.artifact_id = f.artifact_id
     WHERE a.state = 'live' AND a.artifact_id <> ALL(:gone)
       AND (SELECT true FROM artifact_child c JOIN artifact p ON p.artifact_id = c.parent_id
             WHERE c.child_id = a.artifact_id AND p.state = 'live' AND p.artifact_id <> ALL(:gone) LIMIT 1) IS NULL
     GROUP BY a.artifact_id
    """  # noqa: S608
)


async def candidates(connection: AsyncConnection, before: datetime, after: int) -> tuple[list[int], int | None]:
    """Untagged artifacts among the next that may be; where to go on, None at the end."""
    rows = (await connection.execute(_CANDIDATES, {"before": before, "after": after, "most": BATCH})).all()
    return [row.artifact_id for row in rows if row.due], rows[-1].artifact_id if len(rows) == BATCH else None


async def planned(connection: AsyncConnection, ids: Sequence[int], before: datetime, *, lock: bool) -> Plan:
    """What goes when these do; ``lock``: it is ours until the transaction ends, as far as nobody else holds it."""
    if lock and ids:
        held = list((await connection.execute(_LOCK, {"ids": list(ids)})).scalars())
        # A statement of its own: what was pushed before the lock is seen.
        ids = (await connection.execute(_STILL_UNTAGGED, {"ids": held, "before": before})).scalars().all()
    plan = Plan({artifact_id: artifact_id for artifact_id in ids})
    new = list(ids)
    while new and len(plan.roots) < MOST:
        following = await _following(connection, plan, new)
        if lock and following:
            held = list((await connection.execute(_LOCK, {"ids": sorted(following)})).scalars())
            again = await _following(connection, plan, new)
            following = {key: root for key, root in again.items() if key in held}
        kept = await _immutable(connection, sorted(following))
        new = [artifact_id for artifact_id in following if artifact_id not in kept]
        plan.roots.update((artifact_id, following[artifact_id]) for artifact_id in new)
    return plan


async def _following(connection: AsyncConnection, plan: Plan, new: Sequence[int]) -> dict[int, int]:
    rows = await connection.execute(_FOLLOWING, {"new": list(new), "gone": plan.ids})
    return {row.artifact_id: plan.roots[row.via] for row in rows}


_TAGS = text(
    """
    SELECT a.artifact_id, a.project_id, r.name AS repository, t.name AS tag
      FROM tag t JOIN artifact a ON a.artifact_id = t.artifact_id JOIN repository r ON r.repository_id = a.repository_id
     WHERE t.artifact_id = ANY(:ids) AND t.lifetime_end IS NULL
    """
)


async def _immutable(connection: AsyncConnection, ids: Sequence[int]) -> set[int]:
    """Accessories with a tag that a rule wants to stay."""
    if not ids:
        return set()
    kept: set[int] = set()
    tags: dict[int, dict[str, dict[str, int]]] = {}
    for row in await connection.execute(_TAGS, {"ids": list(ids)}):
        tags.setdefault(row.project_id, {}).setdefault(row.repository, {})[row.tag] = row.artifact_id
    for project_id, of_project in tags.items():
        found = await immutability.immutable_tags(connection, project_id, of_project)
        kept |= {of_project[repository][tag] for repository, names in found.items() for tag in names}
    return kept


_ARTIFACTS = text(
    """
    SELECT a.artifact_id, a.project_id, a.repository_id, r.name AS repository, a.digest, a.media_type, a.artifact_type,
           a.size, (SELECT count(*) FROM tag t WHERE t.artifact_id = a.artifact_id AND t.lifetime_end IS NULL) AS tags
      FROM artifact a JOIN repository r ON r.repository_id = a.repository_id
     WHERE a.artifact_id = ANY(:ids) ORDER BY a.artifact_id
    """
)


async def described(connection: AsyncConnection, plan: Plan) -> list[Any]:
    """The rows of what goes."""
    return list((await connection.execute(_ARTIFACTS, {"ids": plan.ids})).all()) if plan.roots else []


def items(rows: Sequence[Any]) -> list[Item]:
    """What goes, for the list of a run."""
    return [Item(UNTAGGED, f"{row.repository}@{row.digest}", row.size) for row in rows]


_PUT = text(
    """
    INSERT INTO trash (kind, project_id, repository_id, resource, digest, artifact_count, tag_count, deleted_by,
                       deletion_time, kept)
    SELECT 'artifact', q.project_id, q.repository_id, q.resource, q.digest, q.artifacts, q.tags, :name,
           clock_timestamp(), jsonb_build_object('cause', CAST(:cause AS text))
      FROM unnest(CAST(:projects AS bigint[]), CAST(:repositories AS bigint[]), CAST(:resources AS text[]),
                  CAST(:digests AS text[]), CAST(:artifacts AS int[]), CAST(:tags AS int[]))
           AS q(project_id, repository_id, resource, digest, artifacts, tags)
    RETURNING trash_id, repository_id, digest
    """
)
# In the order in which a push moves its tags: in any other the two could wait for each other.
_LOCK_TAGS = text(
    "SELECT tag_id FROM tag WHERE artifact_id = ANY(:ids) AND lifetime_end IS NULL ORDER BY name FOR UPDATE"
)
_END_TAGS = text(
    """
    UPDATE tag t SET lifetime_end = clock_timestamp(), end_operation = 'delete', ended_by = :name, trash_id = q.trash_id
      FROM unnest(CAST(:ids AS bigint[]), CAST(:entries AS bigint[])) AS q(artifact_id, trash_id)
     WHERE t.artifact_id = q.artifact_id AND t.lifetime_end IS NULL
    """
)
_TRASH = text(
    """
    UPDATE artifact a SET state = 'trash', trash_time = now(), trash_id = q.trash_id
      FROM unnest(CAST(:ids AS bigint[]), CAST(:entries AS bigint[])) AS q(artifact_id, trash_id)
     WHERE a.artifact_id = q.artifact_id
    """
)
_DELETE_NOTES = text("DELETE FROM collection_note WHERE artifact_id = ANY(:ids)")


async def put(connection: AsyncConnection, plan: Plan, rows: Sequence[Any]) -> None:
    """Put what is planned, and locked, into the trash: one entry, and one event, for each that is untagged."""
    roots = [row for row in rows if plan.roots[row.artifact_id] == row.artifact_id]
    counts = {row.artifact_id: [0, 0] for row in roots}
    for row in rows:
        counts[plan.roots[row.artifact_id]][0] += 1
        counts[plan.roots[row.artifact_id]][1] += row.tags
    put = await connection.execute(
        _PUT,
        {
            "name": SYSTEM.name,
            "cause": UNTAGGED_CAUSE,
            "projects": [row.project_id for row in roots],
            "repositories": [row.repository_id for row in roots],
            "resources": [f"{row.repository}@{row.digest}" for row in roots],
            "digests": [row.digest for row in roots],
            "artifacts": [counts[row.artifact_id][0] for row in roots],
            "tags": [counts[row.artifact_id][1] for row in roots],
        },
    )
    entries = {(entry.repository_id, entry.digest): entry.trash_id for entry in put}
    of_root = {row.artifact_id: entries[row.repository_id, row.digest] for row in roots}
    ids = [row.artifact_id for row in rows]
    values = {"ids": ids, "entries": [of_root[plan.roots[artifact_id]] for artifact_id in ids]}
    if any(row.tags for row in rows):
        await connection.execute(_LOCK_TAGS, {"ids": ids})
        await connection.execute(_END_TAGS, {**values, "name": SYSTEM.name})
    await connection.execute(_TRASH, values)
    await connection.execute(_DELETE_NOTES, {"ids": ids})
    await events.record(
        connection,
        SYSTEM,
        *(
            happened.deleted(
                row.repository, row.project_id, row.artifact_id, row.digest, row.media_type, row.artifact_type, row.size
            )
            for row in roots
        ),
    )
