"""What is pushed: blobs of random or zero bytes, each with an end of its own.

A registry knows content by its digest, so a blob pushed twice is not the same work twice. Blobs of one
``Prefix`` differ in their last 4 KiB only: the digest of the rest is computed once, outside every timed part.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from bench.client import MiB, send_file

#: Bytes at the end of a blob that no other blob has.
TAIL = 4096

#: Chunk of a streamed body; Go's HTTP client, and so docker, copies 32 KiB at a time.
STREAM_CHUNK = 32 * 1024


class Prefix:
    """What the blobs of one kind and size have in common, in a file whose pages stay in memory."""

    def __init__(self, path: Path, kind: str, size: int) -> None:
        """``size``: bytes of each blob, its tail included; ``kind``: "random" or "zero"."""
        self.kind, self.size = kind, size
        self.length = size - TAIL
        self._hash = hashlib.sha256()
        with path.open("wb") as file:
            remaining = self.length
            while remaining:
                part = os.urandom(min(remaining, MiB)) if kind == "random" else bytes(min(remaining, MiB))
                file.write(part)
                self._hash.update(part)
                remaining -= len(part)
        self.file = os.open(path, os.O_RDONLY)
        self.map = mmap.mmap(self.file, self.length, prot=mmap.PROT_READ)
        self.view = memoryview(self.map)

    def blob(self) -> Blob:
        """A blob nobody has seen."""
        tail = os.urandom(TAIL) if self.kind == "random" else os.urandom(16).ljust(TAIL, b"\0")
        digest = self._hash.copy()
        digest.update(tail)
        return Blob(self, tail, f"sha256:{digest.hexdigest()}")

    def close(self) -> None:
        """Give memory and file back."""
        self.view.release()
        self.map.close()
        os.close(self.file)


@dataclass(frozen=True, slots=True)
class Blob:
    """A blob to push."""

    prefix: Prefix
    tail: bytes
    digest: str

    @property
    def size(self) -> int:
        """Bytes."""
        return self.prefix.size

    def part(self, start: int = 0, end: int | None = None) -> Part:
        """Bytes from ``start`` up to and without ``end``, as a body with a length."""
        return Part(self, start, self.size if end is None else end)

    def streamed(self) -> Stream:
        """All of it as a body of unknown length."""
        return Stream(self)


@dataclass(frozen=True, slots=True)
class Part:
    """Consecutive bytes of a blob."""

    blob: Blob
    start: int
    end: int

    @property
    def framing(self) -> str:
        """Its length."""
        return f"Content-Length: {self.end - self.start}\r\n"

    def send(self, connection: socket.socket) -> None:
        """From the page cache, then what belongs to this blob alone."""
        length = self.blob.prefix.length
        if self.start < length:
            send_file(connection, self.blob.prefix.file, self.start, min(self.end, length) - self.start)
        if self.end > length:
            connection.sendall(self.blob.tail[max(self.start - length, 0) : self.end - length])


@dataclass(frozen=True, slots=True)
class Stream:
    """A whole blob in the chunked transfer coding, as docker pushes a layer."""

    blob: Blob

    @property
    def framing(self) -> str:
        """No length is known."""
        return "Transfer-Encoding: chunked\r\n"

    def send(self, connection: socket.socket) -> None:
        """In gathered writes of 1 MiB, then the tail and the last chunk."""
        view, length = self.blob.prefix.view, self.blob.prefix.length
        full = b"%x\r\n" % STREAM_CHUNK
        for start in range(0, length, MiB):
            end = min(start + MiB, length)
            parts: list[bytes | memoryview] = []
            for offset in range(start, end, STREAM_CHUNK):
                chunk = view[offset : min(offset + STREAM_CHUNK, end)]
                parts += (full if len(chunk) == STREAM_CHUNK else b"%x\r\n" % len(chunk), chunk, b"\r\n")
            _send_all(connection, parts)
        connection.sendall(b"%x\r\n%b\r\n0\r\n\r\n" % (len(self.blob.tail), self.blob.tail))


def _send_all(connection: socket.socket, parts: list[bytes | memoryview]) -> None:
    """A gathered write; the kernel may take less than all of it when a signal arrives."""
    total = sum(len(part) for part in parts)
    sent = connection.sendmsg(parts)
    if sent < total:
        connection.sendall(b"".join(parts)[sent:])
