"""Schedules, and the ticker that fires them: each run once, whatever the number of replicas.

Whoever holds the lock of a schedule's row fires it, in the transaction that also moves it to its next run. So a kill
at any point leaves it either fired or still due.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.engine import Database
from moorage.database.listing import Filter, ListQuery, Order
from moorage.errors import ServiceUnavailable
from moorage.jobs import schedule_queries as queries
from moorage.jobs.cron import next_run, normalized
from moorage.jobs.lists import list_query
from moorage.jobs.models import SYSTEM, NewTask, Schedule, Trigger
from moorage.jobs.service import JobService

log = structlog.get_logger(__name__)

#: Seconds between two looks.
INTERVAL = 1.0

#: A run that is later than this was missed.
MISSED = timedelta(seconds=60)

_encode = msgspec.json.Encoder().encode


class ScheduleService:
    """What is done when."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(
        self,
        connection: AsyncConnection,
        vendor_type: str,
        vendor_id: int,
        kind: str,
        cron: str,
        parameters: Mapping[str, Any],
        extra_attrs: Mapping[str, Any] | None = None,
        catch_up: bool = True,
    ) -> Schedule:
        """Make the schedule of ``(vendor_type, vendor_id)``, or replace it, in the caller's transaction.

        An empty ``cron`` makes one that never runs.

        Raises:
            BadRequest: the cron line is none.
        """
        line = normalized(cron) if cron else ""
        moment = next_run(line, await queries.now(connection)) if line else None
        values = (
            vendor_type, vendor_id, kind, line, _encode(dict(parameters)).decode(),
            _encode(dict(extra_attrs or {})).decode(), catch_up,
        )  # fmt: skip
        return await queries.put(connection, values, moment)

    async def get(self, vendor_type: str, vendor_id: int) -> Schedule | None:
        """The schedule of something, if it has one."""
        async with self._database.connect() as connection:
            return await queries.find(connection, queries.of_vendor(vendor_type, vendor_id))

    async def remove(self, connection: AsyncConnection, vendor_type: str, vendor_id: int) -> None:
        """Take the schedule of something away, in the caller's transaction."""
        await queries.remove(connection, vendor_type, vendor_id)

    async def all(
        self,
        *,
        filters: Mapping[str, Any | Filter] | ListQuery | None = None,
        sort: str | Sequence[Order] | None = None,
        offset: int = 0,
        limit: int = 0,
    ) -> tuple[int, list[Schedule]]:
        """How many schedules there are, and a page of them, by id unless sorted; ``limit`` 0: all."""
        async with self._database.connect() as connection:
            return await queries.all_schedules(connection, list_query(filters, sort), offset, limit)


class Ticker:
    """Fires the schedules that are due."""

    def __init__(self, database: Database, jobs: JobService, own: Mapping[str, str] | None = None) -> None:
        """``own``: cron lines by job type of what the job service does for itself, system-wide."""
        self._database = database
        self._jobs = jobs
        self._own = own or {}

    async def run(self) -> None:
        """Fire until cancelled, whatever happens to the database meanwhile."""
        ensured = False
        while True:
            try:
                if not ensured:
                    await self.ensure()
                    ensured = True
                await self.tick()
            except ServiceUnavailable as error:
                log.warning("schedules cannot be read", error=error.message)
            except Exception:
                log.exception("schedules cannot be fired")
            await asyncio.sleep(INTERVAL * random.uniform(0.7, 1.0))

    async def tick(self) -> int:
        """Fire what is due; how many."""
        fired = 0
        while await self._fire_next():
            fired += 1
        return fired

    async def ensure(self) -> None:
        """Make the job service's own schedules, unless they are there."""
        async with self._database.begin() as connection:
            moment = await queries.now(connection)
            for name, cron in self._own.items():
                await queries.ensure(connection, name, SYSTEM, "Custom", cron, next_run(cron, moment))

    async def _fire_next(self) -> bool:
        """Whether there was one."""
        failed: Schedule | None = None
        try:
            async with self._database.begin() as connection:
                due = await queries.take_due(connection)
                if due is None:
                    return False
                failed = due.schedule
                if not _is_skipped(due.schedule, due.now):
                    await self._fire(connection, due.schedule)
                await queries.advance(connection, due.schedule.id, _following(due.schedule, due.now))
            return True
        except ServiceUnavailable:
            raise
        except Exception as error:
            if failed is None:
                raise
            log.error("a schedule failed", vendor_type=failed.vendor_type, vendor_id=failed.vendor_id, exc_info=error)
            async with self._database.begin() as connection:
                await queries.postpone(connection, failed)
            return True

    async def _fire(self, connection: AsyncConnection, due: Schedule) -> None:
        job_type = self._jobs.types.get(due.vendor_type)
        if job_type is not None and job_type.on_schedule is not None:
            await job_type.on_schedule(connection, due)
            return
        task = NewTask(due.vendor_type, due.parameters)
        await self._jobs.start(connection, due.vendor_type, due.vendor_id, Trigger.SCHEDULE, [task], due.extra_attrs)


def _is_skipped(due: Schedule, now: datetime) -> bool:
    return not due.catch_up and due.next_run is not None and now - due.next_run > MISSED


def _following(due: Schedule, now: datetime) -> datetime | None:
    return next_run(due.cron, now) if due.cron else None
