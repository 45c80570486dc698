"""SQL of what metrics count. Each statement is asked once, whatever the number of projects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


class ProjectCounts(NamedTuple):
    """What a project has; without a name: what those have together that are not named, apart by ``public``.

    ``hard``: its limit in bytes, -1 for none. ``members``: users, as in Harbor, not groups.
    """

    project_id: int | None
    name: str | None
    public: bool
    projects: int
    hard: int
    used: int
    repositories: int
    pulls: int
    members: int


class ArtifactCounts(NamedTuple):
    """Artifacts of one type in a project; without a name: in those that are not named."""

    name: str | None
    public: bool
    type: str
    artifacts: int


_PROJECTS = text("""
WITH counted AS (
    SELECT p.project_id, p.name, p.public, coalesce(q.hard, -1) AS hard,
           coalesce(q.used, 0) + coalesce(c.amount, 0) AS used, coalesce(r.repositories, 0) AS repositories,
           coalesce(r.pulls, 0) AS pulls, coalesce(m.members, 0) AS members
      FROM project p
      LEFT JOIN quota q ON q.project_id = p.project_id
      LEFT JOIN (SELECT project_id, sum(amount) AS amount FROM quota_change GROUP BY project_id) c
             ON c.project_id = p.project_id
      LEFT JOIN (SELECT project_id, count(*) AS repositories, sum(pull_count) AS pulls
                   FROM repository WHERE first_push_time IS NOT NULL GROUP BY project_id) r
             ON r.project_id = p.project_id
      LEFT JOIN (SELECT project_id, count(*) AS members
                   FROM project_member WHERE entity_type = 'u' GROUP BY project_id) m
             ON m.project_id = p.project_id
     WHERE NOT p.deleted
), ranked AS (
    SELECT *, row_number() OVER (ORDER BY used DESC, project_id) <= :most AS named FROM counted
)
SELECT CASE WHEN named THEN project_id END, CASE WHEN named THEN name END, public, count(*),
       (CASE WHEN bool_or(hard < 0) THEN -1 ELSE sum(hard) END)::bigint, sum(used)::bigint, sum(repositories)::bigint,
       sum(pulls)::bigint, sum(members)::bigint
  FROM ranked
 GROUP BY 1, 2, 3
""")

#: Counted from an index, before anything is joined to it.
_ARTIFACTS = text("""
SELECT CASE WHEN :all OR p.project_id = ANY(:named) THEN p.name END, p.public, coalesce(a.type, 'UNKNOWN'),
       sum(a.artifacts)::bigint
  FROM (SELECT project_id, type, count(*) AS artifacts
          FROM artifact WHERE state = 'live' GROUP BY project_id, type) a
  JOIN project p ON p.project_id = a.project_id AND NOT p.deleted
 GROUP BY 1, 2, 3
""")


async def projects(connection: AsyncConnection, most: int) -> Sequence[ProjectCounts]:
    """Every project, of which ``most`` by name: those that hold most."""
    rows = await connection.execute(_PROJECTS, {"most": most})
    return [ProjectCounts(*row) for row in rows]


async def artifacts(connection: AsyncConnection, named: Sequence[int] | None) -> Sequence[ArtifactCounts]:
    """Live artifacts by project and type; ``named``: the projects that are told apart, None for all."""
    rows = await connection.execute(_ARTIFACTS, {"all": named is None, "named": list(named or ())})
    return [ArtifactCounts(*row) for row in rows]
