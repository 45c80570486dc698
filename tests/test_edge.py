"""What holds for every request, whichever application answers it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from moorage.asgi import ClientDisconnected, Message, Receive, Request, Response, Scope, Send
from moorage.edge import Edge
from moorage.metrics.operations import OPERATION, OperationMetrics, Requests

pytestmark = [pytest.mark.unit, pytest.mark.anyio]

UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}")


class Lines:
    """An access log that keeps its lines."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    def write(self, **fields: Any) -> None:
        self.lines.append(fields)


async def nothing() -> None:
    pass


async def show(request: Request) -> Response:
    request.principal = "mona"
    return Response(200, body=f"{request.scheme} {request.host} {request.address}".encode())


async def mounted(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["path"] == "/api/broken":
        raise RuntimeError("broken")
    scope["state"]["principal"] = "otto"
    scope["state"][OPERATION] = "ListThings"
    await send({"type": "http.response.start", "status": 202, "headers": []})
    await send({"type": "http.response.body", "body": b"mounted"})


def edge(
    lines: Lines | None = None, trusted: Sequence[str] = (), metrics: OperationMetrics | None = None, **more: Any
) -> Edge:
    return Edge(
        {"v2": show, **more},
        {"api": mounted},
        startup=nothing,
        shutdown=nothing,
        access_log=lines,  # type: ignore[arg-type]
        trusted_proxies=trusted,
        metrics=metrics,
    )


async def ask(
    app: Edge, path: str, headers: dict[str, str] | None = None, method: str = "GET", client: str = "10.0.0.1"
) -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    pairs = [(name.lower().encode(), value.encode()) for name, value in {"host": "h", **(headers or {})}.items()]
    scope: Scope = {
        "type": "http", "method": method, "path": path, "query_string": b"", "headers": pairs, "scheme": "http",
        "client": (client, 1),
    }  # fmt: skip
    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], dict(sent[0]["headers"]), body


async def test_the_first_segment_chooses_the_application() -> None:
    app = edge()
    assert (await ask(app, "/v2/"))[0] == 200
    assert (await ask(app, "/v2"))[0] == 200
    assert (await ask(app, "/api/x"))[2] == b"mounted"
    status, headers, body = await ask(app, "/other")
    assert status == 404
    assert headers[b"content-type"].startswith(b"application/json")
    assert b"/other" in body


@pytest.mark.parametrize("path", ["/v2/", "/api/x", "/other"])
async def test_a_request_id_is_echoed_or_made(path: str) -> None:
    assert (await ask(edge(), path, {"X-Request-ID": "abc"}))[1][b"x-request-id"] == b"abc"
    made = (await ask(edge(), path))[1][b"x-request-id"].decode()
    assert UUID4.fullmatch(made)
    too_long = (await ask(edge(), path, {"X-Request-ID": "x" * 200}))[1][b"x-request-id"].decode()
    assert UUID4.fullmatch(too_long)


async def test_forwarded_headers_count_only_from_a_trusted_proxy() -> None:
    forwarded = {
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "registry.example.com",
        "X-Forwarded-For": "203.0.113.9, 10.0.0.7",
    }
    assert (await ask(edge(), "/v2/", forwarded))[2] == b"http h 10.0.0.1"
    assert (await ask(edge(trusted=["10.0.0.0/8"]), "/v2/", forwarded))[2] == (
        b"https registry.example.com 203.0.113.9"
    )
    outside = await ask(edge(trusted=["10.0.0.0/8"]), "/v2/", forwarded, client="192.0.2.1")
    assert outside[2] == b"http h 192.0.2.1"


async def test_an_address_a_client_made_up_is_not_believed() -> None:
    """Only what trusted proxies have added counts: from the right, up to the first that is not one."""
    made_up = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9, 10.0.0.7"}
    assert (await ask(edge(trusted=["10.0.0.0/8"]), "/v2/", made_up))[2].endswith(b" 203.0.113.9")


@pytest.mark.parametrize("value", ["garbage", "", "ftp", ", ,"])
async def test_nonsense_from_a_trusted_proxy_breaks_nothing(value: str) -> None:
    headers = {"X-Forwarded-Proto": value, "X-Forwarded-For": value, "X-Forwarded-Host": ""}
    assert (await ask(edge(trusted=["10.0.0.1"]), "/v2/", headers))[0] == 200


async def test_while_stopping_new_requests_are_refused() -> None:
    app = edge()
    app.stopping = True
    for path in ("/v2/", "/api/x"):
        status, headers, _ = await ask(app, path)
        assert status == 503
        assert headers[b"connection"] == b"close"


