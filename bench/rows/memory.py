"""Resident memory: idle, and under 100 slow pulls and 100 slow pushes of 1 GiB."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

from bench.client import MiB, RequestFailed, parse_head
from bench.load import Load
from bench.measure import Measurement, Meter
from bench.peers import Server
from bench.plan import Contents
from bench.registry import push_monolithic
from bench.statistics import Latency

REPOSITORY = "library/bench-memory"
CLIENTS = 100

#: Seconds after the start before a server counts as idle.
SETTLE = 3.0

#: Bytes per second of each slow client: fast enough to keep buffers full, slow enough to leave the machine alone.
RATE = MiB // 4

#: Seconds between two portions of a client.
INTERVAL = 0.25

PORTION = int(RATE * INTERVAL)


@dataclass(slots=True)
class _Client:
    """A connection that moves one portion per interval."""

    socket: socket.socket
    pushes: bool
    moved: int = 0
    answer: bytes = b""


def measure_memory(server: Server, contents: Contents, round: int) -> Iterator[Measurement]:
    """Two rows; nothing for a server whose processes cannot be seen."""
    if server.process is None:
        return
    time.sleep(SETTLE)
    with Meter(server, 0.1) as meter:
        time.sleep(1.0)
    yield meter.measurement("memory-idle", round, _load(0, meter.seconds), 0)

    server.authorize(REPOSITORY)
    blob = contents.large("random").blob()
    with server.connect() as connection:
        push_monolithic(connection, REPOSITORY, blob)
    clients: list[_Client] = []
    try:
        with Meter(server, 0.2) as meter:
            clients += [_open_pull(server, f"/v2/{REPOSITORY}/blobs/{blob.digest}") for _ in range(CLIENTS)]
            clients += [_open_push(server) for _ in range(CLIENTS)]
            failed = _move(clients, contents.plan.slow_seconds)
    finally:
        for client in clients:
            client.socket.close()
    load = _load(len(clients) - len(failed), meter.seconds)
    load.errors, load.messages = len(failed), failed[:3]
    yield meter.measurement("memory-slow", round, load, sum(client.moved for client in clients))


def _load(operations: int, seconds: float) -> Load:
    return Load("python", operations, seconds, 0, Latency(0, 0, 0))


def _open_pull(server: Server, path: str) -> _Client:
    connection = socket.socket()
    # A small window, so that what the client does not take stays on the server's side.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, PORTION)
    connection.connect((server.host, server.port))
    connection.sendall(_head(server, "GET", path, ""))
    connection.setblocking(False)
    return _Client(connection, pushes=False)


def _open_push(server: Server) -> _Client:
    with server.connect() as connection:
        answer = connection.request("POST", f"/v2/{REPOSITORY}/blobs/uploads/").expect(202)
    location = answer.headers["location"]
    path = location[location.index("/v2/") :]
    connection_ = socket.create_connection((server.host, server.port), 10)
    framing = f"Content-Type: application/octet-stream\r\nContent-Length: {1024 * MiB}\r\n"
    connection_.sendall(_head(server, "PATCH", path, framing))
    connection_.setblocking(False)
    return _Client(connection_, pushes=True)


def _head(server: Server, method: str, path: str, extra: str) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in server.headers.items())
    return f"{method} {path} HTTP/1.1\r\nHost: {server.host}:{server.port}\r\n{lines}{extra}\r\n".encode()


def _move(clients: list[_Client], duration: float) -> list[str]:
    """Move a portion of each client per interval; what went wrong, one text per failed client."""
    portion = memoryview(bytes(PORTION))
    failures: dict[int, str] = {}
    end = time.perf_counter() + duration
    while (started := time.perf_counter()) < end:
        for index, client in enumerate(clients):
            if index in failures:
                continue
            try:
                _step(client, portion)
            except (OSError, RequestFailed) as error:
                failures[index] = f"{'push' if client.pushes else 'pull'} after {client.moved} bytes: {error}"
        select.select([], [], [], max(INTERVAL - (time.perf_counter() - started), 0))
    for index, client in enumerate(clients):
        if index not in failures and client.moved < PORTION:
            failures[index] = f"{'push' if client.pushes else 'pull'} moved {client.moved} bytes in {duration} s"
    return list(failures.values())


def _step(client: _Client, portion: memoryview) -> None:
    try:
        if client.pushes:
            client.moved += client.socket.send(portion)
            return
        received = client.socket.recv(PORTION)
    except BlockingIOError:
        return
    if not received:
        raise RequestFailed("closed by the server")
    client.moved += len(received)
    if client.answer.startswith(b"HTTP/1.1 200"):
        return
    client.answer += received[:4096]
    if (at := client.answer.find(b"\r\n\r\n")) >= 0 and parse_head(client.answer[:at])[0] != 200:
        raise RequestFailed(client.answer[:200].decode(errors="replace"))
