"""An HTTP/1.1 client that costs as little as Python allows: the load shares the machine with the server.

Blocking sockets with kernel timeouts, so that one ``recv`` may wait for a whole megabyte; bodies are sent with
``sendfile`` or gathered writes and received into one buffer that is used again.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

MiB = 1024 * 1024

#: Seconds a single send or receive may take before the operation counts as failed.
SOCKET_TIMEOUT = 60

#: Bytes asked of the kernel at once while a body is received.
RECEIVE_SIZE = MiB

Buffer: TypeAlias = bytes | bytearray | memoryview


class RequestFailed(Exception):
    """The connection broke, timed out, or the answer was not HTTP."""


class UnexpectedAnswer(RequestFailed):
    """The answer was complete, but not the one that makes the operation count."""


class Body(Protocol):
    """A request body: its framing headers, and a way to put it on a socket."""

    @property
    def framing(self) -> str:
        """``Content-Length`` or ``Transfer-Encoding``, ended by CRLF."""

    def send(self, connection: socket.socket) -> None:
        """Write all of it."""


@dataclass(frozen=True, slots=True)
class Buffers:
    """A body in memory, sent without being joined."""

    parts: Sequence[Buffer]

    @property
    def framing(self) -> str:
        """The length of all parts."""
        return f"Content-Length: {sum(len(part) for part in self.parts)}\r\n"

    def send(self, connection: socket.socket) -> None:
        """Write each part."""
        for part in self.parts:
            connection.sendall(part)


@dataclass(frozen=True, slots=True)
class Response:
    """Status, headers with lower-case names, and the body unless it went to a sink."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    #: Bytes of the body, also when it went to a sink.
    length: int

    def expect(self, *statuses: int) -> Response:
        """Itself.

        Raises:
            UnexpectedAnswer: the status is none of ``statuses``.
        """
        if self.status not in statuses:
            raise UnexpectedAnswer(f"status {self.status} instead of {statuses}: {self.body[:200]!r}")
        return self


Sink = Callable[[memoryview], None]


def discard(received: memoryview) -> None:
    """A sink that only lets bytes be counted."""


class Connection:
    """One keep-alive connection; ``headers`` are sent with every request. Not for several threads."""

    def __init__(self, host: str, port: int, headers: Mapping[str, str] | None = None) -> None:
        self.host, self.port = host, port
        self._common = f"Host: {host}:{port}\r\n" + "".join(f"{k}: {v}\r\n" for k, v in (headers or {}).items())
        self._socket: socket.socket | None = None
        self._buffer = memoryview(bytearray(RECEIVE_SIZE))

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the socket; the next request opens another."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def request(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: Body | None = None,
        sink: Sink | None = None,
    ) -> Response:
        """One exchange.

        Raises:
            RequestFailed: as its text says; the connection is closed.
        """
        connection = self._socket or self._open()
        lines = "".join(f"{k}: {v}\r\n" for k, v in (headers or {}).items())
        framing = body.framing if body is not None else _no_body(method)
        try:
            connection.sendall(f"{method} {path} HTTP/1.1\r\n{self._common}{lines}{framing}\r\n".encode("latin-1"))
            if body is not None:
                body.send(connection)
            return self._receive(connection, method, sink)
        except BlockingIOError:
            self.close()
            raise RequestFailed(f"{method} {path}: no progress for {SOCKET_TIMEOUT} s") from None
        except (OSError, ValueError) as error:
            self.close()
            raise RequestFailed(f"{method} {path}: {error}") from error

    def _open(self) -> socket.socket:
        try:
            connection = socket.create_connection((self.host, self.port), SOCKET_TIMEOUT)
        except OSError as error:
            raise RequestFailed(f"{self.host}:{self.port}: {error}") from error
        # A Python timeout would make the socket non-blocking, and MSG_WAITALL useless.
        connection.settimeout(None)
        timeout = struct.pack("ll", SOCKET_TIMEOUT, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeout)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeout)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connection
        return connection

    def _receive(self, connection: socket.socket, method: str, sink: Sink | None) -> Response:
        head, rest = self._receive_head(connection)
        status, headers = parse_head(head)
        collected = bytearray()
        keep: Sink = sink if sink is not None else collected.extend
        if method == "HEAD" or status in (204, 304):
            length = 0
        elif "chunked" in headers.get("transfer-encoding", ""):
            length = self._receive_chunked(connection, rest, keep)
        else:
            length = self._receive_counted(connection, rest, int(headers.get("content-length", "0")), keep)
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Response(status, headers, bytes(collected), length)

    def _receive_head(self, connection: socket.socket) -> tuple[bytes, bytes]:
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            # Little at a time: a head is short, and what follows it should go straight to the buffer.
            part = connection.recv(4096)
            if not part:
                raise ConnectionError("closed before an answer")
            received += part
        return received[:end], received[end + 4 :]

    def _receive_counted(self, connection: socket.socket, rest: bytes, length: int, keep: Sink) -> int:
        if rest:
            keep(memoryview(rest))
        missing = length - len(rest)
        while missing > 0:
            count = connection.recv_into(self._buffer, min(missing, RECEIVE_SIZE), socket.MSG_WAITALL)
            if not count:
                raise ConnectionError(f"closed with {missing} of {length} bytes missing")
            keep(self._buffer[:count])
            missing -= count
        return length

    def _receive_chunked(self, connection: socket.socket, rest: bytes, keep: Sink) -> int:
        length = 0
        while True:
            while (end := rest.find(b"\r\n")) < 0:
                rest += _some(connection)
            size = int(rest[:end].split(b";")[0], 16)
            rest = rest[end + 2 :]
            while len(rest) < size + 2:
                rest += _some(connection)
            if not size:
                return length
            keep(memoryview(rest)[:size])
            length += size
            rest = rest[size + 2 :]


def parse_head(head: bytes) -> tuple[int, dict[str, str]]:
    """Status and headers of a response head.

    Raises:
        ValueError: it is none.
    """
    first, *lines = head.decode("latin-1").split("\r\n")
    version, _, status = first.partition(" ")
    if not version.startswith("HTTP/1."):
        raise ValueError(f"not an HTTP answer: {first[:80]!r}")
    return int(status[:3]), {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}


def send_file(connection: socket.socket, file: int, offset: int, count: int) -> None:
    """``count`` bytes of an open file, without passing through this process."""
    end = offset + count
    while offset < end:
        sent = os.sendfile(connection.fileno(), file, offset, min(end - offset, 64 * MiB))
        if not sent:
            raise ConnectionError("the content file is shorter than it should be")
        offset += sent


def _no_body(method: str) -> str:
    return "Content-Length: 0\r\n" if method in ("POST", "PUT", "PATCH") else ""


def _some(connection: socket.socket) -> bytes:
    part = connection.recv(RECEIVE_SIZE)
    if not part:
        raise ConnectionError("closed within a chunked answer")
    return part
