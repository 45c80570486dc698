"""From the start of the process on an empty directory to the first 200 or 401 on ``/v2/``."""

from __future__ import annotations

from collections.abc import Iterator

from bench.load import Load
from bench.measure import Measurement, Meter
from bench.peers import Server
from bench.plan import Contents
from bench.statistics import latency


def cold_start(server: Server, contents: Contents, round: int) -> Iterator[Measurement]:
    """One row: every turn begins with such a start. Nothing for a server that was running before."""
    if server.started_in is None:
        return
    with Meter(server) as meter:
        load = Load("python", 1, server.started_in, 0, latency([server.started_in]))
    yield meter.measurement("cold-start", round, load, 0)
