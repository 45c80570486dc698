"""SQL of what /api does to artifacts and tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, literal, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.artifacts.queries import ended
from moorage.database.driver import Row, fetch_all
from moorage.database.tables import artifact, artifact_accessory, artifact_child, tag

_A, _T = artifact.c, tag.c

# --- tags ---------------------------------------------------------------------------------------


async def hold_artifact(connection: AsyncConnection, artifact_id: int) -> bool:
    """Keep a live artifact from being deleted until the transaction ends; False when it is not live any more."""
    held = select(_A.artifact_id).where(_A.artifact_id == artifact_id, _A.state == "live")
    return (await connection.scalar(held.with_for_update(key_share=True, read=True))) is not None


_START_TAG = text(
    """
    INSERT INTO tag (repository_id, name, artifact_id, pushed_by, lifetime_start, push_time)
    VALUES (:repository_id, :name, :artifact_id, :pushed_by, clock_timestamp(), clock_timestamp())
    ON CONFLICT (repository_id, name) WHERE lifetime_end IS NULL DO NOTHING
    """
)


async def start_tag(
    connection: AsyncConnection, repository_id: int, name: str, artifact_id: int, pushed_by: str
) -> bool:
    """Let a new tag name the artifact; False when there is one of that name."""
    values = {"repository_id": repository_id, "name": name, "artifact_id": artifact_id, "pushed_by": pushed_by}
    return bool((await connection.execute(_START_TAG, values)).rowcount)


async def hold_tag_of(connection: AsyncConnection, artifact_id: int, name: str) -> int | None:
    """The id of a tag of the artifact, its row ours until the transaction ends; None when it has no such tag."""
    found: int | None = await connection.scalar(
        select(_T.tag_id)
        .where(_T.artifact_id == artifact_id, _T.name == name, _T.lifetime_end.is_(None))
        .with_for_update()
    )
    return found


async def tags_of(connection: AsyncConnection, artifact_ids: Sequence[int]) -> list[Row]:
    """Current tags of artifacts, the latest first: (artifact id, name)."""
    return await fetch_all(connection, _TAGS_OF, (list(artifact_ids),))


_TAGS_OF = """
SELECT artifact_id, name FROM tag WHERE artifact_id = ANY(%s) AND lifetime_end IS NULL ORDER BY push_time DESC, name
"""


# --- deleting -----------------------------------------------------------------------------------


class Named(NamedTuple):
    """A live artifact of a repository."""

    artifact_id: int
    repository_id: int
    project_id: int
    digest: str


async def named(connection: AsyncConnection, repository_id: int, digest: str) -> Named | None:
    """The live artifact of that digest."""
    found = select(_A.artifact_id, _A.repository_id, _A.project_id, _A.digest)
    wanted = found.where(_A.repository_id == repository_id, _A.digest == digest, _A.state == "live")
    row = (await connection.execute(wanted)).one_or_none()
    return None if row is None else Named(*row)


# What goes with those that go: their accessories, and the children nobody else needs.
_FOLLOWING = """
SELECT a.artifact_id FROM artifact a
 WHERE a.state = 'live' AND a.artifact_id <> ALL(%(gone)s::bigint[])
   AND (a.artifact_id IN (
            SELECT x.artifact_id FROM artifact s
              JOIN artifact_accessory x ON x.repository_id = s.repository_id AND x.subject_digest = s.digest
             WHERE s.artifact_id = ANY(%(gone)s::bigint[]))
        OR (%(children)s
            AND a.artifact_id IN (SELECT c.child_id FROM artifact_child c WHERE c.parent_id = ANY(%(gone)s::bigint[]))
            AND NOT EXISTS (SELECT 1 FROM tag t WHERE t.artifact_id = a.artifact_id AND t.lifetime_end IS NULL)))
   AND NOT EXISTS (
            SELECT 1 FROM artifact_child c JOIN artifact p ON p.artifact_id = c.parent_id
             WHERE c.child_id = a.artifact_id AND p.state = 'live' AND p.artifact_id <> ALL(%(gone)s::bigint[]))
