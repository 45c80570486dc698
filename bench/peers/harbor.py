"""A Harbor that runs somewhere already: ``BENCH_HARBOR=http://user:password@host:port``."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bench.client import Connection, RequestFailed
from bench.peers.base import Peer, Server, StartFailed
from bench.registry import Account


@dataclass(frozen=True, slots=True)
class Harbor:
    """Its processes are out of reach, so no CPU seconds and no memory; what is pushed stays in ``library``."""

    url: str
    name: str = "harbor"

    def version(self) -> str:
        """What its API says."""
        try:
            with Connection(*self._address()) as connection:
                body = connection.request("GET", "/api/v2.0/systeminfo").expect(200).body
        except RequestFailed:
            return "unknown"
        return str(json.loads(body).get("harbor_version", "unknown"))

    def start(self, directory: Path, port: int) -> Server:
        """Only check that it answers."""
        parts = urlsplit(self.url)
        host, real_port = self._address()
        try:
            with Connection(host, real_port) as connection:
                connection.request("GET", "/v2/").expect(200, 401)
        except RequestFailed as error:
            raise StartFailed(str(error)) from error
        account = Account(unquote(parts.username or "admin"), unquote(parts.password or "Harbor12345"))
        return Server(self.name, host, real_port, account)

    def _address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return parts.hostname or "127.0.0.1", parts.port or 80


def find_harbor() -> list[Peer]:
    """The one ``BENCH_HARBOR`` names."""
    url = os.environ.get("BENCH_HARBOR")
    return [Harbor(url)] if url else []
