"""What the processes of a server use, from ``/proc``."""

from __future__ import annotations

import os
import resource
import threading
import time
from pathlib import Path

from moorage.server.wire import Family

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class ProcessTimes:
    """CPU, memory and open files of the supervisor and its workers together, under Prometheus' usual names.

    The embedded PostgreSQL is not among them: it has metrics of its own, and no place in a server's.
    """

    def __init__(self) -> None:
        self._started = time.time()
        self._lock = threading.Lock()
        self._processes: dict[int, float] = {os.getpid(): 0.0}
        self._past_cpu = 0.0

    def add(self, pid: int) -> None:
        """A worker has started."""
        with self._lock:
            self._processes[pid] = 0.0

    def remove(self, pid: int) -> None:
        """A worker has ended: what it used up to the last look is kept."""
        with self._lock:
            self._past_cpu += self._processes.pop(pid, 0.0)

    def families(self) -> list[Family]:
        """As metrics."""
        resident = virtual = threads = open_files = 0
        with self._lock:
            for pid in self._processes:
                try:
                    stat = Path(f"/proc/{pid}/stat").read_text()
                    # Fields 14 and 15 of proc_pid_stat(5), counted after the name, which may hold anything.
                    fields = stat.rpartition(")")[2].split()
                    self._processes[pid] = (int(fields[11]) + int(fields[12])) / _TICKS
                    threads += int(fields[17])
                    virtual += int(fields[20])
                    resident += int(fields[21]) * _PAGE
                    open_files += len(os.listdir(f"/proc/{pid}/fd"))
                except (OSError, IndexError):
                    continue
            cpu = self._past_cpu + sum(self._processes.values())
            count = len(self._processes) - 1
        return [
            _one("process_cpu_seconds_total", "counter", "CPU seconds of the server's processes.", cpu),
            _one("process_resident_memory_bytes", "gauge", "Resident memory of the server's processes.", resident),
            _one("process_virtual_memory_bytes", "gauge", "Virtual memory of the server's processes.", virtual),
            _one("process_threads", "gauge", "Threads of the server's processes.", threads),
            _one("process_max_fds", "gauge", "Files each of the processes may open.", _most_files()),
            _one("process_open_fds", "gauge", "Open files of the server's processes.", open_files),
            _one("process_start_time_seconds", "gauge", "When the server started, in Unix time.", self._started),
            _one("moorage_workers", "gauge", "Worker processes.", count),
        ]


def _most_files() -> float:
    return float(resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def _one(name: str, kind: str, help: str, value: float) -> Family:
    return Family(name, kind, help, [(name, (), float(value))])
