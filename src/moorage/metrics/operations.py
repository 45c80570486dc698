"""Harbor's ``harbor_core_http_*`` (H 5.1), and what Harbor does not count: bytes in and out.

A request is counted under its operation, never under its path: the number of series is bounded by the API, whatever
clients ask for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from moorage.metrics.families import SummaryFamily
from moorage.metrics.numbers import Summary

#: What is none of the API's operations: ``/c``, ``/service``, and paths that are nothing.
UNKNOWN = "unknown"
#: The portal's page and its files.
PORTAL = "portal"
#: What begins with ``/v2`` and is no endpoint.
OTHER_V2 = "v2_others"

#: Where a mounted application says, in a request's state, which operation answered it.
OPERATION = "operation"

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

#: The interface an operation belongs to, for bytes.
_V2, _API, _OTHER = "v2", "api", "other"


class Requests:
    """Numbers of the requests of one operation and method."""

    __slots__ = ("codes", "latency", "received", "sent")

    def __init__(self) -> None:
        self.codes: dict[int, int] = {}
        self.latency = Summary()
        self.received = 0
        self.sent = 0

    def done(self, status: int, seconds: float, received: int, sent: int) -> None:
        """Count one answered request."""
        self.codes[status] = self.codes.get(status, 0) + 1
        self.latency.observe(seconds)
        self.received += received
        self.sent += sent


#: Operation, method, and their numbers.
Counted = tuple[str, str, Requests]


class OperationMetrics(Collector):
    """The requests of every operation, as a Prometheus collector.

    What other applications count themselves (``/v2`` does, with more detail) is read from them.
    """

    def __init__(self, *others: Callable[[], Iterable[Counted]]) -> None:
        self._others = others
        self._requests: dict[tuple[str, str], Requests] = {}
        #: Requests that are being answered.
        self.in_flight = 0

    def requests(self, operation: str, method: str) -> Requests:
        """The numbers of an operation and method."""
        key = (operation, method if method in _METHODS else "other")
        found = self._requests.get(key)
        if found is None:
            found = self._requests[key] = Requests()
        return found

    def collect(self) -> Iterator[Metric]:
        """Every metric, with Harbor's names, labels and texts."""
        total = CounterMetricFamily(
            "harbor_core_http_request", "The total number of requests", labels=("method", "code", "operation")
        )
        duration = SummaryFamily(
            "harbor_core_http_request_duration_seconds",
            "The time duration of the requests",
            labels=("method", "operation"),
        )
        received = dict.fromkeys((_V2, _API, _OTHER), 0)
        sent = dict(received)
        for operation, method, numbers in self._all():
            for code, count in list(numbers.codes.items()):
                total.add_metric((method, str(code), operation), count)
            duration.add_metric((method, operation), numbers.latency)
            interface = _interface(operation)
            received[interface] += numbers.received
            sent[interface] += numbers.sent
        yield total
        yield duration
        yield GaugeMetricFamily(
            "harbor_core_http_inflight_requests", "The total number of requests", float(self.in_flight)
        )
        yield _bytes("moorage_http_received_bytes", "Bytes of requests' bodies.", received)
        yield _bytes("moorage_http_sent_bytes", "Bytes of answers' bodies.", sent)

    def _all(self) -> Iterator[Counted]:
        for (operation, method), numbers in list(self._requests.items()):
            yield operation, method, numbers
        for others in self._others:
            yield from others()


def _interface(operation: str) -> str:
    if operation.startswith("v2_"):
        return _V2
    return _OTHER if operation in (UNKNOWN, PORTAL) else _API


def _bytes(name: str, documentation: str, numbers: dict[str, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, documentation, labels=("interface",))
    for interface, count in numbers.items():
        family.add_metric((interface,), count)
    return family
