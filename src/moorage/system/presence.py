"""Which processes serve, known to all of them through the database.

Each process says every few seconds that it is there, which roles it has, and which of its dependencies fail. So any
process can tell whether some other one does the work of a role, however many replicas there are and wherever they run,
and nobody needs another's address.
"""

from __future__ import annotations

import asyncio
import contextlib
import platform
import random
from collections.abc import Mapping, Sequence
from uuid import uuid4

from moorage import __version__
from moorage.database.engine import Database
from moorage.errors import MoorageError
from moorage.probes import Check, failure
from moorage.system import presence_queries as queries
from moorage.system.presence_queries import Process

__all__ = ["INTERVAL", "Presence", "Process"]

#: Seconds between two signs of life; and after one that something fails, which may soon be over.
INTERVAL = 15.0
SOON = 3.0


class Presence:
    """The signs of life of this process."""

    def __init__(self, database: Database, roles: Sequence[str], checks: Mapping[str, Check]) -> None:
        """``checks``: by the name of a dependency, something that raises while it fails."""
        self._database = database
        self._roles = roles
        self._checks = checks
        self._id = uuid4()
        self._host = platform.node()[:255]
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Give a sign of life now and then."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Say goodbye."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None
        with contextlib.suppress(MoorageError):
            async with self._database.begin() as connection:
                await queries.remove(connection, self._id)

    async def beat(self) -> bool:
        """Give one sign of life; whether nothing fails.

        Raises:
            ServiceUnavailable: the database is away.
        """
        reasons = await asyncio.gather(*map(failure, self._checks.values()))
        failing = [name for name, reason in zip(self._checks, reasons, strict=True) if reason]
        async with self._database.begin() as connection:
            await queries.beat(connection, self._id, self._host, self._roles, __version__, failing)
        return not failing

    async def _run(self) -> None:
        while True:
            works = False
            with contextlib.suppress(MoorageError):
                works = await self.beat()
            await asyncio.sleep((INTERVAL if works else SOON) * random.uniform(0.8, 1.0))
