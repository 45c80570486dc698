"""HTTP/1.1 for uvicorn as a registry needs it: large bodies in few steps, files by the kernel.

uvicorn's own protocol grows a body 64 KiB at a time and knows no files. This one is the same parser and the same life
of a connection, but reads into one buffer of the process, hands a body on in pieces of up to ``HIGH_WATER`` bytes while
the next ones arrive, writes the head with the first piece of the body, and sends a file with ``sendfile``. Everything
happens in the event loop; only parts of files that are not in memory are waited for in a thread.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Collection, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

#: Bytes read from a socket at once.
READ_SIZE = 256 * 1024

#: Bytes of a body that wait for the application before its client is asked to wait.
HIGH_WATER = 512 * 1024

#: Most bytes of a request's line and headers.
MAX_HEAD = 64 * 1024

#: Bytes of a file given to the kernel at once, and before others have their turn.
FILE_STEP = 256 * 1024
FILE_TURN = 1024 * 1024

#: Threads that read what is not in memory.
_readers = ThreadPoolExecutor(8, "files")

#: What every connection reads into: what arrived is taken out before the next one reads.
_buffer = memoryview(bytearray(READ_SIZE))


class BufferedConnection(asyncio.BufferedProtocol):
    """A client's connection, as the event loop knows it: event loops ask a protocol for room only if it is no other."""

    def __init__(self, **given: Any) -> None:
        self._connection = Connection(**given)
        self.buffer_updated = self._connection.buffer_updated  # type: ignore[method-assign]
        self.connection_made = self._connection.connection_made  # type: ignore[method-assign]
        self.connection_lost = self._connection.connection_lost  # type: ignore[method-assign]
        self.eof_received = self._connection.eof_received  # type: ignore[method-assign]
        self.pause_writing = self._connection.pause_writing  # type: ignore[method-assign]
        self.resume_writing = self._connection.resume_writing  # type: ignore[method-assign]

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next bytes go."""
        return _buffer


class Connection(HttpToolsProtocol):
    """A client's connection, as uvicorn knows it."""

    cycle: Exchange

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A head may take as long as an idle connection is kept, from its first byte or before."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._reading_head = False
        self._head_size = 0
        #: Since when no request is in progress, by the loop's clock.
        self.idle_since: float | None = self.loop.time()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone; who works for it is told when it asks."""
        self.connections.discard(self)
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.wake()
        self.flow.resume_writing()
        if exc is None:
            self.transport.close()
        self.parser = None  # type: ignore[assignment]

    def buffer_updated(self, nbytes: int) -> None:
        """Some arrived."""
        try:
            self.parser.feed_data(_buffer[:nbytes])
        except httptools.HttpParserUpgrade:
            self._refuse(400, "the server knows no other protocol")
        except httptools.HttpParserError:
            self._refuse(400, "the request is not HTTP/1.1")
        else:
            if self._reading_head:
                self._head_size += nbytes
                if self._head_size > MAX_HEAD:
                    self._refuse(431, "the request's headers are too large")

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._reading_head = True
        self._head_size = 0

    def on_headers_complete(self) -> None:
        """A request is there; its body may be to come."""
        self.idle_since = None
        self._reading_head = False
        scope: MutableMapping[str, Any] = self.scope  # type: ignore[assignment]
        version = self.parser.get_http_version()
        url = httptools.parse_url(self.url)
        raw_path: bytes = url.path or b"/"
        path = raw_path.decode("ascii")
        scope["method"] = self.parser.get_method().decode("ascii")
        scope["http_version"] = version
        scope["path"] = unquote(path) if "%" in path else path
        scope["raw_path"] = raw_path
        scope["query_string"] = url.query or b""
        scope["extensions"] = {"http.response.pathsend": {}}
        previous = self.cycle
        keep_alive = version != "1.0" and self.parser.should_keep_alive()
        self.cycle = Exchange(self, keep_alive, self.expect_100_continue)
        if previous is None or previous.response_complete:
            self._start_asgi_task(self.cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    def on_body(self, body: bytes) -> None:
        """A piece of a body."""
        exchange = self.cycle
        if exchange.response_complete:
            return
        exchange.pieces.append(body)
        exchange.waiting += len(body)
        if exchange.waiting >= HIGH_WATER:
            self.flow.pause_reading()
        exchange.wake()

    def on_message_complete(self) -> None:
        """The end of a request."""
        self.cycle.received_whole = True
        if not self.cycle.response_complete:
            self.cycle.more_body = False
            self.cycle.wake()

    def on_response_complete(self) -> None:
        """The next request's turn, or nobody's."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            exchange, application = self.pipeline.pop()
            self._start_asgi_task(exchange, application)
        else:
            self.idle_since = self.loop.time()

    def _refuse(self, status: int, reason: str) -> None:
        """Answer what is no request, and close."""
        if self.cycle is not None and not self.cycle.response_complete:
            # Not in the middle of another answer.
            self.cycle.disconnected = True
            self.cycle.wake()
            self.transport.close()
            return
        body = b'{"errors":[{"code":"BAD_REQUEST","message":"%s"}]}\n' % reason.encode()
        head = b"content-type: application/json; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[status] + head % len(body) + body)
        self.transport.close()


