"""Adding up what workers count, and writing it in Prometheus' text format."""

from __future__ import annotations

import math
import os
import socket
import threading

import pytest
from prometheus_client import CollectorRegistry, Counter, Enum, Gauge, Histogram, Info, Metric
from prometheus_client.core import CounterMetricFamily
from prometheus_client.parser import text_string_to_metric_families

from moorage.metrics.families import SummaryFamily
from moorage.metrics.numbers import Summary
from moorage.metrics.pages import Page, Pages
from moorage.server import metrics as module
from moorage.server.metrics import ALL, Metrics, WorkerMetrics, added, page_of
from moorage.server.metrics_socket import MetricsSocket, families
from moorage.server.processes import ProcessTimes
from moorage.server.wire import ASK, PREFIX, Family, encode_told

pytestmark = pytest.mark.unit


class FakeWorker:
    """A worker's end of the socket: answers each question with what ``says`` holds, or not at all."""

    def __init__(self) -> None:
        ours, self._peer = socket.socketpair()
        self.metrics = WorkerMetrics(ours)
        self.says: list[Family] | None = []
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    def _answer(self) -> None:
        with self._peer:
            while self._peer.recv(1) == ASK:
                if self.says is not None:
                    content = encode_told({"core": self.says})
                    self._peer.sendall(len(content).to_bytes(PREFIX, "big") + content)

    def end(self) -> None:
        self.metrics.close()
        self._thread.join()


def counted(name: str, value: float, kind: str = "counter") -> Family:
    return Family(name, kind, "Help.", [(name, (), value)])


def value(text: str, name: str) -> float:
    return next(float(line.split()[-1]) for line in text.splitlines() if line.startswith(f"{name} "))


def test_samples_are_added_by_name_and_labels() -> None:
    one = Family("x", "counter", "X.", [("x", (("code", "200"),), 1.0), ("x", (("code", "404"),), 5.0)])
    two = Family("x", "counter", "X.", [("x", (("code", "200"),), 2.0)])
    (total,) = added([[one], [two]])
    assert total.samples == [("x", (("code", "200"),), 3.0), ("x", (("code", "404"),), 5.0)]


def test_a_constant_that_describes_the_build_is_not_added() -> None:
    info = Family("build_info", "gauge", "Build.", [("build_info", (("version", "1"),), 1.0)])
    (total,) = added([[info], [info]])
    assert total.samples[0][2] == 1.0


def test_every_type_of_metric_reads_back_as_the_library_writes_it() -> None:
    registry = CollectorRegistry()
    Counter("hits", 'He said "hi".\nAnd left \\.', ["path"], registry=registry).labels('a"b\\c\nd').inc(3)
    Gauge("temperature", "T.", registry=registry).set(-1.5)
    Gauge("limit", "L.", registry=registry).set(math.inf)
    Histogram("size", "S.", buckets=(1, 10), registry=registry).observe(5)
    Info("build", "B.", registry=registry).info({"version": "1"})
    Enum("state", "S.", states=["on", "off"], registry=registry).state("off")
    text = "".join(module._lines(families(registry)))
    read = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    written = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in registry.collect()
        for sample in family.samples
        if not sample.name.endswith("_created")
    }
    assert read == written


def test_what_an_ended_worker_counted_stays_and_what_it_measured_goes() -> None:
    metrics = Metrics(ProcessTimes())
    first, second = FakeWorker(), FakeWorker()
    metrics.add(first.metrics)
    metrics.add(second.metrics)
    first.says = [counted("hits", 10), counted("open", 3, "gauge")]
    second.says = [counted("hits", 1), counted("open", 1, "gauge")]
    assert value(metrics.text(), "hits") == 11
    metrics.remove(first.metrics)
    text = metrics.text()
    assert value(text, "hits") == 11
    assert value(text, "open") == 1
    second.end()


def test_a_worker_too_busy_to_answer_is_counted_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT", 0.1)
    metrics = Metrics(ProcessTimes())
    worker = FakeWorker()
    metrics.add(worker.metrics)
    worker.says = [counted("hits", 10)]
    assert value(metrics.text(), "hits") == 10
    worker.says = None
    assert value(metrics.text(), "hits") == 10
    worker.end()


def test_the_times_of_processes_do_not_go_back_when_one_ends() -> None:
    times = ProcessTimes()
    times.add(os.getppid())
    before = {family.name: family.samples[0][2] for family in times.families()}
    times.remove(os.getppid())
    after = {family.name: family.samples[0][2] for family in times.families()}
    assert after["process_cpu_seconds_total"] >= before["process_cpu_seconds_total"] > 0
    assert after["moorage_workers"] == before["moorage_workers"] - 1 == 0
    assert after["process_resident_memory_bytes"] > 1_000_000


