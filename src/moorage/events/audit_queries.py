"""SQL that writes the audit log and keeps its chain: appending, purging, and what is noted beside the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ARRAY, BigInteger, LargeBinary, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.driver import fetch_all
from moorage.events.chain import GENESIS, AuditRow

# --- appending ----------------------------------------------------------------------------------


async def hold_chain(connection: AsyncConnection) -> tuple[int, bytes]:
    """Id and hash of the last row; nobody else appends or purges until the transaction ends."""
    rows = await fetch_all(connection, _HOLD_CHAIN, ())
    if not rows:
        await fetch_all(connection, _BEGIN_CHAIN, (GENESIS,))
        rows = await fetch_all(connection, _HOLD_CHAIN, ())
    return rows[0][0], bytes(rows[0][1])


_HOLD_CHAIN = "SELECT last_id, last_hash FROM audit_chain FOR UPDATE"
_BEGIN_CHAIN = "INSERT INTO audit_chain (last_id, last_hash) VALUES (0, %s) ON CONFLICT DO NOTHING RETURNING 1"

# As one text: an array for each column would take several times as long to write as the rows take to insert.
_APPEND = """
WITH added AS (
    INSERT INTO audit_log (id, op_time, operation, resource_type, resource, username, project_id, succeeded,
                           description, address, request_id, forward_only, previous, hash)
    SELECT id, op_time, operation, resource_type, resource, username, project_id, succeeded, description, address,
           request_id, %s::boolean, lag(decode(hash, 'hex'), 1, %s::bytea) OVER (ORDER BY id), decode(hash, 'hex')
      FROM ROWS FROM (
               json_to_recordset(%s::json)
                   AS (id bigint, op_time timestamptz, operation text, resource_type text, resource text,
                       username text, project_id bigint, succeeded boolean, description text, address text,
                       request_id text),
               string_to_table(%s, ',')
           ) AS r(id, op_time, operation, resource_type, resource, username, project_id, succeeded, description,
                  address, request_id, hash)
)
UPDATE audit_chain SET last_id = %s, last_hash = %s RETURNING 1
"""


async def append(
    connection: AsyncConnection, rows: Sequence[AuditRow], hashes: Sequence[bytes], previous: bytes, forward_only: bool
) -> None:
    """Write rows that follow on ``previous``, each with its hash, in one statement. The caller holds the chain."""
    written = msgspec.json.encode(rows).decode()
    chain = ",".join([hash.hex() for hash in hashes])
    await fetch_all(connection, _APPEND, (forward_only, previous, written, chain, rows[-1].id, hashes[-1]))


# --- counting -----------------------------------------------------------------------------------


class Counted(NamedTuple):
    """What of a row is counted."""

    operation: str
    resource_type: str
    username: str
    project_id: int | None


async def count(connection: AsyncConnection, rows: Iterable[Counted], step: int = 1) -> None:
    """Add rows to the counters (``step`` 1) or take them away (-1). The caller holds the chain."""
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for row in rows:
        kind = (row.operation, row.resource_type)
        counts["all", "", *kind] += step
        counts["username", row.username, *kind] += step
        if row.project_id is not None:
            counts["project", str(row.project_id), *kind] += step
    if counts:
        keys = sorted(counts)
        await fetch_all(connection, _COUNT, (*map(list, zip(*keys, strict=True)), [counts[key] for key in keys]))


_COUNT = """
INSERT INTO audit_count AS c (scope, key, operation, resource_type, rows)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[])
ON CONFLICT (scope, key, operation, resource_type) DO UPDATE SET rows = c.rows + excluded.rows RETURNING 1
"""

# --- purging ------------------------------------------------------------------------------------

_PURGE_FORWARDED = text(
    """
    WITH chosen AS (
        SELECT id FROM audit_log WHERE forward_only AND id <= :upto ORDER BY id LIMIT :limit
    )
    DELETE FROM audit_log a USING chosen c WHERE a.id = c.id
    RETURNING a.id, a.hash, a.operation, a.resource_type, a.username, a.project_id, a.forward_only
    """
)

_PURGE = text(
    """
    DELETE FROM audit_log WHERE id = ANY(:ids) AND NOT forward_only
    RETURNING id, hash, operation, resource_type, username, project_id, forward_only
    """
).bindparams(bindparam("ids", type_=ARRAY(BigInteger)))


class Purged(NamedTuple):
    """A row that is gone."""

    id: int
    hash: bytes
    counted: Counted | None


async def purge(connection: AsyncConnection, ids: Sequence[int]) -> list[Purged]:
    """Delete these rows, but those that wait to be forwarded."""
    return _purged(await connection.execute(_PURGE, {"ids": list(ids)}))


async def purge_forwarded(connection: AsyncConnection, upto: int, limit: int) -> list[Purged]:
    """Delete up to ``limit`` rows that were here only until they were forwarded."""
    return _purged(await connection.execute(_PURGE_FORWARDED, {"upto": upto, "limit": limit}))


def _purged(rows: Iterable[Any]) -> list[Purged]:
    found = [Purged(row[0], bytes(row[1]), None if row[6] else Counted(row[2], row[3], row[4], row[5])) for row in rows]
    return sorted(found, key=lambda row: row.id)


async def record_gaps(connection: AsyncConnection, purged: Sequence[Purged]) -> None:
    """Note the hashes at the cuts, joined with the gaps beside them. The caller holds the chain."""
    runs: list[list[Purged]] = []
    for row in purged:
        if runs and runs[-1][-1].id + 1 == row.id:
            runs[-1].append(row)
        else:
            runs.append([row])
    firsts, lasts = [run[0].id for run in runs], [run[-1].id for run in runs]
    beside = await connection.execute(
        _TAKE_GAPS, {"before": [first - 1 for first in firsts], "after": [last + 1 for last in lasts]}
    )
    gaps = [(first, last, bytes(hash)) for first, last, hash in beside]
    gaps.extend((run[0].id, run[-1].id, run[-1].hash) for run in runs)
    joined: list[tuple[int, int, bytes]] = []
    for gap in sorted(gaps):
        if joined and joined[-1][1] + 1 == gap[0]:
            joined[-1] = (joined[-1][0], gap[1], gap[2])
        else:
            joined.append(gap)
    first_ids, last_ids, hashes = map(list, zip(*joined, strict=True))
    await connection.execute(_ADD_GAPS, {"first": first_ids, "last": last_ids, "hash": hashes})


_TAKE_GAPS = text(
    """
    DELETE FROM audit_gap WHERE last_id = ANY(:before) OR first_id = ANY(:after)
    RETURNING first_id, last_id, last_hash
    """
).bindparams(bindparam("before", type_=ARRAY(BigInteger)), bindparam("after", type_=ARRAY(BigInteger)))
_ADD_GAPS = text(
    """
    INSERT INTO audit_gap (first_id, last_id, last_hash)
    SELECT * FROM unnest(cast(:first AS bigint[]), cast(:last AS bigint[]), cast(:hash AS bytea[]))
    """
).bindparams(bindparam("hash", type_=ARRAY(LargeBinary)))

# --- forwarding ---------------------------------------------------------------------------------


async def begin_forwarding(connection: AsyncConnection, position: int) -> None:
    """Let rows after ``position`` be forwarded, unless rows are forwarded already. The caller holds the chain."""
    await connection.execute(_BEGIN_FORWARDING, {"position": position})


_BEGIN_FORWARDING = text(
    """
    INSERT INTO audit_forward AS f (position, lease_end) VALUES (:position, '-infinity')
    ON CONFLICT (one) DO UPDATE SET position = excluded.position WHERE f.position IS NULL
    """
)


async def end_forwarding(connection: AsyncConnection) -> bool:
    """Forward nothing from now on; whether something was. The caller holds the chain."""
    ended = await connection.execute(_END_FORWARDING)
    return bool(ended.rowcount)


_END_FORWARDING = text("UPDATE audit_forward SET position = NULL WHERE position IS NOT NULL")


async def keep_unforwarded(connection: AsyncConnection) -> list[Counted]:
    """Let rows that could not be forwarded be rows as all others. The caller holds the chain."""
    rows = await connection.execute(_KEEP_UNFORWARDED)
    return [Counted(*row) for row in rows]


_KEEP_UNFORWARDED = text(
    """
    UPDATE audit_log SET forward_only = false WHERE forward_only
    RETURNING operation, resource_type, username, project_id
    """
)


class Lease(NamedTuple):
    """Our turn to forward: how far it is."""

    position: int | None


async def lease(connection: AsyncConnection, owner: str, seconds: float) -> Lease | None:
    """Be the one who forwards for the next ``seconds``, or None while somebody else is."""
    row = (await connection.execute(_LEASE, {"owner": owner, "seconds": seconds})).one_or_none()
    return None if row is None else Lease(row[0])


_LEASE = text(
    """
    UPDATE audit_forward SET owner = :owner, lease_end = clock_timestamp() + :seconds * interval '1 second'
     WHERE owner = :owner OR lease_end < clock_timestamp() RETURNING position
    """
)


async def release(connection: AsyncConnection, owner: str) -> None:
    """Let somebody else forward."""
    await connection.execute(_RELEASE, {"owner": owner})


_RELEASE = text("UPDATE audit_forward SET owner = '', lease_end = '-infinity' WHERE owner = :owner")


async def forwarded(connection: AsyncConnection, owner: str, position: int) -> bool:
    """Note that the server has everything up to ``position``; False when somebody else forwards by now."""
    moved = await connection.execute(_FORWARDED, {"owner": owner, "position": position})
    return bool(moved.rowcount)


_FORWARDED = text("UPDATE audit_forward SET position = :position WHERE owner = :owner AND position < :position")

_AFTER = """
SELECT id, op_time, operation, resource_type, resource, username, project_id, succeeded, description, address,
       request_id, hash
  FROM audit_log WHERE id > %s ORDER BY id LIMIT %s
"""


async def after(connection: AsyncConnection, position: int, limit: int) -> list[tuple[AuditRow, bytes]]:
    """Rows after an id, with their hashes."""
    return [(AuditRow(*row[:11]), bytes(row[11])) for row in await fetch_all(connection, _AFTER, (position, limit))]


async def last_id(connection: AsyncConnection) -> int:
    """Id of the chain's last row."""
    rows = await fetch_all(connection, "SELECT last_id FROM audit_chain", ())
    return int(rows[0][0]) if rows else 0


def settings_of(values: Mapping[str, object]) -> tuple[str, bool]:
    """The endpoint that rows are forwarded to (empty: none), and whether they are kept nowhere else."""
    endpoint = str(values.get("audit_log_forward_endpoint") or "").strip()
    return endpoint, bool(endpoint) and bool(values.get("skip_audit_log_database"))
