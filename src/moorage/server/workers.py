"""The worker processes as the supervisor sees them."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from moorage.server.metrics import Metrics, WorkerMetrics
from moorage.server.processes import ProcessTimes
from moorage.server.runtime import RuntimeFile, WorkerPlace
from moorage.server.wire import GO, PREPARE, READY

#: A worker that ends sooner after its start than this did not just crash on a request.
SHORT_LIFE = 10.0
#: Seconds before the next start, by how many short lives there were in a row; after the last, the server gives up.
PAUSES = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0, 5.0, 5.0)


class WorkersFailed(Exception):
    """A worker cannot be kept running."""


@dataclass(eq=False)
class Worker:
    """One process. ``ready`` once it serves."""

    number: int
    process: subprocess.Popen[bytes]
    control: socket.socket
    metrics: WorkerMetrics
    started: float = field(default_factory=time.monotonic)
    ready: bool = False


class Workers:
    """Starts one worker for each listening socket, starts one again that ended, and stops them."""

    def __init__(
        self,
        application: str,
        engine: str,
        listeners: Sequence[socket.socket],
        runtime: RuntimeFile,
        metrics: Metrics,
        times: ProcessTimes,
        on_event: Callable[[str], None],
    ) -> None:
        self._command = [sys.executable, "-m", "moorage.server.worker", application, engine]
        self._listeners = listeners
        self._count, self._runtime = len(listeners), runtime
        self._metrics, self._times = metrics, times
        self._on_event = on_event
        self._workers: dict[int, Worker] = {}
        self._short_lives: dict[int, int] = {}
        #: When a worker that ended is due again, by number.
        self._due: dict[int, float] = {}
        self._serving = False

    def start(self) -> None:
        """Start the processes: they load what they need, and wait for ``go``."""
        for number in range(1, self._count + 1):
            self._start(number)

    def prepare(self) -> socket.socket:
        """Have the first worker prepare the database; its answer, a line, comes on this socket."""
        control = self._workers[1].control
        with contextlib.suppress(OSError):
            control.send(PREPARE)
        return control

    def go(self) -> None:
        """The runtime is stored and the database is ready: serve."""
        self._serving = True
        for worker in self._workers.values():
            self._send_go(worker)

    @property
    def running(self) -> bool:
        """Whether any process is left."""
        return bool(self._workers)

    @property
    def all_ready(self) -> bool:
        """Whether every worker serves."""
        return len(self._workers) == self._count and all(worker.ready for worker in self._workers.values())

    @property
    def pids(self) -> list[int]:
        """Of the processes that have not been seen to end."""
        return [worker.process.pid for worker in self._workers.values()]

    @property
    def controls(self) -> list[socket.socket]:
        """What to wait on: something to read is a worker that is ready or has ended."""
        return [worker.control for worker in self._workers.values() if not worker.ready]

    def next_due(self) -> float | None:
        """Seconds until a worker is due to be started again."""
        return max(0.0, min(self._due.values()) - time.monotonic()) if self._due else None

    def tend(self, *, restart: bool = True) -> None:
        """See who is ready, who has ended, and who is due again.

        Raises:
            WorkersFailed: one ended before it had ever served, or again and again.
        """
        for worker in list(self._workers.values()):
            if not worker.ready:
                with contextlib.suppress(BlockingIOError, ConnectionError):
                    worker.ready = worker.control.recv(1) == READY
            if worker.process.poll() is not None:
                self._ended(worker, restart=restart)
        now = time.monotonic()
        for number in [number for number, due in self._due.items() if due <= now]:
            del self._due[number]
            self._start(number)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to every worker."""
        self._due.clear()
        for worker in self._workers.values():
            with contextlib.suppress(ProcessLookupError):
                worker.process.send_signal(number)

    def _start(self, number: int) -> None:
        control, worker_control = socket.socketpair()
        metrics, worker_metrics = socket.socketpair()
        with worker_control, worker_metrics:
            place = WorkerPlace(
                number, self._listeners[number - 1].fileno(), worker_control.fileno(), worker_metrics.fileno()
            )
            process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **self._runtime.environment(place)},
                pass_fds=(self._runtime.descriptor, place.listen, place.control, place.metrics),
            )
        control.setblocking(False)
        worker = Worker(number, process, control, WorkerMetrics(metrics))
        self._workers[number] = worker
        self._metrics.add(worker.metrics)
        self._times.add(process.pid)
        if self._serving:
            self._send_go(worker)

    def _send_go(self, worker: Worker) -> None:
        with contextlib.suppress(OSError):
            worker.control.send(GO)

    def _ended(self, worker: Worker, *, restart: bool) -> None:
        number = worker.number
        del self._workers[number]
        worker.control.close()
        self._metrics.remove(worker.metrics)
        self._times.remove(worker.process.pid)
        if not restart:
            return
        status = worker.process.returncode
        how = f"by signal {signal.Signals(-status).name}" if status < 0 else f"with status {status}"
        short = time.monotonic() - worker.started < SHORT_LIFE
        lives = self._short_lives[number] = self._short_lives.get(number, 0) + 1 if short else 0
        if not worker.ready and lives == 1 and not any(other.ready for other in self._workers.values()):
            raise WorkersFailed(f"worker {number} ended {how} before it served")
        if lives >= len(PAUSES):
            raise WorkersFailed(f"worker {number} ended {how}, {lives} times in a row soon after its start")
        self._on_event(f"worker {number} (process {worker.process.pid}) ended {how}: starting it again")
        self._due[number] = time.monotonic() + PAUSES[lives]
