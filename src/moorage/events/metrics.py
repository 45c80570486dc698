"""Numbers of what runs after the commit: the outbox, the audit log, its forwarding, and pull statistics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from moorage.metrics.families import SharedGauge


@dataclass(slots=True)
class EventMetrics(Collector):
    """Plain numbers, kept by those who do the work; gauges of the database are the same in every process."""

    #: Rows no consumer has been given yet, or not every consumer has; and the age of the oldest, in seconds.
    waiting: int = 0
    oldest: float = 0.0
    #: Rows each consumer still has to get.
    lag: Mapping[str, int] = field(default_factory=dict)
    dispatched: int = 0
    consumed: dict[str, int] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)
    audit_rows: int = 0
    forward_connected: bool = False
    forwarded: int = 0
    forward_failures: int = 0
    forward_lag: int = 0
    pulls_counted: int = 0
    pulls_dropped: int = 0

    def __hash__(self) -> int:
        """By identity, as a registry needs it."""
        return id(self)

    def collect(self) -> Iterator[Metric]:
        """Every metric."""
        yield SharedGauge("moorage_outbox_events", "Events that not every consumer has yet.", self.waiting)
        yield SharedGauge("moorage_outbox_oldest_age_seconds", "Age of the oldest of them.", self.oldest)
        lag = SharedGauge("moorage_outbox_consumer_lag_events", "Events a consumer has to get.", labels=("consumer",))
        for name, count in self.lag.items():
            lag.add_metric((name,), count)
        yield lag
        yield CounterMetricFamily("moorage_outbox_dispatched", "Events put into order.", self.dispatched)
        yield _by_consumer("moorage_outbox_consumed", "Events a consumer has got.", self.consumed)
        yield _by_consumer("moorage_outbox_consumer_failures", "Attempts of a consumer that failed.", self.failures)
        yield CounterMetricFamily("moorage_audit_rows", "Rows written to the audit log.", self.audit_rows)
        yield GaugeMetricFamily(
            "moorage_audit_forward_connected", "Connections to the syslog server.", int(self.forward_connected)
        )
        yield SharedGauge(
            "moorage_audit_forward_lag_rows", "Audit rows the syslog server has to get.", self.forward_lag
        )
        yield CounterMetricFamily("moorage_audit_forwarded", "Audit rows forwarded to syslog.", self.forwarded)
        yield CounterMetricFamily(
            "moorage_audit_forward_failures", "Attempts to forward that failed.", self.forward_failures
        )

    def pulls(self) -> Collector:
        """Those of pulls, which other processes count than those that dispatch events."""
        return _Pulls(self)


class _Pulls(Collector):
    def __init__(self, numbers: EventMetrics) -> None:
        self._numbers = numbers

    def collect(self) -> Iterator[Metric]:
        """Every metric."""
        counted, dropped = self._numbers.pulls_counted, self._numbers.pulls_dropped
        yield CounterMetricFamily("moorage_pulls_counted", "Pulls of manifests in statistics.", counted)
        yield CounterMetricFamily(
            "moorage_pulls_dropped", "Pulls that statistics lost, since they could not be written.", dropped
        )


def _by_consumer(name: str, documentation: str, numbers: Mapping[str, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, documentation, labels=("consumer",))
    for consumer, count in list(numbers.items()):
        family.add_metric((consumer,), count)
    return family
