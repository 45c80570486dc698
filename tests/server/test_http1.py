"""HTTP/1.1 as the default engine speaks it: byte by byte, on a real socket and event loop."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvloop

from moorage.asgi import Message, Receive, Request, Response, Scope, Send
from moorage.server import http1
from moorage.server.engines import UvicornEngine
from moorage.settings import Settings

pytestmark = pytest.mark.integration

MiB = 1024 * 1024


class Application:
    """Answers about what it was sent, and sends what it is asked for."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.messages: list[Message] = []
        self.gone = threading.Event()
        self.reading = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        match request.path:
            case "/digest":
                state, size = hashlib.sha256(), 0
                async for chunk in request.chunks():
                    state.update(chunk)
                    size += len(chunk)
                await Response(200, body=f"{size} {state.hexdigest()}".encode())(send, head=scope["method"] == "HEAD")
            case "/scope":
                shown = f"{scope['method']} {scope['path']} {scope['raw_path']!r} {scope['query_string']!r}"
                await Response(200, body=shown.encode())(send)
            case "/file":
                assert "http.response.pathsend" in scope["extensions"]
                size = self.file.stat().st_size
                await Response(200, [(b"content-length", b"%d" % size)], file=self.file)(send)
            case "/pieces":
                await send({"type": "http.response.start", "status": 200, "headers": []})
                for piece in (b"one", b"", b"two"):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                await send({"type": "http.response.body"})
            case "/unread":
                await Response(403, body=b"no")(send)
            case "/slow-reader":
                await asyncio.sleep(0.3)
                sizes = [len(chunk) async for chunk in request.chunks()]
                await Response(200, body=f"{sum(sizes)} {max(sizes)}".encode())(send)
            case "/wait":
                while (await receive())["type"] != "http.disconnect":
                    pass
                self.gone.set()
            case "/header":
                await Response(200, [(b"x-bad", b"a\r\nx-more: b")])(send)
            case "/short":
                await Response(200, [(b"content-length", b"10")], body=b"short")(send)
            case _:
                await Response(404)(send)


class Served:
    """The engine on a loop of its own, in a thread."""

    def __init__(self, application: Application) -> None:
        self.application = application
        listener = socket.create_server(("127.0.0.1", 0))
        self.address = listener.getsockname()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(listener, ready))
        self._thread.start()
        ready.wait(10)

    def _run(self, listener: socket.socket, ready: threading.Event) -> None:
        async def serve() -> None:
            self._loop = asyncio.get_running_loop()
            self._engine = UvicornEngine(self.application, listener, Settings())
            ready.set()
            await self._engine.serve()

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve())

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._engine.stop)
        self._thread.join(20)
        assert not self._thread.is_alive()

    def connect(self) -> contextlib.closing[socket.socket]:
        return contextlib.closing(socket.create_connection(self.address, timeout=20))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "blob"
    path.write_bytes(os.urandom(9 * MiB + 17))
    return path


@pytest.fixture
def served(file: Path) -> Iterator[Served]:
    server = Served(Application(file))
    yield server
    server.stop()


def request(path: str, *headers: str, method: str = "GET", body: bytes = b"") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", *headers, "", ""]).encode() + body


class Answers:
    """Answers on a connection, one after the other."""

    def __init__(self, connection: socket.socket) -> None:
        self._file = connection.makefile("rb")

    def head(self) -> tuple[int, dict[str, str]]:
        status = int(self._file.readline().split()[1])
        headers = {}
        while line := self._file.readline().strip():
            name, _, value = line.decode().partition(": ")
            headers[name.lower()] = value
        return status, headers

    def next(self) -> tuple[int, dict[str, str], bytes]:
        status, headers = self.head()
        return status, headers, self._file.read(int(headers["content-length"]))

    def rest(self) -> bytes:
        return self._file.read()


def ask(served: Served, sent: bytes) -> tuple[int, dict[str, str], bytes]:
    with served.connect() as connection:
        connection.sendall(sent)
        return Answers(connection).next()


def digest(body: bytes) -> bytes:
    return f"{len(body)} {hashlib.sha256(body).hexdigest()}".encode()


@pytest.mark.parametrize("size", [0, 1, 100_000, 5 * MiB + 3])
def test_a_body_with_a_length(served: Served, size: int) -> None:
    body = os.urandom(size)
    sent = request("/digest", f"Content-Length: {size}", method="PUT", body=body)
    assert ask(served, sent)[2] == digest(body)


@pytest.mark.parametrize("piece", [1_000, 32 * 1024, MiB])
def test_a_body_in_chunks(served: Served, piece: int) -> None:
    body = os.urandom(3 * MiB + 5 if piece > 1_000 else 100_003)
    pieces = [body[start : start + piece] for start in range(0, len(body), piece)]
    framed = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in pieces) + b"0\r\n\r\n"
    sent = request("/digest", "Transfer-Encoding: chunked", method="PATCH", body=framed)
    assert ask(served, sent)[2] == digest(body)


def test_a_head_and_a_body_byte_by_byte(served: Served) -> None:
    with served.connect() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in request("/digest", "Content-Length: 4", method="POST", body=b"abcd"):
            connection.sendall(bytes([byte]))
        assert Answers(connection).next()[2] == digest(b"abcd")


def test_requests_that_do_not_wait_for_answers_are_answered_in_order(served: Served) -> None:
    bodies = [os.urandom(10), os.urandom(700_000), b""]
    parts = [request("/digest", f"Content-Length: {len(body)}", method="PUT", body=body) for body in bodies]
    with served.connect() as connection:
        sender = threading.Thread(target=connection.sendall, args=(b"".join([*parts, request("/file"), parts[0]]),))
        sender.start()
        answers = Answers(connection)
        assert [answers.next()[2] for _ in bodies] == [digest(body) for body in bodies]
        assert answers.next()[2] == served.application.file.read_bytes()
        assert answers.next()[2] == digest(bodies[0])
        sender.join()


