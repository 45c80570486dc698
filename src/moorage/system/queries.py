"""SQL of the configuration, the CVE allow-list, search and the statistics."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Integer, Select, Text, func, literal, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.listing import ESCAPE, escaped, parameter
from moorage.database.pages import Part, Statements
from moorage.database.tables import (
    configuration,
    cve_allowlist,
    project,
    repository,
    user_account,
)
from moorage.system.models import FoundRepository, Statistics, SystemAllowlist

# --- configuration -------------------------------------------------------------------------------

#: Changes wait for each other, so that what is checked against other keys still holds when it is written; reading goes
#: on. A lock of the transaction, which a transaction pooler keeps.
_LOCK = text("LOCK TABLE configuration IN SHARE ROW EXCLUSIVE MODE")


async def lock(connection: AsyncConnection) -> None:
    """Let nobody else change the configuration until the transaction ends."""
    await connection.execute(_LOCK)


async def stored(connection: AsyncConnection) -> Sequence[tuple[str, Any]]:
    """Every key that was set."""
    rows = await connection.execute(select(configuration.c.key, configuration.c.value))
    return [(row.key, row.value) for row in rows]


async def store(connection: AsyncConnection, values: Mapping[str, Any]) -> None:
    """Set keys."""
    statement = insert(configuration)
    statement = statement.on_conflict_do_update(
        index_elements=["key"], set_={"value": statement.excluded.value, "update_time": func.now()}
    )
    await connection.execute(statement, [{"key": key, "value": value} for key, value in sorted(values.items())])


async def has_users_besides(connection: AsyncConnection, user_id: int) -> bool:
    """Whether there is an account of a user other than that one."""
    others = select(literal(True)).where(user_account.c.user_id != user_id, ~user_account.c.deleted).limit(1)
    return bool(await connection.scalar(others))


# --- CVE allow-list ------------------------------------------------------------------------------


async def allowlist(connection: AsyncConnection) -> SystemAllowlist | None:
    """The list, if it was ever set."""
    row = (await connection.execute(select(cve_allowlist))).one_or_none()
    if row is None:
        return None
    values = dict(row._mapping)
    return SystemAllowlist(**{**values, "items": tuple(values["items"])})


async def set_allowlist(connection: AsyncConnection, items: Sequence[str], expires_at: int | None) -> None:
    """Replace the list."""
    statement = insert(cve_allowlist).values({"items": list(items), "expires_at": expires_at})
    excluded = statement.excluded
    changed = {"items": excluded["items"], "expires_at": excluded.expires_at, "update_time": func.now()}
    await connection.execute(statement.on_conflict_do_update(index_elements=["allowlist_id"], set_=changed))


# --- search --------------------------------------------------------------------------------------

_R, _P = repository.c, project.c

#: Artifacts a list of the repository shows: not those that belong to others (H row 51).
_SHOWN = text("""
SELECT count(*) FROM artifact a
 WHERE a.repository_id = repository.repository_id AND a.state = 'live'
   AND NOT EXISTS (SELECT 1 FROM artifact_accessory x WHERE x.artifact_id = a.artifact_id)
   AND (NOT EXISTS (SELECT 1 FROM artifact_child c JOIN artifact p ON p.artifact_id = c.parent_id
                     WHERE c.child_id = a.artifact_id AND p.state = 'live')
        OR EXISTS (SELECT 1 FROM tag t WHERE t.artifact_id = a.artifact_id AND t.lifetime_end IS NULL))
""")


async def repositories_named(
    connection: AsyncConnection, part: str, visible: Part, limit: int
) -> Sequence[FoundRepository]:
    """The first repositories, by name, whose name has ``part`` in it, of the projects that are visible."""
    # Names are lower case throughout, so case need not be folded row by row.
    values = {**visible.values, "part": escaped(part.lower()), "most": limit}
    rows = await _REPOSITORIES_NAMED.of(*visible.shape).fetch(connection, values)
    return [FoundRepository(*row) for row in rows]


def _repositories_named(visible: Callable[..., Any], key: tuple[Hashable, ...]) -> Select[Any]:
    found = (
        select(_R.repository_id, _R.name, _P.project_id, _P.name.label("project_name"), _P.public, _R.pull_count)
        .join_from(repository, project, _P.project_id == _R.project_id)
        .where(_R.first_push_time.is_not(None), ~_P.deleted, *visible(*key))
        .where(_R.name.contains(parameter("part", type_=Text), escape=ESCAPE))
        .order_by(_R.name)
        .limit(parameter("most", type_=Integer))
        .subquery("repository")
    )
    shown = (found.c.name, found.c.project_id, found.c.project_name, found.c.public, found.c.pull_count)
    return select(*shown, _SHOWN.columns(count=BigInteger).scalar_subquery()).order_by(found.c.name)


_REPOSITORIES_NAMED = Statements(_repositories_named)


# --- statistics ----------------------------------------------------------------------------------

_PUSHED = (
    select(_R.project_id, func.count().label("pushed"))
    .where(_R.first_push_time.is_not(None))
    .group_by(_R.project_id)
    .subquery("pushed")
)


async def statistics(connection: AsyncConnection, visible: Part) -> Statistics:
    """How many projects and repositories are visible: one statement."""
    rows = await _STATISTICS.of(*visible.shape).fetch(connection, visible.values)
    counts = {public: (int(projects), int(repositories)) for public, projects, repositories in rows}
    return Statistics(*counts.get(False, (0, 0)), *counts.get(True, (0, 0)))


def _statistics(visible: Callable[..., Any], key: tuple[Hashable, ...]) -> Select[Any]:
    return (
        select(_P.public, func.count(), func.coalesce(func.sum(_PUSHED.c.pushed), 0))
        .select_from(project.outerjoin(_PUSHED, _PUSHED.c.project_id == _P.project_id))
        .where(~_P.deleted, *visible(*key))
        .group_by(_P.public)
    )


_STATISTICS = Statements(_statistics)

#: Bytes of every blob and manifest that is stored, each once. For a lane: it reads all of them.
STORED_BYTES = """
SELECT ((SELECT coalesce(sum(size), 0) FROM blob)
      + (SELECT coalesce(sum(octet_length(content)), 0) FROM manifest))::bigint
"""
