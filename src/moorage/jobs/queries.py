"""SQL over executions and tasks. What also touches the queue is a function of migration 0014."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Table, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.driver import fetch_all, fetch_value
from moorage.database.listing import Columns, ListQuery
from moorage.database.tables import execution, task
from moorage.jobs.models import Execution, Status, Task, Trigger

_EXECUTION = (
    execution.c.execution_id,
    execution.c.vendor_type,
    execution.c.vendor_id,
    execution.c.trigger,
    execution.c.status,
    execution.c.status_message,
    execution.c.extra_attrs,
    execution.c.start_time,
    execution.c.update_time,
    execution.c.end_time,
    execution.c.revision,
)
_TASK = (
    task.c.task_id,
    task.c.execution_id,
    task.c.job_type,
    task.c.job_id,
    task.c.status,
    task.c.status_message,
    task.c.run_count,
    task.c.parameters,
    task.c.extra_attrs,
    task.c.creation_time,
    task.c.start_time,
    task.c.update_time,
    task.c.end_time,
    task.c.revision,
)


def _columns(table: Table, key: str) -> Columns:
    columns: dict[str, ColumnElement[Any]] = {
        column.name: column for column in table.c if not isinstance(column.type, JSONB)
    }
    return Columns({**columns, "id": table.c[key]}, order="-id", unique="id")


_EXECUTION_COLUMNS = _columns(execution, "execution_id")
_TASK_COLUMNS = _columns(task, "task_id")

_START = """
WITH made AS (
    INSERT INTO execution (vendor_type, vendor_id, trigger, extra_attrs, status, end_time)
    VALUES (%s, %s, %s, %s::jsonb, 'Running', NULL) RETURNING execution_id
)
SELECT execution_id, task_add(execution_id, %s::jsonb) FROM made
"""


async def start(
    connection: AsyncConnection, vendor_type: str, vendor_id: int, trigger: str, extra_attrs: str, tasks: str
) -> int:
    """Make an execution and its tasks, all of them queued or waiting for their time; its id."""
    return int((await fetch_all(connection, _START, (vendor_type, vendor_id, trigger, extra_attrs, tasks)))[0][0])


_START_ALL = """
WITH wanted AS (
    SELECT w.vendor_type, w.vendor_id, w.trigger, w.extra_attrs, w.tasks, w.number,
           nextval(pg_get_serial_sequence('execution', 'execution_id')) AS execution_id
      FROM ROWS FROM (jsonb_to_recordset(%s::jsonb) AS (vendor_type text, vendor_id bigint, trigger text,
                                                       extra_attrs jsonb, tasks jsonb))
           WITH ORDINALITY AS w(vendor_type, vendor_id, trigger, extra_attrs, tasks, number)
), made AS (
    INSERT INTO execution (execution_id, vendor_type, vendor_id, trigger, extra_attrs)
    SELECT execution_id, vendor_type, vendor_id, trigger, extra_attrs FROM wanted ORDER BY number
    RETURNING execution_id
)
SELECT made.execution_id, task_add(made.execution_id, wanted.tasks)
  FROM made JOIN wanted USING (execution_id) ORDER BY wanted.number
"""


async def start_all(connection: AsyncConnection, executions: str) -> list[int]:
    """As ``start`` for several; their ids in the order they were given in."""
    return [row[0] for row in await fetch_all(connection, _START_ALL, (executions,))]


_ADD = """
WITH held AS (
    SELECT execution_id FROM execution WHERE execution_id = %s FOR NO KEY UPDATE
), added AS (
    SELECT execution_id, task_add(execution_id, %s::jsonb) AS tasks FROM held
), reopened AS (
    UPDATE execution e SET status = 'Running', end_time = NULL, update_time = now(), revision = e.revision + 1
      FROM held WHERE e.execution_id = held.execution_id AND e.status <> 'Running'
)
SELECT tasks FROM added
"""


async def add(connection: AsyncConnection, execution_id: int, tasks: str) -> list[int] | None:
    """Add tasks to an execution, which runs again if it had ended; their ids, None if there is no such execution."""
    rows = await fetch_all(connection, _ADD, (execution_id, tasks))
    return list(rows[0][0] or ()) if rows else None


_FINISH_EXECUTION = text(
    """
    UPDATE execution
       SET status = :status, status_message = :message, end_time = now(), update_time = now(), revision = revision + 1
     WHERE execution_id = :id AND status = 'Running'
       AND NOT EXISTS (SELECT 1 FROM task t WHERE t.execution_id = :id
                          AND t.status IN ('Pending', 'Scheduled', 'Running'))
    """
)


async def finish_execution(connection: AsyncConnection, execution_id: int, status: str, message: str) -> None:
    """End an execution that has no open task."""
    await connection.execute(_FINISH_EXECUTION, {"id": execution_id, "status": status, "message": message})


_STOP_EXECUTION = """
SELECT task_stop(ARRAY(SELECT task_id FROM task
                        WHERE execution_id = %s AND status IN ('Pending', 'Scheduled', 'Running')))
"""
_STOP_EMPTY = """
UPDATE execution e SET status = 'Stopped', end_time = now(), update_time = now(), revision = e.revision + 1
 WHERE e.execution_id = %s AND e.status = 'Running'
   AND NOT EXISTS (SELECT 1 FROM task t WHERE t.execution_id = e.execution_id)
