"""Tells workers that there is something to do, sooner than they would look.

Workers of the same process hear of it at once. Those of others do when there is a Redis: whoever commits a job pushes a
token on a list, and one process that waits at its end takes it. Only plain commands on one key, so Dragonfly will do;
and when it is away, flushed or full, workers find the job by looking, a little later.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, cast

import structlog

if TYPE_CHECKING:
    from redis.asyncio import Redis

log = structlog.get_logger(__name__)

KEY = "moorage:jobs:wake"

#: Tokens kept for processes that do not wait just now, and the seconds they are kept.
TOKENS, EXPIRY = 32, 60

#: Seconds a process waits at the list before it asks again, and an answer may take beyond that.
WAIT, TIMEOUT = 5, 3.0

#: Seconds between two attempts while Redis is away.
SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 30.0


class Waker:
    """Wakes the workers of this process."""

    #: Others hear of it as well, so workers need not look so often.
    reaches_others = False

    def __init__(self) -> None:
        self._events: list[asyncio.Event] = []

    def listen(self) -> asyncio.Event:
        """An event that is set whenever there may be something new."""
        event = asyncio.Event()
        self._events.append(event)
        return event

    def forget(self, event: asyncio.Event) -> None:
        """Set it no more."""
        self._events.remove(event)

    def wake(self) -> None:
        """There is something new, and it is committed."""
        for event in self._events:
            event.set()

    def wake_others(self) -> None:
        """There is more than this process can take."""

    async def start(self) -> None:
        """Connect to what it needs."""

    async def close(self) -> None:
        """Let go of it."""


class RedisWaker(Waker):
    """Wakes the workers of this process, and one other that waits."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._redis: Redis | None = None
        self._push = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def wake(self) -> None:
        """There is something new, and it is committed."""
        super().wake()
        self.wake_others()

    def wake_others(self) -> None:
        """There is more than this process can take."""
        self._push.set()

    async def start(self) -> None:
        """Connect in the background; nothing waits for it."""
        from redis.asyncio import Redis

        self._redis = Redis.from_url(
            self._url, protocol=2, socket_connect_timeout=TIMEOUT, socket_timeout=WAIT + TIMEOUT, max_connections=4
        )
        self._tasks = [
            asyncio.create_task(self._again_and_again(step, self._redis)) for step in (self._give, self._take)
        ]

    async def close(self) -> None:
        """Disconnect."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self._redis is not None:
            with contextlib.suppress(Exception):
                await self._redis.aclose()
            self._redis = None

    async def _give(self, redis: Redis) -> None:
        await self._push.wait()
        self._push.clear()
        try:
            async with redis.pipeline(transaction=False) as pipeline:
                pipeline.lpush(KEY, "1")
                pipeline.ltrim(KEY, 0, TOKENS - 1)
                pipeline.expire(KEY, EXPIRY)
                await pipeline.execute()
        except Exception:
            self._push.set()
            raise

    async def _take(self, redis: Redis) -> None:
        if not self._events:
            # No workers here.
            await asyncio.sleep(WAIT)
            return
        token = await cast("Awaitable[Any]", redis.brpop([KEY], timeout=WAIT))
        self.reaches_others = True
        if token is not None:
            super().wake()

    async def _again_and_again(self, step: Callable[[Redis], Awaitable[None]], redis: Redis) -> None:
        pause = SHORTEST_PAUSE
        while True:
            try:
                await step(redis)
                pause = SHORTEST_PAUSE
            except Exception as error:
                if self.reaches_others or pause == SHORTEST_PAUSE:
                    log.warning("Redis is away: workers look for jobs by themselves", error=str(error))
                self.reaches_others = False
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
