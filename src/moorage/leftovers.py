"""The rest of a body that nobody wanted to read: a client may be sending it still when it is answered.

A server that answers and closes the connection meanwhile makes the client's system throw the answer away (RFC 9112,
section 9.6). So what is left is read and dropped before the answer begins, as long as it is not much.
"""

from __future__ import annotations

from moorage.asgi import Message, Receive, Scope

#: Most bytes that are read for nothing.
MOST = 8 * 1024 * 1024

#: Methods whose requests may have a body.
WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Body:
    """A request's body, which knows how much of it is to come."""

    __slots__ = ("_left", "_receive", "received")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._receive = receive
        #: Bytes that have come.
        self.received = 0
        headers = dict(scope["headers"])
        declared = headers.get(b"content-length", b"")
        #: Bytes that are to come; None while only the server knows that there are more.
        self._left = int(declared) if declared.isdigit() and len(declared) < 19 else None
        if self._left is None and b"transfer-encoding" not in headers:
            self._left = 0
        if b"expect" in headers:
            # It waits to be asked for its body, and need not be.
            self._left = 0

    async def receive(self) -> Message:
        """The next piece, which counts."""
        message = await self._receive()
        size = len(message.get("body", b""))
        self.received += size
        if message["type"] != "http.request":
            self._left = 0
        elif self._left is not None:
            self._left = max(self._left - size, 0)
        elif not message.get("more_body", False):
            self._left = 0
        return message

    async def finish(self) -> None:
        """Read what is left, unless that is too much."""
        if (self._left or 0) > MOST:
            return
        read = 0
        while self._left != 0 and read <= MOST:
            read += len((await self.receive()).get("body", b""))
