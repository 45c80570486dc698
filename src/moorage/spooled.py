"""A list that grows on disk, for what a long command has to tell: there may be very much of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO, Generic, TypeVar

import msgspec

T = TypeVar("T")

#: Bytes kept in memory; more of them go to a temporary file.
SPOOLED = 1024 * 1024

_encode = msgspec.json.Encoder().encode


class Spooled(Generic[T]):
    """Entries in the order they were added, each kept as JSON."""

    def __init__(self, kind: type[T]) -> None:
        self._decoder = msgspec.json.Decoder(kind)
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(SPOOLED)  # noqa: SIM115
        self._total = 0

    def add(self, entry: T) -> None:
        """Keep one more."""
        self._file.write(_encode(entry) + b"\n")
        self._total += 1

    def __len__(self) -> int:
        return self._total

    def __iter__(self) -> Iterator[T]:
        self._file.seek(0)
        try:
            for line in self._file:
                yield self._decoder.decode(line)
        finally:
            self._file.seek(0, 2)

    def close(self) -> None:
        """Forget them."""
        self._file.close()

    def write_json(self, file: IO[str]) -> None:
        """A JSON array, an entry a line; written in pieces."""
        file.write("[")
        for position, entry in enumerate(self):
            file.write(",\n  " if position else "\n  ")
            file.write(_encode(entry).decode())
        file.write("]")


def printable(name: str) -> str:
    """A name that JSON can hold: that of a file need not be UTF-8."""
    return name.encode(errors="backslashreplace").decode()
