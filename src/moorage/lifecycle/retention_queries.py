"""SQL of retention policies."""

from __future__ import annotations

import json

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.driver import Row, fetch_all
from moorage.lifecycle.retention_models import PolicyContent, RetentionPolicy, RetentionRule

_COLUMNS = "p.policy_id, p.project_id, q.name, p.algorithm, p.rules, p.trigger_kind, p.cron"
_FROM = "FROM retention_policy p JOIN project q ON q.project_id = p.project_id AND NOT q.deleted"
_BY_ID = f"SELECT {_COLUMNS} {_FROM} WHERE p.policy_id = %s"
_OF_PROJECT = f"SELECT {_COLUMNS} {_FROM} WHERE p.project_id = %s"


async def find(connection: AsyncConnection, policy_id: int) -> RetentionPolicy | None:
    """The policy of that id, unless its project is deleted."""
    return _policy(await fetch_all(connection, _BY_ID, (policy_id,)))


async def of_project(connection: AsyncConnection, project_id: int) -> RetentionPolicy | None:
    """The policy of a project that is not deleted."""
    return _policy(await fetch_all(connection, _OF_PROJECT, (project_id,)))


def _policy(rows: list[Row]) -> RetentionPolicy | None:
    if not rows:
        return None
    policy_id, project_id, name, algorithm, rules, trigger, cron = rows[0]
    content = PolicyContent([RetentionRule.restored(rule) for rule in rules], algorithm, trigger, cron)
    return RetentionPolicy(policy_id, project_id, name, content)


_HOLD_PROJECT = "SELECT name FROM project WHERE project_id = %s AND NOT deleted FOR NO KEY UPDATE"


async def hold_project(connection: AsyncConnection, project_id: int) -> str | None:
    """The name of a project, which then stays and takes another policy only after this transaction; None: no such."""
    rows = await fetch_all(connection, _HOLD_PROJECT, (project_id,))
    return str(rows[0][0]) if rows else None


_CREATE = """
INSERT INTO retention_policy (project_id, algorithm, rules, trigger_kind, cron)
VALUES (%s, %s, %s::jsonb, %s, %s) RETURNING policy_id
"""
_CHANGE = """
UPDATE retention_policy SET algorithm = %s, rules = %s::jsonb, trigger_kind = %s, cron = %s, update_time = now()
 WHERE policy_id = %s AND project_id = %s RETURNING policy_id
"""
_REMOVE = "DELETE FROM retention_policy WHERE policy_id = %s AND project_id = %s RETURNING policy_id"


async def create(connection: AsyncConnection, project_id: int, content: PolicyContent) -> int:
    """The id of a project's new policy."""
    rows = await fetch_all(
        connection, _CREATE, (project_id, content.algorithm, _rules(content), content.trigger, content.cron)
    )
    return int(rows[0][0])


async def change(connection: AsyncConnection, policy_id: int, project_id: int, content: PolicyContent) -> bool:
    """Let a project's policy say something else; False when it has none of that id."""
    values = (content.algorithm, _rules(content), content.trigger, content.cron, policy_id, project_id)
    return bool(await fetch_all(connection, _CHANGE, values))


async def remove(connection: AsyncConnection, policy_id: int, project_id: int) -> bool:
    """Delete a policy; whether there was one."""
    return bool(await fetch_all(connection, _REMOVE, (policy_id, project_id)))


def _rules(content: PolicyContent) -> str:
    return json.dumps([rule.stored() for rule in content.rules])


_REPOSITORIES = """
SELECT repository_id, name FROM repository
 WHERE project_id = %s AND first_push_time IS NOT NULL AND repository_id > %s ORDER BY repository_id LIMIT %s
"""


async def repositories(connection: AsyncConnection, project_id: int, after: int, limit: int) -> list[tuple[int, str]]:
    """Id and full name of repositories of a project that have something, after an id."""
    return [(row[0], row[1]) for row in await fetch_all(connection, _REPOSITORIES, (project_id, after, limit))]
