"""Streams of things to do, in bounded memory: several at once, and in batches."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


async def merged(sources: Iterable[AsyncGenerator[Sequence[T]]], limit: int) -> AsyncGenerator[T]:
    """What all of ``sources`` yield, at most ``limit`` of them running; the order is theirs within each."""
    queue: asyncio.Queue[Sequence[T]] = asyncio.Queue(limit)
    waiting = iter(sources)

    async def drain() -> None:
        # The iterator is shared: whoever is done takes the next source.
        for source in waiting:
            async with aclosing(source) as items:
                async for item in items:
                    await queue.put(item)

    drains = [asyncio.create_task(drain()) for _ in range(limit)]
    end = asyncio.ensure_future(asyncio.gather(*drains))
    try:
        while True:
            getting = asyncio.ensure_future(queue.get())
            await asyncio.wait((getting, end), return_when=asyncio.FIRST_COMPLETED)
            if getting.done():
                for item in getting.result():
                    yield item
                continue
            getting.cancel()
            end.result()
            while not queue.empty():
                for item in queue.get_nowait():
                    yield item
            return
    finally:
        for task in drains:
            task.cancel()
        await asyncio.gather(*drains, end, return_exceptions=True)


async def mapped(items: Iterable[T], work: Callable[[T], Awaitable[R]], limit: int) -> AsyncGenerator[R]:
    """``work`` done on each item, at most ``limit`` at once; the results in order."""
    running: deque[asyncio.Future[R]] = deque()
    try:
        for item in items:
            running.append(asyncio.ensure_future(work(item)))
            if len(running) >= limit:
                yield await running.popleft()
        while running:
            yield await running.popleft()
    finally:
        for future in running:
            future.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def batched(items: AsyncIterable[T], size: int) -> AsyncGenerator[list[T]]:
    """Lists of at most ``size`` items, none empty."""
    batch: list[T] = []
    async for item in items:
        batch.append(item)
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch
