"""SQL of the history of tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, case, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.listing import Columns, ListQuery, parameter
from moorage.database.pages import Pages, Part
from moorage.database.tables import artifact, tag
from moorage.lifecycle import queries
from moorage.lifecycle.models import TagLifetime

_T = tag.c
_HISTORY = Columns(
    {
        "id": _T.tag_id,
        "tag": _T.name,
        "name": _T.name,
        "digest": artifact.c.digest,
        "operation": _T.operation,
        "operator": _T.pushed_by,
        "start_time": _T.lifetime_start,
        "push_time": _T.push_time,
        "end_operation": _T.end_operation,
        "end_operator": _T.ended_by,
        "end_time": _T.lifetime_end,
    },
    order="-start_time",
    unique="id",
)


def _previous() -> ColumnElement[Any]:
    """The digest a lifetime began by moving the tag from."""
    before, named = tag.alias("before"), artifact.alias("named")
    last = (
        select(named.c.digest, before.c.end_operation)
        .join(named, named.c.artifact_id == before.c.artifact_id)
        .where(
            before.c.repository_id == _T.repository_id,
            before.c.name == _T.name,
            tuple_(before.c.lifetime_start, before.c.tag_id) < tuple_(_T.lifetime_start, _T.tag_id),
        )
        .order_by(before.c.lifetime_start.desc(), before.c.tag_id.desc())
        .limit(1)
        .correlate(tag)
        .lateral("last")
    )
    moved = case((last.c.end_operation == "delete", None), else_=last.c.digest)
    return select(moved).select_from(last).scalar_subquery()


async def history(connection: AsyncConnection, repository_id: int, query: ListQuery) -> tuple[int, list[TagLifetime]]:
    """How many lifetimes of a repository's tags match, and the page."""
    scope = Part(_of_repository, values={"repository_id": repository_id})
    total, rows = await _PAGES.read(connection, query, scope)
    return total, [TagLifetime(*row) for row in rows]


_PAGES = Pages(
    _HISTORY,
    select(
        _T.tag_id,
        _T.name,
        artifact.c.digest,
        _previous(),
        _T.operation,
        _T.pushed_by,
        _T.lifetime_start,
        _T.push_time,
        _T.end_operation,
        _T.ended_by,
        _T.lifetime_end,
        _T.trash_id,
    ).join_from(tag, artifact, artifact.c.artifact_id == _T.artifact_id),
    exact_to=queries.COUNTED,
)


def _of_repository() -> Sequence[ColumnElement[bool]]:
    return [_T.repository_id == parameter("repository_id", type_=BigInteger)]


async def hold_named(connection: AsyncConnection, repository_id: int, name: str, digest: str) -> Named | None:
    """An artifact of a repository, kept from being deleted, and what the tag has to do with it."""
    row = (
        await connection.execute(
            select(artifact.c.artifact_id, artifact.c.project_id, artifact.c.state, artifact.c.trash_id)
            .where(artifact.c.repository_id == repository_id, artifact.c.digest == digest)
            .with_for_update(key_share=True, read=True)
        )
    ).one_or_none()
    if row is None:
        return None
    of_tag = select(func.count(), func.bool_or(_T.lifetime_end.is_(None))).where(
        _T.repository_id == repository_id, _T.name == name, _T.artifact_id == row.artifact_id
    )
    times, now = (await connection.execute(of_tag)).one()
    return Named(row.artifact_id, row.project_id, row.state == "live", row.trash_id, times > 0, bool(now))


@dataclass(frozen=True, slots=True)
class Named:
    """An artifact that a tag shall name: whether it ever did, and does."""

    artifact_id: int
    project_id: int
    live: bool
    trash_id: int | None
    ever: bool
    now: bool
