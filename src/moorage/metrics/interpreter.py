"""The Python a process runs on. Harbor has Go's ``go_*`` here, which nothing in this process could fill honestly."""

from __future__ import annotations

import asyncio
import gc
import platform
from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from moorage import __version__


class InterpreterMetrics(Collector):
    """Version, garbage collector and tasks of a process."""

    def collect(self) -> Iterator[Metric]:
        """Every metric."""
        info = GaugeMetricFamily("moorage_build_info", "The release, and the Python under it.")
        info.add_sample("moorage_build_info", {"version": __version__, "python": platform.python_version()}, 1)
        yield info
        collections = CounterMetricFamily(
            "python_gc_collections", "Runs of the garbage collector.", labels=("generation",)
        )
        collected = CounterMetricFamily("python_gc_objects_collected", "Objects it has freed.", labels=("generation",))
        for generation, numbers in enumerate(gc.get_stats()):
            collections.add_metric((str(generation),), numbers["collections"])
            collected.add_metric((str(generation),), numbers["collected"])
        yield from (collections, collected)
        yield GaugeMetricFamily("moorage_event_loop_tasks", "Tasks that run or wait.", float(len(_tasks())))


def _tasks() -> set[asyncio.Task[object]]:
    try:
        return asyncio.all_tasks()
    except RuntimeError:
        # Nothing runs in this thread, as in a tool that only prints.
        return set()
