"""From the outbox to its consumers: after the commit, in order, at least once.

Rows are first given positions by one dispatcher at a time, then each consumer reads on from its own position, in a
transaction that moves it. So what a consumer writes to the database is there exactly once, a consumer that fails or is
slow holds up nobody else, and a kill between any two steps repeats at most a transaction that did not happen. Who does
which of these is decided by a row lock, so any number of replicas may run. Nothing here is in the way of those who
write events: their rows are read, and touched only after they were committed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.engine import Database
from moorage.errors import ServiceUnavailable
from moorage.events import queries
from moorage.events.metrics import EventMetrics
from moorage.events.models import Recorded

log = structlog.get_logger(__name__)

#: Rows of one transaction.
BATCH = 1_000

#: Seconds between two looks at the outbox: after there was something to do, and when there was nothing for a while.
SHORTEST, LONGEST = 0.05, 0.4

#: Longest wait of a consumer that fails again and again, in seconds.
LONGEST_RETRY = 60.0

#: Seconds between two measurements for metrics.
MEASURED = 5.0


class Consumer(Protocol):
    """Somebody who wants to know what happened."""

    #: Its name, under which its position is kept; never given to another.
    name: str

    async def prepare(self) -> None:
        """Find out what ``consume`` needs and the transaction should not wait for."""
        ...

    async def consume(self, connection: AsyncConnection, events: Sequence[Recorded]) -> None:
        """Take events, within the transaction that notes that they were taken; an exception takes everything back.

        What leaves the database (a request to somebody) belongs into a job that this transaction makes.
        """
        ...


class Dispatcher:
    """Hands the outbox's rows to consumers."""

    def __init__(self, database: Database, consumers: Sequence[Consumer], metrics: EventMetrics) -> None:
        self._database = database
        self._consumers = {consumer.name: consumer for consumer in consumers}
        self._metrics = metrics
        for name in self._consumers:
            # From nothing on, or the first failure of all would be no increase.
            metrics.consumed.setdefault(name, 0)
            metrics.failures.setdefault(name, 0)
        self._wake = {name: asyncio.Event() for name in (queries.SEQUENCER, *self._consumers)}
        self._registered = False
        self._measured = 0.0

    async def run(self) -> None:
        """Dispatch until cancelled, whatever happens to the database meanwhile."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._serve(queries.SEQUENCER, self._order))
            for name in self._consumers:
                group.create_task(self._serve(name, partial(self._consume, name)))
            group.create_task(self._watch())

    async def drain(self) -> None:
        """Dispatch what is there now; returns when nothing is left that this process may do."""
        await self._register()
        while await self._order() or any([await self._consume(name) for name in self._consumers]):
            pass

    # --- what there is to do --------------------------------------------------------------------

    async def _watch(self) -> None:
        """Wake whoever has something to do; one small query each time, whatever the number of consumers."""
        pause = SHORTEST
        while True:
            try:
                if await self._look():
                    pause = SHORTEST
                await self._measure()
            except Exception as error:
                _report("the outbox cannot be read", error)
                pause = LONGEST
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, LONGEST)

    async def _look(self) -> bool:
        await self._register()
        async with self._database.connect() as connection:
            found = await queries.work(connection)
        if found.unordered:
            self._wake[queries.SEQUENCER].set()
        for name in found.behind:
            if name in self._wake:
                self._wake[name].set()
        return found.unordered or bool(found.behind)

    async def _register(self) -> None:
        if not self._registered:
            async with self._database.begin() as connection:
                await queries.register(connection, list(self._consumers))
            self._registered = True

    async def _measure(self) -> None:
        if time.monotonic() < self._measured + MEASURED:
            return
        async with self._database.connect() as connection:
            await queries.trim(connection)
            unordered, age, lag = await queries.state(connection)
        self._measured = time.monotonic()
        self._metrics.waiting = unordered + max(lag.values(), default=0)
        self._metrics.oldest = age
        self._metrics.lag = {name: int(count) + unordered for name, count in lag.items()}

    # --- doing it -------------------------------------------------------------------------------

    async def _serve(self, name: str, step: Callable[[], Awaitable[bool]]) -> None:
        """Whenever woken, take one step after the other until there is nothing to do."""
        wake = self._wake[name]
        while True:
            await wake.wait()
            wake.clear()
            try:
                while await step():
                    pass
            except Exception as error:
                _report("the outbox cannot be dispatched", error, consumer=name)
                # The next look wakes again what is still to be done.
                await asyncio.sleep(LONGEST)

    async def _order(self) -> bool:
        """Give positions to a batch; whether there may be more."""
        async with self._database.begin() as connection:
            count = await queries.order(connection, BATCH)
        if count:
            self._metrics.dispatched += count
            for name in self._consumers:
                self._wake[name].set()
        return count == BATCH

    async def _consume(self, name: str) -> bool:
        """Give a consumer its next events; whether there may be more."""
        try:
            return await self._give(name, self._consumers[name])
        except ServiceUnavailable:
            # Not the consumer's fault: it waits for the database as everybody does.
            raise
        except Exception as error:
            self._metrics.failures[name] = self._metrics.failures.get(name, 0) + 1
            log.error("a consumer of events failed", consumer=name, exc_info=error)
            async with self._database.begin() as connection:
                await queries.fail(connection, name, f"{type(error).__name__}: {error}", LONGEST_RETRY)
            return False

    async def _give(self, name: str, consumer: Consumer) -> bool:
        await consumer.prepare()
        async with self._database.begin() as connection:
            held = await queries.lock(connection, name)
            if held is None:
                return False
            position, failures = held
            # One at a time after a failure: what is in order goes through, and what is not is found.
            limit = BATCH if not failures else 1
            events = await queries.take(connection, position, limit)
            if not events:
                return False
            await consumer.consume(connection, events)
            await queries.advance(connection, name, events[-1].position)
        self._metrics.consumed[name] = self._metrics.consumed.get(name, 0) + len(events)
        return len(events) == limit


def _report(what: str, error: Exception, **more: str) -> None:
    if isinstance(error, ServiceUnavailable):
        log.warning(what, error=error.message, **more)
    else:
        log.error(what, exc_info=error, **more)
