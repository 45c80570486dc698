"""A receiver of webhooks on this machine: keeps what it gets, verifies it as the user guide says, answers as told."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Got:
    """A request; the names of headers are in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def delivery(self) -> str:
        return self.headers["x-moorage-delivery"]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """Answers 200 unless ``statuses`` has something else; with ``hold`` it never answers."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    answer_headers: str = ""
    hold: bool = False
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def of(self, path: str) -> list[Got]:
        return [one for one in self.got if one.path == path]

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            line, *rest = head.strip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (one.partition(": ") for one in rest)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.got.append(Got(line.split(" ")[1], headers, body))
            self.arrived.set()
            if self.hold:
                await reader.read()
                return
            status = self.statuses.pop(0) if self.statuses else 200
            writer.write(f"HTTP/1.1 {status} X\r\n{self.answer_headers}Content-Length: 6\r\n\r\nanswer".encode())
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


class Verifier:
    """What a careful receiver does: takes nothing that is not signed, is old, or was taken already."""

    def __init__(self, secret: str, *, window: float = 300.0) -> None:
        self._secret = secret.encode()
        self._window = window
        self.taken: set[str] = set()

    def accept(self, got: Got, now: float | None = None) -> bool:
        headers = got.headers
        signed = f"{got.delivery}.{headers['x-moorage-timestamp']}.".encode() + got.body
        whole = "sha256=" + hmac.new(self._secret, signed, hashlib.sha256).hexdigest()
        body = "sha256=" + hmac.new(self._secret, got.body, hashlib.sha256).hexdigest()
        genuine = hmac.compare_digest(whole, headers.get("x-moorage-signature", "")) and hmac.compare_digest(
            body, headers.get("x-moorage-signature-256", "")
        )
        age = (time.time() if now is None else now) - int(headers["x-moorage-timestamp"])
        if not genuine or abs(age) > self._window or got.delivery in self.taken:
            return False
        self.taken.add(got.delivery)
        return True


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """One on the loopback address."""
    made = Receiver()
    server = await asyncio.start_server(made.handle, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.close()
        server.close_clients() if hasattr(server, "close_clients") else None
        await asyncio.wait_for(server.wait_closed(), 5)
