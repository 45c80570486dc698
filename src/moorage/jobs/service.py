"""Executions and tasks: started in the transaction of what caused them, looked at, stopped; queues and workers."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.engine import Database, on_commit
from moorage.errors import NotFound
from moorage.jobs import log_queries, queries, queue_queries
from moorage.jobs.lists import Filters, Sort, list_query
from moorage.jobs.models import (
    SCHEDULER,
    BusyWorker,
    Execution,
    JobType,
    NewExecution,
    NewTask,
    Queue,
    QueueState,
    Status,
    Task,
    Trigger,
    WorkerPool,
)
from moorage.jobs.wake import Waker

#: Pieces of a log read at once.
LOG_PIECES = 20

#: Waiting tasks stopped in one transaction.
STOP_BATCH = 5_000

_encode = msgspec.json.Encoder().encode


class JobService:
    """What runs beside requests, as whoever starts and watches it sees it."""

    def __init__(self, database: Database, waker: Waker | None = None) -> None:
        self._database = database
        self.waker = waker or Waker()
        self._types: dict[str, JobType] = {}

    def register(self, job_type: JobType) -> None:
        """Make a job type known; before the workers start.

        Raises:
            ValueError: there is one of that name.
        """
        if job_type.name in self._types or job_type.name == SCHEDULER:
            raise ValueError(f"the job type {job_type.name} is there already")
        self._types[job_type.name] = job_type

    @property
    def types(self) -> Mapping[str, JobType]:
        """Every known job type by name."""
        return self._types

    # --- starting -------------------------------------------------------------------------------

    async def start(
        self,
        connection: AsyncConnection,
        vendor_type: str,
        vendor_id: int,
        trigger: Trigger,
        tasks: Sequence[NewTask],
        extra_attrs: Mapping[str, Any] | None = None,
    ) -> int:
        """Start an execution in the caller's transaction; its id. Nothing runs before the commit.

        Without a task it stays Running until ``add_tasks`` brings some, or ``finish`` ends it.
        """
        on_commit(connection, self.waker.wake)
        return await queries.start(
            connection, vendor_type, vendor_id, trigger, _json(extra_attrs), _encode(self._rows(tasks)).decode()
        )

    async def start_all(self, connection: AsyncConnection, executions: Sequence[NewExecution]) -> list[int]:
        """As ``start`` for many, in one round trip; their ids in the same order."""
        if not executions:
            return []
        on_commit(connection, self.waker.wake)
        rows = [
            {
                "vendor_type": one.vendor_type,
                "vendor_id": one.vendor_id,
                "trigger": one.trigger,
                "extra_attrs": dict(one.extra_attrs),
                "tasks": self._rows(one.tasks),
            }
            for one in executions
        ]
        return await queries.start_all(connection, _encode(rows).decode())

    async def add_tasks(self, connection: AsyncConnection, execution_id: int, tasks: Sequence[NewTask]) -> list[int]:
        """Add tasks to an execution in the caller's transaction; their ids. One that had ended runs again.

        Raises:
            NotFound: there is no such execution.
        """
        on_commit(connection, self.waker.wake)
        added = await queries.add(connection, execution_id, _encode(self._rows(tasks)).decode())
        if added is None:
            raise NotFound(f"execution {execution_id} not found")
        return added

    async def finish(
        self, connection: AsyncConnection, execution_id: int, status: Status = Status.SUCCESS, message: str = ""
    ) -> None:
        """End an execution that has nothing to do (no open task), in the caller's transaction."""
        await queries.finish_execution(connection, execution_id, status, message)

    def _rows(self, tasks: Sequence[NewTask]) -> list[dict[str, Any]]:
        return [
            {
                "job_type": task.job_type,
                "job_id": secrets.token_hex(12),
                "priority": self._types[task.job_type].priority if task.job_type in self._types else 0,
                "delay": task.delay,
                "parameters": dict(task.parameters),
                "extra_attrs": dict(task.extra_attrs),
            }
            for task in tasks
        ]

    # --- stopping -------------------------------------------------------------------------------

    async def stop(self, execution_id: int) -> None:
        """Stop every task of an execution: one that waits at once, one that runs within two seconds."""
        async with self._database.begin() as connection:
            await queries.stop_execution(connection, execution_id)

    async def stop_task(self, task_id: int) -> None:
        """Stop one task, as ``stop``."""
        async with self._database.begin() as connection:
            await queries.stop_task(connection, task_id)

    async def stop_job(self, job_id: str) -> None:
        """Stop the task of that name.

        Raises:
            NotFound: there is none.
        """
        await self.stop_task((await self.job(job_id)).id)

    # --- looking --------------------------------------------------------------------------------

    async def execution(self, execution_id: int) -> Execution:
        """One execution.

        Raises:
            NotFound: there is none.
        """
        async with self._database.connect() as connection:
            found = await queries.find_execution(connection, execution_id)
        if found is None:
            raise NotFound(f"execution {execution_id} not found")
        return found

    async def task(self, task_id: int) -> Task:
        """One task.

        Raises:
            NotFound: there is none.
        """
        async with self._database.connect() as connection:
            found = await queries.find_task(connection, queries.by_id(task_id))
        if found is None:
            raise NotFound(f"task {task_id} not found")
        return found

    async def job(self, job_id: str) -> Task:
        """The task the job service knows by that name.

        Raises:
            NotFound: there is none.
        """
        async with self._database.connect() as connection:
            found = await queries.find_task(connection, queries.by_job(job_id))
        if found is None:
            raise NotFound(f"job {job_id} not found")
        return found

    async def executions(
        self,
        vendor_type: str,
        vendor_id: int | None,
        *,
        filters: Filters = None,
        sort: Sort = None,
        offset: int = 0,
        limit: int = 10,
    ) -> tuple[int, list[Execution]]:
        """How many executions there are, and a page of them, the newest first; ``limit`` 0: all."""
        async with self._database.connect() as connection:
            query = list_query(filters, sort)
            return await queries.list_executions(connection, vendor_type, vendor_id, query, offset, limit)

    async def tasks(
        self,
        execution_id: int,
        *,
        filters: Filters = None,
        sort: Sort = None,
        offset: int = 0,
        limit: int = 10,
    ) -> tuple[int, list[Task]]:
        """How many tasks an execution has, and a page of them, the newest first; ``limit`` 0: all."""
        async with self._database.connect() as connection:
            return await queries.list_tasks(connection, execution_id, list_query(filters, sort), offset, limit)

    async def is_running(self, vendor_type: str, vendor_id: int) -> bool:
        """Whether an execution of something has not ended."""
        async with self._database.connect() as connection:
            return await queries.is_running(connection, vendor_type, vendor_id)

    async def log(self, task_id: int) -> AsyncIterator[str]:
        """What a task has logged until now, in pieces."""
        after = 0
        while True:
            async with self._database.connect() as connection:
                pieces = await log_queries.read(connection, task_id, after, LOG_PIECES)
            for _, lines in pieces:
                yield lines
            if len(pieces) < LOG_PIECES:
                return
            after = pieces[-1][0]

    async def job_log(self, job_id: str) -> AsyncIterator[str]:
        """As ``log``, for the job service's name.

        Raises:
            NotFound: there is no such job.
        """
        found = await self.job(job_id)
        async for lines in self.log(found.id):
            yield lines

    # --- queues and workers (H row 99) ----------------------------------------------------------

    async def queues(self) -> list[Queue]:
        """The queue of each job type, by name."""
        async with self._database.connect() as connection:
            return await queue_queries.queues(connection)

    async def state(self, connection: AsyncConnection) -> QueueState:
        """What waits and runs, for metrics: two statements."""
        scheduled, running = await queue_queries.state(connection)
        return QueueState(await queue_queries.queues(connection), scheduled, running)

    async def pause(self, names: Sequence[str]) -> None:
        """Take no more jobs from queues; ``scheduler`` fires no more schedules. What runs goes on."""
        async with self._database.begin() as connection:
            await queue_queries.pause(connection, names, paused=True)

    async def resume(self, names: Sequence[str]) -> None:
        """Undo ``pause``."""
        async with self._database.begin() as connection:
            await queue_queries.pause(connection, names, paused=False)
        self.waker.wake()

    async def stop_queues(self, names: Sequence[str]) -> int:
        """Stop every task that waits in queues; how many there were."""
        stopped = 0
        while True:
            async with self._database.begin() as connection:
                batch = await queue_queries.stop_waiting(connection, names, STOP_BATCH)
            stopped += batch
            if batch < STOP_BATCH:
                return stopped

    async def is_paused(self, name: str = SCHEDULER) -> bool:
        """Whether a queue is paused; without a name: the schedules."""
        async with self._database.connect() as connection:
            return await queue_queries.is_paused(connection, name)

    async def pools(self) -> list[WorkerPool]:
        """The processes that run jobs."""
        async with self._database.connect() as connection:
            return await queue_queries.pools(connection)

    async def workers(self, pool_id: str | None = None) -> list[BusyWorker]:
        """What the workers of a pool, or of all, are running."""
        async with self._database.connect() as connection:
            return await queue_queries.busy(connection, pool_id)

    async def silence(self) -> float | None:
        """Seconds since any worker was heard of; None: there is none."""
        async with self._database.connect() as connection:
            return await queue_queries.silence(connection)


def _json(value: Mapping[str, Any] | None) -> str:
    return _encode(dict(value or {})).decode()