@pytest.mark.anyio
async def test_a_worker_answers_the_supervisor_from_its_registry() -> None:
    import asyncio

    pages = Pages()
    Counter("hits", "Hits.", registry=pages[Page.CORE]).inc(7)
    Counter("slow", "Slow.", registry=pages[Page.EXPORTER]).inc(1)
    ours, theirs = socket.socketpair()
    answering = MetricsSocket(pages, theirs.detach())
    await answering.start()
    asking = WorkerMetrics(ours)
    for _ in range(2):
        told = await asyncio.to_thread(asking.ask)
        (hits,), (slow,) = told["core"], told["exporter"]
        assert hits.samples == [("hits_total", (), 7.0)]
        assert slow.samples == [("slow_total", (), 1.0)]
    await answering.close()
    asking.close()


@pytest.mark.anyio
async def test_a_collector_that_fails_fails_no_later_question() -> None:
    import asyncio

    class Failing:
        fails = True

        def collect(self) -> list[Metric]:
            if self.fails:
                raise ValueError
            return [CounterMetricFamily("hits", "Hits.", 1)]

    pages, failing = Pages(), Failing()
    failing.fails = False
    pages.register(failing, Page.CORE)
    ours, theirs = socket.socketpair()
    answering = MetricsSocket(pages, theirs.detach())
    await answering.start()
    asking = WorkerMetrics(ours)
    failing.fails = True
    assert await asyncio.to_thread(asking.ask) == {}
    failing.fails = False
    assert len((await asyncio.to_thread(asking.ask))["core"]) == 1
    await answering.close()
    asking.close()


@pytest.mark.anyio
async def test_without_a_supervisor_there_is_nobody_to_answer() -> None:
    answering = MetricsSocket(Pages(), None)
    await answering.start()
    await answering.close()


def test_what_workers_tell_of_the_database_they_share_is_not_added() -> None:
    one = Family("moorage_outbox_events", "gauge", "", [("moorage_outbox_events", (), 3.0)], shared=True)
    two = Family("moorage_outbox_events", "gauge", "", [("moorage_outbox_events", (), 5.0)], shared=True)
    (total,) = added([[one], [two]])
    assert total.samples == [("moorage_outbox_events", (), 5.0)]


def test_the_greatest_of_negative_numbers_is_negative() -> None:
    family = Family("quota", "gauge", "", [("quota", (), -1.0)], shared=True)
    (total,) = added([[family], [family]])
    assert total.samples == [("quota", (), -1.0)]


@pytest.mark.parametrize(
    ("component", "roles", "page"),
    [
        (None, ("core", "registry", "jobservice", "exporter"), "exporter"),
        ("core", ("core", "registry", "jobservice", "exporter"), "core"),
        ("jobservice", ("core", "registry", "jobservice", "exporter"), "jobservice"),
        ("all", ("core", "registry", "jobservice", "exporter"), ALL),
        ("portal", ("core", "registry", "jobservice", "exporter"), "exporter"),
        ("", ("core", "registry", "jobservice", "exporter"), "exporter"),
        (None, ("exporter",), "exporter"),
        ("core", ("exporter",), "exporter"),
        (None, ("core",), ALL),
        ("registry", ("core",), "registry"),
        ("jobservice", ("core",), ALL),
        (None, ("registry",), ALL),
    ],
)
def test_a_component_has_its_page_and_the_exporter_that_of_none(
    component: str | None, roles: tuple[str, ...], page: str
) -> None:
    assert page_of(component, roles) == page


def summary(*values: float) -> list[Family]:
    numbers = Summary()
    for value in values:
        numbers.observe(value)
    registry = CollectorRegistry()
    family = SummaryFamily("took", "Took.", labels=("operation",))
    family.add_metric(("Get",), numbers)

    class Only:
        def collect(self) -> list[SummaryFamily]:
            return [family]

    registry.register(Only())
    return list(families(registry))


def test_quantiles_are_made_from_what_all_workers_saw_of_those_that_run() -> None:
    metrics = Metrics(ProcessTimes())
    slow, fast = FakeWorker(), FakeWorker()
    metrics.add(slow.metrics)
    metrics.add(fast.metrics)
    slow.says, fast.says = summary(*[10.0] * 50), summary(*[0.1] * 50)
    text = metrics.text("core")
    assert value(text, 'took{operation="Get",quantile="0.5"}') == pytest.approx(0.1, rel=0.011)
    assert value(text, 'took{operation="Get",quantile="0.9"}') == pytest.approx(10.0, rel=0.011)
    assert value(text, 'took_count{operation="Get"}') == 100
    assert "_sketch" not in text
    metrics.remove(slow.metrics)
    text = metrics.text("core")
    assert value(text, 'took{operation="Get",quantile="0.9"}') == pytest.approx(0.1, rel=0.011)
    assert value(text, 'took_count{operation="Get"}') == 100
    assert value(text, 'took_sum{operation="Get"}') == pytest.approx(505.0)
    fast.end()


def test_a_page_has_what_is_on_it_and_what_is_on_every_page() -> None:
    metrics = Metrics(ProcessTimes())
    worker = FakeWorker()
    metrics.add(worker.metrics)
    worker.says = [counted("hits", 10)]
    assert "hits" not in metrics.text("registry")
    for page in ("core", ALL):
        assert value(metrics.text(page), "hits") == 10
    for page in ("core", "registry", ALL):
        assert "moorage_workers" in metrics.text(page)
    worker.end()
