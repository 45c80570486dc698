"""What runs beside requests: executions of tasks, their logs, schedules, queues and who works.

The queue itself is Procrastinate's (``procrastinate_jobs`` and what belongs to it); migration 0014 has the functions
that keep it and these tables in step.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from moorage.database.tables.metadata import identity, metadata, timestamp

_OPEN = "status IN ('Pending', 'Scheduled', 'Running')"


def _object(name: str) -> Column[object]:
    return Column(name, JSONB, nullable=False, server_default=text("'{}'::jsonb"))


#: One occasion on which something was done: a garbage collection, a delivery of a webhook. ``vendor_type`` is the name
#: of its job type and ``vendor_id`` what it was for, -1 for the whole system (H row 98).
execution = Table(
    "execution",
    metadata,
    identity("execution_id"),
    Column("vendor_type", Text, nullable=False),
    Column("vendor_id", BigInteger, nullable=False),
    Column("trigger", Text, nullable=False),
    #: Of its tasks together.
    Column("status", Text, nullable=False, server_default="Running"),
    Column("status_message", Text, nullable=False, server_default=""),
    _object("extra_attrs"),
    timestamp("start_time"),
    timestamp("update_time"),
    timestamp("end_time", nullable=True),
    Column("revision", BigInteger, nullable=False, server_default=text("0")),
    CheckConstraint("trigger IN ('MANUAL', 'SCHEDULE', 'EVENT')", name="trigger"),
    CheckConstraint("status IN ('Running', 'Stopped', 'Error', 'Success')", name="status"),
    Index("ix_execution_vendor", "vendor_type", "vendor_id", "execution_id"),
    Index("ix_execution_vendor_type", "vendor_type", "execution_id"),
    Index(
        "ix_execution_finished",
        "vendor_type",
        "vendor_id",
        "execution_id",
        postgresql_where=text("end_time IS NOT NULL"),
    ),
    Index("ix_execution_running", "vendor_type", "vendor_id", postgresql_where=text("end_time IS NULL")),
)

#: One job of an execution. Who runs it is ``worker_id``, and which run it is ``run_count``: both together are what a
#: worker must show to change anything about it.
task = Table(
    "task",
    metadata,
    identity("task_id"),
    Column("execution_id", BigInteger, ForeignKey("execution.execution_id", ondelete="CASCADE"), nullable=False),
    Column("job_type", Text, nullable=False),
    #: The name Harbor's job service knows it by.
    Column("job_id", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("status_message", Text, nullable=False, server_default=""),
    Column("run_count", Integer, nullable=False, server_default=text("0")),
    #: Runs that failed, and runs whose worker was lost.
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("losses", Integer, nullable=False, server_default=text("0")),
    _object("parameters"),
    _object("extra_attrs"),
    #: When a scheduled one is put into the queue.
    timestamp("due", nullable=True),
    Column("worker_id", BigInteger),
    #: The job in Procrastinate's queue while it runs.
    Column("queue_job", BigInteger),
    Column("stop_requested", Boolean, nullable=False, server_default=text("false")),
    #: Bytes of its log.
    Column("log_size", BigInteger, nullable=False, server_default=text("0")),
    timestamp("creation_time"),
    timestamp("start_time", nullable=True),
    timestamp("update_time"),
    timestamp("end_time", nullable=True),
    Column("revision", BigInteger, nullable=False, server_default=text("0")),
    UniqueConstraint("job_id"),
    CheckConstraint("status IN ('Pending', 'Scheduled', 'Running', 'Stopped', 'Error', 'Success')", name="status"),
    Index("ix_task_execution", "execution_id", "status", "task_id"),
    Index("ix_task_due", "due", postgresql_where=text("status = 'Scheduled'")),
    Index("ix_task_running", "worker_id", postgresql_where=text("status = 'Running'")),
    Index("ix_task_open", "job_type", "task_id", postgresql_where=text(_OPEN)),
)

#: Several lines of a task's log.
job_log = Table(
    "job_log",
    metadata,
    identity("log_id"),
    Column("task_id", BigInteger, ForeignKey("task.task_id", ondelete="CASCADE"), nullable=False),
    Column("lines", Text, nullable=False),
    Index("ix_job_log_task_id", "task_id", "log_id"),
)

#: What is done at certain times. ``next_run`` is what the cron line says; ``due`` is when the ticker looks at it, later
#: than that after a failure.
schedule = Table(
    "schedule",
    metadata,
    identity("schedule_id"),
    Column("vendor_type", Text, nullable=False),
    Column("vendor_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("cron", Text, nullable=False),
    _object("parameters"),
    _object("extra_attrs"),
    #: A run that was missed while nobody looked is made up for, once.
    Column("catch_up", Boolean, nullable=False, server_default=text("true")),
    timestamp("next_run", nullable=True),
    timestamp("due", nullable=True),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    timestamp("creation_time"),
    timestamp("update_time"),
    Column("revision", BigInteger, nullable=False, server_default=text("0")),
    UniqueConstraint("vendor_type", "vendor_id"),
    Index("ix_schedule_due", "due", postgresql_where=text("due IS NOT NULL")),
)

#: A queue for each job type, and ``scheduler`` for the schedules.
queue = Table(
    "queue",
    metadata,
    Column("name", Text, primary_key=True),
    Column("paused", Boolean, nullable=False, server_default=text("false")),
    #: Jobs that may run at once in all replicas together; null for any number.
    Column("concurrency", Integer),
    timestamp("update_time"),
)

#: The workers of a process. Their heartbeat is in ``procrastinate_workers``.
worker_pool = Table(
    "worker_pool",
    metadata,
    Column("pool_id", Text, primary_key=True),
    Column("worker_id", BigInteger, nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("concurrency", Integer, nullable=False),
    timestamp("start_time"),
    UniqueConstraint("worker_id"),
)
