"""What happened: on its way to whoever wants to know, and the audit log."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from moorage.database.tables.metadata import ByteOrdered, identity, metadata, timestamp

#: Written in the transaction that did it; the dispatcher takes rows away once every consumer has them.
outbox = Table(
    "outbox",
    metadata,
    identity("event_id"),
    #: create, delete, update, pull, login, logout.
    Column("operation", Text, nullable=False),
    #: artifact, tag, repository, project, user, robot, configuration, member and so on (H row 95).
    Column("resource_type", Text, nullable=False),
    Column("resource", Text, nullable=False),
    Column("succeeded", Boolean, nullable=False, server_default=text("true")),
    #: Name of the account.
    Column("operator", Text, nullable=False),
    Column("address", Text, nullable=False, server_default=""),
    Column("request_id", Text, nullable=False, server_default=""),
    Column("project_id", BigInteger),
    #: What consumers need beyond it.
    Column("details", JSONB),
    Column("occurred", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    #: The order consumers see, given after the commit: ids become visible out of order, positions do not.
    Column("position", BigInteger),
    Index("ix_outbox_unordered", "event_id", postgresql_where=text("position IS NULL")),
    Index("uq_outbox_position", "position", unique=True, postgresql_where=text("position IS NOT NULL")),
)

#: How far each consumer is; the row named ``sequencer`` holds the last position given. Whoever holds the lock of a
#: row is, across all replicas, the one who does that work.
outbox_consumer = Table(
    "outbox_consumer",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False, server_default=text("0")),
    #: Attempts that failed one after the other, when the next is due, and why.
    Column("failures", Integer, nullable=False, server_default=text("0")),
    timestamp("retry_time", nullable=True),
    Column("error", Text, nullable=False, server_default=""),
)

_LISTED = text("NOT forward_only")

#: One row an event, chained: ``hash`` is over the row and ``previous``, the hash of the row before. ``id`` has no holes
#: but those of purged rows, which ``audit_gap`` records.
audit_log = Table(
    "audit_log",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("op_time", DateTime(timezone=True), nullable=False),
    Column("operation", ByteOrdered, nullable=False),
    Column("resource_type", ByteOrdered, nullable=False),
    Column("resource", ByteOrdered, nullable=False),
    Column("username", ByteOrdered, nullable=False),
    Column("project_id", BigInteger),
    Column("succeeded", Boolean, nullable=False),
    Column("description", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    #: Here only until it has been forwarded (``skip_audit_log_database``); no list shows it.
    Column("forward_only", Boolean, nullable=False, server_default=text("false")),
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index("ix_audit_log_time", text("op_time DESC"), "id", postgresql_where=_LISTED),
    Index("ix_audit_log_project", "project_id", text("op_time DESC"), "id", postgresql_where=_LISTED),
    Index("ix_audit_log_username", "username", text("op_time DESC"), "id", postgresql_where=_LISTED),
    Index("ix_audit_log_operation", "operation", text("op_time DESC"), "id", postgresql_where=_LISTED),
    Index("ix_audit_log_resource_type", "resource_type", text("op_time DESC"), "id", postgresql_where=_LISTED),
    Index("ix_audit_log_resource", "resource", text("op_time DESC"), "id", postgresql_where=_LISTED),
    Index("ix_audit_log_forward_only", "id", postgresql_where=text("forward_only")),
)

#: Where the chain ends: one row.
audit_chain = Table(
    "audit_chain",
    metadata,
    Column("one", SmallInteger, primary_key=True, autoincrement=False, server_default=text("1")),
    Column("last_id", BigInteger, nullable=False),
    Column("last_hash", LargeBinary, nullable=False),
    CheckConstraint("one = 1", name="one"),
)

#: Rows that were purged: from ``first_id`` to ``last_id``, whose hash the row after them follows on.
audit_gap = Table(
    "audit_gap",
    metadata,
    Column("first_id", BigInteger, primary_key=True, autoincrement=False),
    Column("last_id", BigInteger, nullable=False, unique=True),
    Column("last_hash", LargeBinary, nullable=False),
    timestamp("purge_time"),
    CheckConstraint("first_id <= last_id", name="order"),
)

#: How many rows lists have, so that a page need not count them. ``scope`` all (key empty), project (its id) or
#: username.
audit_count = Table(
    "audit_count",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("key", ByteOrdered, primary_key=True),
    Column("operation", ByteOrdered, primary_key=True),
    Column("resource_type", ByteOrdered, primary_key=True),
    Column("rows", BigInteger, nullable=False),
)

#: Forwarding to syslog: one row. ``position``: id of the last audit row the server has; null while nothing is
#: forwarded. ``owner`` forwards until ``lease_end`` unless it renews.
audit_forward = Table(
    "audit_forward",
    metadata,
    Column("one", SmallInteger, primary_key=True, autoincrement=False, server_default=text("1")),
    Column("position", BigInteger),
    Column("owner", Text, nullable=False, server_default=""),
    timestamp("lease_end"),
    CheckConstraint("one = 1", name="one"),
)
