"""Use cases on repositories."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.engine import Database
from moorage.errors import NotFound
from moorage.repositories import queries
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
