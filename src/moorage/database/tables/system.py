"""The system as a whole."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from moorage.database.tables.metadata import identity, metadata, timestamp

#: What was changed of Harbor's configuration (H 1.16); a key without a row has its default.
configuration = Table(
    "configuration",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", JSONB, nullable=False),
    timestamp("update_time"),
)

#: CVEs nobody minds (H row 66). ``project_id`` null: the system's own list.
cve_allowlist = Table(
    "cve_allowlist",
    metadata,
    identity("allowlist_id"),
    Column("project_id", BigInteger, ForeignKey("project.project_id", ondelete="CASCADE")),
    Column("items", ARRAY(Text), nullable=False),
    #: Seconds since the epoch, as clients gave them; null: it does not expire.
    Column("expires_at", BigInteger),
    timestamp("creation_time"),
    timestamp("update_time"),
    Index("uq_cve_allowlist_project_id", "project_id", unique=True, postgresql_nulls_not_distinct=True),
)
