"""What is counted of the pool and of a database that fails."""

from __future__ import annotations

import asyncio

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import text

from moorage.database.engine import Database
from moorage.database.metrics import DatabaseMetrics
from moorage.errors import BadRequest, MoorageError, ServiceUnavailable
from moorage.settings import DatabaseSettings

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


async def test_connections_in_use_and_waits_for_one(database_url: str) -> None:
    database = Database(DatabaseSettings(pool_size=1, connect_timeout=30), database_url)
    registry = CollectorRegistry()
    registry.register(DatabaseMetrics(database.use, alias=True))
    assert registry.get_sample_value("moorage_database_pool_size") == 0
    await database.open()
    async with database.connect():
        assert registry.get_sample_value("moorage_database_pool_size") == 1
        assert registry.get_sample_value("moorage_database_pool_in_use") == 1
        waiting = asyncio.create_task(database.ping())
        await asyncio.sleep(0.05)
        assert registry.get_sample_value("moorage_database_pool_waiting") == 1
    await waiting
    assert registry.get_sample_value("moorage_database_pool_in_use") == 0
    assert registry.get_sample_value("moorage_database_pool_waiting") == 0
    assert registry.get_sample_value("moorage_database_pool_wait_seconds_count") == 2
    waited = registry.get_sample_value("moorage_database_pool_wait_seconds_sum")
    assert waited is not None
    assert waited > 0.04
    assert registry.get_sample_value("moorage_database_failures_total") == 0
    await database.close()


async def test_failures_of_the_database_are_counted_and_mistakes_of_clients_are_not(database_url: str) -> None:
    database = Database(DatabaseSettings(statement_timeout=0.2), database_url)
    registry = CollectorRegistry()
    registry.register(DatabaseMetrics(database.use, alias=True))
    await database.open()
    expected = 0
    for statement, error, own in (
        ("SELECT 1000000000000::integer", BadRequest, 0),
        ("SELECT pg_sleep(5)", ServiceUnavailable, 1),
    ):
        with pytest.raises(MoorageError) as raised:
            async with database.begin() as connection:
                await connection.execute(text(statement))
        assert isinstance(raised.value, error)
        expected += own
        assert registry.get_sample_value("moorage_database_failures_total") == expected
    with pytest.raises(ServiceUnavailable):
        async with database.connect() as connection:
            await connection.execute(text("SELECT pg_sleep(5)"))
    assert registry.get_sample_value("harbor_core_db_errors_total") == 2
    await database.close()
    away = Database(DatabaseSettings(connect_timeout=2), "postgresql://postgres@127.0.0.1:1/none")
    await away.open()
    with pytest.raises(ServiceUnavailable):
        await away.ping()
    assert away.use.failures == 1
    await away.close()
