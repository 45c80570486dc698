"""Use cases on the members of a project (H row 31)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET, UnsetType
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.access.repositories import check_patterns
from moorage.access.roles import ROLE_NAMES, Role
from moorage.database.engine import Database
from moorage.database.listing import Exact, ListQuery
from moorage.errors import BadRequest, Conflict, NotFound
from moorage.events.models import SYSTEM, Actor, Event
from moorage.events.service import record
from moorage.projects import member_queries, queries
from moorage.projects.models import Entity, Member

#: LDAP, HTTP, OIDC (H row 23).
GROUP_TYPES = (1, 2, 3)


class MemberService:
    """Members by id: users and groups. Every change counts from the next request on."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        project_id: int,
        user_id: int,
        role: int,
        *,
        repositories: Sequence[str] | None = None,
        actor: Actor = SYSTEM,
    ) -> int:
        """Give a user a role; the member's id. The arguments are those of ``add_entity``.

        Raises:
            BadRequest: there is no such role or user.
            Conflict: the user is a member.
        """
        return await self.add_entity(project_id, Entity(user_id=user_id), role, repositories=repositories, actor=actor)

    async def add_entity(
        self,
        project_id: int,
        entity: Entity,
        role: int,
        *,
        repositories: Sequence[str] | None = None,
        actor: Actor = SYSTEM,
    ) -> int:
        """Give a user or a group a role; the member's id.

        Args:
            project_id: in which project.
            entity: to whom.
            role: Harbor's number of it.
            repositories: patterns of the repositories it is limited to; None: it is not.
            actor: who does it.

        Raises:
            BadRequest: there is no such role, no such id, nobody is named, or a pattern is none.
            Conflict: it is a member.
            NotFound: there is no such project, or nobody of that name.
        """
        limit = None if repositories is None else check_patterns(repositories)
        async with self._database.begin() as connection:
            project = await queries.hold(connection, project_id)
            if project is None:
                raise NotFound(f"project {project_id} not found")
            entity_id, entity_type, name = await _hold(connection, entity)
            known = _role(role)
            member_id = await member_queries.add(connection, project_id, entity_id, entity_type, known, limit)
            if member_id is None:
                raise Conflict("The project member specified already exist")
            await record(connection, actor, _event("create", project, project_id, name, known, limit))
        return member_id

    async def get(self, project_id: int, member_id: int) -> Member:
        """A member.

        Raises:
            NotFound: there is none of that id in the project.
        """
        async with self._database.connect() as connection:
            return await _find(connection, project_id, member_id)

    async def list(self, project_id: int, query: ListQuery, *, name: str = "") -> tuple[int, list[Member]]:
        """How many members there are, of exactly that ``name`` if it is given, and a page of them."""
        if name:
            query = query.where(("entity_name", Exact(name)))
        async with self._database.connect() as connection:
            return await member_queries.page(connection, project_id, query)

    async def set_role(
        self,
        project_id: int,
        member_id: int,
        role: int,
        *,
        repositories: Sequence[str] | UnsetType | None = UNSET,
        actor: Actor = SYSTEM,
    ) -> None:
        """Give a member another role.

        Args:
            project_id: in which project.
            member_id: to whom.
            role: Harbor's number of it.
            repositories: patterns of the repositories it is limited to; None: it is not; not given: as it is now, since
                who does not know of limits must not lift one.
            actor: who does it.

        Raises:
            BadRequest: there is no such role, or a pattern is none.
            NotFound: there is no such member.
        """
        wanted = check_patterns(repositories) if repositories is not UNSET and repositories is not None else None
        async with self._database.begin() as connection:
            project = await queries.hold(connection, project_id)
            member = await _find(connection, project_id, member_id)
            known = _role(role)
            limit = member.repositories if repositories is UNSET else wanted
            await member_queries.set_role(connection, project_id, member_id, known, limit)
            event = _event("update", project or "", project_id, member.entity_name, known, limit)
            await record(connection, actor, event)

    async def remove(self, project_id: int, member_id: int, *, actor: Actor = SYSTEM) -> None:
        """Take a member out of the project.

        Raises:
            NotFound: there is no such member.
        """
        async with self._database.begin() as connection:
            project = await queries.hold(connection, project_id)
            member = await _find(connection, project_id, member_id)
            if not await member_queries.remove(connection, project_id, member_id):
                raise _not_found(project_id, member_id)
            event = _event("delete", project or "", project_id, member.entity_name, member.role)
            await record(connection, actor, event)


async def _find(connection: AsyncConnection, project_id: int, member_id: int) -> Member:
    member = await member_queries.find(connection, project_id, member_id)
    if member is None:
        raise _not_found(project_id, member_id)
    return member


async def _hold(connection: AsyncConnection, wanted: Entity) -> tuple[int, str, str]:
    """Id, type and name of who is named. No directory is asked in this release, so that all of them are known here."""
    if wanted.user_id > 0:
        found = await member_queries.hold_user(connection, user_id=wanted.user_id)
        if found is None:
            raise BadRequest(f"Failed to get user {wanted.user_id}: user {wanted.user_id} not found")
        return found[0], "u", found[1]
    if wanted.group_id > 0:
        found = await member_queries.hold_group(connection, group_id=wanted.group_id)
        if found is None:
            raise BadRequest(f"Group {wanted.group_id} not found")
        return found[0], "g", found[1]
    if wanted.username:
        known = _storable(wanted.username)
        found = await member_queries.hold_user(connection, username=wanted.username) if known else None
        if found is None:
            raise NotFound(f"user {wanted.username[:255]} is not found")
        return found[0], "u", found[1]
    name = wanted.ldap_dn or wanted.group_name
    if not name:
        raise BadRequest("at least one of member_user or member_group must be provided")
    found = None
    if _storable(name) and (wanted.ldap_dn or wanted.group_type in GROUP_TYPES):
        found = await member_queries.hold_group(
            connection, name=wanted.group_name, group_type=wanted.group_type, ldap_dn=wanted.ldap_dn
        )
    if found is None:
        raise NotFound(f"{name[:255]} not found: not supported")
    return found[0], "g", found[1]


def _storable(name: str) -> bool:
    return "\0" not in name


def _event(
    operation: str, project: str, project_id: int, name: str, role: Role, limit: Sequence[str] | None = None
) -> Event:
    details = {"project": project, "role": ROLE_NAMES[role]}
    return Event(
        operation, "member", name, project_id, details if limit is None else details | {"repositories": list(limit)}
    )


def _role(role: int) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise BadRequest("Failed to update project member, role is not in 1,2,3") from None


def _not_found(project_id: int, member_id: int) -> NotFound:
    return NotFound(f"the project member is not found, project id {project_id}, member id {member_id}")
