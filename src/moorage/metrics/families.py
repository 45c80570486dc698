"""Families of samples beyond those of prometheus_client."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily

from moorage.metrics.numbers import Histogram, Summary

#: Samples of a summary from which quantiles are made once those of all processes are together; and their label.
SKETCH: Final = "_sketch"
BUCKET: Final = "bucket"


class SharedGauge(GaugeMetricFamily):
    """What every process of a server says of the one database: the greatest is right, and the sum would be wrong."""


class SummaryFamily(Metric):
    """A summary with quantiles, as Go's client has it."""

    def __init__(self, name: str, documentation: str, labels: Sequence[str]) -> None:
        super().__init__(name, documentation, "summary")
        self._labels = tuple(labels)

    def add_metric(self, values: Sequence[str], numbers: Summary) -> None:
        """The samples of one set of labels."""
        labels = dict(zip(self._labels, values, strict=True))
        self.add_sample(f"{self.name}_sum", labels, numbers.total)
        self.add_sample(f"{self.name}_count", labels, numbers.count)
        for bucket, count in numbers.recent().items():
            self.add_sample(f"{self.name}{SKETCH}", {**labels, BUCKET: str(bucket)}, count)


def add_histogram(family: HistogramMetricFamily, values: Sequence[str], numbers: Histogram) -> None:
    """The samples of one set of labels."""
    family.add_metric(values, numbers.buckets(), numbers.total)
