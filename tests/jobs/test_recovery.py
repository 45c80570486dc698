"""Whatever is killed or frozen in the middle of a job: it is done, and never by two at once."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from moorage.database.embedded import EmbeddedPostgres
from moorage.database.migrate import upgrade
from moorage.errors import MoorageError
from moorage.jobs import queue_queries
from moorage.jobs.context import JobContext
from moorage.jobs.models import Status
from moorage.jobs.worker import PACE, Worker
from tests.jobs.conftest import QUICK, World, until
from tests.jobs.replica import TABLE

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

#: At production's pace the kill test takes most of a minute: ``MOORAGE_TEST_JOB_PACE=production``.
PACE_OF_REPLICAS = os.environ.get("MOORAGE_TEST_JOB_PACE", "quick")

#: Ends of runs: the last step of each, and the first of the run that follows it.
OVERLAPS = """
SELECT count(*) FROM step a JOIN step b USING (task_id) WHERE a.run < b.run AND a.at > b.at
"""


@contextmanager
def replica(url: str) -> Iterator[subprocess.Popen[str]]:
    """A process that works."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.jobs.replica", url, PACE_OF_REPLICAS], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        # Its log comes there as well.
        assert any(line == "working\n" for line in process.stdout)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            process.wait(20)


async def started(world: World, *steps: int) -> list[int]:
    """An execution for each number of steps."""
    await world.execute(TABLE)
    return [await world.start({"steps": count}, job_type="STEPS") for count in steps]


async def at_work(world: World, pid: int) -> list[Any]:
    return await world.execute("SELECT DISTINCT task_id FROM step WHERE pid = :pid", pid=pid)


async def test_production_resumes_within_a_minute() -> None:
    """What the replicas below do in seconds takes these in production; see PACE_OF_REPLICAS."""
    assert PACE.lease + PACE.recover + PACE.longest < 45
    # A worker lets go of its jobs before anybody takes them, and has time for it.
    assert PACE.lease * (1 - PACE.caution) > 10
    # Two heartbeats may get lost.
    assert 3 * PACE.heartbeat < PACE.lease * PACE.caution


async def test_the_jobs_of_a_killed_worker_are_done_by_another_one_at_a_time(world: World) -> None:
    with replica(world.url) as victim, replica(world.url):
        ids = await started(world, *([40] * 8))
        await until(partial(at_work, world, victim.pid))
        victim.kill()
        killed = time.monotonic()
        begun = {row[0] for row in await at_work(world, victim.pid)}
        for execution_id in ids:
            assert (await world.ended(execution_id, 90)).status is Status.SUCCESS
        assert time.monotonic() - killed < 60
    tasks = [await world.task(execution_id) for execution_id in ids]
    assert all(task.run_count == 2 for task in tasks if task.id in begun)
    assert await world.execute(OVERLAPS) == [(0,)]
    assert await world.left() == []
    assert await world.execute("SELECT count(*) FROM procrastinate_workers") == [(0,)]


async def test_a_frozen_worker_finds_out_that_its_jobs_are_another_s(direct: World) -> None:
    with replica(direct.url) as frozen:
        (execution_id,) = await started(direct, 60)
        await until(partial(at_work, direct, frozen.pid))
        frozen.send_signal(signal.SIGSTOP)
        with replica(direct.url) as heir:
            await until(partial(at_work, direct, heir.pid), 60)
            frozen.send_signal(signal.SIGCONT)
            assert (await direct.ended(execution_id, 60)).status is Status.SUCCESS
            # It is a worker again, under another name.
            (again,) = await started(direct, 1)
            assert (await direct.ended(again)).status is Status.SUCCESS
    assert (await direct.task(execution_id)).run_count == 2
    assert await direct.execute(OVERLAPS) == [(0,)]


async def test_a_worker_that_stops_hands_its_jobs_back(direct: World) -> None:
    with replica(direct.url) as first:
        (execution_id,) = await started(direct, 60)
        await until(partial(at_work, direct, first.pid))
        begun = time.monotonic()
        first.terminate()
        first.wait(20)
        assert time.monotonic() - begun < 5
    # Nobody had to find out that it is gone.
    assert (await direct.task(execution_id)).status is Status.PENDING
    assert await direct.jobs.pools() == []
    assert "another one goes on" in await direct.log(execution_id)
    with replica(direct.url):
        assert (await direct.ended(execution_id)).status is Status.SUCCESS
    assert await direct.execute(OVERLAPS) == [(0,)]


