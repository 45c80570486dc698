"""Schedules fire when they say, once, whatever the number of replicas."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.errors import BadRequest
from moorage.jobs.context import JobContext
from moorage.jobs.models import SCHEDULER, NewTask, Schedule, Status, Trigger
from tests.jobs.conftest import World, until

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


async def nothing(context: JobContext) -> None:
    pass


async def put(world: World, vendor_id: int = -1, cron: str = "0 0 0 * * *", **more: Any) -> Schedule:
    async with world.database.begin() as connection:
        return await world.schedules.put(connection, "WORK", vendor_id, "Custom", cron, {"n": vendor_id}, **more)


async def let_be_due(world: World, ago: str = "1 second") -> None:
    await world.execute("UPDATE schedule SET next_run = now() - cast(:ago AS interval)", ago=ago)
    await world.execute("UPDATE schedule SET due = next_run")


async def fired(world: World, vendor_id: int | None = -1) -> int:
    return (await world.jobs.executions("WORK", vendor_id))[0]


async def test_a_schedule_is_made_replaced_and_removed(world: World) -> None:
    first = await put(world, cron="30 4 * * *", extra_attrs={"a": 1})
    assert (first.cron, first.parameters, first.extra_attrs) == ("0 30 4 * * *", {"n": -1}, {"a": 1})
    assert first.next_run is not None
    assert first.next_run > datetime.now(UTC)
    assert (first.next_run.hour, first.next_run.minute, first.next_run.utcoffset()) == (
        4,
        30,
        first.next_run.utcoffset(),
    )
    assert await world.schedules.get("WORK", -1) == first
    second = await put(world, cron="0 0 * * * *", catch_up=False)
    assert (second.id, second.kind, second.catch_up) == (first.id, "Custom", False)
    assert second.revision > first.revision
    await put(world, 3)
    total, (listed,) = await world.schedules.all(filters={"vendor_id": 3})
    assert (total, listed.vendor_id) == (1, 3)
    assert [one.vendor_id for one in (await world.schedules.all())[1]] == [-1, 3]
    async with world.database.begin() as connection:
        await world.schedules.remove(connection, "WORK", -1)
    assert await world.schedules.get("WORK", -1) is None


async def test_a_line_that_is_none_is_refused(direct: World) -> None:
    with pytest.raises(BadRequest):
        await put(direct, cron="often")


async def test_a_due_schedule_starts_a_job_with_its_parameters(world: World) -> None:
    seen: list[Any] = []

    async def note(context: JobContext) -> None:
        seen.append((context.execution.trigger, dict(context.execution.extra_attrs), dict(context.parameters)))

    world.add(note)
    before = await put(world, extra_attrs={"why": "test"})
    assert await world.ticker().tick() == 0
    await let_be_due(world)
    assert await world.ticker().tick() == 1
    assert await world.ticker().tick() == 0
    await world.worker().drain()
    assert seen == [(Trigger.SCHEDULE, {"why": "test"}, {"n": -1})]
    after = await world.schedules.get("WORK", -1)
    assert after is not None
    assert after.next_run == before.next_run


async def test_replicas_fire_each_run_once(world: World) -> None:
    world.add(nothing)
    for vendor_id in range(20):
        await put(world, vendor_id)
    for round in range(1, 4):
        await let_be_due(world)
        counts = await asyncio.gather(*(world.ticker().tick() for _ in range(4)))
        assert sum(counts) == 20
        assert [await fired(world, vendor_id) for vendor_id in range(20)] == [round] * 20


async def test_a_run_that_was_missed_is_made_up_for_once_or_not_at_all(direct: World) -> None:
    direct.add(nothing)
    await put(direct, 1, cron="0 * * * * *", catch_up=True)
    await put(direct, 2, cron="0 * * * * *", catch_up=False)
    await let_be_due(direct, "3 days")
    await direct.ticker().tick()
    assert (await fired(direct, 1), await fired(direct, 2)) == (1, 0)
    for vendor_id in (1, 2):
        found = await direct.schedules.get("WORK", vendor_id)
        assert found is not None
        assert found.next_run is not None
        assert found.next_run > datetime.now(UTC)


async def test_a_run_that_is_only_late_is_no_missed_one(direct: World) -> None:
    direct.add(nothing)
    await put(direct, catch_up=False)
    await let_be_due(direct, "5 seconds")
    await direct.ticker().tick()
    assert await fired(direct) == 1


async def test_a_paused_scheduler_fires_nothing(world: World) -> None:
    world.add(nothing)
    await put(world)
    await let_be_due(world)
    await world.jobs.pause([SCHEDULER])
    assert await world.ticker().tick() == 0
    await world.jobs.resume([SCHEDULER])
    assert await world.ticker().tick() == 1


async def test_a_type_may_say_what_its_schedule_does(direct: World) -> None:
    async def each(connection: AsyncConnection, schedule: Schedule) -> None:
        tasks: Sequence[NewTask] = [NewTask("WORK", {"part": part}) for part in range(3)]
        await direct.jobs.start(connection, "WORK", schedule.vendor_id, Trigger.SCHEDULE, tasks)

    direct.add(nothing, on_schedule=each)
    await put(direct, 5)
    await let_be_due(direct)
    await direct.ticker().tick()
    _, (execution,) = await direct.jobs.executions("WORK", 5)
    assert (await direct.jobs.tasks(execution.id))[0] == 3


async def test_a_schedule_that_fails_is_tried_again_and_holds_up_no_other(direct: World) -> None:
    failing = True

    async def perhaps(connection: AsyncConnection, schedule: Schedule) -> None:
        await direct.jobs.start(connection, "WORK", schedule.vendor_id, Trigger.SCHEDULE, [NewTask("WORK")])
        if failing and schedule.vendor_id == 1:
            raise RuntimeError("not now")

    direct.add(nothing, on_schedule=perhaps)
    for vendor_id in (1, 2):
        await put(direct, vendor_id)
    await let_be_due(direct)
    await direct.ticker().tick()
    assert (await fired(direct, 1), await fired(direct, 2)) == (0, 1)
    failing = False
    await direct.execute("UPDATE schedule SET due = now() WHERE failures > 0")
    assert await direct.ticker().tick() == 1
    assert await fired(direct, 1) == 1


async def test_a_ticker_killed_before_the_commit_leaves_the_run_due(
    direct: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from moorage.jobs import schedule_queries

    class Killed(BaseException):
        pass

    async def killed(*arguments: object) -> None:
        raise Killed

    direct.add(nothing)
    await put(direct)
    await let_be_due(direct)
    with monkeypatch.context() as patch:
        patch.setattr(schedule_queries, "advance", killed)
        with pytest.raises(Killed):
            await direct.ticker().tick()
    assert await fired(direct) == 0
    assert await direct.ticker().tick() == 1
    assert await fired(direct) == 1


async def test_the_execution_of_a_schedule_is_done_by_workers(direct: World) -> None:
    direct.add(nothing)
    await put(direct)
    await let_be_due(direct)
    ticking = asyncio.create_task(direct.ticker().run())
    async with direct.working():
        await until(partial(fired, direct))
        _, (execution,) = await direct.jobs.executions("WORK", -1)
        assert (await direct.ended(execution.id)).status is Status.SUCCESS
    ticking.cancel()
    await asyncio.gather(ticking, return_exceptions=True)
