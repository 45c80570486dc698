"""SQL of manifests and of what artifacts refer to, as checks see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.checking.models import NAMED, BrokenArtifact


@dataclass(frozen=True, slots=True)
class ArtifactRow:
    """A live artifact, the bytes of its manifest, and what its rows say that it refers to.

    Attributes:
        content: None when the manifest's row is missing.
        blobs: digests by whether they can be read through its repository.
        children: digests of the artifacts that its rows list.
        present: digests of its children that are live artifacts of its repository.
    """

    artifact_id: int
    repository: str
    digest: str
    media_type: str
    manifest_size: int
    content: bytes | None
    blobs: dict[str, bool]
    children: frozenset[str]


# Hashed by PostgreSQL: only what is wrong travels.
_DAMAGED = text(
    """
    WITH page AS (SELECT m.digest, m.content FROM manifest m WHERE m.digest > :after ORDER BY m.digest LIMIT :count)
    SELECT count(*) AS manifests, max(digest) AS last,
           array_agg(digest) FILTER (WHERE digest <> CASE
               WHEN digest LIKE 'sha512:%' THEN 'sha512:' || encode(sha512(content), 'hex')
               ELSE 'sha256:' || encode(sha256(content), 'hex') END) AS damaged
      FROM page
    """
)
_SET_CONTENT = text("UPDATE manifest SET content = :content WHERE digest = :digest")
_USERS = text(
    """
    SELECT r.name, a.digest, coalesce((SELECT array_agg(t.name ORDER BY t.name) FROM tag t
                 WHERE t.artifact_id = a.artifact_id AND t.lifetime_end IS NULL), '{}') AS tags, count(*) OVER () AS all
      FROM artifact a JOIN repository r ON r.repository_id = a.repository_id
     WHERE a.digest = :digest AND a.state = 'live' ORDER BY r.name LIMIT :count
    """
)
# One statement sees one moment: what is pushed or deleted meanwhile is there whole or not at all.
_ARTIFACTS = text(
    """
    SELECT a.artifact_id, r.name, a.digest, a.media_type, a.manifest_size, m.content,
           coalesce((SELECT jsonb_object_agg(b.digest, l.blob_id IS NOT NULL)
                       FROM artifact_blob f
                       JOIN blob b ON b.blob_id = f.blob_id
                       LEFT JOIN repository_blob l ON l.blob_id = f.blob_id AND l.repository_id = a.repository_id
                      WHERE f.artifact_id = a.artifact_id), '{}') AS blobs,
           coalesce((SELECT jsonb_agg(c.child_digest)
                       FROM artifact_child c
                       JOIN artifact x ON x.artifact_id = c.child_id AND x.digest = c.child_digest AND x.state = 'live'
                      WHERE c.parent_id = a.artifact_id), '[]') AS children
      FROM artifact a
      JOIN repository r ON r.repository_id = a.repository_id
      LEFT JOIN manifest m ON m.digest = a.digest
     WHERE a.artifact_id > :after AND a.state = 'live' ORDER BY a.artifact_id LIMIT :count
    """
).columns(blobs=JSONB, children=JSONB)
# As when it was brought back, so that what it refers to counts in its project at the commit (migration 0009).
_HOLD = text("UPDATE artifact SET state = 'live' WHERE artifact_id = :artifact_id AND state = 'live'")
_REFER = text(
    """
    INSERT INTO artifact_blob (artifact_id, blob_id, project_id)
    SELECT a.artifact_id, b.blob_id, a.project_id FROM artifact a, blob b
     WHERE a.artifact_id = :artifact_id AND b.digest = ANY(CAST(:digests AS text[]))
    ON CONFLICT DO NOTHING
    """
)
_LIST_CHILD = text(
    """
    INSERT INTO artifact_child (parent_id, position, child_id, child_digest, platform, urls, annotations)
    SELECT p.artifact_id, :position, c.artifact_id, c.digest, CAST(:platform AS jsonb), CAST(:urls AS jsonb),
           CAST(:annotations AS jsonb)
      FROM artifact p JOIN artifact c ON c.repository_id = p.repository_id AND c.digest = :digest AND c.state = 'live'
     WHERE p.artifact_id = :artifact_id
    ON CONFLICT (parent_id, position) DO UPDATE SET child_id = EXCLUDED.child_id, child_digest = EXCLUDED.child_digest
    """
)
_SET_SIZE = text("UPDATE artifact SET manifest_size = :size WHERE artifact_id = :artifact_id")
_STORE = text("INSERT INTO manifest (digest, content) VALUES (:digest, :content) ON CONFLICT DO NOTHING")
_KNOWN_BLOBS = text("SELECT digest FROM blob WHERE digest = ANY(CAST(:digests AS text[]))")
_TAGS = text(
    """
    SELECT t.name FROM tag t WHERE t.artifact_id = :artifact_id AND t.lifetime_end IS NULL ORDER BY t.name LIMIT :count
    """
)


async def damaged(connection: AsyncConnection, after: str, count: int) -> tuple[int, str, list[str]]:
    """Of a page of manifests: how many there are, the last one, and those whose bytes hash to something else."""
    row = (await connection.execute(_DAMAGED, {"after": after, "count": count})).one()
    return row.manifests, row.last or "", row.damaged or []


async def users(connection: AsyncConnection, digest: str) -> tuple[list[BrokenArtifact], int]:
    """The first live artifacts with a manifest, and how many there are."""
    rows = (await connection.execute(_USERS, {"digest": digest, "count": NAMED})).all()
    return [BrokenArtifact(row.name, row.digest, list(row.tags)) for row in rows], rows[0].all if rows else 0


async def set_content(connection: AsyncConnection, digest: str, content: bytes) -> None:
    """Replace a manifest's bytes, which are not those of its digest, by those that are."""
    await connection.execute(_SET_CONTENT, {"digest": digest, "content": content})