async def test_jobs_go_on_after_the_database_was_killed() -> None:
    ran: list[int] = []

    with tempfile.TemporaryDirectory(prefix="moorage-test-") as directory:
        server = EmbeddedPostgres(Path(directory))
        server.start()
        try:
            upgrade(server.url)
            world = World(server.url)
            await world.database.open()

            async def slow(context: JobContext) -> None:
                ran.append(context.task.id)
                for _ in range(20):
                    await context.checkpoint()
                    await asyncio.sleep(0.1)
                    await context.update(at=time.time())

            world.add(slow)
            async with world.working(world.worker(concurrency=3)):
                ids = [await world.start() for _ in range(3)]
                for execution_id in ids:
                    await world.status(execution_id, Status.RUNNING)
                assert server.pid is not None
                os.kill(server.pid, signal.SIGKILL)

                async def back() -> bool:
                    try:
                        await world.database.ping()
                    except MoorageError:
                        return False
                    return True

                await asyncio.sleep(0.3)
                await until(back, 30)
                for execution_id in ids:
                    assert (await world.ended(execution_id, 60)).status is Status.SUCCESS
            assert await world.left() == []
            await world.database.close()
        finally:
            server.stop()
    assert len(ran) >= 3


async def lost(world: World, run: Callable[[JobContext], Any], **more: Any) -> tuple[int, Worker]:
    """A job that a worker has taken which then is never heard of again."""
    world.add(run, **more)
    execution_id = await world.start()
    worker = world.worker()
    await worker.register()
    async with world.database.begin() as connection:
        assert worker._worker_id is not None
        assert await queue_queries.take(connection, worker._worker_id, ["WORK"], 1)
    return execution_id, worker


async def silent(world: World) -> None:
    await world.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")


async def nothing(context: JobContext) -> None:
    pass


async def test_a_stopped_job_of_a_lost_worker_stays_stopped(direct: World) -> None:
    execution_id, _ = await lost(direct, nothing)
    await direct.jobs.stop(execution_id)
    await silent(direct)
    async with direct.working():
        assert (await direct.ended(execution_id)).status is Status.STOPPED
    assert await direct.left() == []


async def test_a_job_that_kills_every_worker_is_given_up(direct: World) -> None:
    execution_id, _ = await lost(direct, nothing)
    await direct.execute("UPDATE task SET losses = :most", most=queue_queries.MOST_LOSSES)
    await silent(direct)
    async with direct.working():
        assert (await direct.ended(execution_id)).status is Status.ERROR
    assert "the worker was lost" in (await direct.task(execution_id)).status_message
    assert await direct.left() == []


async def test_a_late_end_changes_nothing(world: World) -> None:
    execution_id, worker = await lost(world, nothing)
    task = await world.task(execution_id)
    assert worker._worker_id is not None
    run = (task.id, task.run_count, worker._worker_id)
    await silent(world)
    async with world.working():
        assert (await world.ended(execution_id)).status is Status.SUCCESS
    async with world.database.begin() as connection:
        assert not await queue_queries.finish(connection, run, Status.ERROR, "late", 0.0)
        assert not await queue_queries.beat(connection, worker._worker_id)
    assert (await world.jobs.execution(execution_id)).status is Status.SUCCESS
    assert (await world.task(execution_id)).run_count == 2


async def test_a_job_taken_in_an_answer_that_got_lost_is_given_back(direct: World) -> None:
    """The database did what it was asked, and the connection broke before it could say so."""
    execution_id, worker = await lost(direct, nothing)
    async with direct.working(worker):
        assert (await direct.ended(execution_id)).status is Status.SUCCESS
    assert (await direct.task(execution_id)).run_count == 2


@pytest.mark.parametrize("away", ["refuses", "hangs"])
async def test_a_worker_that_cannot_reach_the_database_lets_go_of_its_jobs_in_time(
    direct: World, monkeypatch: pytest.MonkeyPatch, away: str
) -> None:
    ended: list[tuple[str, float]] = []

    async def hang(context: JobContext) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append((context.task.job_type, time.monotonic()))
            raise

    direct.add(hang)
    execution_id = await direct.start()

    async def unreachable(*arguments: object) -> list[int]:
        if away == "refuses":
            raise OSError("no route to host")
        await asyncio.sleep(60)
        return []

    async with direct.working():
        await direct.status(execution_id, Status.RUNNING)
        begun = time.monotonic()
        with monkeypatch.context() as patch:
            for name in ("beat", "stopped", "recover", "running"):
                patch.setattr(queue_queries, name, unreachable)

            async def cut_off() -> bool:
                return bool(ended)

            await until(cut_off)
        assert ended[0][1] - begun < QUICK.lease
