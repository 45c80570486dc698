"""SQL of the members of projects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.access.roles import Role
from moorage.database.listing import Columns, ListQuery, parameter
from moorage.database.pages import Pages, Part
from moorage.database.tables import project_member, user_account, user_group
from moorage.projects.models import Member

_M, _U, _G = project_member.c, user_account.c, user_group.c

_ENTITY_NAME = func.coalesce(_U.username, _G.name)

_FROM = project_member.outerjoin(
    user_account, (_M.entity_type == "u") & (_U.user_id == _M.entity_id) & ~_U.deleted
).outerjoin(user_group, (_M.entity_type == "g") & (_G.group_id == _M.entity_id))

#: Whom a member's row names is there.
_THERE = or_(_U.user_id.is_not(None), _G.group_id.is_not(None))

_SELECT = select(
    _M.member_id,
    _M.project_id,
    _M.entity_id,
    _ENTITY_NAME.label("entity_name"),
    _M.entity_type,
    _M.role,
    _M.repositories,
).select_from(_FROM)

_COLUMNS = Columns(
    {
        "id": _M.member_id,
        "entity_id": _M.entity_id,
        "entity_name": _ENTITY_NAME,
        "entity_type": _M.entity_type,
        "role": _M.role,
        "role_id": _M.role,
        "creation_time": _M.creation_time,
        "update_time": _M.update_time,
    },
    order="entity_name",
    unique="id",
)


def _member(row: Sequence[Any]) -> Member:
    *columns, role, repositories = row
    values: Any = (*columns, Role(role), None if repositories is None else tuple(repositories))
    return Member(*values)


async def add(
    connection: AsyncConnection,
    project_id: int,
    entity_id: int,
    entity_type: str,
    role: Role,
    repositories: Sequence[str] | None = None,
) -> int | None:
    """The new member's id; None when the user or group is one."""
    values = {"project_id": project_id, "entity_id": entity_id, "entity_type": entity_type, "role": int(role)}
    statement = (
        insert(project_member)
        .values(**values, repositories=None if repositories is None else list(repositories))
        .on_conflict_do_nothing()
        .returning(_M.member_id)
    )
    found: int | None = await connection.scalar(statement)
    return found


async def hold_user(
    connection: AsyncConnection, *, user_id: int | None = None, username: str = ""
) -> tuple[int, str] | None:
    """Id and name of a user, by one of them, who is not deleted before the transaction ends."""
    wanted = _U.username == username if user_id is None else _U.user_id == user_id
    statement = select(_U.user_id, _U.username).where(wanted, ~_U.deleted).with_for_update(read=True)
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else (row.user_id, row.username)


async def hold_group(
    connection: AsyncConnection,
    *,
    group_id: int | None = None,
    name: str = "",
    group_type: int = 0,
    ldap_dn: str = "",
) -> tuple[int, str] | None:
    """Id and name of a group, by id, DN, or name and type, that is not deleted before the transaction ends."""
    if group_id is not None:
        wanted = _G.group_id == group_id
    elif ldap_dn:
        wanted = func.lower(_G.ldap_dn) == ldap_dn.lower()
    else:
        wanted = (_G.group_type == group_type) & (_G.name == name)
    statement = select(_G.group_id, _G.name).where(wanted).order_by(_G.group_id).limit(1).with_for_update(read=True)
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else (row.group_id, row.name)


async def find(connection: AsyncConnection, project_id: int, member_id: int) -> Member | None:
    """A member of the project."""
    statement = _SELECT.where(_M.project_id == project_id, _M.member_id == member_id, _THERE)
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else _member(row)


async def page(connection: AsyncConnection, project_id: int, query: ListQuery) -> tuple[int, list[Member]]:
    """How many members match, and the page."""
    total, rows = await _PAGES.read(connection, query, Part(_of_project, values={"project_id": project_id}))
    return total, [_member(row) for row in rows]


_PAGES = Pages(_COLUMNS, _SELECT.where(_THERE))


def _of_project() -> Sequence[ColumnElement[bool]]:
    return [_M.project_id == parameter("project_id", type_=BigInteger)]


async def set_role(
    connection: AsyncConnection, project_id: int, member_id: int, role: Role, repositories: Sequence[str] | None
) -> None:
    """Give a member another role, and the repositories it is limited to."""
    limit = None if repositories is None else list(repositories)
    await connection.execute(
        update(project_member)
        .where(_M.project_id == project_id, _M.member_id == member_id)
        .values(role=int(role), repositories=limit, update_time=func.now())
    )


async def remove(connection: AsyncConnection, project_id: int, member_id: int) -> bool:
    """Take a member out; whether there was one."""
    changed = await connection.execute(
        delete(project_member).where(_M.project_id == project_id, _M.member_id == member_id)
    )
    return changed.rowcount > 0