RETURNING 1
"""


async def stop_execution(connection: AsyncConnection, execution_id: int) -> None:
    """Stop every open task of an execution; one that has no task at all ends here."""
    await fetch_all(connection, _STOP_EXECUTION, (execution_id,))
    await fetch_all(connection, _STOP_EMPTY, (execution_id,))


async def stop_task(connection: AsyncConnection, task_id: int) -> None:
    """Stop one task."""
    await fetch_all(connection, "SELECT task_stop(ARRAY[%s]::bigint[])", (task_id,))


_IS_RUNNING = """
SELECT EXISTS (SELECT 1 FROM execution WHERE vendor_type = %s AND vendor_id = %s AND end_time IS NULL)
"""


async def is_running(connection: AsyncConnection, vendor_type: str, vendor_id: int) -> bool:
    """Whether an execution has not ended."""
    return bool(await fetch_value(connection, _IS_RUNNING, (vendor_type, vendor_id)))


async def find_execution(connection: AsyncConnection, execution_id: int) -> Execution | None:
    """One execution."""
    row = (await connection.execute(select(*_EXECUTION).where(execution.c.execution_id == execution_id))).one_or_none()
    return None if row is None else execution_of(row)


async def find_task(connection: AsyncConnection, condition: ColumnElement[bool]) -> Task | None:
    """One task."""
    row = (await connection.execute(select(*_TASK).where(condition))).one_or_none()
    return None if row is None else task_of(row)


def by_id(task_id: int) -> ColumnElement[bool]:
    """The condition of ``find_task`` for an id."""
    return task.c.task_id == task_id


def by_job(job_id: str) -> ColumnElement[bool]:
    """The condition of ``find_task`` for the job service's name."""
    return task.c.job_id == job_id


async def list_executions(
    connection: AsyncConnection, vendor_type: str, vendor_id: int | None, query: ListQuery, offset: int, limit: int
) -> tuple[int, list[Execution]]:
    """How many there are, and a page of them."""
    conditions = [execution.c.vendor_type == vendor_type, *_EXECUTION_COLUMNS.conditions(query)]
    if vendor_id is not None:
        conditions.append(execution.c.vendor_id == vendor_id)
    statement = select(*_EXECUTION).where(*conditions).order_by(*_EXECUTION_COLUMNS.ordering(query))
    total = await connection.scalar(select(func.count()).select_from(execution).where(*conditions))
    rows = await connection.execute(_paged(statement, offset, limit))
    return int(total or 0), [execution_of(row) for row in rows]


async def list_tasks(
    connection: AsyncConnection, execution_id: int, query: ListQuery, offset: int, limit: int
) -> tuple[int, list[Task]]:
    """How many an execution has, and a page of them."""
    conditions = [task.c.execution_id == execution_id, *_TASK_COLUMNS.conditions(query)]
    statement = select(*_TASK).where(*conditions).order_by(*_TASK_COLUMNS.ordering(query))
    total = await connection.scalar(select(func.count()).select_from(task).where(*conditions))
    rows = await connection.execute(_paged(statement, offset, limit))
    return int(total or 0), [task_of(row) for row in rows]


def _paged(statement: Any, offset: int, limit: int) -> Any:
    return statement.offset(offset).limit(limit) if limit > 0 else statement


_MERGE_TASK = """
UPDATE task SET extra_attrs = extra_attrs || %s::jsonb, update_time = clock_timestamp(), revision = revision + 1
 WHERE task_id = %s AND run_count = %s AND worker_id = %s AND status = 'Running'
RETURNING 1
"""
_MERGE_EXECUTION = """
UPDATE execution e
   SET extra_attrs = e.extra_attrs || %s::jsonb, update_time = clock_timestamp(), revision = e.revision + 1
  FROM task t
 WHERE t.task_id = %s AND t.run_count = %s AND t.worker_id = %s AND t.status = 'Running'
   AND e.execution_id = t.execution_id
RETURNING 1
"""

Run = tuple[int, int, int]


async def merge_task(connection: AsyncConnection, run: Run, attributes: str) -> bool:
    """Add to the task's attributes; false: the run is no longer this worker's."""
    return bool(await fetch_all(connection, _MERGE_TASK, (attributes, *run)))


async def merge_execution(connection: AsyncConnection, run: Run, attributes: str) -> bool:
    """Add to the attributes of the task's execution; false: as ``merge_task``."""
    return bool(await fetch_all(connection, _MERGE_EXECUTION, (attributes, *run)))


_HOLD = """
SELECT 1 FROM task WHERE task_id = %s AND run_count = %s AND worker_id = %s AND status = 'Running' FOR SHARE
"""


async def hold(connection: AsyncConnection, run: Run) -> bool:
    """Keep the run this worker's until the transaction ends; false: it is not."""
    return bool(await fetch_all(connection, _HOLD, run))


def execution_of(row: Any) -> Execution:
    """A row of ``_EXECUTION``."""
    first, trigger, status, rest = row[:3], row[3], row[4], row[5:]
    values: Any = (*first, Trigger(trigger), Status(status), *rest)
    return Execution(*values)


def task_of(row: Any) -> Task:
    """A row of ``_TASK``."""
    values: Any = (*row[:4], Status(row[4]), *row[5:])
    return Task(*values)
