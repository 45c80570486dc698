"""SQL of what the repositories of a project hold."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.listing import parameter
from moorage.projects.holding_models import Holding, Holdings
from moorage.projects.quota_models import UNLIMITED

# One statement, so that everything is of one moment and the sums fit. What a live artifact refers to counts in the
# project (docs/adr/0010), and what counts without one is what is left of the usage. ``number`` tells the copies of a
# digest apart, so that what is shared is summed up once.
_HOLDINGS = text(
    f"""
    WITH held AS (
        SELECT DISTINCT b.blob_id, a.repository_id
          FROM artifact a JOIN artifact_blob b ON b.artifact_id = a.artifact_id
         WHERE a.project_id = :project_id AND a.state = 'live'
    ), part AS (
        SELECT h.repository_id, c.size, count(*) OVER same AS holders, row_number() OVER same AS number
          FROM held h JOIN project_blob c ON c.blob_id = h.blob_id AND c.project_id = :project_id
        WINDOW same AS (PARTITION BY h.blob_id)
        UNION ALL
        SELECT a.repository_id, a.manifest_size, count(*) OVER same, row_number() OVER same
          FROM artifact a WHERE a.project_id = :project_id AND a.state = 'live'
        WINDOW same AS (PARTITION BY a.digest)
    ), holding AS MATERIALIZED (
        SELECT repository_id, sum(size)::bigint AS size,
               coalesce(sum(size) FILTER (WHERE holders = 1), 0)::bigint AS only_here,
               coalesce(sum(size) FILTER (WHERE holders > 1 AND number = 1), 0)::bigint AS shared
          FROM part GROUP BY repository_id
    ), total AS (
        SELECT count(*) AS repositories, coalesce(sum(only_here), 0)::bigint AS alone,
               coalesce(sum(shared), 0)::bigint AS shared
          FROM holding
    ), usage AS MATERIALIZED (
        SELECT coalesce(q.hard, {UNLIMITED}) AS hard, q.used + (
                   SELECT coalesce(sum(l.amount), 0)::bigint FROM quota_change l WHERE l.project_id = q.project_id
               ) AS used
          FROM quota q WHERE q.project_id = :project_id
    ), largest AS (
        SELECT r.name, h.size, h.only_here
          FROM holding h JOIN repository r ON r.repository_id = h.repository_id
         WHERE CAST(:names AS text[]) IS NULL OR r.name ~ ANY(CAST(:names AS text[]))
         ORDER BY h.size DESC, r.name LIMIT :most
    )
    SELECT u.used, u.hard, t.shared, u.used - t.alone - t.shared AS unreferenced, t.repositories, now() AS computed,
           l.name, l.size, l.only_here
      FROM usage u CROSS JOIN total t LEFT JOIN largest l ON true
     ORDER BY l.size DESC, l.name
    """  # noqa: S608
).bindparams(parameter("project_id", type_=BigInteger))


async def holdings(
    connection: AsyncConnection, project_id: int, most: int, names: Sequence[str] | None
) -> Holdings | None:
    """What a project holds, and up to ``most`` of its repositories; None when there is no such project.

    ``names``: expressions, one of which a repository's name must match to be among these; None: any name will do.
    """
    parameters = {"project_id": project_id, "most": most, "names": None if names is None else list(names)}
    rows = (await connection.execute(_HOLDINGS, parameters)).all()
    if not rows:
        return None
    largest = tuple(Holding(row.name, row.size, row.only_here) for row in rows if row.name is not None)
    used, hard, shared, unreferenced, repositories, computed = rows[0][:6]
    return Holdings(used, hard, shared, unreferenced, repositories, largest, computed)
