"""SQL of the processes that serve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


class Process(NamedTuple):
    """Processes of one kind that were seen lately: what they do, and which of their dependencies fail."""

    roles: Sequence[str]
    failing: Sequence[str]
    processes: int


#: Also forgets those that ended without a word. Rows that another process is at are left to it: nobody waits.
_BEAT = text("""
WITH gone AS (
    DELETE FROM server_process WHERE process_id IN (
        SELECT process_id FROM server_process WHERE seen_time < now() - interval '1 hour'
         FOR UPDATE SKIP LOCKED LIMIT 100)
)
INSERT INTO server_process AS p (process_id, host, roles, version, failing)
VALUES (:id, :host, :roles, :version, :failing)
ON CONFLICT (process_id) DO UPDATE SET failing = excluded.failing, seen_time = now()
""")

_REMOVE = text("DELETE FROM server_process WHERE process_id = :id")

_PRESENT = text("""
SELECT roles, failing, count(*) FROM server_process
 WHERE seen_time > now() - make_interval(secs => :age) GROUP BY roles, failing
""")


async def beat(
    connection: AsyncConnection, id: UUID, host: str, roles: Sequence[str], version: str, failing: Sequence[str]
) -> None:
    """A process is there."""
    values = {"id": id, "host": host, "roles": list(roles), "version": version, "failing": list(failing)}
    await connection.execute(_BEAT, values)


async def remove(connection: AsyncConnection, id: UUID) -> None:
    """A process ends."""
    await connection.execute(_REMOVE, {"id": id})


async def present(connection: AsyncConnection, age: float) -> Sequence[Process]:
    """Who was seen within ``age`` seconds, alike ones together."""
    return [Process(*row) for row in await connection.execute(_PRESENT, {"age": age})]
