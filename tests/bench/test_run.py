"""A whole run in miniature, and that nothing of it is left behind."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from bench.client import MiB
from bench.machine import this_machine
from bench.peers import Server, StartFailed
from bench.peers.base import start
from bench.plan import QUICK, Plan
from bench.processes import MemoryWatch, Process
from bench.report import Run, write
from bench.run import run_all
from tests.bench.stub_registry import running

pytestmark = pytest.mark.integration

TINY = replace(
    QUICK,
    rounds=1,
    large=3 * MiB,
    large_pulls=1,
    layers=20,
    warm_up=0.05,
    manifest_seconds=0.1,
    pull_seconds=0.1,
    time_limit=60.0,
)


@dataclass
class StubPeer:
    """A peer that is running already."""

    port: int
    name: str = "stub"

    def version(self) -> str:
        return "1"

    def start(self, directory: Path, port: int) -> Server:
        return Server(self.name, "127.0.0.1", self.port)


@dataclass
class BrokenPeer(StubPeer):
    """A peer that never starts."""

    name: str = "broken"

    def start(self, directory: Path, port: int) -> Server:
        raise StartFailed("no such thing")


def a_run(plan: Plan) -> Run:
    return Run("2026-01-01", this_machine(), plan, {"stub": "1"})


def test_every_group_measures_its_rows_and_a_broken_peer_stops_nobody(tmp_path: Path) -> None:
    run, said = a_run(TINY), list[str]()
    groups = ["manifests", "push-large", "push-layers", "pull-large", "pull-small"]
    work = tmp_path / "work"
    work.mkdir()
    with running() as stub:
        run_all(run, [BrokenPeer(stub.port), StubPeer(stub.port)], groups, work, said.append)
    assert [m.errors for m in run.measurements] == [0] * len(run.measurements)
    assert [m.row for m in run.measurements] == [
        *(f"manifest-{method}-{kind}" for method in ("get", "head") for kind in ("digest", "tag")),
        *(f"push-{way}-{kind}" for kind in ("random", "zero") for way in ("monolithic", "chunked", "streamed")),
        "push-layers-random",
        *(f"pull-{size}-{kind}" for size in ("large", "small") for kind in ("random", "zero")),
    ]
    assert run.failures == [f"{group}, broken, round 1: no such thing" for group in groups]
    assert run.machine_speed > 0
    data, page = write(run, tmp_path / "results", "name")
    assert data.stat().st_size > page.stat().st_size > 0
    assert not [path for path in work.iterdir() if not path.name.startswith("content-")]


def test_a_run_ends_when_its_time_is_up(tmp_path: Path) -> None:
    run = a_run(replace(TINY, manifest_seconds=30.0, time_limit=0.5))
    started = time.monotonic()
    with running() as stub:
        run_all(run, [StubPeer(stub.port)], ["manifests"], tmp_path, lambda line: None)
    assert time.monotonic() - started < 10
    assert run.failures == ["stopped after 0 s; what is above was measured until then"]


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    """A server that busies itself, with a child and a "database" that left its tree and ignores SIGTERM."""
    script = """
import os, signal, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        open("database.tmp", "w").write(f"{os.getpid()}\\n")
        time.sleep(60)
    os._exit(0)
while not os.path.exists("database.tmp"):
    time.sleep(0.01)
time.sleep(0.1)
os.makedirs("pgdata"); os.rename("database.tmp", "pgdata/postmaster.pid")
sum(range(5_000_000))
time.sleep(60)
"""
    directory = tmp_path / "data"
    directory.mkdir()
    command = [sys.executable, "-c", f"import os; os.chdir({str(directory)!r})\n{script}"]
    process = Process(command, {}, directory, tmp_path / "log")
    yield process
    process.stop()


def test_a_tree_is_measured_and_ended_with_its_database(process: Process) -> None:
    pid_file = process.directory / "pgdata/postmaster.pid"
    deadline = time.monotonic() + 20
    while not pid_file.exists() or process.usage().server < 0.05:
        assert time.monotonic() < deadline, process.log_tail()
        time.sleep(0.05)
    database = int(pid_file.read_text())
    with MemoryWatch(process, 0.01) as watch:
        time.sleep(0.05)
    assert watch.peak > MiB
    process.stop(grace=0.2)
    assert not process.running
    deadline = time.monotonic() + 5
    while _exists(database) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _exists(database)
    assert process.memory() == 0


def test_a_server_that_ends_at_once_is_named_with_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(StartFailed, match="cannot listen"):
        start("x", [sys.executable, "-c", "print('cannot listen')"], {}, tmp_path / "data", 1)


def _exists(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_there_is_a_proc_to_measure_with() -> None:
    assert os.path.exists("/proc/self/smaps_rollup")
