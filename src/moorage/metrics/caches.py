"""How often what a process keeps in memory was there when it was wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector


@dataclass(slots=True)
class CacheUse:
    """Counted by a cache's owner."""

    hits: int = 0
    misses: int = 0


class CacheMetrics(Collector):
    """The caches of a process, by their names."""

    def __init__(self, caches: Mapping[str, CacheUse]) -> None:
        self._caches = caches

    def collect(self) -> Iterator[Metric]:
        """Every metric."""
        hits = CounterMetricFamily("moorage_cache_hits", "Times it was in memory.", labels=("cache",))
        misses = CounterMetricFamily("moorage_cache_misses", "Times it was not.", labels=("cache",))
        for name, use in self._caches.items():
            hits.add_metric((name,), use.hits)
            misses.add_metric((name,), use.misses)
        yield from (hits, misses)


class DescriptorCacheMetrics(Collector):
    """The same of manifests, under the name distribution has for what it keeps of blobs (H 5.3)."""

    def __init__(self, use: CacheUse) -> None:
        self._use = use

    def collect(self) -> Iterator[Metric]:
        """The metric."""
        family = CounterMetricFamily("registry_storage_cache", "The number of cache request received", labels=("type",))
        hits, misses = self._use.hits, self._use.misses
        for name, count in (("Request", hits + misses), ("Hit", hits), ("Miss", misses)):
            family.add_metric((name,), count)
        yield family
