"""A registry of a hundred lines, in memory: what the benchmark's client sends is what it keeps."""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class StubRegistry(ThreadingHTTPServer):
    """Blobs and manifests by path; tokens wanted if ``token`` is set."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, token: str | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.token = token
        self.content: dict[str, bytes] = {}
        self.uploads: dict[str, bytes] = {}
        #: Every request: method, path, Transfer-Encoding, Content-Range.
        self.seen: list[tuple[str, str, str | None, str | None]] = []

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up is no news."""

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])


@contextmanager
def running(token: str | None = None) -> Iterator[StubRegistry]:
    """A stub that serves."""
    with StubRegistry(token) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are two writes.
    disable_nagle_algorithm = True
    server: StubRegistry

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _handle(self) -> None:
        url, method = urlsplit(self.path), self.command
        header = self.headers.get
        self.server.seen.append((method, url.path, header("Transfer-Encoding"), header("Content-Range")))
        if url.path == "/token":
            self._answer(200, b'{"token": "%b"}' % (self.server.token or "").encode())
            return
        if self.server.token and header("Authorization") != f"Bearer {self.server.token}":
            realm = f"http://127.0.0.1:{self.server.port}/token"
            self._answer(401, WWW_Authenticate=f'Bearer realm="{realm}",service="stub"')
            return
        if method in ("GET", "HEAD"):
            found = b"{}" if url.path == "/v2/" else self.server.content.get(url.path)
            self._answer(200 if found is not None else 404, found or b"")
        elif method == "POST":
            upload = f"{url.path}{uuid.uuid4()}"
            self.server.uploads[upload] = b""
            self._answer(202, Location=f"http://127.0.0.1:{self.server.port}{upload}?state=1")
        elif method == "PATCH":
            self.server.uploads[url.path] += self._body()
            self._answer(202, Location=f"{url.path}?state=2")
        else:
            self._put(url.path, url.query)

    def _put(self, path: str, query: str) -> None:
        body = self._body()
        if "/manifests/" in path:
            self.server.content[path] = body
            self.server.content[f"{path.rpartition('/')[0]}/sha256:{hashlib.sha256(body).hexdigest()}"] = body
            self._answer(201)
            return
        body = self.server.uploads.pop(path) + body
        digest = parse_qs(query)["digest"][0]
        if digest != f"sha256:{hashlib.sha256(body).hexdigest()}":
            self._answer(400, b"digest")
            return
        self.server.content[f"{path.partition('/uploads/')[0]}/{digest}"] = body
        self._answer(201)

    do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = _handle
