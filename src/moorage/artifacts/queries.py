"""SQL of artifacts, tags and referrers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, bindparam, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.artifacts import attribute_queries
from moorage.artifacts.attributes import Attributes
from moorage.artifacts.models import CurrentTag, MovedTag, Push, Referrer, StoredManifest
from moorage.database.driver import Row, fetch_all, fetch_value
from moorage.database.tables import (
    artifact,
    artifact_accessory,
    artifact_blob,
    artifact_child,
    manifest,
    tag,
)
from moorage.oci.manifests import Descriptor

_BIGINTS = ARRAY(BigInteger)

# --- reading ------------------------------------------------------------------------------------

# A repository without the manifest still gives a row, so that "no such repository" and "no such manifest" can be told
# apart (OCI trap 36). The functions are in migration 0002.
BY_TAG = "SELECT * FROM lookup_tags(%s::int[], %s::text[], %s::text[])"
BY_DIGEST = "SELECT * FROM lookup_digests(%s::int[], %s::text[], %s::text[])"

#: (repository, tag or digest)
Key = tuple[str, str]
#: (repository id or None, manifest or None)
Resolved = tuple[int | None, StoredManifest | None]
_NOTHING: Resolved = (None, None)


def parameters(keys: Sequence[Key]) -> tuple[list[int], list[str], list[str]]:
    """Parameters of both statements."""
    return list(range(len(keys))), [key[0] for key in keys], [key[1] for key in keys]


def resolved(keys: Sequence[Key], rows: Sequence[Row]) -> Mapping[Key, Resolved]:
    """What each key names now."""
    found: dict[Key, Resolved] = dict.fromkeys(keys, _NOTHING)
    for position, repository_id, artifact_id, digest, media_type, size in rows:
        stored = None if artifact_id is None else StoredManifest(artifact_id, repository_id, digest, media_type, size)
        found[keys[position]] = (repository_id, stored)
    return found


async def content(connection: AsyncConnection, digest: str) -> bytes | None:
    """The bytes of a manifest."""
    return await connection.scalar(select(manifest.c.content).where(manifest.c.digest == digest))


_TAG_PAGE = """
SELECT name FROM tag WHERE repository_id = %s AND lifetime_end IS NULL AND name > %s ORDER BY name LIMIT %s
"""


async def tag_page(connection: AsyncConnection, repository_id: int, last: str, limit: int) -> list[str]:
    """Up to ``limit`` current tags after ``last``, in byte order."""
    return [name for (name,) in await fetch_all(connection, _TAG_PAGE, (repository_id, last, limit))]


_REFERRERS = """
  FROM artifact a JOIN repository r ON r.repository_id = a.repository_id
 WHERE r.name = %s AND a.subject_digest = %s AND a.state = 'live'
"""
_REFERRER_PAGE = f"""
SELECT a.media_type, a.digest, a.manifest_size, a.artifact_type, a.annotations {_REFERRERS}
   AND a.digest > %s AND (%s::text[] IS NULL OR a.artifact_type = ANY(%s::text[])) ORDER BY a.digest LIMIT %s
"""
_COUNT_REFERRERS = f"SELECT count(*) FROM (SELECT 1 {_REFERRERS} LIMIT %s) AS found"  # noqa: S608


async def referrer_page(
    connection: AsyncConnection,
    repository_name: str,
    subject: str,
    artifact_types: Sequence[str],
    last: str,
    limit: int,
) -> list[Referrer]:
    """Up to ``limit`` referrers of ``subject`` with a digest after ``last``; ``artifact_types`` empty: all."""
    types = list(artifact_types) or None
    rows = await fetch_all(connection, _REFERRER_PAGE, (repository_name, subject, last, types, types, limit))
    return [Referrer(*row) for row in rows]


async def count_referrers(connection: AsyncConnection, repository_name: str, subject: str, limit: int) -> int:
    """How many referrers ``subject`` has, counted up to ``limit``: a header must not cost a scan."""
    return int(await fetch_value(connection, _COUNT_REFERRERS, (repository_name, subject, limit)))


# --- pushing ------------------------------------------------------------------------------------


async def hold_children(
    connection: AsyncConnection, repository_id: int, digests: Sequence[str]
) -> Mapping[str, tuple[int, int]]:
    """Live manifests among ``digests``: id and total size, kept from being deleted until the transaction ends."""
    if not digests:
        return {}
    rows = await connection.execute(
        select(artifact.c.artifact_id, artifact.c.digest, artifact.c.size)
        .where(
            artifact.c.repository_id == repository_id,
            artifact.c.digest == func.any(bindparam("digests")),
            artifact.c.state == "live",
        )
        .order_by(artifact.c.digest)
        .with_for_update(key_share=True, read=True),
        {"digests": list(digests)},
    )
    return {row.digest: (row.artifact_id, row.size) for row in rows}


async def store_content(connection: AsyncConnection, digest: str, content: bytes) -> None:
    """Keep a manifest's bytes, once; those that were damaged are replaced."""
    # The function is in migrations 0016 and 0018.
    await fetch_all(connection, "SELECT manifest_store(%s, %s)", (digest, content))


