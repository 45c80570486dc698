"""Servers as process trees: started apart, measured through ``/proc``, and surely ended."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

TICKS = os.sysconf("SC_CLK_TCK")

#: Seconds a server has to end after SIGTERM, and after that what it started.
STOP_TIMEOUT = 20.0
DATABASE_TIMEOUT = 5.0


class StartFailed(Exception):
    """A server ended, or did not answer in time."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a tree has used: CPU seconds of the server and of the database it started."""

    server: float
    database: float

    def __sub__(self, other: Usage) -> Usage:
        return Usage(self.server - other.server, self.database - other.database)


class Process:
    """A server that was started, and what it started in turn.

    An embedded PostgreSQL leaves its parent's tree, so it is found by the ``postmaster.pid`` under ``directory``.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], directory: Path, log: Path) -> None:
        self.command, self.directory, self.log = command, directory, log
        with log.open("wb") as output:
            self._popen = subprocess.Popen(
                command,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        """The server itself has not ended."""
        return self._popen.poll() is None

    def usage(self) -> Usage:
        """CPU seconds of all that lives in the tree, and of what it has outlived."""
        server, database = self._members()
        return Usage(sum(map(_cpu_seconds, server)), sum(map(_cpu_seconds, database)))

    def memory(self) -> int:
        """Resident bytes of the server, shared pages counted once, without its database."""
        return sum(map(_resident_bytes, self._members()[0]))

    def stop(self, grace: float = DATABASE_TIMEOUT) -> None:
        """SIGTERM, and SIGKILL to what is still there ``grace`` seconds after the server has ended."""
        server, database = self._members()
        if self.running:
            self._popen.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(STOP_TIMEOUT)
        end = time.monotonic() + grace
        while any(map(_alive, [*server, *database])) and time.monotonic() < end:
            time.sleep(0.02)
        for process in [*server, *database]:
            if _alive(process):
                _kill(process)
        self._popen.wait()

    def log_tail(self) -> str:
        """The end of what it wrote."""
        return self.log.read_bytes()[-2000:].decode(errors="replace")

    def _members(self) -> tuple[list[_Process], list[_Process]]:
        children: dict[int, list[_Process]] = {}
        by_pid: dict[int, _Process] = {}
        for process in _processes():
            children.setdefault(process.parent, []).append(process)
            by_pid[process.pid] = process
        database: dict[int, _Process] = {}
        for pid in self._postmasters():
            database |= {p.pid: p for p in _descend(pid, children, by_pid)}
        server = [p for p in _descend(self._popen.pid, children, by_pid) if p.pid not in database]
        return server, list(database.values())

    def _postmasters(self) -> Iterator[int]:
        # Not "**": the directory also holds every blob.
        paths = [path for depth in ("", "*/", "*/*/") for path in self.directory.glob(f"{depth}postmaster.pid")]
        for path in paths:
            with contextlib.suppress(OSError, ValueError, IndexError):
                yield int(path.read_text().splitlines()[0])


class MemoryWatch:
    """The peak of a process tree's memory while the context is entered."""

    def __init__(self, process: Process | None, interval: float = 0.5) -> None:
        self.peak = 0
        self._process, self._interval = process, interval
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> MemoryWatch:
        if self._process is not None:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        if self._process is not None:
            self._thread.join()
            self.peak = max(self.peak, self._process.memory())

    def _run(self) -> None:
        assert self._process is not None
        while not self._done.wait(self._interval):
            self.peak = max(self.peak, self._process.memory())


def free_port() -> int:
    """A TCP port of the loopback interface nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass(frozen=True, slots=True)
class _Process:
    pid: int
    parent: int
    #: Clock ticks since boot; with the pid it names one process for ever.
    started: int


def _processes() -> Iterator[_Process]:
    for entry in os.scandir("/proc"):
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            yield _Process(int(entry.name), int(fields[1]), int(fields[19]))


def _stat(pid: int) -> list[str] | None:
    """The fields after the command's name: state, parent, ..."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _descend(
    root: int, children: Mapping[int, Iterable[_Process]], by_pid: Mapping[int, _Process]
) -> Iterator[_Process]:
    if root in by_pid:
        yield by_pid[root]
        for child in children.get(root, ()):
            yield from _descend(child.pid, children, by_pid)


def _cpu_seconds(process: _Process) -> float:
    fields = _stat(process.pid)
    return sum(map(int, fields[11:15])) / TICKS if fields else 0.0


def _resident_bytes(process: _Process) -> int:
    try:
        for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def _alive(process: _Process) -> bool:
    fields = _stat(process.pid)
    return bool(fields) and fields is not None and fields[0] != "Z" and int(fields[19]) == process.started


def _kill(process: _Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGKILL)
