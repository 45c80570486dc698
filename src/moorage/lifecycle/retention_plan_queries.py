"""SQL of what a retention task finds in its repository, and of what it deletes there.

Everything that is found is found in one repeatable read, so that a plan is of one moment. Cursors bound its memory.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.driver import Row, fetch_all
from moorage.lifecycle.retention_models import Line, Plan, RetentionRule

# --- the plan's head ----------------------------------------------------------------------------

_PLAN = """
SELECT task_id, policy_id, repository_id, dry_run, evaluated, rules, total, deleted, told
  FROM retention_plan WHERE task_id = %s
"""


async def plan_of(connection: AsyncConnection, task_id: int) -> Plan | None:
    """What a task has found already."""
    rows = await fetch_all(connection, _PLAN, (task_id,))
    if not rows:
        return None
    task, policy, repository, dry_run, evaluated, rules, total, deleted, told = rows[0]
    restored = [RetentionRule.restored(rule) for rule in rules]
    return Plan(task, policy, repository, dry_run, evaluated, restored, total, deleted, told)


#: Long enough for repositories of millions, and before anything is read.
_ONE_MOMENT = ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "SET LOCAL statement_timeout = '30min'")

_BEGIN = """
INSERT INTO retention_plan (task_id, policy_id, repository_id, dry_run, evaluated, rules, total)
VALUES (%s, %s, %s, %s, now(), %s::jsonb, 0) RETURNING evaluated
"""


async def one_moment(connection: AsyncConnection) -> None:
    """Let a transaction that has just begun see the database as of now until it ends."""
    for statement in _ONE_MOMENT:
        await connection.exec_driver_sql(statement)


async def begin(
    connection: AsyncConnection,
    task_id: int,
    policy_id: int,
    repository_id: int,
    rules: Sequence[RetentionRule],
    *,
    dry_run: bool,
) -> datetime:
    """A new plan; the moment it is of."""
    text = json.dumps([rule.stored() for rule in rules])
    rows = await fetch_all(connection, _BEGIN, (task_id, policy_id, repository_id, dry_run, text))
    moment: datetime = rows[0][0]
    return moment


_SET_TOTAL = "UPDATE retention_plan SET total = %s WHERE task_id = %s RETURNING 1"


async def set_total(connection: AsyncConnection, task_id: int, total: int) -> None:
    """Note how many artifacts the rules were asked about."""
    await fetch_all(connection, _SET_TOTAL, (total, task_id))


# --- looking at a repository --------------------------------------------------------------------

_REPOSITORY = """
SELECT r.name, r.project_id FROM repository r JOIN project p ON p.project_id = r.project_id AND NOT p.deleted
 WHERE r.repository_id = %s AND r.first_push_time IS NOT NULL
"""


async def repository_of(connection: AsyncConnection, repository_id: int) -> tuple[str, int] | None:
    """The full name and the project of a repository that has something; None when there is none any more."""
    rows = await fetch_all(connection, _REPOSITORY, (repository_id,))
    return (rows[0][0], rows[0][1]) if rows else None


# What Harbor lists: no accessory, and of what an index lists only what has a tag.
_ARTIFACTS = """
SELECT a.artifact_id, greatest(a.push_time, t.pushed) AS pushed, greatest(a.pull_time, t.pulled) AS pulled
  FROM artifact a
 CROSS JOIN LATERAL (
      SELECT count(*) AS tags, max(x.push_time) AS pushed, max(x.pull_time) AS pulled
        FROM tag x WHERE x.artifact_id = a.artifact_id AND x.lifetime_end IS NULL
 ) AS t
 WHERE a.repository_id = %s AND a.state = 'live'
   AND NOT EXISTS (SELECT 1 FROM artifact_accessory y WHERE y.artifact_id = a.artifact_id)
   AND (t.tags > 0 OR NOT EXISTS (
        SELECT 1 FROM artifact_child c JOIN artifact p ON p.artifact_id = c.parent_id
         WHERE c.child_id = a.artifact_id AND p.state = 'live'))
"""
_WITH_TAGS = f"""
SELECT s.artifact_id, s.pushed, s.pulled, n.name
  FROM ({_ARTIFACTS}) AS s LEFT JOIN tag n ON n.artifact_id = s.artifact_id AND n.lifetime_end IS NULL
"""  # noqa: S608
_BY_PUSH = f"DECLARE by_push NO SCROLL CURSOR FOR {_WITH_TAGS} ORDER BY s.pushed DESC, s.artifact_id DESC"
_BY_PULL = f"""
DECLARE by_pull NO SCROLL CURSOR FOR {_WITH_TAGS}
 ORDER BY s.pulled DESC NULLS LAST, s.pushed DESC, s.artifact_id DESC
"""
_ACCESSORIES = """
DECLARE accessories NO SCROLL CURSOR FOR
SELECT y.artifact_id, n.name
  FROM artifact_accessory y
  JOIN artifact a ON a.artifact_id = y.artifact_id AND a.state = 'live'
  JOIN tag n ON n.artifact_id = a.artifact_id AND n.lifetime_end IS NULL
 WHERE y.repository_id = %s
