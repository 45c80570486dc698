"""SQL of the members of projects."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.access.roles import Role
from moorage.database.listing import Columns, ListQuery
from moorage.database.tables import project_member, user_account
from moorage.projects.models import Member

_M = project_member.c
_SELECT = select(
    _M.member_id,
    _M.project_id,
    _M.entity_id,
    user_account.c.username.label("entity_name"),
    _M.entity_type,
    _M.role,
).select_from(project_member.join(user_account, (_M.entity_type == "u") & (user_account.c.user_id == _M.entity_id)))

_COLUMNS = Columns(
    {"id": _M.member_id, "entity_name": user_account.c.username, "role": _M.role}, order="entity_name", unique="id"
)


def _member(row: Any) -> Member:
    return Member(**dict(row._mapping) | {"role": Role(row.role)})


async def add(connection: AsyncConnection, project_id: int, user_id: int, role: Role) -> int | None:
    """The new member's id; None when the user is one."""
    statement = (
        insert(project_member)
        .values(project_id=project_id, entity_id=user_id, entity_type="u", role=int(role))
        .on_conflict_do_nothing()
        .returning(_M.member_id)
    )
    found: int | None = await connection.scalar(statement)
    return found


async def find(connection: AsyncConnection, project_id: int, member_id: int) -> Member | None:
    """A member of the project."""
    statement = _SELECT.where(_M.project_id == project_id, _M.member_id == member_id)
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else _member(row)


async def page(connection: AsyncConnection, project_id: int, query: ListQuery) -> tuple[int, list[Member]]:
    """How many members match, and the page."""
    conditions = [_M.project_id == project_id, *_COLUMNS.conditions(query)]
    total = await connection.scalar(
        select(func.count())
        .select_from(
            project_member.join(user_account, (_M.entity_type == "u") & (user_account.c.user_id == _M.entity_id))
        )
        .where(*conditions)
    )
    rows = await connection.execute(
        _SELECT.where(*conditions).order_by(*_COLUMNS.ordering(query)).limit(query.limit).offset(query.offset)
    )
    return total or 0, [_member(row) for row in rows]


async def set_role(connection: AsyncConnection, project_id: int, member_id: int, role: Role) -> bool:
    """Give a member another role; whether there is one."""
    changed = await connection.execute(
        update(project_member)
        .where(_M.project_id == project_id, _M.member_id == member_id)
        .values(role=int(role), update_time=func.now())
    )
    return changed.rowcount > 0


async def remove(connection: AsyncConnection, project_id: int, member_id: int) -> bool:
    """Take a member out; whether there was one."""
    changed = await connection.execute(
        delete(project_member).where(_M.project_id == project_id, _M.member_id == member_id)
    )
    return changed.rowcount > 0
