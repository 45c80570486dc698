"""What schedules and the runs of system-wide jobs look like on the wire (H rows 81, 83, 97).

Garbage collection, the purge of the audit log and the scan of everything are scheduled and run in the same way: one
body says when (or now, or never), and one view shows the schedule as well as each run.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from litestar.response import Stream
from msgspec import Struct

from moorage.api.call import Call, invalid
from moorage.api.times import NEVER, timestamp
from moorage.errors import BadRequest
from moorage.jobs import cron
from moorage.jobs.models import Execution, Schedule

P = TypeVar("P")

MANUAL = "Manual"
NONE = "None"

#: In the order of Harbor's message.
TYPES = ("Hourly", "Daily", "Weekly", "Custom", MANUAL, NONE, "Schedule")


class ScheduleObj(Struct, omit_defaults=True):
    """When: ``type`` is one of ``TYPES``; ``cron`` of six fields, or five without the second; UTC."""

    type: str = ""
    cron: str = ""
    next_scheduled_time: str = ""


class ScheduleBody(Struct):
    """A schedule that is wanted; Harbor's ``Schedule``."""

    model: ClassVar[str] = "Schedule"

    schedule: ScheduleObj | None = None
    parameters: dict[str, Any] | None = None


class HistoryView(Struct, omit_defaults=True):
    """A run, or the schedule itself; Harbor's ``GCHistory`` and ``ExecHistory``, which are the same.

    ``job_parameters`` is JSON as a text. ``job_kind`` is the trigger of a run, and the cron of a schedule. ``paused``
    is not in Harbor: all schedules are held, so that this one does not fire; left out while they are not.
    """

    id: int = 0
    job_name: str = ""
    job_kind: str = ""
    job_parameters: str = ""
    job_status: str = ""
    schedule: ScheduleObj | None = None
    creation_time: str = ""
    update_time: str = ""
    deleted: bool = False
    paused: bool = False

    @classmethod
    def of_execution(cls, execution: Execution, parameters: Mapping[str, Any]) -> HistoryView:
        """The view of a run."""
        return cls(
            id=execution.id,
            job_name=execution.vendor_type,
            job_kind=execution.trigger,
            job_parameters=parameters_text(parameters),
            job_status=execution.status,
            schedule=ScheduleObj(type=execution.trigger.capitalize(), next_scheduled_time=NEVER),
            creation_time=timestamp(execution.start_time),
            update_time=timestamp(execution.update_time),
        )

    @classmethod
    def of_schedule(cls, schedule: Schedule, parameters: Mapping[str, Any], *, paused: bool = False) -> HistoryView:
        """The view of the schedule; Harbor shows it as something that runs. ``paused``: whether schedules are held."""
        return cls(
            id=schedule.id,
            job_kind=schedule.cron,
            job_parameters=parameters_text(parameters),
            job_status="Running",
            schedule=ScheduleObj(schedule.kind, schedule.cron, timestamp(schedule.next_run)),
            creation_time=timestamp(schedule.creation_time),
            update_time=timestamp(schedule.update_time),
            paused=paused,
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """When a job is to run: ``MANUAL``: now; ``NONE``: no longer; else ``cron`` of six fields."""

    kind: str
    cron: str = ""


async def schedule_body(call: Call) -> ScheduleBody:
    """The body of a request that schedules.

    Raises:
        UnprocessableEntity: it is none, or has a type there is none of.
    """
    body = await call.body(ScheduleBody, "schedule")
    if body.schedule is not None and body.schedule.type and body.schedule.type not in TYPES:
        raise invalid(f"validation failure list:\nschedule.type in body should be one of [{' '.join(TYPES)}]")
    return body


def wanted(schedule: ScheduleObj, label: str) -> Wanted:
    """What a body asks for. Without a type, and with Harbor's "Schedule", the cron says it.

    Args:
        schedule: as it was sent.
        label: what Harbor calls the job in messages, such as ``gc``.

    Raises:
        BadRequest: the cron is none.
    """
    if schedule.type in (MANUAL, NONE):
        return Wanted(schedule.type)
    kind = "Custom" if schedule.type in ("", "Schedule") else schedule.type
    return Wanted(kind, cron.normalized(schedule.cron, label))


async def apply(
    body: ScheduleBody,
    label: str,
    parse: Callable[[Mapping[str, Any]], P],
    *,
    unschedule: Callable[[], Awaitable[None]],
    run: Callable[[P], Awaitable[int]],
    schedule: Callable[[str, str, P], Awaitable[None]],
) -> int:
    """Do what a body asks for; the id of the run, 0 when it is for later.

    Raises:
        BadRequest: it does not say when, or its cron or parameters are none.
    """
    if body.schedule is None:
        raise BadRequest("bad request: schedule cann't be empty")
    if body.schedule.type == NONE:
        await unschedule()
        return 0
    parameters = parse(body.parameters or {})
    when = wanted(body.schedule, label)
    if when.kind == MANUAL:
        return await run(parameters)
    await schedule(when.kind, when.cron, parameters)
    return 0


def parameters_text(parameters: Mapping[str, Any]) -> str:
    """Parameters as Harbor shows them: JSON, sorted, without spaces."""
    return json.dumps(dict(parameters), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def log_stream(lines: AsyncIterator[str]) -> Stream:
    """The log of a task as text, sent as it is read."""
    return Stream(_encoded(lines), headers={"content-type": "text/plain"})


async def _encoded(lines: AsyncIterator[str]) -> AsyncIterator[bytes]:
    async for piece in lines:
        yield piece.encode()
