"""Connections: transactions, a database that goes and comes, and a pooler in between."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.driver import fetch_all, fetch_each
from moorage.database.embedded import EmbeddedPostgres
from moorage.database.engine import Database
from moorage.errors import ServiceUnavailable, TransactionConflict
from moorage.settings import DatabaseSettings

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


def settings(**values: Any) -> DatabaseSettings:
    return DatabaseSettings.model_validate({"pool_size": 4, "connect_timeout": 2, **values})


@pytest.fixture(params=["direct", "pooled"])
async def database(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator[Database]:
    """A migrated database, directly and through PgBouncer in transaction mode."""
    url = database_url if request.param == "direct" else request.getfixturevalue("pooled_url")
    database = Database(settings(), url)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def local(server: EmbeddedPostgres) -> AsyncIterator[Database]:
    """A database on a server of the test's own."""
    database = Database(settings(), server.url)
    await database.open()
    yield database
    await database.close()


async def count(database: Database) -> int:
    async with database.connect() as connection:
        return int((await connection.execute(text("SELECT count(*) FROM manifest"))).scalar_one())


INSERT = text("INSERT INTO manifest (digest, content) VALUES (:digest, 'x')")


async def test_a_transaction_is_committed_at_its_end(database: Database) -> None:
    async with database.begin() as connection:
        await connection.execute(INSERT, {"digest": "a"})
        assert await count(database) == 0
    assert await count(database) == 1


async def test_a_transaction_is_rolled_back_by_an_exception(database: Database) -> None:
    async def fail() -> None:
        async with database.begin() as connection:
            await connection.execute(INSERT, {"digest": "a"})
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    assert await count(database) == 0


async def test_a_cancelled_transaction_is_rolled_back_and_its_connection_used_again(database: Database) -> None:
    async def work() -> None:
        async with database.begin() as connection:
            await connection.execute(INSERT, {"digest": "a"})
            await connection.execute(text("SELECT pg_sleep(30)"))

    for _ in range(8):
        task = asyncio.create_task(work())
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await count(database) == 0


async def test_a_savepoint_undoes_its_part_only(database: Database) -> None:
    async def fail(connection: AsyncConnection) -> None:
        async with connection.begin_nested():
            await connection.execute(INSERT, {"digest": "b"})
            raise KeyError

    async with database.begin() as connection:
        await connection.execute(INSERT, {"digest": "a"})
        with pytest.raises(KeyError):
            await fail(connection)
        await connection.execute(INSERT, {"digest": "c"})
    async with database.connect() as connection:
        digests = (await connection.execute(text("SELECT digest FROM manifest ORDER BY 1"))).scalars().all()
    assert digests == ["a", "c"]


async def test_reads_open_no_transaction(database: Database) -> None:
    async with database.connect() as connection:
        first = await fetch_all(connection, "SELECT now(), pg_sleep(0.01)", ())
        second = await fetch_all(connection, "SELECT now(), pg_sleep(0.01)", ())
    assert first[0][0] < second[0][0]


async def test_statements_are_not_prepared_on_the_server(database: Database) -> None:
    async with database.begin() as connection:
        for _ in range(20):
            await fetch_all(connection, "SELECT %s::int", (1,))
        assert await fetch_all(connection, "SELECT count(*) FROM pg_prepared_statements", ()) == [(0,)]


async def test_transactions_leave_no_setting_behind_on_the_connection(database: Database) -> None:
    async with database.begin() as connection:
        assert await fetch_all(connection, "SELECT current_setting('statement_timeout')", ()) == [("30s",)]
    async with database.connect() as connection:
        assert await fetch_all(connection, "SELECT current_setting('statement_timeout')", ()) == [("0",)]


async def test_more_work_than_connections_waits_its_turn(database: Database) -> None:
    async def work(number: int) -> None:
        async with database.begin() as connection:
            await connection.execute(INSERT, {"digest": str(number)})

    await asyncio.gather(*map(work, range(60)))
    assert await count(database) == 60


async def test_an_error_of_the_statement_is_the_callers(database: Database) -> None:
    with pytest.raises(Exception, match="does not exist"):
        async with database.connect() as connection:
            await connection.execute(text("SELECT nonsense"))
    await database.ping()


@pytest.mark.parametrize("way", ["begin", "connect"])
async def test_a_statement_that_takes_too_long_is_ended(database_url: str, way: str) -> None:
    database = Database(settings(statement_timeout=0.2), database_url)
    await database.open()
    try:
        with pytest.raises(ServiceUnavailable, match=r"within 0\.2 s"):
            async with getattr(database, way)() as connection:
                await connection.execute(text("SELECT pg_sleep(20)"))
        async with database.connect() as connection:
            running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE %s AND state = 'active'"
            assert await fetch_all(connection, running, ("SELECT pg_sleep(20)%",)) == [(0,)]
    finally:
        await database.close()


async def test_without_a_limit_nothing_is_ended(database_url: str) -> None:
    database = Database(settings(statement_timeout=0), database_url)
    await database.open()
    try:
        async with database.connect() as connection:
            await connection.execute(text("SELECT pg_sleep(0.1)"))
        async with database.begin() as connection:
            assert await fetch_all(connection, "SELECT current_setting('statement_timeout')", ()) == [("0",)]
    finally:
        await database.close()


async def test_a_pool_in_use_is_told_as_busy(database_url: str) -> None:
    database = Database(settings(pool_size=1, connect_timeout=0.2), database_url)
    await database.open()
    try:
        async with database.begin():
            with pytest.raises(ServiceUnavailable, match="busy") as refused:
                async with database.connect():
                    pass
            assert refused.value.headers["Retry-After"]
    finally:
        await database.close()


