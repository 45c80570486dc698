"""The workers of one process: they take jobs, run them, and tell that they live.

Nothing here needs a session of the database: workers look for jobs at an interval that adapts, and are woken earlier
when this process knows of a new one. A worker that cannot renew its heartbeat stops its jobs before anybody else may
take them; one that was frozen meanwhile finds that out at the next checkpoint, and can end no run that is not its own
(docs/adr/0013).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from moorage.database.engine import Database
from moorage.errors import ServiceUnavailable
from moorage.jobs import queue_queries as queries
from moorage.jobs.context import Lease
from moorage.jobs.metrics import JobMetrics
from moorage.jobs.models import JobHandedBack, JobLost, JobStopped, Status
from moorage.jobs.running import Run
from moorage.jobs.service import JobService

log = structlog.get_logger(__name__)

#: Jobs taken in one statement, at most.
BATCH = 50

#: Seconds after which a job that was told to give way is cut off, and that it then has.
GIVE_WAY, LAST_WORDS = 0.5, 2.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between things."""

    #: After so long without a heartbeat a worker's jobs are given to others.
    lease: float = 30.0
    #: The worker itself stops them after this part of it.
    caution: float = 0.6
    heartbeat: float = 5.0
    #: Between two looks for requests to stop.
    watch: float = 1.0
    #: Between two looks for jobs: after there was one, and when there was none for a while.
    shortest: float = 0.02
    longest: float = 0.5
    #: Instead of the last one while others would wake this process (``RedisWaker``).
    relaxed: float = 2.0
    #: Between two searches for lost workers.
    recover: float = 5.0
    #: A job that was asked to end may go on for so long.
    grace: float = 10.0


#: What production runs at.
PACE = Pace()


