"""Projects, their metadata and their members."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
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

from moorage.database.tables.metadata import ByteOrdered, identity, metadata, timestamp

#: A deleted project keeps its row, so its name can be used again (H row 33).
project = Table(
    "project",
    metadata,
    identity("project_id"),
    Column("name", ByteOrdered, nullable=False),
    Column("owner_id", BigInteger, ForeignKey("user_account.user_id"), nullable=False),
    #: Metadata ``public``, as a column since every anonymous pull asks for it.
    Column("public", Boolean, nullable=False, server_default=text("false")),
    Column("deleted", Boolean, nullable=False, server_default=text("false")),
    timestamp("creation_time"),
    timestamp("update_time"),
    Index("uq_project_name", "name", unique=True, postgresql_where=text("NOT deleted")),
)

#: Every other metadata of H row 34; values are strings, as in Harbor.
project_metadata = Table(
    "project_metadata",
    metadata,
    Column("project_id", BigInteger, ForeignKey("project.project_id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

#: CVEs a project does not mind (H row 66); ``expires_at``: seconds since 1970, as in Harbor; null: never.
project_cve_allowlist = Table(
    "project_cve_allowlist",
    metadata,
    Column("project_id", BigInteger, ForeignKey("project.project_id", ondelete="CASCADE"), primary_key=True),
    Column("items", ARRAY(Text), nullable=False),
    Column("expires_at", BigInteger),
    timestamp("creation_time"),
    timestamp("update_time"),
)

#: ``entity_type`` u: ``entity_id`` is a user's; g: a group's. ``role`` 1 projectAdmin, 2 developer, 3 guest,
#: 4 maintainer, 5 limitedGuest. ``repositories``: patterns the role is limited to; null: it is not.
project_member = Table(
    "project_member",
    metadata,
    identity("member_id"),
    Column("project_id", BigInteger, ForeignKey("project.project_id", ondelete="CASCADE"), nullable=False),
    Column("entity_id", BigInteger, nullable=False),
    Column("entity_type", Text, nullable=False),
    Column("role", Integer, nullable=False),
    Column("repositories", ARRAY(Text)),
    timestamp("creation_time"),
    timestamp("update_time"),
    UniqueConstraint("project_id", "entity_id", "entity_type"),
    CheckConstraint("entity_type IN ('u', 'g')", name="entity_type"),
    CheckConstraint("role BETWEEN 1 AND 5", name="role"),
    CheckConstraint("cardinality(repositories) > 0", name="repositories"),
    Index("ix_project_member_entity", "entity_type", "entity_id"),
)
