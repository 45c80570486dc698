"""Webhook policies, and what was told to them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from moorage.database.tables.metadata import ByteOrdered, identity, metadata, timestamp

webhook_policy = Table(
    "webhook_policy",
    metadata,
    identity("policy_id"),
    Column("project_id", BigInteger, ForeignKey("project.project_id", ondelete="CASCADE"), nullable=False),
    Column("name", ByteOrdered, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("enabled", Boolean, nullable=False, server_default=text("false")),
    Column("creator", Text, nullable=False, server_default=""),
    Column("event_types", ARRAY(Text), nullable=False),
    #: A list of objects with kind, address, skip_cert_verify, format, and auth_header: sealed, in base64.
    Column("targets", JSONB, nullable=False),
    #: Patterns; none: everything.
    Column("repositories", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    Column("tags", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    #: Deliveries are signed with it; sealed.
    Column("secret", LargeBinary),
    timestamp("creation_time"),
    timestamp("update_time"),
    Index("uq_webhook_policy_project_id_name", "project_id", "name", unique=True),
    #: Whether anybody wants to be told of pulls is asked for every batch of them.
    Index(
        "ix_webhook_policy_pulls",
        "project_id",
        postgresql_where=text("enabled AND 'PULL_ARTIFACT'::text = ANY (event_types)"),
    ),
)

#: When a policy was last told of an event; deliveries are kept only for a time.
webhook_trigger = Table(
    "webhook_trigger",
    metadata,
    Column("policy_id", BigInteger, ForeignKey("webhook_policy.policy_id", ondelete="CASCADE"), primary_key=True),
    Column("event_type", ByteOrdered, primary_key=True),
    timestamp("last_time"),
)

#: What was told of a project's quota and is not told again as long as it holds. No foreign key: it would wait for
#: whoever changes the project.
quota_notice = Table(
    "quota_notice",
    metadata,
    Column("project_id", BigInteger, primary_key=True, autoincrement=False),
    Column("warned", Boolean, nullable=False, server_default=text("false")),
    Column("exceeded", Boolean, nullable=False, server_default=text("false")),
)
