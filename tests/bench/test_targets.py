"""Which target is met, and what the page says of it."""

from __future__ import annotations

import pytest
from bench.client import MiB
from bench.machine import Machine
from bench.measure import Measurement
from bench.plan import QUICK
from bench.report import Run, markdown
from bench.statistics import Latency
from bench.targets import judge

pytestmark = pytest.mark.unit


def measured(
    row: str, peer: str, rate: float = 0.0, *, p99: float = 0.0, memory: int = 0, round: int = 1
) -> Measurement:
    """A row of 10 seconds; ``rate`` in operations, or where it applies MB, per second."""
    return Measurement(
        row=row,
        peer=peer,
        round=round,
        operations=int(rate * 10),
        errors=0,
        seconds=10.0,
        bytes=int(rate * 10e6),
        latency=Latency(1.0, 2.0, p99),
        server_cpu=1.0,
        database_cpu=0.5,
        client_cpu=0.25,
        peak_memory=memory,
        client="python",
    )


def test_a_ratio_is_to_the_first_reference_that_was_measured() -> None:
    rows = [
        measured("manifest-get-tag", "moorage-granian", 9_000),
        measured("manifest-get-tag", "docker-registry", 1_000),
        measured("manifest-get-tag", "zot", 9_000),
    ]
    found = {verdict.target: verdict for verdict in judge(rows, 0.0)}
    assert found["3x distribution"].reference == "docker-registry"
    assert found["3x distribution"].ratio == pytest.approx(9.0)
    assert found["3x distribution"].met
    assert not found["1.5x zot"].met
    assert "level with olareg" not in found
    rows.append(measured("manifest-get-tag", "distribution", 4_000))
    found = {verdict.target: verdict for verdict in judge(rows, 0.0)}
    assert found["3x distribution"].reference == "distribution"
    assert not found["3x distribution"].met


def test_the_median_of_the_rounds_counts() -> None:
    rows = [measured("push-layers-random", "moorage-granian", rate, round=i) for i, rate in enumerate((1, 300, 310))]
    rows += [measured("push-layers-random", "distribution", 100, round=i) for i in range(3)]
    assert judge(rows, 0.0)[0].ratio == pytest.approx(3.0)


def test_a_push_is_held_against_the_machine() -> None:
    rows = [measured("push-chunked-zero", "moorage-uvicorn", 350)]
    (verdict,) = judge(rows, 500e6)
    assert (verdict.reference, verdict.met) == ("machine", True)
    assert verdict.ratio == pytest.approx(0.7)


def test_limits_and_rows_of_its_own_are_references_too() -> None:
    rows = [
        measured("tags-1000", "moorage-granian", p99=10.0),
        measured("tags-100000", "moorage-granian", p99=13.0),
        measured("memory-idle", "moorage-granian", memory=250 * MiB),
    ]
    assert [(v.target, v.met) for v in judge(rows, 0.0)] == [
        ("p99 under 20 ms", True),
        ("no slower than tags-1000", False),
        ("under 200 MB", False),
    ]


def test_the_page_names_machine_versions_targets_and_errors() -> None:
    machine = Machine("A CPU", 2, 8 << 30, "6.1", "A System", "3.11.7")
    run = Run("2026-01-01", machine, QUICK, {"moorage-granian": "1.0", "distribution": "3.1"})
    run.measurements = [
        measured("push-layers-random", "moorage-granian", 290),
        measured("push-layers-random", "distribution", 100),
    ]
    run.failures = ["listings, moorage-granian, round 1: no database"]
    page = markdown(run)
    assert "A CPU, 2 cores, 8 GiB; A System, Linux 6.1, Python 3.11.7." in page
    assert "| distribution | 3.1 |" in page
    assert "| 3x distribution | 2.90x distribution | **FAIL** |" in page
    assert "- listings, moorage-granian, round 1: no database" in page
    assert machine.kind == "a-cpu-2cpu"
