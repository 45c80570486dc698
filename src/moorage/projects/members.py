"""Use cases on the members of a project (H row 31)."""

from __future__ import annotations

from moorage.access.roles import Role
from moorage.database.engine import Database
from moorage.database.listing import Contains, ListQuery
from moorage.errors import BadRequest, Conflict, NotFound
from moorage.projects import member_queries as queries
from moorage.projects.models import Member


class MemberService:
    """Members by id. Every change counts from the next request on."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, project_id: int, user_id: int, role: int) -> int:
        """Give a user a role; the member's id.

        Raises:
            BadRequest: there is no such role.
            Conflict: the user is a member.
        """
        known = _role(role)
        async with self._database.begin() as connection:
            member_id = await queries.add(connection, project_id, user_id, known)
        if member_id is None:
            raise Conflict("The project member specified already exist")
        return member_id

    async def get(self, project_id: int, member_id: int) -> Member:
        """A member.

        Raises:
            NotFound: there is none of that id in the project.
        """
        async with self._database.connect() as connection:
            member = await queries.find(connection, project_id, member_id)
        if member is None:
            raise _not_found(project_id, member_id)
        return member

    async def list(self, project_id: int, query: ListQuery, *, name: str = "") -> tuple[int, list[Member]]:
        """How many members there are whose name contains ``name``, and a page of them."""
        if name:
            query = query.where(("entity_name", Contains(name)))
        async with self._database.connect() as connection:
            return await queries.page(connection, project_id, query)

    async def set_role(self, project_id: int, member_id: int, role: int) -> None:
        """Give a member another role.

        Raises:
            BadRequest: there is no such role.
            NotFound: there is no such member.
        """
        known = _role(role)
        async with self._database.begin() as connection:
            if not await queries.set_role(connection, project_id, member_id, known):
                raise _not_found(project_id, member_id)

    async def remove(self, project_id: int, member_id: int) -> None:
        """Take a member out of the project.

        Raises:
            NotFound: there is no such member.
        """
        async with self._database.begin() as connection:
            if not await queries.remove(connection, project_id, member_id):
                raise _not_found(project_id, member_id)


def _role(role: int) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise BadRequest("Failed to update project member, role is not in 1,2,3") from None


def _not_found(project_id: int, member_id: int) -> NotFound:
    return NotFound(f"the project member is not found, project id {project_id}, member id {member_id}")
