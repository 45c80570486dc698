"""The exporter's numbers of jobs that wait and run, with Harbor's names (H 5.4)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from prometheus_client import Metric
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.jobs.models import QueueState
from moorage.jobs.service import JobService
from moorage.system.inventory import Found, gauge

#: Scans of images, whose waiting is also told under a name that published alerts have for it.
SCAN, SCANNER = "IMAGE_SCAN", "trivy"


class QueueSource:
    """Jobs by type."""

    def __init__(self, jobs: JobService, *, aliases: bool) -> None:
        self._jobs = jobs
        self._aliases = aliases

    async def find(self, connection: AsyncConnection) -> Found:
        """Ask the database: two statements."""
        return partial(_families, await self._jobs.state(connection), aliases=self._aliases)


def _families(state: QueueState, *, aliases: bool) -> Iterator[Metric]:
    size = gauge("harbor_task_queue_size", "Total number of tasks", ["type"])
    latency = gauge("harbor_task_queue_latency", "how long ago the next job to be processed was enqueued", ["type"])
    for queue in state.queues:
        size.add_metric((queue.job_type,), queue.count)
        latency.add_metric((queue.job_type,), queue.latency)
    concurrency = gauge("harbor_task_concurrency", "Total number of concurrency on a pool", ["type", "pool"])
    for job_type, pool, count in state.running:
        concurrency.add_metric((job_type, pool), count)
    scheduled = gauge("harbor_task_scheduled_total", "total number of scheduled job")
    scheduled.add_metric((), state.scheduled)
    if aliases:
        waiting = sum(queue.count for queue in state.queues if queue.job_type == SCAN)
        scheduled.add_sample(scheduled.name, {"component": SCANNER}, waiting)
    yield from (size, latency, concurrency, scheduled)
