"""The system as a whole."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from moorage.database.tables.metadata import metadata, timestamp

#: What was changed of Harbor's configuration (H 1.16); a key without a row has its default.
configuration = Table(
    "configuration",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", JSONB, nullable=False),
    timestamp("update_time"),
)