"""
_FETCH = {name: f"FETCH 2000 FROM {name}" for name in ("by_push", "by_pull", "accessories")}


async def open_by_push(connection: AsyncConnection, repository_id: int) -> str:
    """A cursor over the artifacts the rules are asked about, the last pushed first, a row for each of their tags."""
    await connection.exec_driver_sql(_BY_PUSH, (repository_id,))
    return "by_push"


async def open_by_pull(connection: AsyncConnection, repository_id: int) -> str:
    """The same, the last pulled first."""
    await connection.exec_driver_sql(_BY_PULL, (repository_id,))
    return "by_pull"


async def open_accessories(connection: AsyncConnection, repository_id: int) -> str:
    """A cursor over the tags of accessories."""
    await connection.exec_driver_sql(_ACCESSORIES, (repository_id,))
    return "accessories"


async def fetch(connection: AsyncConnection, cursor: str) -> list[Row]:
    """The next rows of a cursor; none: it is at its end, and closed."""
    rows = await fetch_all(connection, _FETCH[cursor], ())
    if not rows:
        await connection.exec_driver_sql(f"CLOSE {cursor}")
    return rows


_ADD = """
INSERT INTO retention_candidate (task_id, artifact_id, verdict, state)
SELECT %s, id, %s, retention_state(id) FROM unnest(%s::bigint[]) AS q(id) RETURNING 1
"""


async def add(connection: AsyncConnection, task_id: int, verdict: str, artifact_ids: Sequence[int]) -> None:
    """Put artifacts into a plan."""
    if artifact_ids:
        await fetch_all(connection, _ADD, (task_id, verdict, list(artifact_ids)))


_PIN = """
INSERT INTO retention_candidate (task_id, artifact_id, verdict, state)
SELECT %s, id, 'pin', '' FROM unnest(%s::bigint[]) AS q(id) ON CONFLICT DO NOTHING RETURNING 1
"""


async def pin(connection: AsyncConnection, task_id: int, artifact_ids: Sequence[int]) -> None:
    """Let accessories stay."""
    if artifact_ids:
        await fetch_all(connection, _PIN, (task_id, list(artifact_ids)))


# Their accessories, and the children without tags.
_ADD_FOLLOWING = """
WITH RECURSIVE reached AS (
    SELECT c.artifact_id FROM retention_candidate c WHERE c.task_id = %(task)s AND c.verdict = 'delete'
    UNION
    SELECT n.artifact_id FROM reached r CROSS JOIN LATERAL (
        SELECT k.artifact_id
          FROM artifact_child c JOIN artifact k ON k.artifact_id = c.child_id AND k.state = 'live'
         WHERE c.parent_id = r.artifact_id
           AND NOT EXISTS (SELECT 1 FROM tag t WHERE t.artifact_id = k.artifact_id AND t.lifetime_end IS NULL)
        UNION ALL
        SELECT k.artifact_id
          FROM artifact s
          JOIN artifact_accessory x ON x.repository_id = s.repository_id AND x.subject_digest = s.digest
          JOIN artifact k ON k.artifact_id = x.artifact_id AND k.state = 'live'
         WHERE s.artifact_id = r.artifact_id
    ) AS n
)
INSERT INTO retention_candidate (task_id, artifact_id, verdict, state)
SELECT %(task)s, r.artifact_id, 'follow', retention_state(r.artifact_id) FROM reached r
ON CONFLICT DO NOTHING
"""

# What is needed stays, and so does what that needs: children of an index that stays; accessories of what stays, and
# what they are about.
_DROP_NEEDED = """
WITH RECURSIVE planned AS MATERIALIZED (
    SELECT c.artifact_id FROM retention_candidate c
     WHERE c.task_id = %(task)s AND c.verdict IN ('delete', 'follow')
),
related AS MATERIALIZED (
    SELECT q.artifact_id, c.parent_id AS other
      FROM planned q
      JOIN artifact_child c ON c.child_id = q.artifact_id
      JOIN artifact p ON p.artifact_id = c.parent_id AND p.state = 'live'
    UNION ALL
    SELECT q.artifact_id, s.artifact_id
      FROM planned q
      JOIN artifact_accessory x ON x.artifact_id = q.artifact_id
      JOIN artifact s ON s.repository_id = x.repository_id AND s.digest = x.subject_digest AND s.state = 'live'
    UNION ALL
    SELECT q.artifact_id, k.artifact_id
      FROM planned q
      JOIN artifact s ON s.artifact_id = q.artifact_id
      JOIN artifact_accessory x ON x.repository_id = s.repository_id AND x.subject_digest = s.digest
      JOIN artifact k ON k.artifact_id = x.artifact_id AND k.state = 'live'
),
stays AS (
    SELECT r.artifact_id FROM related r
     WHERE NOT EXISTS (SELECT 1 FROM planned q WHERE q.artifact_id = r.other)
    UNION
    SELECT r.artifact_id FROM stays s JOIN related r ON r.other = s.artifact_id
)
DELETE FROM retention_candidate c USING stays s WHERE c.task_id = %(task)s AND c.artifact_id = s.artifact_id
"""
_DROP_PINS = "DELETE FROM retention_candidate WHERE task_id = %(task)s AND verdict = 'pin'"


async def close_over(connection: AsyncConnection, task_id: int) -> None:
    """Add to a plan what goes with what goes, and take out what is needed by what stays."""
    for statement in (_ADD_FOLLOWING, _DROP_NEEDED, _DROP_PINS):
        await connection.exec_driver_sql(statement, {"task": task_id})


# --- telling ------------------------------------------------------------------------------------

_LINES = """
SELECT q.id, a.digest,
       ARRAY(SELECT t.name FROM tag t WHERE t.artifact_id = a.artifact_id
                AND (t.lifetime_end IS NULL OR t.trash_id = a.trash_id) ORDER BY t.name LIMIT %s),
       ARRAY(SELECT l.name FROM artifact_label x JOIN label l USING (label_id)
              WHERE x.artifact_id = a.artifact_id ORDER BY l.name LIMIT %s),
       greatest(a.push_time, (SELECT max(t.push_time) FROM tag t
                               WHERE t.artifact_id = a.artifact_id AND t.lifetime_end IS NULL)),
       greatest(a.pull_time, (SELECT max(t.pull_time) FROM tag t
                               WHERE t.artifact_id = a.artifact_id AND t.lifetime_end IS NULL)),
       a.push_time
  FROM unnest(%s::bigint[]) WITH ORDINALITY AS q(id, place) JOIN artifact a ON a.artifact_id = q.id
 ORDER BY q.place
