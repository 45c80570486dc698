"""What a peer is, and a server of it that runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from bench.client import Connection, RequestFailed
from bench.processes import Process, StartFailed
from bench.registry import Account, bearer_token

#: Seconds from the start of a process to its first answer.
START_TIMEOUT = 60.0

__all__ = ["Peer", "Server", "StartFailed", "executable", "output", "start"]


class Peer(Protocol):
    """A registry that can be started on an empty directory."""

    @property
    def name(self) -> str:
        """For ``--peers`` and the tables."""

    def version(self) -> str:
        """What the binary says it is."""

    def start(self, directory: Path, port: int) -> Server:
        """Start it with its data under ``directory``, which is empty, on a port of the loopback interface.

        Raises:
            StartFailed: it ended or did not answer in time.
        """


@dataclass(slots=True)
class Server:
    """A registry that answers; ``process`` is None for one that runs elsewhere."""

    peer: str
    host: str
    port: int
    account: Account | None = None
    process: Process | None = None
    #: Seconds from the start of the process to the first 200 or 401 on ``/v2/``.
    started_in: float | None = None
    #: URL of the database its rows can be generated in.
    database_url: Callable[[], str] | None = None
    _token: str | None = field(default=None, repr=False)

    def authorize(self, *repositories: str, catalog: bool = False) -> None:
        """Get the token that later connections use; nothing where the registry asks for none."""
        if self.account is not None:
            scopes = [f"repository:{name}:pull,push,delete" for name in repositories]
            scopes += ["registry:catalog:*"] if catalog else []
            with Connection(self.host, self.port) as connection:
                self._token = bearer_token(connection, self.account, scopes)

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    def connect(self) -> Connection:
        """A connection with the token."""
        return Connection(self.host, self.port, self.headers)

    def stop(self) -> None:
        """End what was started."""
        if self.process is not None:
            self.process.stop()


def start(
    peer: str,
    command: Sequence[str],
    environment: Mapping[str, str],
    directory: Path,
    port: int,
    account: Account | None = None,
) -> Server:
    """Start a server and wait for its first answer on ``/v2/``.

    Raises:
        StartFailed: see ``Peer.start``.
    """
    started = time.perf_counter()
    process = Process(command, environment, directory, directory.with_suffix(".log"))
    try:
        while not _answers(port):
            elapsed = time.perf_counter() - started
            if not process.running or elapsed > START_TIMEOUT:
                raise StartFailed(f"{' '.join(command)}: no answer after {elapsed:.1f} s\n{process.log_tail()}")
            time.sleep(0.005)
    except BaseException:
        process.stop()
        raise
    return Server(peer, "127.0.0.1", port, account, process, time.perf_counter() - started)


def executable(variable: str, *candidates: str) -> str | None:
    """The binary the environment names, else the first candidate (path or command) that exists."""
    named = os.environ.get(variable)
    for candidate in [named] if named else candidates:
        if candidate and (found := shutil.which(candidate)):
            return str(Path(found).absolute())
    return None


def output(*command: str) -> str:
    """What a command says, in one line; "unknown" if it fails."""
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return " ".join((result.stdout or result.stderr).split())


def _answers(port: int) -> bool:
    try:
        with Connection("127.0.0.1", port) as connection:
            return connection.request("GET", "/v2/").status in (200, 401)
    except RequestFailed:
        return False
