"""Pulls: one blob of 1 GiB on one connection; blobs of 1 MiB on 8."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from functools import partial

from bench.load import run_threads
from bench.measure import Measurement, Meter
from bench.peers import Server
from bench.plan import KINDS, Contents
from bench.registry import pull_and_verify, pull_blob, push_monolithic

REPOSITORY = "library/bench-pull"
CONNECTIONS = 8
SMALL_BLOBS = 32


def pull_large(server: Server, contents: Contents, round: int) -> Iterator[Measurement]:
    """Two kinds of content; the first pull, which warms the cache, is the one whose digest is checked."""
    server.authorize(REPOSITORY)
    for kind in KINDS:
        blob = contents.large(kind).blob()
        with server.connect() as connection:
            push_monolithic(connection, REPOSITORY, blob)
            pull_and_verify(connection, REPOSITORY, blob)

        def client(index: int) -> Iterator[Callable[[], None]]:
            with server.connect() as connection:
                for _ in range(contents.plan.large_pulls):
                    yield partial(pull_blob, connection, REPOSITORY, blob)  # noqa: B023 - ends within the loop

        with Meter(server) as meter:
            load = run_threads(1, client)
        yield meter.measurement(f"pull-large-{kind}", round, load, load.operations * blob.size)


def pull_small(server: Server, contents: Contents, round: int) -> Iterator[Measurement]:
    """Two kinds of content."""
    server.authorize(REPOSITORY)
    for kind in KINDS:
        prefix = contents.small(kind)
        blobs = [prefix.blob() for _ in range(SMALL_BLOBS)]
        with server.connect() as connection:
            for blob in blobs:
                push_monolithic(connection, REPOSITORY, blob)
                pull_and_verify(connection, REPOSITORY, blob)

        def client(index: int) -> Iterator[Callable[[], None]]:
            with server.connect() as connection:
                for blob in itertools.cycle(blobs[index:] + blobs[:index]):  # noqa: B023 - ends within the loop
                    if time.perf_counter() >= end:  # noqa: B023 - the same
                        return
                    yield partial(pull_blob, connection, REPOSITORY, blob)

        end = time.perf_counter() + contents.plan.warm_up
        run_threads(CONNECTIONS, client)
        with Meter(server) as meter:
            end = time.perf_counter() + contents.plan.pull_seconds
            load = run_threads(CONNECTIONS, client)
        yield meter.measurement(f"pull-small-{kind}", round, load, load.operations * prefix.size)
