"""The application of /api: Litestar for the routes, and what Harbor does to every request around it."""

from __future__ import annotations

import re
from typing import Any, cast

import structlog
from litestar import Litestar, Request, Response
from litestar.di import Provide
from litestar.exceptions import HTTPException

from moorage.api import (
    accessories,
    additions,
    allowlist,
    artifact_labels,
    artifacts,
    auditlogs,
    configurations,
    explain,
    gc,
    icons,
    immutable,
    integrity,
    jobservice,
    labels,
    members,
    metadata,
    permissions,
    projects,
    purge,
    quotas,
    repositories,
    retentions,
    robots,
    search,
    session,
    statistics,
    system,
    taghistory,
    tags,
    trash,
    user_permissions,
    usergroups,
    users,
    webhooks,
)
from moorage.api.answers import NO_BODY, failure
from moorage.api.call import BodyTooLarge, Call, invalid
from moorage.api.describe import KEY, Operation
from moorage.api.operations import BASE, methods_of
from moorage.api.read_only import PENDING, must_ask, refuse_changes
from moorage.api.services import Services
from moorage.asgi import ASGIApp, ClientDisconnected, Headers, Message, Receive, Scope, Send
from moorage.asgi import Request as PlainRequest
from moorage.errors import BadRequest, MethodNotAllowed, MoorageError, NotFound, NotImplementedYet, ReadOnly
from moorage.metrics.operations import OPERATION

log = structlog.get_logger(__name__)

HANDLERS = [
    *system.HANDLERS,
    *session.HANDLERS,
    *configurations.HANDLERS,
    *allowlist.HANDLERS,
    *search.HANDLERS,
    *statistics.HANDLERS,
    *users.HANDLERS,
    *user_permissions.HANDLERS,
    *usergroups.HANDLERS,
    *projects.HANDLERS,
    *metadata.HANDLERS,
    *members.HANDLERS,
    *labels.HANDLERS,
    *artifact_labels.HANDLERS,
    *repositories.HANDLERS,
    *artifacts.HANDLERS,
    *tags.HANDLERS,
    *accessories.HANDLERS,
    *additions.HANDLERS,
    *icons.HANDLERS,
    *auditlogs.HANDLERS,
    *robots.HANDLERS,
    *permissions.HANDLERS,
    *explain.HANDLERS,
    *quotas.HANDLERS,
    *immutable.HANDLERS,
    *retentions.HANDLERS,
    *integrity.HANDLERS,
    *taghistory.HANDLERS,
    *trash.HANDLERS,
    *webhooks.HANDLERS,
    *gc.HANDLERS,
    *purge.HANDLERS,
    *jobservice.HANDLERS,
]

#: On what is not an error, as Harbor's proxy adds them.
_FRAME_HEADERS = [(b"x-frame-options", b"DENY"), (b"content-security-policy", b"frame-ancestors 'none'")]

_SLASHES = re.compile("/{2,}")

#: NUL, encoded once or twice: no name has one, and the database has no place for it.
_NUL = re.compile("%(?:25)?00")

#: Where a request's state has its path as it was sent, for messages.
SENT_PATH = "sent_path"

_LARGEST_ID = 2**63

JSON = "application/json"


def api_app(services: Services) -> ASGIApp:
    """The application for every path that begins with ``/api``."""

    async def make_call(request: Request[Any, Any, Any]) -> Call:
        scope = cast(Scope, request.scope)
        call = Call(PlainRequest(scope, cast(Receive, request.receive), scope["state"].get("request_id", "")), services)
        if scope["state"].pop(PENDING, False):
            await refuse_changes(call)
        for name, value in request.path_params.items():
            if isinstance(value, int) and not -_LARGEST_ID <= value < _LARGEST_ID:
                raise invalid(f'{name} in path must be of type int64: "{str(value)[:64]}"')
        return call

    litestar = Litestar(
        HANDLERS,
        dependencies={"call": Provide(make_call)},
        before_request=_check_accept,
        exception_handlers={
            MoorageError: _on_error,
            HTTPException: _on_routing_error,
            ClientDisconnected: _on_disconnect,
            Exception: _on_fault,
        },
        openapi_config=None,
        logging_config=None,
    )
    return _Around(cast(ASGIApp, litestar), services)


