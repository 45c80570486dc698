"""The results as JSON and as Markdown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.client import MiB
from bench.machine import Machine
from bench.measure import Measurement
from bench.plan import Plan
from bench.statistics import median
from bench.targets import ROWS, Unit, Values, Verdict, judge


@dataclass(slots=True)
class Run:
    """Everything a run found out."""

    date: str
    machine: Machine
    plan: Plan
    versions: Mapping[str, str]
    #: Bytes per second, one value per round.
    hash_speeds: list[float] = field(default_factory=list)
    disk_speeds: list[float] = field(default_factory=list)
    measurements: list[Measurement] = field(default_factory=list)
    #: Turns that could not be measured, and why.
    failures: list[str] = field(default_factory=list)

    @property
    def machine_speed(self) -> float:
        """min(sha256, disk): no push is faster; 0 if not measured."""
        if not self.hash_speeds:
            return 0.0
        return min(median(self.hash_speeds), median(self.disk_speeds))

    def verdicts(self) -> list[Verdict]:
        """Every target that can be judged."""
        return judge(self.measurements, self.machine_speed)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "date": self.date,
            "machine": self.machine.as_dict(),
            "plan": asdict(self.plan),
            "versions": dict(self.versions),
            "hash_bytes_per_second": self.hash_speeds,
            "disk_bytes_per_second": self.disk_speeds,
            "measurements": [m.as_dict() for m in self.measurements],
            "verdicts": [asdict(v) for v in self.verdicts()],
            "failures": self.failures,
        }


def write(run: Run, directory: Path, name: str) -> tuple[Path, Path]:
    """``<name>.json`` and ``<name>.md`` in ``directory``."""
    directory.mkdir(parents=True, exist_ok=True)
    data, page = directory / f"{name}.json", directory / f"{name}.md"
    data.write_text(json.dumps(run.as_dict(), indent=1) + "\n")
    page.write_text(markdown(run))
    return data, page


def markdown(run: Run) -> str:
    """The page: machine, versions, targets, then every row with every peer."""
    return "\n".join([*_heading(run), *targets_table(run), *_rows_tables(run), *_failures(run)]) + "\n"


def targets_table(run: Run) -> list[str]:
    """A line per target."""
    lines = ["## Targets", "", "| row | subject | target | measured | |", "|---|---|---|---:|---|"]
    for verdict in run.verdicts():
        row = ROWS[verdict.row]
        measured = _number(verdict.ratio, row.unit)
        if verdict.reference:
            measured = f"{verdict.ratio:.2f}x {verdict.reference}"
        mark = "pass" if verdict.met else "**FAIL**"
        lines.append(f"| {row.title} | {verdict.subject} | {verdict.target} | {measured} | {mark} |")
    return [*lines, ""]


def _heading(run: Run) -> list[str]:
    machine, plan = run.machine, run.plan
    lines = [
        f"# Benchmark, {run.date}",
        "",
        f"{machine.cpu}, {machine.cores} cores, {machine.memory / 1024**3:.0f} GiB; {machine.system}, Linux"
        f" {machine.kernel}, Python {machine.python}.",
        f"{plan.rounds} rounds in turns; large blob {plan.large // MiB} MiB; medians of the rounds.",
    ]
    if run.hash_speeds:
        lines.append(
            f"This machine: sha256 {median(run.hash_speeds) / 1e6:.0f} MB/s in one thread, disk"
            f" {median(run.disk_speeds) / 1e6:.0f} MB/s written and synced, measured in every round."
        )
    lines += ["", "| peer | version |", "|---|---|"]
    return [*lines, *(f"| {name} | {version} |" for name, version in run.versions.items()), ""]


def _rows_tables(run: Run) -> list[str]:
    values = Values(run.measurements)
    lines = [
        "## Rows",
        "",
        "CPU: seconds per 1,000 operations, or per GB where the value is MB/s, of the server's processes, of its",
        "database, and of the load client. Memory: MB of the server's processes at the peak.",
        "",
        "| row | peer | value | p50 ms | p95 ms | p99 ms | errors | server CPU | database CPU | client CPU | memory |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, row in ROWS.items():
        for peer in dict.fromkeys(m.peer for m in run.measurements):
            rounds = [m for m in run.measurements if m.row == name and m.peer == peer]
            value = values.get(name, peer)
            if rounds and value is not None:
                lines.append(f"| {row.title} | {peer} | {_number(value, row.unit)} | {_details(rounds, row.unit)} |")
    return [*lines, ""]


def _details(rounds: Sequence[Measurement], unit: Unit) -> str:
    latencies = [median([getattr(m.latency, p) for m in rounds]) for p in ("p50", "p95", "p99")]
    cells = ["" if unit in (Unit.MEMORY, Unit.SECONDS) else f"{ms:.2f}" for ms in latencies]
    cells.append(str(sum(m.errors for m in rounds)))
    for field_name in ("server_cpu", "database_cpu", "client_cpu"):
        per = [getattr(m, field_name) / _amount(m, unit) for m in rounds if _amount(m, unit)]
        cells.append(f"{median(per):.3f}" if per else "")
    cells.append(f"{max(m.peak_memory for m in rounds) / MiB:.0f}")
    return " | ".join(cells)


def _amount(measurement: Measurement, unit: Unit) -> float:
    if unit is Unit.BYTE_RATE:
        return measurement.bytes / 1e9
    return 0.0 if unit in (Unit.MEMORY, Unit.SECONDS) else measurement.operations / 1000


def _number(value: float, unit: Unit) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit.value}"


def _failures(run: Run) -> list[str]:
    messages = dict.fromkeys(f"{m.row}, {m.peer}: {text}" for m in run.measurements for text in m.messages)
    problems = [*run.failures, *messages]
    return ["## Errors", "", *(f"- {' '.join(problem.split())[:500]}" for problem in problems)] if problems else []
