"""A job service on a database of its own, directly or through PgBouncer."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from moorage.database.engine import Database
from moorage.jobs.context import JobContext
from moorage.jobs.models import Execution, JobType, NewTask, Status, Task, Trigger
from moorage.jobs.schedules import ScheduleService, Ticker
from moorage.jobs.service import JobService
from moorage.jobs.worker import Pace, Worker
from moorage.settings import DatabaseSettings
from tests.database.pooler import pooled

#: As production's, in less time.
QUICK = Pace(lease=3.0, caution=0.5, heartbeat=0.5, watch=0.2, longest=0.1, recover=0.3, grace=0.5)

Run = Callable[[JobContext], Awaitable[None]]


class World:
    """Replicas of a job service, and what they have done."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.settings = DatabaseSettings(pool_size=20)
        self.database = Database(self.settings, url)
        self.jobs = JobService(self.database)
        self.schedules = ScheduleService(self.database)

    def add(self, run: Run, name: str = "WORK", **more: Any) -> None:
        """A job type."""
        self.jobs.register(JobType(name, run, **more))

    def worker(self, *, concurrency: int = 10, pace: Pace = QUICK) -> Worker:
        """One replica's workers."""
        return Worker(self.database, self.jobs, concurrency=concurrency, pace=pace)

    def ticker(self) -> Ticker:
        return Ticker(self.database, self.jobs)

    @contextlib.asynccontextmanager
    async def working(self, *workers: Worker) -> AsyncIterator[None]:
        """While some workers run; without any, one does."""
        workers = workers or (self.worker(),)
        tasks = [asyncio.create_task(worker.run()) for worker in workers]
        try:
            yield
        finally:
            await asyncio.gather(*(worker.stop(0.0) for worker in workers))
            await asyncio.gather(*tasks)

    async def start(self, *parameters: dict[str, Any], job_type: str = "WORK", **more: Any) -> int:
        """An execution with a task for each of ``parameters``, or one without any."""
        tasks = [NewTask(job_type, one, **more) for one in parameters or ({},)]
        async with self.database.begin() as connection:
            return await self.jobs.start(connection, job_type, -1, Trigger.MANUAL, tasks)

    async def run(self, *parameters: dict[str, Any], **more: Any) -> Execution:
        """Start one, drain it, and look at it."""
        execution_id = await self.start(*parameters, **more)
        await self.worker().drain()
        return await self.jobs.execution(execution_id)

    async def task(self, execution_id: int) -> Task:
        """The one task of an execution."""
        _, (task,) = await self.jobs.tasks(execution_id)
        return task

    async def ended(self, execution_id: int, seconds: float = 30.0) -> Execution:
        """Wait for the end of an execution."""
        found: list[Execution] = []

        async def final() -> bool:
            found[:] = [await self.jobs.execution(execution_id)]
            return found[0].status.is_final

        await until(final, seconds)
        return found[0]

    async def status(self, execution_id: int, wanted: Status) -> float:
        """Wait for a status of the one task of an execution; the seconds that took."""

        async def reached() -> bool:
            return (await self.task(execution_id)).status is wanted

        return await until(reached)

    async def log(self, execution_id: int) -> str:
        """The log of the one task of an execution."""
        return "".join([piece async for piece in self.jobs.log((await self.task(execution_id)).id)])

    async def execute(self, sql: str, **values: Any) -> list[Any]:
        """One statement in a transaction of its own; its rows."""
        async with self.database.begin() as connection:
            result = await connection.execute(text(sql), values)
            return [tuple(row) for row in result] if result.returns_rows else []

    async def left(self) -> Sequence[Any]:
        """What the queue still holds."""
        return await self.execute("SELECT id, status FROM procrastinate_jobs ORDER BY id")


async def until(condition: Callable[[], Awaitable[object]], seconds: float = 15.0) -> float:
    """Wait for something; how long it took."""
    begun = time.monotonic()
    while not await condition():
        assert time.monotonic() < begun + seconds, "it did not happen in time"
        await asyncio.sleep(0.02)
    return time.monotonic() - begun


@pytest.fixture(params=["direct", "pooled"])
def jobs_url(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[str]:
    """The test's database, as production reaches it and past the pooler."""
    if request.param == "direct":
        yield database_url
        return
    with pooled(database_url, tmp_path, size=10) as url:
        yield url


@pytest.fixture
async def world(jobs_url: str) -> AsyncIterator[World]:
    """An empty one, once directly and once through PgBouncer."""
    async for made in _open(jobs_url):
        yield made


@pytest.fixture
async def direct(database_url: str) -> AsyncIterator[World]:
    """An empty one, only directly."""
    async for made in _open(database_url):
        yield made


async def _open(url: str) -> AsyncIterator[World]:
    world = World(url)
    await world.database.open()
    try:
        yield world
    finally:
        await world.database.close()