async def store_artifact(
    connection: AsyncConnection, repository_id: int, push: Push, size: int, attributes: Attributes | None
) -> int:
    """The artifact's id; one that was deleted before is live again."""
    parsed = push.manifest
    values = {
        "repository_id": repository_id,
        "project_id": push.project_id,
        "digest": push.digest,
        "media_type": parsed.media_type,
        "artifact_type": parsed.artifact_type,
        "config_media_type": parsed.config_media_type,
        "manifest_size": len(push.content),
        "size": size,
        "subject_digest": parsed.subject.digest if parsed.subject else None,
        "annotations": dict(parsed.annotations) if parsed.annotations else None,
    }
    known = attribute_queries.values(attributes)
    statement = upsert(artifact).values({**values, **known})
    statement = statement.on_conflict_do_update(
        index_elements=["repository_id", "digest"],
        set_={
            "media_type": statement.excluded.media_type,
            "artifact_type": statement.excluded.artifact_type,
            "state": "live",
            "trash_time": None,
            "trash_id": None,
            "touch_time": func.clock_timestamp(),
            **{name: statement.excluded[name] for name in known},
        },
    )
    row = await connection.execute(statement.returning(artifact.c.artifact_id))
    return int(row.scalar_one())


async def store_references(
    connection: AsyncConnection,
    artifact_id: int,
    project_id: int,
    blob_ids: Sequence[int],
    children: Sequence[tuple[Descriptor, int]],
) -> None:
    """Record what an artifact refers to; what is recorded already stays."""
    if blob_ids:
        await connection.execute(
            upsert(artifact_blob)
            .from_select(
                ["artifact_id", "blob_id", "project_id"],
                select(literal(artifact_id), func.unnest(bindparam("blob_ids", type_=_BIGINTS)), literal(project_id)),
            )
            .on_conflict_do_nothing(),
            {"blob_ids": sorted(set(blob_ids))},
        )
    if children:
        statement = upsert(artifact_child)
        await connection.execute(
            # An index that was in the trash may list what was dropped, and is another artifact by now.
            statement.on_conflict_do_update(
                index_elements=["parent_id", "position"],
                set_={"child_id": statement.excluded.child_id},
                where=artifact_child.c.child_id.is_distinct_from(statement.excluded.child_id),
            ),
            [
                {
                    "parent_id": artifact_id,
                    "position": position,
                    "child_id": child_id,
                    "child_digest": child.digest,
                    "platform": child.platform,
                    "urls": list(child.urls) or None,
                    "annotations": dict(child.annotations) if child.annotations else None,
                }
                for position, (child, child_id) in enumerate(children)
            ],
        )


async def store_accessory(
    connection: AsyncConnection, artifact_id: int, repository_id: int, subject: str, kind: str
) -> None:
    """Record that an artifact belongs to a subject, which may come later."""
    await connection.execute(
        upsert(artifact_accessory)
        .values(artifact_id=artifact_id, repository_id=repository_id, subject_digest=subject, type=kind)
        .on_conflict_do_nothing()
    )


# --- tags ---------------------------------------------------------------------------------------


async def move_tag(
    connection: AsyncConnection, repository_id: int, name: str, artifact_id: int, actor: str, operation: str = "push"
) -> MovedTag:
    """Let the tag name the artifact from now on; what it named before becomes history."""
    row = (await fetch_all(connection, _MOVE_TAG, (repository_id, name, artifact_id, actor, operation)))[0]
    return MovedTag(*row)


# The function is in migration 0012.
_MOVE_TAG = "SELECT * FROM tag_move(%s, %s, %s, %s, %s)"


async def lock_tag(connection: AsyncConnection, repository_id: int, name: str) -> CurrentTag | None:
    """What a tag names, its row ours until the transaction ends."""
    # A push that moves the tag ends the row this waits for: then there is another.
    for _ in range(100):
        rows = await fetch_all(connection, _LOCK_TAG, (repository_id, name))
        if rows:
            return CurrentTag(*rows[0])
        if not await fetch_all(connection, _LOOK_AT_TAG, (repository_id, name)):
            return None
    raise RuntimeError(f"tag {name} is moved by too many pushes at once")


_LOOK_AT_TAG = "SELECT 1 FROM tag WHERE repository_id = %s AND name = %s AND lifetime_end IS NULL"
_LOCK_TAG = """
SELECT t.tag_id, a.artifact_id, a.digest, a.project_id FROM tag t JOIN artifact a ON a.artifact_id = t.artifact_id
 WHERE t.repository_id = %s AND t.name = %s AND t.lifetime_end IS NULL FOR UPDATE OF t
"""


async def end_tag(connection: AsyncConnection, tag_id: int, trash_id: int, actor: str) -> None:
    """The tag names nothing from now on."""
    await connection.execute(update(tag).where(tag.c.tag_id == tag_id).values(**ended(trash_id, actor)))


def ended(trash_id: int, actor: str) -> dict[str, Any]:
    """What a tag's row becomes when it is deleted."""
    # The clock, not the transaction's start: the row may have waited for a push that began later.
    return {
        "lifetime_end": func.clock_timestamp(),
        "end_operation": "delete",
        "ended_by": actor,
        "trash_id": trash_id,
    }


# --- deleting -----------------------------------------------------------------------------------


async def trash_artifacts(
    connection: AsyncConnection, repository_id: int, trash_id: int, actor: str
) -> tuple[int, int]:
    """Hide everything of a repository that the caller has locked; the rows stay. How many artifacts and tags."""
    tags = await connection.execute(
        update(tag)
        .where(tag.c.repository_id == repository_id, tag.c.lifetime_end.is_(None))
        .values(**ended(trash_id, actor))
    )
    artifacts = await connection.execute(
        update(artifact)
        .where(artifact.c.repository_id == repository_id, artifact.c.state == "live")
        .values(state="trash", trash_time=func.now(), trash_id=trash_id)
    )
    return artifacts.rowcount, tags.rowcount
