"""``/c/login``, ``/c/log_out``, ``/c/userExists`` (H rows 14, 15): what a browser does before and after the API.

A bare application: there are three paths, and every one of them is behind the guard against cross-site requests.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl

import msgspec
import structlog

from moorage.access.principals import ANONYMOUS
from moorage.access.service import AccessService
from moorage.asgi import JSON, ClientDisconnected, Headers, Request, Response
from moorage.errors import (
    BadRequest,
    MethodNotAllowed,
    MoorageError,
    PreconditionFailed,
    UnsupportedMediaType,
)
from moorage.events.models import Actor
from moorage.identity.cookies import SESSION_COOKIE, cookie, cookie_header, is_secure
from moorage.identity.service import IdentityService
from moorage.system.configuration import Configurations

log = structlog.get_logger(__name__)

#: Longest form, and most of its fields.
MAX_FORM = 64 * 1024
MAX_FIELDS = 100

#: Longest value of a look-up: no name or address is longer.
MAX_VALUE = 255

Form = Sequence[tuple[str, str]]

_METHODS = {"login": "POST", "log_out": "GET", "userExists": "POST"}

_NO_STORE = (b"cache-control", b"no-store")
_FRAME: Headers = [(b"x-frame-options", b"DENY"), (b"content-security-policy", b"frame-ancestors 'none'")]
_NOT_FOUND = b"<!doctype html>\n<title>404 - Page Not Found</title>\n<p>There is no such page.</p>\n"

_encode = msgspec.json.Encoder().encode


class AccountPages:
    """Answers what is below ``/c``."""

    def __init__(
        self,
        identity: IdentityService,
        access: AccessService,
        configurations: Configurations,
        external_url: str | None,
    ) -> None:
        self._identity = identity
        self._access = access
        self._configurations = configurations
        self._external_url = external_url

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        try:
            return await self._answer(request)
        except ClientDisconnected:
            raise
        except MoorageError as error:
            if error.status >= 500:
                log.error("request failed", path=request.path, error=error.message, exc_info=error)
            return _failure(error)
        except Exception:
            log.exception("request failed", path=request.path)
            return _failure(MoorageError())

    async def _answer(self, request: Request) -> Response:
        page = request.path.removeprefix("/c").strip("/")
        method = _METHODS.get(page)
        if method is None:
            return Response(404, [(b"content-type", b"text/html; charset=utf-8")], _NOT_FOUND)
        if request.method != method:
            raise MethodNotAllowed(
                f"method {request.method[:16]} is not allowed, but [{method}] are", headers={"Allow": method}
            )
        if page == "login":
            return await self._log_in(request)
        if page == "log_out":
            return await self._log_out(request)
        return await self._user_exists(request)

    async def _log_in(self, request: Request) -> Response:
        form = await _form(request)
        username = _first(form, "principal")
        request.principal = username[:MAX_VALUE]
        session_id = await self._identity.log_in(username, _first(form, "password"), request)
        return Response(200, [_NO_STORE, *_FRAME, self._cookie(request, session_id)])

    async def _log_out(self, request: Request) -> Response:
        principal = await self._identity.session_of(request)
        session_id = cookie(request, SESSION_COOKIE)
        if principal is not ANONYMOUS and session_id is not None:
            request.principal = principal.name
            actor = Actor(principal.name, request.address, request.request_id)
            await self._identity.sessions.end(session_id, actor)
        return Response(200, [_NO_STORE, *_FRAME, self._cookie(request, "", max_age=0)])

    async def _user_exists(self, request: Request) -> Response:
        form = await _form(request)
        if not (await self._configurations.current())["self_registration"]:
            principal = await self._identity.principal_of(request)
            request.principal = principal.name
            if principal is ANONYMOUS or not (await self._access.principal_state(principal)).sysadmin:
                raise PreconditionFailed("self registration deactivated, only sysadmin can check user existence")
        target, value = _first(form, "target"), _first(form, "value")
        if target not in ("username", "email") or not value:
            raise BadRequest("target must be username or email, and value be given")
        found = False
        # What cannot be a name or an address is not looked up.
        if len(value) <= MAX_VALUE and "\0" not in value:
            found = await self._identity.users.exists(**{target: value})
        return Response(200, [JSON, _NO_STORE, *_FRAME], _encode(found))

    def _cookie(self, request: Request, value: str, max_age: int | None = None) -> tuple[bytes, bytes]:
        secure = is_secure(request, self._external_url)
        return cookie_header(SESSION_COOKIE, value, secure=secure, max_age=max_age)


def _failure(error: MoorageError) -> Response:
    code, message = error.harbor_code, error.message
    if error.status == 500:
        message = "internal server error"
    headers: Headers = [JSON, _NO_STORE]
    headers += [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in error.headers.items()]
    return Response(error.status, headers, _encode({"errors": [{"code": code, "message": message}]}) + b"\n")


# --- forms ---------------------------------------------------------------------------------------


async def _form(request: Request) -> Form:
    """The fields of a form, of either kind a browser sends.

    Raises:
        UnsupportedMediaType: it is no form.
        BadRequest: it is malformed, or too large.
    """
    content_type = request.header(b"content-type") or ""
    kind = content_type.partition(";")[0].strip().lower()
    body = await request.body(MAX_FORM, lambda: BadRequest(f"the form is larger than {MAX_FORM} bytes"))
    try:
        if kind == "application/x-www-form-urlencoded":
            return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
        if kind == "multipart/form-data":
            return _multipart(body, content_type)
    except ValueError:
        raise BadRequest("the body is not a form") from None
    raise UnsupportedMediaType(
        f'unsupported media type "{kind[:64]}", only [application/x-www-form-urlencoded, multipart/form-data]'
        " are allowed"
    )


def _multipart(body: bytes, content_type: str) -> Form:
    """The fields of a ``multipart/form-data`` (RFC 7578); files among them are of no use here.

    Raises:
        ValueError: it is malformed.
    """
    boundary = _parameter(content_type, "boundary")
    if not 0 < len(boundary) <= 70:
        raise ValueError
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("latin-1"))
    if len(parts) < 2 or len(parts) > MAX_FIELDS + 2 or not parts[-1].startswith(b"--"):
        raise ValueError
    found = []
    for part in parts[1:-1]:
        head, separator, value = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if not separator:
            raise ValueError
        for line in head.decode().split("\r\n"):
            name, _, disposition = line.partition(":")
            if name.strip().lower() == "content-disposition":
                found.append((_parameter(disposition, "name"), value.decode()))
    return found


def _parameter(header: str, name: str) -> str:
    """A parameter of a header; empty when it is not there."""
    for part in header.split(";")[1:]:
        key, _, value = part.partition("=")
        if key.strip().lower() == name:
            return value.strip().strip('"')
    return ""


def _first(form: Form, name: str) -> str:
    return next((value for key, value in form if key == name), "")
