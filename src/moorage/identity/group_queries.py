"""SQL of groups of users."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.listing import Columns, ListQuery, parameter
from moorage.database.pages import EVERYTHING, Pages, Part
from moorage.database.tables import project_member, user_account, user_group, user_group_member
from moorage.identity.models import GroupMember, UserGroup

_g = user_group.c
_m = user_group_member.c
_u = user_account.c

_GROUP = (_g.group_id, _g.name, _g.group_type, func.coalesce(_g.ldap_dn, "").label("ldap_dn"))

_COLUMNS = Columns(
    {"group_name": _g.name, "group_type": _g.group_type, "ldap_group_dn": _g.ldap_dn, "id": _g.group_id},
    order="group_name",
    unique="id",
)
_MEMBERS = Columns({"username": _u.username, "user_id": _u.user_id}, order="username", unique="user_id")


def _group(row: Any) -> UserGroup:
    return UserGroup(**row._mapping)


async def create_group(connection: AsyncConnection, name: str, group_type: int, ldap_dn: str) -> int | None:
    """The new group's id; None when there is one of that name and type."""
    statement = (
        insert(user_group)
        .values(name=name, group_type=group_type, ldap_dn=ldap_dn or None)
        .on_conflict_do_nothing()
        .returning(_g.group_id)
    )
    found: int | None = await connection.scalar(statement)
    return found


async def group_by_id(connection: AsyncConnection, group_id: int, *, lock: bool = False) -> UserGroup | None:
    """The group; ``lock``: nobody else changes or removes it until the transaction ends."""
    statement = select(*_GROUP).where(_g.group_id == group_id)
    row = (await connection.execute(statement.with_for_update() if lock else statement)).one_or_none()
    return None if row is None else _group(row)


async def groups(
    connection: AsyncConnection, query: ListQuery, *, nearest: str | None = None
) -> tuple[int, list[UserGroup]]:
    """How many groups match, and the page.

    ``nearest``: a text the names contain; the name that is this text comes first, then the shorter ones.
    """
    if nearest is None:
        total, rows = await _PAGES.read(connection, query)
    else:
        total, rows = await _NEAREST.read(connection, query, EVERYTHING.knowing(nearest=nearest))
    return total, [UserGroup(*row) for row in rows]


_PAGES = Pages(_COLUMNS, select(*_GROUP))
_NEAREST = Pages(
    _COLUMNS,
    select(*_GROUP),
    order=(_g.name != parameter("nearest", type_=Text), func.length(_g.name), _g.name, _g.group_id),
)


async def rename_group(connection: AsyncConnection, group_id: int, name: str) -> None:
    """Give a group another name."""
    await connection.execute(
        update(user_group).where(_g.group_id == group_id).values(name=name, update_time=func.now())
    )


async def delete_group(connection: AsyncConnection, group_id: int) -> None:
    """Remove a group from everywhere."""
    m = project_member.c
    await connection.execute(delete(project_member).where(m.entity_type == "g", m.entity_id == group_id))
    await connection.execute(delete(user_group).where(_g.group_id == group_id))


async def members(connection: AsyncConnection, group_id: int, query: ListQuery) -> tuple[int, list[GroupMember]]:
    """How many members of a group match, and the page."""
    total, rows = await _MEMBER_PAGES.read(connection, query, Part(_of_group, values={"group_id": group_id}))
    return total, [GroupMember(*row) for row in rows]


_MEMBER_PAGES = Pages(
    _MEMBERS,
    select(_u.user_id, _u.username)
    .join_from(user_group_member, user_account, _u.user_id == _m.user_id)
    .where(~_u.deleted),
)


def _of_group() -> Sequence[ColumnElement[bool]]:
    return [_m.group_id == parameter("group_id", type_=BigInteger)]


_KNOWN_USERS = text(
    """
    SELECT user_id, username FROM user_account
     WHERE NOT deleted AND (user_id = ANY(CAST(:ids AS bigint[])) OR username = ANY(CAST(:names AS text[])))
     ORDER BY user_id FOR SHARE
    """
)


async def known_users(
    connection: AsyncConnection, ids: Collection[int], names: Collection[str]
) -> Sequence[GroupMember]:
    """Those users of the given ids and names that exist; they cannot be deleted until the transaction ends."""
    rows = await connection.execute(_KNOWN_USERS, {"ids": list(ids), "names": list(names)})
    return [GroupMember(row.user_id, row.username) for row in rows]


_REMOVE_OTHERS = text(
    "DELETE FROM user_group_member WHERE group_id = :group AND user_id <> ALL(CAST(:ids AS bigint[]))"
)
_ADD_THESE = text(
    """
    INSERT INTO user_group_member (group_id, user_id) SELECT :group, unnest(CAST(:ids AS bigint[]))
    ON CONFLICT DO NOTHING
    """
)


async def set_members(connection: AsyncConnection, group_id: int, user_ids: Collection[int]) -> None:
    """Let these and no others be in a group."""
    for statement in (_REMOVE_OTHERS, _ADD_THESE):
        await connection.execute(statement, {"group": group_id, "ids": list(user_ids)})


async def add_member(connection: AsyncConnection, group_id: int, user_id: int) -> bool:
    """Put a user into a group; whether it was not there."""
    statement = insert(user_group_member).values(group_id=group_id, user_id=user_id).on_conflict_do_nothing()
    added = await connection.scalar(statement.returning(_m.user_id))
    return added is not None


async def remove_member(connection: AsyncConnection, group_id: int, user_id: int) -> bool:
    """Take a user out of a group; whether it was there."""
    statement = delete(user_group_member).where(_m.group_id == group_id, _m.user_id == user_id)
    return (await connection.execute(statement)).rowcount > 0
