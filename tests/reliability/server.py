"""A real ``moorage serve`` in processes of its own, and killing them."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.reliability.replicas import AUTHORIZATION, PASSWORD

#: Seconds a start may take on a busy machine, and a request may take before it counts as hanging.
START_LIMIT = 60.0
REQUEST_LIMIT = 30.0


class Server:
    """One data directory, and the server that runs on it now and then."""

    def __init__(self, data: Path, *, workers: int = 2, environment: dict[str, str] | None = None) -> None:
        self.data = data
        self.port = _free_port()
        self.log = data.with_name(f"{data.name}.log")
        self._workers = workers
        self._environment = environment or {}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            AssertionError: it does not start; the message has the end of its log.
        """
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MOORAGE_")}
        environment |= {
            "HARBOR_ADMIN_PASSWORD": PASSWORD,
            "MOORAGE_SERVER__METRICS_LISTEN": "",
            "MOORAGE_LOG__ACCESS": "false",
            **self._environment,
        }
        command = [
            str(Path(sys.executable).with_name("moorage")),
            "serve",
            "--data",
            str(self.data),
            "--listen",
            f"127.0.0.1:{self.port}",
            "--workers",
            str(self._workers),
        ]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self.wait_until_it_answers()

    def wait_until_it_answers(self) -> float:
        """Seconds until a login is answered with 200."""
        started = time.monotonic()
        while True:
            client = Client(self.port)
            with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(client):
                if client.request("GET", "/v2/")[0] == 200:
                    return time.monotonic() - started
            assert self._process is not None
            assert self._process.poll() is None, f"the server ended:\n{self.said()}"
            assert time.monotonic() - started < START_LIMIT, f"the server does not answer:\n{self.said()}"
            time.sleep(0.05)

    def stop(self) -> None:
        """Ask it to stop, as a service manager does."""
        process = self._process
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self._process = None

    def kill(self) -> None:
        """SIGKILL for every process of it, PostgreSQL's included, at once."""
        assert self._process is not None
        pids = [self._process.pid, *_descendants(self._process.pid)]
        _kill(*pids)
        self._process.wait()
        self._process = None

    def workers(self) -> list[int]:
        """The processes that serve."""
        assert self._process is not None
        return [pid for pid in _children(self._process.pid) if "moorage.server.worker" in _command(pid)]

    def kill_a_worker(self) -> None:
        """SIGKILL for one of them."""
        _kill(self.workers()[0])

    def kill_postgres(self) -> None:
        """SIGKILL for the embedded PostgreSQL and its backends."""
        pid = int((self.data / "postgres" / "postmaster.pid").read_text().split()[0])
        _kill(pid, *_descendants(pid))

    def said(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-6_000:]


class Client:
    """HTTP over one kept connection; a new one after an error."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=REQUEST_LIMIT)

    def request(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers in lower case, body.

        Raises:
            OSError, http.client.HTTPException: no (whole) answer came.
        """
        if path.startswith("http"):
            path = "/" + path.split("/", 3)[3]
        try:
            self._connection.request(method, path, body, {"Authorization": AUTHORIZATION, **(headers or {})})
            answer = self._connection.getresponse()
            content = answer.read()
        except BaseException:
            self._connection.close()
            raise
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, content

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def with_digest(location: str, digest: str) -> str:
    """The URL that closes an upload: a Location may have a query of its own."""
    return f"{location}{'&' if '?' in location else '?'}digest={digest}"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _kill(*pids: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _children(pid: int) -> list[int]:
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                # The parent is field 4 of proc_pid_stat(5), counted after the name, which may hold anything.
                if int(Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[1]) == pid:
                    found.append(int(name))
    return found


def _descendants(pid: int) -> list[int]:
    found = []
    for child in _children(pid):
        found += [child, *_descendants(child)]
    return found
