"""SQL of workers, queues and pools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.driver import fetch_all, fetch_value
from moorage.jobs.models import SCHEDULER, BusyWorker, Execution, Queue, Status, Task, Trigger, WorkerPool
from moorage.jobs.queries import Run

#: A task whose worker or database was lost so often is given up: it may be what kills them.
MOST_LOSSES = 10


@dataclass(frozen=True, slots=True)
class Taken:
    """A job that a worker has taken. ``log_size``: bytes its log has from runs before."""

    task: Task
    execution: Execution
    failures: int
    stop_requested: bool
    log_size: int


_TAKE = "SELECT * FROM job_take(%s, %s::text[], %s)"


async def take(connection: AsyncConnection, worker_id: int, types: Sequence[str], wanted: int) -> list[Taken]:
    """Jobs for a worker, marked as running."""
    return [_taken(*row) for row in await fetch_all(connection, _TAKE, (worker_id, list(types), wanted))]


def _taken(
    task_id: int,
    execution_id: int,
    job_type: str,
    job_id: str,
    run_count: int,
    failures: int,
    parameters: Mapping[str, Any],
    task_attrs: Mapping[str, Any],
    stop_requested: bool,
    log_size: int,
    creation_time: datetime,
    start_time: datetime,
    vendor_type: str,
    vendor_id: int,
    trigger: str,
    execution_attrs: Mapping[str, Any],
    execution_start: datetime,
) -> Taken:
    task = Task(
        task_id, execution_id, job_type, job_id, Status.RUNNING, "", run_count, parameters, task_attrs,
        creation_time, start_time, start_time, None, 0,
    )  # fmt: skip
    execution = Execution(
        execution_id, vendor_type, vendor_id, Trigger(trigger), Status.RUNNING, "", execution_attrs,
        execution_start, execution_start, None, 0,
    )  # fmt: skip
    return Taken(task, execution, failures, stop_requested, log_size)


async def finish(connection: AsyncConnection, run: Run, outcome: str, message: str, delay: float) -> bool:
    """End a run; false: it is no longer this worker's."""
    sql = "SELECT job_finish(%s, %s::int, %s, %s, %s, %s::float8, %s::int)"
    return bool(await fetch_value(connection, sql, (*run, outcome, message, delay, MOST_LOSSES)))


_REGISTER = """
WITH worker AS (SELECT worker_id FROM procrastinate_register_worker_v1())
INSERT INTO worker_pool (pool_id, worker_id, host, pid, concurrency)
SELECT %s, worker_id, %s, %s, %s FROM worker
RETURNING worker_id
"""


async def register(connection: AsyncConnection, pool_id: str, host: str, pid: int, concurrency: int) -> int:
    """Make a worker known; its id."""
    return int(await fetch_value(connection, _REGISTER, (pool_id, host, pid, concurrency)))


_DECLARE = """
INSERT INTO queue (name, concurrency)
SELECT name, concurrency FROM unnest(%s::text[], %s::int[]) AS t(name, concurrency) ORDER BY name
    ON CONFLICT (name) DO UPDATE SET concurrency = excluded.concurrency
 WHERE queue.concurrency IS DISTINCT FROM excluded.concurrency
"""


async def declare(connection: AsyncConnection, limits: Mapping[str, int | None]) -> None:
    """Make queues known, with how many of their jobs may run at once."""
    await fetch_all(connection, _DECLARE + "RETURNING 1", (list(limits), list(limits.values())))


_UNREGISTER = """
WITH gone AS (DELETE FROM worker_pool WHERE worker_id = %s)
SELECT procrastinate_unregister_worker_v1(%s)::text
"""


async def unregister(connection: AsyncConnection, worker_id: int) -> None:
    """Forget a worker that runs nothing."""
    await fetch_all(connection, _UNREGISTER, (worker_id, worker_id))


_BEAT = "UPDATE procrastinate_workers SET last_heartbeat = clock_timestamp() WHERE id = %s RETURNING 1"


async def beat(connection: AsyncConnection, worker_id: int) -> bool:
    """Say that a worker lives; false: it was taken for dead and is forgotten."""
    return bool(await fetch_all(connection, _BEAT, (worker_id,)))


_STOPPED = "SELECT task_id FROM task WHERE worker_id = %s AND status = 'Running' AND stop_requested"


async def stopped(connection: AsyncConnection, worker_id: int) -> list[int]:
    """The tasks a worker runs that are to be stopped."""
    return [row[0] for row in await fetch_all(connection, _STOPPED, (worker_id,))]


_RUNNING = "SELECT task_id, run_count FROM task WHERE worker_id = %s AND status = 'Running'"


async def running(connection: AsyncConnection, worker_id: int) -> list[tuple[int, int]]:
    """The runs the database believes a worker to be at."""
    return [(row[0], row[1]) for row in await fetch_all(connection, _RUNNING, (worker_id,))]


