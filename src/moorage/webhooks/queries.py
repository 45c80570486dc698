"""SQL of webhook policies, and of what is noted about what they were told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Text, bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.driver import fetch_all, fetch_value
from moorage.database.listing import Columns, ListQuery
from moorage.database.tables import project, webhook_policy

_P = webhook_policy.c

Row = Any

_COLUMNS = Columns(
    {
        "id": _P.policy_id,
        "name": _P.name,
        "description": _P.description,
        "enabled": _P.enabled,
        "creator": _P.creator,
        "creation_time": _P.creation_time,
        "update_time": _P.update_time,
    },
    order="-creation_time",
    unique="id",
)

# --- policies -----------------------------------------------------------------------------------


async def page(connection: AsyncConnection, project_id: int, query: ListQuery) -> tuple[int, Sequence[Row]]:
    """How many policies of a project match, and the page."""
    conditions = [_P.project_id == project_id, *_COLUMNS.conditions(query)]
    total = await connection.scalar(select(func.count()).select_from(webhook_policy).where(*conditions))
    rows = await connection.execute(
        select(webhook_policy)
        .where(*conditions)
        .order_by(*_COLUMNS.ordering(query))
        .limit(query.limit)
        .offset(query.offset)
    )
    return total or 0, rows.all()


_FIND = text("SELECT * FROM webhook_policy WHERE policy_id = :policy_id")


async def find(connection: AsyncConnection, policy_id: int) -> Row | None:
    """A policy, of whatever project."""
    return (await connection.execute(_FIND, {"policy_id": policy_id})).one_or_none()


async def hold_project(connection: AsyncConnection, project_id: int) -> bool:
    """Whether there is such a project, which then stays, and takes other policies only after this transaction."""
    statement = select(project.c.project_id).where(project.c.project_id == project_id, ~project.c.deleted)
    return (await connection.scalar(statement.with_for_update(key_share=True))) is not None


async def count(connection: AsyncConnection, project_id: int) -> int:
    """How many policies a project has."""
    statement = select(func.count()).select_from(webhook_policy).where(_P.project_id == project_id)
    return await connection.scalar(statement) or 0


async def name_is_taken(connection: AsyncConnection, project_id: int, name: str, but: int = 0) -> bool:
    """Whether another policy than ``but`` has the name. The caller holds the project."""
    condition = [_P.project_id == project_id, _P.name == name, _P.policy_id != but]
    return (await connection.scalar(select(_P.policy_id).where(*condition))) is not None


async def create(connection: AsyncConnection, project_id: int, values: Mapping[str, Any]) -> int:
    """The id of a new policy."""
    statement = insert(webhook_policy).values(project_id=project_id, **values).returning(_P.policy_id)
    return int(await connection.scalar(statement) or 0)


async def change(connection: AsyncConnection, policy_id: int, values: Mapping[str, Any]) -> bool:
    """Make a policy say something else; whether there is one."""
    statement = update(webhook_policy).where(_P.policy_id == policy_id).values(**values, update_time=func.now())
    return (await connection.execute(statement)).rowcount > 0


async def remove(connection: AsyncConnection, policy_id: int) -> bool:
    """Delete a policy; whether there was one."""
    return (await connection.execute(delete(webhook_policy).where(_P.policy_id == policy_id))).rowcount > 0


_FORGET_DELIVERIES = """
DELETE FROM execution WHERE vendor_type = ANY(%s::text[]) AND vendor_id = %s AND end_time IS NOT NULL RETURNING 1
"""


async def forget_deliveries(connection: AsyncConnection, policy_id: int, names: Sequence[str]) -> None:
    """Delete what is kept of finished deliveries of a policy; no more than ``webhooks.keep`` of each type."""
    await fetch_all(connection, _FORGET_DELIVERIES, (list(names), policy_id))


_TRIGGERS = text(
    """
    SELECT p.policy_id, e.event_type, t.last_time
      FROM webhook_policy p
     CROSS JOIN LATERAL unnest(p.event_types) WITH ORDINALITY AS e(event_type, number)
      LEFT JOIN webhook_trigger t ON t.policy_id = p.policy_id AND t.event_type = e.event_type
     WHERE p.project_id = :project_id
     ORDER BY p.update_time DESC, p.policy_id DESC, e.number
    """
)


async def triggers(connection: AsyncConnection, project_id: int) -> list[tuple[int, str, datetime | None]]:
    """When the policies of a project were last told of each of their events; the policy that was changed last first."""
    return [tuple(row) for row in await connection.execute(_TRIGGERS, {"project_id": project_id})]


# --- who is to be told --------------------------------------------------------------------------

_INTERESTED = text(
    """
    SELECT w.*, p.public
      FROM webhook_policy w JOIN project p ON p.project_id = w.project_id
     WHERE w.project_id = ANY(:projects) AND w.enabled AND NOT p.deleted
     ORDER BY w.policy_id
    """
).bindparams(bindparam("projects", type_=ARRAY(BigInteger)))


async def interested(connection: AsyncConnection, project_ids: Collection[int]) -> Sequence[Row]:
    """The enabled policies of projects, each with whether its project is public."""
    return (await connection.execute(_INTERESTED, {"projects": sorted(project_ids)})).all()


_PULLS_WANTED = """
SELECT EXISTS (SELECT 1 FROM webhook_policy WHERE enabled AND 'PULL_ARTIFACT'::text = ANY (event_types))
"""


async def pulls_wanted(connection: AsyncConnection) -> bool:
    """Whether anybody wants to be told of pulls."""
    return bool(await fetch_value(connection, _PULLS_WANTED, ()))


_CREATED = """
SELECT name, extract(epoch FROM creation_time)::bigint FROM repository WHERE name = ANY(%s::text[])
"""


async def creation_times(connection: AsyncConnection, repositories: Collection[str]) -> Mapping[str, int]:
    """When repositories were made, in seconds since 1970, by name."""
    return dict(await fetch_all(connection, _CREATED, (sorted(repositories),)))


# What went as a part of something else is told with that: children of an index, signatures and the like.
_DELETED = """
SELECT d.trash_id, a.digest, a.tags
  FROM unnest(%s::bigint[]) AS d(trash_id)
 CROSS JOIN LATERAL (
       SELECT a.digest, ARRAY(SELECT t.name FROM tag t WHERE t.artifact_id = a.artifact_id AND t.trash_id = d.trash_id
                               ORDER BY t.push_time DESC, t.name LIMIT 100) AS tags
         FROM artifact a
        WHERE a.trash_id = d.trash_id
          AND NOT EXISTS (SELECT 1 FROM artifact_accessory s WHERE s.artifact_id = a.artifact_id)
          AND NOT EXISTS (SELECT 1 FROM artifact_child c JOIN artifact p ON p.artifact_id = c.parent_id
                           WHERE c.child_id = a.artifact_id AND p.trash_id = d.trash_id)
        ORDER BY a.digest LIMIT %s) AS a
