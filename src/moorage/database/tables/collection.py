"""Garbage collection: what may be collected, and what collections did."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Table,
    Text,
    func,
    text,
)

from moorage.database.tables.metadata import ByteOrdered, identity, metadata, timestamp

#: Something happened after which nothing may need one of these any more: a blob in a repository (``blob_id`` and
#: ``repository_id``), a blob, the bytes of a manifest, a repository, an artifact that refers to a subject. Written by
#: triggers (migration 0016), only appended to; whoever finds it needed takes the note away. It may come several times.
collection_note = Table(
    "collection_note",
    metadata,
    identity("note_id"),
    Column("noted_time", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("blob_id", BigInteger),
    Column("repository_id", BigInteger),
    Column("digest", ByteOrdered),
    Column("artifact_id", BigInteger),
    Index("ix_collection_note_blob_id", "blob_id", "noted_time", postgresql_where=text("blob_id IS NOT NULL")),
    Index("ix_collection_note_digest", "digest", "noted_time", postgresql_where=text("digest IS NOT NULL")),
    Index(
        "ix_collection_note_repository_id",
        "repository_id",
        postgresql_where=text("repository_id IS NOT NULL AND blob_id IS NULL"),
    ),
    Index("ix_collection_note_artifact_id", "artifact_id", postgresql_where=text("artifact_id IS NOT NULL")),
)

#: A collection, by whatever it was started; the numbers grow with every batch.
collection_run = Table(
    "collection_run",
    metadata,
    identity("run_id"),
    #: Of the job that ran it; null: the command line.
    Column("execution_id", BigInteger, unique=True),
    Column("dry_run", Boolean, nullable=False),
    Column("start_time", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    timestamp("end_time", nullable=True),
    Column("succeeded", Boolean),
    Column("eligible_blobs", BigInteger, nullable=False, server_default=text("0")),
    Column("eligible_manifests", BigInteger, nullable=False, server_default=text("0")),
    Column("eligible_bytes", BigInteger, nullable=False, server_default=text("0")),
    #: Untagged artifacts put into the trash, and deletions dropped from it.
    Column("untagged", BigInteger, nullable=False, server_default=text("0")),
    Column("deletions", BigInteger, nullable=False, server_default=text("0")),
    Column("blobs", BigInteger, nullable=False, server_default=text("0")),
    Column("manifests", BigInteger, nullable=False, server_default=text("0")),
    Column("freed_bytes", BigInteger, nullable=False, server_default=text("0")),
)

#: What a collection deleted, or would have; no more than so many of each (``collection_queries.MOST_ITEMS``).
collection_item = Table(
    "collection_item",
    metadata,
    Column("run_id", BigInteger, ForeignKey("collection_run.run_id", ondelete="CASCADE"), primary_key=True),
    identity("item_id"),
    Column("kind", Text, nullable=False),
    #: A digest; of an artifact and a deletion the resource, as users know it.
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    CheckConstraint("kind IN ('untagged', 'deletion', 'blob', 'manifest')", name="kind"),
)
