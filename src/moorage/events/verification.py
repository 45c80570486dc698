"""Whether the audit log is what was written: every row's hash, its link to the row before, and that none is missing."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.driver import fetch_all
from moorage.database.engine import Database
from moorage.events.chain import GENESIS, AuditRow, chained

#: Rows held in memory at a time.
PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written.

    ``kind``: altered (the row does not fit its own hash), replaced (it does, but it is not the one its successor
    follows on), missing, inserted, unexpected (not the hash that was noted elsewhere). ``first`` to ``last``: the ids.
    """

    kind: str
    first: int
    last: int
    message: str


@dataclass(slots=True)
class Verification:
    """What was looked at; complete once the findings have been read to the end."""

    rows: int = 0
    #: Rows that were purged, and in how many places.
    purged: int = 0
    gaps: int = 0
    #: The end of the chain: to be noted elsewhere, since who can write the table can also shorten it.
    last_id: int = 0
    last_hash: str = ""
    findings: int = 0


@dataclass(frozen=True, slots=True)
class _Gap:
    first: int
    last: int
    hash: bytes


@dataclass(slots=True)
class _Walk:
    """Where in the chain one is: ``expected`` is the next id, ``link`` the hash it must follow on, if that is known."""

    expected: int = 1
    link: bytes | None = GENESIS
    #: What ``link`` is the hash of, for messages.
    behind: _Gap | int | None = None
    #: Purged rows ahead, by the first of them.
    gaps: dict[int, _Gap] = field(default_factory=dict)


async def verify(
    database: Database, found: Verification, expected: Mapping[int, bytes] | None = None
) -> AsyncIterator[Finding]:
    """Everything that is wrong, in the order of the ids; memory does not grow with the number of rows.

    Args:
        database: where the log is.
        found: filled on the way.
        expected: hashes of rows that were noted elsewhere before.
    """
    wanted = dict(expected or {})
    # One snapshot, so that what is appended or purged meanwhile confuses nobody.
    async with database.begin() as connection:
        await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        end, end_hash = await _end(connection)
        found.last_id, found.last_hash = end, end_hash.hex()
        walk, gaps = _Walk(), _Gaps(connection, found)
        async for row, previous, hash in _rows(connection):
            found.rows += 1
            if gaps.next_first <= row.id:
                walk.gaps.update(await gaps.upto(row.id))
            for finding in _step(walk, row, previous, hash, end):
                found.findings += 1
                yield finding
            if row.id in wanted and wanted.pop(row.id) != hash:
                found.findings += 1
                yield Finding("unexpected", row.id, row.id, f"row {row.id} has not the hash that was noted")
        walk.gaps.update(await gaps.upto(end + 1))
        for finding in _finish(walk, end, end_hash, wanted):
            found.findings += 1
            yield finding


def _step(walk: _Walk, row: AuditRow, previous: bytes, hash: bytes, end: int) -> Iterator[Finding]:
    """What is wrong up to and with one row."""
    yield from _advance(walk, min(row.id, end + 1))
    if not walk.expected <= row.id <= end:
        where = f"the log ends with {end}" if row.id > end else f"rows up to {walk.expected - 1} were purged"
        if row.id < 1:
            where = "the log begins with 1"
        yield Finding("inserted", row.id, row.id, f"row {row.id} was inserted: {where}")
        return
    if chained(previous, row) != hash:
        yield Finding("altered", row.id, row.id, f"row {row.id} was altered: its content does not fit its hash")
        # What it was is unknown, and with it what the next row must follow on.
        walk.expected, walk.link, walk.behind = row.id + 1, None, row.id
        return
    if walk.link is not None and walk.link != previous:
        yield _broken(walk)
    walk.expected, walk.link, walk.behind = row.id + 1, hash, row.id


