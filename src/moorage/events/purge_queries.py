"""SQL that purges the audit log: which rows are to go is looked up piece by piece, before the chain is held."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, DateTime, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection


class Position(NamedTuple):
    """Where a search is: rows are taken oldest first, of one time the largest id first."""

    time: datetime
    id: int


START = Position(datetime.min.replace(tzinfo=UTC), 2**63 - 1)


class Piece(NamedTuple):
    """Some of the log: the ids of the wanted rows in it, and where it ends; None: with the last old row."""

    ids: list[int]
    end: Position | None


# Each operation has an index by time; what they give is merged, so that the rows go in the order in which they came and
# the gaps they leave are few. A row of an operation that is asked for with other resources is only looked at.
_FIND = text(
    """
    WITH seen AS (
        SELECT found.op_time, found.id, found.wanted
          FROM unnest(cast(:operations AS text[])) AS asked (operation)
         CROSS JOIN LATERAL (
               SELECT op_time, id,
                      operation || '_' || translate(resource_type, ' -', '__') = ANY(cast(:types AS text[])) AS wanted
                 FROM audit_log
                WHERE NOT forward_only AND operation = asked.operation AND op_time < :before
                  AND op_time >= :time AND (op_time > :time OR id < :id)
                ORDER BY op_time, id DESC LIMIT :limit) AS found
         ORDER BY found.op_time, found.id DESC LIMIT :limit)
    SELECT coalesce(array_agg(id) FILTER (WHERE wanted), '{}'), count(*),
           (array_agg(op_time ORDER BY op_time DESC, id))[1], (array_agg(id ORDER BY op_time DESC, id))[1]
      FROM seen
    """
).bindparams(
    bindparam("before", type_=DateTime(timezone=True)),
    bindparam("time", type_=DateTime(timezone=True)),
    bindparam("id", type_=BigInteger),
)


async def find(
    connection: AsyncConnection, before: datetime, types: Sequence[str], after: Position, limit: int
) -> Piece:
    """The next rows older than ``before``, ``limit`` of them looked at, and which are of the event types."""
    values = {
        "operations": sorted({name.partition("_")[0] for name in types}),
        "types": list(types),
        "before": before,
        "time": after.time,
        "id": after.id,
        "limit": limit,
    }
    ids, seen, time, last = (await connection.execute(_FIND, values)).one()
    return Piece(list(ids), Position(time, last) if seen == limit else None)
