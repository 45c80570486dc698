"""Many layers of 1 MiB pushed to one repository by 16 clients, each as docker does: POST, streamed PATCH, PUT."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial

from bench.load import run_threads
from bench.measure import Measurement, Meter
from bench.peers import Server
from bench.plan import Contents
from bench.registry import check_blob, push_streamed

REPOSITORY = "library/bench-layers"
CLIENTS = 16


def push_layers(server: Server, contents: Contents, round: int) -> Iterator[Measurement]:
    """One row."""
    prefix = contents.small("random")
    server.authorize(REPOSITORY)
    with server.connect() as connection:
        push_streamed(connection, REPOSITORY, prefix.blob())
    blobs = [prefix.blob() for _ in range(contents.plan.layers)]
    waiting = iter(blobs)

    def client(index: int) -> Iterator[Callable[[], None]]:
        with server.connect() as connection:
            # A list's iterator hands out each item once, whichever thread asks.
            for blob in waiting:
                yield partial(push_streamed, connection, REPOSITORY, blob)

    os.sync()
    with Meter(server) as meter:
        load = run_threads(CLIENTS, client)
    with server.connect() as connection:
        if not load.errors:
            for blob in blobs:
                check_blob(connection, REPOSITORY, blob)
    yield meter.measurement("push-layers-random", round, load, load.operations * prefix.size)
