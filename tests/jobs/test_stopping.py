"""Executions, tasks and queues are stopped and paused; pools and workers are told."""

from __future__ import annotations

import asyncio
import os
import time

import pytest

from moorage.errors import NotFound
from moorage.jobs.context import JobContext
from moorage.jobs.models import JobStopped, NewTask, Queue, Status, Trigger
from moorage.jobs.worker import Pace
from tests.jobs.conftest import World, until

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


async def nothing(context: JobContext) -> None:
    pass


async def step_by_step(context: JobContext) -> None:
    while True:
        await context.checkpoint()
        await asyncio.sleep(0.01)


async def stubborn(context: JobContext) -> None:
    await asyncio.sleep(60)


@pytest.mark.parametrize("run", [step_by_step, stubborn])
async def test_a_running_job_sees_within_two_seconds_that_it_is_stopped(world: World, run: object) -> None:
    seen: list[float] = []

    async def watched(context: JobContext) -> None:
        try:
            await run(context)  # type: ignore[operator]
        except JobStopped:
            seen.append(time.monotonic())
            raise

    world.add(watched)
    execution_id = await world.start()
    # At production's pace, but for what a job that does not look is given.
    async with world.working(world.worker(pace=Pace(grace=0.5))):
        await world.status(execution_id, Status.RUNNING)
        begun = time.monotonic()
        await world.jobs.stop(execution_id)
        assert (await world.ended(execution_id)).status is Status.STOPPED
        if run is step_by_step:
            assert seen[0] - begun < 2.0
    assert "[WARNING] the job was stopped" in await world.log(execution_id)
    assert await world.left() == []


async def test_a_waiting_job_is_stopped_at_once_and_never_runs(world: World) -> None:
    world.add(step_by_step)
    waiting, delayed = await world.start(), await world.start({}, delay=60)
    for execution_id in (waiting, delayed):
        await world.jobs.stop(execution_id)
        assert (await world.jobs.execution(execution_id)).status is Status.STOPPED
    assert await world.left() == []
    await world.worker().drain(delayed=True)
    assert (await world.task(waiting)).run_count == 0


async def test_one_task_is_stopped_and_the_others_go_on(direct: World) -> None:
    direct.add(nothing)
    execution_id = await direct.start({"n": 0}, {"n": 1})
    _, (second, first) = await direct.jobs.tasks(execution_id)
    await direct.jobs.stop_job(first.job_id)
    with pytest.raises(NotFound):
        await direct.jobs.stop_job("nope")
    await direct.worker().drain()
    assert (await direct.jobs.task(first.id)).status is Status.STOPPED
    assert (await direct.jobs.task(second.id)).status is Status.SUCCESS
    assert (await direct.jobs.execution(execution_id)).status is Status.STOPPED


async def test_what_has_ended_stays_as_it_ended(direct: World) -> None:
    direct.add(nothing)
    execution = await direct.run()
    await direct.jobs.stop(execution.id)
    assert await direct.jobs.execution(execution.id) == execution


async def test_a_job_that_was_to_be_retried_is_not_after_a_stop(direct: World) -> None:
    async def fail(context: JobContext) -> None:
        await direct.jobs.stop(context.execution.id)
        raise ValueError("too late")

    direct.add(fail, attempts=5)
    execution = await direct.run()
    assert execution.status is Status.STOPPED


async def test_an_execution_without_tasks_can_be_stopped(direct: World) -> None:
    async with direct.database.begin() as connection:
        execution_id = await direct.jobs.start(connection, "WORK", -1, Trigger.MANUAL, [])
    await direct.jobs.stop(execution_id)
    assert (await direct.jobs.execution(execution_id)).status is Status.STOPPED


