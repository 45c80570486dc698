"""The system as a whole."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from moorage.database.tables.metadata import metadata, timestamp

#: What was changed of Harbor's configuration (H 1.16); a key without a row has its default.
configuration = Table(
    "configuration",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", JSONB, nullable=False),
    timestamp("update_time"),
)

#: CVEs nobody minds (H row 66): one row at most, since projects keep theirs elsewhere.
cve_allowlist = Table(
    "cve_allowlist",
    metadata,
    Column("allowlist_id", BigInteger, primary_key=True, autoincrement=False, server_default=text("1")),
    Column("items", ARRAY(Text), nullable=False),
    #: Seconds since the epoch, as clients gave them; null: it does not expire.
    Column("expires_at", BigInteger),
    timestamp("creation_time"),
    timestamp("update_time"),
    CheckConstraint("allowlist_id = 1", name="one"),
)

#: The processes that serve, by their signs of life. ``failing``: dependencies that did not work at the last one.
server_process = Table(
    "server_process",
    metadata,
    Column("process_id", Uuid, primary_key=True),
    Column("host", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("version", Text, nullable=False),
    Column("failing", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    timestamp("start_time"),
    timestamp("seen_time"),
)
