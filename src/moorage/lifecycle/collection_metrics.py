"""Numbers of garbage collection, which Harbor has none of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from prometheus_client import Metric
from prometheus_client.registry import Collector

from moorage.lifecycle.collection_models import Backlog
from moorage.metrics.families import SharedGauge


@dataclass(slots=True)
class CollectionMetrics(Collector):
    """What the database told last; the same in every process that asks."""

    backlog: Backlog = field(default_factory=Backlog)

    def __hash__(self) -> int:
        """By identity, as a registry needs it."""
        return id(self)

    def collect(self) -> Iterator[Metric]:
        """Every metric."""
        known = self.backlog
        for name, documentation, value in (
            (
                "last_success_timestamp_seconds",
                "When the last garbage collection succeeded.",
                known.last_success,
            ),
            ("last_duration_seconds", "How long it took.", known.last_duration),
            ("last_candidates", "Blobs and manifests it found that nothing needs.", known.last_candidates),
            ("last_freed_bytes", "Bytes it freed.", known.last_freed_bytes),
            ("freed_bytes", "Bytes the garbage collections that are remembered freed.", known.freed_bytes),
            ("backlog_notes", "Things the next garbage collection has to look at.", known.notes),
            ("backlog_deletions", "Deletions in the trash whose time is over.", known.expired_deletions),
        ):
            yield SharedGauge(f"moorage_gc_{name}", documentation, value)
