"""Threads, and memory, that a driver spends on blocking work: both bounded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

KiB = 1024
MiB = 1024 * KiB

#: Most of them wait for a disk, not for a processor.
THREADS = 32


class Share:
    """Splits a number of bytes evenly among whoever uses it at the moment.

    With few users each works in large pieces, which is fast; with many the sum stays bounded.
    """

    def __init__(self, total: int, least: int = 64 * KiB, most: int = MiB) -> None:
        """``total`` bytes are split; a user's part is never below ``least`` nor above ``most``."""
        self._total = total
        self._least = least
        self._most = most
        self.users = 0

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Count as a user."""
        self.users += 1
        try:
            yield
        finally:
            self.users -= 1

    @property
    def size(self) -> int:
        """Bytes one user may hold now."""
        return max(self._least, min(self._most, self._total // max(self.users, 1)))


class Workers:
    """The threads of one driver."""

    def __init__(self, threads: int = THREADS) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="storage")

    def submit(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Start it in a thread; jobs start in the order they were submitted."""
        return self._pool.submit(function, *args, **kwargs)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run it in a thread. A cancelled caller does not wait for it; it goes on to its end."""
        return await asyncio.wrap_future(self._pool.submit(function, *args, **kwargs))

    async def acquire(self, function: Callable[[], T], release: Callable[[T], None]) -> T:
        """Run what returns something that must be released, and release it when the caller was cancelled."""
        future = self._pool.submit(function)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            future.add_done_callback(lambda done: _release(done, release))
            raise

    async def steps(self, step: Callable[[], T | None], close: Callable[[], None]) -> AsyncGenerator[T]:
        """What ``step``, run in a thread again and again, returns until it returns None.

        ``close`` runs once when the last step has ended, also when the consumer leaves early while one is
        running: a descriptor is never closed, and its number never reused, under a thread that reads from it.
        """
        future: Future[T | None] | None = None
        try:
            while True:
                future = self._pool.submit(step)
                item = await asyncio.wrap_future(future)
                if item is None:
                    return
                yield item
        finally:
            if future is None:
                close()
            else:
                future.add_done_callback(lambda _: close())

    async def close(self) -> None:
        """Let running work end, then stop the threads."""
        await asyncio.to_thread(self._pool.shutdown)


def _release(done: Future[T], release: Callable[[T], None]) -> None:
    if not done.cancelled() and done.exception() is None:
        release(done.result())


async def settle(work: Coroutine[Any, Any, T]) -> T:
    """Wait for it to its end even when the caller is cancelled meanwhile; the cancellation is raised afterwards."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        task.cancelled() or task.exception()
        raise cancelled
    return task.result()


async def undisturbed(future: Future[T]) -> T:
    """Wait for a thread's work without cancelling it when the caller is cancelled."""
    waiting: Awaitable[T] = asyncio.shield(asyncio.wrap_future(future))
    return await waiting
