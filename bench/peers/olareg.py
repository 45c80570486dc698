"""olareg with its directory store."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from bench.peers.base import Peer, Server, executable, output, start


@dataclass(frozen=True, slots=True)
class Olareg:
    """Deleting allowed, no garbage collection while it is measured."""

    binary: str
    name: str = "olareg"

    def version(self) -> str:
        """As it prints it."""
        facts = dict(re.findall(r"(\w+):\s+(\S+)", output(self.binary, "version")))
        return str(facts.get("VCSTag", "unknown"))

    def start(self, directory: Path, port: int) -> Server:
        """On a directory."""
        command = [self.binary, "serve", "--dir", str(directory), "--addr", "127.0.0.1", "--port", str(port)]
        command += ["--api-delete", "--api-blob-delete", "--gc-frequency", "-1s", "--verbosity", "error"]
        return start(self.name, command, {}, directory, port)


def find_olareg() -> list[Peer]:
    """The binary ``BENCH_OLAREG`` names."""
    binary = executable("BENCH_OLAREG")
    return [Olareg(binary)] if binary else []
