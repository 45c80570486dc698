"""What keeps tags as they are, and what was deleted and can come back."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from moorage.database.tables.metadata import ByteOrdered, identity, metadata, timestamp

#: A rule of a project by which tags, once pushed, stay as they are (H row 67).
immutable_rule = Table(
    "immutable_rule",
    metadata,
    identity("rule_id"),
    Column("project_id", BigInteger, ForeignKey("project.project_id", ondelete="CASCADE"), nullable=False),
    Column("disabled", Boolean, nullable=False, server_default=text("false")),
    Column("priority", Integer, nullable=False, server_default=text("0")),
    Column("action", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("params", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    #: Lists of objects with kind, decoration, pattern and extras; all of them must choose a tag.
    Column("tag_selectors", JSONB, nullable=False),
    Column("repository_selectors", JSONB, nullable=False),
    #: A hash of what the rule says, so that a project has no rule twice.
    Column("fingerprint", Text, nullable=False),
    timestamp("creation_time"),
    timestamp("update_time"),
    Index("uq_immutable_rule_project_id_fingerprint", "project_id", "fingerprint", unique=True),
)

#: One row per deletion that can be undone. What it took away names it (``artifact.trash_id``, ``tag.trash_id``). No
#: foreign keys: they would lock what deletions lock, in another order.
trash = Table(
    "trash",
    metadata,
    identity("trash_id"),
    Column("kind", Text, nullable=False),
    Column("project_id", BigInteger, nullable=False),
    Column("repository_id", BigInteger),
    #: As users know it: ``library``, ``library/app``, ``library/app@sha256:...`` or ``library/app:v1``.
    Column("resource", ByteOrdered, nullable=False),
    #: Of an artifact, or of what a tag named.
    Column("digest", Text),
    Column("artifact_count", Integer, nullable=False, server_default=text("0")),
    Column("tag_count", Integer, nullable=False, server_default=text("0")),
    Column("deleted_by", Text, nullable=False),
    timestamp("deletion_time"),
    #: What else the deletion took away and cannot be told from rows that stayed.
    Column("kept", JSONB),
    #: When somebody wanted it dropped at once: it cannot be undone any more, and goes piece by piece.
    timestamp("drop_time", nullable=True),
    CheckConstraint("kind IN ('project', 'repository', 'artifact', 'tag')", name="kind"),
    Index("ix_trash_project_id", "project_id", "trash_id"),
    Index("ix_trash_deletion_time", "deletion_time", "trash_id"),
    Index("ix_trash_drop_time", "trash_id", postgresql_where=text("drop_time IS NOT NULL")),
    Index("ix_trash_repository_id", "repository_id"),
    Index("ix_trash_projects", "trash_id", postgresql_where=text("kind = 'project'")),
)
