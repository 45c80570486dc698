"""Garbage collection: deleting as many blobs beside few that stay, and beside ten times as many."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import psycopg

from bench import generate
from bench.client import Buffers, Connection, RequestFailed
from bench.load import Load, run_threads
from bench.measure import Measurement, Meter
from bench.peers import Server
from bench.plan import Contents
from bench.registry import Account, push_bytes
from bench.statistics import latency

REPOSITORY = "library/bench-gc"
CLIENTS = 16
PATH = "/api/v2.0/system/gc"

#: Seconds after which a collection is given up.
PATIENCE = 600.0

#: Blobs that an artifact needs, as pushes leave them once a collection has looked at them.
_STAYING = """
WITH made AS (
    INSERT INTO blob (digest, size)
    SELECT 'sha256:' || encode(sha256(convert_to('stays ' || %(first)s + n, 'UTF8')), 'hex'), 100
      FROM generate_series(1, %(count)s) AS n RETURNING blob_id
), linked AS (
    INSERT INTO repository_blob (repository_id, blob_id)
    SELECT r.repository_id, m.blob_id FROM made m, repository r WHERE r.name = %(repository)s
)
INSERT INTO artifact_blob (artifact_id, blob_id, project_id)
SELECT a.artifact_id, m.blob_id, a.project_id FROM made m,
       (SELECT a.artifact_id, a.project_id FROM artifact a JOIN repository r ON r.repository_id = a.repository_id
         WHERE r.name = %(repository)s ORDER BY a.artifact_id LIMIT 1) AS a
"""
_AGE = """
UPDATE collection_note SET noted_time = noted_time - interval '1 day';
UPDATE blob SET touch_time = touch_time - interval '1 day' WHERE touch_time > now() - interval '3 hours';
"""
_LAST = """
SELECT blobs, freed_bytes, extract(epoch FROM end_time - start_time)::float8 FROM collection_run
 WHERE execution_id = %s AND succeeded
"""


def collect(server: Server, contents: Contents, round: int) -> Iterator[Measurement]:
    """Two rows; nothing for a peer without a database of ours."""
    if server.database_url is None or server.account is None:
        return
    server.authorize(REPOSITORY)
    deleted = contents.plan.collected
    with generate.connect(server.database_url()) as database:
        if not database.execute("SELECT 1 FROM repository WHERE name = %s", (REPOSITORY,)).fetchone():
            generate.add_repository(database, generate.Repository(REPOSITORY, 1))
        for row, staying in (("gc-1x", deleted), ("gc-10x", 10 * deleted)):
            _stay(database, staying)
            _run(server, server.account, database)  # what was pushed is looked at once
            _push(server, f"{row} {round}", deleted)
            database.execute(_AGE)
            database.execute("VACUUM ANALYZE")
            with Meter(server) as meter:
                blobs, size, seconds = _run(server, server.account, database)
            errors = [] if blobs == deleted else [f"{blobs} of {deleted} blobs were deleted"]
            load = Load("api", blobs, seconds, 0, latency([seconds]), len(errors), errors)
            yield meter.measurement(row, round, load, size)


def _stay(database: psycopg.Connection[Any], wanted: int) -> None:
    found = database.execute("SELECT count(*) FROM blob").fetchone()
    assert found is not None
    if found[0] < wanted:
        values = {"first": found[0], "count": wanted - found[0], "repository": REPOSITORY}
        database.execute(_STAYING, values)
        database.execute(_AGE)
        database.execute("VACUUM ANALYZE")


def _push(server: Server, name: str, count: int) -> None:
    """Blobs that no manifest needs."""
    waiting = iter(range(count))

    def client(index: int) -> Iterator[Callable[[], object]]:
        with server.connect() as connection:
            for number in waiting:
                yield partial(push_bytes, connection, REPOSITORY, f"{name} {number}".encode())

    load = run_threads(CLIENTS, client)  # type: ignore[arg-type]
    if load.errors:
        raise RequestFailed(load.messages[0])


def _run(server: Server, account: Account, database: psycopg.Connection[Any]) -> tuple[int, int, float]:
    """Blobs and bytes that a collection deleted, and its seconds, by its own clock."""
    body = json.dumps({"schedule": {"type": "Manual"}, "parameters": {"workers": 4}}).encode()
    headers = {"Authorization": account.basic, "Content-Type": "application/json"}
    with Connection(server.host, server.port, headers) as connection:
        answer = connection.request("POST", f"{PATH}/schedule", {}, Buffers([body])).expect(201)
    execution = int(answer.headers["location"].rpartition("/")[2])
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        row = database.execute(_LAST, (execution,)).fetchone()
        if row is not None:
            return row[0], row[1], row[2]
        time.sleep(0.2)
    raise RequestFailed(f"garbage collection {execution} did not succeed within {PATIENCE:g} s")
