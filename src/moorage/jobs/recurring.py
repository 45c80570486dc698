"""A kind of job the system has one of: run by hand or by its one schedule, such as garbage collection."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from moorage.database.engine import Database
from moorage.database.listing import ListQuery
from moorage.errors import NotFound
from moorage.jobs.models import SYSTEM, Execution, NewTask, Schedule, Trigger
from moorage.jobs.schedules import ScheduleService
from moorage.jobs.service import JobService


class RecurringJob:
    """Runs, history and schedule of one type of job."""

    def __init__(self, database: Database, jobs: JobService, schedules: ScheduleService, vendor_type: str) -> None:
        self._database = database
        self._jobs = jobs
        self._schedules = schedules
        self.vendor_type = vendor_type

    async def run(self, parameters: Mapping[str, Any]) -> int:
        """Run it once, as soon as a worker is free; the id of the execution."""
        async with self._database.begin() as connection:
            return await self._jobs.start(
                connection,
                self.vendor_type,
                SYSTEM,
                Trigger.MANUAL,
                [NewTask(self.vendor_type, parameters)],
                dict(parameters),
            )

    async def schedule(self, kind: str, cron: str, parameters: Mapping[str, Any]) -> None:
        """Run it by this schedule from now on, instead of the one before."""
        async with self._database.begin() as connection:
            await self._schedules.put(connection, self.vendor_type, SYSTEM, kind, cron, parameters, parameters)

    async def unschedule(self) -> None:
        """Run it by hand only."""
        async with self._database.begin() as connection:
            await self._schedules.remove(connection, self.vendor_type, SYSTEM)

    async def scheduled(self) -> Schedule | None:
        """The schedule, if there is one."""
        return await self._schedules.get(self.vendor_type, SYSTEM)

    async def executions(self, query: ListQuery) -> tuple[int, list[Execution]]:
        """How many runs there are, and a page of them, the latest first."""
        return await self._jobs.executions(
            self.vendor_type, SYSTEM, filters=query, offset=query.offset, limit=query.limit or 0
        )

    async def execution(self, execution_id: int) -> Execution:
        """One run.

        Raises:
            NotFound: there is none with this id, or it is of another type.
        """
        execution = await self._jobs.execution(execution_id)
        if execution.vendor_type != self.vendor_type:
            raise NotFound(f"execution {execution_id} not found")
        return execution

    async def stop(self, execution_id: int) -> None:
        """Stop a run, if it has not ended.

        Raises:
            NotFound: there is none with this id, or it is of another type.
        """
        await self._jobs.stop((await self.execution(execution_id)).id)

    async def log(self, execution_id: int) -> AsyncIterator[str]:
        """The log of a run so far.

        Raises:
            NotFound: there is no such run.
        """
        await self.execution(execution_id)
        _, tasks = await self._jobs.tasks(execution_id, limit=1)
        if not tasks:
            raise NotFound(f"execution {execution_id} not found")
        return self._jobs.log(tasks[0].id)
