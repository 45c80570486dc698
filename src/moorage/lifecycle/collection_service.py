"""Use cases on garbage collection: running it as a job, its schedule, its history, and what it deleted."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from moorage.database.engine import Database
from moorage.database.listing import ListQuery
from moorage.errors import MoorageError
from moorage.jobs.context import JobContext
from moorage.jobs.models import Execution, JobType, Schedule
from moorage.jobs.recurring import RecurringJob
from moorage.jobs.schedules import ScheduleService
from moorage.jobs.service import JobService
from moorage.lifecycle import collection_runs as runs
from moorage.lifecycle.collection import Collector
from moorage.lifecycle.collection_metrics import CollectionMetrics
from moorage.lifecycle.collection_models import JOB_TYPE, Backlog, Item, Options, Rules, Run
from moorage.settings import Settings
from moorage.storage.protocol import BlobStore

#: Seconds between two looks at the notes: what is needed is not noted for longer.
PRUNE_INTERVAL = 600.0

#: Seconds between two looks at what waits, for metrics.
MEASURE_INTERVAL = 30.0

#: Harbor's names in the list of runs, and ours.
_KEYS = {"creation_time": "start_time", "job_status": "status", "job_kind": "trigger"}


def rules_of(settings: Settings) -> Rules:
    """What the settings say."""
    collection = settings.collection
    return Rules(
        window=timedelta(hours=collection.window_hours),
        retention=timedelta(days=settings.trash.retention_days),
        untagged_age=timedelta(hours=collection.untagged_age_hours),
        rate=collection.rate,
    )


class CollectionService:
    """Collections by the id of their execution."""

    def __init__(
        self,
        database: Database,
        store: BlobStore,
        jobs: JobService,
        schedules: ScheduleService,
        rules: Rules,
        metrics: CollectionMetrics | None = None,
    ) -> None:
        self._database = database
        self._rules = rules
        self._collector = Collector(database, store, rules)
        self._job = RecurringJob(database, jobs, schedules, JOB_TYPE)
        self._metrics = metrics or CollectionMetrics()

    # --- running --------------------------------------------------------------------------------

    def job_type(self) -> JobType:
        """The job; one at a time, and after a kill or an outage of the storage it goes on."""
        return JobType(JOB_TYPE, self._run, concurrency=1, attempts=3)

    async def _run(self, context: JobContext) -> None:
        progress = _JobProgress(context)
        await self._collector.run(Options.of(context.parameters), progress, context.execution.id)

    async def upkeep(self) -> None:
        """Keep the notes few and the metrics true, until cancelled; any number of processes may."""
        pruned = -PRUNE_INTERVAL * random.random()
        loop = asyncio.get_running_loop()
        while True:
            try:
                self._metrics.backlog = await self.backlog()
                if loop.time() - pruned >= PRUNE_INTERVAL:
                    await self._collector.prune()
                    pruned = loop.time()
            except MoorageError:
                pass  # the next time
            await asyncio.sleep(MEASURE_INTERVAL * random.uniform(0.5, 1.5))

    # --- use cases ------------------------------------------------------------------------------

    def parameters(self, options: Options) -> dict[str, Any]:
        """As a run shows them."""
        hours = self._rules.window.total_seconds() / 3600
        return {
            **options.shown,
            "dry_run": options.dry_run,
            "time_window": int(hours) if hours.is_integer() else hours,
        }

    async def start(self, options: Options) -> int:
        """Collect as soon as a worker is free; the id of the execution."""
        return await self._job.run(self.parameters(options))

    async def schedule(self, kind: str, cron: str, options: Options) -> None:
        """Collect by this schedule from now on, instead of the one before."""
        await self._job.schedule(kind, cron, self.parameters(options))

    async def unschedule(self) -> None:
        """Collect by hand only."""
        await self._job.unschedule()

    async def scheduled(self) -> Schedule | None:
        """The schedule, if there is one."""
        return await self._job.scheduled()

    async def executions(self, query: ListQuery) -> tuple[int, list[Execution]]:
        """How many collections there were, and a page of them, the latest first."""
        renamed = replace(
            query,
            filters=tuple((_KEYS.get(key, key), value) for key, value in query.filters),
            order=tuple(replace(order, key=_KEYS.get(order.key, order.key)) for order in query.order),
        )
        return await self._job.executions(renamed)

    async def execution(self, execution_id: int) -> Execution:
        """One collection.

        Raises:
            NotFound: there is none.
        """
        return await self._job.execution(execution_id)

    async def numbers(self, executions: Sequence[Execution]) -> Mapping[int, Run]:
        """What collections did so far; none for one that has not begun, or was long ago."""
        async with self._database.connect() as connection:
            return await runs.of_executions(connection, [execution.id for execution in executions])

    async def items(self, execution_id: int, query: ListQuery) -> tuple[int, list[Item]]:
        """How many things a collection deleted, or would have, and a page of them.

        Raises:
            NotFound: there is no such collection.
        """
        run = (await self.numbers([await self.execution(execution_id)])).get(execution_id)
        if run is None:
            return 0, []
        async with self._database.connect() as connection:
            return await runs.items(connection, run.run_id, query)

    async def stop(self, execution_id: int) -> None:
        """Stop a collection, if it has not ended; what it has deleted is gone.

        Raises:
            NotFound: there is none.
        """
        await self._job.stop(execution_id)

    async def log(self, execution_id: int) -> AsyncIterator[str]:
        """What a collection has logged so far.

        Raises:
            NotFound: there is none.
        """
        return await self._job.log(execution_id)

    async def backlog(self) -> Backlog:
        """What waits to be collected, and how the last collection went."""
        async with self._database.connect() as connection:
            return await runs.backlog(connection, self._rules.retention)


class _JobProgress:
    """A job's context; its numbers are those of the execution."""

    def __init__(self, context: JobContext) -> None:
        self._context = context

    async def log(self, message: str, level: str = "INFO") -> None:
        await self._context.log(message, level)

    async def checkpoint(self) -> None:
        await self._context.checkpoint()

    async def update(self, **extra_attrs: Any) -> None:
        await self._context.update_execution(**extra_attrs)
