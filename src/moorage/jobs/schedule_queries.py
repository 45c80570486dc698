"""SQL of schedules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.driver import fetch_all, fetch_value
from moorage.database.listing import Columns, ListQuery
from moorage.database.tables import schedule
from moorage.jobs.models import SCHEDULER, Schedule

_NAMES = (
    "schedule_id", "vendor_type", "vendor_id", "kind", "cron", "parameters", "extra_attrs", "catch_up", "next_run",
    "creation_time", "update_time", "revision",
)  # fmt: skip
_SCHEDULE = tuple(schedule.c[name] for name in _NAMES)
_LIST = ", ".join(_NAMES)

_PUT = f"""
INSERT INTO schedule (vendor_type, vendor_id, kind, cron, parameters, extra_attrs, catch_up, next_run, due)
VALUES (%s, %s, %s, %s, %s::jsonb, %s::jsonb, %s, %s, %s)
    ON CONFLICT (vendor_type, vendor_id) DO UPDATE
   SET kind = excluded.kind, cron = excluded.cron, parameters = excluded.parameters,
       extra_attrs = excluded.extra_attrs, catch_up = excluded.catch_up, next_run = excluded.next_run,
       due = excluded.due, failures = 0, update_time = clock_timestamp(), revision = schedule.revision + 1
RETURNING {_LIST}
"""  # noqa: S608


async def put(connection: AsyncConnection, values: Sequence[Any], next_run: datetime | None) -> Schedule:
    """Make or replace a schedule; ``values`` are the columns before ``next_run``."""
    return Schedule(*(await fetch_all(connection, _PUT, (*values, next_run, next_run)))[0])


_ENSURE = """
INSERT INTO schedule (vendor_type, vendor_id, kind, cron, next_run, due) VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT DO NOTHING RETURNING 1
"""


async def ensure(
    connection: AsyncConnection, vendor_type: str, vendor_id: int, kind: str, cron: str, next_run: datetime
) -> None:
    """Make a schedule unless there is one."""
    await fetch_all(connection, _ENSURE, (vendor_type, vendor_id, kind, cron, next_run, next_run))


async def find(connection: AsyncConnection, condition: ColumnElement[bool]) -> Schedule | None:
    """One schedule."""
    row = (await connection.execute(select(*_SCHEDULE).where(condition))).one_or_none()
    return None if row is None else _schedule(row)


def of_vendor(vendor_type: str, vendor_id: int) -> ColumnElement[bool]:
    """The condition of ``find`` for what it is for."""
    return (schedule.c.vendor_type == vendor_type) & (schedule.c.vendor_id == vendor_id)


async def remove(connection: AsyncConnection, vendor_type: str, vendor_id: int) -> None:
    """Take a schedule away."""
    sql = "DELETE FROM schedule WHERE vendor_type = %s AND vendor_id = %s RETURNING 1"
    await fetch_all(connection, sql, (vendor_type, vendor_id))


_COLUMNS = Columns(
    {**{column.name: column for column in schedule.c}, "id": schedule.c.schedule_id}, order="id", unique="id"
)


async def all_schedules(
    connection: AsyncConnection, query: ListQuery, offset: int, limit: int
) -> tuple[int, list[Schedule]]:
    """How many there are, and a page of them."""
    conditions = _COLUMNS.conditions(query)
    total = await connection.scalar(select(func.count()).select_from(schedule).where(*conditions))
    statement = select(*_SCHEDULE).where(*conditions).order_by(*_COLUMNS.ordering(query)).offset(offset)
    rows = await connection.execute(statement.limit(limit) if limit > 0 else statement)
    return int(total or 0), [_schedule(row) for row in rows]


def _schedule(row: Row[Any]) -> Schedule:
    return Schedule(*tuple(row))


@dataclass(frozen=True, slots=True)
class Due:
    """A schedule whose time has come, locked. ``now`` is the database's clock."""

    schedule: Schedule
    failures: int
    now: datetime


_TAKE = f"""
SELECT {_LIST}, failures, clock_timestamp() FROM schedule
 WHERE due <= clock_timestamp() AND NOT EXISTS (SELECT 1 FROM queue WHERE name = %s AND paused)
 ORDER BY due LIMIT 1 FOR UPDATE SKIP LOCKED
"""  # noqa: S608


async def take_due(connection: AsyncConnection) -> Due | None:
    """The schedule that has been due for longest and that nobody else looks at."""
    rows = await fetch_all(connection, _TAKE, (SCHEDULER,))
    return Due(Schedule(*rows[0][:-2]), rows[0][-2], rows[0][-1]) if rows else None


_ADVANCE = text(
    "UPDATE schedule SET next_run = :next_run, due = :next_run, failures = 0, revision = revision + 1"
    " WHERE schedule_id = :id"
)
_POSTPONE = text(
    """
    UPDATE schedule
       SET failures = failures + 1, due = clock_timestamp() + least(5 * 2 ^ least(failures, 20), 3600) * interval '1 s'
     WHERE schedule_id = :id AND revision = :revision
    """
)


async def advance(connection: AsyncConnection, schedule_id: int, next_run: datetime | None) -> None:
    """Note when the next run of a schedule is."""
    await connection.execute(_ADVANCE, {"id": schedule_id, "next_run": next_run})


async def postpone(connection: AsyncConnection, found: Schedule) -> None:
    """A schedule could not be fired: try again, each time twice as long after."""
    await connection.execute(_POSTPONE, {"id": found.id, "revision": found.revision})


async def now(connection: AsyncConnection) -> datetime:
    """The database's clock."""
    value = await fetch_value(connection, "SELECT clock_timestamp()", ())
    assert isinstance(value, datetime)
    return value
