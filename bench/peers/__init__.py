"""The registries that are compared: how each is found, configured fairly, started and asked for its version."""

from __future__ import annotations

from collections.abc import Sequence

from bench.peers.base import Peer, Server, StartFailed
from bench.peers.distribution import find_distribution
from bench.peers.harbor import find_harbor
from bench.peers.moorage import ENGINES, Moorage, find_moorage
from bench.peers.olareg import find_olareg
from bench.peers.zot import find_zot

__all__ = ["ENGINES", "Moorage", "Peer", "Server", "StartFailed", "find_peers"]


def find_peers(engines: Sequence[str], workers: int) -> list[Peer]:
    """Moorage with each engine, then everything else that is on this machine or named by its environment."""
    return [*find_moorage(engines, workers), *find_distribution(), *find_zot(), *find_olareg(), *find_harbor()]
