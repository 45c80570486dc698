"""Programs of other projects: finding them, running them, keeping servers of theirs for the time of a test."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: What ``make tools`` built, then the system; Debian keeps servers where an ordinary PATH does not look.
SEARCH_PATH = os.pathsep.join([str(ROOT / ".tools" / "bin"), os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
#: Lines of a server's log that a failure shows.
LOG_TAIL = 30


def find_tool(name: str) -> str:
    """Path of a program. Without it the test is skipped, and in CI it fails: there nothing may be missing."""
    path = shutil.which(name, path=SEARCH_PATH)
    if path is None:
        missing(f"{name} is not installed: run make tools")
    return path


def missing(reason: str) -> NoReturn:
    """Give up on a test for want of something: skipped locally, failed in CI."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


class CommandFailed(Exception):
    """A program ended with another status than 0; the message is what it printed."""


@dataclass(frozen=True)
class Output:
    """What a program that ended well printed."""

    stdout: str
    stderr: str


def run(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    stdin: str | bytes | None = None,
    cwd: Path | None = None,
    timeout: float = 120,
) -> Output:
    """Run a program to its end.

    Raises:
        CommandFailed: its status was not 0.
        subprocess.TimeoutExpired: it was still running after ``timeout`` seconds, and was killed.
    """
    # No input is an empty one: a client must fail, not wait at a prompt.
    given = (stdin or "").encode() if not isinstance(stdin, bytes) else stdin
    result = subprocess.run(
        [str(part) for part in command],
        env=dict(env),
        cwd=cwd,
        timeout=timeout,
        input=given,
        capture_output=True,
        check=False,
    )
    stdout, stderr = result.stdout.decode(errors="replace"), result.stderr.decode(errors="replace")
    if result.returncode != 0:
        raise CommandFailed(f"{' '.join(map(str, command))}\nended with {result.returncode}\n{stdout}{stderr}")
    return Output(stdout, stderr)


def environment(home: Path, **more: str) -> dict[str, str]:
    """An environment in which a client knows nothing of this machine's user: no logins, no settings, no proxy."""
    home.mkdir(parents=True, exist_ok=True)
    return {"PATH": SEARCH_PATH, "HOME": str(home), "XDG_RUNTIME_DIR": str(home), "LANG": "C.UTF-8", **more}


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Daemon:
    """A server of a test: started with its output in a file, stopped by signal."""

    def __init__(self, command: Sequence[str | Path], *, env: Mapping[str, str], log: Path) -> None:
        self.name = Path(command[0]).name
        self.log = log
        self._command = [str(part) for part in command]
        self._env = dict(env)
        self.start()

    def start(self) -> None:
        """Start it, for the first time or after it ended."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self._command, env=self._env, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Wait for the server to be ready; fail the test with the log's end when it ends or takes too long."""
        deadline = time.monotonic() + seconds
        while not ready():
            if self.process.poll() is not None:
                pytest.fail(f"{self.name} ended with {self.process.returncode}\n{self.log_tail()}")
            if time.monotonic() > deadline:
                self.stop(seconds=5)
                pytest.fail(f"{self.name} was not ready after {seconds} s\n{self.log_tail()}")
            time.sleep(0.1)

    def stop(self, seconds: float = 30) -> int:
        """End it by SIGTERM, or SIGKILL when that does not; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode

    def log_tail(self) -> str:
        """The last lines it wrote."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join([f"--- end of {self.log}", *(line[:500] for line in lines[-LOG_TAIL:])])


def answers(port: int) -> bool:
    """Whether something accepts connections on a port of 127.0.0.1."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
