"""How many entries a list has, without counting them for every request.

A count is kept with the sum of changes it was made at (the table ``change_count``), and holds as long as that sum is
the same. Both are read in one snapshot, and every transaction that changes what a list shows raises the sum as it
commits; so what is kept is never shown when it is not true any more, on any process of any replica.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from cachetools import LRUCache
from sqlalchemy import BigInteger, ColumnElement, cast, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.driver import fetch_all
from moorage.database.tables import artifact_unsettled, change_count

#: Counts that are kept.
KEPT = 20_000

#: Pages whose ids are kept.
PAGES = 2_000

_C, _U = change_count.c, artifact_unsettled.c

_CHANGES = """
SELECT q.id, (SELECT coalesce(sum(c.changes), 0)::bigint FROM change_count c
               WHERE c.scope = %s AND c.scope_id = q.id)
  FROM unnest(%s::bigint[]) AS q(id)
"""
_PROJECT = """
SELECT (SELECT coalesce(sum(c.changes), 0)::bigint FROM change_count c WHERE c.scope = 'project' AND c.scope_id = %s),
       (SELECT true FROM artifact_unsettled u WHERE u.project_id = %s LIMIT 1) IS NULL
"""


async def project_changes(connection: AsyncConnection, project_id: int) -> tuple[int, bool]:
    """How often a project has changed, and whether it is settled."""
    row = (await fetch_all(connection, _PROJECT, (project_id, project_id)))[0]
    return row[0], row[1]


async def changes(connection: AsyncConnection, scope: str, ids: Sequence[int]) -> dict[int, int]:
    """How often each repository or project has changed."""
    return {row[0]: row[1] for row in await fetch_all(connection, _CHANGES, (scope, list(ids)))}


def changes_of(scope: str, scope_id: ColumnElement[Any]) -> ColumnElement[int]:
    """The same as part of a statement."""
    total = select(cast(func.coalesce(func.sum(_C.changes), 0), BigInteger))
    return total.where(_C.scope == scope, _C.scope_id == scope_id).scalar_subquery()


def is_settled(scope: str, scope_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether nothing is left to settle, as part of a statement."""
    of_scope = _U.repository_id if scope == "repository" else _U.project_id
    return select(literal_column("1")).where(of_scope == scope_id).limit(1).scalar_subquery().is_(None)


class Counts:
    """Counts of one process, by what was counted."""

    def __init__(self) -> None:
        self._kept: LRUCache[Hashable, tuple[int, int]] = LRUCache(KEPT)
        self._pages: LRUCache[Hashable, tuple[int, tuple[int, ...]]] = LRUCache(PAGES)

    def known(self, key: Hashable, at: int) -> int | None:
        """The count, if it was made after as many changes."""
        kept = self._kept.get(key)
        return kept[1] if kept is not None and kept[0] == at else None

    def keep(self, key: Hashable, at: int, count: int) -> None:
        """Keep a count; ``at`` was read in the same snapshot."""
        self._kept[key] = (at, count)

    def page(self, key: Hashable, at: int) -> Sequence[int] | None:
        """The ids of a page, if they were read after as many changes."""
        kept = self._pages.get(key)
        return kept[1] if kept is not None and kept[0] == at else None

    def keep_page(self, key: Hashable, at: int, ids: Sequence[int]) -> None:
        """Keep the ids of a page that was read after as many changes, or more."""
        self._pages[key] = (at, tuple(ids))
