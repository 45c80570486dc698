"""What the role jobservice runs in each of its processes: workers, and the ticker of schedules."""

from __future__ import annotations

import asyncio
import contextlib

from moorage.database.engine import Database
from moorage.errors import MoorageError, ServiceUnavailable
from moorage.jobs import sweep
from moorage.jobs.metrics import JobMetrics
from moorage.jobs.schedules import Ticker
from moorage.jobs.service import JobService
from moorage.jobs.worker import PACE, Pace, Worker
from moorage.settings import DatabaseSettings

#: Connections of a process for its workers' own needs.
CONTROL_POOL = 2

#: Seconds the loops may take to end by themselves.
END_TIMEOUT = 2.0

#: Seconds without a sign of any worker after which there is none.
SILENCE = 60.0


def share(concurrency: int, workers: int, number: int) -> int:
    """Jobs that the ``number``-th of a server's processes (from 1) runs at once: all together ``concurrency``."""
    return concurrency // workers + (number <= concurrency % workers)


class JobEngine:
    """Runs jobs and fires schedules in this process."""

    def __init__(
        self,
        database: Database,
        jobs: JobService,
        settings: DatabaseSettings,
        database_url: str | None,
        *,
        concurrency: int,
        metrics: JobMetrics | None = None,
        pace: Pace = PACE,
    ) -> None:
        """``concurrency`` 0: this process only fires schedules, others run the jobs."""
        self._control = Database(settings.model_copy(update={"pool_size": CONTROL_POOL}), database_url)
        self._jobs = jobs
        self._ticker = Ticker(self._control, jobs, {sweep.NAME: sweep.CRON})
        self._worker = (
            Worker(database, jobs, control=self._control, concurrency=concurrency, metrics=metrics, pace=pace)
            if concurrency
            else None
        )
        self._working: asyncio.Task[None] | None = None
        self._ticking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Work from now on."""
        await self._control.open()
        if self._worker is not None:
            # Without a database yet the worker makes itself known later.
            with contextlib.suppress(MoorageError):
                await self._worker.register()
            self._working = asyncio.create_task(self._worker.run())
        self._ticking = asyncio.create_task(self._ticker.run())

    async def close(self, grace: float) -> None:
        """Stop; running jobs may go on for ``grace`` seconds, then others continue them."""
        if self._ticking is not None:
            self._ticking.cancel()
        if self._worker is not None and self._working is not None:
            await self._worker.stop(grace)
        tasks = [task for task in (self._ticking, self._working) if task is not None]
        if tasks:
            # Cancelled once at most: a second time would leave connections behind.
            _, late = await asyncio.wait(tasks, timeout=END_TIMEOUT)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        self._ticking = self._working = None
        await self._control.close()

    async def check(self) -> None:
        """The workers and the ticker of this process are at work.

        Raises:
            ServiceUnavailable: they are not.
        """
        needed = [self._ticking] if self._worker is None else [self._ticking, self._working]
        if any(task is None or task.done() for task in needed):
            raise ServiceUnavailable("the job workers of this process have ended")
        if self._worker is not None and not self._worker.is_working:
            raise ServiceUnavailable("the job workers of this process are not known to the database")


async def check_elsewhere(jobs: JobService) -> None:
    """For a process without the role: some worker is at work.

    Raises:
        ServiceUnavailable: none was heard of lately.
    """
    silence = await jobs.silence()
    if silence is None or silence > SILENCE:
        raise ServiceUnavailable("no job worker was heard of lately")
