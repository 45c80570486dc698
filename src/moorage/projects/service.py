"""Use cases on projects (H rows 32, 33)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.access.roles import Role
from moorage.database.engine import Database
from moorage.database.listing import ListQuery
from moorage.errors import Conflict, NotFound, PreconditionFailed
from moorage.identity.robots import forget_project
from moorage.projects import member_queries, queries
from moorage.projects.members import MemberService
from moorage.projects.models import LIBRARY_ID, LIBRARY_NAME, Project, Viewer
from moorage.projects.names import check_project_name, normal_metadata

HOLDS_REPOSITORIES = "the project contains repositories, can not be deleted"


class ProjectService:
    """Projects by id or name, and their ``members``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.members = MemberService(database)

    async def create(self, name: str, *, owner_id: int, public: bool, metadata: Mapping[str, str] | None = None) -> int:
        """A new project, administered by the user who owns it; its id.

        Raises:
            BadRequest: the name or a value of the metadata is not allowed.
            Conflict: the name is taken.
        """
        check_project_name(name)
        kept = normal_metadata(metadata or {})
        async with self._database.begin() as connection:
            values = {"name": name, "owner_id": owner_id, "public": public}
            project_id = await queries.create(connection, values)
            if project_id is None:
                raise Conflict(f"The project named {name} already exists")
            await queries.add_metadata(connection, project_id, kept)
            await member_queries.add(connection, project_id, owner_id, Role.PROJECT_ADMIN)
            return project_id

    async def get(self, project_id: int, *, viewer_id: int | None = None) -> Project:
        """A project, with the roles the user ``viewer_id`` has in it.

        Raises:
            NotFound: there is none of that id.
        """
        async with self._database.connect() as connection:
            project = await queries.find(connection, project_id=project_id, user_id=viewer_id)
        if project is None:
            raise NotFound(f"project {project_id} not found")
        return project

    async def find(self, name: str) -> Project:
        """A project by name.

        Raises:
            NotFound: there is none of that name.
        """
        async with self._database.connect() as connection:
            project = await queries.find(connection, name=name)
        if project is None:
            raise NotFound(f"project {name} not found")
        return project

    async def name_of(self, project_id: int) -> str | None:
        """The name of the project of that id, if there is one."""
        async with self._database.connect() as connection:
            return await queries.name_of(connection, project_id)

    async def list(self, query: ListQuery, viewer: Viewer) -> tuple[int, list[Project]]:
        """How many projects match that the viewer may see, and a page of them."""
        async with self._database.connect() as connection:
            return await queries.page(connection, query, viewer)

    async def set_public(self, project_id: int, public: bool) -> None:
        """Let everyone pull from a project, or its members only; counts from the next request on.

        Raises:
            NotFound: there is no such project.
        """
        async with self._database.begin() as connection:
            if not await queries.set_public(connection, project_id, public):
                raise NotFound(f"project {project_id} not found")

    async def delete(self, project_id: int) -> None:
        """Delete a project with its members and robots; its name can be used again.

        Raises:
            NotFound: there is no such project.
            PreconditionFailed: something was pushed to it.
        """
        async with self._database.begin() as connection:
            name = await queries.lock(connection, project_id)
            if name is None:
                raise NotFound(f"project {project_id} not found")
            if await queries.holds_repositories(connection, project_id):
                raise PreconditionFailed(f"precondition failed: {HOLDS_REPOSITORIES}")
            await forget_project(connection, project_id, name)
            await queries.delete_project(connection, project_id)


def visible_to(viewer: Viewer) -> Sequence[ColumnElement[bool]]:
    """Conditions on the table ``project`` for statements of others: what the viewer may see."""
    return queries.visible_to(viewer)


async def add_library(connection: AsyncConnection, *, owner_id: int) -> None:
    """Make the project every registry has, public and under its fixed id, within the transaction of the first start."""
    values = {"project_id": LIBRARY_ID, "name": LIBRARY_NAME, "owner_id": owner_id, "public": True}
    if await queries.create(connection, values) is not None:
        await queries.advance_ids(connection)
        await member_queries.add(connection, LIBRARY_ID, owner_id, Role.PROJECT_ADMIN)
