"""Coalesced reads: one round trip answers everyone who asked while the previous one ran.

Facts that may change (what a tag names, whether an account is enabled) are never cached by time. Each asker joins the
next round trip of its process, which starts after the asker arrived. So a read that begins after a write was
acknowledged sees it, on every process of every replica, behind a pooler and without Redis, while the number of round
trips does not grow with the number of requests.

Questions of one kind share a ``Lane``: a statement that answers many of them at once. A round trip carries the
statements of all lanes that have questions.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from moorage.database.driver import Row, fetch_each
from moorage.database.engine import Database
from moorage.errors import ServiceUnavailable

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

#: Questions of a lane in one round trip: bounds its parameters and its duration.
MAX_BATCH = 256

#: Seconds of one round trip after the other before the connection goes back to the pool.
MAX_HELD = 1.0


class _Batch:
    """The questions of one lane in one round trip, and who waits for them."""

    def __init__(self, lane: Lane[Any, Any], waiting: dict[Any, list[asyncio.Future[Any]]]) -> None:
        self.statement = lane.statement
        self._lane = lane
        self._waiting = waiting
        self.parameters = lane.parameters(list(waiting))

    def answer(self, rows: Sequence[Row]) -> None:
        values = self._lane.answers(list(self._waiting), rows)
        for key, futures in self._waiting.items():
            value = values[key]
            for future in futures:
                if not future.done():
                    future.set_result(value)

    def fail(self, error: BaseException) -> None:
        for futures in self._waiting.values():
            for future in futures:
                if not future.done():
                    if isinstance(error, Exception):
                        future.set_exception(error)
                    else:
                        future.cancel()


class Lane(Generic[K, V]):
    """Questions of one kind."""

    def __init__(
        self,
        reader: Reader,
        statement: str,
        parameters: Callable[[Sequence[K]], tuple[Any, ...]],
        answers: Callable[[Sequence[K], Sequence[Row]], Mapping[K, V]],
    ) -> None:
        self.statement = statement
        self.parameters = parameters
        self.answers = answers
        self._reader = reader
        self._waiting: dict[K, list[asyncio.Future[V]]] = {}

    def submit(self, key: K) -> asyncio.Future[V]:
        """The future answer, from a round trip that has not started yet."""
        future: asyncio.Future[V] = asyncio.get_running_loop().create_future()
        # A future per asker: when one is cancelled, the others still get their answer.
        waiting = self._waiting.get(key)
        if waiting is None:
            self._waiting[key] = [future]
            self._reader.wake()
        else:
            waiting.append(future)
        return future

    async def get(self, key: K) -> V:
        """The answer as of some moment after this call."""
        return await self.submit(key)

    def take(self) -> _Batch | None:
        """What waits, for the next round trip."""
        if not self._waiting:
            return None
        if len(self._waiting) <= MAX_BATCH:
            taken, self._waiting = self._waiting, {}
        else:
            taken = {key: self._waiting.pop(key) for key in list(self._waiting)[:MAX_BATCH]}
        return _Batch(self, taken)


class Reader:
    """Asks the questions of every lane of a process, one round trip after the other."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lanes: list[Lane[Any, Any]] = []
        self._task: asyncio.Task[None] | None = None

    def lane(
        self,
        statement: str,
        parameters: Callable[[Sequence[K]], tuple[Any, ...]],
        answers: Callable[[Sequence[K], Sequence[Row]], Mapping[K, V]],
    ) -> Lane[K, V]:
        """A new kind of question.

        Args:
            statement: one SELECT with ``%s`` placeholders.
            parameters: from distinct keys to the placeholders' values.
            answers: from the keys and the rows to a value for every key.
        """
        lane = Lane(self, statement, parameters, answers)
        self._lanes.append(lane)
        return lane

    def wake(self) -> None:
        """A lane has a new question."""
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Returns when its connection is back in the pool; before the database is closed."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        try:
            batches = self._take()
            while batches:
                await self._round(batches)
                # What was taken but not asked on the last connection comes first.
                batches = batches or self._take()
        finally:
            self._task = None

    async def _round(self, batches: list[_Batch]) -> None:
        """Ask once; a second time if the database went away, since nothing was changed by asking."""
        try:
            for last in (False, True):
                try:
                    await self._ask(batches)
                    return
                except ServiceUnavailable:
                    if last:
                        raise
        except BaseException as error:
            for batch in batches:
                batch.fail(error)
            batches.clear()
            if not isinstance(error, Exception):
                raise

    async def _ask(self, batches: list[_Batch]) -> None:
        """Answer ``batches``, and on the same connection whatever was asked meanwhile."""
        until = time.monotonic() + MAX_HELD
        async with self._database.connect() as connection:
            while batches:
                found = await fetch_each(connection, [(batch.statement, batch.parameters) for batch in batches])
                for batch, rows in zip(batches, found, strict=True):
                    batch.answer(rows)
                batches.clear()
                # Those who were answered go on now, and may ask for more at once.
                await asyncio.sleep(0)
                batches.extend(self._take())
                if time.monotonic() > until:
                    return

    def _take(self) -> list[_Batch]:
        return [batch for lane in self._lanes if (batch := lane.take()) is not None]
