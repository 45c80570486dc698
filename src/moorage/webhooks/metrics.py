"""Numbers of deliveries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from moorage.metrics.families import SharedGauge, add_histogram
from moorage.metrics.numbers import Histogram
from moorage.webhooks.models import JOB_TYPES

#: Upper bounds of the buckets of attempts' durations, in seconds.
BOUNDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

#: Delivered; an attempt failed and another follows; given up.
DELIVERED, FAILED, DEAD = "delivered", "failed", "dead"


@dataclass(slots=True)
class WebhookMetrics(Collector):
    """Plain numbers, kept by those who do the work; gauges of the database are the same in every process."""

    #: Deliveries that were made of events.
    made: int = 0
    #: Attempts by kind of job and what came of them.
    attempts: dict[tuple[str, str], int] = field(default_factory=dict)
    durations: Histogram = field(default_factory=lambda: Histogram(BOUNDS))
    #: Deliveries on their way, and those given up that are still kept, by kind of job.
    pending: Mapping[str, int] = field(default_factory=dict)
    dead: Mapping[str, int] = field(default_factory=dict)

    def __hash__(self) -> int:
        """By identity, as a registry needs it."""
        return id(self)

    def attempted(self, kind: str, outcome: str, seconds: float) -> None:
        """Count an attempt."""
        self.attempts[kind, outcome] = self.attempts.get((kind, outcome), 0) + 1
        self.durations.observe(seconds)

    def collect(self) -> Iterator[Metric]:
        """Every metric."""
        yield CounterMetricFamily("moorage_webhook_deliveries_made", "Deliveries that events made.", self.made)
        attempts = CounterMetricFamily(
            "moorage_webhook_attempts", "Attempts to deliver, by what came of them.", labels=("type", "outcome")
        )
        for kind in JOB_TYPES.values():
            # From nothing on, or the first failure of all would be no increase.
            for outcome in (DELIVERED, FAILED, DEAD):
                self.attempts.setdefault((kind, outcome), 0)
        for (kind, outcome), count in list(self.attempts.items()):
            attempts.add_metric((kind, outcome), count)
        yield attempts
        duration = HistogramMetricFamily("moorage_webhook_attempt_seconds", "How long attempts to deliver took.")
        add_histogram(duration, (), self.durations)
        yield duration
        yield _by_type("moorage_webhook_pending", "Deliveries that wait for an attempt or are in one.", self.pending)
        yield _by_type("moorage_webhook_dead", "Deliveries that were given up and are still kept.", self.dead)


def _by_type(name: str, documentation: str, numbers: Mapping[str, int]) -> SharedGauge:
    family = SharedGauge(name, documentation, labels=("type",))
    for kind in JOB_TYPES.values():
        family.add_metric((kind,), numbers.get(kind, 0))
    return family
