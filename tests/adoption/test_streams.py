"""Streams keep to their limits, pass errors on and leave nothing running."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import pytest

from moorage.adoption.streams import batched, mapped, merged

pytestmark = [pytest.mark.unit, pytest.mark.anyio]


class Sources:
    """Generators that count how many of them are running."""

    def __init__(self) -> None:
        self.running = 0
        self.most = 0

    async def numbers(self, *groups: Sequence[int]) -> AsyncGenerator[Sequence[int]]:
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            for group in groups:
                await asyncio.sleep(0)
                yield group
        finally:
            self.running -= 1

    async def failing(self) -> AsyncGenerator[Sequence[int]]:
        yield [1]
        raise ValueError("of a source")


async def test_merged_yields_everything_of_a_few_sources_at_a_time() -> None:
    sources = Sources()
    streams = (sources.numbers([number, number + 100], [], [number + 200]) for number in range(50))
    found = [item async for item in merged(streams, 4)]
    assert sorted(found) == sorted(number + more for number in range(50) for more in (0, 100, 200))
    assert sources.most <= 4


async def test_merged_without_sources_is_empty() -> None:
    nothing: list[AsyncGenerator[Sequence[int]]] = []
    assert [item async for item in merged(nothing, 4)] == []


async def test_merged_raises_what_a_source_raises() -> None:
    sources = Sources()
    with pytest.raises(ValueError, match="of a source"):
        async for _ in merged([sources.numbers([1], [2]), sources.failing()], 2):
            pass


async def test_merged_left_early_closes_its_sources() -> None:
    sources = Sources()
    async with aclosing(merged((sources.numbers([1], [2], [3]) for _ in range(9)), 3)) as stream:
        async for _ in stream:
            break
    assert sources.running == 0


async def test_mapped_keeps_the_order_and_the_limit() -> None:
    running = most = 0

    async def double(number: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.001 * (number % 3))
        running -= 1
        return number * 2

    assert [item async for item in mapped(range(40), double, 5)] == [number * 2 for number in range(40)]
    assert most <= 5


async def test_mapped_left_early_cancels_what_runs() -> None:
    cancelled = []

    async def wait(number: int) -> int:
        if number == 0:
            return 0
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append(number)
            raise
        return number

    async with aclosing(mapped(range(3), wait, 3)) as stream:
        async for _ in stream:
            await asyncio.sleep(0)
            break
    assert cancelled == [1, 2]


async def test_batched_cuts_a_stream() -> None:
    async def numbers() -> AsyncGenerator[int]:
        for number in range(7):
            yield number

    assert [batch async for batch in batched(numbers(), 3)] == [[0, 1, 2], [3, 4, 5], [6]]
