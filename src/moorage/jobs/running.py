"""One run of a task: the job, what may interrupt it, and how it ends."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import structlog

from moorage.database.engine import Database
from moorage.errors import MoorageError, ServiceUnavailable
from moorage.jobs import queue_queries
from moorage.jobs.context import JobContext, Lease
from moorage.jobs.logs import JobLog
from moorage.jobs.metrics import JobMetrics
from moorage.jobs.models import (
    Interrupted,
    JobFailed,
    JobHandedBack,
    JobLost,
    JobStopped,
    JobTimedOut,
    JobType,
    Retry,
    Status,
)
from moorage.jobs.queue_queries import Taken

log = structlog.get_logger(__name__)

#: Seconds before a job is tried again that lost its database; that is not its failure.
LOST_DELAY = 5.0

#: Characters of a message kept with a task; the log has all of it.
MESSAGE = 2_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. Scheduled: to be tried again after ``delay``; Pending: given back, or lost if with a delay."""

    status: Status
    message: str = ""
    delay: float = 0.0


class Run:
    """A task that this process runs."""

    def __init__(
        self,
        database: Database,
        control: Database,
        job_type: JobType,
        taken: Taken,
        worker_id: int,
        lease: Lease,
        metrics: JobMetrics,
        grace: float,
    ) -> None:
        """``control`` has the workers' connections; ``grace``: seconds between asking a job and cutting it off."""
        self.task_id = taken.task.id
        self._control = control
        self._job_type = job_type
        self._taken = taken
        self._worker_id = worker_id
        self._lease = lease
        self._metrics = metrics
        self._grace = grace
        self._log = JobLog(control, self._key, taken.log_size)
        self._context = JobContext(
            database, taken.task, taken.execution, taken.failures + 1, worker_id, self._log, lease
        )
        self._job: asyncio.Task[None] | None = None

    @property
    def _key(self) -> tuple[int, int, int]:
        return self._taken.task.id, self._taken.task.run_count, self._worker_id

    def interrupt(self, reason: type[Interrupted], grace: float | None = None) -> None:
        """Ask the job to end; some time later it is cut off, wherever it is."""
        if self._context.reason in (reason, JobLost):
            return
        self._context.interrupt(reason)
        wait = (0.0 if reason is JobLost else self._grace) if grace is None else grace
        asyncio.get_running_loop().call_later(wait, self._cut_off)

    def _cut_off(self) -> None:
        # Again and again: a job that is cleaning up may take one for the whole matter.
        if self._job is not None and not self._job.done():
            self._job.cancel()
            asyncio.get_running_loop().call_later(max(self._grace, 0.1), self._cut_off)

    async def execute(self) -> None:
        """Run the job and note how it ended."""
        begun = time.monotonic()
        outcome = Outcome(Status.STOPPED) if self._taken.stop_requested else await self._perform()
        await self._log.close()
        if outcome is not None and await self._finish(outcome):
            self._metrics.ended(self._job_type.name, outcome.status, time.monotonic() - begun)

    async def _perform(self) -> Outcome | None:
        """None: the run is not this worker's any more."""
        loop = asyncio.get_running_loop()
        limit = loop.call_later(self._job_type.time_limit, self.interrupt, JobTimedOut)
        self._job = asyncio.create_task(self._run())
        try:
            await asyncio.wait({self._job})
        except asyncio.CancelledError:
            self._job.cancel()
            await asyncio.wait({self._job})
            raise
        finally:
            limit.cancel()
        return self._outcome(self._job)

    async def _run(self) -> None:
        await self._job_type.run(self._context)

    def _outcome(self, job: asyncio.Task[None]) -> Outcome | None:
        error: BaseException | None
        if job.cancelled():
            reason = self._context.reason or JobFailed
            error = reason(reason.__doc__)
        else:
            error = job.exception()
        if error is None:
            return Outcome(Status.SUCCESS)
        if isinstance(error, JobLost):
            log.warning("a job was given to another worker", task=self.task_id, job_type=self._job_type.name)
            return None
        if isinstance(error, JobHandedBack):
            self._log.write("this process stops: another one goes on", "WARNING")
            return Outcome(Status.PENDING)
        if isinstance(error, JobStopped):
            self._log.write("the job was stopped", "WARNING")
            return Outcome(Status.STOPPED)
        return self._failed(error)

    def _failed(self, error: BaseException) -> Outcome:
        told = isinstance(error, MoorageError | JobFailed | Retry | JobTimedOut)
        message = (str(error) or (type(error).__doc__ or "")) if told else f"{type(error).__name__}: {error}"
        message = message.replace("\0", "")[:MESSAGE]
        if not told:
            log.error("a job failed", task=self.task_id, job_type=self._job_type.name, exc_info=error)
        if isinstance(error, ServiceUnavailable):
            self._log.write(f"{message}: the job is tried again", "WARNING")
            return Outcome(Status.PENDING, message, LOST_DELAY)
        attempt = self._taken.failures + 1
        if isinstance(error, JobFailed) or attempt >= self._job_type.attempts:
            self._log.write(message, "ERROR")
            return Outcome(Status.ERROR, message)
        delay = error.delay if isinstance(error, Retry) and error.delay is not None else self._job_type.delay(attempt)
        self._log.write(
            f"{message} (attempt {attempt} of {self._job_type.attempts}; the next is in {delay:g} s)", "ERROR"
        )
        return Outcome(Status.SCHEDULED, message, delay)

    async def _finish(self, outcome: Outcome) -> bool:
        """Whether it was noted; the database is waited for as long as the worker is not taken for dead."""
        pause = 0.1
        while True:
            try:
                async with self._control.connect() as connection:
                    noted = await queue_queries.finish(
                        connection, self._key, outcome.status, outcome.message, outcome.delay
                    )
                if not noted:
                    log.warning("the end of a run came too late", task=self.task_id, job_type=self._job_type.name)
                return noted
            except Exception as error:
                log.warning("the end of a run cannot be noted", task=self.task_id, error=str(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)
