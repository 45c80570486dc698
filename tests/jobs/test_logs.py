"""Logs of jobs: kept while they run, bounded, and never a reason to fail."""

from __future__ import annotations

import asyncio
import re

import pytest

from moorage.errors import ServiceUnavailable
from moorage.jobs import log_queries, logs
from moorage.jobs.context import JobContext
from moorage.jobs.models import JobFailed, Status
from tests.jobs.conftest import World, until

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


async def test_lines_come_in_order_with_time_and_level(world: World) -> None:
    async def talk(context: JobContext) -> None:
        await context.log("one")
        await context.log("two\0, with a NUL and half a pair: \ud800", "WARNING")

    world.add(talk)
    execution = await world.run()
    assert execution.status is Status.SUCCESS
    first, second = (await world.log(execution.id)).splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \[INFO\] one", first)
    assert second.endswith("[WARNING] two, with a NUL and half a pair: ?")


async def test_a_log_can_be_read_while_its_job_runs(direct: World) -> None:
    go_on = asyncio.Event()

    async def talk(context: JobContext) -> None:
        await context.log("halfway")
        await go_on.wait()

    direct.add(talk)
    execution_id = await direct.start()
    async with direct.working():

        async def seen() -> bool:
            return "halfway" in await direct.log(execution_id)

        await direct.status(execution_id, Status.RUNNING)
        await until(seen)
        assert (await direct.task(execution_id)).status is Status.RUNNING
        go_on.set()
        await direct.ended(execution_id)


async def test_a_long_log_is_cut_and_says_so_and_keeps_its_end(direct: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs.JobLog.__init__, "__defaults__", (0, 20_000))

    async def talk(context: JobContext) -> None:
        for number in range(5_000):
            await context.log(f"line {number}")
        raise JobFailed("what went wrong")

    direct.add(talk)
    execution = await direct.run()
    lines = (await direct.log(execution.id)).splitlines()
    kept = next(index for index, line in enumerate(lines) if line.startswith("... the log is longer than 20000 bytes"))
    assert [line.rpartition(" ")[2] for line in lines[:kept]] == [str(number) for number in range(kept)]
    assert 300 < kept < 1_000
    # Its end: lines of the job, and why it failed.
    assert lines[kept + 1] == f"... {5_001 - kept - logs.LAST} lines are left out; the last {logs.LAST} were:"
    assert lines[-2].endswith("line 4999")
    assert lines[-1].endswith("[ERROR] what went wrong")
    assert len(lines) == kept + 2 + logs.LAST


async def test_runs_of_a_task_share_the_room_of_its_log(direct: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs.JobLog.__init__, "__defaults__", (0, 5_000))

    async def talk(context: JobContext) -> None:
        for number in range(60):
            await context.log(f"run {context.attempt} line {number}")
        raise ValueError("again")

    direct.add(talk, attempts=3)
    execution_id = await direct.start()
    await direct.worker().drain(delayed=True)
    text = await direct.log(execution_id)
    assert "run 1 line 59" in text
    assert text.count("the log is longer than 5000 bytes") >= 1
    assert len(text) < 5_000 + 3 * 60 * 60


async def test_a_log_the_database_does_not_take_fails_no_job(direct: World, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = True
    append = log_queries.append

    async def refuse(*arguments: object) -> None:
        if broken:
            raise ServiceUnavailable("the database is not available")
        await append(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(log_queries, "append", refuse)
    monkeypatch.setattr(logs, "PENDING", 1_000)

    async def talk(context: JobContext) -> None:
        nonlocal broken
        for number in range(100):
            await context.log(f"line {number}")
        await asyncio.sleep(2 * logs.INTERVAL)
        broken = False

    direct.add(talk)
    execution = await direct.run()
    assert execution.status is Status.SUCCESS
    assert re.search(r"\d+ lines were lost: the database did not take them in time\n$", await direct.log(execution.id))


async def test_a_slow_log_slows_down_no_job(direct: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(*arguments: object) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(log_queries, "append", slow)
    monkeypatch.setattr(logs, "TIMEOUT", 0.2)

    async def talk(context: JobContext) -> None:
        for number in range(1_000):
            await context.log(f"line {number}")

    direct.add(talk)
    async with asyncio.timeout(20):
        assert (await direct.run()).status is Status.SUCCESS


async def test_a_worker_that_lost_a_run_writes_nothing_into_its_log(direct: World) -> None:
    async def talk(context: JobContext) -> None:
        await context.log("mine")

    direct.add(talk)
    execution = await direct.run()
    task = await direct.task(execution.id)
    log = logs.JobLog(direct.database, (task.id, task.run_count, 1))
    log.write("not mine")
    await log.close()
    assert "not mine" not in await direct.log(execution.id)


async def test_a_log_is_read_in_pieces(direct: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk(context: JobContext) -> None:
        await context.log("x" * 100_000)

    direct.add(talk)
    execution = await direct.run()
    task = await direct.task(execution.id)
    # A line has an end, too.
    assert len(await direct.log(execution.id)) < logs.LINE + 100
    await direct.execute(
        "INSERT INTO job_log (task_id, lines) SELECT :task, n || E'\\n' FROM generate_series(1, 50) n", task=task.id
    )
    pieces = [piece async for piece in direct.jobs.job_log(task.job_id)]
    assert [piece.strip() for piece in pieces[1:]] == [str(number) for number in range(1, 51)]