async def recover(connection: AsyncConnection, lease: float) -> int:
    """Give the tasks of lost workers to others; how many."""
    return int(await fetch_value(connection, "SELECT job_recover(%s::float8, %s::int)", (lease, MOST_LOSSES)))


_QUEUES = """
SELECT q.name, coalesce(w.count, 0), coalesce(extract(epoch FROM clock_timestamp() - t.update_time), 0)::float8,
       q.paused
  FROM queue q
  LEFT JOIN (SELECT queue_name, count(*) AS count, min(id) AS oldest FROM procrastinate_jobs
              WHERE status = 'todo' GROUP BY queue_name) w ON w.queue_name = q.name
  LEFT JOIN procrastinate_jobs j ON j.id = w.oldest
  LEFT JOIN task t ON t.task_id = (j.args ->> 'task_id')::bigint
 WHERE q.name <> %s
 ORDER BY q.name COLLATE "C"
"""


async def queues(connection: AsyncConnection) -> list[Queue]:
    """Every queue, by name."""
    return [Queue(*row) for row in await fetch_all(connection, _QUEUES, (SCHEDULER,))]


_PAUSE = """
INSERT INTO queue (name, paused) SELECT name, %s FROM unnest(%s::text[]) AS t(name) ORDER BY name
    ON CONFLICT (name) DO UPDATE SET paused = excluded.paused, update_time = now()
RETURNING 1
"""


async def pause(connection: AsyncConnection, names: Sequence[str], *, paused: bool) -> None:
    """Let queues rest or go on."""
    await fetch_all(connection, _PAUSE, (paused, sorted(names)))


async def is_paused(connection: AsyncConnection, name: str) -> bool:
    """Whether a queue rests."""
    return bool(await fetch_all(connection, "SELECT 1 FROM queue WHERE name = %s AND paused", (name,)))


_STOP_WAITING = """
SELECT task_stop(ARRAY(SELECT task_id FROM task WHERE job_type = ANY(%s::text[]) AND status IN ('Pending', 'Scheduled')
                        ORDER BY task_id LIMIT %s))
"""


async def stop_waiting(connection: AsyncConnection, names: Sequence[str], limit: int) -> int:
    """Stop the oldest tasks that wait in queues; how many."""
    return int(await fetch_value(connection, _STOP_WAITING, (list(names), limit)))


_POOLS = """
SELECT p.pool_id, p.host, p.pid, p.concurrency, p.start_time, w.last_heartbeat
  FROM worker_pool p JOIN procrastinate_workers w ON w.id = p.worker_id
 ORDER BY p.start_time, p.pool_id
"""


async def pools(connection: AsyncConnection) -> list[WorkerPool]:
    """Who works, the oldest first."""
    return [WorkerPool(*row) for row in await fetch_all(connection, _POOLS, ())]


_BUSY = """
SELECT 'worker-' || t.task_id, p.pool_id, t.job_type, t.job_id, t.start_time, t.update_time
  FROM task t JOIN worker_pool p ON p.worker_id = t.worker_id
 WHERE t.status = 'Running' AND (%s::text IS NULL OR p.pool_id = %s)
 ORDER BY t.start_time, t.task_id
"""


async def busy(connection: AsyncConnection, pool_id: str | None) -> list[BusyWorker]:
    """The workers of a pool, or of all, that run something."""
    return [BusyWorker(*row) for row in await fetch_all(connection, _BUSY, (pool_id, pool_id))]


_FRESHEST = "SELECT extract(epoch FROM clock_timestamp() - max(last_heartbeat))::float8 FROM procrastinate_workers"


async def silence(connection: AsyncConnection) -> float | None:
    """Seconds since any worker was heard of; None: there is none."""
    value = await fetch_value(connection, _FRESHEST, ())
    return None if value is None else float(value)


_STATE = """
SELECT (SELECT count(*) FROM (SELECT 1 FROM task WHERE status = 'Scheduled' LIMIT 100000) s),
       coalesce((SELECT jsonb_agg(jsonb_build_array(r.job_type, p.pool_id, r.count))
                   FROM (SELECT job_type, worker_id, count(*) AS count FROM task WHERE status = 'Running'
                          GROUP BY job_type, worker_id) r
                   JOIN worker_pool p ON p.worker_id = r.worker_id), '[]'::jsonb)
"""


async def state(connection: AsyncConnection) -> tuple[int, list[tuple[str, str, int]]]:
    """For metrics: scheduled tasks (counted to 100,000), and running ones by type and pool."""
    ((scheduled, running),) = await fetch_all(connection, _STATE, ())
    return int(scheduled), [(row[0], row[1], int(row[2])) for row in running]


async def skip_delays(connection: AsyncConnection) -> None:
    """Let the time of everything that waits for it have come."""
    await fetch_all(connection, "UPDATE task SET due = clock_timestamp() WHERE status = 'Scheduled' RETURNING 1", ())
