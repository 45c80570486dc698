"""HTTP as bytes on a socket: what no HTTP library would send."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.reliability.replicas import AUTHORIZATION

#: Seconds within which every request must be answered or its connection closed.
LIMIT = 15.0

Header = tuple[bytes, bytes]


@dataclass(frozen=True)
class RawRequest:
    """A request to be sent as it is; Content-Length is added unless the headers say how long the body is."""

    method: bytes = b"GET"
    target: bytes = b"/v2/"
    headers: Sequence[Header] = ()
    body: bytes = b""
    authorization: bytes | None = AUTHORIZATION.encode()
    #: The client ends its side of the connection after this, as if it had crashed.
    half_close: bool = False
    version: bytes = b"HTTP/1.1"

    def encode(self) -> bytes:
        headers = [(b"Host", b"registry.test"), (b"Connection", b"close"), *self.headers]
        if self.authorization is not None:
            headers.append((b"Authorization", self.authorization))
        named = {name.lower() for name, _ in headers}
        if (self.body or self.method in (b"POST", b"PUT", b"PATCH")) and not named & {
            b"content-length",
            b"transfer-encoding",
        }:
            headers.append((b"Content-Length", b"%d" % len(self.body)))
        lines = [b"%b %b %b" % (self.method, self.target, self.version), *(b"%b: %b" % pair for pair in headers)]
        return b"\r\n".join(lines) + b"\r\n\r\n" + self.body


@dataclass(frozen=True)
class RawAnswer:
    """Status 0: the connection was closed without an answer."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def error_codes(self) -> list[str]:
        """The codes of an OCI error; fails when the body is no such thing."""
        assert self.headers.get("content-type", "").startswith("application/json"), self
        document = json.loads(self.body)
        assert list(document) == ["errors"], self
        assert document["errors"], self
        for error in document["errors"]:
            assert {"code", "message"} <= set(error) <= {"code", "message", "detail"}, self
            assert isinstance(error["code"], str), self
            assert isinstance(error["message"], str), self
        return [error["code"] for error in document["errors"]]


def exchange(port: int, request: RawRequest) -> RawAnswer:
    """Send it and read the answer.

    Raises:
        TimeoutError: the server neither answered nor closed in time.
    """
    with socket.create_connection(("127.0.0.1", port), LIMIT) as connection:
        try:
            connection.sendall(request.encode())
            if request.half_close:
                connection.shutdown(socket.SHUT_WR)
        except TimeoutError:
            raise
        except OSError:
            # A server that has heard enough may answer and close before everything was sent.
            pass
        answer = http.client.HTTPResponse(connection, method=request.method.decode("latin-1"))
        try:
            answer.begin()
            body = answer.read()
        except TimeoutError:
            raise
        except (OSError, http.client.HTTPException):
            return RawAnswer(0)
        finally:
            answer.close()
        return RawAnswer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body)