class Worker:
    """Runs jobs in this process, several at once."""

    def __init__(
        self,
        database: Database,
        jobs: JobService,
        *,
        control: Database | None = None,
        concurrency: int = 10,
        metrics: JobMetrics | None = None,
        pace: Pace = PACE,
    ) -> None:
        """``control``: connections for the workers' own needs, so that jobs cannot use up the last one."""
        self._database = database
        self._control = control or database
        self._jobs = jobs
        self._concurrency = concurrency
        self._metrics = metrics or JobMetrics()
        self._pace = pace
        self._wake = jobs.waker.listen()
        self._runs: dict[asyncio.Task[None], Run] = {}
        self._worker_id: int | None = None
        self._lease = Lease()
        #: Held from asking for jobs until they are in ``_runs``.
        self._taking = asyncio.Lock()
        self._registering = asyncio.Lock()
        self._stopping = False
        self._declared = False
        self._metrics.node, self._metrics.workers = socket.gethostname(), concurrency

    @property
    def is_working(self) -> bool:
        """It is known to the others as one that lives."""
        return self._worker_id is not None and not self._lease.is_over

    async def run(self) -> None:
        """Work until ``stop`` was called, whatever happens to the database meanwhile."""
        async with self._looking_after():
            await self._take_jobs()

    async def drain(self, *, delayed: bool = False) -> None:
        """For tests: run all that is due in this process, and what follows from it; returns when nothing is left.

        ``delayed``: what waits for its time is run as well.
        """
        async with self._looking_after():
            while True:
                await self.register()
                if delayed:
                    await self._skip_delays()
                if not await self._take() and not self._runs:
                    return
                if self._runs:
                    await asyncio.wait(set(self._runs), return_when=asyncio.FIRST_COMPLETED)

    async def stop(self, grace: float) -> None:
        """Take no more jobs; those that run may go on for ``grace`` seconds, then they are handed back."""
        self._stopping = True
        self._wake.set()
        if self._runs:
            await asyncio.wait(set(self._runs), timeout=grace)
        for run in self._runs.values():
            run.interrupt(JobHandedBack, grace=GIVE_WAY)
        if self._runs:
            await asyncio.wait(set(self._runs), timeout=LAST_WORDS)
        left = list(self._runs)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)
        if self._worker_id is not None:
            worker_id, self._worker_id = self._worker_id, None
            with contextlib.suppress(Exception):
                async with self._control.begin() as connection:
                    await queries.unregister(connection, worker_id)
        self._lease.revoke()
        self._jobs.waker.forget(self._wake)

    # --- taking jobs ----------------------------------------------------------------------------

    async def _take_jobs(self) -> None:
        pause = self._pace.shortest
        while not self._stopping:
            self._wake.clear()
            try:
                await self.register()
                if await self._take():
                    pause = self._pace.shortest
                    if len(self._runs) == self._concurrency:
                        self._jobs.waker.wake_others()
                    continue
            except Exception as error:
                _report("jobs cannot be taken", error)
                pause = self._pace.longest
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()
                pause = self._pace.shortest
            pause = min(pause * 1.5, self._pace.relaxed if self._jobs.waker.reaches_others else self._pace.longest)

    async def _take(self) -> int:
        """Take what there is, up to the free workers; how many."""
        free = min(self._concurrency - len(self._runs), BATCH)
        if free <= 0 or self._worker_id is None or self._lease.is_over:
            return 0
        worker_id, lease = self._worker_id, self._lease
        async with self._taking:
            async with self._control.connect() as connection:
                taken = await queries.take(connection, worker_id, list(self._jobs.types), free)
            self._start(taken, worker_id, lease)
        return len(taken)

    def _start(self, taken: Sequence[queries.Taken], worker_id: int, lease: Lease) -> None:
        for one in taken:
            run = Run(
                self._database, self._control, self._jobs.types[one.task.job_type], one, worker_id, lease,
                self._metrics, self._pace.grace,
            )  # fmt: skip
            task = asyncio.create_task(run.execute())
            self._runs[task] = run
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._runs[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a run ended in disorder", exc_info=error)
        # There is a free worker.
        self._wake.set()

    async def _skip_delays(self) -> None:
        async with self._control.begin() as connection:
            await queries.skip_delays(connection)

    # --- being known ----------------------------------------------------------------------------

    async def register(self) -> None:
        """Make this worker known, unless it is."""
        async with self._registering:
            if not self._declared:
                async with self._control.begin() as connection:
                    await queries.declare(connection, {name: one.concurrency for name, one in self._jobs.types.items()})
                self._declared = True
            if self._worker_id is None and not self._stopping:
                asked = time.monotonic()
                # Another name each time: the last one may have been noted although nobody told us.
                pool_id, host = secrets.token_hex(12), socket.gethostname()
                async with self._control.begin() as connection:
                    worker_id = await queries.register(connection, pool_id, host, os.getpid(), self._concurrency)
                self._lease = Lease(asked + self._pace.lease * self._pace.caution)
                self._worker_id = worker_id
                self._metrics.pool = pool_id

    async def _renew(self) -> None:
        """Say that this worker lives; if it was taken for dead its jobs are no longer its own."""
        if self._worker_id is None:
            return
        asked = time.monotonic()
        # An answer that does not come is given up in time for another attempt.
        async with asyncio.timeout(self._pace.heartbeat), self._control.connect() as connection:
            known = await queries.beat(connection, self._worker_id)
        if known and not self._lease.is_over:
            self._lease.end = max(self._lease.end, asked + self._pace.lease * self._pace.caution)
        else:
            self._lost()

    def _lost(self) -> None:
        """Give up what another may have, or soon will; then this process is a new worker."""
        log.warning("this worker was not heard of in time: its jobs are given up", jobs=len(self._runs))
        self._lease.revoke()
        self._worker_id = None
        for run in self._runs.values():
            run.interrupt(JobLost)

    async def _guard(self) -> None:
        """Give up what may soon be another's. Waits for nothing but the clock, least of all for the database."""
        while True:
            if self._worker_id is not None and self._lease.is_over:
                self._lost()
            left = self._lease.end - time.monotonic()
            await asyncio.sleep(left if 0.0 < left < self._pace.watch else self._pace.watch)

    async def _watch(self) -> None:
        """Pass on requests to stop."""
        if self._worker_id is None or not self._runs:
            return
        async with self._control.connect() as connection:
            stopped = set(await queries.stopped(connection, self._worker_id))
        for run in self._runs.values():
            if run.task_id in stopped:
                run.interrupt(JobStopped)

    async def _recover(self) -> None:
        await self._give_back_strays()
        async with self._control.connect() as connection:
            recovered = await queries.recover(connection, self._pace.lease)
        if recovered:
            self._metrics.recovered += recovered
            log.warning("jobs of lost workers were taken over", count=recovered)
            self._wake.set()

    async def _give_back_strays(self) -> None:
        """Give back jobs this worker was given in an answer that never reached it."""
        worker_id = self._worker_id
        if worker_id is None:
            return
        async with self._taking, self._control.connect() as connection:
            running = await queries.running(connection, worker_id)
            known = {run.task_id for run in self._runs.values()}
            for task_id, run_count in running:
                if task_id not in known:
                    await queries.finish(connection, (task_id, run_count, worker_id), Status.PENDING, "", 0.0)

    @contextlib.asynccontextmanager
    async def _looking_after(self) -> AsyncIterator[None]:
        """While this is open the worker tells that it lives, and looks after its jobs and after those of lost ones."""
        others = [
            asyncio.create_task(self._again_and_again(step, pause))
            for step, pause in (
                (self._watch, self._pace.watch),
                (self._renew, self._pace.heartbeat),
                (self._recover, self._pace.recover),
            )
        ]
        others.append(asyncio.create_task(self._guard()))
        try:
            yield
        finally:
            for task in others:
                task.cancel()
            # Not gathered: a cancellation of the gathering would reach them a second time.
            await asyncio.wait(others)

    async def _again_and_again(self, step: Callable[[], Awaitable[None]], pause: float) -> None:
        while True:
            try:
                await step()
            except Exception as error:
                _report("the workers have trouble", error)
            await asyncio.sleep(pause)


def _report(what: str, error: Exception) -> None:
    if isinstance(error, ServiceUnavailable):
        log.warning(what, error=error.message)
    else:
        log.error(what, exc_info=error)
