"""Use cases on the audit log: listing, verifying, purging."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime

from moorage.access.principals import Principal, PrincipalKind
from moorage.database.engine import Database
from moorage.database.listing import ListQuery
from moorage.events import audit_queries as queries
from moorage.events import lists, purge_queries
from moorage.events.lists import AuditEntry, Selection
from moorage.events.verification import Finding, Verification, verify

__all__ = ["AuditEntry", "AuditService", "Finding", "Verification"]

#: Rows of one transaction of a purge: whoever appends waits no longer than for that.
PURGED = 2_000
#: Rows that one statement looks at when they are only counted.
COUNTED = 20_000


class AuditService:
    """The audit log of a registry. What is written to it comes from the outbox alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(
        self, query: ListQuery, *, projects: Collection[int] | None = None, legacy: bool = False
    ) -> tuple[int, list[AuditEntry]]:
        """How many rows match, and a page of them.

        Args:
            query: filters, order and page.
            projects: only rows of these; None: all rows.
            legacy: only what Harbor's older audit log knows.

        Raises:
            BadRequest: a filter's value is not of its column's type.
        """
        async with self._database.connect() as connection:
            return await lists.page(connection, query, Selection(projects, legacy))

    async def projects_of(self, principal: Principal) -> Collection[int]:
        """The projects whose logs an account that does not see everything may list."""
        async with self._database.connect() as connection:
            if principal.kind is PrincipalKind.USER:
                return await lists.projects_of_user(connection, principal.id)
            if principal.kind is PrincipalKind.ROBOT:
                return await lists.projects_of_robot(connection, principal.id)
        return ()

    def verify(self, found: Verification, expected: Mapping[int, bytes] | None = None) -> AsyncIterator[Finding]:
        """Everything that is not as it was written; ``found`` is filled on the way.

        ``expected``: hashes of rows that were noted elsewhere before.
        """
        return verify(self._database, found, expected)

    async def purge(self, before: datetime, event_types: Collection[str]) -> AsyncGenerator[int, None]:
        """Delete rows older than ``before`` of the event types, piece by piece; yields how many of each went.

        The chain stays verifiable: the hashes at the cuts are noted with the deletion. Rows that wait to be forwarded
        stay.
        """
        async with aclosing(self._pieces(before, event_types, PURGED)) as pieces:
            async for ids in pieces:
                yield await self._delete(ids) if ids else 0

    async def purgeable(self, before: datetime, event_types: Collection[str]) -> AsyncGenerator[int, None]:
        """How many rows ``purge`` would delete, piece by piece."""
        async with aclosing(self._pieces(before, event_types, COUNTED)) as pieces:
            async for ids in pieces:
                yield len(ids)

    async def _pieces(
        self, before: datetime, event_types: Collection[str], size: int
    ) -> AsyncGenerator[Sequence[int], None]:
        types, position = sorted(event_types), purge_queries.START
        while True:
            async with self._database.connect() as connection:
                ids, end = await purge_queries.find(connection, before, types, position, size)
            yield ids
            if end is None:
                return
            position = end

    async def _delete(self, ids: Sequence[int]) -> int:
        async with self._database.begin() as connection:
            await queries.hold_chain(connection)
            gone = await queries.purge(connection, ids)
            if gone:
                await queries.record_gaps(connection, gone)
                await queries.count(connection, [row.counted for row in gone if row.counted is not None], -1)
        return len(gone)
