"""Moorage as ``moorage serve`` starts it, tokens checked, with either HTTP engine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.peers.base import Peer, Server, executable, output, start
from bench.processes import free_port
from bench.registry import Account

ENGINES = ("granian", "uvicorn")

ADMIN = Account("admin", "Bench-3-Harbour")


@dataclass(frozen=True, slots=True)
class Moorage:
    """The subject."""

    binary: str
    engine: str
    workers: int

    @property
    def name(self) -> str:
        """With its engine."""
        return f"moorage-{self.engine}"

    def version(self) -> str:
        """Version and commit, engine and its version, workers."""
        script = "import importlib.metadata as m, sys; print(*(m.version(name) for name in sys.argv[1:]))"
        own, _, engine = output(sys.executable, "-c", script, "moorage", self.engine).partition(" ")
        commit = output("git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty")
        return f"moorage {own} ({commit}), {self.engine} {engine}, {self.workers} workers"

    def start(self, directory: Path, port: int) -> Server:
        """Embedded PostgreSQL, filesystem storage, no access log (its peers write none either)."""
        command = [self.binary, "serve", "--data", str(directory), "--listen", f"127.0.0.1:{port}"]
        environment = {
            "HARBOR_ADMIN_PASSWORD": ADMIN.password,
            # Where this is set, every start would compile every module.
            "PYTHONDONTWRITEBYTECODE": "",
            "MOORAGE_SERVER__ENGINE": self.engine,
            "MOORAGE_SERVER__METRICS_LISTEN": f"127.0.0.1:{free_port()}",
            "MOORAGE_LOG__ACCESS": "false",
            "MOORAGE_LOG__LEVEL": "error",
        }
        server = start(self.name, [*command, "--workers", str(self.workers)], environment, directory, port, ADMIN)
        return replace(server, database_url=lambda: self._database_url(directory))

    def _database_url(self, directory: Path) -> str:
        command = [self.binary, "db", "url", "--data", str(directory)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.strip()


def find_moorage(engines: Sequence[str], workers: int) -> list[Peer]:
    """The one installed beside this interpreter, or named by ``BENCH_MOORAGE``."""
    binary = executable("BENCH_MOORAGE", str(Path(sys.executable).parent / "moorage"), "moorage")
    return [Moorage(binary, engine, workers) for engine in engines] if binary else []
