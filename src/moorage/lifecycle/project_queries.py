"""SQL of a project's deletion that can be undone: what is kept of it, and bringing that back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Table, and_, bindparam, column, exists, func, or_, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.tables import (
    artifact,
    artifact_label,
    label,
    project,
    project_cve_allowlist,
    project_member,
    project_metadata,
    robot,
    robot_permission,
    user_account,
    user_group,
)

#: What is kept and brought back, in an order in which what names another comes after it.
TABLES: Mapping[str, Table] = {
    "metadata": project_metadata,
    "allowlist": project_cve_allowlist,
    "members": project_member,
    "robots": robot,
    "permissions": robot_permission,
    "labels": label,
    "artifact_labels": artifact_label,
}

#: Tables of a project whose rows no deletion of it takes away: they are found by its id, which is not used again.
STAYS = frozenset(
    {
        "artifact",
        "artifact_blob",
        "audit_log",
        "immutable_rule",
        "outbox",
        "project_blob",
        "project_manifest",
        "quota",
        "quota_change",
        "quota_work",
        "repository",
        "retention_policy",
        "upload",
        "webhook_policy",
    }
)


def _of_project(project_id: int, name: str) -> Mapping[str, ColumnElement[bool]]:
    p = robot_permission.c
    own_robots = select(robot.c.robot_id).where(robot.c.project_id == project_id)
    own_labels = select(label.c.label_id).where(label.c.project_id == project_id)
    chosen = {
        "permissions": or_(and_(p.kind == "project", p.namespace == name), p.robot_id.in_(own_robots)),
        "artifact_labels": artifact_label.c.label_id.in_(own_labels),
    }
    return {key: t.c.project_id == project_id for key, t in TABLES.items() if "project_id" in t.c} | chosen


async def keep(connection: AsyncConnection, project_id: int, name: str) -> Mapping[str, Any]:
    """A copy of a project's row and of what its deletion takes away.

    The rows are kept as JSON, whatever columns they have by now. Robots' secrets are hashes, here as there.
    """
    columns = [
        select(func.jsonb_agg(func.to_jsonb(TABLES[key].table_valued()))).where(condition).scalar_subquery().label(key)
        for key, condition in _of_project(project_id, name).items()
    ]
    of_project = select(func.to_jsonb(project.table_valued())).where(project.c.project_id == project_id)
    row = (await connection.execute(select(of_project.scalar_subquery().label("project"), *columns))).one()
    return {key: value if value is not None else [] for key, value in row._mapping.items()}


# No project's name begins like that, so nobody can ask for such a repository, and the next project of the name may have
# repositories of the same names.
_SET_ASIDE = text(
    """
    UPDATE repository SET name = '!' || project_id || substr(name, strpos(name, '/')) WHERE project_id = :project_id
    """
)
_BRING_BACK = text(
    """
    UPDATE repository r SET name = p.name || substr(r.name, strpos(r.name, '/'))
      FROM project p WHERE p.project_id = :project_id AND r.project_id = p.project_id
    """
)


async def set_repositories_aside(connection: AsyncConnection, project_id: int) -> None:
    """Free the names of a project's repositories; the rows stay, with what was deleted in them."""
    await connection.execute(_SET_ASIDE, {"project_id": project_id})


async def revive(connection: AsyncConnection, project_id: int, kept: Mapping[str, Any]) -> str | None:
    """The project is there again, under its name; None when another has that."""
    values = {"project_id": project_id, "update_time": kept["project"]["update_time"]}
    found: str | None = await connection.scalar(_REVIVE, values)
    return found


# A project that is being made at this moment is met at the unique index.
_REVIVE = text(
    """
    UPDATE project p SET deleted = false, update_time = CAST(CAST(:update_time AS text) AS timestamptz)
     WHERE p.project_id = :project_id AND p.deleted
       AND NOT EXISTS (SELECT 1 FROM project o WHERE o.name = p.name AND NOT o.deleted)
    RETURNING p.name
    """
)


async def restore(
    connection: AsyncConnection, project_id: int, kept: Mapping[str, Any], deletion_time: datetime
) -> None:
    """Bring back what was kept of a project.

    Members whose account or group is gone stay away; so do other robots' rights in the project where the robot is gone
    or was changed since: who changed it did not see them.
    """
    await connection.execute(_BRING_BACK, {"project_id": project_id})
    own = [row["robot_id"] for row in kept["robots"]]

    def still_granted(row: Any) -> ColumnElement[bool]:
        r = robot.c
        unchanged = or_(r.robot_id.in_(own), r.update_time <= deletion_time)
        return exists().where(r.robot_id == row.robot_id, unchanged)

    def still_there(row: Any) -> ColumnElement[bool]:
        return exists().where(artifact.c.artifact_id == row.artifact_id)

    conditions = {"members": _has_account, "permissions": still_granted, "artifact_labels": still_there}
    for key, table in TABLES.items():
        await _insert(connection, table, kept.get(key, ()), conditions.get(key))


def _has_account(row: Any) -> ColumnElement[bool]:
    user, group = user_account.c, user_group.c
    return or_(
        and_(row.entity_type == "u", exists().where(user.user_id == row.entity_id, ~user.deleted)),
        and_(row.entity_type == "g", exists().where(group.group_id == row.entity_id)),
    )


async def _insert(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]], condition: Any = None
) -> None:
    """Insert rows as they were kept. A column that is new since has its default."""
    if not rows:
        return
    names = [column.name for column in table.columns if column.name in rows[0]]
    values = bindparam("rows", list(rows), JSONB)
    source = (
        func.jsonb_to_recordset(values)
        .table_valued(*(column(name, table.c[name].type) for name in names), name="kept")
        .render_derived(with_types=True)
    )
    chosen = select(*(source.c[name] for name in names))
    if condition is not None:
        chosen = chosen.where(condition(source.c))
    await connection.execute(upsert(table).from_select(names, chosen).on_conflict_do_nothing())


def administered_by(user_id: int) -> ColumnElement[bool]:
    """Entries of projects that a user administered, itself or by a group."""
    return text(_ADMINISTERED).bindparams(bindparam("administrator", user_id, BigInteger))  # type: ignore[return-value]


_ADMINISTERED = """
EXISTS (SELECT 1 FROM jsonb_to_recordset(trash.kept -> 'members') AS m(entity_id bigint, entity_type text, role int)
         WHERE m.role = 1 AND (m.entity_type = 'u' AND m.entity_id = :administrator
                OR m.entity_type = 'g' AND m.entity_id IN (
                   SELECT g.group_id FROM user_group_member g WHERE g.user_id = :administrator)))
"""
