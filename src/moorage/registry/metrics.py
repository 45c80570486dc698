"""distribution's ``registry_http_*`` metrics (H 5.3), kept in plain numbers: they are updated for every pull."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_BYTES = (256.0, 1024.0, 4096.0, 65536.0, 1048576.0, 16777216.0, 268435456.0, 1073741824.0, 10737418240.0)


@dataclass(slots=True)
class Histogram:
    """Counts per bucket, and the sum."""

    bounds: tuple[float, ...]
    counts: list[int] = field(default_factory=list)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.counts = [0] * (len(self.bounds) + 1)

    def observe(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def buckets(self) -> list[tuple[str, float]]:
        """Cumulative counts by upper bound, as Prometheus has them."""
        found, so_far = [], 0
        for bound, count in zip((*map(_bound, self.bounds), "+Inf"), self.counts, strict=True):
            so_far += count
            found.append((bound, float(so_far)))
        return found


def _bound(value: float) -> str:
    return repr(value)


@dataclass(slots=True)
class EndpointMetrics:
    """Numbers of one handler and method."""

    in_flight: int = 0
    codes: dict[int, int] = field(default_factory=dict)
    duration: Histogram = field(default_factory=lambda: Histogram(_SECONDS))
    request_size: Histogram = field(default_factory=lambda: Histogram(_BYTES))
    response_size: Histogram = field(default_factory=lambda: Histogram(_BYTES))

    def done(self, status: int, seconds: float, received: int, sent: int) -> None:
        """Count one answered request, which is in flight no more."""
        self.in_flight -= 1
        self.codes[status] = self.codes.get(status, 0) + 1
        self.duration.observe(seconds)
        self.request_size.observe(received)
        self.response_size.observe(sent)


class RegistryMetrics(Collector):
    """All of them, as a Prometheus collector."""

    def __init__(self) -> None:
        self._endpoints: dict[tuple[str, str], EndpointMetrics] = {}
        self._storage: dict[tuple[str, str], Histogram] = {}

    def endpoint(self, handler: str, method: str) -> EndpointMetrics:
        """The numbers of a handler and method."""
        key = (handler, method)
        found = self._endpoints.get(key)
        if found is None:
            found = self._endpoints[key] = EndpointMetrics()
        return found

    def storage(self, driver: str, action: str, seconds: float) -> None:
        """Count one action of the blob store."""
        key = (driver, action)
        if key not in self._storage:
            self._storage[key] = Histogram(_SECONDS)
        self._storage[key].observe(seconds)

    def collect(self) -> Iterator[Metric]:
        """Every metric, with distribution's names and labels."""
        requests = CounterMetricFamily(
            "registry_http_requests", "Total number of HTTP requests made.", labels=("code", "handler", "method")
        )
        in_flight = GaugeMetricFamily(
            "registry_http_in_flight_requests", "The in-flight HTTP requests", labels=("handler",)
        )
        duration = _family("registry_http_request_duration_seconds", "The HTTP request latencies in seconds.")
        request_size = _family("registry_http_request_size_bytes", "The HTTP request sizes in bytes.")
        response_size = _family("registry_http_response_size_bytes", "The HTTP response sizes in bytes.")
        running: dict[str, int] = {}
        for (handler, method), numbers in list(self._endpoints.items()):
            running[handler] = running.get(handler, 0) + numbers.in_flight
            for code, count in list(numbers.codes.items()):
                requests.add_metric((str(code), handler, method.lower()), count)
            duration.add_metric((handler, method.lower()), numbers.duration.buckets(), numbers.duration.total)
            for family, histogram in ((request_size, numbers.request_size), (response_size, numbers.response_size)):
                family.add_metric((handler, method.lower()), histogram.buckets(), histogram.total)
        for handler, count in running.items():
            in_flight.add_metric((handler,), count)
        storage = HistogramMetricFamily(
            "registry_storage_action_seconds",
            "The number of seconds that the storage action takes",
            labels=("action", "driver"),
        )
        for (driver, action), histogram in list(self._storage.items()):
            storage.add_metric((action, driver), histogram.buckets(), histogram.total)
        yield from (requests, in_flight, duration, request_size, response_size, storage)


def _family(name: str, documentation: str) -> HistogramMetricFamily:
    return HistogramMetricFamily(name, documentation, labels=("handler", "method"))
