"""The job engine: jobs a second with nothing and with very much waiting beside them, and how soon an idle one starts.

The workers run in this process, on the server's database: the jobs do nothing, so what is measured is the engine.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from itertools import pairwise

from bench.load import Load
from bench.measure import Measurement, Meter
from bench.peers import Server
from bench.plan import Contents
from bench.statistics import latency
from moorage.database.engine import Database
from moorage.jobs.context import JobContext
from moorage.jobs.models import JobType, NewExecution, NewTask, Trigger
from moorage.jobs.service import JobService
from moorage.jobs.wake import Waker
from moorage.jobs.worker import Worker
from moorage.settings import DatabaseSettings

#: Job types no server knows, so that only the workers here run them.
TYPE, WAITING_TYPE = "BENCH", "BENCH_WAITING"

#: Executions of a transaction, and tasks that wait in a paused queue.
BATCH, WAITING = 500, 100_000

CONCURRENCY = 10


def measure_jobs(server: Server, contents: Contents, round: int) -> Iterator[Measurement]:
    """Three rows; nothing for a peer without a database of ours."""
    if server.database_url is None:
        return
    url, count = server.database_url(), contents.plan.jobs
    for row, waiting in (("jobs-run", 0), ("jobs-run-waiting", WAITING)):
        asyncio.run(_start(url, count, waiting))
        with Meter(server) as meter:
            load = asyncio.run(_run(url))
        assert load.operations == count, f"{load.operations} jobs ran, not {count}"
        yield meter.measurement(row, round, load, 0)
    with Meter(server) as meter:
        load = asyncio.run(_wait(url, contents.plan.job_starts))
    yield meter.measurement("jobs-latency", round, load, 0)
    asyncio.run(_clean(url))


async def _opened(url: str) -> tuple[Database, JobService]:
    database = Database(DatabaseSettings(pool_size=20), url)
    await database.open()
    return database, JobService(database, Waker())


async def _start(url: str, count: int, waiting: int) -> None:
    database, jobs = await _opened(url)
    await jobs.pause([WAITING_TYPE])
    for begin in range(0, waiting, BATCH):
        async with database.begin() as connection:
            tasks = [NewTask(WAITING_TYPE)] * min(BATCH, waiting - begin)
            await jobs.start(connection, WAITING_TYPE, 1, Trigger.EVENT, tasks)
    for begin in range(0, count, BATCH):
        async with database.begin() as connection:
            one = NewExecution(TYPE, 1, Trigger.EVENT, (NewTask(TYPE, {"number": begin}),))
            await jobs.start_all(connection, [one] * min(BATCH, count - begin))
    await database.close()


async def _run(url: str) -> Load:
    """Run what is there."""
    database, jobs = await _opened(url)
    ends: list[float] = []

    async def nothing(context: JobContext) -> None:
        ends.append(time.perf_counter())

    for name in (TYPE, WAITING_TYPE):
        jobs.register(JobType(name, nothing))
    begun = time.perf_counter()
    await Worker(database, jobs, concurrency=CONCURRENCY).drain()
    seconds = time.perf_counter() - begun
    await database.close()
    gaps = [later - earlier for earlier, later in pairwise(ends)]
    return Load("engine", len(ends), seconds, 0, latency(gaps))


async def _wait(url: str, count: int) -> Load:
    """From the commit to the first step, for jobs that another process starts now and then; nobody wakes the worker."""
    database, jobs = await _opened(url)
    seen: asyncio.Queue[float] = asyncio.Queue()

    async def note(context: JobContext) -> None:
        seen.put_nowait(time.perf_counter())

    jobs.register(JobType(TYPE, note))
    starter = JobService(database, Waker())
    worker = Worker(database, jobs, concurrency=CONCURRENCY)
    working = asyncio.create_task(worker.run())
    waits: list[float] = []
    begun = time.perf_counter()
    for _ in range(count):
        await asyncio.sleep(random.uniform(0.2, 1.5))
        async with database.begin() as connection:
            await starter.start(connection, TYPE, 1, Trigger.EVENT, [NewTask(TYPE)])
        committed = time.perf_counter()
        async with asyncio.timeout(30):
            waits.append(max(0.0, await seen.get() - committed))
    seconds = time.perf_counter() - begun
    await worker.stop(1.0)
    await working
    await database.close()
    return Load("engine", count, seconds, 0, latency(waits))


async def _clean(url: str) -> None:
    database, jobs = await _opened(url)
    await jobs.stop_queues([WAITING_TYPE])
    await database.close()
