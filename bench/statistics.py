"""Percentiles and medians of latencies and rounds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds."""

    p50: float
    p95: float
    p99: float


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` of the ordered values do not exceed; 0 for none."""
    if not ordered:
        return 0.0
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def latency(seconds: Sequence[float]) -> Latency:
    """Percentiles of durations given in seconds."""
    ordered = sorted(seconds)
    return Latency(*(percentile(ordered, share) * 1000 for share in (0.50, 0.95, 0.99)))


def median(values: Sequence[float]) -> float:
    """The middle value, or the mean of the two middle ones.

    Raises:
        ValueError: there is none.
    """
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
