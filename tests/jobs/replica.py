"""A replica to be killed: ``python -m tests.jobs.replica URL [PACE]``; it says so on standard output once it works.

Its job takes ``steps`` steps and notes each in the table ``step``, in a transaction only the owner of the task can
commit. So the rows of a task tell who had it when, and two runs at once could not hide.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from sqlalchemy import text

from moorage.database.engine import Database
from moorage.jobs.context import JobContext
from moorage.jobs.models import JobType
from moorage.jobs.schedules import Ticker
from moorage.jobs.service import JobService
from moorage.jobs.worker import PACE, Worker
from moorage.settings import DatabaseSettings
from tests.jobs.conftest import QUICK

TABLE = """
CREATE TABLE IF NOT EXISTS step (
    task_id bigint, run int, pid int, number int, at timestamptz DEFAULT clock_timestamp()
)
"""
INSERT = text("INSERT INTO step (task_id, run, pid, number) VALUES (:task, :run, :pid, :number)")


def step_type(database: Database) -> JobType:
    """The job type STEPS."""

    async def run(context: JobContext) -> None:
        for number in range(context.parameters["steps"]):
            await context.checkpoint()
            async with database.begin() as connection:
                await context.hold(connection)
                values = {"task": context.task.id, "run": context.task.run_count, "pid": os.getpid(), "number": number}
                await connection.execute(INSERT, values)
            await asyncio.sleep(0.05)
        await context.log(f"process {os.getpid()} has done it")

    return JobType("STEPS", run)


async def main(url: str, pace: str) -> None:
    """Work until told to stop."""
    database = Database(DatabaseSettings(), url)
    await database.open()
    jobs = JobService(database)
    jobs.register(step_type(database))
    worker = Worker(database, jobs, concurrency=4, pace=PACE if pace == "production" else QUICK)
    ticker = asyncio.create_task(Ticker(database, jobs).run())
    working = asyncio.create_task(worker.run())
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await worker.register()
    print("working", flush=True)
    await stop.wait()
    ticker.cancel()
    await worker.stop(0.2)
    await asyncio.gather(working, ticker, return_exceptions=True)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "quick"))
