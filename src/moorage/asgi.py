"""The little of HTTP that /v2 and the token service need on top of ASGI.

No framework stands between the server and ``/v2``: a request is the ASGI scope read lazily, an answer is a
status, header pairs and bytes, a stream or a file.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl

import msgspec

from moorage.errors import BadRequest, MoorageError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

JSON = (b"content-type", b"application/json; charset=utf-8")

_encode = msgspec.json.Encoder().encode

#: Most query parameters of one request.
MAX_QUERY_FIELDS = 1_000


class ClientDisconnected(Exception):
    """The client went away before its body was complete."""


class Request:
    """One HTTP request, read from its ASGI scope on demand."""

    __slots__ = ("_first", "_query", "measure", "method", "path", "principal", "receive", "request_id", "scope")

    def __init__(self, scope: Scope, receive: Receive, request_id: str = "") -> None:
        self.scope = scope
        self.receive = receive
        #: What this request is logged under.
        self.request_id = request_id
        #: Login name of who asks, once that is known; for the log.
        self.principal = ""
        #: Told once it has been answered, or nobody waits for that any more.
        self.measure: Measure | None = None
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self._query: list[tuple[str, str]] | None = None
        # The first of several headers of one name.
        self._first: dict[bytes, bytes] = dict(reversed(scope["headers"]))

    def header(self, name: bytes) -> str | None:
        """First value of a header; ``name`` in lower case."""
        value = self._first.get(name)
        return None if value is None else str(value, "latin-1")

    def headers(self, name: bytes) -> list[str]:
        """Every value of a header; ``name`` in lower case."""
        return [str(value, "latin-1") for key, value in self.scope["headers"] if key == name]

    @property
    def query(self) -> list[tuple[str, str]]:
        """Query parameters in order, percent-decoded.

        Raises:
            BadRequest: there are too many of them.
        """
        if self._query is None:
            raw = str(self.scope["query_string"], "latin-1")
            try:
                self._query = parse_qsl(raw, keep_blank_values=True, max_num_fields=MAX_QUERY_FIELDS) if raw else []
            except ValueError:
                raise BadRequest(f"more than {MAX_QUERY_FIELDS} query parameters") from None
        return self._query

    def parameter(self, name: str) -> str | None:
        """First value of a query parameter."""
        for key, value in self.query:
            if key == name:
                return value
        return None

    def parameters(self, name: str) -> list[str]:
        """Every value of a query parameter."""
        return [value for key, value in self.query if key == name]

    @property
    def content_length(self) -> int | None:
        """Declared length of the body; None when it is streamed (OCI trap 11).

        Raises:
            BadRequest: the header is not a number.
        """
        value = self.header(b"content-length")
        if value is None:
            return None
        if not (value.isascii() and value.isdigit()):
            raise BadRequest(f"invalid Content-Length: {value[:64]}")
        return int(value)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives.

        Raises:
            ClientDisconnected: it ended before the body did.
        """
        left = self.content_length
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnected
            body: bytes = message.get("body", b"")
            if left is not None:
                left -= len(body)
            # Nothing can follow what was declared: a server that says so only when asked again need not be asked.
            last = left == 0 or not message.get("more_body", False)
            if body:
                yield body
            if last:
                return

    async def body(self, limit: int, error: Callable[[], MoorageError]) -> bytes:
        """The whole body.

        Raises:
            MoorageError: what ``error`` makes, when it is longer than ``limit`` bytes.
        """
        declared = self.content_length
        if declared is not None and declared > limit:
            raise error()
        parts: list[bytes] = []
        size = 0
        async for chunk in self.chunks():
            size += len(chunk)
            if size > limit:
                raise error()
            parts.append(chunk)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    @property
    def scheme(self) -> str:
        """``http`` or ``https``, as the outermost trusted proxy saw it."""
        return str(self.scope.get("scheme", "http"))

    @property
    def host(self) -> str:
        """The Host the client named."""
        return self.header(b"host") or "localhost"

    @property
    def address(self) -> str:
        """The client's address; empty on a unix socket."""
        client = self.scope.get("client")
        return str(client[0]) if client else ""


class Measure(Protocol):
    """Counts answered requests of one kind."""

    def done(self, status: int, seconds: float, received: int, sent: int) -> None:
        """One was answered: with which status, in how many seconds, and how many bytes of body went which way."""


@dataclass(slots=True)
class Response:
    """An answer. At most one of ``body``, ``stream`` and ``file`` carries content.

    A ``file`` or ``stream`` brings its own Content-Length header; for ``body`` it is added here.
    """

    status: int
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    stream: AsyncIterator[bytes] | None = None
    file: Path | None = None

    @property
    def length(self) -> int:
        """Bytes of the body."""
        if self.stream is None and self.file is None:
            return len(self.body)
        return next((int(value) for name, value in self.headers if name == b"content-length"), 0)

    async def __call__(self, send: Send, *, head: bool = False) -> None:
        """Send it; ``head``: headers only (OCI trap 24)."""
        headers = self.headers
        if self.stream is None and self.file is None and self.status != 204 and self.status != 304:
            if not any(key == b"content-length" for key, _ in headers):
                headers = [*headers, (b"content-length", b"%d" % len(self.body))]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        if head or (self.stream is None and self.file is None):
            await send({"type": "http.response.body", "body": b"" if head else self.body})
            if self.stream is not None:
                await _close(self.stream)
            return
        if self.file is not None:
            await send({"type": "http.response.pathsend", "path": str(self.file)})
            return
        assert self.stream is not None
        try:
            async for chunk in self.stream:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            await _close(self.stream)


#: A bare application: it raises nothing but ClientDisconnected.
Respond = Callable[[Request], Awaitable[Response]]


def error_response(error: MoorageError, *headers: tuple[bytes, bytes]) -> Response:
    """An error in the form that Harbor and the OCI Distribution API share, with the latter's codes."""
    entry: dict[str, object] = {"code": error.oci_code, "message": error.message}
    if error.detail is not None:
        entry["detail"] = error.detail
    extra = [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in error.headers.items()]
    return Response(error.status, [JSON, *headers, *extra], _encode({"errors": [entry]}) + b"\n")


async def _close(stream: AsyncIterator[bytes]) -> None:
    close = getattr(stream, "aclose", None)
    if close is not None:
        await close()
