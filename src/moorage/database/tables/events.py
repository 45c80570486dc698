"""What happened, on its way to whoever wants to know."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB

from moorage.database.tables.metadata import identity, metadata

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
)
