"""Two ways not to do the same thing at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class SingleFlight(Generic[K, V]):
    """Whoever asks for what is being worked out waits for that and gets the same answer or error."""

    def __init__(self) -> None:
        self._running: dict[K, asyncio.Task[V]] = {}

    async def get(self, key: K, work: Callable[[], Awaitable[V]]) -> V:
        """The result of ``work``; it goes on when an asker is cancelled."""
        task = self._running.get(key)
        if task is None:
            task = asyncio.ensure_future(_started(work))
            self._running[key] = task
            task.add_done_callback(lambda done: self._end(key, done))
        return await asyncio.shield(task)

    def _end(self, key: K, task: asyncio.Task[V]) -> None:
        self._running.pop(key, None)
        if not task.cancelled():
            # Seen, even when nobody waits for it any more.
            task.exception()


async def _started(work: Callable[[], Awaitable[V]]) -> V:
    return await work()


class Turns(Generic[K]):
    """One at a time per key, in the order of arrival; a key nobody uses takes no memory."""

    def __init__(self) -> None:
        self._locks: dict[K, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def take(self, key: K) -> AsyncIterator[None]:
        """The key's turn, for the length of the block."""
        lock, users = self._locks.get(key) or (asyncio.Lock(), 0)
        self._locks[key] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks.pop(key)
            if users > 1:
                self._locks[key] = (lock, users - 1)
