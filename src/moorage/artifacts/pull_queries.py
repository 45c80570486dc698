"""SQL of pull statistics: sets of rows at once, waiting for nobody.

A row that another transaction is changing is left out (``SKIP LOCKED``) and comes with the next flush. So two processes
that flush the same rows, or a flush and a push, cannot wait for each other in a circle, whatever order they take them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.driver import fetch_all

#: (repository id, tag, id of the artifact it named)
TagKey = tuple[int, str, int]

_COUNT = """
WITH free AS (
    SELECT repository_id FROM repository WHERE repository_id = ANY(%s::bigint[])
     ORDER BY repository_id FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE repository r SET pull_count = r.pull_count + w.pulls
  FROM free f, unnest(%s::bigint[], %s::bigint[]) AS w(repository_id, pulls)
 WHERE r.repository_id = f.repository_id AND w.repository_id = f.repository_id
RETURNING r.repository_id
"""


async def count(connection: AsyncConnection, pulls: Mapping[int, int]) -> Sequence[int]:
    """Add pulls to repositories by id; the ids it was done for."""
    ids = sorted(pulls)
    rows = await fetch_all(connection, _COUNT, (ids, ids, [pulls[key] for key in ids]))
    return [row[0] for row in rows]


_TOUCH_ARTIFACTS = """
WITH free AS (
    SELECT artifact_id FROM artifact WHERE artifact_id = ANY(%s::bigint[])
     ORDER BY artifact_id FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE artifact a SET pull_time = greatest(a.pull_time, w.pull_time)
  FROM free f, unnest(%s::bigint[], %s::timestamptz[]) AS w(artifact_id, pull_time)
 WHERE a.artifact_id = f.artifact_id AND w.artifact_id = f.artifact_id
RETURNING a.artifact_id
"""


async def touch_artifacts(connection: AsyncConnection, times: Mapping[int, datetime]) -> Sequence[int]:
    """Note the last pulls of artifacts by id; the ids it was done for."""
    ids = sorted(times)
    rows = await fetch_all(connection, _TOUCH_ARTIFACTS, (ids, ids, [times[key] for key in ids]))
    return [row[0] for row in rows]


_TOUCH_TAGS = """
WITH free AS (
    SELECT t.tag_id, w.pull_time
      FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::timestamptz[])
           AS w(repository_id, name, artifact_id, pull_time)
      JOIN tag t ON t.repository_id = w.repository_id AND t.name = w.name AND t.artifact_id = w.artifact_id
     WHERE t.lifetime_end IS NULL
     ORDER BY t.tag_id FOR NO KEY UPDATE OF t SKIP LOCKED
)
UPDATE tag t SET pull_time = greatest(t.pull_time, f.pull_time) FROM free f WHERE t.tag_id = f.tag_id
RETURNING t.repository_id, t.name, t.artifact_id
"""


async def touch_tags(connection: AsyncConnection, times: Mapping[TagKey, datetime]) -> Sequence[TagKey]:
    """Note the last pulls by tags that still name what was pulled; the tags it was done for."""
    keys = sorted(times)
    repository_ids, names, artifact_ids = map(list, zip(*keys, strict=True))
    values = (repository_ids, names, artifact_ids, [times[key] for key in keys])
    return [(row[0], row[1], row[2]) for row in await fetch_all(connection, _TOUCH_TAGS, values)]
