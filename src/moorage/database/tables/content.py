"""What is stored: repositories, blobs, manifests, artifacts, tags, and uploads on their way.

A blob's bytes are in the blob store; a manifest's bytes are in ``manifest``. Whether something can be
read through a repository is a row: ``repository_blob`` for blobs, ``artifact`` for manifests.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from moorage.database.tables.metadata import ByteOrdered, identity, metadata, timestamp

repository = Table(
    "repository",
    metadata,
    identity("repository_id"),
    Column("project_id", BigInteger, ForeignKey("project.project_id"), nullable=False, index=True),
    #: The full name, project included.
    Column("name", ByteOrdered, nullable=False, unique=True),
    Column("description", Text, nullable=False, server_default=""),
    Column("pull_count", BigInteger, nullable=False, server_default=text("0")),
    #: Null until its first manifest: blobs alone make no repository that anyone lists (H row 43).
    timestamp("first_push_time", nullable=True),
    timestamp("creation_time"),
    timestamp("update_time"),
    Index(
        "ix_repository_project_creation",
        "project_id",
        text("creation_time DESC"),
        "repository_id",
        postgresql_where=text("first_push_time IS NOT NULL"),
    ),
    Index(
        "ix_repository_creation",
        text("creation_time DESC"),
        "repository_id",
        postgresql_where=text("first_push_time IS NOT NULL"),
    ),
    #: Pages of projects count what each of them has.
    Index("ix_repository_pushed", "project_id", postgresql_where=text("first_push_time IS NOT NULL")),
)

#: ``state``: live; trash (nothing refers to it or reads it, its bytes are being deleted); swept rows are gone.
blob = Table(
    "blob",
    metadata,
    identity("blob_id"),
    Column("digest", ByteOrdered, nullable=False, unique=True),
    Column("size", BigInteger, nullable=False),
    Column("state", Text, nullable=False, server_default="live"),
    timestamp("creation_time"),
    #: Last time a push, mount or upload asserted it: garbage collection leaves young ones alone.
    timestamp("touch_time"),
    #: Last time its bytes were read back and hashed.
    timestamp("verified_time", nullable=True),
    #: Since when, and why, nobody is given its bytes; beside ``state``, since what is damaged may be in use or not.
    timestamp("quarantine_time", nullable=True),
    Column("quarantine_reason", Text),
    Index("ix_blob_quarantined", "digest", postgresql_where=text("quarantine_time IS NOT NULL")),
    #: What was hashed longest ago comes first; what never was, was hashed when it was stored.
    Index("ix_blob_verification", text("coalesce(verified_time, creation_time)"), "blob_id"),
    #: Until when a sweeper may be deleting its bytes, whatever became of the sweeper.
    timestamp("sweep_end", nullable=True),
    CheckConstraint("state IN ('live', 'trash')", name="state"),
    Index("ix_blob_trash", "blob_id", postgresql_where=text("state = 'trash'")),
)

#: A blob can be read through a repository only while this row exists.
repository_blob = Table(
    "repository_blob",
    metadata,
    Column(
        "repository_id",
        BigInteger,
        ForeignKey("repository.repository_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("blob_id", BigInteger, ForeignKey("blob.blob_id"), primary_key=True, index=True),
    timestamp("creation_time"),
)

#: The bytes as they were pushed, once per digest.
manifest = Table(
    "manifest",
    metadata,
    Column("digest", ByteOrdered, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

#: A manifest in a repository. ``state`` trash: deleted, restorable, invisible.
artifact = Table(
    "artifact",
    metadata,
    identity("artifact_id"),
    Column(
        "repository_id",
        BigInteger,
        ForeignKey("repository.repository_id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("project_id", BigInteger, ForeignKey("project.project_id"), nullable=False),
    Column("digest", ByteOrdered, ForeignKey("manifest.digest"), nullable=False, index=True),
    #: The Content-Type it was pushed with.
    Column("media_type", Text, nullable=False),
    #: As a referrer's descriptor has it: the manifest's ``artifactType``, else an image's config media type.
    Column("artifact_type", Text),
    Column("config_media_type", Text),
    #: Bytes of the manifest itself.
    Column("manifest_size", BigInteger, nullable=False),
    #: Manifest, config and layers together; an index: the sum of its children.
    Column("size", BigInteger, nullable=False),
    Column("subject_digest", ByteOrdered),
    Column("annotations", JSONB),
    Column("state", Text, nullable=False, server_default="live"),
    timestamp("push_time"),
    timestamp("pull_time", nullable=True),
    timestamp("trash_time", nullable=True),
    #: The deletion (``trash``) that took it away.
    Column("trash_id", BigInteger),
    #: Last time a push or what undid a deletion asserted it: retention leaves alone what was since it looked.
    timestamp("touch_time"),
    #: What Harbor calls its type: IMAGE, CHART and so on (H row 53). This and the next three: ``artifacts.attributes``.
    Column("type", Text),
    #: What Harbor calls its media type: an image's config's, an index's own.
    Column("content_media_type", Text),
    #: The digest of a layer that is its icon.
    Column("icon", ByteOrdered),
    #: What its config says, an object.
    Column("extra_attrs", JSONB),
    #: Which code found the four; 0: none has yet.
    Column("attributes_version", Integer, nullable=False, server_default=text("0")),
    #: Where lists show it: 0 nowhere, since it belongs to another (H row 58); 1 when everything is asked for, since an
    #: index lists it and it has no tag; 2 everywhere. True but for what ``artifact_unsettled`` has; so is ``tagged``.
    Column("shown", SmallInteger, nullable=False, server_default=text("2")),
    Column("tagged", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("repository_id", "digest"),
    CheckConstraint("state IN ('live', 'trash')", name="state"),
    Index(
        "ix_artifact_subject",
        "repository_id",
        "subject_digest",
        "digest",
        postgresql_where=text("subject_digest IS NOT NULL AND state = 'live'"),
    ),
    Index("ix_artifact_trash_id", "trash_id", "digest", postgresql_where=text("trash_id IS NOT NULL")),
    Index(
        "ix_artifact_repository_push_time",
        "repository_id",
        text("push_time DESC"),
        "artifact_id",
        postgresql_include=["shown", "tagged"],
        postgresql_where=text("state = 'live'"),
    ),
    Index(
        "ix_artifact_project_push_time",
        "project_id",
        text("push_time DESC"),
        "artifact_id",
        postgresql_include=["shown", "tagged", "state"],
    ),
    #: Metrics count them by type.
    Index("ix_artifact_project_type", "project_id", "type", postgresql_where=text("state = 'live'")),
    Index(
        "ix_artifact_unread",
        "artifact_id",
        postgresql_where=text("attributes_version = 0 AND state = 'live'"),
    ),
    Index(
        "ix_artifact_untagged",
        "artifact_id",
        postgresql_where=text("state = 'live' AND NOT tagged AND shown = 2"),
    ),
    Index("ix_artifact_icon", "icon", postgresql_where=text("icon IS NOT NULL AND state = 'live'")),
)

#: Config and layers of a manifest.
artifact_blob = Table(
    "artifact_blob",
    metadata,
    Column("artifact_id", BigInteger, ForeignKey("artifact.artifact_id", ondelete="CASCADE"), primary_key=True),
    Column("blob_id", BigInteger, ForeignKey("blob.blob_id"), primary_key=True),
    #: The project it counts in: the artifact's, null while that is in the trash.
    Column("project_id", BigInteger),
    Index("ix_artifact_blob_blob_id_project_id", "blob_id", "project_id"),
)

#: Children of an index, in its order.
artifact_child = Table(
    "artifact_child",
    metadata,
    Column("parent_id", BigInteger, ForeignKey("artifact.artifact_id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    #: Null when it was dropped while the index was in the trash.
    Column(
        "child_id",
        BigInteger,
        ForeignKey("artifact.artifact_id", ondelete="SET NULL"),
        index=True,
    ),
    Column("child_digest", ByteOrdered, nullable=False),
    Column("platform", JSONB),
    Column("urls", JSONB),
    Column("annotations", JSONB),
)

#: Artifacts that belong to a subject (H row 58). The subject may come later, hence by digest.
artifact_accessory = Table(
    "artifact_accessory",
    metadata,
    Column("artifact_id", BigInteger, ForeignKey("artifact.artifact_id", ondelete="CASCADE"), primary_key=True),
    Column(
        "repository_id",
        BigInteger,
        ForeignKey("repository.repository_id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("subject_digest", ByteOrdered, nullable=False),
    Column("type", Text, nullable=False),
    timestamp("creation_time"),
    Index("ix_artifact_accessory_subject", "repository_id", "subject_digest"),
)

#: One row per lifetime of a tag: while ``lifetime_end`` is null the tag names the artifact; afterwards it is history.
tag = Table(
    "tag",
    metadata,
    identity("tag_id"),
    Column(
        "repository_id",
        BigInteger,
        ForeignKey("repository.repository_id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("name", ByteOrdered, nullable=False),
    Column("artifact_id", BigInteger, ForeignKey("artifact.artifact_id", ondelete="CASCADE"), nullable=False),
    timestamp("lifetime_start"),
    timestamp("lifetime_end", nullable=True),
    #: Last push that left it on this artifact.
    timestamp("push_time"),
    timestamp("pull_time", nullable=True),
    Column("pushed_by", Text, nullable=False, server_default=""),
    #: What began the lifetime: push, revert, undelete.
    Column("operation", Text, nullable=False, server_default="push"),
    #: What ended it: move, delete.
    Column("end_operation", Text),
    Column("ended_by", Text),
    #: The deletion (``trash``) that ended it, until that is undone.
    Column("trash_id", BigInteger),
    Index("uq_tag_current", "repository_id", "name", unique=True, postgresql_where=text("lifetime_end IS NULL")),
    #: A search goes by the name alone.
    Index("ix_tag_name", "name", "repository_id", postgresql_where=text("lifetime_end IS NULL")),
    Index("ix_tag_history", "repository_id", "name", "lifetime_start"),
    Index("ix_tag_changes", "repository_id", "lifetime_start"),
    Index("ix_tag_trash_id", "trash_id", "name", postgresql_where=text("trash_id IS NOT NULL")),
    Index("ix_tag_artifact", "artifact_id", "lifetime_end"),
)

#: An upload session. ``received`` bytes are stored; ``digest`` is theirs at that offset. ``state`` is the blob
#: store's own (multipart id, parts). The row is changed only with ``received`` as the expected value.
upload = Table(
    "upload",
    metadata,
    Column("upload_id", Uuid, primary_key=True),
    Column("repository", ByteOrdered, nullable=False),
    Column("project_id", BigInteger, ForeignKey("project.project_id"), nullable=False, index=True),
    Column("principal", Text, nullable=False, index=True),
    Column("algorithm", Text, nullable=False),
    Column("received", BigInteger, nullable=False, server_default=text("0")),
    Column("digest", Text, nullable=False),
    Column("state", JSONB, nullable=False),
    timestamp("creation_time"),
    timestamp("update_time", index=True),
)

#: Artifacts whose ``shown`` and ``tagged`` may not be true any more, noted by triggers; an artifact may come several
#: times. ``settle_artifacts`` (migration 0010) takes the rows of a repository away and sets the two.
artifact_unsettled = Table(
    "artifact_unsettled",
    metadata,
    identity("unsettled_id"),
    Column("repository_id", BigInteger, nullable=False),
    Column("project_id", BigInteger, nullable=False, index=True),
    Column("artifact_id", BigInteger, nullable=False),
    Index("ix_artifact_unsettled_artifact", "repository_id", "artifact_id"),
)

#: How often what a list shows has changed, per repository and project, in slots that add up. Written by triggers, at
#: the end of the transaction that changed it: whoever finds a sum unchanged knows that a count made at it still holds.
change_count = Table(
    "change_count",
    metadata,
    #: repository or project.
    Column("scope", Text, primary_key=True),
    Column("scope_id", BigInteger, primary_key=True, autoincrement=False),
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("changes", BigInteger, nullable=False),
    postgresql_with={"fillfactor": 50},
)