async def test_a_paused_queue_rests_until_it_is_resumed(world: World) -> None:
    world.add(nothing)
    world.add(nothing, "OTHER")
    await world.worker().drain()
    await world.jobs.pause(["WORK"])
    resting, other = await world.start(), await world.start(job_type="OTHER")
    await world.worker().drain()
    assert (await world.jobs.execution(other)).status is Status.SUCCESS
    assert (await world.task(resting)).status is Status.PENDING
    found = {queue.job_type: queue for queue in await world.jobs.queues()}
    assert found["OTHER"] == Queue("OTHER", 0, 0.0, False)
    assert (found["WORK"].count, found["WORK"].paused) == (1, True)
    assert 0.0 < found["WORK"].latency < 60.0
    await world.jobs.resume(["WORK"])
    await world.worker().drain()
    assert (await world.jobs.execution(resting)).status is Status.SUCCESS


async def test_pausing_a_queue_survives_workers_that_start_again(direct: World) -> None:
    await direct.jobs.pause(["WORK", "scheduler"])
    direct.add(nothing, concurrency=1)
    execution_id = await direct.start()
    await direct.worker().drain()
    assert (await direct.task(execution_id)).status is Status.PENDING
    assert await direct.jobs.is_paused()
    assert [queue.job_type for queue in await direct.jobs.queues()] == ["WORK"]


async def test_stopping_a_queue_stops_what_waits_in_it(direct: World) -> None:
    direct.add(nothing)
    direct.add(nothing, "OTHER")
    ids = [await direct.start({}, {}), await direct.start({}, delay=60)]
    other = await direct.start(job_type="OTHER")
    assert await direct.jobs.stop_queues(["WORK"]) == 3
    for execution_id in ids:
        assert (await direct.jobs.execution(execution_id)).status is Status.STOPPED
    assert (await direct.task(other)).status is Status.PENDING


async def test_pools_tell_who_works_and_at_what(world: World) -> None:
    world.add(step_by_step)
    execution_id = await world.start()
    async with world.working(world.worker(concurrency=3)):
        await world.status(execution_id, Status.RUNNING)
        (pool,) = await world.jobs.pools()
        assert (pool.pid, pool.concurrency) == (os.getpid(), 3)
        first = pool.heartbeat

        async def beaten() -> bool:
            return (await world.jobs.pools())[0].heartbeat > first

        await until(beaten)
        (busy,) = await world.jobs.workers()
        task = await world.task(execution_id)
        assert (busy.pool_id, busy.job_type, busy.job_id) == (pool.id, "WORK", task.job_id)
        assert await world.jobs.workers(pool.id) == [busy]
        assert await world.jobs.workers("nope") == []
        silence = await world.jobs.silence()
        assert silence is not None
        assert silence < 5.0
    assert await world.jobs.pools() == []
    assert await world.jobs.silence() is None


async def test_stops_and_takes_at_the_same_time_do_not_block_each_other(world: World) -> None:
    """Both want the rows of jobs and of tasks; whoever comes first, every task ends, and as one of the two says."""
    world.add(nothing)
    async with world.working(*(world.worker(concurrency=4) for _ in range(3))):
        for _ in range(10):
            ids = [await world.start(*({} for _ in range(10))) for _ in range(4)]
            await asyncio.gather(*(world.jobs.stop(execution_id) for execution_id in ids))
            for execution_id in ids:
                assert (await world.ended(execution_id)).status in (Status.SUCCESS, Status.STOPPED)
                _, tasks = await world.jobs.tasks(execution_id, limit=0)
                assert all(task.status in (Status.SUCCESS, Status.STOPPED) for task in tasks)
    assert await world.left() == []


async def test_a_task_that_is_added_while_the_last_one_ends_is_not_lost(world: World) -> None:
    world.add(nothing)
    async with world.working(world.worker(), world.worker()):
        execution_id = await world.start()
        for _ in range(30):
            async with world.database.begin() as connection:
                await world.jobs.add_tasks(connection, execution_id, [NewTask("WORK")])
            await asyncio.sleep(0.003)
        assert (await world.ended(execution_id)).status is Status.SUCCESS
        total, tasks = await world.jobs.tasks(execution_id, limit=0)
        assert total == 31
        assert {task.status for task in tasks} == {Status.SUCCESS}
