"""Labels, and what they are on."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text

from moorage.database.tables.metadata import ByteOrdered, identity, metadata, timestamp

#: ``project_id`` null: a label of the whole system (scope "g").
label = Table(
    "label",
    metadata,
    identity("label_id"),
    Column("name", ByteOrdered, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("color", Text, nullable=False, server_default=""),
    Column("project_id", BigInteger, ForeignKey("project.project_id", ondelete="CASCADE")),
    timestamp("creation_time"),
    timestamp("update_time"),
    Index("uq_label_project_id_name", "project_id", "name", unique=True, postgresql_nulls_not_distinct=True),
)

artifact_label = Table(
    "artifact_label",
    metadata,
    Column("artifact_id", BigInteger, ForeignKey("artifact.artifact_id", ondelete="CASCADE"), primary_key=True),
    Column("label_id", BigInteger, ForeignKey("label.label_id", ondelete="CASCADE"), primary_key=True, index=True),
    timestamp("creation_time"),
)
