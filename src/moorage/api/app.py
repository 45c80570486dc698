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
    artifact_labels,
    artifacts,
    auditlogs,
    explain,
    icons,
    immutable,
    labels,
    members,
    metadata,
    permissions,
    projects,
    quotas,
    repositories,
    robots,
    system,
    taghistory,
    tags,
    trash,
    user_permissions,
    usergroups,
    users,
)
from moorage.api.answers import failure
from moorage.api.call import BodyTooLarge, Call, invalid
from moorage.api.operations import BASE, methods_of
from moorage.api.services import Services
from moorage.asgi import ASGIApp, ClientDisconnected, Headers, Message, Receive, Scope, Send
from moorage.asgi import Request as PlainRequest
from moorage.errors import BadRequest, MethodNotAllowed, MoorageError, NotFound, NotImplementedYet

log = structlog.get_logger(__name__)

HANDLERS = [
    *system.HANDLERS,
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
    *taghistory.HANDLERS,
    *trash.HANDLERS,
]

#: On what is not an error, as Harbor's proxy adds them.
_FRAME_HEADERS = [(b"x-frame-options", b"DENY"), (b"content-security-policy", b"frame-ancestors 'none'")]

_SLASHES = re.compile("/{2,}")

#: Media types that a JSON answer is.
_ACCEPTABLE = ("*/*", "application/*", "application/json")


def api_app(services: Services) -> ASGIApp:
    """The application for every path that begins with ``/api``."""

    async def make_call(request: Request[Any, Any, Any]) -> Call:
        scope = cast(Scope, request.scope)
        return Call(PlainRequest(scope, cast(Receive, request.receive), scope["state"].get("request_id", "")), services)

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
    return _Around(cast(ASGIApp, litestar))


class _Around:
    """Routes by the path as it was sent: in a repository's name slashes are encoded, once or twice (H row 10)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        head = scope["method"] == "HEAD"

        async def framed(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                message = {**message, "headers": [*_described(message["headers"], head), *_FRAME_HEADERS]}
            elif head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        scope["state"] = scope.get("state", {})
        inner = {**scope, "path": _routed_path(scope), "root_path": ""}
        if scope["method"] == "OPTIONS":
            # Litestar would answer it; Harbor does not (H row 13).
            await self._app({**inner, "method": "TRACE"}, receive, framed)
            return
        await self._app(inner, receive, framed)


def _described(headers: Headers, head: bool) -> Headers:
    """The headers, without a media type when there is no body; Litestar names one in any case."""
    if head or (b"content-length", b"0") in headers:
        return [pair for pair in headers if pair[0] != b"content-type"]
    return headers


def _routed_path(scope: Scope) -> str:
    raw = scope.get("raw_path")
    path = str(raw, "latin-1").partition("?")[0] if raw else scope["path"]
    path = _SLASHES.sub("/", path)
    return path.rstrip("/") or "/"


async def _check_accept(request: Request[Any, Any, Any]) -> None:
    """Refuse who takes no JSON, as go-swagger does."""
    accepted = request.headers.get("accept")
    if not accepted or request.scope["path"] in ("/api/version", f"{BASE}/ping"):
        return
    ranges = (part.partition(";")[0].strip().lower() for part in accepted.split(","))
    if not any(media_range in _ACCEPTABLE for media_range in ranges):
        raise invalid("unsupported media type requested, only [application/json] are available")


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
        return failure(_no_handler(request.scope["path"], request.scope["method"]))
    if error.status_code == 413:
        return failure(BodyTooLarge())
    if error.status_code < 500:
        return failure(BadRequest(str(error.detail)[:500]))
    return _on_fault(request, error)


def _no_handler(path: str, method: str) -> MoorageError:
    methods: tuple[str, ...] = ()
    if path == "/api/version":
        methods = ("GET",)
    elif path.startswith(f"{BASE}/"):
        methods = methods_of(path.removeprefix(BASE))
    if not methods:
        return NotFound(f"path {path[:300]} was not found")
    if method in methods:
        return NotImplementedYet()
    allowed = sorted(methods)
    shown = "OPTIONS" if method == "TRACE" else method
    return MethodNotAllowed(
        f"method {shown} is not allowed, but [{','.join(allowed)}] are", headers={"Allow": ", ".join(allowed)}
    )


def _on_disconnect(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Nobody is there to read it."""
    return failure(BadRequest("the client went away before its body was complete"))


def _on_fault(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    log.error("request failed", path=request.scope["path"], exc_info=error)
    return failure(MoorageError())
