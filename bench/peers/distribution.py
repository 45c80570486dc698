"""CNCF distribution: Debian's ``docker-registry`` 2.8 and a distribution 3.

Fair to it: no traces (version 3 exports them by default and loses half its speed trying), no access log, the
blob descriptor cache in memory, no upload purging.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from bench.peers.base import Peer, Server, executable, output, start


@dataclass(frozen=True, slots=True)
class Distribution:
    """Either version."""

    name: str
    binary: str

    def version(self) -> str:
        """As ``registry --version`` prints it."""
        return " ".join(output(self.binary, "--version").split()[1:])

    def start(self, directory: Path, port: int) -> Server:
        """With a configuration file beside its data; YAML reads JSON."""
        configuration = {
            "version": 0.1,
            "log": {"level": "error", "accesslog": {"disabled": True}},
            "storage": {
                "cache": {"blobdescriptor": "inmemory"},
                "delete": {"enabled": True},
                "filesystem": {"rootdirectory": str(directory)},
                "maintenance": {"uploadpurging": {"enabled": False}},
            },
            "http": {"addr": f"127.0.0.1:{port}", "secret": "bench", "debug": {"prometheus": {"enabled": False}}},
        }
        path = directory.with_suffix(".yml")
        path.write_text(json.dumps(configuration))
        environment = {"OTEL_TRACES_EXPORTER": "none"}
        return start(self.name, [self.binary, "serve", str(path)], environment, directory, port)


def find_distribution() -> list[Peer]:
    """``BENCH_DISTRIBUTION`` or ``.tools/bin/registry``, and ``BENCH_DOCKER_REGISTRY`` or Debian's."""
    three = executable("BENCH_DISTRIBUTION", ".tools/bin/registry")
    two = executable("BENCH_DOCKER_REGISTRY", "docker-registry")
    found = {"distribution": three, "docker-registry": two}
    return [Distribution(name, binary) for name, binary in found.items() if binary]
