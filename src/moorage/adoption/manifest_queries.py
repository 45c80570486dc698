"""SQL of adoption, manifests and tags: as ``queries``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.adoption.models import FoundTag, LoadedManifest
from moorage.adoption.queries import Held, Key, columns
from moorage.database.driver import fetch_all


@dataclass(frozen=True, slots=True)
class KnownTag:
    """What is known here about a tag that the store has.

    ``current``: the digest it names now, None when it names nothing; ``adopted``: that came from an adoption, not
    from a push; ``had``: some time it has named what the store says.
    """

    current: str | None
    adopted: bool
    had: bool


# --- manifests ------------------------------------------------------------------------------------


async def known_artifacts(connection: AsyncConnection, keys: Sequence[Key]) -> set[Key]:
    """Which manifests have a row; a deleted one keeps it, and is not adopted again."""
    rows = await fetch_all(
        connection,
        "SELECT a.repository_id, a.digest FROM unnest(%s::bigint[], %s::text[]) AS q(repository_id, digest)"
        " JOIN artifact a ON a.repository_id = q.repository_id AND a.digest = q.digest",
        columns(keys),
    )
    return {(row[0], row[1]) for row in rows}


_HOLD_ARTIFACTS = """
SELECT a.repository_id, a.digest, a.artifact_id, a.size
  FROM unnest(%s::bigint[], %s::text[]) AS q(repository_id, digest)
  JOIN artifact a ON a.repository_id = q.repository_id AND a.digest = q.digest AND a.state = 'live'
 ORDER BY a.repository_id, a.digest
   FOR KEY SHARE OF a
"""


async def hold_artifacts(connection: AsyncConnection, keys: Sequence[Key]) -> dict[Key, Held]:
    """The live ones of the manifests, with their total sizes."""
    if not keys:
        return {}
    rows = await fetch_all(connection, _HOLD_ARTIFACTS, columns(keys))
    return {(row[0], row[1]): Held(row[2], row[3]) for row in rows}


_MAKE_CONTENTS = text(
    """
    INSERT INTO manifest (digest, content)
    SELECT * FROM unnest(CAST(:digests AS text[]), CAST(:contents AS bytea[])) AS q(digest, content) ORDER BY digest
    ON CONFLICT (digest) DO NOTHING
    """
)
_MAKE_ARTIFACTS = """
INSERT INTO artifact (repository_id, project_id, digest, media_type, artifact_type, config_media_type, manifest_size,
                      size, subject_digest, annotations, push_time)
SELECT repository_id, project_id, digest, media_type, artifact_type, config_media_type, manifest_size,
       size, subject_digest, annotations, COALESCE(push_time, now())
  FROM jsonb_to_recordset(%s) AS q(
       repository_id bigint, project_id bigint, digest text, media_type text, artifact_type text,
       config_media_type text, manifest_size bigint, size bigint, subject_digest text, annotations jsonb,
       push_time timestamptz)
 ORDER BY repository_id, digest
