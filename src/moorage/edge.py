"""The outermost ASGI callable: what holds for every request, whichever application answers it.

Request id, the address and scheme a trusted proxy saw, refusal while stopping, the access line, and the choice of the
application by path. Bare applications take a request and give a response; any ASGI application can be mounted too.
"""

from __future__ import annotations

import contextlib
import ipaddress
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog

from moorage.asgi import (
    ASGIApp,
    ClientDisconnected,
    Message,
    Receive,
    Request,
    Respond,
    Response,
    Scope,
    Send,
    error_response,
)
from moorage.errors import BadRequest, MoorageError, NotFound, ServiceUnavailable
from moorage.leftovers import WITH_BODY, Body
from moorage.logs import AccessLog
from moorage.metrics.operations import OPERATION, OTHER_V2, UNKNOWN, OperationMetrics

log = structlog.get_logger(__name__)

#: Longest request id taken over from a client.
MAX_REQUEST_ID = 128

#: What nginx logs when the client went away before it was answered.
CLIENT_GONE = 499

#: Asked by whoever keeps the process running, every few seconds: no requests of clients.
PROBES = frozenset({"healthz", "readyz"})

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Lifespan = Callable[[], Awaitable[None]]


class Edge:
    """Joins the applications of a process under one callable."""

    def __init__(
        self,
        bare: Mapping[str, Respond],
        mounted: Mapping[str, ASGIApp],
        *,
        startup: Lifespan,
        shutdown: Lifespan,
        access_log: AccessLog | None = None,
        trusted_proxies: Sequence[str] = (),
        metrics: OperationMetrics | None = None,
    ) -> None:
        """Both kinds of applications by the first segment of their paths, such as ``v2``."""
        self._metrics = metrics or OperationMetrics()
        self._bare = bare
        self._mounted = mounted
        self._startup = startup
        self._shutdown = shutdown
        self._access_log = access_log
        self._trusted: list[Network] = [ipaddress.ip_network(entry, strict=False) for entry in trusted_proxies]
        #: Set when the process is to stop: what runs goes on, what is new is refused.
        self.stopping = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or run the lifespan."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1000})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._startup()
        except Exception as error:
            log.exception("start failed")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.stopping = True
        await self._shutdown()
        await send({"type": "lifespan.shutdown.complete"})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        if self._trusted:
            self._believe_proxy(scope)
        body = Body(scope, receive) if scope["method"] in WITH_BODY else None
        request = Request(scope, receive if body is None else body.receive)
        request.request_id = _request_id(request)
        path = request.path
        end = path.find("/", 1)
        segment = path[1:] if end < 0 else path[1:end]
        mounted = self._mounted.get(segment)
        self._metrics.in_flight += 1
        try:
            if mounted is not None and not self.stopping:
                status, sent = await self._pass_on(mounted, request, body, send, started)
            else:
                status, sent = await self._respond(segment, request, body, send, started)
        finally:
            self._metrics.in_flight -= 1
        if self._access_log is not None:
            client = scope.get("client")
            self._access_log.write(
                method=request.method,
                path=path,
                status=status,
                duration=time.perf_counter() - started,
                bytes=sent,
                address=client[0] if client else "",
                principal=request.principal,
                request_id=request.request_id,
                user_agent=request.header(b"user-agent") or "",
            )

    async def _respond(
        self, segment: str, request: Request, body: Body | None, send: Send, started: float
    ) -> tuple[int, int]:
        """Let a bare application answer; status and bytes sent."""
        respond = self._bare.get(segment)
        status, sent = CLIENT_GONE, 0
        try:
            if self.stopping:
                response = error_response(ServiceUnavailable("the server is stopping: try again"))
                response.headers.append((b"connection", b"close"))
            elif respond is None:
                response = error_response(NotFound(f"no such path: {request.path[:300]}"))
            else:
                response = await respond(request)
            response.headers.append((b"x-request-id", request.request_id.encode()))
            status, sent = response.status, response.length
            if body is not None:
                await body.finish()
            await response(send, head=request.method == "HEAD")
        except ClientDisconnected:
            status = CLIENT_GONE
            await _answer_broken_body(send)
        finally:
            measure = request.measure
            if measure is None and segment not in PROBES:
                # What /v2 measures itself was an endpoint of it.
                measure = self._metrics.requests(OTHER_V2 if segment == "v2" else UNKNOWN, request.method)
            if measure is not None:
                received = 0 if body is None else body.received
                measure.done(status, time.perf_counter() - started, received, 0 if request.method == "HEAD" else sent)
        return status, sent

    async def _pass_on(
        self, application: ASGIApp, request: Request, body: Body | None, send: Send, started: float
    ) -> tuple[int, int]:
        """Let an ASGI application answer; status and bytes sent."""
        status, sent = CLIENT_GONE, 0
        id_header = (b"x-request-id", request.request_id.encode())

        async def observed(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message["headers"], id_header]}
                if body is not None:
                    await body.finish()
            elif message["type"] == "http.response.body":
                sent += len(message.get("body", b""))
            await send(message)

        state: dict[str, str] = {"request_id": request.request_id}
        request.scope["state"] = state
        try:
            await application(request.scope, request.receive, observed)
            request.principal = state.get("principal", "")
        except Exception:
            log.exception("request failed", path=request.path, request_id=request.request_id)
            if status != CLIENT_GONE:
                raise
            failed: Response = error_response(MoorageError(), id_header)
            await failed(send)
            status = failed.status
        finally:
            numbers = self._metrics.requests(state.get(OPERATION, UNKNOWN), request.method)
            numbers.done(status, time.perf_counter() - started, 0 if body is None else body.received, sent)
        return status, sent

    def _believe_proxy(self, scope: Scope) -> None:
        client = scope.get("client")
        if not client or not self._is_trusted(client[0]):
            return
        proto = _header(scope, b"x-forwarded-proto").partition(",")[0].strip().lower()
        if proto in ("http", "https"):
            scope["scheme"] = proto
        # From the nearest hop outwards: the first address that is not a trusted proxy is the client.
        hops = [hop.strip() for hop in _header(scope, b"x-forwarded-for").split(",") if hop.strip()]
        for hop in reversed(hops):
            scope["client"] = (hop, 0)
            if not self._is_trusted(hop):
                break
        host = _header(scope, b"x-forwarded-host").partition(",")[0].strip()
        if host:
            kept = [pair for pair in scope["headers"] if pair[0] != b"host"]
            scope["headers"] = [*kept, (b"host", host.encode("latin-1"))]

    def _is_trusted(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._trusted)


async def _answer_broken_body(send: Send) -> None:
    """For the client that sent a broken body, or half of one, and still listens; mostly nobody does."""
    answer = error_response(BadRequest("the body ended before it was complete, or is malformed"))
    answer.headers.append((b"connection", b"close"))
    # Whatever sending raises: the connection is gone.
    with contextlib.suppress(Exception):
        await answer(send)


def _request_id(request: Request) -> str:
    """The client's, if it is a sane one, else a new one in the form of a UUID (H row 3).

    It only tells requests apart, so it need not be unguessable.
    """
    given = request.header(b"x-request-id")
    if given and len(given) <= MAX_REQUEST_ID and given.isprintable():
        return given
    bits = f"{random.getrandbits(128):032x}"
    return f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-a{bits[17:20]}-{bits[20:]}"


def _header(scope: Scope, name: bytes) -> str:
    for key, value in scope["headers"]:
        if key == name:
            return str(value, "latin-1")
    return ""
