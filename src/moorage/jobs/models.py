"""What the job service speaks of: job types, executions, tasks, schedules, queues and workers (H row 98)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from moorage.jobs.context import JobContext

#: The ``vendor_id`` of what concerns the whole system.
SYSTEM = -1

#: The queue whose pause holds all schedules.
SCHEDULER = "scheduler"

Object = Mapping[str, Any]


class Status(StrEnum):
    """Of a task; an execution is Running until its last task has ended."""

    PENDING = "Pending"
    SCHEDULED = "Scheduled"
    RUNNING = "Running"
    STOPPED = "Stopped"
    ERROR = "Error"
    SUCCESS = "Success"

    @property
    def is_final(self) -> bool:
        """Nothing happens to it any more."""
        return self in (Status.STOPPED, Status.ERROR, Status.SUCCESS)


class Trigger(StrEnum):
    """Why an execution was started."""

    MANUAL = "MANUAL"
    SCHEDULE = "SCHEDULE"
    EVENT = "EVENT"


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task to be added; it is run ``delay`` seconds later at the earliest."""

    job_type: str
    parameters: Object = field(default_factory=dict)
    extra_attrs: Object = field(default_factory=dict)
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class NewExecution:
    """An execution to be started with its tasks."""

    vendor_type: str
    vendor_id: int
    trigger: Trigger
    tasks: tuple[NewTask, ...]
    extra_attrs: Object = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Execution:
    """One occasion on which something was done."""

    id: int
    vendor_type: str
    vendor_id: int
    trigger: Trigger
    status: Status
    status_message: str
    extra_attrs: Object
    start_time: datetime
    update_time: datetime
    end_time: datetime | None
    #: Grows with every change.
    revision: int


@dataclass(frozen=True, slots=True)
class Task:
    """One job of an execution. ``job_id`` is its name in the job service."""

    id: int
    execution_id: int
    job_type: str
    job_id: str
    status: Status
    status_message: str
    run_count: int
    parameters: Object
    extra_attrs: Object
    creation_time: datetime
    start_time: datetime | None
    update_time: datetime
    end_time: datetime | None
    revision: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """When something is done. ``kind`` is Harbor's: Hourly, Daily, Weekly, Custom, None."""

    id: int
    vendor_type: str
    vendor_id: int
    kind: str
    cron: str
    parameters: Object
    extra_attrs: Object
    catch_up: bool
    next_run: datetime | None
    creation_time: datetime
    update_time: datetime
    revision: int


@dataclass(frozen=True, slots=True)
class Queue:
    """The waiting jobs of a type. ``latency``: seconds the oldest has waited."""

    job_type: str
    count: int
    latency: float
    paused: bool


@dataclass(frozen=True, slots=True)
class QueueState:
    """What waits and runs, for metrics. ``running``: type, pool and number."""

    queues: Sequence[Queue]
    scheduled: int
    running: Sequence[tuple[str, str, int]]


@dataclass(frozen=True, slots=True)
class WorkerPool:
    """The workers of one process."""

    id: str
    host: str
    pid: int
    concurrency: int
    start_time: datetime
    heartbeat: datetime


@dataclass(frozen=True, slots=True)
class BusyWorker:
    """A worker and the job it runs."""

    id: str
    pool_id: str
    job_type: str
    job_id: str
    start_time: datetime
    #: When the job last told how far it is.
    update_time: datetime


@dataclass(frozen=True, slots=True)
class JobType:
    """A kind of work, and how it is to be run.

    ``run`` may be called again for the same task after a kill or a failure, so what it does must be repeatable; it is
    never called twice at once for one task.
    """

    #: Harbor's job and vendor type.
    name: str
    run: Callable[[JobContext], Awaitable[None]]
    #: Higher first.
    priority: int = 0
    #: Running at once across all replicas; None: as many as there are workers.
    concurrency: int | None = None
    attempts: int = 1
    #: Seconds before the second attempt, doubled for each that follows.
    backoff: float = 10.0
    #: Seconds a run may last.
    time_limit: float = 86_400.0
    #: Finished executions kept of each ``(vendor_type, vendor_id)``.
    keep: int = 50
    #: What a due schedule of this vendor type does, in the transaction that fires it. Default: one execution with one
    #: task of this type and the schedule's parameters.
    on_schedule: Callable[[AsyncConnection, Schedule], Awaitable[None]] | None = None

    def delay(self, failures: int) -> float:
        """Seconds to wait after so many failed runs."""
        return min(self.backoff * 2.0 ** min(failures - 1, 30), 86_400.0)


class Retry(Exception):
    """Raised by a job to be tried again, ``delay`` seconds later (default: as its type says)."""

    def __init__(self, message: str, delay: float | None = None) -> None:
        super().__init__(message)
        self.delay = delay


class JobFailed(Exception):
    """Raised by a job that failed for good; trying again would not help."""


class Interrupted(Exception):
    """Raised in a job that must not go on."""


class JobStopped(Interrupted):
    """somebody asked it to stop"""


class JobTimedOut(Interrupted):
    """it ran longer than its type may"""


class JobLost(Interrupted):
    """this worker was not heard of for too long: another one may have the job by now"""


class JobHandedBack(Interrupted):
    """this process stops; another worker goes on with the job"""
