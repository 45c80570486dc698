"""Moorage itself, started as a user starts it, and the accounts the tests use."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.clients.harness import Daemon, environment, free_port, run

ADMIN_PASSWORD = "Harbor12345"
PASSWORD = "A-Password-of-the-tests-1"
#: Seconds from the start to the first answer; the target is 5 on an idle machine.
START_TIMEOUT = 60.0
#: Seconds a stop may take: nothing is in progress any more when a test ends.
STOP_TIMEOUT = 45.0

MOORAGE = (sys.executable, "-c", "from moorage.cli.main import app; app()")


@dataclass(frozen=True)
class Login:
    """Name and password of an account."""

    name: str
    password: str


ADMIN = Login("admin", ADMIN_PASSWORD)


class Moorage:
    """A running server."""

    def __init__(self, daemon: Daemon, data: Path, port: int, env: Mapping[str, str]) -> None:
        self.daemon = daemon
        self.data = data
        self.port = port
        self._env = env

    @property
    def address(self) -> str:
        """``127.0.0.1:PORT``, what stands in front of a repository's name."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The server's root, without a slash at the end."""
        return f"http://{self.address}"

    def stop(self) -> None:
        """End it, as a restart does first; what it has stays."""
        status = self.daemon.stop(STOP_TIMEOUT)
        assert status == 0, f"moorage ended with {_named(status)} after SIGTERM\n{self.daemon.log_tail()}"

    def start(self) -> None:
        """Start it again after a stop, at the same address."""
        self.daemon.start()
        self.daemon.wait_until(lambda: _serves(self.port), START_TIMEOUT)

    def command(self, *arguments: str, stdin: str | None = None) -> str:
        """Run ``moorage ...`` with the server's settings; what it printed."""
        return run([*MOORAGE, *arguments], env=self._env, stdin=stdin).stdout

    def create_project(self, name: str, *, public: bool = False) -> None:
        """Make a project, over Harbor's API."""
        body = {"project_name": name, "metadata": {"public": str(public).lower()}}
        answer = httpx2.post(f"{self.url}/api/v2.0/projects", json=body, auth=(ADMIN.name, ADMIN.password), timeout=30)
        assert answer.status_code == 201, f"{answer.status_code} {answer.text}"

    def create_user(self, name: str) -> Login:
        """Make an account without any rights."""
        self.command("user", "create", name, "--email", f"{name}@example.com", "--password-stdin", stdin=PASSWORD)
        return Login(name, PASSWORD)

    def add_member(self, project: str, user: str, role: str) -> None:
        """Give a user a role in a project."""
        self.command("member", "add", project, user, "--role", role)

    def create_robot(self, name: str, *permissions: str, project: str | None = None) -> Login:
        """Make a robot account of a project, or of the system."""
        options = [argument for permission in permissions for argument in ("--permission", permission)]
        options += ["--project", project] if project else []
        robot = json.loads(self.command("robot", "create", name, *options, "--output", "json"))
        return Login(robot["name"], robot["secret"])


@contextlib.contextmanager
def serve(*, workers: int = 2, settings: Mapping[str, str] | None = None) -> Iterator[Moorage]:
    """Start a server with its own data directory, stop it by SIGTERM, and see that it stopped well.

    ``settings`` are environment variables. The directory is short and outside pytest's, because PostgreSQL's socket
    in it may not have a long path.
    """
    with tempfile.TemporaryDirectory(prefix="moorage-") as directory:
        data = Path(directory) / "data"
        port = free_port()
        defaults = {
            "HARBOR_ADMIN_PASSWORD": ADMIN_PASSWORD,
            "MOORAGE_DATA": str(data),
            "MOORAGE_SERVER__LISTEN": f"127.0.0.1:{port}",
            "MOORAGE_SERVER__METRICS_LISTEN": "",
            "MOORAGE_SERVER__WORKERS": str(workers),
            # Every suite tries a wrong password, and all of them come from one address.
            "MOORAGE_SECURITY__LOGIN_ATTEMPTS": "1000",
            "PYTHONUNBUFFERED": "1",
        }
        coverage = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
        env = environment(Path(directory) / "home", **{**defaults, **coverage, **(settings or {})})
        daemon = Daemon([*MOORAGE, "serve"], env=env, log=Path(directory) / "moorage.log")
        try:
            daemon.wait_until(lambda: _serves(port), START_TIMEOUT)
            yield Moorage(daemon, data, port, env)
        finally:
            status = daemon.stop(STOP_TIMEOUT)
            tail = daemon.log_tail()
        assert status == 0, f"moorage ended with {_named(status)} after SIGTERM\n{tail}"


def _serves(port: int) -> bool:
    with contextlib.suppress(httpx2.TransportError):
        return httpx2.get(f"http://127.0.0.1:{port}/v2/", timeout=5).status_code == 401
    return False


def _named(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else str(status)
