"""Jobs run: once each, in order, with what they say and how they end."""

from __future__ import annotations

import asyncio
import time

import pytest

from moorage.database.engine import on_commit
from moorage.errors import BadRequest, NotFound, ServiceUnavailable
from moorage.jobs.context import JobContext
from moorage.jobs.models import JobFailed, JobStopped, NewExecution, NewTask, Retry, Status, Trigger
from tests.jobs.conftest import World

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


async def nothing(context: JobContext) -> None:
    pass


async def test_a_job_gets_its_parameters_and_its_result_is_seen(world: World) -> None:
    async def add(context: JobContext) -> None:
        await context.log("adding")
        await context.update(sum=context.parameters["a"] + context.parameters["b"])
        await context.update_execution(done=True)

    world.add(add)
    execution = await world.run({"a": 1, "b": 2})
    assert execution.status is Status.SUCCESS
    assert execution.extra_attrs == {"done": True}
    assert execution.end_time is not None
    task = await world.task(execution.id)
    assert (task.status, task.run_count, task.extra_attrs) == (Status.SUCCESS, 1, {"sum": 3})
    assert task.start_time is not None
    assert task.end_time is not None
    assert task.creation_time <= task.start_time <= task.end_time
    assert (await world.log(execution.id)).endswith("[INFO] adding\n")
    assert await world.left() == []


async def test_a_job_of_a_transaction_that_rolls_back_never_runs(world: World) -> None:
    ran: list[int] = []

    async def note(context: JobContext) -> None:
        ran.append(context.task.id)

    world.add(note)

    async def fail() -> None:
        async with world.database.begin() as connection:
            await world.jobs.start(connection, "WORK", -1, Trigger.MANUAL, [NewTask("WORK")])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    await world.worker().drain()
    assert ran == []
    assert await world.jobs.executions("WORK", -1) == (0, [])


async def test_many_executions_start_in_one_round_trip_in_their_order(direct: World) -> None:
    direct.add(nothing)
    async with direct.database.begin() as connection:
        ids = await direct.jobs.start_all(
            connection,
            [NewExecution("WORK", number, Trigger.EVENT, (NewTask("WORK", {"n": number}),)) for number in range(20)],
        )
    assert [(await direct.jobs.execution(one)).vendor_id for one in ids] == list(range(20))
    await direct.worker().drain()
    assert {(await direct.jobs.execution(one)).status for one in ids} == {Status.SUCCESS}
    async with direct.database.begin() as connection:
        assert await direct.jobs.start_all(connection, []) == []


async def test_a_failure_is_an_error_and_its_message_is_kept(world: World) -> None:
    async def fail(context: JobContext) -> None:
        if context.parameters:
            raise JobFailed("the disk is full")
        raise ValueError("a fault")

    world.add(fail)
    told = await world.run({"told": True})
    assert told.status is Status.ERROR
    assert (await world.task(told.id)).status_message == "the disk is full"
    assert "[ERROR] the disk is full" in await world.log(told.id)
    other = await world.run()
    assert (await world.task(other.id)).status_message == "ValueError: a fault"


async def test_a_job_is_tried_again_as_often_as_its_type_says_and_later_each_time(world: World) -> None:
    attempts: list[int] = []

    async def fail(context: JobContext) -> None:
        attempts.append(context.attempt)
        raise Retry("not yet")

    world.add(fail, attempts=3, backoff=100.0)
    execution_id = await world.start()
    waits: list[float] = []
    for _ in range(2):
        await world.worker().drain()
        assert (await world.task(execution_id)).status is Status.SCHEDULED
        ((wait,),) = await world.execute("SELECT extract(epoch FROM due - now())::float8 FROM task")
        waits.append(wait)
        await world.execute("UPDATE task SET due = now()")
    await world.worker().drain()
    assert attempts == [1, 2, 3]
    assert waits == pytest.approx([100.0, 200.0], abs=5.0)
    task = await world.task(execution_id)
    assert (task.status, task.run_count, task.status_message) == (Status.ERROR, 3, "not yet")
    assert "attempt 1 of 3; the next is in 100 s" in await world.log(execution_id)


async def test_a_job_that_says_when_is_tried_again_then(direct: World) -> None:
    async def fail(context: JobContext) -> None:
        if context.attempt == 1:
            raise Retry("busy", delay=0.3)

    direct.add(fail, attempts=2, backoff=1000.0)
    execution_id = await direct.start()
    async with direct.working():
        assert (await direct.ended(execution_id)).status is Status.SUCCESS


