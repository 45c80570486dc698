"""Numbers of the job service, under Harbor's names (H section 5.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from moorage.jobs.models import Status
from moorage.metrics.families import SummaryFamily
from moorage.metrics.numbers import Summary

_WORDS = {Status.SUCCESS: "success", Status.ERROR: "fail", Status.STOPPED: "stop", Status.SCHEDULED: "retry"}


@dataclass(slots=True)
class JobMetrics(Collector):
    """Plain numbers, kept by the workers."""

    node: str = ""
    pool: str = ""
    workers: int = 0
    #: Seconds of ended runs, by type and how they ended.
    runs: dict[tuple[str, str], Summary] = field(default_factory=dict)
    #: Tasks that were taken over from workers which were lost.
    recovered: int = 0

    def __hash__(self) -> int:
        """By identity, as a registry needs it."""
        return id(self)

    def declare(self, job_type: str) -> None:
        """There are jobs of a type: it is shown from nothing on, or the first failure of all would be no increase."""
        for status in (Status.SUCCESS, Status.ERROR, Status.STOPPED):
            self.runs.setdefault((job_type, _WORDS[status]), Summary())

    def ended(self, job_type: str, status: Status, seconds: float) -> None:
        """A run has ended."""
        word = _WORDS.get(status)
        if word is not None:
            self.runs.setdefault((job_type, word), Summary()).observe(seconds)

    def collect(self) -> Iterator[Metric]:
        """Every metric."""
        info = GaugeMetricFamily(
            "harbor_jobservice_info", "the information of jobservice", labels=("node", "pool", "workers")
        )
        if self.pool:
            info.add_metric((self.node, self.pool, str(self.workers)), 1)
        yield info
        total = CounterMetricFamily(
            "harbor_jobservice_task", "The number of processed tasks", labels=("type", "status")
        )
        times = SummaryFamily(
            "harbor_jobservice_task_process_time_seconds",
            "The time duration of the task processing time",
            labels=("type", "status"),
        )
        for key, summary in list(self.runs.items()):
            total.add_metric(key, summary.count)
            times.add_metric(key, summary)
        yield total
        yield times
        yield CounterMetricFamily("moorage_jobs_recovered", "Tasks taken over from lost workers.", self.recovered)
