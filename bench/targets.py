"""What each row is called, how its value is read, and what Moorage has to reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from bench.client import MiB
from bench.measure import Measurement
from bench.statistics import median


class Unit(Enum):
    """How a measurement becomes one number."""

    RATE = "1/s"
    BYTE_RATE = "MB/s"
    P99 = "ms (p99)"
    MEMORY = "MB"
    SECONDS = "s"

    def read(self, measurement: Measurement) -> float:
        """The number of this unit."""
        return _READ[self](measurement)

    @property
    def higher_is_better(self) -> bool:
        """A rate."""
        return self in (Unit.RATE, Unit.BYTE_RATE)


_READ: Mapping[Unit, Callable[[Measurement], float]] = {
    Unit.RATE: lambda m: m.operation_rate,
    Unit.BYTE_RATE: lambda m: m.byte_rate / 1e6,
    Unit.P99: lambda m: m.latency.p99,
    Unit.MEMORY: lambda m: m.peak_memory / MiB,
    Unit.SECONDS: lambda m: m.seconds,
}

#: Differences below this share are noise where a target says "level" or "no slower".
TOLERANCE = 0.05

#: The same for a p99 of a few milliseconds.
LATENCY_TOLERANCE = 0.25


@dataclass(frozen=True, slots=True)
class Target:
    """Moorage's value compared: at least ``least`` times, or at most ``most`` times, the reference.

    The reference is a peer's value of the same row, Moorage's own of another row, or one of the machine's speeds;
    without any it is 1, so that ``most`` is a plain limit.
    """

    text: str
    least: float | None = None
    most: float | None = None
    peers: tuple[str, ...] = ()
    row: str | None = None
    machine: bool = False

    def met(self, ratio: float) -> bool:
        """The ratio is good enough."""
        return (self.least is None or ratio >= self.least) and (self.most is None or ratio <= self.most)


#: Distribution 3, else Debian's 2.8.
DISTRIBUTION = ("distribution", "docker-registry")

_MANIFEST = (
    Target("3x distribution", least=3.0, peers=DISTRIBUTION),
    Target("1.5x zot", least=1.5, peers=("zot",)),
    Target("level with olareg", least=1 - TOLERANCE, peers=("olareg",)),
)
_PUSH_LARGE = (
    Target("1.5x distribution", least=1.5, peers=DISTRIBUTION),
    Target("70 % of min(sha256, disk)", least=0.7, machine=True),
)
_PAGE = Target("p99 under 20 ms", most=20.0)
_COLLECTION = Target("10,000 deletions a minute", least=10_000 / 60)
_LIST = Target("p99 under 50 ms", most=50.0)

#: Lists of Harbor's API that are measured, at 10,000 repositories, 100,000 artifacts, 500,000 tags, 100,000 audit rows.
API_LISTS: Mapping[str, str] = {
    "projects": "projects",
    "repositories": "repositories of a project",
    "repositories-all": "all repositories, by update time",
    "artifacts": "artifacts of a small repository, with tags and labels",
    "artifacts-large": "artifacts of a repository of 10,000, with tags and labels",
    "artifacts-project": "artifacts of a project of 11,000",
    "tags": "tags of an artifact",
    "audit": "audit log, newest first",
    "audit-filtered": "audit log of a user and operation",
    "audit-project": "audit log of a project",
    "search": "search",
}


def _no_slower(row: str) -> Target:
    return Target(f"no slower than {row}", most=1 + LATENCY_TOLERANCE, row=row)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the tables."""

    title: str
    unit: Unit
    targets: tuple[Target, ...] = ()


