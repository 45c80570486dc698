"""The exporter's word on which components work, and what this system is (H 5.4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial

from prometheus_client import Metric
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.system import presence_queries
from moorage.system.configuration import Values
from moorage.system.inventory import Found, gauge
from moorage.system.presence import INTERVAL, Process

#: Seconds after which a process that gave no sign of life is taken for dead: two were missed.
PATIENCE = 3 * INTERVAL

#: Harbor's components: the roles of which one must be there, and what must work for it.
COMPONENTS = {
    "core": (frozenset({"core"}), frozenset({"database"})),
    "jobservice": (frozenset({"jobservice"}), frozenset({"database", "jobservice"})),
    "registry": (frozenset({"core", "registry"}), frozenset({"database", "storage"})),
}


class HealthSource:
    """Which components work."""

    async def find(self, connection: AsyncConnection) -> Found:
        """Ask the database, which thereby works, who was seen lately."""
        return partial(_health, await presence_queries.present(connection, PATIENCE))


class InfoSource:
    """What this system is."""

    def __init__(self, version: str, values: Callable[[], Awaitable[Values]]) -> None:
        """``version``: Harbor's, with ours."""
        self._version = version
        self._values = values

    async def find(self, connection: AsyncConnection) -> Found:
        """Look at the configuration."""
        values = await self._values()
        flag = "true" if values["self_registration"] else "false"
        return partial(_info, (str(values["auth_mode"]), self._version, flag))


def _health(processes: Sequence[Process]) -> Iterator[Metric]:
    works = {name: any(_works(name, process) for process in processes) for name in COMPONENTS}
    works["database"] = True
    status = gauge("harbor_health", "Running status of Harbor")
    status.add_metric((), float(all(works.values())))
    yield status
    up = gauge("harbor_up", "Running status of harbor component", ["component"])
    for name, value in sorted(works.items()):
        up.add_metric((name,), float(value))
    yield up
    counts = Counter[str](dict.fromkeys(("core", "registry", "jobservice", "exporter"), 0))
    for process in processes:
        for role in process.roles:
            counts[role] += process.processes
    there = gauge("moorage_processes", "Worker processes that gave a sign of life lately, by role.", ["role"])
    for role, count in sorted(counts.items()):
        there.add_metric((role,), count)
    yield there


def _works(component: str, process: Process) -> bool:
    roles, needed = COMPONENTS[component]
    return not roles.isdisjoint(process.roles) and needed.isdisjoint(process.failing)


def _info(values: Sequence[str]) -> Iterator[Metric]:
    labels = ["auth_mode", "harbor_version", "self_registration"]
    info = gauge("harbor_system_info", "Information of Harbor system", labels)
    info.add_metric(values, 1)
    yield info
