"""Workers that come and go, stops and pauses at random: every task ends as it should, and none ran twice at once.

``MOORAGE_TEST_JOB_SECONDS`` is how long it goes on, ``MOORAGE_TEST_JOB_SEED`` repeats one.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from collections import Counter

import pytest

from moorage.jobs.context import JobContext
from moorage.jobs.models import JobFailed, Retry, Status
from moorage.jobs.worker import Worker
from tests.jobs.conftest import World, until

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

SECONDS = float(os.environ.get("MOORAGE_TEST_JOB_SECONDS", "6"))
SEED = int(os.environ.get("MOORAGE_TEST_JOB_SEED", "0")) or random.randrange(1, 10**9)

LIMITS = {"ONE": 1, "TWO": 2, "MANY": None}


class Chaos:
    """What goes on, and what was seen of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.random = random.Random(SEED)
        self.workers: dict[Worker, asyncio.Task[None]] = {}
        self.running: Counter[int] = Counter()
        self.types: Counter[str] = Counter()
        self.faults: list[str] = []
        self.executions: list[int] = []
        self.stopped: set[int] = set()
        for name, limit in LIMITS.items():
            world.add(self.job, name, concurrency=limit, attempts=3, backoff=0.05)

    async def job(self, context: JobContext) -> None:
        """Takes some steps and ends as its parameters say."""
        task, name = context.task.id, context.task.job_type
        self.running[task] += 1
        self.types[name] += 1
        if self.running[task] > 1:
            self.faults.append(f"task {task} runs {self.running[task]} times at once")
        limit = LIMITS[name]
        if limit is not None and self.types[name] > limit:
            self.faults.append(f"{self.types[name]} of {name} run at once")
        try:
            for _ in range(context.parameters["steps"]):
                await context.checkpoint()
                await asyncio.sleep(0.02)
                await context.log("a step")
            if context.parameters["end"] == "fail":
                raise JobFailed("for good")
            if context.parameters["end"] == "retry" and context.attempt < 3:
                raise Retry("not yet")
        finally:
            self.running[task] -= 1
            self.types[name] -= 1

    def hire(self) -> None:
        worker = self.world.worker(concurrency=4)
        self.workers[worker] = asyncio.create_task(worker.run())

    async def kill(self, worker: Worker) -> None:
        """As with kill -9: wherever it is, it does nothing more, and tells nobody."""
        main = self.workers.pop(worker)
        tasks = [main, *worker._runs]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def dismiss(self, worker: Worker) -> None:
        main = self.workers.pop(worker)
        await worker.stop(self.random.uniform(0.0, 0.2))
        await main

    async def act(self) -> None:
        """Something happens."""
        what = self.random.random()
        if what < 0.55:
            name = self.random.choice(list(LIMITS))
            tasks = [
                {"steps": self.random.randrange(12), "end": self.random.choice(["well", "well", "fail", "retry"])}
                for _ in range(self.random.randrange(1, 4))
            ]
            self.executions.append(await self.world.start(*tasks, job_type=name))
        elif what < 0.65 and self.executions:
            chosen = self.random.choice(self.executions)
            self.stopped.add(chosen)
            await self.world.jobs.stop(chosen)
        elif what < 0.75:
            await self.world.jobs.pause([self.random.choice(list(LIMITS))])
        elif what < 0.85:
            await self.world.jobs.resume(list(LIMITS))
        elif self.workers:
            worker = self.random.choice(list(self.workers))
            await (self.kill(worker) if what < 0.95 else self.dismiss(worker))
        while len(self.workers) < 3:
            self.hire()

    async def all_ended(self) -> bool:
        open_ones = await self.world.execute("SELECT count(*) FROM task WHERE end_time IS NULL")
        return open_ones == [(0,)]


async def test_every_task_ends_as_it_should_whoever_is_killed_meanwhile(world: World) -> None:
    chaos = Chaos(world)
    try:
        async with asyncio.timeout(SECONDS + 90):
            end = asyncio.get_running_loop().time() + SECONDS
            while asyncio.get_running_loop().time() < end:
                await chaos.act()
                await asyncio.sleep(chaos.random.uniform(0.0, 0.1))
            await world.jobs.resume(list(LIMITS))
            await until(chaos.all_ended, 60)
    finally:
        for worker in list(chaos.workers):
            with contextlib.suppress(Exception):
                await chaos.dismiss(worker)
    assert chaos.faults == [], f"seed {SEED}"
    for execution_id in chaos.executions:
        execution = await world.jobs.execution(execution_id)
        _, tasks = await world.jobs.tasks(execution_id, limit=0)
        found = {task.status for task in tasks}
        worst = next(one for one in (Status.ERROR, Status.STOPPED, Status.SUCCESS) if one in found)
        assert execution.status is worst, f"seed {SEED}"
        for task in tasks:
            wanted = Status.ERROR if task.parameters["end"] == "fail" else Status.SUCCESS
            allowed = {wanted, Status.STOPPED} if execution_id in chaos.stopped else {wanted}
            assert task.status in allowed, f"seed {SEED}: {task}"
    assert await world.left() == []
