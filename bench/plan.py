"""How much is done: sizes, counts and durations of a run."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path

from bench.client import MiB
from bench.content import Prefix

KINDS = ("random", "zero")


@dataclass(frozen=True, slots=True)
class Plan:
    """What the rows go by. Durations in seconds, sizes in bytes."""

    rounds: int = 3
    large: int = 1024 * MiB
    small: int = MiB
    large_pulls: int = 3
    #: Layers pushed to one repository.
    layers: int = 960
    warm_up: float = 1.0
    manifest_seconds: float = 5.0
    pull_seconds: float = 5.0
    #: Requests per listing.
    listings: int = 400
    #: How long each list of the API is asked for.
    api_seconds: float = 10.0
    #: Blobs that a garbage collection deletes.
    collected: int = 10_000
    #: Jobs run, and jobs whose start is waited for.
    jobs: int = 5_000
    job_starts: int = 40
    #: How long manifests are pushed while the outbox is looked at.
    outbox_seconds: float = 20.0
    #: How long the slow pulls and pushes go on.
    slow_seconds: float = 15.0
    #: After this no further turn begins, and a turn under way is ended.
    time_limit: float = 3600.0


FULL = Plan()

QUICK = Plan(
    rounds=2,
    large=256 * MiB,
    large_pulls=2,
    layers=192,
    warm_up=0.5,
    manifest_seconds=1.0,
    pull_seconds=1.0,
    listings=100,
    api_seconds=4.0,
    collected=2_000,
    jobs=1_000,
    job_starts=15,
    outbox_seconds=5.0,
    slow_seconds=4.0,
    time_limit=600.0,
)


@dataclass(slots=True)
class Contents:
    """The prefixes of all blobs, made when first needed and kept for the run."""

    directory: Path
    plan: Plan
    _made: dict[tuple[str, int], Prefix] = field(default_factory=dict)

    def of(self, kind: str, size: int) -> Prefix:
        """The prefix of blobs of ``size`` bytes, "random" or "zero"."""
        if (kind, size) not in self._made:
            self._made[kind, size] = Prefix(self.directory / f"content-{kind}-{size}", kind, size)
        return self._made[kind, size]

    def large(self, kind: str) -> Prefix:
        """1 GiB, or less in a quick run."""
        return self.of(kind, self.plan.large)

    def small(self, kind: str) -> Prefix:
        """1 MiB."""
        return self.of(kind, self.plan.small)

    def close(self) -> None:
        """Give everything back."""
        for prefix in self._made.values():
            # A client that was abandoned may still be sending it.
            with contextlib.suppress(BufferError):
                prefix.close()
        self._made.clear()