"""


async def deleted_artifacts(
    connection: AsyncConnection, trash_ids: Collection[int], limit: int
) -> dict[int, list[tuple[str, list[str]]]]:
    """Digests and tags of what deletions of repositories took away, up to ``limit`` of each."""
    found: dict[int, list[tuple[str, list[str]]]] = {}
    for trash_id, digest, tags in await fetch_all(connection, _DELETED, (sorted(trash_ids), limit)):
        found.setdefault(trash_id, []).append((digest, tags))
    return found


_NOTE_TRIGGERS = text(
    """
    INSERT INTO webhook_trigger AS t (policy_id, event_type, last_time)
    SELECT n.policy_id, n.event_type, clock_timestamp()
      FROM unnest(:policies, :event_types) AS n(policy_id, event_type)
      JOIN webhook_policy p ON p.policy_id = n.policy_id
    ON CONFLICT (policy_id, event_type) DO UPDATE SET last_time = excluded.last_time
    """
).bindparams(bindparam("policies", type_=ARRAY(BigInteger)), bindparam("event_types", type_=ARRAY(Text)))


async def note_triggers(connection: AsyncConnection, told: Collection[tuple[int, str]]) -> None:
    """Note that policies were told of events now."""
    pairs = sorted(told)
    values = {"policies": [policy for policy, _ in pairs], "event_types": [event for _, event in pairs]}
    await connection.execute(_NOTE_TRIGGERS, values)


# --- what of quotas was told --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Notice:
    """What was told of a project's quota and still holds."""

    warned: bool = False
    exceeded: bool = False


_NOTICES = "SELECT project_id, warned, exceeded FROM quota_notice WHERE project_id = ANY(%s::bigint[])"


