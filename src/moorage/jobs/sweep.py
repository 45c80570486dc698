"""Keeps the history short: of each vendor the newest executions stay, as many as its job type says (H row 98)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.driver import fetch_all
from moorage.database.engine import Database
from moorage.jobs.context import JobContext
from moorage.jobs.models import JobType
from moorage.jobs.service import JobService

NAME = "EXECUTION_SWEEP"

#: When it runs.
CRON = "0 0 * * * *"

#: Executions removed in one transaction, and vendors looked at in one query.
BATCH, VENDORS = 500, 1_000

#: Jobs without a task taken out of the queue by one run.
ORPHANS = 10_000

#: Kept of a type that nobody registered, of another release perhaps.
KEEP = 50


def job_type(database: Database, jobs: JobService) -> JobType:
    """The sweep as a job."""

    async def run(context: JobContext) -> None:
        await Sweep(database, jobs.types).run(context)

    return JobType(NAME, run, concurrency=1, keep=1)


class Sweep:
    """Removes old executions, with their tasks and logs."""

    def __init__(self, database: Database, types: Mapping[str, JobType]) -> None:
        self._database = database
        self._types = types

    async def run(self, context: JobContext) -> None:
        """Go through every vendor once."""
        removed = 0
        after: tuple[str, int] = ("", 0)
        while True:
            async with self._database.connect() as connection:
                vendors = await _vendors(connection, after)
            for vendor_type, vendor_id in vendors:
                count = await self._shorten(context, vendor_type, vendor_id)
                if count:
                    await context.log(f"removed {count} executions of {vendor_type} {vendor_id}")
                removed += count
            if len(vendors) < VENDORS:
                break
            after = vendors[-1]
        await context.log(f"removed {removed} executions")
        async with self._database.begin() as connection:
            await fetch_all(connection, _REMOVE_ORPHANS, (ORPHANS,))

    async def _shorten(self, context: JobContext, vendor_type: str, vendor_id: int) -> int:
        known = self._types.get(vendor_type)
        keep = KEEP if known is None else known.keep
        removed = 0
        while True:
            await context.checkpoint()
            async with self._database.begin() as connection:
                count = await _remove(connection, vendor_type, vendor_id, keep)
            removed += count
            if count < BATCH:
                return removed


#: The next vendor each time, from the index: the cost is by vendors, not by executions.
_VENDORS = """
WITH RECURSIVE v AS (
    (SELECT vendor_type, vendor_id FROM execution WHERE (vendor_type, vendor_id) > (%s, %s)
      ORDER BY vendor_type, vendor_id LIMIT 1)
    UNION ALL
    SELECT n.vendor_type, n.vendor_id FROM v, LATERAL (
        SELECT e.vendor_type, e.vendor_id FROM execution e
         WHERE (e.vendor_type, e.vendor_id) > (v.vendor_type, v.vendor_id)
         ORDER BY e.vendor_type, e.vendor_id LIMIT 1) n
)
SELECT vendor_type, vendor_id FROM v LIMIT %s
"""


async def _vendors(connection: AsyncConnection, after: tuple[str, int]) -> Sequence[tuple[str, int]]:
    return [(row[0], row[1]) for row in await fetch_all(connection, _VENDORS, (*after, VENDORS))]


_REMOVE = """
WITH old AS (
    SELECT execution_id FROM execution
     WHERE vendor_type = %s AND vendor_id = %s AND end_time IS NOT NULL AND execution_id <= (
               SELECT execution_id FROM execution WHERE vendor_type = %s AND vendor_id = %s AND end_time IS NOT NULL
                ORDER BY execution_id DESC OFFSET %s LIMIT 1)
     ORDER BY execution_id LIMIT %s FOR UPDATE SKIP LOCKED
)
DELETE FROM execution e USING old WHERE e.execution_id = old.execution_id RETURNING 1
"""


async def _remove(connection: AsyncConnection, vendor_type: str, vendor_id: int, keep: int) -> int:
    vendor = (vendor_type, vendor_id)
    return len(await fetch_all(connection, _REMOVE, (*vendor, *vendor, keep, BATCH)))


#: Of executions that were deleted with what they were for, in a queue that nobody takes from.
_REMOVE_ORPHANS = """
WITH orphan AS (
    SELECT j.id FROM procrastinate_jobs j
     WHERE j.status = 'todo' AND NOT EXISTS (SELECT 1 FROM task t WHERE t.task_id = (j.args ->> 'task_id')::bigint)
     LIMIT %s FOR UPDATE SKIP LOCKED
)
DELETE FROM procrastinate_jobs j USING orphan WHERE j.id = orphan.id RETURNING 1
"""
