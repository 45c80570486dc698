"""``/jobservice`` and ``/schedules``, as a real Harbor answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from moorage.jobs.context import JobContext
from moorage.jobs.models import JobType, NewTask, Status, Trigger
from moorage.jobs.schedules import ScheduleService
from moorage.jobs.worker import Worker
from tests.identity.replica import PASSWORD, Replica, message

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

ANN = ("ann", PASSWORD)


class Site:
    """A replica with two types of job that log a line and go on until they are stopped or told to end."""

    def __init__(self, replica: Replica) -> None:
        self.replica = replica
        self.end = asyncio.Event()
        for name in ("ONE", "TWO"):
            replica.jobs.register(JobType(name, self._run))

    async def _run(self, context: JobContext) -> None:
        await context.log(f"started {context.parameters['name']}")
        while not self.end.is_set():
            await context.checkpoint()
            await asyncio.sleep(0.02)

    async def start(self, job_type: str, name: str = "") -> int:
        """The execution's id."""
        async with self.replica.database.begin() as connection:
            tasks = [NewTask(job_type, {"name": name})]
            return await self.replica.jobs.start(connection, job_type, -1, Trigger.MANUAL, tasks)

    async def status(self, execution: int) -> Status:
        """Of its only task."""
        return (await self.replica.jobs.tasks(execution))[1][0].status

    async def until(self, execution: int, status: Status) -> None:
        """Wait until its task has the status."""
        async with asyncio.timeout(10):
            while await self.status(execution) is not status:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def job_id(self, execution: int) -> str:
        """The name the job service knows its task by."""
        return (await self.replica.jobs.tasks(execution))[1][0].job_id

    async def get(self, path: str) -> Any:
        """The JSON at a path."""
        answer = await self.replica.api("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def put(self, path: str, **more: Any) -> None:
        """Done, without a body."""
        answer = await self.replica.api("PUT", path, **more)
        assert (answer.status_code, answer.content) == (200, b""), answer.text

    async def act(self, queue: str, action: str) -> None:
        """Stop, pause or resume a queue."""
        await self.put(f"/jobservice/queues/{queue}", json={"action": action})

    async def queues(self) -> dict[str, dict[str, Any]]:
        """Every queue by its name."""
        return {queue.pop("job_type"): queue for queue in await self.get("/jobservice/queues")}

    @asynccontextmanager
    async def working(self, concurrency: int = 3) -> AsyncIterator[None]:
        """Workers run."""
        worker = Worker(self.replica.database, self.replica.jobs, concurrency=concurrency)
        task = asyncio.create_task(worker.run())
        try:
            async with asyncio.timeout(10):
                while not await self.replica.jobs.pools():  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            yield
        finally:
            self.end.set()
            await worker.stop(5)
            await task


@pytest.fixture
async def site(replica: Replica) -> Site:
    return Site(replica)


# --- pools and workers --------------------------------------------------------------------------


async def test_pools_show_who_works_and_workers_what_they_run(site: Site) -> None:
    assert await site.get("/jobservice/pools") == []
    assert await site.get("/jobservice/pools/all/workers") == []
    async with site.working(3):
        (pool,) = await site.get("/jobservice/pools")
        assert set(pool) == {"worker_pool_id", "pid", "start_at", "heartbeat_at", "concurrency", "host"}
        assert (pool["concurrency"], pool["start_at"] <= pool["heartbeat_at"]) == (3, True)
        name = pool["worker_pool_id"]
        idle = await site.get("/jobservice/pools/all/workers")
        assert [worker["pool_id"] for worker in idle] == [name] * 3
        assert all(set(worker) == {"id", "pool_id"} for worker in idle)

        execution = await site.start("ONE", "a")
        await site.until(execution, Status.RUNNING)
        busy, *others = await site.get(f"/jobservice/pools/{name}/workers")
        assert (busy["job_name"], busy["job_id"]) == ("ONE", await site.job_id(execution))
        assert {"id", "pool_id", "start_at", "checkin_at"} < set(busy)
        assert len({worker["id"] for worker in (busy, *others)}) == 3
        assert await site.get("/jobservice/pools/nope/workers") == []
    assert await site.get("/jobservice/pools") == []


# --- jobs ---------------------------------------------------------------------------------------


async def test_a_running_job_is_stopped_and_its_log_read_while_it_runs(site: Site) -> None:
    async with site.working():
        execution = await site.start("ONE", "a")
        other = await site.start("TWO", "b")
        job = await site.job_id(execution)
        await site.until(execution, Status.RUNNING)
        await site.until(other, Status.RUNNING)
        async with asyncio.timeout(5):
            while True:
                log = await site.replica.api("GET", f"/jobservice/jobs/{job}/log")
                assert (log.status_code, log.headers["content-type"]) == (200, "text/plain")
                if log.text:
                    break
        assert log.text.endswith("[INFO] started a\n")
        await site.put(f"/jobservice/jobs/{job}")
        await site.until(execution, Status.STOPPED)
        assert await site.status(other) is Status.RUNNING
        await site.put("/jobservice/jobs/all")
        await site.until(other, Status.STOPPED)


async def test_a_job_that_is_not_there_is_stopped_already_and_has_no_log(site: Site) -> None:
    await site.put("/jobservice/jobs/nope")
    missing = (404, "NOT_FOUND", "job nope not found")
    assert message(await site.replica.api("GET", "/jobservice/jobs/nope/log")) == missing


# --- queues -------------------------------------------------------------------------------------


async def test_a_paused_queue_lets_its_jobs_wait_and_no_other(site: Site) -> None:
    async with site.working():
        await site.act("ONE", "pause")
        waiting, running = await site.start("ONE"), await site.start("TWO")
        await site.until(running, Status.RUNNING)
        assert await site.status(waiting) is Status.PENDING
        queues = await site.queues()
        assert list(queues) == sorted(queues)
        assert queues["ONE"].pop("latency", 0) < 60
        # What is 0 is left out, as in Harbor.
        assert (queues["ONE"], queues["TWO"]) == ({"count": 1, "paused": True}, {"paused": False})
        # In any case of letters.
        await site.act("one", "resume")
        await site.until(waiting, Status.RUNNING)
        assert (await site.queues())["ONE"] == {"paused": False}


async def test_what_waits_in_a_queue_is_stopped(site: Site) -> None:
    async with site.working():
        await site.act("all", "pause")
        one, two = await site.start("ONE"), await site.start("TWO")
        await site.act("ONE", "stop")
        assert (await site.status(one), await site.status(two)) == (Status.STOPPED, Status.PENDING)
        await site.act("all", "stop")
        assert await site.status(two) is Status.STOPPED


async def test_pausing_all_queues_or_the_schedulers_holds_schedules(site: Site) -> None:
    async with site.working():
        for queue in ("all", "scheduler", "SCHEDULER"):
            assert await site.get("/schedules/all/paused") == {"paused": False}
            await site.act(queue, "pause")
            assert await site.get("/schedules/ALL/paused") == {"paused": True}
            queues = await site.queues()
            assert queues["SCHEDULER"] == {"paused": True}
            assert queues["ONE"]["paused"] is (queue == "all")
            await site.act(queue, "resume")
        assert not any(queue["paused"] for queue in (await site.queues()).values())


async def test_a_queue_that_is_not_there_is_left_alone(site: Site) -> None:
    for action in ("pause", "stop", "resume"):
        await site.act("bogus", action)
    assert "BOGUS" not in {name.upper() for name in await site.queues()}


async def test_other_actions_are_refused(site: Site) -> None:
    unknown = await site.replica.api("PUT", "/jobservice/queues/all", json={"action": "bogus"})
    assert message(unknown) == (
        422,
        "UNPROCESSABLE_ENTITY",
        "validation failure list:\nvalidation failure list:\naction in body should be one of [stop pause resume]",
    )
    missing = await site.replica.api("PUT", "/jobservice/queues/all", json={})
    assert message(missing) == (400, "BAD_REQUEST", "bad request: the action is not supported")


# --- schedules ----------------------------------------------------------------------------------


async def test_every_schedule_is_listed_in_pages(site: Site) -> None:
    schedules = ScheduleService(site.replica.database)
    async with site.replica.database.begin() as connection:
        for vendor_id in (0, 7):
            await schedules.put(connection, "ONE", vendor_id, "Custom", "0 0 * * * *", {})
    listed = await site.replica.api("GET", "/schedules?page_size=1&sort=-id&q=vendor_id=7")
    assert listed.headers["x-total-count"] == "2"
    assert 'rel="next"' in listed.headers["link"]
    (first,) = listed.json()
    assert first == {
        "id": first["id"],
        "vendor_type": "ONE",
        "cron": "0 0 * * * *",
        "update_time": first["update_time"],
    }
    (second,) = await site.get("/schedules?page_size=1&page=2")
    assert (second["vendor_id"], second["id"] > first["id"]) == (7, True)


async def test_whether_schedules_are_held_is_told_to_every_account(site: Site) -> None:
    await site.replica.user("ann")
    assert (await site.replica.api("GET", "/schedules/all/paused", ANN)).json() == {"paused": False}
    unauthorized = await site.replica.api("GET", "/schedules/all/paused", None)
    assert message(unauthorized) == (401, "UNAUTHORIZED", "unauthorized")
    bogus = message(await site.replica.api("GET", "/schedules/bogus/paused", ANN))
    assert bogus == (400, "BAD_REQUEST", "job_type can only be 'all'")