"""


async def following(connection: AsyncConnection, artifact_ids: Sequence[int], *, children: bool) -> set[int]:
    """Artifacts that are deleted with these: accessories, and ``children`` as well where that is wanted."""
    result = await connection.exec_driver_sql(_FOLLOWING, {"gone": list(artifact_ids), "children": children})
    return {row[0] for row in result}


async def lock_all(connection: AsyncConnection, artifact_ids: Sequence[int]) -> set[int]:
    """The live ones among artifacts, locked against pushes that refer to them, in the order of those pushes."""
    rows = await connection.execute(
        select(_A.artifact_id)
        .where(_A.artifact_id == func.any(list(artifact_ids)), _A.state == "live")
        .order_by(_A.digest)
        .with_for_update()
    )
    return set(rows.scalars())


async def has_other_parent(connection: AsyncConnection, artifact_ids: Sequence[int]) -> bool:
    """Whether a live index that is not among the artifacts lists one of them."""
    parent = artifact.alias("parent")
    ids = list(artifact_ids)
    found = (
        select(literal(1))
        .select_from(artifact_child.join(parent, parent.c.artifact_id == artifact_child.c.parent_id))
        .where(artifact_child.c.child_id == func.any(ids), parent.c.state == "live")
        .where(parent.c.artifact_id != func.all(ids))
        .limit(1)
    )
    return (await connection.scalar(found)) is not None


async def trash_all(
    connection: AsyncConnection, artifact_ids: Sequence[int], trash_id: int, actor: str
) -> tuple[int, int]:
    """Hide artifacts and end their tags; the rows stay, so that they can be brought back. How many of each."""
    ids = list(artifact_ids)
    # In the order in which a push moves its tags: in any other the two could wait for each other.
    current = (_T.artifact_id == func.any(ids), _T.lifetime_end.is_(None))
    await connection.execute(select(_T.tag_id).where(*current).order_by(_T.name).with_for_update())
    tags = await connection.execute(update(tag).where(*current).values(**ended(trash_id, actor)))
    artifacts = await connection.execute(
        update(artifact)
        .where(_A.artifact_id == func.any(ids))
        .values(state="trash", trash_time=func.now(), trash_id=trash_id)
    )
    return artifacts.rowcount, tags.rowcount


# --- copying ------------------------------------------------------------------------------------

_RELATED = """
SELECT 'child', c.parent_id, a.artifact_id, a.digest, a.media_type
  FROM artifact_child c JOIN artifact a ON a.artifact_id = c.child_id AND a.state = 'live'
 WHERE c.parent_id = ANY(%s::bigint[])
UNION ALL
SELECT 'accessory', s.artifact_id, a.artifact_id, a.digest, a.media_type
  FROM artifact s JOIN artifact_accessory x ON x.repository_id = s.repository_id AND x.subject_digest = s.digest
  JOIN artifact a ON a.artifact_id = x.artifact_id AND a.state = 'live'
 WHERE s.artifact_id = ANY(%s::bigint[])
"""


async def related(connection: AsyncConnection, artifact_ids: Sequence[int]) -> list[Row]:
    """Children and accessories of artifacts: (which, of whose id, id, digest, media type)."""
    ids = list(artifact_ids)
    return await fetch_all(connection, _RELATED, (ids, ids))


async def is_accessory(connection: AsyncConnection, artifact_id: int) -> bool:
    """Whether an artifact belongs to another."""
    found = select(literal(1)).where(artifact_accessory.c.artifact_id == artifact_id)
    return (await connection.scalar(found)) is not None


_HELD = """
SELECT a.digest FROM repository r JOIN artifact a ON a.repository_id = r.repository_id
 WHERE r.name = %s AND a.digest = ANY(%s::text[]) AND a.state = 'live'
"""


async def held(connection: AsyncConnection, repository: str, digests: Sequence[str]) -> set[str]:
    """Which of the manifests a repository has."""
    return {row[0] for row in await fetch_all(connection, _HELD, (repository, list(digests)))}
