"""Closed loops of many connections: wrk where it is and can, else a small epoll client; threads for blobs.

wrk cannot HEAD: its parser waits for the body that ``Content-Length`` announces.
"""

from __future__ import annotations

import json
import select
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.client import RequestFailed
from bench.peers import Server
from bench.registry import ACCEPT
from bench.statistics import Latency, latency

#: Seconds beyond its duration that a run may take before it is ended.
GRACE = 15

#: Error texts kept of one run.
KEPT_ERRORS = 3


@dataclass(slots=True)
class Load:
    """What a closed loop did."""

    client: str
    operations: int
    seconds: float
    received: int
    latency: Latency
    errors: int = 0
    messages: list[str] = field(default_factory=list)


def run_requests(server: Server, method: str, paths: Sequence[str], connections: int, duration: float) -> Load:
    """Request manifests in turn on ``connections`` connections for ``duration`` seconds; only 200 counts."""
    headers = {"Accept": ACCEPT, **server.headers}
    wrk = shutil.which("wrk") if method == "GET" else None
    if wrk is not None:
        return _run_wrk(wrk, server, paths, headers, connections, duration)
    return _EpollClient(server, method, paths, headers, connections).run(duration)


def run_threads(count: int, operation: Callable[[int], Iterator[Callable[[], None]]]) -> Load:
    """Run the operations ``operation(i)`` yields in thread ``i``, one after the other, each timed; until they end.

    What happens in the generators between two operations is not part of any latency, but of the duration.
    """
    latencies: list[list[float]] = [[] for _ in range(count)]
    failures: list[str] = []
    abandoned = threading.Event()

    def work(index: int) -> None:
        taken = latencies[index]
        try:
            for call in operation(index):
                if abandoned.is_set():
                    return
                started = time.perf_counter()
                try:
                    call()
                except RequestFailed as error:
                    failures.append(str(error))
                else:
                    taken.append(time.perf_counter() - started)
        except RequestFailed as error:
            failures.append(str(error))

    threads = [threading.Thread(target=work, args=(index,), daemon=True) for index in range(count)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except BaseException:
        abandoned.set()
        raise
    elapsed = time.perf_counter() - started
    all_taken = [seconds for taken in latencies for seconds in taken]
    return Load("python", len(all_taken), elapsed, 0, latency(all_taken), len(failures), failures[:KEPT_ERRORS])


def _run_wrk(
    wrk: str, server: Server, paths: Sequence[str], headers: Mapping[str, str], connections: int, duration: float
) -> Load:
    script = str(Path(__file__).parent / "manifests.lua")
    # wrk wants whole seconds.
    seconds = max(round(duration), 1)
    command = [wrk, "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", script]
    command += [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command += [f"http://{server.host}:{server.port}", "--", "/dev/stdin"]
    try:
        result = subprocess.run(
            command,
            input="".join(f"{path}\n" for path in paths),
            capture_output=True,
            text=True,
            timeout=seconds + GRACE,
        )
    except subprocess.TimeoutExpired:
        raise RequestFailed(f"wrk did not end within {seconds + GRACE} s") from None
    try:
        summary = json.loads(result.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        raise RequestFailed(f"wrk: {result.stdout[-500:]}{result.stderr[-500:]}") from None
    errors = summary["status_errors"] + summary["socket_errors"]
    message = f"{summary['status_errors']} other statuses, {summary['socket_errors']} socket errors"
    return Load(
        client="wrk",
        operations=summary["requests"] - summary["status_errors"],
        seconds=summary["microseconds"] / 1e6,
        received=summary["bytes"],
        latency=Latency(summary["p50"], summary["p95"], summary["p99"]),
        errors=errors,
        messages=[message] if errors else [],
    )


class _EpollClient:
    """One thread, one request under way per connection."""

    def __init__(
        self, server: Server, method: str, paths: Sequence[str], headers: Mapping[str, str], connections: int
    ) -> None:
        self._address = (server.host, server.port)
        self._has_body = method != "HEAD"
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._requests = [
            f"{method} {path} HTTP/1.1\r\nHost: {server.host}:{server.port}\r\n{lines}\r\n".encode() for path in paths
        ]
        self._connections = connections

    def run(self, duration: float) -> Load:
        """Load for ``duration`` seconds."""
        sockets: dict[int, socket.socket] = {}
        poll = select.epoll()
        try:
            for _ in range(self._connections):
                connection = socket.create_connection(self._address, 10)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.setblocking(False)
                sockets[connection.fileno()] = connection
                poll.register(connection, select.EPOLLIN)
            return self._loop(poll, sockets, duration)
        except OSError as error:
            raise RequestFailed(f"{self._address}: {error}") from error
        finally:
            poll.close()
            for connection in sockets.values():
                connection.close()

    def _loop(self, poll: select.epoll, sockets: dict[int, socket.socket], duration: float) -> Load:
        requests, count = self._requests, len(self._requests)
        clock = time.perf_counter
        sent_at: dict[int, float] = {}
        partial: dict[int, bytes] = {}
        taken: list[float] = []
        load = Load("python", 0, 0.0, 0, Latency(0, 0, 0))
        issued = 0
        started = clock()
        end = started + duration
        for file, connection in sockets.items():
            sent_at[file] = clock()
            connection.send(requests[issued % count])
            issued += 1
        while (now := clock()) < end:
            for file, _ in poll.poll(end - now):
                received = sockets[file].recv(65536)
                if not received:
                    raise ConnectionError("closed by the server")
                load.received += len(received)
                answer = partial.pop(file, b"") + received
                if not self._complete(answer):
                    partial[file] = answer
                    continue
                now = clock()
                if answer.startswith(b"HTTP/1.1 200"):
                    taken.append(now - sent_at[file])
                else:
                    load.errors += 1
                    load.messages = load.messages or [answer[:200].decode(errors="replace")]
                sent_at[file] = now
                sockets[file].send(requests[issued % count])
                issued += 1
        load.seconds = clock() - started
        load.operations = len(taken)
        load.latency = latency(taken)
        return load

    def _complete(self, answer: bytes) -> bool:
        end = answer.find(b"\r\n\r\n")
        if end < 0 or not self._has_body:
            return end >= 0
        head = answer[:end].lower()
        at = head.find(b"\r\ncontent-length:")
        if at < 0:
            return answer.endswith(b"0\r\n\r\n")
        length = int(head[at + 17 :].split(b"\r\n", 1)[0])
        return len(answer) - end - 4 >= length
