"""SQL that finds rows which name others that are not there, and removes them.

The database keeps such rows out by its foreign keys; a damaged disk, a restore that was cut off, or hands do not ask
it. So every foreign key of the tables of content is looked at, as the tables declare it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Select, Table, and_, delete, func, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.tables import (
    artifact,
    artifact_accessory,
    artifact_blob,
    artifact_child,
    artifact_label,
    manifest,
    project_blob,
    project_manifest,
    repository,
    repository_blob,
    tag,
    upload,
)

#: Tables that are looked at, in this order.
TABLES: Sequence[Table] = (
    repository,
    artifact,
    repository_blob,
    artifact_blob,
    artifact_child,
    artifact_accessory,
    artifact_label,
    tag,
    project_blob,
    project_manifest,
    upload,
)

#: Rows of these say nothing without the one they name. A repository, an artifact or an upload says something.
REMOVABLE = frozenset(
    {
        repository_blob,
        artifact_blob,
        artifact_child,
        artifact_accessory,
        artifact_label,
        tag,
        project_blob,
        project_manifest,
    }
)

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Dangling:
    """A row that names another which is not there."""

    key: Key
    column: str
    value: Any
    target: str


class Walk:
    """The rows of a table by primary key, some at a time, with the foreign keys that lead nowhere."""

    def __init__(self, table: Table, count: int) -> None:
        self.table = table
        self._count = count
        self.keys: list[Column[Any]] = list(table.primary_key.columns)
        # A manifest that is missing is told where manifests are checked.
        self._foreign = [key for key in table.foreign_keys if (table, key.column.table) != (artifact, manifest)]

    async def step(self, connection: AsyncConnection, after: Key | None) -> tuple[int, Key | None, list[Dangling]]:
        """How many rows came after a key, the last one's key, and what dangles."""
        page = self._page(after)
        last = (await connection.execute(self._last(page))).one_or_none()
        if last is None:
            return 0, None, []
        until = tuple(last)[1:]
        found: list[Dangling] = []
        for row in await connection.execute(self._lost(page.where(tuple_(*self.keys) <= tuple_(*until)))):
            values = tuple(row)
            key, pairs = values[: len(self.keys)], values[len(self.keys) :]
            for foreign, value, there in zip(self._foreign, pairs[::2], pairs[1::2], strict=True):
                if value is not None and there is None:
                    found.append(Dangling(key, foreign.parent.name, value, foreign.column.table.name))
        return last.rows, until, found

    def _page(self, after: Key | None) -> Select[Any]:
        columns = dict.fromkeys([*self.keys, *(key.parent for key in self._foreign)])
        page = select(*columns).order_by(*self.keys).limit(self._count)
        return page if after is None else page.where(tuple_(*self.keys) > tuple_(*after))

    def _last(self, page: Select[Any]) -> Select[Any]:
        rows = page.subquery()
        keys = [rows.c[key.name] for key in self.keys]
        total = select(func.count()).select_from(rows).scalar_subquery()
        return select(total.label("rows"), *keys).order_by(*(key.desc() for key in keys)).limit(1)

    def _lost(self, page: Select[Any]) -> Select[Any]:
        rows = page.subquery()
        joined: Any = rows
        columns: list[Any] = [rows.c[key.name] for key in self.keys]
        lost = []
        for number, foreign in enumerate(self._foreign):
            target = foreign.column.table.alias(f"target_{number}")
            value, there = rows.c[foreign.parent.name], target.c[foreign.column.name]
            joined = joined.outerjoin(target, value == there)
            columns += [value, there]
            lost.append(and_(value.is_not(None), there.is_(None)))
        return select(*columns).select_from(joined).where(or_(*lost))

    async def remove(self, connection: AsyncConnection, key: Key) -> None:
        """Remove a row."""
        await connection.execute(delete(self.table).where(tuple_(*self.keys) == tuple_(*key)))


# --- tags -----------------------------------------------------------------------------------------