def test_the_path_is_decoded_and_kept_as_it_was(served: Served) -> None:
    _, _, shown = ask(served, request("/scope%2Fa?q=%20b", method="GET"))
    assert shown == b""
    assert ask(served, request("/sco%70e?q=%20b"))[2] == b"GET /scope b'/sco%70e' b'q=%20b'"


def test_a_client_that_waits_to_be_asked_is_asked(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(request("/digest", "Content-Length: 3", "Expect: 100-continue", method="PUT"))
        answers = Answers(connection)
        assert answers.head()[0] == 100
        connection.sendall(b"abc")
        assert answers.next()[2] == digest(b"abc")


def test_a_body_nobody_reads_ends_the_connection(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(request("/unread", "Content-Length: 3", "Expect: 100-continue", method="PUT"))
        answers = Answers(connection)
        status, headers, body = answers.next()
        assert (status, headers["connection"], body) == (403, "close", b"no")
        assert answers.rest() == b""


def test_a_client_faster_than_the_application_is_held_back(served: Served) -> None:
    body = os.urandom(20 * MiB)
    sent = request("/slow-reader", f"Content-Length: {len(body)}", method="PUT", body=body)
    size, largest = map(int, ask(served, sent)[2].split())
    assert size == len(body)
    assert largest <= http1.HIGH_WATER + http1.READ_SIZE


def test_head_has_the_headers_alone(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(request("/digest", method="HEAD") + request("/scope"))
        answers = Answers(connection)
        assert int(answers.head()[1]["content-length"]) == len(digest(b""))
        assert answers.next()[2].startswith(b"GET /scope")


def test_an_answer_without_a_length_comes_in_chunks(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(request("/pieces", "Connection: close"))
        answers = Answers(connection)
        assert answers.head()[1]["transfer-encoding"] == "chunked"
        assert answers.rest() == b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"


@pytest.mark.parametrize("cached", [True, False])
def test_a_file(served: Served, monkeypatch: pytest.MonkeyPatch, cached: bool) -> None:
    # Whether its bytes are in memory only decides who waits for the disk.
    monkeypatch.setattr(http1, "_in_memory", lambda *_: cached)
    with served.connect() as connection:
        answers = Answers(connection)
        for _ in range(3):
            connection.sendall(request("/file"))
            assert answers.next()[2] == served.application.file.read_bytes()


def test_a_file_for_a_slow_reader_holds_nobody_up(served: Served) -> None:
    with served.connect() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 256 * 1024)
        slow.sendall(request("/file"))
        for _ in range(20):
            assert ask(served, request("/scope"))[0] == 200
        assert Answers(slow).next()[2] == served.application.file.read_bytes()


def test_a_client_that_goes_away_in_the_middle_of_a_file(served: Served) -> None:
    before = open_files()
    for _ in range(20):
        with served.connect() as connection:
            connection.sendall(request("/file"))
            connection.recv(1_000)
    eventually(lambda: open_files() == before)
    assert ask(served, request("/scope"))[0] == 200


def test_who_works_for_a_client_learns_that_it_is_gone(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(request("/wait", "Content-Length: 10", method="PUT", body=b"12345"))
    assert served.application.gone.wait(10)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"PUT /digest HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    ],
)
def test_what_is_no_request_is_refused_and_the_connection_ends(served: Served, sent: bytes) -> None:
    with served.connect() as connection:
        connection.sendall(sent)
        answer = Answers(connection).rest()
    assert answer == b"" or (answer.startswith(b"HTTP/1.1 400 ") and b'"BAD_REQUEST"' in answer)
    assert ask(served, request("/scope"))[0] == 200


@pytest.mark.parametrize("line", ["X-Long: " + "a" * 100_000, "\r\n".join(f"X-{n}: b" for n in range(9_000))])
def test_headers_that_are_too_large_are_refused(served: Served, line: str) -> None:
    with served.connect() as connection:
        # In pieces, since what is read at once may be the whole of it.
        data = request("/scope", line)
        with contextlib.suppress(OSError):
            for start in range(0, len(data), 8_192):
                connection.sendall(data[start : start + 8_192])
                time.sleep(0.01)
        assert Answers(connection).head()[0] == 431


def test_a_header_with_a_line_break_is_never_sent(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(request("/header"))
        answer = Answers(connection).rest()
    assert b"x-more" not in answer


def test_an_answer_shorter_than_it_says_ends_the_connection(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(request("/short"))
        answers = Answers(connection)
        assert answers.head()[1]["content-length"] == "10"
        assert len(answers.rest()) < 10


def test_idle_connections_are_closed(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        connections = served._engine._server.server_state.connections
        closing = asyncio.create_task(http1.close_idle(connections, 0.5))
        await asyncio.sleep(2)
        closing.cancel()

    with served.connect() as idle, served.connect() as slow, served.connect() as busy:
        idle.sendall(request("/scope"))
        assert Answers(idle).next()[0] == 200
        slow.sendall(b"GET /sc")
        busy.sendall(request("/wait", "Content-Length: 1", method="PUT"))
        asyncio.run_coroutine_threadsafe(run(), served._loop).result(10)
        assert idle.recv(1) == slow.recv(1) == b""
        busy.settimeout(0.1)
        with pytest.raises(TimeoutError):
            busy.recv(1)


def open_files() -> int:
    """How many sockets and blobs this process has open."""
    found = []
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(FileNotFoundError):
            found.append(os.readlink(f"/proc/self/fd/{name}"))
    return sum(target.startswith("socket:") or target.endswith("/blob") for target in found)


def eventually(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
