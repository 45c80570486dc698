"""Batches survive what concurrent pushes do to them, and a rehearsal leaves nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.adoption.transactions import Committed, Rehearsed
from moorage.database.driver import fetch_all
from moorage.database.engine import Database
from moorage.errors import BadRequest
from moorage.projects.service import ProjectService
from moorage.settings import DatabaseSettings

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

Lock = Callable[[AsyncConnection, str], Awaitable[object]]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open, migrated database with the user 1."""
    database = Database(DatabaseSettings(), database_url)
    await database.open()
    async with database.begin() as connection:
        await connection.execute(text("INSERT INTO user_account (username) VALUES ('owner')"))
    yield database
    await database.close()


async def lock_by_core(connection: AsyncConnection, digest: str) -> object:
    return await connection.execute(text("UPDATE blob SET size = size + 1 WHERE digest = :d"), {"d": digest})


async def lock_by_driver(connection: AsyncConnection, digest: str) -> object:
    return await fetch_all(connection, "UPDATE blob SET size = size + 1 WHERE digest = %s RETURNING 1", (digest,))


@pytest.mark.parametrize("lock", [lock_by_core, lock_by_driver])
async def test_a_deadlock_is_tried_again(database: Database, lock: Lock) -> None:
    committed = Committed(database, ProjectService(database))
    async with database.begin() as connection:
        await connection.execute(text("INSERT INTO blob (digest, size) VALUES ('a', 0), ('b', 0)"))
    both = asyncio.Barrier(2)
    attempts = 0

    async def take(*digests: str) -> None:
        tried = 0

        async def work(connection: AsyncConnection) -> None:
            nonlocal attempts, tried
            attempts, tried = attempts + 1, tried + 1
            await lock(connection, digests[0])
            if tried == 1:
                await both.wait()
            await lock(connection, digests[1])

        await committed.run(work)

    await asyncio.gather(take("a", "b"), take("b", "a"))
    assert attempts >= 3
    async with database.connect() as connection:
        assert (await connection.execute(text("SELECT size FROM blob"))).scalars().all() == [2, 2]


async def test_a_project_somebody_else_just_made_is_taken(database: Database) -> None:
    projects = ProjectService(database)
    project_id = await projects.create("shop", owner_id=1, public=False)
    assert await Committed(database, projects).make_project("shop", 1, True, None) == project_id


async def test_a_rehearsal_sees_its_own_writes_and_leaves_none(database: Database) -> None:
    rehearsed = Rehearsed(database)

    async def count(connection: AsyncConnection) -> int:
        return int((await connection.execute(text("SELECT count(*) FROM project WHERE name = 'shop'"))).scalar_one())

    async with rehearsed.chunk():
        await rehearsed.make_project("shop", 1, False, None)
        assert await rehearsed.run(count) == 1
        with pytest.raises(BadRequest):
            await rehearsed.make_project("No", 1, False, None)
    async with rehearsed.chunk():
        assert await rehearsed.run(count) == 0
