"""Counts of values, kept in plain numbers since some of them are updated for every pull."""

from __future__ import annotations

import math
import time
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

#: prometheus' own bounds, which distribution takes for its storage.
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

#: Of the summaries of Harbor (H 5.1).
QUANTILES = (0.5, 0.9, 0.99)

#: A value is known to about 1 %: that of its bucket, each of which is this much wider than the one before.
_WIDTH = math.log(1.02)
_SCALE = 1 / _WIDTH
_SMALLEST = 1e-7
_FIRST = round(math.log(_SMALLEST) * _SCALE)

#: Seconds of a window, and how many there are: Go's summaries look back over ten minutes, in steps of two.
WINDOW = 120.0
WINDOWS = 5


@dataclass(slots=True)
class Histogram:
    """Counts per bucket, and the sum."""

    bounds: tuple[float, ...]
    counts: list[int] = field(default_factory=list)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.counts = [0] * (len(self.bounds) + 1)

    def observe(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def add(self, other: Histogram) -> None:
        """Count all that another one counted, which has the same bounds."""
        self.counts = [mine + its for mine, its in zip(self.counts, other.counts, strict=True)]
        self.total += other.total

    def buckets(self) -> list[tuple[str, float]]:
        """Cumulative counts by upper bound, as Prometheus has them."""
        found, so_far = [], 0
        for bound, count in zip((*map(bound_text, self.bounds), "+Inf"), self.counts, strict=True):
            so_far += count
            found.append((bound, float(so_far)))
        return found


def bound_text(bound: float) -> str:
    """A bucket's bound as Go writes it, since it is a label that somebody's query may name: ``1.048576e+06``."""
    if bound < 1e6:
        return repr(bound).removesuffix(".0")
    mantissa, _, exponent = f"{bound:.16e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{exponent}"


class Summary:
    """How many values there were, their sum, and the recent ones in a form that several processes can add up.

    A quantile cannot be added; the counts of narrow buckets can, and give every quantile to about 1 %.
    """

    __slots__ = ("_until", "_window", "_windows", "count", "total")

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0
        self._window: dict[int, int] = {}
        self._windows = [self._window]
        #: When the last window is over.
        self._until = time.monotonic() + WINDOW

    def observe(self, value: float) -> None:
        """Count one value."""
        self.count += 1
        self.total += value
        if time.monotonic() >= self._until:
            self._turn()
        bucket = round(math.log(value) * _SCALE) if value > _SMALLEST else _FIRST
        window = self._window
        if bucket in window:
            window[bucket] += 1
        else:
            window[bucket] = 1

    def recent(self) -> dict[int, int]:
        """How many of the last ten minutes' values are in which bucket."""
        found: dict[int, int] = {}
        passed = self._passed()
        for window in self._windows[-WINDOWS + passed :] if passed < WINDOWS else ():
            for bucket, count in window.items():
                found[bucket] = found.get(bucket, 0) + count
        return found

    def _passed(self) -> int:
        """Windows that are over since the last one began."""
        return max(math.ceil((time.monotonic() - self._until) / WINDOW), 0)

    def _turn(self) -> None:
        passed = self._passed() or 1
        self._until += passed * WINDOW
        self._window = {}
        self._windows.extend({} for _ in range(min(passed, WINDOWS) - 1))
        self._windows.append(self._window)
        del self._windows[:-WINDOWS]


def quantiles(buckets: Mapping[int, float], wanted: Iterable[float] = QUANTILES) -> list[tuple[float, float]]:
    """The quantiles of what summaries counted; NaN when that is nothing, as in Go."""
    ordered = sorted(buckets.items())
    total = sum(buckets.values())
    found = []
    for quantile in wanted:
        value, left = math.nan, quantile * total
        for bucket, count in ordered:
            value = math.exp(bucket * _WIDTH)
            left -= count
            if left <= 0:
                break
        found.append((quantile, value))
    return found