async def test_a_job_that_fails_for_good_is_not_tried_again(direct: World) -> None:
    async def fail(context: JobContext) -> None:
        raise JobFailed("no such host")

    direct.add(fail, attempts=5)
    execution = await direct.run()
    assert (execution.status, (await direct.task(execution.id)).run_count) == (Status.ERROR, 1)


async def test_a_job_that_loses_the_database_has_not_failed(direct: World) -> None:
    async def fail(context: JobContext) -> None:
        if context.task.run_count < 3:
            raise ServiceUnavailable("the database is not available")

    direct.add(fail)
    execution_id = await direct.start()
    await direct.worker().drain(delayed=True)
    assert (await direct.jobs.execution(execution_id)).status is Status.SUCCESS
    assert (await direct.task(execution_id)).run_count == 3


async def test_a_job_runs_no_longer_than_its_type_allows(direct: World) -> None:
    async def hang(context: JobContext) -> None:
        await asyncio.sleep(60)

    async def loop(context: JobContext) -> None:
        while True:
            await context.checkpoint()
            await asyncio.sleep(0.01)

    direct.add(hang, "HANG", time_limit=0.2)
    direct.add(loop, "LOOP", time_limit=0.2)
    for name in ("HANG", "LOOP"):
        execution = await direct.run(job_type=name)
        assert execution.status is Status.ERROR
        assert (await direct.task(execution.id)).status_message == "it ran longer than its type may"


async def test_a_delayed_job_waits_for_its_time(direct: World) -> None:
    direct.add(nothing)
    execution_id = await direct.start({}, delay=0.5)
    await direct.worker().drain()
    assert (await direct.task(execution_id)).status is Status.SCHEDULED
    async with direct.working():
        assert (await direct.ended(execution_id)).status is Status.SUCCESS
    task = await direct.task(execution_id)
    assert task.start_time is not None
    assert (task.start_time - task.creation_time).total_seconds() >= 0.5


async def test_an_idle_worker_takes_up_a_job_of_this_process_at_once(direct: World) -> None:
    direct.add(nothing)
    async with direct.working():
        await asyncio.sleep(1.0)
        begun = time.monotonic()
        await direct.ended(await direct.start())
        assert time.monotonic() - begun < 0.5


async def test_higher_priority_goes_first_and_the_oldest_within_it(world: World) -> None:
    order: list[str] = []

    async def note(context: JobContext) -> None:
        order.append(context.task.job_type + str(context.parameters["n"]))

    world.add(note, "LOW")
    world.add(note, "HIGH", priority=5)
    world.add(note, "ALSO_LOW")
    for number in range(2):
        for name in ("LOW", "ALSO_LOW", "HIGH"):
            await world.start({"n": number}, job_type=name)
    await world.worker(concurrency=1).drain()
    assert order == ["HIGH0", "HIGH1", "LOW0", "ALSO_LOW0", "LOW1", "ALSO_LOW1"]


async def test_no_more_of_a_type_run_at_once_than_it_allows_in_all_replicas(world: World) -> None:
    running: dict[str, int] = {"ONE": 0, "THREE": 0}
    most: dict[str, int] = {"ONE": 0, "THREE": 0}

    async def count(context: JobContext) -> None:
        name = context.task.job_type
        running[name] += 1
        most[name] = max(most[name], running[name])
        await asyncio.sleep(0.03)
        running[name] -= 1

    world.add(count, "ONE", concurrency=1)
    world.add(count, "THREE", concurrency=3)
    ids = [await world.start(*({} for _ in range(15)), job_type=name) for name in ("ONE", "THREE")]
    async with world.working(*(world.worker() for _ in range(3))):
        for execution_id in ids:
            assert (await world.ended(execution_id)).status is Status.SUCCESS
    assert most == {"ONE": 1, "THREE": 3}


