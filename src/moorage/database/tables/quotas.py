"""What projects may hold and what they do hold. Migration 0009 has the triggers that count; docs/adr/0010 tells why."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Identity, PrimaryKeyConstraint, Table, text

from moorage.database.tables.metadata import ByteOrdered, metadata, timestamp

#: A project's limit in bytes: -1 for none; null: the project was made while quotas were off.
quota = Table(
    "quota",
    metadata,
    Column("project_id", BigInteger, ForeignKey("project.project_id", ondelete="CASCADE"), primary_key=True),
    Column("hard", BigInteger),
    #: Bytes, without those that are in ``quota_change`` still.
    Column("used", BigInteger, nullable=False, server_default=text("0")),
    timestamp("creation_time"),
    timestamp("update_time"),
)

#: The ledger: bytes that were added or, below zero, went. Folded into ``quota.used`` now and then.
quota_change = Table(
    "quota_change",
    metadata,
    Column("project_id", BigInteger, nullable=False),
    Column("change_id", BigInteger, Identity(always=False), nullable=False),
    Column("amount", BigInteger, nullable=False),
    #: The project has a limit that this must fit in.
    Column("limited", Boolean, nullable=False),
    PrimaryKeyConstraint("project_id", "change_id"),
)

#: What a transaction has touched, until it commits: nobody ever sees the rows of another one.
quota_work = Table(
    "quota_work",
    metadata,
    Column(
        "transaction_id",
        BigInteger,
        nullable=False,
        server_default=text("(pg_current_xact_id()::text)::bigint"),
    ),
    Column("work_id", BigInteger, Identity(always=False), nullable=False),
    Column("project_id", BigInteger, nullable=False),
    Column("artifact_id", BigInteger),
    Column("digest", ByteOrdered),
    Column("blob_id", BigInteger),
    Column("repository_id", BigInteger),
    Column("first", Boolean, nullable=False),
    PrimaryKeyConstraint("transaction_id", "work_id"),
    prefixes=["UNLOGGED"],
)

#: The blobs that count in a project: linked to one of its repositories, and not released since.
project_blob = Table(
    "project_blob",
    metadata,
    Column("blob_id", BigInteger, ForeignKey("blob.blob_id", ondelete="CASCADE"), primary_key=True),
    Column("project_id", BigInteger, primary_key=True),
    Column("size", BigInteger, nullable=False),
)

#: The manifests that count in a project: those of its live artifacts, once however many repositories have them.
project_manifest = Table(
    "project_manifest",
    metadata,
    Column("digest", ByteOrdered, ForeignKey("manifest.digest", ondelete="CASCADE"), primary_key=True),
    Column("project_id", BigInteger, primary_key=True),
    Column("size", BigInteger, nullable=False),
)