async def test_a_database_that_is_away_is_named_without_its_password() -> None:
    database = Database(settings(url="postgresql://someone:hush@127.0.0.1:1/nothing"))
    await database.open()
    with pytest.raises(ServiceUnavailable, match="database is not available") as refused:
        await database.ping()
    assert "hush" not in refused.value.message
    await database.close()


async def test_a_database_that_was_not_opened_says_so(database_url: str) -> None:
    with pytest.raises(ServiceUnavailable, match="not open"):
        await Database(settings(), database_url).ping()


# --- restarts ------------------------------------------------------------------------------------


async def _fill_pool(database: Database) -> None:
    async def hold() -> None:
        async with database.begin() as connection:
            await connection.execute(text("SELECT pg_sleep(0.05)"))

    await asyncio.gather(*(hold() for _ in range(4)))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
async def test_after_a_restart_no_request_fails_on_an_old_connection(
    local: Database, server: EmbeddedPostgres, number: signal.Signals
) -> None:
    await _fill_pool(local)
    pid = server.pid
    assert pid is not None
    os.kill(pid, number)
    for _ in range(400):
        await asyncio.sleep(0.05)
        with contextlib.suppress(ServiceUnavailable):
            await local.ping()
            if server.pid != pid:
                break
    # The pool still held connections of before; none of them is handed out.
    await asyncio.gather(*(local.ping() for _ in range(20)))
    await _fill_pool(local)


async def test_a_transaction_cut_by_a_restart_is_told_as_unavailable(local: Database, server: EmbeddedPostgres) -> None:
    async def be_cut() -> None:
        async with local.begin() as connection:
            await connection.execute(text("SELECT 1"))
            assert server.pid is not None
            os.kill(server.pid, signal.SIGKILL)
            await connection.execute(text("SELECT pg_sleep(10)"))

    with pytest.raises(ServiceUnavailable, match="not available"):
        await be_cut()


async def test_one_ended_backend_costs_nobody_a_request(database: Database, database_url: str) -> None:
    await _fill_pool(database)
    with psycopg.connect(database_url, autocommit=True) as administrator:
        administrator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    await asyncio.sleep(0.1)
    for _ in range(8):
        await database.ping()
        async with database.begin() as connection:
            await connection.execute(text("SELECT 1"))


async def _deadlocked(database: Database, tries: int) -> tuple[list[object], list[int]]:
    """Two transactions that take two rows in opposite orders: how each ended, and what the rows count up to."""
    async with database.begin() as connection:
        await connection.execute(text("INSERT INTO blob (digest, size) VALUES ('a', 0), ('b', 0)"))
    met = asyncio.Barrier(2)

    async def take(first: str, second: str) -> None:
        tried = False

        async def work(connection: AsyncConnection) -> None:
            nonlocal tried
            await fetch_all(connection, "UPDATE blob SET size = size + 1 WHERE digest = %s RETURNING 1", (first,))
            if not tried:
                tried = True
                await met.wait()
            await fetch_all(connection, "UPDATE blob SET size = size + 1 WHERE digest = %s RETURNING 1", (second,))

        await database.repeat(work, tries)

    ends = await asyncio.gather(take("a", "b"), take("b", "a"), return_exceptions=True)
    async with database.connect() as connection:
        return list(ends), [row[0] for row in await fetch_all(connection, "SELECT size FROM blob ORDER BY digest", ())]


async def test_a_deadlock_is_told_as_a_conflict_to_come_back_from(database: Database) -> None:
    ends, sizes = await _deadlocked(database, tries=1)
    (error,) = [end for end in ends if end is not None]
    assert isinstance(error, TransactionConflict)
    assert (error.status, error.headers) == (503, {"Retry-After": "1"})
    assert error.message == "another request changed the same things at the same moment: try again"
    assert sizes == [1, 1]


async def test_a_transaction_that_met_another_is_run_again(database: Database) -> None:
    assert await _deadlocked(database, tries=2) == ([None, None], [2, 2])


async def test_a_transaction_that_cannot_be_put_in_order_is_told_as_a_conflict(database: Database) -> None:
    async with database.begin() as connection:
        await connection.execute(text("INSERT INTO blob (digest, size) VALUES ('a', 0)"))

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        await connection.execute(text("SELECT size FROM blob"))
        async with database.begin() as other:
            await other.execute(text("UPDATE blob SET size = size + 1"))
        await connection.execute(text("UPDATE blob SET size = size + 1"))

    with pytest.raises(TransactionConflict):
        await database.repeat(work, tries=2)
    async with database.connect() as connection:
        assert await fetch_all(connection, "SELECT size FROM blob", ()) == [(2,)]


async def test_arrays_arrive_as_they_were_sent(database: Database) -> None:
    texts = ['a"b', "c\\d", "{e,f}", "NULL", "", " g ", "'h'", "\u00e4\n"]
    async with database.connect() as connection:
        assert await fetch_all(connection, "SELECT %s::text[]", (texts,)) == [(texts,)]
        assert await fetch_all(connection, "SELECT %s::bigint[]", ([2**62, -1],)) == [([2**62, -1],)]
        assert await fetch_all(connection, "SELECT %s::text[]", ([],)) == [([],)]
        assert await fetch_all(connection, "SELECT %s::bigint[]", ([1, None],)) == [([1, None],)]
        first, second = await fetch_each(connection, [("SELECT %s::text[]", (texts,)), ("SELECT %s::int[]", ([7],))])
        assert (first, second) == ([(texts,)], [([7],)])
