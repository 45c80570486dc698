"""Which machine this is, and the two speeds that bound a push on it."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.client import MiB


@dataclass(frozen=True, slots=True)
class Machine:
    """The facts that belong to every number measured on it."""

    cpu: str
    cores: int
    memory: int
    kernel: str
    system: str
    python: str

    @property
    def kind(self) -> str:
        """For file names: processor and number of cores."""
        words = re.sub(r"[^a-z0-9]+", "-", self.cpu.lower()).strip("-")
        return f"{words[:40].rstrip('-')}-{self.cores}cpu"

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def this_machine() -> Machine:
    """The one we are on."""
    return Machine(
        cpu=_field("/proc/cpuinfo", r"model name\s*:\s*(.+)") or platform.machine(),
        cores=len(os.sched_getaffinity(0)),
        memory=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        kernel=platform.release(),
        system=_field("/etc/os-release", r'PRETTY_NAME="?([^"\n]+)') or platform.system(),
        python=platform.python_version(),
    )


def hash_speed(size: int = 256 * MiB) -> float:
    """Bytes per second of sha256 in one thread."""
    buffer = os.urandom(MiB)
    digest = hashlib.sha256()
    started = time.perf_counter()
    for _ in range(size // MiB):
        digest.update(buffer)
    return size / (time.perf_counter() - started)


def disk_speed(directory: Path, size: int) -> float:
    """Bytes per second of one file of ``size`` bytes written and synced in ``directory``."""
    path = directory / "disk-speed"
    buffer = os.urandom(MiB)
    os.sync()
    started = time.perf_counter()
    with path.open("wb", buffering=0) as file:
        for _ in range(size // MiB):
            file.write(buffer)
        os.fsync(file.fileno())
    elapsed = time.perf_counter() - started
    path.unlink()
    return size / elapsed


def _field(path: str, pattern: str) -> str | None:
    try:
        match = re.search(pattern, Path(path).read_text())
    except OSError:
        return None
    return match[1].strip() if match else None
