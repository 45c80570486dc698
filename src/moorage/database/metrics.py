"""How the pool of connections to the database does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.pool import QueuePool

from moorage.errors import InsufficientStorage, MoorageError, ServiceUnavailable
from moorage.metrics.families import add_histogram
from moorage.metrics.numbers import SECONDS, Histogram

#: Most waits are for nothing, and take far less than a request.
_WAITS = (0.0001, 0.001, *SECONDS)


class DatabaseUse:
    """Plain numbers of one ``Database``."""

    def __init__(self) -> None:
        self.pool: QueuePool | None = None
        self.waiting = 0
        self.waits = Histogram(_WAITS)
        #: Statements and connections that the database did not answer, or not in time.
        self.failures = 0

    @contextmanager
    def waiting_for(self) -> Iterator[None]:
        """Somebody waits for a connection during the block."""
        started = time.perf_counter()
        self.waiting += 1
        try:
            yield
        finally:
            self.waiting -= 1
            self.waits.observe(time.perf_counter() - started)

    def failed(self, error: MoorageError) -> None:
        """Count an error if it is the database's: not a full project, a bad value, or two transactions in a knot."""
        own = type(error) is ServiceUnavailable or isinstance(error, InsufficientStorage)
        self.failures += own


class DatabaseMetrics(Collector):
    """The same as a Prometheus collector.

    Args:
        alias: also under the name that published alerts for Harbor have for the failures.
    """

    def __init__(self, use: DatabaseUse, *, alias: bool = False) -> None:
        self._use = use
        self._alias = alias

    def collect(self) -> Iterator[Metric]:
        """Every metric."""
        use, pool = self._use, self._use.pool
        yield GaugeMetricFamily("moorage_database_pool_size", "Connections there may be.", pool.size() if pool else 0)
        yield GaugeMetricFamily(
            "moorage_database_pool_in_use", "Connections somebody has.", pool.checkedout() if pool else 0
        )
        yield GaugeMetricFamily("moorage_database_pool_waiting", "Tasks that wait for one.", use.waiting)
        waits = HistogramMetricFamily(
            "moorage_database_pool_wait_seconds", "Seconds until a connection was had.", labels=()
        )
        add_histogram(waits, (), use.waits)
        yield waits
        documentation = "Times the database was away, had no connection free, or took too long."
        yield CounterMetricFamily("moorage_database_failures", documentation, use.failures)
        if self._alias:
            yield CounterMetricFamily("harbor_core_db_errors", documentation, use.failures)