ON CONFLICT (repository_id, digest) DO NOTHING
RETURNING repository_id, digest, artifact_id
"""


async def make_artifacts(
    connection: AsyncConnection, loaded: Sequence[LoadedManifest], sizes: Mapping[Key, int]
) -> dict[Key, int]:
    """Store manifests, whose total sizes are given; ids of those that were not there."""
    if not loaded:
        return {}
    contents = {item.found.digest: item.content for item in loaded}
    await connection.execute(_MAKE_CONTENTS, {"digests": list(contents), "contents": list(contents.values())})
    rows = await fetch_all(connection, _MAKE_ARTIFACTS, (Jsonb([_artifact(item, sizes) for item in loaded]),))
    return {(row[0], row[1]): row[2] for row in rows}


def _artifact(item: LoadedManifest, sizes: Mapping[Key, int]) -> dict[str, Any]:
    parsed, found = item.parsed, item.found
    return {
        "repository_id": found.target.repository_id,
        "project_id": found.target.project_id,
        "digest": found.digest,
        "media_type": parsed.media_type,
        "artifact_type": parsed.artifact_type,
        "config_media_type": parsed.config_media_type,
        "manifest_size": len(item.content),
        "size": sizes[found.key],
        "subject_digest": parsed.subject.digest if parsed.subject else None,
        "annotations": dict(parsed.annotations) if parsed.annotations else None,
        "push_time": found.push_time.isoformat() if found.push_time else None,
    }


_MAKE_REFERENCES = text(
    """
    INSERT INTO artifact_blob (artifact_id, blob_id)
    SELECT * FROM unnest(CAST(:artifact_ids AS bigint[]), CAST(:blob_ids AS bigint[]))
    ON CONFLICT DO NOTHING
    """
)
_MAKE_CHILDREN = text(
    """
    INSERT INTO artifact_child (parent_id, position, child_id, child_digest, platform, urls, annotations)
    SELECT parent_id, position, child_id, child_digest, platform, urls, annotations
      FROM jsonb_to_recordset(:rows) AS q(
           parent_id bigint, position int, child_id bigint, child_digest text, platform jsonb, urls jsonb,
           annotations jsonb)
    ON CONFLICT DO NOTHING
    """
)


async def make_references(
    connection: AsyncConnection, blobs: Sequence[tuple[int, int]], children: Sequence[dict[str, Any]]
) -> None:
    """Record which blobs (artifact id, blob id) and children (rows) manifests refer to."""
    if blobs:
        await connection.execute(
            _MAKE_REFERENCES, {"artifact_ids": [pair[0] for pair in blobs], "blob_ids": [pair[1] for pair in blobs]}
        )
    if children:
        await connection.execute(_MAKE_CHILDREN, {"rows": Jsonb(list(children))})


_MAKE_ACCESSORIES = text(
    """
    INSERT INTO artifact_accessory (artifact_id, repository_id, subject_digest, type)
    SELECT * FROM unnest(CAST(:artifact_ids AS bigint[]), CAST(:repository_ids AS bigint[]),
                         CAST(:subjects AS text[]), CAST(:types AS text[]))
    ON CONFLICT DO NOTHING
    """
)


async def make_accessories(connection: AsyncConnection, accessories: Sequence[tuple[int, int, str, str]]) -> None:
    """Record accessories (artifact id, repository id, subject's digest, type)."""
    if accessories:
        names = ("artifact_ids", "repository_ids", "subjects", "types")
        values = [list(column) for column in zip(*accessories, strict=True)]
        await connection.execute(_MAKE_ACCESSORIES, dict(zip(names, values, strict=True)))


async def contents(connection: AsyncConnection, digests: Sequence[str]) -> dict[str, bytes]:
    """The bytes of manifests."""
    rows = await fetch_all(
        connection, "SELECT digest, content FROM manifest WHERE digest = ANY(%s::text[])", (list(digests),)
    )
    return {row[0]: bytes(row[1]) for row in rows}


# --- tags -----------------------------------------------------------------------------------------

# A push always says whose it was; an adoption never does.
_KNOWN_TAGS = """
SELECT q.position, c.digest, COALESCE(c.pushed_by = '', false),
       EXISTS (SELECT 1 FROM tag t JOIN artifact a ON a.artifact_id = t.artifact_id
                WHERE t.repository_id = q.repository_id AND t.name = q.name AND a.digest = q.digest)
  FROM unnest(%s::int[], %s::bigint[], %s::text[], %s::text[]) AS q(position, repository_id, name, digest)
  LEFT JOIN LATERAL (
       SELECT a.digest, t.pushed_by FROM tag t JOIN artifact a ON a.artifact_id = t.artifact_id
        WHERE t.repository_id = q.repository_id AND t.name = q.name AND t.lifetime_end IS NULL) c ON true
"""


async def known_tags(connection: AsyncConnection, tags: Sequence[FoundTag]) -> list[KnownTag]:
    """What is known about each of the tags, in their order."""
    found = [KnownTag(None, False, False)] * len(tags)
    values = (
        list(range(len(tags))),
        [tag.target.repository_id for tag in tags],
        [tag.name for tag in tags],
        [tag.digest for tag in tags],
    )
    for position, *facts in await fetch_all(connection, _KNOWN_TAGS, values):
        found[position] = KnownTag(*facts)
    return found


_END_TAGS = text(
    """
    UPDATE tag SET lifetime_end = GREATEST(lifetime_start, COALESCE(q.push_time, clock_timestamp()))
      FROM unnest(CAST(:repository_ids AS bigint[]), CAST(:names AS text[]), CAST(:push_times AS timestamptz[]))
           AS q(repository_id, name, push_time)
     WHERE tag.repository_id = q.repository_id AND tag.name = q.name
       AND tag.lifetime_end IS NULL AND tag.pushed_by = ''
    """
)


async def end_adopted_tags(connection: AsyncConnection, tags: Sequence[FoundTag]) -> None:
    """End what adopted tags named before they name what the store says now; what was pushed meanwhile stays."""
    if tags:
        await connection.execute(
            _END_TAGS,
            {
                "repository_ids": [tag.target.repository_id for tag in tags],
                "names": [tag.name for tag in tags],
                "push_times": [tag.push_time for tag in tags],
            },
        )


_MAKE_TAGS = """
INSERT INTO tag (repository_id, name, artifact_id, lifetime_start, push_time)
SELECT repository_id, name, artifact_id, moment, moment
  FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::timestamptz[])
       AS q(repository_id, name, artifact_id, push_time)
 CROSS JOIN LATERAL (SELECT COALESCE(push_time, clock_timestamp())) AS m(moment)
 ORDER BY repository_id, name
ON CONFLICT (repository_id, name) WHERE lifetime_end IS NULL DO NOTHING
RETURNING repository_id, name
"""


async def make_tags(connection: AsyncConnection, tags: Sequence[tuple[FoundTag, int]]) -> set[tuple[int, str]]:
    """Let tags name artifacts (by id); (repository id, name) of those that were free to."""
    values = (
        [tag.target.repository_id for tag, _ in tags],
        [tag.name for tag, _ in tags],
        [artifact_id for _, artifact_id in tags],
        [tag.push_time for tag, _ in tags],
    )
    return {(row[0], row[1]) for row in await fetch_all(connection, _MAKE_TAGS, values)}


# When a tag named what it named before is not known: such a lifetime is empty, at the moment it was heard of.
_MAKE_HISTORY = text(
    """
    INSERT INTO tag (repository_id, name, artifact_id, lifetime_start, lifetime_end, push_time)
    SELECT q.repository_id, q.name, q.artifact_id, now(), now(), now()
      FROM unnest(CAST(:repository_ids AS bigint[]), CAST(:names AS text[]), CAST(:artifact_ids AS bigint[]))
           AS q(repository_id, name, artifact_id)
     WHERE NOT EXISTS (SELECT 1 FROM tag t WHERE t.repository_id = q.repository_id AND t.name = q.name
                          AND t.artifact_id = q.artifact_id)
    """
)


async def make_history(connection: AsyncConnection, earlier: Sequence[tuple[int, str, int]]) -> None:
    """Record that tags have named artifacts before (repository id, name, artifact id), unless that is known."""
    if earlier:
        names = ("repository_ids", "names", "artifact_ids")
        values = [list(column) for column in zip(*earlier, strict=True)]
        await connection.execute(_MAKE_HISTORY, dict(zip(names, values, strict=True)))
