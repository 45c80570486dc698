"""What concurrent clients were told, and what may therefore be found afterwards.

A name (a tag, a manifest or blob in a repository) is a register that many write to at once. Each write has a begin and,
if it was acknowledged, an end. A value found later is right if some write of it is not certainly older than another
acknowledged one (linearizability of a register, read once everything has stopped).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

V = TypeVar("V")

FOREVER = float("inf")


@dataclass
class Write(Generic[V]):
    """One write: ``end`` is infinite while it is not acknowledged. A refused one is forgotten."""

    value: V
    begin: float
    end: float = FOREVER
    #: It may have changed nothing although it was acknowledged (ends a tag only if the tag names a certain manifest).
    conditional: bool = False


@dataclass
class Register(Generic[V]):
    """The writes to one name; before the first its value is ``initial``."""

    initial: V
    writes: list[Write[V]] = field(default_factory=list)

    def allows(self, value: V) -> bool:
        """Whether the name may have this value now that nobody writes any more."""
        sure = [write for write in self.writes if write.end < FOREVER and not write.conditional]
        first = Write(self.initial, -FOREVER, -FOREVER)
        return any(
            write.value == value and not any(write.end < other.begin for other in sure)
            for write in [first, *self.writes]
        )


class Registers(dict[tuple[str, str], Register[V]]):
    """Registers by repository and name, made when they are first asked for, by any thread."""

    def __init__(self, initial: V) -> None:
        super().__init__()
        self._initial = initial

    def __missing__(self, key: tuple[str, str]) -> Register[V]:
        # Atomic, unlike what a defaultdict does.
        return self.setdefault(key, Register(self._initial))


class Ledger:
    """Every register, and the lock around them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        #: What a tag names: a digest or nothing.
        self.tags: Registers[str | None] = Registers(None)
        #: Whether a digest is there.
        self.manifests: Registers[bool] = Registers(False)
        self.blobs: Registers[bool] = Registers(False)
        #: What the digests mean.
        self.content: dict[str, bytes] = {}

    @contextmanager
    def writing(self, *writes: tuple[Register[V], V, bool]) -> Iterator[Outcome]:
        """Around a request that writes: registers, values, and whether each is conditional."""
        with self._lock:
            made = [Write(value, time.monotonic(), conditional=conditional) for _, value, conditional in writes]
            for (register, _, _), write in zip(writes, made, strict=True):
                register.writes.append(write)
        outcome = Outcome()
        # A request that raises was neither acknowledged nor refused: it may have happened.
        yield outcome
        with self._lock:
            for (register, _, _), write in zip(writes, made, strict=True):
                if outcome.refused:
                    register.writes.remove(write)
                elif outcome.acknowledged:
                    write.end = time.monotonic()


@dataclass
class Outcome:
    """What the answer to a request said."""

    acknowledged: bool = False
    refused: bool = False

    def set(self, status: int) -> None:
        """By the status: a server that failed (5xx) may still have done it."""
        self.acknowledged = 200 <= status < 300
        self.refused = 400 <= status < 500
