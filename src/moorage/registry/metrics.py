"""distribution's ``registry_http_*`` metrics (H 5.3), kept in plain numbers: they are updated for every pull."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from moorage.metrics.families import add_histogram
from moorage.metrics.numbers import SECONDS, Histogram
from moorage.metrics.operations import OTHER_V2, Counted, Requests

#: distribution's bounds: of requests, and of their sizes (1 KiB doubled up to 2 GiB).
_REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 60.0)
_BYTES = tuple(1024.0 * 2**step for step in range(22))

#: What Harbor's core calls the handlers of distribution (H 5.1).
_OPERATIONS = {
    "base": OTHER_V2,
    "catalog": "v2_catalog",
    "tags": "v2_tags",
    "manifest": "v2_manifest",
    "referrers": "v2_referrers",
    "blob": "v2_blob",
    "blob_upload": "v2_blob_upload",
    "blob_upload_chunk": "v2_blob_upload",
}


class EndpointMetrics(Requests):
    """Numbers of one handler and method."""

    __slots__ = ("duration", "in_flight", "request_size", "response_size")

    def __init__(self) -> None:
        super().__init__()
        self.in_flight = 0
        self.duration = Histogram(_REQUEST_SECONDS)
        self.request_size = Histogram(_BYTES)
        self.response_size = Histogram(_BYTES)

    def done(self, status: int, seconds: float, received: int, sent: int) -> None:
        """Count one answered request, which is in flight no more."""
        # As ``Requests.done``, without the calls: this is in the way of every pull.
        codes = self.codes
        codes[status] = codes.get(status, 0) + 1
        self.received += received
        self.sent += sent
        self.latency.observe(seconds)
        self.in_flight -= 1
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

    def operations(self) -> Iterator[Counted]:
        """The same numbers, as those of Harbor's operations."""
        for (handler, method), numbers in list(self._endpoints.items()):
            yield _OPERATIONS[handler], method, numbers

    def storage(self, driver: str, action: str, seconds: float) -> None:
        """Count one action of the blob store."""
        key = (driver, action)
        if key not in self._storage:
            self._storage[key] = Histogram(SECONDS)
        self._storage[key].observe(seconds)

    def collect(self) -> Iterator[Metric]:
        """Every metric, with distribution's names and labels."""
        requests = CounterMetricFamily(
            "registry_http_requests", "Total number of HTTP requests made.", labels=("code", "handler", "method")
        )
        in_flight = GaugeMetricFamily(
            "registry_http_in_flight_requests", "The in-flight HTTP requests", labels=("handler",)
        )
        duration = HistogramMetricFamily(
            "registry_http_request_duration_seconds",
            "The HTTP request latencies in seconds.",
            labels=("handler", "method"),
        )
        running = dict.fromkeys(_OPERATIONS, 0)
        for (handler, method), numbers in list(self._endpoints.items()):
            running[handler] += numbers.in_flight
            labels = (handler, method.lower())
            for code, count in list(numbers.codes.items()):
                requests.add_metric((str(code), *labels), count)
            add_histogram(duration, labels, numbers.duration)
        for handler, count in running.items():
            in_flight.add_metric((handler,), count)
        yield from (requests, in_flight, duration)
        yield self._sizes("registry_http_request_size_bytes", "The HTTP request sizes in bytes.", "request_size")
        yield self._sizes("registry_http_response_size_bytes", "The HTTP response sizes in bytes.", "response_size")
        storage = HistogramMetricFamily(
            "registry_storage_action_seconds",
            "The number of seconds that the storage action takes",
            labels=("action", "driver"),
        )
        for (driver, action), histogram in list(self._storage.items()):
            add_histogram(storage, (action, driver), histogram)
        yield storage

    def _sizes(self, name: str, documentation: str, attribute: str) -> HistogramMetricFamily:
        """Of all methods of a handler together, as distribution has them."""
        sums: dict[str, Histogram] = {}
        for (handler, _), numbers in list(self._endpoints.items()):
            sums.setdefault(handler, Histogram(_BYTES)).add(getattr(numbers, attribute))
        family = HistogramMetricFamily(name, documentation, labels=("handler",))
        for handler, histogram in sums.items():
            add_histogram(family, (handler,), histogram)
        return family
