"""The outbox: in order, at least once, nothing skipped, nobody held up."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.events.dispatcher import Dispatcher
from moorage.events.models import Event, Recorded
from moorage.events.service import record
from tests.events.conftest import ANN, World

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


class Notebook:
    """A consumer that remembers; it can be told to fail or to take its time."""

    def __init__(self, name: str = "notebook") -> None:
        self.name = name
        self.seen: list[str] = []
        self.failing = False
        self.pause = 0.0

    async def prepare(self) -> None:
        pass

    async def consume(self, connection: AsyncConnection, events: Sequence[Recorded]) -> None:
        await asyncio.sleep(self.pause)
        if self.failing:
            raise RuntimeError("no ink")
        self.seen.extend(event.event.resource for event in events)


@contextlib.asynccontextmanager
async def running(*dispatchers: Dispatcher) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(dispatcher.run()) for dispatcher in dispatchers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 10.0) -> float:
    begun = time.monotonic()
    while not await condition():
        assert time.monotonic() < begun + seconds, "it did not happen in time"
        await asyncio.sleep(0.02)
    return time.monotonic() - begun


async def test_an_event_reaches_its_consumer_with_all_that_was_recorded_and_leaves_the_outbox(world: World) -> None:
    notebook = Notebook()
    found: list[Recorded] = []

    async def consume(connection: AsyncConnection, events: Sequence[Recorded]) -> None:
        found.extend(events)

    notebook.consume = consume  # type: ignore[method-assign]
    await world.record("shop", project_id=7, details={"public": True}, succeeded=False)
    await world.dispatcher(notebook).drain()
    (recorded,) = found
    assert recorded.actor == ANN
    assert recorded.event == Event("create", "project", "shop", 7, {"public": True}, succeeded=False)
    assert await world.rows("event_id", "outbox", "event_id") == []


async def test_an_event_of_a_transaction_that_rolls_back_never_happened(world: World) -> None:
    async def fail() -> None:
        async with world.database.begin() as connection:
            await record(connection, ANN, Event("create", "project", "ghost"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    await world.log("real")
    assert await world.rows() == ["real"]


async def test_an_event_that_commits_after_a_later_one_is_not_skipped(world: World) -> None:
    """Ids are given before the commit, so a lower one may become visible when a higher one has been dispatched."""
    notebook = Notebook()
    async with world.database.begin() as slow:
        await record(slow, ANN, Event("create", "project", "slow"))
        await world.record("fast")
        await world.dispatcher(notebook).drain()
        assert notebook.seen == ["fast"]
    await world.record("last")
    await world.dispatcher(notebook).drain()
    assert notebook.seen == ["fast", "slow", "last"]


async def test_events_come_in_the_order_in_which_they_excluded_each_other(world: World) -> None:
    await world.execute("CREATE TABLE lock (id int)")
    await world.execute("INSERT INTO lock VALUES (1)")
    notebook = Notebook()
    dispatcher = world.dispatcher(notebook)

    async def change(number: int) -> None:
        async with world.database.begin() as connection:
            await connection.execute(text("SELECT 1 FROM lock FOR UPDATE"))
            order.append(str(number))
            await record(connection, ANN, Event("update", "project", str(number)))

    order: list[str] = []
    async with running(dispatcher):
        await asyncio.gather(*(change(number) for number in range(30)))

        async def complete() -> bool:
            return len(notebook.seen) == 30

        await until(complete)
    assert notebook.seen == order


async def test_an_idle_dispatcher_takes_up_an_event_within_a_second(world: World) -> None:
    notebook = Notebook()
    async with running(world.dispatcher(notebook)):
        await asyncio.sleep(1.5)
        await world.record("now")

        async def seen() -> bool:
            return notebook.seen == ["now"]

        assert await until(seen) < 1.0


async def test_a_consumer_that_fails_neither_loses_an_event_nor_holds_up_the_others(world: World) -> None:
    bad, good = Notebook("bad"), Notebook("good")
    bad.failing = True
    async with running(world.dispatcher(bad, good)):
        await world.record("a", "b", "c")

        async def others() -> bool:
            return good.seen == ["a", "b", "c"]

        await until(others)
        assert await world.rows("resource", "outbox", "event_id") == ["a", "b", "c"]
        assert world.metrics.failures["bad"] >= 1
        assert await world.execute("SELECT error FROM outbox_consumer WHERE name = 'bad'") == [
            ("RuntimeError: no ink",)
        ]
        bad.failing = False

        async def recovered() -> bool:
            return bad.seen == ["a", "b", "c"] and await world.rows("event_id", "outbox", "event_id") == []

        await until(recovered)


async def test_a_slow_consumer_does_not_hold_up_those_who_record(world: World) -> None:
    slow = Notebook()
    slow.pause = 3.0
    async with running(world.dispatcher(slow)):
        await world.record("first")
        await asyncio.sleep(0.5)
        begun = time.monotonic()
        for number in range(20):
            await world.record(str(number))
        assert time.monotonic() - begun < 2.0
        assert slow.seen == []


async def test_two_replicas_share_the_work_without_doubling_it(world: World) -> None:
    async with running(world.dispatcher(), world.dispatcher(), world.dispatcher()):
        for number in range(0, 500, 10):
            await world.record(*(str(name) for name in range(number, number + 10)))

        async def complete() -> bool:
            return len(await world.rows()) >= 500

        await until(complete, 30)
    assert await world.rows() == [str(number) for number in range(500)]
    assert await world.rows("id") == list(range(1, 501))
    assert (await world.verify())[1] == []


@pytest.mark.parametrize("step", ["order", "consume", "advance"])
async def test_a_dispatcher_killed_between_two_steps_neither_loses_nor_doubles(
    world: World, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill leaves the transaction that was open undone; whoever comes next begins there."""
    from moorage.events import queries

    class Killed(BaseException):
        pass

    writer = world.writer()
    dispatcher = world.dispatcher(writer)
    await world.log("before")
    place: Any = writer if step == "consume" else queries
    original = getattr(place, step)

    async def killed(*arguments: Any) -> None:
        await original(*arguments)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(place, step, killed)
        await world.record("a", "b")
        with pytest.raises(Killed):
            await dispatcher.drain()
    await world.record("c")
    await world.dispatcher().drain()
    assert await world.rows() == ["before", "a", "b", "c"]
    assert (await world.verify())[1] == []


