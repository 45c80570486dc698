"""What a running job is given."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.engine import Database
from moorage.jobs import queries
from moorage.jobs.models import Execution, Interrupted, JobLost, Object, Task

if TYPE_CHECKING:
    from moorage.jobs.logs import JobLog

_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Lease:
    """Until when (by the monotonic clock) nobody else takes this worker's jobs. A worker renews it by its heartbeat."""

    end: float = 0.0

    @property
    def is_over(self) -> bool:
        """The worker may be taken for dead."""
        return time.monotonic() >= self.end

    def revoke(self) -> None:
        """The worker has been taken for dead."""
        self.end = 0.0


class JobContext:
    """A run of a task, as the job sees it."""

    def __init__(
        self,
        database: Database,
        task: Task,
        execution: Execution,
        attempt: int,
        worker_id: int,
        log: JobLog,
        lease: Lease,
    ) -> None:
        self.task = task
        self.execution = execution
        #: 1 for the first; a run that was lost or handed back does not count.
        self.attempt = attempt
        self._database = database
        self._run = (task.id, task.run_count, worker_id)
        self._log = log
        self._lease = lease
        self._reason: type[Interrupted] | None = None

    @property
    def parameters(self) -> Object:
        """Of the task."""
        return self.task.parameters

    async def log(self, message: str, level: str = "INFO") -> None:
        """Add a line to the task's log. Never fails, and waits for nothing."""
        self._log.write(message, level)

    async def checkpoint(self) -> None:
        """To be called between steps; asks nobody.

        Raises:
            JobStopped: somebody asked for it.
            JobTimedOut: it ran for too long.
            JobLost: another worker may have it.
            JobHandedBack: this process stops.
        """
        self.check()
        await asyncio.sleep(0)

    def check(self) -> None:
        """As ``checkpoint``, without letting others run."""
        if self._reason is not None:
            raise self._reason(self._reason.__doc__)
        if self._lease.is_over:
            raise JobLost(JobLost.__doc__)

    async def update(self, **extra_attrs: Any) -> None:
        """Add to the task's ``extra_attrs``: progress, results. Seen at once.

        Raises:
            JobLost: another worker has the task.
        """
        async with self._database.connect() as connection:
            kept = await queries.merge_task(connection, self._run, _encode(extra_attrs).decode())
        self._require(kept)

    async def update_execution(self, **extra_attrs: Any) -> None:
        """As ``update``, for the execution's ``extra_attrs``."""
        async with self._database.connect() as connection:
            kept = await queries.merge_execution(connection, self._run, _encode(extra_attrs).decode())
        self._require(kept)

    async def hold(self, connection: AsyncConnection) -> None:
        """Make a transaction of the job's one that only the worker which has the task can commit.

        For what must not happen twice even if this process was frozen for minutes and another went on with the job.

        Raises:
            JobLost: another worker has the task.
        """
        self._require(await queries.hold(connection, self._run))

    def interrupt(self, reason: type[Interrupted]) -> None:
        """Have the next ``checkpoint`` raise; the worker calls it."""
        self._reason = reason

    @property
    def reason(self) -> type[Interrupted] | None:
        """Why it must not go on, if it must not."""
        return self._reason

    def _require(self, kept: bool) -> None:
        if not kept:
            raise JobLost(JobLost.__doc__)
