"""Histograms with Go's bounds, and quantiles that several processes' counts give together."""

from __future__ import annotations

import math
import random
import time

import pytest

from moorage.metrics.numbers import Histogram, Summary, bound_text, quantiles

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("bound", "written"),
    [
        (0.005, "0.005"),
        (1.0, "1"),
        (2.5, "2.5"),
        (1024.0, "1024"),
        (1048576.0, "1.048576e+06"),
        (2.0**31, "2.147483648e+09"),
    ],
)
def test_bounds_are_written_as_go_writes_them(bound: float, written: str) -> None:
    assert bound_text(bound) == written
    assert float(written) == bound


def test_a_histogram_counts_up_to_and_including_its_bounds() -> None:
    histogram = Histogram((1.0, 10.0))
    for value in (0.5, 1.0, 1.5, 11.0):
        histogram.observe(value)
    assert histogram.buckets() == [("1", 2.0), ("10", 3.0), ("+Inf", 4.0)]
    both = Histogram((1.0, 10.0))
    both.add(histogram)
    both.add(histogram)
    assert both.buckets()[-1] == ("+Inf", 8.0)
    assert both.total == 28.0


def test_quantiles_are_those_of_all_values_to_one_percent() -> None:
    values = [random.Random(number).lognormvariate(-4, 1.5) for number in range(20_000)]
    halves = Summary(), Summary()
    for number, value in enumerate(values):
        halves[number % 2].observe(value)
    together: dict[int, float] = {}
    for half in halves:
        for bucket, count in half.recent().items():
            together[bucket] = together.get(bucket, 0) + count
    ordered = sorted(values)
    for quantile, found in quantiles(together):
        exact = ordered[math.ceil(quantile * len(ordered)) - 1]
        assert found == pytest.approx(exact, rel=0.0101)
    assert sum(half.count for half in halves) == len(values)
    assert sum(half.total for half in halves) == pytest.approx(sum(values))


def test_a_summary_of_nothing_has_no_quantiles() -> None:
    assert all(math.isnan(value) for _, value in quantiles({}))


def test_quantiles_look_back_ten_minutes_and_sums_forever(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    summary = Summary()
    summary.observe(100.0)
    now += 300
    summary.observe(1.0)
    assert sum(summary.recent().values()) == 2
    now += 400
    assert sum(summary.recent().values()) == 1
    now += 400
    assert summary.recent() == {}
    summary.observe(1.0)
    assert sum(summary.recent().values()) == 1
    assert (summary.count, summary.total) == (3, 102.0)


def test_a_value_of_nothing_counts() -> None:
    summary = Summary()
    summary.observe(0.0)
    assert summary.count == 1