async def test_a_new_consumer_gets_what_happens_from_then_on(world: World) -> None:
    await world.log("old")
    late = Notebook("late")
    dispatcher = world.dispatcher(late)
    await dispatcher.drain()
    await world.record("new")
    await dispatcher.drain()
    assert late.seen == ["new"]


async def test_a_consumer_that_only_another_release_has_keeps_its_events(world: World) -> None:
    later = Notebook("webhooks")
    await world.dispatcher(later).drain()
    await world.log("event")
    assert await world.rows() == ["event"]
    assert await world.rows("resource", "outbox", "event_id") == ["event"]
    await world.dispatcher(later).drain()
    assert later.seen == ["event"]


async def test_dispatching_goes_on_after_the_database_was_away(world: World) -> None:
    async with running(world.dispatcher()):
        await world.record("before")

        async def first() -> bool:
            return await world.rows() == ["before"]

        await until(first)
        with contextlib.suppress(Exception):
            await world.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        await world.record("after")

        async def second() -> bool:
            return await world.rows() == ["before", "after"]

        await until(second)


async def test_metrics_tell_what_waits(world: World) -> None:
    blocked = Notebook("blocked")
    blocked.failing = True
    await world.dispatcher(blocked).drain()
    await world.record("a", "b")
    dispatcher = world.dispatcher(blocked, world.writer())
    await dispatcher.drain()
    await world.record("c")
    await dispatcher._measure()
    assert world.metrics.waiting == 3
    assert world.metrics.lag == {"blocked": 3, "audit": 1}
    assert 0.0 < world.metrics.oldest < 60.0
