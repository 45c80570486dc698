"""SQL of job logs."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.driver import fetch_all
from moorage.jobs.queries import Run

#: Only whoever has the run may write, so that two workers never mix their lines.
_APPEND = """
WITH held AS (
    UPDATE task SET log_size = log_size + %s
     WHERE task_id = %s AND run_count = %s AND worker_id = %s AND status = 'Running' RETURNING task_id
)
INSERT INTO job_log (task_id, lines) SELECT task_id, %s FROM held RETURNING 1
"""


async def append(connection: AsyncConnection, run: Run, lines: str, size: int) -> None:
    """Add lines to the log of a run."""
    await fetch_all(connection, _APPEND, (size, *run, lines))


_READ = "SELECT log_id, lines FROM job_log WHERE task_id = %s AND log_id > %s ORDER BY log_id LIMIT %s"


async def read(connection: AsyncConnection, task_id: int, after: int, limit: int) -> list[tuple[int, str]]:
    """The next pieces of a log."""
    return [(row[0], row[1]) for row in await fetch_all(connection, _READ, (task_id, after, limit))]