async def test_every_request_has_a_line() -> None:
    lines = Lines()
    app = edge(lines)
    await ask(app, "/v2/", {"User-Agent": "docker"})
    await ask(app, "/api/x")
    await ask(app, "/none")
    first, second, third = lines.lines
    assert (first["status"], first["principal"], first["user_agent"]) == (200, "mona", "docker")
    assert first["bytes"] == len(b"http h 10.0.0.1")
    assert (second["status"], second["principal"], second["bytes"]) == (202, "otto", len(b"mounted"))
    assert third["status"] == 404


async def test_head_has_the_length_and_no_body() -> None:
    status, headers, body = await ask(edge(), "/v2/", method="HEAD")
    assert (status, headers[b"content-length"], body) == (200, b"15", b"")


async def test_a_fault_of_a_mounted_application_is_an_answer() -> None:
    status, _, body = await ask(edge(), "/api/broken")
    assert status == 500
    assert b"internal server error" in body
    assert b"broken" not in body


async def test_a_broken_body_is_answered_for_whoever_still_listens() -> None:
    lines = Lines()

    async def gone(request: Request) -> Response:
        raise ClientDisconnected

    app = edge(lines, gone=gone)
    assert (await ask(app, "/gone"))[0] == 400
    assert lines.lines[0]["status"] == 499


async def test_a_stream_is_closed_whatever_happens() -> None:
    closed = []

    async def chunks() -> AsyncIterator[bytes]:
        try:
            yield b"one"
            yield b"two"
        finally:
            closed.append(True)

    async def stream(request: Request) -> Response:
        return Response(200, [(b"content-length", b"6")], stream=chunks())

    app = edge(stream=stream)
    assert (await ask(app, "/stream"))[2] == b"onetwo"
    await ask(app, "/stream", method="HEAD")
    assert len(closed) == 1  # one never started has nothing to close

    async def broken(message: Message) -> None:
        if message["type"] == "http.response.body":
            raise OSError("the connection is gone")

    scope: Scope = {
        "type": "http", "method": "GET", "path": "/stream", "query_string": b"", "headers": [], "client": None,
    }  # fmt: skip
    with pytest.raises(OSError, match="gone"):
        await app(scope, None, broken)  # type: ignore[arg-type]
    assert len(closed) == 2


async def test_requests_are_counted_by_what_answered_them_and_probes_are_not() -> None:
    metrics = OperationMetrics()
    app = edge(metrics=metrics, healthz=show)
    for path in ("/api/x", "/api/broken", "/v2/no/endpoint", "/no/such/path", "/healthz"):
        await ask(app, path)
    await ask(app, "/api/x", method="HEAD")
    counted = {
        (sample.labels["operation"], sample.labels["method"], sample.labels["code"]): sample.value
        for family in metrics.collect()
        for sample in family.samples
        if sample.name == "harbor_core_http_request_total"
    }
    assert counted == {
        ("ListThings", "GET", "202"): 1,
        ("ListThings", "HEAD", "202"): 1,
        ("unknown", "GET", "500"): 1,
        ("v2_others", "GET", "200"): 1,
        ("unknown", "GET", "404"): 1,
    }
    assert metrics.in_flight == 0


async def test_an_endpoint_that_measures_itself_is_told_of_every_end() -> None:
    numbers = Requests()

    async def measured(request: Request) -> Response:
        request.measure = numbers
        if request.path == "/v2/gone":
            raise ClientDisconnected
        return Response(200, body=b"12345")

    metrics = OperationMetrics()
    app = edge(metrics=metrics, v2=measured)
    await ask(app, "/v2/")
    await ask(app, "/v2/", method="HEAD")
    await ask(app, "/v2/gone")
    assert numbers.codes == {200: 2, 499: 1}
    # HEAD has a length, but sends nothing.
    assert numbers.sent == 5
    assert numbers.latency.count == 3
    assert metrics.requests("v2_others", "GET").codes == {}


async def test_bytes_of_a_body_are_counted_though_nobody_said_how_many_they_are() -> None:
    numbers = Requests()

    async def reading(request: Request) -> Response:
        request.measure = numbers
        async for _ in request.chunks():
            pass
        return Response(201)

    pieces = [b"a" * 1000, b"b" * 500, b""]

    async def receive() -> Message:
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def send(message: Message) -> None:
        pass

    headers = [(b"host", b"h"), (b"transfer-encoding", b"chunked")]
    scope: Scope = {
        "type": "http", "method": "PATCH", "path": "/v2/", "query_string": b"", "headers": headers, "scheme": "http",
        "client": ("10.0.0.1", 1),
    }  # fmt: skip
    await edge(v2=reading)(scope, receive, send)
    assert numbers.received == 1500
