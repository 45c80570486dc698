"""Numbers of the job service, under Harbor's names (H section 5.2 and 5.4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily
from prometheus_client.registry import Collector

from moorage.jobs.models import Queue, Status

_WORDS = {Status.SUCCESS: "success", Status.ERROR: "fail", Status.STOPPED: "stop", Status.SCHEDULED: "retry"}


@dataclass(slots=True)
class JobMetrics(Collector):
    """Plain numbers, kept by the workers; what the queues hold is the same in every process."""

    node: str = ""
    pool: str = ""
    workers: int = 0
    #: Number and seconds of ended runs, by type and how they ended.
    runs: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    seconds: dict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
    #: Tasks that were taken over from workers which were lost.
    recovered: int = 0
    queues: Sequence[Queue] = ()
    scheduled: int = 0
    #: Running tasks by type and pool.
    running: Sequence[tuple[str, str, int]] = ()

    def __hash__(self) -> int:
        """By identity, as a registry needs it."""
        return id(self)

    def ended(self, job_type: str, status: Status, seconds: float) -> None:
        """A run has ended."""
        word = _WORDS.get(status)
        if word is not None:
            self.runs[job_type, word] += 1
            self.seconds[job_type, word] += seconds

    def collect(self) -> Iterator[Metric]:
        """Every metric."""
        info = GaugeMetricFamily(
            "harbor_jobservice_info", "The workers of a process.", labels=("node", "pool", "workers")
        )
        if self.pool:
            info.add_metric((self.node, self.pool, str(self.workers)), 1)
        yield info
        total = CounterMetricFamily("harbor_jobservice_task", "Runs that have ended.", labels=("type", "status"))
        times = SummaryMetricFamily(
            "harbor_jobservice_task_process_time_seconds", "How long runs took.", labels=("type", "status")
        )
        for key, count in list(self.runs.items()):
            total.add_metric(key, count)
            times.add_metric(key, count, self.seconds[key])
        yield total
        yield times
        yield CounterMetricFamily("moorage_jobs_recovered", "Tasks taken over from lost workers.", self.recovered)
        yield from self._queues()

    def _queues(self) -> Iterator[Metric]:
        size = GaugeMetricFamily("harbor_task_queue_size", "Tasks that wait.", labels=("type",))
        latency = GaugeMetricFamily("harbor_task_queue_latency", "Seconds the oldest has waited.", labels=("type",))
        for queue in self.queues:
            size.add_metric((queue.job_type,), queue.count)
            latency.add_metric((queue.job_type,), queue.latency)
        yield size
        yield latency
        concurrency = GaugeMetricFamily("harbor_task_concurrency", "Tasks that run.", labels=("type", "pool"))
        for job_type, pool, count in self.running:
            concurrency.add_metric((job_type, pool), count)
        yield concurrency
        yield GaugeMetricFamily("harbor_task_scheduled_total", "Tasks whose time has not come.", self.scheduled)