async def store_content(connection: AsyncConnection, digest: str, content: bytes) -> None:
    """Keep the bytes of a manifest whose row is missing."""
    await connection.execute(_STORE, {"digest": digest, "content": content})


async def artifacts(connection: AsyncConnection, after: int, count: int) -> list[ArtifactRow]:
    """Live artifacts in the order of their ids."""
    rows = await connection.execute(_ARTIFACTS, {"after": after, "count": count})
    return [
        ArtifactRow(
            row.artifact_id,
            row.name,
            row.digest,
            row.media_type,
            row.manifest_size,
            None if row.content is None else bytes(row.content),
            row.blobs,
            frozenset(row.children),
        )
        for row in rows
    ]


async def hold(connection: AsyncConnection, artifact_id: int) -> bool:
    """Whether an artifact is still there; it stays until the transaction ends."""
    return (await connection.execute(_HOLD, {"artifact_id": artifact_id})).rowcount == 1


async def tags(connection: AsyncConnection, artifact_id: int) -> list[str]:
    """The first tags that name an artifact."""
    return list((await connection.execute(_TAGS, {"artifact_id": artifact_id, "count": NAMED})).scalars())


async def known_blobs(connection: AsyncConnection, digests: Sequence[str]) -> set[str]:
    """Those of the digests that are blobs."""
    return set((await connection.execute(_KNOWN_BLOBS, {"digests": list(digests)})).scalars())


async def refer(connection: AsyncConnection, artifact_id: int, digests: Sequence[str]) -> None:
    """Note that an artifact refers to blobs."""
    await connection.execute(_REFER, {"artifact_id": artifact_id, "digests": list(digests)})


async def list_child(connection: AsyncConnection, artifact_id: int, **child: Any) -> bool:
    """Note that an index lists an artifact, if that is there: ``position``, ``digest``, ``platform`` and so on."""
    return (await connection.execute(_LIST_CHILD, {"artifact_id": artifact_id, **child})).rowcount == 1


async def set_size(connection: AsyncConnection, artifact_id: int, size: int) -> None:
    """Note how many bytes an artifact's manifest has."""
    await connection.execute(_SET_SIZE, {"artifact_id": artifact_id, "size": size})
