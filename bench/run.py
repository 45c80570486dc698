"""The turns: every group of rows, round by round, peer after peer, each on a fresh server."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from bench.client import RequestFailed
from bench.machine import disk_speed, hash_speed
from bench.peers import Peer, StartFailed
from bench.plan import Contents
from bench.processes import free_port
from bench.report import Run
from bench.rows import GROUPS
from bench.targets import ROWS

Say = Callable[[str], None]


class TimeIsUp(Exception):
    """The run has taken as long as it may."""


def run_all(run: Run, peers: Sequence[Peer], groups: Sequence[str], directory: Path, say: Say) -> None:
    """Measure into ``run`` until all is done or the plan's time limit is reached; ``directory`` is used and emptied."""
    contents = Contents(directory, run.plan)
    try:
        with _time_limit(run.plan.time_limit):
            for peer in peers:
                _start_once(peer, directory)
            for round in range(1, run.plan.rounds + 1):
                if "push-large" in groups:
                    run.hash_speeds.append(hash_speed())
                    run.disk_speeds.append(disk_speed(directory, run.plan.large))
                say(f"round {round} of {run.plan.rounds}")
                for group in groups:
                    for peer in peers:
                        _turn(run, peer, group, round, contents, directory, say)
    except TimeIsUp:
        run.failures.append(f"stopped after {run.plan.time_limit:.0f} s; what is above was measured until then")
        say(run.failures[-1])
    finally:
        contents.close()


def _start_once(peer: Peer, directory: Path) -> None:
    """Binaries into memory, Python's modules compiled: no turn should pay for being the first."""
    data = directory / f"{peer.name}-first"
    data.mkdir()
    try:
        # A failure will be said of its turns.
        with suppress(StartFailed):
            peer.start(data, free_port()).stop()
    finally:
        _clean(data)


def _turn(run: Run, peer: Peer, group: str, round: int, contents: Contents, directory: Path, say: Say) -> None:
    data = directory / f"{peer.name}-{group}-{round}"
    data.mkdir()
    try:
        server = peer.start(data, free_port())
        try:
            for measurement in GROUPS[group](server, contents, round):
                run.measurements.append(measurement)
                unit = ROWS[measurement.row].unit
                errors = f", {measurement.errors} errors" if measurement.errors else ""
                say(f"  {measurement.row:24} {peer.name:20} {unit.read(measurement):12,.2f} {unit.value}{errors}")
        finally:
            server.stop()
    except (RequestFailed, StartFailed) as error:
        run.failures.append(f"{group}, {peer.name}, round {round}: {error}")
        say(f"  {run.failures[-1]}")
    finally:
        _clean(data)


def _clean(data: Path) -> None:
    shutil.rmtree(data, ignore_errors=True)
    for left in (data.with_suffix(suffix) for suffix in (".log", ".yml", ".json")):
        left.unlink(missing_ok=True)
    # The next one should not wait for this one's pages.
    os.sync()


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise ``TimeIsUp`` in the main thread after so long, wherever it is."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TimeIsUp

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
