"""One measured number and everything that belongs to it."""

from __future__ import annotations

import resource
import time
from dataclasses import asdict, dataclass, field
from types import TracebackType
from typing import Any

from bench.load import Load
from bench.peers import Server
from bench.processes import MemoryWatch, Usage
from bench.statistics import Latency


@dataclass(frozen=True, slots=True)
class Measurement:
    """A row of one peer in one round."""

    row: str
    peer: str
    round: int
    operations: int
    errors: int
    seconds: float
    #: Bytes of content moved.
    bytes: int
    latency: Latency
    server_cpu: float
    database_cpu: float
    client_cpu: float
    #: Resident bytes of the server's processes without the database.
    peak_memory: int
    client: str
    messages: list[str] = field(default_factory=list)

    @property
    def operation_rate(self) -> float:
        """Operations per second."""
        return self.operations / self.seconds if self.seconds else 0.0

    @property
    def byte_rate(self) -> float:
        """Bytes per second."""
        return self.bytes / self.seconds if self.seconds else 0.0

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


class Meter:
    """CPU seconds and peak memory of a server, and CPU seconds of the client, while the context is entered."""

    def __init__(self, server: Server, interval: float = 0.5) -> None:
        self._server = server
        self._watch = MemoryWatch(server.process, interval)
        self.usage = Usage(0.0, 0.0)
        self.client_cpu = 0.0
        self.seconds = 0.0

    @property
    def peak_memory(self) -> int:
        """Bytes; 0 where the server runs elsewhere."""
        return self._watch.peak

    def __enter__(self) -> Meter:
        self._watch.__enter__()
        self._before = self._usage()
        self._client_before = _own_cpu_seconds()
        self._started = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.perf_counter() - self._started
        self.usage = self._usage() - self._before
        self.client_cpu = _own_cpu_seconds() - self._client_before
        self._watch.__exit__(kind, error, trace)

    def measurement(self, row: str, round: int, load: Load, moved: int) -> Measurement:
        """What was measured, with the ``moved`` bytes of content."""
        return Measurement(
            row=row,
            peer=self._server.peer,
            round=round,
            operations=load.operations,
            errors=load.errors,
            seconds=load.seconds,
            bytes=moved,
            latency=load.latency,
            server_cpu=self.usage.server,
            database_cpu=self.usage.database,
            client_cpu=self.client_cpu,
            peak_memory=self.peak_memory,
            client=load.client,
            messages=load.messages,
        )

    def _usage(self) -> Usage:
        return self._server.process.usage() if self._server.process else Usage(0.0, 0.0)


def _own_cpu_seconds() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
