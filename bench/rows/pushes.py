"""A blob of 1 GiB pushed in one PUT, in chunks, and streamed as docker does."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from bench.load import Load
from bench.measure import Measurement, Meter
from bench.peers import Server
from bench.plan import KINDS, Contents
from bench.registry import Push, check_blob, push_chunked, push_monolithic, push_streamed
from bench.statistics import latency

REPOSITORY = "library/bench-push"
WAYS: dict[str, Push] = {"monolithic": push_monolithic, "chunked": push_chunked, "streamed": push_streamed}


def push_large(server: Server, contents: Contents, round: int) -> Iterator[Measurement]:
    """Three ways, two kinds of content."""
    for kind in KINDS:
        prefix = contents.large(kind)
        for way, push in WAYS.items():
            server.authorize(REPOSITORY)
            with server.connect() as connection:
                push(connection, REPOSITORY, contents.small(kind).blob())
                blob = prefix.blob()
                # Nobody's dirty pages but one's own.
                os.sync()
                with Meter(server) as meter:
                    started = time.perf_counter()
                    push(connection, REPOSITORY, blob)
                    seconds = time.perf_counter() - started
                check_blob(connection, REPOSITORY, blob)
            yield meter.measurement(
                f"push-{way}-{kind}", round, Load("python", 1, seconds, 0, latency([seconds])), blob.size
            )
