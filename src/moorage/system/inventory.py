"""What the exporter tells: how much there is of everything, asked of the database now and then (H 5.4).

Each source asks a fixed number of statements, whatever the number of projects. What they found is shown until it is
older than ``metrics.inventory_cache``, or twenty times older than it took to find: however large the registry grows, a
twentieth of one connection is what metrics cost it. Nothing is asked while nobody reads metrics.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Protocol

import structlog
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.engine import Database
from moorage.errors import MoorageError
from moorage.metrics.families import SharedGauge

log = structlog.get_logger(__name__)

#: Seconds a reader waits for numbers that are being looked up; Prometheus asks again.
PATIENCE = 1.5

#: How many times longer than the last search took its result is kept at least.
COST = 20.0

#: Seconds after which numbers that could not be renewed are shown no more.
STALE = 600.0

#: What a source found, ready to be shown as often as it is asked for; from any thread.
Found = Callable[[], Iterator[Metric]]


class Source(Protocol):
    """Something to count."""

    async def find(self, connection: AsyncConnection) -> Found:
        """Ask the database."""


class Inventory(Collector):
    """The numbers of every source, as a Prometheus collector."""

    def __init__(self, database: Database, sources: Sequence[Source], kept: float) -> None:
        """``kept``: seconds for which what was found is shown."""
        self._database = database
        self._sources = sources
        self._kept = kept
        self._found: Sequence[Found] = ()
        self._found_at = 0.0
        self._took = 0.0
        self._failures = 0
        self._reachable = True
        self._task: asyncio.Task[None] | None = None

    async def refresh(self) -> None:
        """Look again if what is known is too old, and wait a little for it."""
        age = time.monotonic() - self._found_at
        if self._found and age < max(self._kept, COST * self._took):
            return
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        await asyncio.wait({self._task}, timeout=PATIENCE)

    async def close(self) -> None:
        """Look no more; before the database is closed."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _look(self) -> None:
        started = time.monotonic()
        try:
            async with self._database.connect() as connection:
                self._found = [await source.find(connection) for source in self._sources]
        except MoorageError as error:
            self._reachable = False
            self._failures += 1
            log.warning("the numbers for metrics could not be found", error=error.message)
        except Exception:
            self._failures += 1
            log.exception("the numbers for metrics could not be found")
        else:
            self._reachable = True
            self._found_at = time.monotonic()
            self._took = self._found_at - started

    def collect(self) -> Iterator[Metric]:
        """Every metric."""
        yield CounterMetricFamily("moorage_inventory_failures", "Times the numbers could not be found.", self._failures)
        if not self._reachable:
            yield from _database_is_away()
            return
        if not self._found:
            return
        age = time.monotonic() - self._found_at
        yield SharedGauge("moorage_inventory_age_seconds", "Age of the numbers of projects, artifacts and tasks.", age)
        yield SharedGauge("moorage_inventory_duration_seconds", "Seconds it took to find them.", self._took)
        if age < max(STALE, 2 * COST * self._took):
            for found in self._found:
                yield from found()


def _database_is_away() -> Iterator[Metric]:
    """What is known without a database: that nothing works."""
    yield SharedGauge("harbor_health", "Running status of Harbor", 0)
    up = SharedGauge("harbor_up", "Running status of harbor component", labels=("component",))
    up.add_metric(("database",), 0)
    yield up


def gauge(name: str, documentation: str, labels: Sequence[str] = ()) -> GaugeMetricFamily:
    """An empty family, for sources; every worker says the same of it."""
    return SharedGauge(name, documentation, labels=labels)


#: Asks one number that another service knows.
Number = Callable[[], Awaitable[int]]
