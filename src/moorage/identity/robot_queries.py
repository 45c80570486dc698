"""SQL of robot accounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.listing import Columns, ListQuery, parameter
from moorage.database.pages import EVERYTHING, Pages, Part
from moorage.database.tables import project, robot, robot_permission
from moorage.identity.models import PROJECT, SYSTEM, Robot, RobotAction, RobotPermission
from moorage.identity.robot_names import RobotName

_R = robot.c
_WITH_PROJECT = robot.outerjoin(project, project.c.project_id == _R.project_id)
_SELECT = select(
    _R.robot_id,
    _R.name,
    _R.project_id,
    project.c.name.label("project_name"),
    _R.description,
    _R.disabled,
    _R.duration,
    _R.expires_at,
    _R.creator_type,
    _R.creator_ref,
    _R.creation_time,
    _R.update_time,
).select_from(_WITH_PROJECT)

# As Harbor keeps it, and so as its clients filter and sort by it: without the prefix, with the project.
_KEPT_NAME = case((_R.project_id.is_(None), _R.name), else_=project.c.name + "+" + _R.name)

_COLUMNS = Columns(
    {
        "id": _R.robot_id,
        "name": _KEPT_NAME,
        "description": _R.description,
        "duration": _R.duration,
        "disabled": _R.disabled,
        "disable": _R.disabled,
        "creation_time": _R.creation_time,
        "update_time": _R.update_time,
    },
    order="name",
    unique="id",
)


async def create(connection: AsyncConnection, values: Mapping[str, Any], duration: int) -> int | None:
    """The new robot's id; None when the name is taken. ``duration`` in days, -1 for ever."""
    statement = (
        insert(robot)
        .values(**values, duration=duration, expires_at=_expiry(duration, func.now()))
        .on_conflict_do_nothing()
        .returning(_R.robot_id)
    )
    found: int | None = await connection.scalar(statement)
    return found


async def set_permissions(connection: AsyncConnection, robot_id: int, permissions: Iterable[RobotPermission]) -> None:
    """Make these the robot's permissions."""
    rows = [
        {
            "robot_id": robot_id,
            "kind": permission.kind,
            "namespace": permission.namespace,
            "resource": access.resource,
            "action": access.action,
            "effect": access.effect,
            "repositories": None if permission.repositories is None else list(permission.repositories),
        }
        for permission in permissions
        for access in permission.access
    ]
    await connection.execute(delete(robot_permission).where(robot_permission.c.robot_id == robot_id))
    if rows:
        await connection.execute(
            insert(robot_permission), [{**row, "position": position} for position, row in enumerate(rows)]
        )


async def find(connection: AsyncConnection, robot_id: int, prefix: str, *, lock: bool = False) -> Robot | None:
    """The robot with its permissions. ``lock``: nobody else changes it until the transaction ends."""
    statement = _SELECT.where(_R.robot_id == robot_id)
    if lock:
        statement = statement.with_for_update(of=robot)
    rows = (await connection.execute(statement)).all()
    found = await _robots(connection, rows, prefix)
    return found[0] if found else None


async def find_by_name(connection: AsyncConnection, name: RobotName, prefix: str) -> Robot | None:
    """The robot of that name with its permissions."""
    of_project = _R.project_id.is_(None) if name.project is None else project.c.name == name.project
    rows = (await connection.execute(_SELECT.where(_R.name == name.name, of_project))).all()
    found = await _robots(connection, rows, prefix)
    return found[0] if found else None


async def page(
    connection: AsyncConnection, query: ListQuery, prefix: str, *, project_id: int | None, every_level: bool
) -> tuple[int, list[Robot]]:
    """How many visible robots match, and the page: of one project, of the system, or all."""
    scope = EVERYTHING
    if not every_level:
        scope = Part(_of_system) if project_id is None else Part(_of_project, values={"project_id": project_id})
    total, rows = await _PAGES.read(connection, query, scope)
    return total, await _robots(connection, rows, prefix)


_PAGES = Pages(_COLUMNS, _SELECT.where(_R.visible))


def _of_system() -> Sequence[ColumnElement[bool]]:
    return [_R.project_id.is_(None)]


