"""How far the outbox is behind while manifests are pushed at a steady pace.

The age of the oldest event that some consumer has not had says how late the last consumer is.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from typing import Any

import psycopg

from bench import generate
from bench.load import Load, run_threads
from bench.measure import Measurement, Meter
from bench.peers import Server
from bench.plan import Contents
from bench.registry import CONFIG, MANIFEST, push_bytes, push_manifest
from bench.statistics import latency

REPOSITORY = "library/bench-outbox"
CLIENTS = 16

#: Pushes a second, all clients together.
PACE = 200

#: Seconds between two looks at the outbox, and after which it must be empty again.
LOOK, PATIENCE = 0.02, 60.0

_AGE = """
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(occurred)), 0)::float8 FROM outbox
 WHERE position IS NULL OR position > (SELECT min(position) FROM outbox_consumer)
"""


def measure_outbox(server: Server, contents: Contents, round: int) -> Iterator[Measurement]:
    """One row; nothing for a peer without a database of ours."""
    if server.database_url is None:
        return
    server.authorize(REPOSITORY)
    with server.connect() as connection:
        config = push_bytes(connection, REPOSITORY, b"{}") | {"mediaType": CONFIG}
    pushes = int(PACE * contents.plan.outbox_seconds)
    numbers = iter(range(pushes))
    begun = time.monotonic()

    def client(index: int) -> Iterator[Callable[[], object]]:
        with server.connect() as connection:
            for number in numbers:
                time.sleep(max(0.0, begun + number / PACE - time.monotonic()))
                manifest = _manifest(config, f"{round} {number}")
                yield partial(push_manifest, connection, REPOSITORY, f"v{number}", manifest)

    with generate.connect(server.database_url()) as database, Meter(server) as meter:
        watch = _Watch(database)
        load = run_threads(CLIENTS, client)  # type: ignore[arg-type]
        ages = watch.stop()
    messages = list(load.messages)
    if load.operations < pushes:
        messages.append(f"{load.operations} of {pushes} pushes")
    lag = Load("threads", load.operations, load.seconds, 0, latency(ages), load.errors, messages)
    yield meter.measurement("outbox-lag", round, lag, 0)


def _manifest(config: dict[str, Any], name: str) -> dict[str, Any]:
    return {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": config,
        "layers": [],
        "annotations": {"org.example.bench": name},
    }


class _Watch:
    """Looks at the age of the oldest event, until it is told to stop and nothing is left."""

    def __init__(self, database: psycopg.Connection[Any]) -> None:
        self._database = database
        self._ages: list[float] = []
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> list[float]:
        """Every age that was seen, in seconds; those of the time after the last push belong to it."""
        self._ending.set()
        self._thread.join(PATIENCE + 5)
        return self._ages

    def _run(self) -> None:
        for _ in count():
            row = self._database.execute(_AGE).fetchone()
            assert row is not None
            self._ages.append(row[0])
            if self._ending.is_set() and (not row[0] or row[0] > PATIENCE):
                return
            time.sleep(LOOK)
