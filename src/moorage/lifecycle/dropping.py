"""Dropping deletions from the trash for good: when their time is over, or when somebody wants it at once.

What nothing refers to any more then is garbage collection's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.lifecycle.models import PROJECT, REPOSITORY

#: Deletions, and artifacts, of one transaction.
ENTRIES = 200
ARTIFACTS = 500


@dataclass(frozen=True, slots=True)
class Doomed:
    """A deletion that is due."""

    trash_id: int
    kind: str
    resource: str
    repository_id: int | None
    artifact_count: int
    deletion_time: datetime
    project_id: int


_COLUMNS = "trash_id, kind, resource, repository_id, artifact_count, deletion_time, project_id"
_EXPIRED = f"""
SELECT {_COLUMNS} FROM trash
 WHERE deletion_time < :before AND drop_time IS NULL AND (deletion_time, trash_id) > (:time, :id)
 ORDER BY deletion_time, trash_id LIMIT :most
"""  # noqa: S608
_MARKED = f"""
SELECT {_COLUMNS} FROM trash WHERE drop_time < :before AND trash_id > :id ORDER BY trash_id LIMIT :most
"""  # noqa: S608
_EXPIRED_PAGE, _MARKED_PAGE = text(_EXPIRED), text(_MARKED)
_LOCK_EXPIRED, _LOCK_MARKED = (text(f"{statement} FOR UPDATE SKIP LOCKED") for statement in (_EXPIRED, _MARKED))
_LOCK_ONE = text(f"SELECT {_COLUMNS} FROM trash WHERE trash_id = :id AND drop_time IS NOT NULL FOR UPDATE SKIP LOCKED")  # noqa: S608
_MARK = text("UPDATE trash SET drop_time = clock_timestamp() WHERE trash_id = :id")

_FIRST = datetime.fromisoformat("0001-01-02T00:00:00+00:00")


async def due(connection: AsyncConnection, before: datetime, *, marked: bool, after: Doomed | None) -> list[Doomed]:
    """The next deletions that were made before a time, or that somebody wanted dropped before it; none is locked."""
    values: dict[str, Any] = {"id": after.trash_id if after else 0, "before": before, "most": ENTRIES}
    if not marked:
        values["time"] = after.deletion_time if after else _FIRST
    rows = await connection.execute(_MARKED_PAGE if marked else _EXPIRED_PAGE, values)
    return [Doomed(*row) for row in rows]


async def mark(connection: AsyncConnection, trash_id: int) -> None:
    """From now on a deletion, which the caller has locked, cannot be undone."""
    await connection.execute(_MARK, {"id": trash_id})


async def drop_due(connection: AsyncConnection, before: datetime, *, marked: bool) -> tuple[list[Doomed], bool]:
    """Drop a batch of what is due; the deletions that are gone, and whether there may be more."""
    values: dict[str, Any] = {"id": 0, "before": before, "most": ENTRIES}
    if not marked:
        values["time"] = _FIRST
    rows = await connection.execute(_LOCK_MARKED if marked else _LOCK_EXPIRED, values)
    found = [Doomed(*row) for row in rows]
    return await _drop(connection, _fitting(found)), bool(found)


async def drop_one(connection: AsyncConnection, trash_id: int) -> bool:
    """Drop a piece of a deletion that is marked; whether more is left of it."""
    rows = (await connection.execute(_LOCK_ONE, {"id": trash_id})).all()
    return bool(rows) and not await _drop(connection, [Doomed(*rows[0])])


def _fitting(found: Sequence[Doomed]) -> Sequence[Doomed]:
    """As many as have no more artifacts than fit into a transaction, and one at least."""
    total = 0
    for position, doomed in enumerate(found):
        total += doomed.artifact_count
        if total > ARTIFACTS and position:
            return found[:position]
    return found


# In the order in which bringing them back locks them. Of one deletion alone that is the order of an index.
_LOCK_ARTIFACTS = text(
    """
    SELECT artifact_id FROM artifact WHERE trash_id = ANY(:ids) AND state = 'trash'
     ORDER BY digest LIMIT :most FOR UPDATE
    """
)
_LOCK_ARTIFACTS_OF_ONE = text(
    """
    SELECT artifact_id FROM artifact WHERE trash_id = :id AND state = 'trash' ORDER BY digest LIMIT :most FOR UPDATE
    """
)
_DELETE_ARTIFACTS = text("DELETE FROM artifact WHERE artifact_id = ANY(:ids)")
_FREE_TAGS = text("UPDATE tag SET trash_id = NULL WHERE trash_id = ANY(:ids)")
_DELETE_ENTRIES = text("DELETE FROM trash WHERE trash_id = ANY(:ids)")
# What was deleted in a project that cannot come back cannot either.
_MARK_OF_PROJECTS = text(
    "UPDATE trash SET drop_time = clock_timestamp() WHERE project_id = ANY(:ids) AND drop_time IS NULL"
)
_NOTE_REPOSITORIES = text("INSERT INTO collection_note (repository_id) SELECT unnest(CAST(:ids AS bigint[]))")


async def _drop(connection: AsyncConnection, found: Sequence[Doomed]) -> list[Doomed]:
    """Drop deletions that are locked; those that are gone, none when only a part of one went."""
    if not found:
        return []
    ids = [doomed.trash_id for doomed in found]
    if len(ids) == 1:
        rows = await connection.execute(_LOCK_ARTIFACTS_OF_ONE, {"id": ids[0], "most": ARTIFACTS})
    else:
        # More than their entries say can only be by a fault; nobody then locks without limit.
        rows = await connection.execute(_LOCK_ARTIFACTS, {"ids": ids, "most": 2 * ARTIFACTS})
    artifacts = list(rows.scalars())
    if artifacts:
        await connection.execute(_DELETE_ARTIFACTS, {"ids": artifacts})
    if len(artifacts) == (ARTIFACTS if len(ids) == 1 else 2 * ARTIFACTS):
        return []
    await connection.execute(_FREE_TAGS, {"ids": ids})
    await connection.execute(_DELETE_ENTRIES, {"ids": ids})
    projects = sorted({d.project_id for d in found if d.kind == PROJECT})
    if projects:
        await connection.execute(_MARK_OF_PROJECTS, {"ids": projects})
    emptied = sorted({d.repository_id for d in found if d.kind == REPOSITORY and d.repository_id is not None})
    if emptied:
        await connection.execute(_NOTE_REPOSITORIES, {"ids": emptied})
    return list(found)
