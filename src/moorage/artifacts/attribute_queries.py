"""SQL of artifacts' attributes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text, cast, func, literal, null, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.artifacts.attributes import VERSION, Attributes
from moorage.database.driver import Row, fetch_all
from moorage.database.tables import artifact

_UNREAD = """
SELECT a.artifact_id, a.digest, a.media_type FROM artifact a
 WHERE a.attributes_version = 0 AND a.state = 'live' AND a.artifact_id > %s ORDER BY a.artifact_id LIMIT %s
"""


async def unread(connection: AsyncConnection, after: int, limit: int) -> list[Row]:
    """Artifacts without attributes in the order of their ids: (id, digest, media type)."""
    return await fetch_all(connection, _UNREAD, (after, limit))


def values(found: Attributes | None) -> dict[str, Any]:
    """Columns of an artifact's row; none when nothing is known."""
    if found is None:
        return {}
    extra = null() if found.extra is None else cast(literal(found.extra.decode(), Text), JSONB)
    return {
        "type": found.type,
        "content_media_type": found.media_type,
        "icon": found.icon,
        "extra_attrs": extra,
        "attributes_version": VERSION,
    }


async def keep(connection: AsyncConnection, artifact_id: int, found: Attributes) -> None:
    """Note an artifact's attributes, unless somebody has meanwhile."""
    await connection.execute(
        update(artifact)
        .where(artifact.c.artifact_id == artifact_id, artifact.c.attributes_version < VERSION)
        .values(**values(found))
    )


async def with_icon(connection: AsyncConnection, digest: str) -> bool:
    """Whether a live artifact has this layer as its icon."""
    found = select(literal(1)).where(artifact.c.icon == digest, artifact.c.state == "live").limit(1)
    return (await connection.scalar(select(func.count()).select_from(found.subquery()))) == 1
