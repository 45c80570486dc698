"""zot, without extensions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from bench.peers.base import Peer, Server, executable, output, start


@dataclass(frozen=True, slots=True)
class Zot:
    """As its minimal example configures it; no garbage collection while it is measured."""

    binary: str
    name: str = "zot"

    def version(self) -> str:
        """Release and commit."""
        try:
            facts = json.loads(output(self.binary, "--version"))
        except ValueError:
            return "unknown"
        return str(facts.get("commit") or "unknown commit")

    def start(self, directory: Path, port: int) -> Server:
        """With a configuration file beside its data."""
        configuration = {
            "distSpecVersion": "1.1.1",
            "storage": {"rootDirectory": str(directory), "gc": False},
            "http": {"address": "127.0.0.1", "port": str(port)},
            "log": {"level": "error"},
        }
        path = directory.with_suffix(".json")
        path.write_text(json.dumps(configuration))
        return start(self.name, [self.binary, "serve", str(path)], {}, directory, port)


def find_zot() -> list[Peer]:
    """The binary ``BENCH_ZOT`` names."""
    binary = executable("BENCH_ZOT")
    return [Zot(binary)] if binary else []
