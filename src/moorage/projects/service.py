"""Use cases on projects (H rows 32, 33, 35)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.access.roles import Role
from moorage.database.engine import Database
from moorage.database.listing import ListQuery
from moorage.database.pages import Part
from moorage.errors import BadRequest, Conflict, NotFound, PreconditionFailed
from moorage.events.models import SYSTEM, Actor, Event
from moorage.events.service import record
from moorage.identity.robots import forget_project
from moorage.jobs.schedules import ScheduleService
from moorage.lifecycle import trash
from moorage.projects import member_queries, metadata_queries, queries
from moorage.projects.allowlists import Allowlist, check_allowlist
from moorage.projects.keys import RETENTION, changes
from moorage.projects.labels import LabelService
from moorage.projects.members import MemberService
from moorage.projects.metadata import MetadataService
from moorage.projects.models import LIBRARY_ID, LIBRARY_NAME, Project, Summary, Viewer
from moorage.projects.names import check_project_name
from moorage.projects.quotas import limit_new_project

HOLDS_REPOSITORIES = "the project contains repositories, can not be deleted"


class ProjectService:
    """Projects by id or name, and their ``members``, ``metadata`` and ``labels``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._schedules = ScheduleService(database)
        self.members = MemberService(database)
        self.metadata = MetadataService(database)
        self.labels = LabelService(database)

    async def create(
        self,
        name: str,
        *,
        owner_id: int,
        public: bool,
        metadata: Mapping[str, str | None] | None = None,
        allowlist: Allowlist | None = None,
        storage_limit: int | None = None,
        actor: Actor = SYSTEM,
    ) -> int:
        """A new project, administered by the user who owns it; its id. Without a limit it has the configured one.

        Raises:
            BadRequest: the name, the limit, a value of the metadata or the allow-list is not allowed.
            Conflict: the name is taken.
        """
        check_project_name(name)
        wanted = changes(metadata or {})
        if wanted.retention_id:
            raise BadRequest(
                "bad request: the retention_id in the request's payload when creating a project should be omitted,"
                " alternatively passing an empty string"
            )
        check_allowlist(allowlist or Allowlist())
        async with self._database.begin() as connection:
            values = {"name": name, "owner_id": owner_id, "public": public if wanted.public is None else wanted.public}
            project_id = await queries.create(connection, values)
            if project_id is None:
                raise Conflict(f"The project named {name} already exists")
            await metadata_queries.put(connection, project_id, _set(wanted.values))
            if allowlist is not None:
                await queries.set_allowlist(connection, project_id, allowlist)
            if storage_limit is not None:
                await limit_new_project(connection, project_id, storage_limit)
            await member_queries.add(connection, project_id, owner_id, "u", Role.PROJECT_ADMIN)
            await record(connection, actor, Event("create", "project", name, project_id))
            return project_id

    async def update(
        self,
        project_id: int,
        *,
        metadata: Mapping[str, str | None] | None = None,
        allowlist: Allowlist | None = None,
        actor: Actor = SYSTEM,
    ) -> None:
        """Change what is given of a project: single keys of its metadata, and its whole allow-list.

        Raises:
            BadRequest: a value is not allowed.
            NotFound: there is no such project.
        """
        wanted = changes(metadata or {})
        check_allowlist(allowlist or Allowlist())
        changed = [f"metadata.{key}" for key in wanted.named] + ["cve_allowlist"] * (allowlist is not None)
        if not changed:
            return
        async with self._database.begin() as connection:
            name = await queries.change(connection, project_id, public=wanted.public)
            if name is None:
                raise NotFound(f"project {project_id} not found")
            if wanted.retention_id is not None:
                await _check_retention(connection, project_id, wanted.retention_id)
            await metadata_queries.put(connection, project_id, _set(wanted.values))
            unset = [key for key, value in wanted.values.items() if value is None]
            await metadata_queries.unset(connection, project_id, unset)
            if allowlist is not None:
                await queries.set_allowlist(connection, project_id, allowlist)
            await record(connection, actor, Event("update", "project", name, project_id, {"changed": changed}))

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

    async def is_there(self, name: str) -> bool:
        """Whether there is a project of that name."""
        async with self._database.connect() as connection:
            return await queries.is_there(connection, name)

    async def list(self, query: ListQuery, viewer: Viewer) -> tuple[int, list[Project]]:
        """How many projects match that the viewer may see, and a page of them."""
        async with self._database.connect() as connection:
            return await queries.page(connection, query, viewer)

    async def summary(self, project_id: int) -> Summary:
        """How many repositories and members a project has."""
        async with self._database.connect() as connection:
            return await queries.summary(connection, project_id)

    async def set_public(self, project_id: int, public: bool, *, actor: Actor = SYSTEM) -> None:
        """Let everyone pull from a project, or its members only; counts from the next request on.

        Raises:
            NotFound: there is no such project.
        """
        await self.update(project_id, metadata={"public": str(public).lower()}, actor=actor)

    async def deletable(self, project_id: int) -> bool:
        """Whether nothing was pushed to a project, as of now."""
        async with self._database.connect() as connection:
            return not await queries.is_pushed_to(connection, project_id)

    async def delete(self, project_id: int, *, actor: Actor = SYSTEM) -> None:
        """Delete a project with its members, labels and robots; its name can be used again, and it can be brought back.

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
            await trash.set_project_aside(connection, actor, project_id, name, self._schedules)
            await forget_project(connection, project_id, name)
            await queries.delete_project(connection, project_id)
            await record(connection, actor, Event("delete", "project", name, project_id))


def visible_to(viewer: Viewer) -> Part:
    """For statements of others: conditions on ``project`` for what the viewer may see."""
    return queries.visible_to(viewer)


async def add_library(connection: AsyncConnection, *, owner_id: int) -> None:
    """Make the project every registry has, public and under its fixed id, within the transaction of the first start."""
    values = {"project_id": LIBRARY_ID, "name": LIBRARY_NAME, "owner_id": owner_id, "public": True}
    if await queries.create(connection, values) is not None:
        await queries.advance_ids(connection)
        await member_queries.add(connection, LIBRARY_ID, owner_id, "u", Role.PROJECT_ADMIN)


def _set(values: Mapping[str, str | None]) -> dict[str, str]:
    return {key: value for key, value in values.items() if value is not None}


async def _check_retention(connection: AsyncConnection, project_id: int, given: str) -> None:
    if (await metadata_queries.values(connection, project_id)).get(RETENTION) != given:
        raise BadRequest(
            "the retention_id in the request's payload when updating a project should be omitted,"
            " alternatively passing the one that has already been associated to this project"
        )
