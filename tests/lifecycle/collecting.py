"""Collections in tests: what one is told, and one that does not wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from moorage.app import Application
from moorage.database.listing import ALL
from moorage.lifecycle import collection_runs as runs
from moorage.lifecycle.collection import Collector
from moorage.lifecycle.collection_models import Options, Rules, Run

#: Nothing is young.
AT_ONCE = Rules(window=timedelta(), retention=timedelta())

#: Deletions can be undone, what nothing refers to goes at once.
KEEPING = Rules(window=timedelta(), retention=timedelta(days=7))

#: Nothing is old.
PATIENT = Rules(window=timedelta(hours=2), retention=timedelta())


@dataclass
class Told:
    """A collection's progress."""

    lines: list[str] = field(default_factory=list)
    numbers: dict[str, Any] = field(default_factory=dict)
    #: Called between batches.
    between: Callable[[], None] = lambda: None

    async def log(self, message: str, level: str = "INFO") -> None:
        self.lines.append(message)

    async def checkpoint(self) -> None:
        self.between()

    async def update(self, **extra_attrs: Any) -> None:
        self.numbers.update(extra_attrs)

    def says(self, beginning: str) -> bool:
        """Whether a line begins like that."""
        return any(line.startswith(beginning) for line in self.lines)


async def collect(application: Application, rules: Rules = AT_ONCE, *, told: Told | None = None, **options: Any) -> Run:
    """One collection."""
    collector = Collector(application.database, application.store, rules)
    return await collector.run(Options(**options), told or Told())


async def collect_all(application: Application, **options: Any) -> None:
    """As many collections as it takes until what was deleted is gone: each frees what the next one sweeps."""
    for _ in range(4):
        await collect(application, AT_ONCE, **options)


async def listed(application: Application, run: Run) -> list[tuple[str, str, int]]:
    """What a run deleted, or would have."""
    async with application.database.connect() as connection:
        items = (await runs.items(connection, run.run_id, ALL))[1]
    return sorted((item.kind, item.name, item.size) for item in items)


async def count(application: Application, sql: str, **values: Any) -> int:
    """A number the database knows."""
    async with application.database.connect() as connection:
        return int(await connection.scalar(text(sql), values) or 0)