async def test_replicas_share_many_jobs_and_run_each_once(world: World) -> None:
    ran: list[int] = []

    async def note(context: JobContext) -> None:
        ran.append(context.task.id)
        await asyncio.sleep(0)

    world.add(note)
    execution_id = await world.start(*({"n": number} for number in range(300)))
    async with world.working(*(world.worker() for _ in range(3))):
        assert (await world.ended(execution_id)).status is Status.SUCCESS
    assert len(ran) == len(set(ran)) == 300


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ("ss", Status.SUCCESS),
        ("sx", Status.STOPPED),
        ("sxe", Status.ERROR),
    ],
)
async def test_an_execution_is_what_its_tasks_are_together(direct: World, outcomes: str, status: Status) -> None:
    async def end(context: JobContext) -> None:
        if context.parameters["how"] == "e":
            raise JobFailed("no")
        if context.parameters["how"] == "x":
            raise JobStopped

    direct.add(end)
    execution = await direct.run(*({"how": how} for how in outcomes))
    assert execution.status is status
    assert execution.end_time is not None


async def test_tasks_can_be_added_while_and_after_an_execution_ran(world: World) -> None:
    async def spread(context: JobContext) -> None:
        if context.parameters.get("more"):
            async with world.database.begin() as connection:
                tasks = [NewTask("WORK", {"n": number}) for number in range(3)]
                assert len(await world.jobs.add_tasks(connection, context.execution.id, tasks)) == 3

    world.add(spread)
    execution = await world.run({"more": True})
    assert (execution.status, (await world.jobs.tasks(execution.id))[0]) == (Status.SUCCESS, 4)
    async with world.database.begin() as connection:
        await world.jobs.add_tasks(connection, execution.id, [NewTask("WORK")])
    again = await world.jobs.execution(execution.id)
    assert (again.status, again.end_time) == (Status.RUNNING, None)
    assert again.revision > execution.revision
    await world.worker().drain()
    assert (await world.jobs.execution(execution.id)).status is Status.SUCCESS
    with pytest.raises(NotFound):
        async with world.database.begin() as connection:
            await world.jobs.add_tasks(connection, 999, [NewTask("WORK")])


async def test_an_execution_without_tasks_is_ended_by_whoever_started_it(direct: World) -> None:
    async with direct.database.begin() as connection:
        execution_id = await direct.jobs.start(connection, "WORK", 7, Trigger.EVENT, [], {"why": "empty"})
    assert await direct.jobs.is_running("WORK", 7)
    async with direct.database.begin() as connection:
        await direct.jobs.finish(connection, execution_id, message="nothing to do")
    found = await direct.jobs.execution(execution_id)
    assert (found.status, found.status_message, found.extra_attrs) == (
        Status.SUCCESS,
        "nothing to do",
        {"why": "empty"},
    )
    assert not await direct.jobs.is_running("WORK", 7)


async def test_a_task_deleted_with_what_it_was_for_is_not_run(direct: World) -> None:
    direct.add(nothing)
    await direct.start()
    await direct.execute("DELETE FROM execution")
    await direct.worker().drain()
    assert await direct.left() == []


async def test_lists_are_filtered_sorted_and_paged(direct: World) -> None:
    direct.add(nothing)
    ids = [await direct.start({"n": number}, {"n": -number}) for number in range(5)]
    await direct.jobs.stop(ids[0])
    total, page = await direct.jobs.executions("WORK", -1, offset=1, limit=2)
    assert (total, [one.id for one in page]) == (5, [ids[3], ids[2]])
    total, page = await direct.jobs.executions("WORK", None, filters={"status": "Stopped"}, sort="id")
    assert (total, [one.id for one in page]) == (1, [ids[0]])
    total, tasks = await direct.jobs.tasks(ids[1], sort="id", limit=1)
    assert (total, [task.parameters for task in tasks]) == (2, [{"n": 1}])
    with pytest.raises(BadRequest):
        await direct.jobs.executions("WORK", -1, filters={"id": "x"})


async def test_the_job_service_knows_a_task_by_its_job_id(direct: World) -> None:
    direct.add(nothing)
    execution = await direct.run()
    task = await direct.task(execution.id)
    assert await direct.jobs.job(task.job_id) == task
    with pytest.raises(NotFound):
        await direct.jobs.job("nope")
    with pytest.raises(NotFound):
        await direct.jobs.task(999)
    with pytest.raises(NotFound):
        await direct.jobs.execution(999)


async def test_what_is_called_after_the_commit_is_called_once_and_never_after_a_rollback(direct: World) -> None:
    called: list[str] = []

    def call() -> None:
        called.append("call")

    async with direct.database.begin() as connection:
        on_commit(connection, call)
        on_commit(connection, call)
        assert called == []
    assert called == ["call"]

    async def fail() -> None:
        async with direct.database.begin() as connection:
            on_commit(connection, call)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with direct.database.begin():
        pass
    assert called == ["call"]
