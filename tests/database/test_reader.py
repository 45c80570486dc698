"""Coalesced reads, on a real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

import pytest
from sqlalchemy import text

from moorage.database.driver import Row
from moorage.database.engine import Database
from moorage.database.reader import Lane, Reader
from moorage.errors import ServiceUnavailable
from moorage.settings import DatabaseSettings

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

SQUARES = "SELECT q, q * q FROM unnest(%s::bigint[]) AS q"
NAMES = "SELECT u.username FROM unnest(%s::text[]) AS q JOIN user_account u ON u.username = q"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(DatabaseSettings(), database_url)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def reader(database: Database) -> AsyncIterator[Reader]:
    reader = Reader(database)
    yield reader
    await reader.close()


def squares(reader: Reader, asked: list[list[int]] | None = None) -> Lane[int, int]:
    def parameters(keys: Sequence[int]) -> tuple[list[int]]:
        if asked is not None:
            asked.append(list(keys))
        return (list(keys),)

    def answers(keys: Sequence[int], rows: Sequence[Row]) -> Mapping[int, int]:
        return {int(number): int(square) for number, square in rows}

    return reader.lane(SQUARES, parameters, answers)


def exists(reader: Reader) -> Lane[str, bool]:
    def answers(keys: Sequence[str], rows: Sequence[Row]) -> Mapping[str, bool]:
        found = {name for (name,) in rows}
        return {key: key in found for key in keys}

    return reader.lane(NAMES, lambda keys: (list(keys),), answers)


async def test_everyone_gets_the_answer_to_their_own_question(reader: Reader) -> None:
    lane = squares(reader)
    assert await asyncio.gather(*(lane.get(n % 50) for n in range(500))) == [(n % 50) ** 2 for n in range(500)]


async def test_those_who_ask_at_once_share_a_question(reader: Reader) -> None:
    asked: list[list[int]] = []
    lane = squares(reader, asked)
    await asyncio.gather(*(lane.get(n % 10) for n in range(200)))
    assert asked == [list(range(10))]


async def test_more_than_a_batch_is_answered_in_several(reader: Reader) -> None:
    asked: list[list[int]] = []
    lane = squares(reader, asked)
    assert await asyncio.gather(*map(lane.get, range(1000))) == [n * n for n in range(1000)]
    assert len(asked) == 4


async def test_two_kinds_of_questions_are_answered_together(reader: Reader) -> None:
    numbers, names = squares(reader), exists(reader)
    found: Sequence[object] = await asyncio.gather(
        numbers.get(3), names.get("it's \\ quoted %s"), numbers.get(4), names.get("none")
    )
    assert list(found) == [9, False, 16, False]


async def test_a_question_after_a_write_sees_it(database: Database, reader: Reader) -> None:
    lane = exists(reader)
    busy = [asyncio.create_task(lane.get(f"user{n}")) for n in range(20)]
    for n in range(20):
        assert not await lane.get(f"user{n}")
        async with database.begin() as connection:
            await connection.execute(text("INSERT INTO user_account (username) VALUES (:n)"), {"n": f"user{n}"})
        assert await lane.get(f"user{n}")
    await asyncio.gather(*busy)


async def test_one_who_gives_up_takes_nobody_along(reader: Reader) -> None:
    lane = squares(reader)
    first, second = asyncio.create_task(lane.get(7)), asyncio.create_task(lane.get(7))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == 49
    assert await lane.get(8) == 64


async def test_a_failure_reaches_everyone_who_waits_and_then_it_works_again(database_url: str) -> None:
    database = Database(DatabaseSettings(connect_timeout=1), database_url)
    reader = Reader(database)
    lane = squares(reader)
    results = await asyncio.gather(*(lane.get(n) for n in range(5)), return_exceptions=True)
    assert [type(result) for result in results] == [ServiceUnavailable] * 5
    await database.open()
    assert await lane.get(3) == 9
    await reader.close()
    await database.close()


async def test_a_connection_that_was_cut_is_replaced(database: Database, reader: Reader) -> None:
    lane = squares(reader)
    assert await lane.get(2) == 4
    async with database.connect() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    assert await lane.get(3) == 9
