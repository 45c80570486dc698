"""SQL of the runs of garbage collection: their numbers, what they deleted, and what waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.listing import Columns, ListQuery
from moorage.database.tables import collection_item
from moorage.lifecycle import queries
from moorage.lifecycle.collection_models import Backlog, Item, Run

#: Runs that are kept.
KEPT = 50

#: What is counted at most for a gauge.
COUNTED = 100_000

_COLUMNS = (
    "run_id, execution_id, dry_run, start_time, end_time, succeeded, eligible_blobs, eligible_manifests,"
    " eligible_bytes, untagged, deletions, blobs, manifests, freed_bytes"
)
# A job that goes on after a kill goes on with its run: its beginning decides what is due, and its numbers add up.
_BEGIN = text(
    f"""
    INSERT INTO collection_run (execution_id, dry_run) VALUES (:execution_id, :dry_run)
    ON CONFLICT (execution_id) DO UPDATE SET end_time = NULL RETURNING {_COLUMNS}
    """  # noqa: S608
)
_FORGET = text(
    """
    DELETE FROM collection_run WHERE run_id IN (
           SELECT run_id FROM collection_run ORDER BY run_id DESC OFFSET :kept)
    """
)


async def begin(connection: AsyncConnection, execution_id: int | None, dry_run: bool) -> Run:
    """A new run, or that of an execution which was interrupted."""
    run = Run(*(await connection.execute(_BEGIN, {"execution_id": execution_id, "dry_run": dry_run})).one())
    await connection.execute(_FORGET, {"kept": KEPT})
    return run


_END = text("UPDATE collection_run SET end_time = clock_timestamp(), succeeded = :succeeded WHERE run_id = :run_id")


async def end(connection: AsyncConnection, run_id: int, succeeded: bool) -> None:
    """Note that a run has ended."""
    await connection.execute(_END, {"run_id": run_id, "succeeded": succeeded})


_FOUND = text(
    """
    UPDATE collection_run SET eligible_blobs = :blobs, eligible_manifests = :manifests, eligible_bytes = :bytes
     WHERE run_id = :run_id
    """
)


async def found(connection: AsyncConnection, run_id: int, blobs: int, manifests: int, size: int) -> None:
    """Note what a run found."""
    await connection.execute(_FOUND, {"run_id": run_id, "blobs": blobs, "manifests": manifests, "bytes": size})


_ADD = text(
    f"""
    UPDATE collection_run SET untagged = untagged + :untagged, deletions = deletions + :deletions,
           blobs = blobs + :blobs, manifests = manifests + :manifests, freed_bytes = freed_bytes + :freed_bytes
     WHERE run_id = :run_id RETURNING {_COLUMNS}
    """  # noqa: S608
)
_NOTHING = {"untagged": 0, "deletions": 0, "blobs": 0, "manifests": 0, "freed_bytes": 0}


async def add(connection: AsyncConnection, run_id: int, **numbers: int) -> Run:
    """Count what the caller's transaction deletes. Its last statement: others of the run wait for the row."""
    return Run(*(await connection.execute(_ADD, {"run_id": run_id, **_NOTHING, **numbers})).one())


_GET = text(f"SELECT {_COLUMNS} FROM collection_run WHERE run_id = :run_id")  # noqa: S608
_OF_EXECUTIONS = text(f"SELECT {_COLUMNS} FROM collection_run WHERE execution_id = ANY(:ids)")  # noqa: S608


async def get(connection: AsyncConnection, run_id: int) -> Run:
    """A run."""
    return Run(*(await connection.execute(_GET, {"run_id": run_id})).one())


async def of_executions(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, Run]:
    """The runs of executions."""
    rows = await connection.execute(_OF_EXECUTIONS, {"ids": list(ids)})
    return {row.execution_id: Run(*row) for row in rows}


_PUT_ITEMS = text(
    """
    INSERT INTO collection_item (run_id, kind, name, size)
    SELECT :run_id, q.kind, q.name, q.size
      FROM unnest(CAST(:kinds AS text[]), CAST(:names AS text[]), CAST(:sizes AS bigint[])) AS q(kind, name, size)
    """
)


async def put_items(connection: AsyncConnection, run_id: int, items: Sequence[Item]) -> None:
    """Keep what was deleted, or would be."""
    if items:
        values = {
            "run_id": run_id,
            "kinds": [item.kind for item in items],
            "names": [item.name for item in items],
            "sizes": [item.size for item in items],
        }
        await connection.execute(_PUT_ITEMS, values)


_FORGET_ITEMS = text("DELETE FROM collection_item WHERE run_id = :run_id")
_FORGET_NUMBERS = text(
    """
    UPDATE collection_run SET untagged = 0, deletions = 0, blobs = 0, manifests = 0, freed_bytes = 0
     WHERE run_id = :run_id
    """
)


async def begin_again(connection: AsyncConnection, run_id: int) -> None:
    """Forget what a dry run listed before it was interrupted: it was not done, and is listed again."""
    await connection.execute(_FORGET_ITEMS, {"run_id": run_id})
    await connection.execute(_FORGET_NUMBERS, {"run_id": run_id})


_I = collection_item.c
_ITEMS = Columns({"id": _I.item_id, "kind": _I.kind, "name": _I.name, "size": _I.size}, order="id", unique="id")


async def items(connection: AsyncConnection, run_id: int, query: ListQuery) -> tuple[int, list[Item]]:
    """How many items of a run match, and the page."""
    conditions = [_I.run_id == run_id, *_ITEMS.conditions(query)]
    total = await queries.total_of(connection, select(_I.item_id).where(*conditions), query)
    statement = select(_I.kind, _I.name, _I.size).where(*conditions).order_by(*_ITEMS.ordering(query))
    rows = await connection.execute(statement.limit(query.limit).offset(query.offset))
    return total, [Item(*row) for row in rows]


_BACKLOG = text(
    """
    SELECT (SELECT count(*) FROM (SELECT 1 FROM collection_note LIMIT :most) AS n) AS notes,
           (SELECT count(*) FROM (SELECT 1 FROM trash
                                   WHERE deletion_time < clock_timestamp() - CAST(:retention AS interval)
                                   LIMIT :most) AS d) AS expired,
           (SELECT coalesce(sum(r.freed_bytes), 0)::bigint FROM collection_run r WHERE NOT r.dry_run) AS freed
    """
)
_LAST = text(
    """
    SELECT extract(epoch FROM end_time)::float8 AS ended, extract(epoch FROM end_time - start_time)::float8 AS lasted,
           eligible_blobs + eligible_manifests AS candidates, freed_bytes
      FROM collection_run WHERE succeeded AND NOT dry_run ORDER BY run_id DESC LIMIT 1
    """
)


async def backlog(connection: AsyncConnection, retention: timedelta) -> Backlog:
    """What waits, counted ``COUNTED`` far, and how the last run that deleted something went."""
    counts = (await connection.execute(_BACKLOG, {"most": COUNTED, "retention": retention})).one()
    last: Any = (await connection.execute(_LAST)).one_or_none()
    known = Backlog(counts.notes, counts.expired, freed_bytes=counts.freed)
    if last is None:
        return known
    return Backlog(
        counts.notes, counts.expired, last.ended, last.lasted, last.candidates, last.freed_bytes, counts.freed
    )


async def now(connection: AsyncConnection) -> datetime:
    """The database's clock."""
    found: datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
    return found
