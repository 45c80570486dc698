"""Use cases on groups of users (H row 23): their names, and who is in those that are kept here."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.engine import Database
from moorage.database.listing import Contains, ListQuery
from moorage.errors import BadRequest, Conflict, NotFound
from moorage.events.models import SYSTEM as BY_SYSTEM
from moorage.events.models import Actor, Event
from moorage.events.service import record
from moorage.identity import group_queries as queries
from moorage.identity.models import GroupMember, UserGroup

#: Types of groups, as Harbor numbers them. Who is in a group of LDAP or OIDC is said there.
LDAP, INTERNAL, OIDC = 1, 2, 3

MAX_NAME = 255

#: Most members of one group.
MAX_MEMBERS = 10_000

_ILLEGAL = re.compile(r"[\x00-\x1f\x7f]")


class GroupService:
    """Groups by id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, name: str, group_type: int, ldap_dn: str = "", *, actor: Actor = BY_SYSTEM) -> int:
        """Make a group; its id.

        Raises:
            BadRequest: name or type is not allowed, or the directory does not have the group.
            Conflict: there is one of that name and type.
        """
        _check_name(name)
        if group_type == LDAP:
            # Harbor asks the directory, and says this where none is configured.
            raise BadRequest(f"LDAP Group DN is not found: DN:{ldap_dn[:255]}")
        if group_type not in (INTERNAL, OIDC):
            raise BadRequest(f"invalid group type: {group_type}, it must be 1 (LDAP), 2 (HTTP) or 3 (OIDC)")
        async with self._database.begin() as connection:
            group_id = await queries.create_group(connection, name, group_type, "")
            if group_id is None:
                raise Conflict(
                    f"duplicate user group, group name:{name}, group type: {group_type}, ldap group DN: {ldap_dn[:255]}"
                )
            await record(connection, actor, Event("create", "usergroup", name))
        return group_id

    async def get(self, group_id: int) -> UserGroup:
        """A group.

        Raises:
            NotFound: there is none of that id.
        """
        async with self._database.connect() as connection:
            return _required(await queries.group_by_id(connection, group_id), group_id)

    async def list(self, query: ListQuery) -> tuple[int, list[UserGroup]]:
        """How many groups match, and a page of them."""
        async with self._database.connect() as connection:
            return await queries.groups(connection, query)

    async def search(self, name: str, query: ListQuery) -> tuple[int, Sequence[UserGroup]]:
        """As ``list``, of the groups whose name contains ``name`` in any case, the nearest first."""
        async with self._database.connect() as connection:
            return await queries.groups(connection, query.where(("group_name", Contains(name))), nearest=name)

    async def rename(self, group_id: int, name: str, *, actor: Actor = BY_SYSTEM) -> None:
        """Give a group another name.

        Raises:
            BadRequest: the name is not allowed.
            Conflict: another group of the type has it.
            NotFound: there is no such group.
        """
        _check_name(name)
        try:
            async with self._database.begin() as connection:
                group = _required(await queries.group_by_id(connection, group_id, lock=True), group_id)
                await queries.rename_group(connection, group_id, name)
                await record(connection, actor, Event("update", "usergroup", group.name, details={"name": name}))
        except IntegrityError:
            raise Conflict(f"duplicate user group, group name:{name}") from None

    async def delete(self, group_id: int, *, actor: Actor = BY_SYSTEM) -> None:
        """Remove a group, from projects too; one that is not there is gone already."""
        async with self._database.begin() as connection:
            group = await queries.group_by_id(connection, group_id, lock=True)
            if group is None:
                return
            await queries.delete_group(connection, group_id)
            await record(connection, actor, Event("delete", "usergroup", group.name))

    async def members(self, group_id: int, query: ListQuery) -> tuple[int, Sequence[GroupMember]]:
        """How many members of a group match, and a page of them.

        Raises:
            NotFound: there is no such group.
        """
        async with self._database.connect() as connection:
            _required(await queries.group_by_id(connection, group_id), group_id)
            return await queries.members(connection, group_id, query)

    async def set_members(
        self, group_id: int, user_ids: Sequence[int], usernames: Sequence[str], *, actor: Actor = BY_SYSTEM
    ) -> None:
        """Let these users, by id or name, and no others be in a group.

        Raises:
            BadRequest: a user does not exist, there are too many, or the group is another system's.
            NotFound: there is no such group.
        """
        ids, names = set(user_ids), set(usernames)
        if len(ids) + len(names) > MAX_MEMBERS:
            raise BadRequest(f"a group has at most {MAX_MEMBERS} members")
        async with self._database.begin() as connection:
            group = await self._changeable(connection, group_id)
            found = await _users(connection, ids, names)
            await queries.set_members(connection, group_id, [user.user_id for user in found])
            await record(connection, actor, Event("update", "usergroup", group.name, details={"members": len(found)}))

    async def add_member(
        self, group_id: int, user_id: int | None, username: str | None, *, actor: Actor = BY_SYSTEM
    ) -> GroupMember:
        """Put a user, by id or name, into a group.

        Raises:
            BadRequest: the user does not exist, or the group is another system's.
            Conflict: the user is in it.
            NotFound: there is no such group.
        """
        ids, names = set() if user_id is None else {user_id}, set() if username is None else {username}
        async with self._database.begin() as connection:
            group = await self._changeable(connection, group_id)
            user = (await _users(connection, ids, names))[0]
            if not await queries.add_member(connection, group_id, user.user_id):
                raise Conflict(f"user {user.username} is in the user group already")
            await record(connection, actor, Event("update", "usergroup", group.name, details={"added": user.username}))
        return user

    async def remove_member(self, group_id: int, user_id: int, *, actor: Actor = BY_SYSTEM) -> None:
        """Take a user out of a group.

        Raises:
            BadRequest: the group is another system's.
            NotFound: there is no such group, or the user is not in it.
        """
        async with self._database.begin() as connection:
            group = await self._changeable(connection, group_id)
            if not await queries.remove_member(connection, group_id, user_id):
                raise NotFound(f"user {user_id} is not in the user group")
            await record(connection, actor, Event("update", "usergroup", group.name, details={"removed": user_id}))

    async def _changeable(self, connection: AsyncConnection, group_id: int) -> UserGroup:
        group = _required(await queries.group_by_id(connection, group_id, lock=True), group_id)
        if group.group_type != INTERNAL:
            raise BadRequest("who is in this user group is said by the system it comes from")
        return group


async def _users(connection: AsyncConnection, ids: set[int], names: set[str]) -> Sequence[GroupMember]:
    # PostgreSQL takes no NUL in text, so nobody has one in the name.
    found = await queries.known_users(connection, ids, {name for name in names if "\0" not in name})
    missing = [str(user_id) for user_id in sorted(ids - {user.user_id for user in found})]
    missing += sorted(names - {user.username for user in found})
    if missing:
        raise BadRequest(f"User {missing[0][:MAX_NAME]} not found")
    return found


def _required(group: UserGroup | None, group_id: int) -> UserGroup:
    if group is None:
        raise NotFound(f"the user group with id {group_id} is not found")
    return group


def _check_name(name: str) -> None:
    if not name:
        raise BadRequest("the group name should be provided")
    if len(name) > MAX_NAME:
        raise BadRequest("the group name is too long")
    if _ILLEGAL.search(name):
        raise BadRequest("the group name contains illegal characters")
