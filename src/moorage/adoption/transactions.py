"""How an adoption writes: for good, batch by batch, or as a rehearsal that leaves nothing behind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.adoption import queries
from moorage.database.engine import Database
from moorage.errors import Conflict
from moorage.projects.names import check_project_name
from moorage.projects.service import ProjectService

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]

#: A batch takes many locks; the server's pushes take theirs in another order now and then.
TRIES = 5


class Transactions(Protocol):
    """Runs pieces of work on the database."""

    def chunk(self) -> AbstractAsyncContextManager[None]:
        """Some repositories; everything else happens inside of one."""

    async def run(self, work: Work[T]) -> T:
        """Run it in a transaction. It may be run again, so it must have no other effects."""

    async def make_project(self, name: str, owner_id: int, public: bool, creation_time: datetime | None) -> int:
        """The id of a project that is made unless somebody else just did.

        Raises:
            BadRequest: the name is not allowed.
        """


class Committed:
    """Every batch is committed: what was interrupted goes on where it stopped."""

    def __init__(self, database: Database, projects: ProjectService) -> None:
        self._database = database
        self._projects = projects

    @asynccontextmanager
    async def chunk(self) -> AsyncIterator[None]:
        yield

    async def run(self, work: Work[T]) -> T:
        return await self._database.repeat(work, TRIES)

    async def make_project(self, name: str, owner_id: int, public: bool, creation_time: datetime | None) -> int:
        try:
            project_id = await self._projects.create(name, owner_id=owner_id, public=public)
        except Conflict:
            found = await self.run(lambda connection: queries.projects(connection, [name]))
            return found[name]
        if creation_time is not None:
            await self.run(lambda connection: queries.date_project(connection, project_id, creation_time))
        return project_id


class Rehearsed:
    """The same statements, rolled back: one transaction for each chunk, so that batches see what those before did."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: AsyncConnection | None = None

    @asynccontextmanager
    async def chunk(self) -> AsyncIterator[None]:
        try:
            async with self._database.begin() as connection:
                self._connection = connection
                yield
                raise _RollBack
        except _RollBack:
            pass
        finally:
            self._connection = None

    async def run(self, work: Work[T]) -> T:
        assert self._connection is not None
        return await work(self._connection)

    async def make_project(self, name: str, owner_id: int, public: bool, creation_time: datetime | None) -> int:
        check_project_name(name)
        return await self.run(lambda connection: queries.rehearse_project(connection, name, owner_id))


class _RollBack(Exception):
    """Ends a rehearsed transaction."""
