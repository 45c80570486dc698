"""Use cases on repositories."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.access.models import ProjectFacts
from moorage.access.reach import Reach
from moorage.access.repositories import Repositories
from moorage.database.engine import Database
from moorage.database.listing import ListQuery
from moorage.errors import NotFound
from moorage.events.models import SYSTEM, Actor, Event
from moorage.events.service import record
from moorage.repositories import list_queries, queries
from moorage.repositories.models import Repository
from moorage.repositories.queries import HiddenRepository


class RepositoryService:
    """Repositories by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, name: str) -> int | None:
        """The id of the repository of that name."""
        async with self._database.connect() as connection:
            return await queries.find(connection, name)

    async def catalog(self, last: str, limit: int) -> Sequence[str]:
        """Up to ``limit`` names of non-empty repositories after ``last``, in byte order."""
        async with self._database.connect() as connection:
            return await queries.page(connection, last, limit)

    @staticmethod
    async def pushed(connection: AsyncConnection, name: str) -> Repository | None:
        """The repository of that name, if something was pushed to it."""
        return await list_queries.pushed(connection, name)

    async def get(self, name: str) -> Repository:
        """The repository of that name.

        Raises:
            NotFound: nothing was pushed to one of that name.
        """
        async with self._database.connect() as connection:
            return _there(await list_queries.pushed(connection, name), name)

    async def of_project(
        self, project: ProjectFacts, allowed: Repositories | None, query: ListQuery
    ) -> tuple[int, Sequence[Repository]]:
        """How many repositories of a project match, and the page; of all of them, or of those that are ``allowed``.

        Raises:
            BadRequest: a filter has a value it cannot have.
        """
        async with self._database.connect() as connection:
            scope = list_queries.of_project(project.project_id, project.name, allowed)
            return await list_queries.page(connection, query, scope)

    async def readable(self, query: ListQuery, reach: Reach) -> tuple[int, Sequence[Repository]]:
        """The same of every project, where an account may list them.

        Raises:
            BadRequest: a filter has a value it cannot have.
        """
        async with self._database.connect() as connection:
            return await list_queries.page(connection, query, list_queries.readable(reach))

    async def describe(self, name: str, description: str, *, actor: Actor = SYSTEM) -> None:
        """Set a repository's description, as HTML shows it: that is how Harbor keeps it (H row 50).

        Raises:
            NotFound: there is no such repository.
        """
        # Quotes as Go writes them, and what no column can hold, too.
        escaped = (
            html.escape(description.replace("\0", "\ufffd"), quote=False).replace('"', "&#34;").replace("'", "&#39;")
        )
        async with self._database.begin() as connection:
            changed = _there(await list_queries.describe(connection, name, escaped), name)
            await record(connection, actor, Event("update", "repository", name, changed.project_id))


def _there(found: Repository | None, name: str) -> Repository:
    if found is None:
        raise NotFound(f"repository {name} not found")
    return found


async def ensure(connection: AsyncConnection, project_id: int, name: str) -> int:
    """The id of the repository, created within the caller's transaction if need be.

    Raises:
        NotFound: the project has been deleted meanwhile.
    """
    # Another transaction's new row is seen only by the look-up after ours has met it.
    for _ in range(2):
        found = await queries.hold(connection, name)
        if found is not None:
            return found
        await queries.create(connection, project_id, name)
    found = await queries.hold(connection, name)
    if found is None:
        project = name.partition("/")[0]
        raise NotFound(f"project {project} not found")
    return found


async def touch(connection: AsyncConnection, repository_id: int) -> None:
    """Note that something in the repository has changed, within the caller's transaction."""
    await list_queries.touch(connection, repository_id)


async def hide(connection: AsyncConnection, name: str) -> HiddenRepository | None:
    """Let a repository be one that nothing was pushed to, locked until the caller's transaction ends.

    None when there is none.
    """
    return await queries.hide(connection, name)


async def hold(connection: AsyncConnection, name: str) -> int | None:
    """The id of the repository of that name, kept from being deleted until the caller's transaction ends."""
    return await queries.hold(connection, name)


async def hold_by_id(connection: AsyncConnection, repository_id: int) -> str | None:
    """As ``hold``, by id; the name."""
    return await queries.hold_by_id(connection, repository_id)


async def show(connection: AsyncConnection, repository_id: int, first_push_time: datetime | None) -> None:
    """Let a repository be one that something was pushed to, at first at that time; within the caller's transaction."""
    await queries.show(connection, repository_id, first_push_time)