ROWS: Mapping[str, Row] = {
    "manifest-get-digest": Row("manifest GET by digest, 32 connections", Unit.RATE, _MANIFEST),
    "manifest-get-tag": Row("manifest GET by tag, 32 connections", Unit.RATE, _MANIFEST),
    "manifest-head-digest": Row("manifest HEAD by digest, 32 connections", Unit.RATE, _MANIFEST),
    "manifest-head-tag": Row("manifest HEAD by tag, 32 connections", Unit.RATE, _MANIFEST),
    **{
        f"push-{way}-{kind}": Row(f"push large blob, {way}, {kind}", Unit.BYTE_RATE, _PUSH_LARGE)
        for kind in ("random", "zero")
        for way in ("monolithic", "chunked", "streamed")
    },
    "push-layers-random": Row(
        "push 1 MiB layers to one repository, 16 clients",
        Unit.RATE,
        (Target("3x distribution", least=3.0, peers=DISTRIBUTION),),
    ),
    **{
        f"pull-large-{kind}": Row(
            f"pull large blob, {kind}",
            Unit.BYTE_RATE,
            (Target("level with distribution", least=1 - TOLERANCE, peers=DISTRIBUTION),),
        )
        for kind in ("random", "zero")
    },
    **{
        f"pull-small-{kind}": Row(
            f"pull 1 MiB blobs, 8 connections, {kind}",
            Unit.RATE,
            (Target("1.5x distribution", least=1.5, peers=DISTRIBUTION),),
        )
        for kind in ("random", "zero")
    },
    "tags-1000": Row("tags/list n=1000 of 1,000 tags", Unit.P99),
    "tags-100000": Row("tags/list n=1000 of 100,000 tags", Unit.P99, (_PAGE, _no_slower("tags-1000"))),
    "tags-100000-middle": Row("the same from the middle", Unit.P99, (_PAGE, _no_slower("tags-1000"))),
    "catalog-1000": Row("catalog n=100 of 1,000 repositories", Unit.P99),
    "catalog-100000": Row("catalog n=100 of 100,000 repositories", Unit.P99, (_PAGE, _no_slower("catalog-1000"))),
    "referrers-10": Row("all of 10 referrers", Unit.P99),
    "referrers-1000": Row("referrers n=100 of 1,000", Unit.P99),
    "referrers-10000": Row("referrers n=100 of 10,000", Unit.P99, (_PAGE, _no_slower("referrers-1000"))),
    "referrers-10000-whole": Row("first page of 10,000 referrers, no n", Unit.P99, (_PAGE,)),
    "jobs-run": Row("jobs that do nothing, 10 workers", Unit.RATE),
    "jobs-run-waiting": Row(
        "the same beside 100,000 that wait in a paused queue",
        Unit.RATE,
        (Target("no slower than jobs-run", least=1 - LATENCY_TOLERANCE, row="jobs-run"),),
    ),
    "jobs-latency": Row(
        "from the commit to the start of a job, idle workers that look for it",
        Unit.P99,
        (Target("p99 under 1 s", most=1000.0),),
    ),
    "outbox-lag": Row(
        "age of the oldest event in the outbox, 200 pushes a second",
        Unit.P99,
        (Target("p99 under 1 s", most=1000.0),),
    ),
    **{f"api-{name}": Row(f"API, {title}, 50 clients", Unit.P99, (_LIST,)) for name, title in API_LISTS.items()},
    "gc-1x": Row("garbage collection, as many blobs stay", Unit.RATE, (_COLLECTION,)),
    "gc-10x": Row(
        "garbage collection, ten times as many stay",
        Unit.RATE,
        (_COLLECTION, Target("as fast as gc-1x", least=1 - LATENCY_TOLERANCE, row="gc-1x")),
    ),
    "memory-idle": Row("resident memory, idle", Unit.MEMORY, (Target("under 200 MB", most=200.0),)),
    "memory-slow": Row(
        "resident memory, 100 slow pulls and 100 slow pushes", Unit.MEMORY, (Target("under 300 MB", most=300.0),)
    ),
    "cold-start": Row("cold start on an empty directory", Unit.SECONDS, (Target("under 5 s", most=5.0),)),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """A target applied: ``ratio`` is the value itself where the target is a plain limit."""

    row: str
    subject: str
    target: str
    reference: str
    ratio: float
    met: bool


class Values:
    """The median of every row and peer over its rounds."""

    def __init__(self, measurements: list[Measurement]) -> None:
        grouped: dict[tuple[str, str], list[float]] = {}
        for measurement in measurements:
            value = ROWS[measurement.row].unit.read(measurement)
            grouped.setdefault((measurement.row, measurement.peer), []).append(value)
        self._medians = {key: median(values) for key, values in grouped.items()}

    def get(self, row: str, peer: str) -> float | None:
        """The median, or None if it was not measured."""
        return self._medians.get((row, peer))


def judge(measurements: list[Measurement], machine_speed: float) -> list[Verdict]:
    """Every target whose reference was measured; ``machine_speed``: min(sha256, disk) in bytes per second."""
    values = Values(measurements)
    verdicts = []
    for subject in dict.fromkeys(m.peer for m in measurements if m.peer.startswith("moorage")):
        for name, row in ROWS.items():
            value = values.get(name, subject)
            for target in row.targets if value is not None else ():
                reference, base = _reference(target, values, name, subject, machine_speed)
                if value is not None and base:
                    ratio = value / base
                    verdicts.append(Verdict(name, subject, target.text, reference, ratio, target.met(ratio)))
    return verdicts


def _reference(
    target: Target, values: Values, row: str, subject: str, machine_speed: float
) -> tuple[str, float | None]:
    if target.machine:
        return "machine", machine_speed / 1e6
    if target.row:
        return target.row, values.get(target.row, subject)
    if target.peers:
        for peer in target.peers:
            if (value := values.get(row, peer)) is not None:
                return peer, value
        return "", None
    return "", 1.0
