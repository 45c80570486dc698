"""What retention policies say, and what a run of one has found."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from moorage.database.tables.metadata import identity, metadata, timestamp

#: A project's retention policy (H row 84); it has one at most. A deleted project keeps the row, unseen.
retention_policy = Table(
    "retention_policy",
    metadata,
    identity("policy_id"),
    Column("project_id", BigInteger, ForeignKey("project.project_id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("algorithm", Text, nullable=False),
    #: A list of objects; ``lifecycle.retention_models`` says what is in them.
    Column("rules", JSONB, nullable=False),
    #: What starts it: Schedule, with a cron expression that may be empty, or nothing.
    Column("trigger_kind", Text, nullable=False),
    Column("cron", Text, nullable=False),
    timestamp("creation_time"),
    timestamp("update_time"),
)

#: What a task has found in its repository. The next task there drops it once this one has ended. ``dry_run``: nothing
#: is deleted.
retention_plan = Table(
    "retention_plan",
    metadata,
    Column("task_id", BigInteger, primary_key=True, autoincrement=False),
    Column("policy_id", BigInteger, nullable=False),
    Column("repository_id", BigInteger, nullable=False, index=True),
    Column("dry_run", Boolean, nullable=False),
    #: When the repository was looked at.
    Column("evaluated", DateTime(timezone=True), nullable=False),
    #: The rules that were applied, for whoever is told of it.
    Column("rules", JSONB, nullable=False),
    #: Artifacts the rules were asked about.
    Column("total", Integer, nullable=False),
    #: Of these, those that were deleted so far.
    Column("deleted", Integer, nullable=False, server_default=text("0")),
    #: Who wants to know has been told.
    Column("told", Boolean, nullable=False, server_default=text("false")),
)

#: The artifacts of a plan that go. ``verdict``: delete; follow: it goes with one of those; deleted: it is gone; spared:
#: it was used meanwhile, or is needed; pin: an accessory that must stay, only while the plan is made.
retention_candidate = Table(
    "retention_candidate",
    metadata,
    Column("task_id", BigInteger, ForeignKey("retention_plan.task_id", ondelete="CASCADE"), primary_key=True),
    Column("artifact_id", BigInteger, primary_key=True),
    Column("verdict", Text, nullable=False),
    #: What its being used would change (``retention_state``, migration 0017).
    Column("state", Text, nullable=False),
    CheckConstraint("verdict IN ('delete', 'follow', 'deleted', 'spared', 'pin')", name="verdict"),
    Index("ix_retention_candidate_open", "task_id", "artifact_id", postgresql_where=text("verdict = 'delete'")),
)