def _advance(walk: _Walk, upto: int) -> Iterator[Finding]:
    """Go on to ``upto`` over purged rows; what else is not there is missing."""
    while True:
        gap = walk.gaps.pop(walk.expected, None)
        if gap is not None:
            walk.expected, walk.link, walk.behind = gap.last + 1, gap.hash, gap
            continue
        if walk.expected >= upto:
            break
        last = min([upto, *(first for first in walk.gaps if first > walk.expected)]) - 1
        yield _missing(walk.expected, last)
        walk.expected, walk.link, walk.behind = last + 1, None, None
    for gap in [gap for first, gap in walk.gaps.items() if first < walk.expected]:
        del walk.gaps[gap.first]
        yield Finding(
            "altered", gap.first, gap.last, f"the record of the purged rows {gap.first} to {gap.last} does not fit"
        )


def _finish(walk: _Walk, end: int, end_hash: bytes, wanted: Mapping[int, bytes]) -> Iterator[Finding]:
    yield from _advance(walk, end + 1)
    if walk.link is not None and walk.link != end_hash and walk.expected == end + 1:
        yield _broken(walk)
    for row_id in sorted(wanted):
        if row_id > end:
            yield Finding("missing", row_id, row_id, f"row {row_id} was noted, but the log ends with {end}")


def _broken(walk: _Walk) -> Finding:
    if isinstance(walk.behind, _Gap):
        first, last = walk.behind.first, walk.behind.last
        return Finding("replaced", first, last, f"the record of the purged rows {first} to {last} was altered")
    row_id = walk.behind if walk.behind is not None else walk.expected
    if walk.behind is None:
        return Finding("altered", row_id, row_id, f"row {row_id} was altered: it is not the first of a chain")
    return Finding(
        "replaced", row_id, row_id, f"row {row_id} was replaced: it is not the one that the row after it follows on"
    )


def _missing(first: int, last: int) -> Finding:
    what = f"row {first} is missing" if first == last else f"rows {first} to {last} are missing"
    return Finding("missing", first, last, what)


# --- reading ------------------------------------------------------------------------------------

_ROWS = """
SELECT id, op_time, operation, resource_type, resource, username, project_id, succeeded, description, address,
       request_id, previous, hash
  FROM audit_log WHERE id > %s ORDER BY id LIMIT %s
"""


async def _rows(connection: AsyncConnection) -> AsyncIterator[tuple[AuditRow, bytes, bytes]]:
    last = -(2**63)
    while page := await fetch_all(connection, _ROWS, (last, PAGE)):
        for row in page:
            yield AuditRow(*row[:11]), bytes(row[11]), bytes(row[12])
        last = page[-1][0]


async def _end(connection: AsyncConnection) -> tuple[int, bytes]:
    rows = await fetch_all(connection, "SELECT last_id, last_hash FROM audit_chain", ())
    return (rows[0][0], bytes(rows[0][1])) if rows else (0, GENESIS)


_GAPS = "SELECT first_id, last_id, last_hash FROM audit_gap WHERE first_id > %s ORDER BY first_id LIMIT %s"


class _Gaps:
    """The records of purged rows, read page by page in their order."""

    def __init__(self, connection: AsyncConnection, found: Verification) -> None:
        self._connection = connection
        self._found = found
        self._page: deque[_Gap] = deque()
        self._last = -(2**63)
        self._ended = False

    @property
    def next_first(self) -> int:
        """Where the next one begins, as far as is known."""
        return self._page[0].first if self._page else 2**63 if self._ended else -(2**63)

    async def upto(self, row_id: int) -> dict[int, _Gap]:
        """Those that begin at ``row_id`` at the latest and were not given yet."""
        given: dict[int, _Gap] = {}
        while self.next_first <= row_id:
            if not self._page:
                rows = await fetch_all(self._connection, _GAPS, (self._last, PAGE))
                self._page.extend(_Gap(first, last, bytes(hash)) for first, last, hash in rows)
                self._ended = not rows
                continue
            gap = self._page.popleft()
            self._last = gap.first
            given[gap.first] = gap
            self._found.gaps += 1
            self._found.purged += gap.last - gap.first + 1
        return given