"""


async def lines(
    connection: AsyncConnection, artifact_ids: Sequence[int], most_tags: int, most_labels: int
) -> list[tuple[int, Line]]:
    """Artifacts as a log lists them, by id and in the order given; swept ones are left out."""
    rows = await fetch_all(connection, _LINES, (most_tags, most_labels, list(artifact_ids)))
    return [(row[0], Line(*row[1:])) for row in rows]


_WITH_VERDICT = """
SELECT artifact_id FROM retention_candidate
 WHERE task_id = %s AND verdict = %s AND artifact_id < %s ORDER BY artifact_id DESC LIMIT %s
"""


async def with_verdict(connection: AsyncConnection, task_id: int, verdict: str, below: int, limit: int) -> list[int]:
    """Artifacts of a plan with that verdict, the newest first."""
    return [row[0] for row in await fetch_all(connection, _WITH_VERDICT, (task_id, verdict, below, limit))]


_COUNT = "SELECT count(*) FROM retention_candidate WHERE task_id = %s AND verdict = %s"


async def count(connection: AsyncConnection, task_id: int, verdict: str) -> int:
    """How many artifacts of a plan have that verdict."""
    return int((await fetch_all(connection, _COUNT, (task_id, verdict)))[0][0])


# --- ending -------------------------------------------------------------------------------------

_GIVE_UP = """
UPDATE retention_candidate SET verdict = 'spared' WHERE task_id = %s AND verdict = 'delete' RETURNING 1
"""
_TOLD = "UPDATE retention_plan SET told = true WHERE task_id = %s AND NOT told RETURNING 1"
_FORGET = """
DELETE FROM retention_candidate WHERE (task_id, artifact_id) IN (
    SELECT task_id, artifact_id FROM retention_candidate WHERE task_id = %s LIMIT %s) RETURNING 1
"""


async def give_up(connection: AsyncConnection, task_id: int) -> int:
    """Spare what is left to delete; how many those are."""
    return len(await fetch_all(connection, _GIVE_UP, (task_id,)))


async def tell(connection: AsyncConnection, task_id: int) -> bool:
    """Note that who wants to know is told; False when that was done before."""
    return bool(await fetch_all(connection, _TOLD, (task_id,)))


_ENDED = """
SELECT p.task_id FROM retention_plan p
 WHERE p.repository_id = %s AND p.task_id <> %s
   AND NOT EXISTS (SELECT 1 FROM task t WHERE t.task_id = p.task_id AND t.end_time IS NULL)
"""
_DROP = "DELETE FROM retention_plan WHERE task_id = %s RETURNING 1"


async def ended(connection: AsyncConnection, repository_id: int, task_id: int) -> list[int]:
    """Tasks that have ended, other than this one, with plans for the repository."""
    return [row[0] for row in await fetch_all(connection, _ENDED, (repository_id, task_id))]


async def drop(connection: AsyncConnection, task_id: int) -> None:
    """Drop a plan."""
    await fetch_all(connection, _DROP, (task_id,))


async def forget(connection: AsyncConnection, task_id: int, limit: int) -> bool:
    """Drop some artifacts of a plan that is done; whether there may be more."""
    return len(await fetch_all(connection, _FORGET, (task_id, limit))) == limit