async def notices(connection: AsyncConnection, project_ids: Collection[int]) -> dict[int, Notice]:
    """What was told, by project."""
    rows = await fetch_all(connection, _NOTICES, (sorted(project_ids),))
    return {project_id: Notice(warned, exceeded) for project_id, warned, exceeded in rows}


_NEARLY_FULL = text(
    """
    SELECT q.project_id FROM quota q
     WHERE q.project_id = ANY(:projects) AND q.hard >= 0
       AND (q.used + (SELECT coalesce(sum(c.amount), 0) FROM quota_change c WHERE c.project_id = q.project_id)) * 100
           >= q.hard::numeric * :percent
    """
).bindparams(bindparam("projects", type_=ARRAY(BigInteger)))


async def nearly_full(connection: AsyncConnection, project_ids: Collection[int], percent: int) -> frozenset[int]:
    """Which of the projects hold at least ``percent`` of what they may now."""
    rows = await connection.execute(_NEARLY_FULL, {"projects": sorted(project_ids), "percent": percent})
    return frozenset(row[0] for row in rows)


_STORE_NOTICES = text(
    """
    INSERT INTO quota_notice (project_id, warned, exceeded)
    SELECT * FROM unnest(:projects, cast(:warned AS boolean[]), cast(:exceeded AS boolean[]))
    ON CONFLICT (project_id) DO UPDATE SET warned = excluded.warned, exceeded = excluded.exceeded
    """
).bindparams(bindparam("projects", type_=ARRAY(BigInteger)))
_FORGET_NOTICES = "DELETE FROM quota_notice WHERE project_id = ANY(%s::bigint[]) RETURNING 1"


async def store_notices(connection: AsyncConnection, changed: Mapping[int, Notice]) -> None:
    """Note what holds of projects from now on."""
    kept = {project_id: notice for project_id, notice in sorted(changed.items()) if notice != Notice()}
    if kept:
        values = {
            "projects": list(kept),
            "warned": [notice.warned for notice in kept.values()],
            "exceeded": [notice.exceeded for notice in kept.values()],
        }
        await connection.execute(_STORE_NOTICES, values)
    if gone := sorted(set(changed) - set(kept)):
        await fetch_all(connection, _FORGET_NOTICES, (gone,))


# --- deliveries ---------------------------------------------------------------------------------

_VENDOR_TYPES = """
SELECT k.name FROM unnest(%s::text[]) WITH ORDINALITY AS k(name, number)
 WHERE EXISTS (SELECT 1 FROM execution e WHERE e.vendor_type = k.name AND e.vendor_id = %s)
 ORDER BY k.number
"""


async def vendor_types(connection: AsyncConnection, policy_id: int, names: Sequence[str]) -> list[str]:
    """Of which types there are executions of a policy."""
    return [name for (name,) in await fetch_all(connection, _VENDOR_TYPES, (list(names), policy_id))]


_TASK_COUNTS = """
SELECT execution_id, status, count(*) FROM task WHERE execution_id = ANY(%s::bigint[]) GROUP BY execution_id, status
"""


async def task_counts(connection: AsyncConnection, execution_ids: Sequence[int]) -> Mapping[int, Mapping[str, int]]:
    """How many tasks of each status executions have."""
    found: dict[int, dict[str, int]] = {}
    for execution_id, status, number in await fetch_all(connection, _TASK_COUNTS, (list(execution_ids),)):
        found.setdefault(execution_id, {})[status] = number
    return found


#: Counted no further than this: whoever has more knows enough.
MOST_COUNTED = 100_000

_MEASURE = """
SELECT k.name,
       (SELECT count(*) FROM (SELECT 1 FROM task t WHERE t.job_type = k.name
                                 AND t.status IN ('Pending', 'Scheduled', 'Running') LIMIT %s) AS open),
       (SELECT count(*) FROM (SELECT 1 FROM execution e
                               WHERE e.vendor_type = k.name AND e.status = 'Error' LIMIT %s) AS dead)
  FROM unnest(%s::text[]) AS k(name)
"""


async def measure(connection: AsyncConnection, names: Sequence[str]) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """For metrics: deliveries of each type that are on their way, and those that were given up."""
    rows = await fetch_all(connection, _MEASURE, (MOST_COUNTED, MOST_COUNTED, list(names)))
    return {name: pending for name, pending, _ in rows}, {name: dead for name, _, dead in rows}
