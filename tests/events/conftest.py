"""A database with an outbox, and what reads it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from moorage.database.engine import Database
from moorage.events.audit import AuditWriter
from moorage.events.audit_service import AuditService, Finding, Verification
from moorage.events.dispatcher import Consumer, Dispatcher
from moorage.events.metrics import EventMetrics
from moorage.events.models import Actor, Event
from moorage.events.service import record
from moorage.settings import DatabaseSettings

ANN = Actor("ann", "192.0.2.7", "request-1")


class World:
    """Records events, dispatches them, and looks at the log."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.metrics = EventMetrics()
        #: Harbor's configuration.
        self.configuration: dict[str, Any] = {}
        self.audit = AuditService(database)

    async def configured(self) -> dict[str, Any]:
        return self.configuration

    def dispatcher(self, *consumers: Consumer) -> Dispatcher:
        """One replica's dispatcher, with the audit log unless told otherwise."""
        return Dispatcher(self.database, consumers or [self.writer()], self.metrics)

    def writer(self) -> AuditWriter:
        return AuditWriter(self.configured, self.metrics)

    async def record(self, *names: str, actor: Actor = ANN, **more: Any) -> None:
        """A project was created, for each name."""
        async with self.database.begin() as connection:
            await record(connection, actor, *(Event("create", "project", name, **more) for name in names))

    async def log(self, *names: str, **more: Any) -> None:
        """As ``record``, and dispatched."""
        await self.record(*names, **more)
        await self.dispatcher().drain()

    async def rows(self, columns: str = "resource", table: str = "audit_log", order: str = "id") -> list[Any]:
        """Rows of a table; of one column, its values."""
        found = await self.execute(f"SELECT {columns} FROM {table} ORDER BY {order}")  # noqa: S608
        return [row[0] for row in found] if "," not in columns else found

    async def execute(self, sql: str, **values: Any) -> list[Any]:
        """One statement in a transaction of its own; its rows."""
        from sqlalchemy import text

        async with self.database.begin() as connection:
            result = await connection.execute(text(sql), values)
            return [tuple(row) for row in result] if result.returns_rows else []

    async def verify(self, expected: dict[int, bytes] | None = None) -> tuple[Verification, list[Finding]]:
        found = Verification()
        return found, [finding async for finding in self.audit.verify(found, expected)]


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    """An empty one."""
    database = Database(DatabaseSettings(), database_url)
    await database.open()
    try:
        yield World(database)
    finally:
        await database.close()
