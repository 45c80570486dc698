"""Checks of what is stored (``checking``)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Index, Table, Text, text

from moorage.database.tables.metadata import identity, metadata, timestamp

#: A run of fsck, or of the scrub; the latest ones are kept.
checking_run = Table(
    "checking_run",
    metadata,
    identity("run_id"),
    #: fsck or scrub.
    Column("kind", Text, nullable=False),
    Column("repair", Boolean, nullable=False, server_default=text("false")),
    timestamp("start_time"),
    timestamp("end_time", nullable=True),
    #: Everything was looked at.
    Column("complete", Boolean, nullable=False, server_default=text("false")),
    Column("verified_blobs", BigInteger, nullable=False, server_default=text("0")),
    Column("verified_bytes", BigInteger, nullable=False, server_default=text("0")),
    Column("findings", BigInteger, nullable=False, server_default=text("0")),
    Column("repaired", BigInteger, nullable=False, server_default=text("0")),
    CheckConstraint("kind IN ('fsck', 'scrub')", name="kind"),
    Index("ix_checking_run_kind_run_id", "kind", "run_id"),
)
