"""SQL of the outbox and its consumers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.driver import fetch_all
from moorage.events.models import Actor, Event, Recorded

SEQUENCER = "sequencer"

_decode = msgspec.json.Decoder().decode

#: Seconds a dispatcher that froze in the middle of a transaction keeps the others from its work.
_IDLE_LIMIT = "SELECT set_config('idle_in_transaction_session_timeout', '60s', true)"


@dataclass(frozen=True, slots=True)
class Work:
    """What there is to do: whether rows have no position yet, and which consumers are behind."""

    unordered: bool
    behind: Sequence[str]


async def register(connection: AsyncConnection, names: Sequence[str]) -> None:
    """Make the rows of consumers that are new here; they get what happens from now on."""
    await connection.execute(_REGISTER, {"names": [SEQUENCER, *names]})


_REGISTER = text(
    f"""
    INSERT INTO outbox_consumer (name, position)
    SELECT n, coalesce((SELECT c.position FROM outbox_consumer c WHERE c.name = '{SEQUENCER}'), 0)
      FROM unnest(cast(:names AS text[])) AS n
    ON CONFLICT DO NOTHING
    """  # noqa: S608
)

_WORK = f"""
SELECT EXISTS (SELECT 1 FROM outbox WHERE position IS NULL),
       ARRAY(SELECT c.name FROM outbox_consumer c
              WHERE c.position < (SELECT s.position FROM outbox_consumer s WHERE s.name = '{SEQUENCER}')
                AND (c.retry_time IS NULL OR c.retry_time <= clock_timestamp()))
"""  # noqa: S608


async def work(connection: AsyncConnection) -> Work:
    """What there is to do now; takes no lock and writes nothing."""
    ((unordered, behind),) = await fetch_all(connection, _WORK, ())
    return Work(unordered, behind)


_ORDER = f"""
WITH oldest AS (
    SELECT event_id FROM outbox WHERE position IS NULL ORDER BY event_id LIMIT %s
), numbered AS (
    SELECT event_id, row_number() OVER (ORDER BY event_id) AS number FROM oldest
), ordered AS (
    UPDATE outbox o SET position = %s + n.number FROM numbered n WHERE o.event_id = n.event_id RETURNING 1
)
UPDATE outbox_consumer SET position = %s + (SELECT count(*) FROM ordered) WHERE name = '{SEQUENCER}'
RETURNING position
"""  # noqa: S608


async def order(connection: AsyncConnection, limit: int) -> int:
    """Give positions to up to ``limit`` rows, in the order of their ids; how many.

    Rows get their ids before they are committed, so a lower one may become visible later. It then gets a later
    position and nothing is skipped. Two events that exclude each other (both moved one tag) still come in the order of
    their commits: the second got its id after waiting for the first.
    """
    held = await lock(connection, SEQUENCER)
    if held is None:
        return 0
    last = held[0]
    ((position,),) = await fetch_all(connection, _ORDER, (limit, last, last))
    return int(position - last)


_LOCK = """
SELECT position, failures FROM outbox_consumer
 WHERE name = %s AND (retry_time IS NULL OR retry_time <= clock_timestamp()) FOR UPDATE SKIP LOCKED
"""


async def lock(connection: AsyncConnection, name: str) -> tuple[int, int] | None:
    """Position and failures of a consumer, ours until the transaction ends; None while another has it or must wait."""
    await fetch_all(connection, _IDLE_LIMIT, ())
    rows = await fetch_all(connection, _LOCK, (name,))
    return (rows[0][0], rows[0][1]) if rows else None


_TAKE = """
SELECT position, occurred, operator, address, request_id, operation, resource_type, resource, project_id,
       details::text, succeeded
  FROM outbox WHERE position > %s ORDER BY position LIMIT %s
"""


async def take(connection: AsyncConnection, position: int, limit: int) -> list[Recorded]:
    """The next events after a position."""
    return [
        Recorded(row[0], row[1], Actor(*row[2:5]), _event(*row[5:]))
        for row in await fetch_all(connection, _TAKE, (position, limit))
    ]


def _event(
    operation: str, resource_type: str, resource: str, project_id: int | None, details: str | None, succeeded: bool
) -> Event:
    return Event(operation, resource_type, resource, project_id, _decode(details) if details else None, succeeded)


async def advance(connection: AsyncConnection, name: str, position: int) -> None:
    """Note that a consumer has everything up to a position, and let go of what now every one has."""
    await connection.execute(_ADVANCE, {"name": name, "position": position})
    await trim(connection)


async def trim(connection: AsyncConnection) -> None:
    """Let go of what every consumer has.

    Two that advance at the same moment do not see each other, so now and then somebody has to look again.
    """
    await connection.execute(_TRIM)


_ADVANCE = text(
    "UPDATE outbox_consumer SET position = :position, failures = 0, retry_time = NULL, error = '' WHERE name = :name"
)
_TRIM = text(
    f"""
    DELETE FROM outbox
     WHERE position <= (SELECT min(c.position) FROM outbox_consumer c WHERE c.name <> '{SEQUENCER}')
    """  # noqa: S608
)


async def fail(connection: AsyncConnection, name: str, error: str, longest: float) -> None:
    """Note that a consumer failed; its next attempt waits twice as long as the last one did, ``longest`` at most."""
    await connection.execute(_FAIL, {"name": name, "error": error.replace("\0", "")[:1000], "longest": longest})


_FAIL = text(
    """
    UPDATE outbox_consumer
       SET failures = failures + 1, error = :error,
           retry_time = clock_timestamp() + least(0.5 * 2 ^ least(failures, 20), :longest) * interval '1 second'
     WHERE name = :name
    """
)

_STATE = f"""
SELECT (SELECT count(*) FROM (SELECT 1 FROM outbox WHERE position IS NULL LIMIT 100001) AS unordered),
       extract(epoch FROM clock_timestamp() - (SELECT occurred FROM outbox ORDER BY event_id LIMIT 1))::float8,
       (SELECT jsonb_object_agg(c.name, s.position - c.position) FROM outbox_consumer c, outbox_consumer s
         WHERE s.name = '{SEQUENCER}' AND c.name <> '{SEQUENCER}')
"""  # noqa: S608


async def state(connection: AsyncConnection) -> tuple[int, float, Mapping[str, Any]]:
    """For metrics: rows without a position (counted to 100,001), age of the oldest row, what each consumer lacks."""
    ((unordered, age, lag),) = await fetch_all(connection, _STATE, ())
    return int(unordered), float(age or 0.0), lag or {}
