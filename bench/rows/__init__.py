"""The rows, by group: a group shares one start of a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from bench.measure import Measurement
from bench.peers import Server
from bench.plan import Contents
from bench.rows.api_lists import measure_api_lists
from bench.rows.collection import collect
from bench.rows.jobs import measure_jobs
from bench.rows.layers import push_layers
from bench.rows.listings import measure_listings
from bench.rows.manifests import measure_manifests
from bench.rows.memory import measure_memory
from bench.rows.outbox import measure_outbox
from bench.rows.pulls import pull_large, pull_small
from bench.rows.pushes import push_large
from bench.rows.start import cold_start

#: Measures one server in one round. Raises ``RequestFailed`` if the server cannot be made ready for it.
Group = Callable[[Server, Contents, int], Iterator[Measurement]]

GROUPS: Mapping[str, Group] = {
    "start": cold_start,
    "manifests": measure_manifests,
    "push-large": push_large,
    "push-layers": push_layers,
    "pull-large": pull_large,
    "pull-small": pull_small,
    "listings": measure_listings,
    "api-lists": measure_api_lists,
    "gc": collect,
    "jobs": measure_jobs,
    "outbox": measure_outbox,
    "memory": measure_memory,
}

__all__ = ["GROUPS", "Group"]
