"""A process that applies retention policies until it is killed: ``python -m tests.lifecycle.retention_worker URL``.

It prints a line for every transaction of a run that deleted something, so that who kills it knows where it is.
"""

from __future__ import annotations

import asyncio
import sys

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.engine import Database
from moorage.jobs.schedules import ScheduleService
from moorage.jobs.service import JobService
from moorage.jobs.worker import Pace, Worker
from moorage.lifecycle import retention_deletion_queries
from moorage.lifecycle.retention import RetentionService
from moorage.settings import DatabaseSettings

#: As production's, in less time: a killed worker's jobs go on after two seconds.
QUICK = Pace(lease=2.0, heartbeat=0.3, watch=0.2, longest=0.1, recover=0.3, grace=0.5)


def worker(database: Database) -> Worker:
    """Workers that know of retention."""
    jobs = JobService(database)
    for job_type in RetentionService(database, jobs, ScheduleService(database)).job_types():
        jobs.register(job_type)
    return Worker(database, jobs, concurrency=2, pace=QUICK)


async def _main(url: str) -> None:
    counted = retention_deletion_queries.count

    async def count(connection: AsyncConnection, task_id: int, deleted: int) -> int:
        total = await counted(connection, task_id, deleted)
        print(total, flush=True)
        return total

    retention_deletion_queries.count = count
    database = Database(DatabaseSettings(), url)
    await database.open()
    await worker(database).run()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
