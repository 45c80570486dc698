"""The job that removes what nobody needs any more, such as abandoned uploads (H row 86).

Harbor's removes its "system artifacts"; here each feature says what it leaves behind and how that goes.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from moorage.database.engine import Database
from moorage.errors import MoorageError
from moorage.jobs.context import JobContext
from moorage.jobs.cron import normalized
from moorage.jobs.models import JobType, Retry
from moorage.jobs.schedules import ScheduleService

VENDOR_TYPE = "SYSTEM_ARTIFACT_CLEANUP"
#: Harbor's, of this schedule alone.
VENDOR_ID = 0


@dataclass(frozen=True, slots=True)
class Leftovers:
    """One kind of things that are left behind.

    Attributes:
        name: what the job's log calls them.
        remove: removes them in small batches and yields how many each had. It may end anywhere and begin again.
    """

    name: str
    remove: Callable[[], AsyncGenerator[int, None]]


def cleanup_job(kinds: Sequence[Leftovers]) -> JobType:
    """The job that removes these; what cannot be removed now does not keep it from the others."""

    async def run(context: JobContext) -> None:
        await context.log("Running system data artifact cleanup job...")
        failed = []
        for kind in kinds:
            try:
                await _remove(context, kind)
            except MoorageError as error:
                failed.append(kind.name)
                await context.log(f"failed to remove {kind.name}: {error.message}", "ERROR")
        if failed:
            raise Retry(f"could not remove all {', '.join(failed)}")

    return JobType(VENDOR_TYPE, run, concurrency=1, attempts=3, backoff=60.0)


async def _remove(context: JobContext, kind: Leftovers) -> None:
    removed = 0
    async with aclosing(kind.remove()) as batches:
        async for count in batches:
            removed += count
            await context.checkpoint()
    await context.log(f"removed {removed} {kind.name}")


async def schedule_cleanup(database: Database, schedules: ScheduleService, cron: str) -> None:
    """Let the job run at these times; a schedule that says so already keeps what it has missed.

    Raises:
        BadRequest: the cron line is none.
    """
    line = normalized(cron)
    found = await schedules.get(VENDOR_TYPE, VENDOR_ID)
    if found is None or found.cron != line:
        async with database.begin() as connection:
            await schedules.put(connection, VENDOR_TYPE, VENDOR_ID, "Custom", line, {})