async def close_idle(connections: Collection[Any], after: float) -> None:
    """Close connections on which nothing happens for so many seconds, until cancelled.

    One look at all of them costs less than a timer for each request.
    """
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(min(after / 10, 5.0))
        before = loop.time() - after
        for connection in list(connections):
            if connection.idle_since is not None and connection.idle_since < before:
                connection.transport.close()


class Exchange(RequestResponseCycle):
    """A request and its answer."""

    def __init__(self, connection: Connection, keep_alive: bool, expect_100_continue: bool) -> None:
        # What uvicorn's would be given one by one, for thousands of requests a second.
        self.scope = connection.scope
        self.transport = connection.transport
        self.flow = connection.flow
        self.logger = connection.logger
        self.default_headers = connection.server_state.default_headers
        self.on_response = connection.on_response_complete
        self.disconnected = False
        self.keep_alive = keep_alive
        self.waiting_for_100_continue = expect_100_continue
        self.more_body = True
        self.response_started = False
        self.response_complete = False
        self.chunked_encoding = None
        self.expected_content_length = 0
        #: Pieces of the body the application has not asked for, and their bytes together.
        self.pieces: list[bytes] = []
        self.waiting = 0
        self.received_whole = False
        self._told_end = False
        self._head = b""
        self._waiter: asyncio.Future[None] | None = None

    def wake(self) -> None:
        """Something has happened that ``receive`` waits for."""
        if self._waiter is not None:
            _set(self._waiter)

    async def receive(self) -> Any:
        """What has arrived of the body; waits for something."""
        if self.waiting_for_100_continue and not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.waiting_for_100_continue = False
        while not self.pieces and (self.more_body or self._told_end):
            if self.disconnected or self.response_complete:
                return {"type": "http.disconnect"}
            self.flow.resume_reading()
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        pieces = self.pieces
        body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        self.pieces = []
        self.waiting = 0
        if self.more_body:
            # The next ones come while the application works on these.
            self.flow.resume_reading()
        else:
            self._told_end = True
        return {"type": "http.request", "body": body, "more_body": self.more_body}

    async def send(self, message: Any) -> None:
        """Send the head, or a part of the body, or a file."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        kind = message["type"]
        if not self.response_started:
            if kind != "http.response.start":
                raise RuntimeError(f"{kind} before the answer's head")
            self.response_started = True
            self._head = self._make_head(message["status"], message.get("headers", ()))
        elif self.response_complete:
            raise RuntimeError(f"{kind} after the answer's end")
        elif kind == "http.response.pathsend":
            await self._send_file(message["path"])
        else:
            self._send_body(message.get("body", b""), message.get("more_body", False))

    def _make_head(self, status: int, headers: Any) -> bytes:
        lines = [STATUS_LINE[status]]
        closes = False
        for name, value in (*self.default_headers, *headers):
            if name == b"content-length":
                self.expected_content_length = int(value)
                self.chunked_encoding = False
            elif name == b"connection" and b"close" in value.lower():
                closes = True
            lines.append(b"%b: %b\r\n" % (name, value))
        if closes or not self.received_whole:
            # A body that nobody wanted is not waited for: its sender has had its answer.
            self.keep_alive = False
        if not self.keep_alive and not closes:
            lines.append(b"connection: close\r\n")
        self.waiting_for_100_continue = False
        if self.chunked_encoding is None and self.scope["method"] != "HEAD" and status not in (204, 304):
            self.chunked_encoding = True
            lines.append(b"transfer-encoding: chunked\r\n")
        head = b"".join(lines)
        if head.count(b"\n") != len(lines) or head.count(b"\r") != len(lines) or b"\0" in head:
            raise RuntimeError("a header with a line break or a NUL")
        return head + b"\r\n"

    def _send_body(self, body: bytes, more_body: bool) -> None:
        head, self._head = self._head, b""
        if self.scope["method"] == "HEAD":
            self.expected_content_length = 0
            body = b""
        elif self.chunked_encoding:
            body = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
            if not more_body:
                body += b"0\r\n\r\n"
        else:
            self.expected_content_length -= len(body)
            if self.expected_content_length < 0:
                raise RuntimeError("the answer is longer than its Content-Length")
        if head and len(body) < READ_SIZE:
            self.transport.write(head + body)
        else:
            if head:
                self.transport.write(head)
            if body:
                self.transport.write(body)
        if not more_body:
            if self.expected_content_length:
                raise RuntimeError("the answer is shorter than its Content-Length")
            self._complete()

    def _complete(self) -> None:
        self.response_complete = True
        self.pieces = []
        self.wake()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()

    # --- files ----------------------------------------------------------------------------------

    async def _send_file(self, path: str) -> None:
        loop = asyncio.get_running_loop()
        file = await loop.run_in_executor(_readers, os.open, path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            if self.transport.get_extra_info("ssl_object") is not None:
                await self._copy_file(loop, file)
            else:
                await self._give_file_to_kernel(loop, file)
        finally:
            os.close(file)
        if self.disconnected:
            return
        self.expected_content_length = 0
        self._complete()

    async def _copy_file(self, loop: asyncio.AbstractEventLoop, file: int) -> None:
        """Through TLS: the bytes are encrypted here."""
        head, self._head = self._head, b""
        self.transport.write(head)
        offset, left = 0, self.expected_content_length
        while left and not self.disconnected:
            piece = await loop.run_in_executor(_readers, os.pread, file, min(left, FILE_STEP), offset)
            if not piece:
                raise RuntimeError("the file is shorter than its Content-Length")
            self.transport.write(piece)
            offset += len(piece)
            left -= len(piece)
            if self.flow.write_paused:
                await self.flow.drain()

    async def _give_file_to_kernel(self, loop: asyncio.AbstractEventLoop, file: int) -> None:
        # A descriptor of our own: the loop's transport keeps reading from the other one.
        out = os.dup(self.transport.get_extra_info("socket").fileno())
        try:
            head, self._head = self._head, b""
            if self.transport.get_write_buffer_size():
                # An earlier answer has not gone out yet.
                self.transport.set_write_buffer_limits(0)
                self.transport.write(head)
                while self.transport.get_write_buffer_size() and not self.disconnected:
                    await self.flow.drain()
                    await asyncio.sleep(0)
                self.transport.set_write_buffer_limits()
            else:
                await self._push(loop, out, head)
            await self._push_file(loop, out, file)
        except (BrokenPipeError, ConnectionError):
            self.disconnected = True
            self.transport.abort()
        finally:
            os.close(out)

    async def _push(self, loop: asyncio.AbstractEventLoop, out: int, data: bytes) -> None:
        while data and not self.disconnected:
            try:
                sent = _send_more(out, data)
            except BlockingIOError:
                await _writable(loop, out)
            else:
                data = data[sent:]

    async def _push_file(self, loop: asyncio.AbstractEventLoop, out: int, file: int) -> None:
        offset, end = 0, self.expected_content_length
        turn = FILE_TURN
        while offset < end and not self.disconnected:
            size = min(FILE_STEP, end - offset)
            try:
                if _in_memory(file, offset, size):
                    sent = os.sendfile(out, file, offset, size)
                else:
                    sent = await loop.run_in_executor(_readers, os.sendfile, out, file, offset, size)
            except BlockingIOError:
                await _writable(loop, out)
                turn = FILE_TURN
                continue
            if not sent:
                raise RuntimeError("the file is shorter than its Content-Length")
            offset += sent
            turn -= sent
            if turn <= 0:
                await asyncio.sleep(0)
                turn = FILE_TURN


def _send_more(out: int, data: bytes) -> int:
    """Send what is followed by a file: the kernel may join both in one packet."""
    # A socket object for the call alone, which must not close the descriptor.
    with socket.socket(fileno=out) as joined:
        try:
            return joined.send(data, socket.MSG_MORE | socket.MSG_DONTWAIT)
        finally:
            joined.detach()


def _in_memory(file: int, offset: int, size: int) -> bool:
    """Whether reading these bytes of a file likely waits for no disk: their first and last ones are asked for."""
    one = bytearray(1)
    try:
        return bool(
            os.preadv(file, [one], offset, os.RWF_NOWAIT) and os.preadv(file, [one], offset + size - 1, os.RWF_NOWAIT)
        )
    except OSError:
        return False


async def _writable(loop: asyncio.AbstractEventLoop, out: int) -> None:
    """Wait until the socket takes more."""
    ready = loop.create_future()
    loop.add_writer(out, _set, ready)
    try:
        await ready
    finally:
        loop.remove_writer(out)


def _set(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