class _Around:
    """What holds for every request, whether there is a handler for it or not.

    Routes by the path as it was sent: in a repository's name slashes are encoded, once or twice (H row 10). Nothing is
    changed in read-only mode (H row 11): a handler is not reached, and where there is none the answer is the same.
    """

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app = app
        self._configurations = services.configurations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        head = scope["method"] == "HEAD"
        sent = _SLASHES.sub("/", _raw_path(scope))
        path = sent.rstrip("/") or "/"
        state = scope["state"] = scope.get("state", {})
        state[SENT_PATH] = sent
        state[PENDING] = must_ask(scope["method"], path)
        refused: Response[bytes] | None = None

        async def framed(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start":
                if state.pop(PENDING, False) and await self._is_read_only():
                    refused = failure(ReadOnly())
                    message = {**message, "status": refused.status_code, "headers": _headers(refused)}
                elif message["status"] < 400:
                    message = {**message, "headers": [*_described(message["headers"], head), *_FRAME_HEADERS]}
            elif refused is not None:
                message = {**message, "body": refused.content, "more_body": False}
            elif head:
                message = {**message, "body": b""}
            await send(message)

        if _NUL.search(path):
            await _send(failure(BadRequest("the path has a NUL character")), framed)
            return
        inner = {**scope, "path": path, "root_path": ""}
        if scope["method"] == "OPTIONS":
            # Litestar would answer it; Harbor does not (H row 13).
            await self._app({**inner, "method": "TRACE"}, receive, framed)
            return
        await self._app(inner, receive, framed)

    async def _is_read_only(self) -> bool:
        try:
            return await self._configurations.is_read_only()
        except MoorageError:
            # The answer is an error already; that the database is away too would say nothing about it.
            return False


def _headers(response: Response[bytes]) -> Headers:
    body = response.content
    return [(b"content-type", (response.media_type or "").encode()), (b"content-length", b"%d" % len(body))]


async def _send(response: Response[bytes], send: Send) -> None:
    await send({"type": "http.response.start", "status": response.status_code, "headers": _headers(response)})
    await send({"type": "http.response.body", "body": response.content})


def _described(headers: Headers, head: bool) -> Headers:
    """The headers, without a media type when there is no body."""
    if head or (b"content-type", NO_BODY.encode()) in headers:
        return [pair for pair in headers if pair[0] != b"content-type"]
    return headers


def _raw_path(scope: Scope) -> str:
    raw = scope.get("raw_path")
    return str(raw, "latin-1").partition("?")[0] if raw else str(scope["path"])


async def _check_accept(request: Request[Any, Any, Any]) -> None:
    """Refuse who does not take what the operation answers with, as go-swagger does."""
    operation: Operation | None = request.scope["route_handler"].opt.get(KEY)
    if operation is not None:
        # For metrics, which are counted outside, by the name Harbor has there.
        request.scope["state"][OPERATION] = operation.metric
    accepted = request.headers.get("accept")
    if not accepted or request.scope["path"] == "/api/version":
        return
    produced = _produced(operation)
    acceptable = ("*/*", f"{produced.partition('/')[0]}/*", produced)
    ranges = (part.partition(";")[0].strip().lower() for part in accepted.split(","))
    if not any(media_range in acceptable for media_range in ranges):
        raise invalid(f"unsupported media type requested, only [{produced}] are available")


def _produced(operation: Operation | None) -> str:
    """The media type of what an operation answers with when all is well."""
    if operation is None:
        return JSON
    return next((body for body in operation.answers.values() if isinstance(body, str)), JSON)


# --- errors --------------------------------------------------------------------------------------


def _on_error(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    assert isinstance(error, MoorageError)
    if error.status >= 500 and not isinstance(error, NotImplementedYet):
        log.error("request failed", path=request.scope["path"], error=error.message, exc_info=error)
    return failure(error)


def _on_routing_error(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Litestar found no handler: say what Harbor has there."""
    assert isinstance(error, HTTPException)
    if error.status_code in (404, 405):
        return failure(_no_handler(request.scope["path"], request.scope["method"], request.scope["state"][SENT_PATH]))
    if error.status_code == 413:
        return failure(BodyTooLarge())
    if error.status_code < 500:
        return failure(BadRequest(str(error.detail)[:500]))
    return _on_fault(request, error)


def _no_handler(path: str, method: str, sent: str) -> MoorageError:
    methods: tuple[str, ...] = ()
    if path == "/api/version":
        methods = ("GET",)
    elif path.startswith(f"{BASE}/"):
        methods = methods_of(path.removeprefix(BASE))
    if not methods:
        return NotFound(f"path {sent[:300]} was not found")
    if method in methods:
        return _unfit_parameter(path, method) or NotImplementedYet()
    allowed = sorted(methods)
    shown = "OPTIONS" if method == "TRACE" else method
    return MethodNotAllowed(
        f"method {shown} is not allowed, but [{','.join(allowed)}] are", headers={"Allow": ", ".join(allowed)}
    )


def _unfit_parameter(path: str, method: str) -> MoorageError | None:
    """The error of a path that has a handler but for a parameter that is no number; None when there is no handler."""
    segments = path.split("/")
    for handler in HANDLERS:
        if method not in handler.http_methods:
            continue
        for pattern in handler.paths:
            unfit = _unfit(pattern.split("/"), segments)
            if unfit is not None:
                name, value = unfit
                return invalid(f'{name} in path must be of type int64: "{value[:64]}"')
    return None


def _unfit(pattern: list[str], segments: list[str]) -> tuple[str, str] | None:
    """The first number of a pattern that is none in the path; None when the path is another."""
    if len(pattern) != len(segments):
        return None
    found = None
    for wanted, segment in zip(pattern, segments, strict=True):
        if wanted.startswith("{"):
            name, _, kind = wanted.strip("{}").partition(":")
            if kind == "int" and found is None and not segment.lstrip("-").isdigit():
                found = name, segment
        elif wanted != segment:
            return None
    return found


def _on_disconnect(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Nobody is there to read it."""
    return failure(BadRequest("the client went away before its body was complete"))


def _on_fault(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    log.error("request failed", path=request.scope["path"], exc_info=error)
    return failure(MoorageError())
