"""Percentiles and medians."""

from __future__ import annotations

import pytest
from bench.statistics import latency, median, percentile

pytestmark = pytest.mark.unit


def test_a_percentile_is_a_value_that_occurred() -> None:
    values = [float(number) for number in range(1, 101)]
    assert [percentile(values, share) for share in (0.0, 0.5, 0.95, 0.99, 1.0)] == [1, 50, 95, 99, 100]
    assert percentile([7.0], 0.99) == 7.0
    assert percentile([], 0.5) == 0.0


def test_latency_is_in_milliseconds_whatever_the_order() -> None:
    measured = latency([0.003, 0.001, 0.002])
    assert (measured.p50, measured.p99) == (2.0, 3.0)


def test_a_median_needs_values() -> None:
    assert median([3.0, 1.0, 2.0]) == 2.0
    assert median([1.0, 2.0]) == 1.5
    with pytest.raises(ValueError, match="no values"):
        median([])
