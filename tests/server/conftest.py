"""Whole servers, as processes."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class RunningServer:
    """A supervisor's process. Output goes to files; ``port`` serves, ``metrics_port`` has the metrics."""

    def __init__(
        self, directory: Path, settings: dict[str, Any], *, application: str = "worker", prefix: Sequence[str] = ()
    ) -> None:
        self.port, self.metrics_port = free_port(), free_port()
        self.output, self.errors = directory / "output", directory / "errors"
        server = {
            "listen": f"127.0.0.1:{self.port}",
            "metrics_listen": f"127.0.0.1:{self.metrics_port}",
            **settings.pop("server", {}),
        }
        values = {"data": str(directory / "data"), "server": server, **settings}
        with self.output.open("wb") as output, self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [*prefix, sys.executable, "-m", "tests.server.launch", json.dumps(values), application],
                cwd=ROOT,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )

    def wait_until_ready(self) -> RunningServer:
        """Returns when the banner was printed, which comes after the last worker began to serve."""
        deadline = time.monotonic() + 60
        while "is ready on" not in self.output.read_text():
            assert self.process.poll() is None, self.errors.read_text()
            assert time.monotonic() < deadline, self.errors.read_text()
            time.sleep(0.02)
        return self

    def connect(self, port: int | None = None) -> contextlib.closing[http.client.HTTPConnection]:
        """A connection of its own, for a block."""
        return contextlib.closing(http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=30))

    def get(self, path: str) -> bytes:
        """The body of a 200."""
        with self.connect() as connection:
            connection.request("GET", path)
            response = connection.getresponse()
            assert response.status == 200
            return response.read()

    def metrics(self, query: str = "") -> dict[str, float]:
        """Every sample, by its line without the value."""
        with self.connect(self.metrics_port) as connection:
            connection.request("GET", f"/metrics{query}")
            text = connection.getresponse().read().decode()
        samples = re.findall(r"^([^#\s][^\n]*) (\S+)$", text, flags=re.MULTILINE)
        return {name: float(value) for name, value in samples}

    def workers(self) -> set[int]:
        """The worker processes."""
        found = set()
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    parent = int(Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[1])
                    command = Path(f"/proc/{name}/cmdline").read_bytes()
                except (OSError, IndexError):
                    continue
                if parent == self.process.pid and b"moorage.server.worker" in command:
                    found.add(int(name))
        return found

    def refuses(self) -> bool:
        """Whether new connections are refused."""
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) != 0

    def stop(self, number: signal.Signals = signal.SIGTERM, limit: float = 30) -> int:
        """Ask it to stop; the exit status."""
        self.process.send_signal(number)
        return self.process.wait(limit)


Start = Callable[..., RunningServer]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts servers, each with an empty data directory, and ends those that are left."""
    servers: list[RunningServer] = []
    with tempfile.TemporaryDirectory(prefix="moorage-test-") as root:

        def start(settings: dict[str, Any] | None = None, *, wait: bool = True, **options: Any) -> RunningServer:
            directory = options.pop("directory", None) or Path(root) / str(len(servers))
            directory.mkdir(exist_ok=True)
            server = RunningServer(directory, settings or {}, **options)
            servers.append(server)
            return server.wait_until_ready() if wait else server

        yield start
        for server in servers:
            if server.process.poll() is None:
                server.process.terminate()
                try:
                    server.process.wait(20)
                except subprocess.TimeoutExpired:
                    server.process.kill()
                    server.process.wait()


@pytest.fixture
def eventually() -> Callable[..., None]:
    """Waits for something to become true."""

    def wait(condition: Callable[[], object], seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.02)

    return wait
