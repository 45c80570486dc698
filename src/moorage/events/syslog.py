"""Syslog over TCP and TLS: messages of RFC 5424, framed by their length (RFC 6587, section 3.4.1; RFC 5425)."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import ssl
import struct
import termios
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from moorage.events.chain import AuditRow
from moorage.events.vocabulary import event_type

#: Facility "log audit"; severities "informational", and "warning" for what failed.
_FACILITY = 13
_INFORMATIONAL, _WARNING = 6, 4

#: Seconds a connection may take to be made, and a batch to be taken.
CONNECT_TIMEOUT, SEND_TIMEOUT = 5.0, 10.0

_encode = msgspec.json.Encoder().encode


class InvalidEndpoint(ValueError):
    """it is no address of a syslog server: host:port, tcp://host:port or tls://host:port"""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A syslog server."""

    host: str
    port: int
    tls: bool

    @classmethod
    def parse(cls, text: str) -> Endpoint:
        """``host:port`` as in Harbor, or with a scheme: ``tcp://host:port``, ``tls://host:port``.

        Raises:
            InvalidEndpoint: it is none of these.
        """
        scheme, separator, rest = text.strip().partition("://")
        if not separator:
            scheme, rest = "tcp", text.strip()
        if not rest.isprintable() or " " in rest:
            raise InvalidEndpoint
        try:
            parts = urlsplit(f"//{rest}")
            host, port = parts.hostname, parts.port
        except ValueError:
            raise InvalidEndpoint from None
        plain = not (parts.path or parts.query or parts.fragment or parts.username)
        if scheme not in ("tcp", "tls") or not plain or not host or not port:
            raise InvalidEndpoint
        return cls(host, port, scheme == "tls")


def message(row: AuditRow, hash: bytes, hostname: str) -> bytes:
    """One message: the row as JSON, under its event type as MSGID; its hash lets the log be verified from outside."""
    severity = _INFORMATIONAL if row.succeeded else _WARNING
    time = row.op_time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    kind = event_type(row.operation, row.resource_type)
    values: dict[str, Any] = {
        "id": row.id,
        "op_time": time,
        "operation": row.operation,
        "operation_description": row.description,
        "operation_result": row.succeeded,
        "resource": row.resource,
        "resource_type": row.resource_type,
        "username": row.username,
        "project_id": row.project_id,
        "client_address": row.address,
        "request_id": row.request_id,
        "hash": hash.hex(),
    }
    head = f"<{_FACILITY * 8 + severity}>1 {time} {_name(hostname, 255)} moorage - {_name(kind, 32)} - "
    return head.encode("ascii") + _encode(values)


def framed(messages: Iterable[bytes]) -> bytes:
    """Messages as they travel: each after its length in bytes and a space."""
    return b"".join(b"%d %b" % (len(content), content) for content in messages)


def _name(text: str, most: int) -> str:
    return "".join(character for character in text if "!" <= character <= "~")[:most] or "-"


class SyslogConnection:
    """A connection to a syslog server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, endpoint: Endpoint, authorities: Path | None = None) -> SyslogConnection:
        """Connect.

        Args:
            endpoint: the server.
            authorities: PEM file of who may vouch for its certificate; None: the system's.

        Raises:
            OSError: it cannot be reached, or its certificate is not trusted (``ssl.SSLError``).
            TimeoutError: not within ``CONNECT_TIMEOUT``.
        """
        context = ssl.create_default_context(cafile=authorities) if endpoint.tls else None
        async with asyncio.timeout(CONNECT_TIMEOUT):
            reader, writer = await asyncio.open_connection(endpoint.host, endpoint.port, ssl=context)
        return cls(reader, writer)

    @property
    def closed(self) -> bool:
        """The server has hung up."""
        # It sends nothing, so what can be read is the end.
        return self._reader.at_eof() or self._writer.is_closing()

    async def send(self, content: bytes) -> None:
        """Send, and wait until the peer's host has acknowledged it: syslog itself acknowledges nothing.

        Raises:
            ConnectionError: the server is gone; what was sent may or may not have arrived.
            TimeoutError: it took nothing for ``SEND_TIMEOUT``.
        """
        async with asyncio.timeout(SEND_TIMEOUT):
            self._check()
            self._writer.write(content)
            await self._writer.drain()
            pause = 0.001
            while self._unacknowledged():
                self._check()
                await asyncio.sleep(pause)
                pause = min(pause * 2, 0.1)
            self._check()

    def _check(self) -> None:
        if self.closed:
            raise ConnectionResetError("the syslog server closed the connection")

    def _unacknowledged(self) -> int:
        """Bytes the peer's host has not acknowledged: the transport's, then the kernel's (tcp(7), SIOCOUTQ)."""
        transport = self._writer.transport
        waiting = transport.get_write_buffer_size()
        with contextlib.suppress(OSError):
            descriptor = transport.get_extra_info("socket").fileno()
            waiting += struct.unpack("i", fcntl.ioctl(descriptor, termios.TIOCOUTQ, struct.pack("i", 0)))[0]
        return waiting

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError, ssl.SSLError):
            async with asyncio.timeout(1.0):
                await self._writer.wait_closed()