def _of_project() -> Sequence[ColumnElement[bool]]:
    return [_R.project_id == parameter("project_id", type_=BigInteger)]


async def change(
    connection: AsyncConnection, robot_id: int, values: Mapping[str, Any], *, ends_credentials: bool
) -> bool:
    """Change a robot; whether there is one. A new ``duration`` counts from its creation."""
    statement = update(robot).where(_R.robot_id == robot_id).values(**values, update_time=func.now())
    if "duration" in values:
        statement = statement.values(expires_at=_expiry(values["duration"], _R.creation_time))
    if ends_credentials:
        statement = statement.values(version=_R.version + 1)
    return (await connection.execute(statement)).rowcount > 0


async def remove(connection: AsyncConnection, robot_id: int) -> bool:
    """Delete a robot; whether there was one."""
    return (await connection.execute(delete(robot).where(_R.robot_id == robot_id))).rowcount > 0


async def forget_project(connection: AsyncConnection, project_id: int, name: str) -> None:
    """Delete a project's robots, and what others were allowed in it: its name may be used again by strangers."""
    await connection.execute(delete(robot).where(_R.project_id == project_id))
    p = robot_permission.c
    await connection.execute(delete(robot_permission).where(p.kind == PROJECT, p.namespace == name))


async def missing_projects(connection: AsyncConnection, names: Sequence[str]) -> list[str]:
    """Those of the names that no project has. The others' rows stay as they are until the transaction ends."""
    rows = await connection.execute(
        select(project.c.name)
        .where(project.c.name.in_(names), ~project.c.deleted)
        .order_by(project.c.project_id)
        .with_for_update(read=True, key_share=True)
    )
    known = set(rows.scalars())
    return [name for name in names if name not in known]


async def project_id_of(connection: AsyncConnection, name: str) -> int | None:
    """The id of the project of that name."""
    return await connection.scalar(select(project.c.project_id).where(project.c.name == name, ~project.c.deleted))


async def reach(connection: AsyncConnection, robot_id: int) -> tuple[bool, list[str]]:
    """Whether a robot's permissions reach every project, and the projects they name."""
    p = robot_permission.c
    rows = await connection.execute(select(p.namespace).distinct().where(p.robot_id == robot_id, p.kind == PROJECT))
    names = list(rows.scalars())
    return "*" in names, [name for name in names if name != "*"]


def _expiry(duration: int, start: Any) -> Any:
    return None if duration == -1 else start + func.make_interval(0, 0, 0, duration)


async def _robots(connection: AsyncConnection, rows: Sequence[Any], prefix: str) -> list[Robot]:
    permissions = await _permissions(connection, [row[0] for row in rows])
    return [_robot(*row, prefix=prefix, permissions=permissions.get(row[0], ())) for row in rows]


def _robot(
    robot_id: int,
    name: str,
    project_id: int | None,
    project_name: str | None,
    *others: Any,
    prefix: str,
    permissions: tuple[RobotPermission, ...],
) -> Robot:
    full_name = RobotName(name, project_name).full(prefix)
    level = SYSTEM if project_id is None else PROJECT
    values: Any = (robot_id, full_name, level, project_id, project_name, *others, permissions)
    return Robot(*values)


async def _permissions(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, tuple[RobotPermission, ...]]:
    if not ids:
        return {}
    p = robot_permission.c
    rows = (
        await connection.execute(
            select(p.robot_id, p.kind, p.namespace, p.resource, p.action, p.effect, p.repositories)
            .where(p.robot_id.in_(ids))
            .order_by(p.robot_id, p.position, p.kind.desc(), p.namespace, p.resource, p.action)
        )
    ).all()
    found: dict[int, dict[tuple[str, str, tuple[str, ...] | None], list[RobotAction]]] = {}
    for row in rows:
        limit = None if row.repositories is None else tuple(row.repositories)
        entries = found.setdefault(row.robot_id, {})
        entries.setdefault((row.kind, row.namespace, limit), []).append(
            RobotAction(row.resource, row.action, row.effect)
        )
    return {
        robot_id: tuple(
            RobotPermission(kind, namespace, tuple(access), limit)
            for (kind, namespace, limit), access in entries.items()
        )
        for robot_id, entries in found.items()
    }