_LOST_TAGS = text(
    """
    SELECT t.tag_id, r.name AS repository, t.name, a.digest,
           CASE WHEN a.repository_id <> t.repository_id THEN 'is in another repository' ELSE 'is deleted' END AS why
      FROM tag t
      JOIN artifact a ON a.artifact_id = t.artifact_id
      JOIN repository r ON r.repository_id = t.repository_id
     WHERE t.tag_id > :after AND t.lifetime_end IS NULL AND (a.state <> 'live' OR a.repository_id <> t.repository_id)
     ORDER BY t.tag_id LIMIT :count
    """
)
# Its history tells what it named.
_END_TAG = text(
    """
    UPDATE tag t SET lifetime_end = now(), end_operation = 'delete', ended_by = 'harbor-core'
      FROM artifact a
     WHERE t.tag_id = :tag_id AND t.lifetime_end IS NULL AND a.artifact_id = t.artifact_id
       AND (a.state <> 'live' OR a.repository_id <> t.repository_id)
    """
)


@dataclass(frozen=True, slots=True)
class LostTag:
    """A tag that names what it should not."""

    tag_id: int
    repository: str
    name: str
    digest: str
    why: str


async def lost_tags(connection: AsyncConnection, after: int, count: int) -> list[LostTag]:
    """Tags that name an artifact which is deleted, or in another repository."""
    return [LostTag(*row) for row in await connection.execute(_LOST_TAGS, {"after": after, "count": count})]


async def end_tag(connection: AsyncConnection, tag_id: int) -> bool:
    """End such a tag; False when it is none any more."""
    return (await connection.execute(_END_TAG, {"tag_id": tag_id})).rowcount == 1


# --- quotas ---------------------------------------------------------------------------------------

# One statement sees one moment, in which sum, ledger and what is counted belong together.
_WRONG_QUOTAS = text(
    """
    SELECT q.project_id, p.name, q.used + coalesce(l.amount, 0) AS told, coalesce(c.size, 0) AS counted
      FROM quota q
      JOIN project p ON p.project_id = q.project_id
      LEFT JOIN (SELECT project_id, sum(amount)::bigint AS amount FROM quota_change GROUP BY project_id) AS l
        ON l.project_id = q.project_id
      LEFT JOIN (SELECT s.project_id, sum(s.size)::bigint AS size
                   FROM (SELECT project_id, size FROM project_blob
                         UNION ALL SELECT project_id, size FROM project_manifest) AS s GROUP BY s.project_id) AS c
        ON c.project_id = q.project_id
     WHERE q.used + coalesce(l.amount, 0) <> coalesce(c.size, 0)
     ORDER BY q.project_id LIMIT :count
    """
)
_WRONG_SIZES = text(
    """
    SELECT c.blob_id, c.project_id, b.digest, c.size AS told, b.size AS counted
      FROM project_blob c JOIN blob b ON b.blob_id = c.blob_id
     WHERE b.size <> c.size AND (c.blob_id, c.project_id) > (:blob_id, :project_id)
     ORDER BY c.blob_id, c.project_id LIMIT :count
    """
)
_SET_SIZES = text(
    """
    UPDATE project_blob c SET size = b.size FROM blob b
     WHERE c.blob_id = b.blob_id AND c.blob_id = :blob_id AND c.project_id = :project_id
    """
)


@dataclass(frozen=True, slots=True)
class WrongQuota:
    """A project whose usage is not the sum of what counts in it."""

    project_id: int
    project: str
    told: int
    counted: int


@dataclass(frozen=True, slots=True)
class WrongSize:
    """A blob that counts in a project with another size than it has."""

    blob_id: int
    project_id: int
    digest: str
    told: int
    counted: int


async def wrong_quotas(connection: AsyncConnection, count: int) -> list[WrongQuota]:
    """The first projects whose usage is wrong."""
    return [WrongQuota(*row) for row in await connection.execute(_WRONG_QUOTAS, {"count": count})]


async def wrong_sizes(connection: AsyncConnection, after: tuple[int, int], count: int) -> list[WrongSize]:
    """Blobs that count with a wrong size, after a position (blob id, project id)."""
    values = {"blob_id": after[0], "project_id": after[1], "count": count}
    return [WrongSize(*row) for row in await connection.execute(_WRONG_SIZES, values)]


async def set_size(connection: AsyncConnection, wrong: WrongSize) -> None:
    """Let a blob count with the size it has; the sum of the project is then to be counted again."""
    await connection.execute(_SET_SIZES, {"blob_id": wrong.blob_id, "project_id": wrong.project_id})
