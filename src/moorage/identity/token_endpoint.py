"""``/service/token``: Harbor's token service (H rows 38-40), and the OAuth2 POST that Harbor lacks.

Sources: CNCF distribution "Token Authentication Specification" and "OAuth2 Token Authentication"; Harbor
``src/core/service/token``.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import msgspec

from moorage.access.models import ProjectAccess
from moorage.access.principals import ANONYMOUS, Principal, PrincipalKind
from moorage.access.service import AccessService
from moorage.asgi import JSON, Headers, Request, Response
from moorage.database.engine import Database
from moorage.errors import BadRequest, MoorageError, Unauthorized
from moorage.identity import key_queries as queries
from moorage.identity.basic import basic_credentials
from moorage.identity.scopes import Scope, parse_scopes
from moorage.identity.service import IdentityService
from moorage.identity.tokens import Access, TokenIssuer
from moorage.system.configuration import Configurations

REGISTRY_SERVICE = "harbor-registry"

#: Longest form of a POST, and most of its fields.
MAX_FORM = 64 * 1024
MAX_FIELDS = 100

#: Longest life of a token, in seconds; clients keep it in 32 bits.
MAX_LIFETIME = 2**31 - 1

#: What a token can allow on a repository; Harbor names them in this order.
ACTIONS = ("delete", "pull", "push")

_TEXT = (b"content-type", b"text/plain; charset=utf-8")
_NO_STORE = (b"cache-control", b"no-store")
#: On what is not an error, as Harbor's proxy adds them.
_FRAME = ((b"x-frame-options", b"DENY"), (b"content-security-policy", b"frame-ancestors 'none'"))
_encode = msgspec.json.Encoder().encode


class UnsupportedGrant(BadRequest):
    """unsupported grant_type: use password or refresh_token"""


class TokenEndpoint:
    """Answers with tokens that allow everything the account may do now on what it asks for, as Harbor's do."""

    def __init__(
        self,
        database: Database,
        identity: IdentityService,
        access: AccessService,
        issuer: TokenIssuer,
        refresh_lifetime: float,
        configurations: Configurations,
    ) -> None:
        """``refresh_lifetime``: seconds a refresh token is valid; how long others are is in the configuration."""
        self._database = database
        self._identity = identity
        self._access = access
        self._issuer = issuer
        self._refresh_lifetime = refresh_lifetime
        self._configurations = configurations

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        try:
            return await self._answer(request)
        except MoorageError as error:
            return _error(error)

    async def _answer(self, request: Request) -> Response:
        if request.path.rstrip("/") != "/service/token":
            return Response(404, [_TEXT], b"404 page not found\n")
        if request.method == "GET":
            return await self._get(request)
        if request.method == "POST":
            return await self._post(request)
        nosniff = (b"x-content-type-options", b"nosniff")
        return Response(405, [_TEXT, nosniff, (b"allow", b"GET, POST")], b"Method Not Allowed\n")

    async def _get(self, request: Request) -> Response:
        service = request.parameter("service") or ""
        if service != REGISTRY_SERVICE:
            return _unknown_service(service)
        principal = await self._principal(request)
        given = request.parameters("scope")
        if principal is ANONYMOUS and not given:
            # docker login without credentials: an anonymous token would say that they were accepted.
            return Response(401)
        # offline_token is not answered with a refresh token, as Harbor does not: docker would keep that instead of
        # the password, and what other tools read from its file would no longer log in.
        return await self._token(request, principal, parse_scopes(given))

    async def _post(self, request: Request) -> Response:
        form = await _form(request)
        service = _first(form, "service") or request.parameter("service") or ""
        if service != REGISTRY_SERVICE:
            return _unknown_service(service)
        scopes = parse_scopes(value for name, value in form if name == "scope")
        refresh = None
        grant = _first(form, "grant_type")
        if grant == "password":
            username, password = _first(form, "username"), _first(form, "password")
            principal = await self._identity.authenticate(username, password, request.address, request.request_id)
        elif grant == "refresh_token":
            refresh = _first(form, "refresh_token")
            principal = await self._refreshed(refresh, service)
        else:
            raise UnsupportedGrant
        if refresh is None and _first(form, "access_type") == "offline" and principal.kind is PrincipalKind.USER:
            refresh = await self._new_refresh_token(principal, service, _first(form, "client_id"))
        return await self._token(request, principal, scopes, refresh)

    async def _principal(self, request: Request) -> Principal:
        """Who asks; wrong credentials are refused, where Harbor gives an anonymous token (H section 0, row 40)."""
        header = request.header(b"authorization")
        if header is None:
            return await self._identity.session_of(request)
        username, password = basic_credentials(header)
        return await self._identity.authenticate(username, password, request.address, request.request_id)

    async def _token(
        self, request: Request, principal: Principal, scopes: Sequence[Scope], refresh: str | None = None
    ) -> Response:
        request.principal = principal.name
        # As two tasks they are in one round trip.
        access, values = await asyncio.gather(self._granted(principal, scopes), self._configurations.current())
        lifetime = min(values["token_expiration"] * 60, MAX_LIFETIME)
        now = time.time()
        token = await self._issuer.issue(principal, REGISTRY_SERVICE, access, now, lifetime)
        answer: dict[str, object] = {
            "token": token,
            "access_token": token,
            "expires_in": lifetime,
            "issued_at": datetime.fromtimestamp(int(now), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        if request.method == "POST":
            answer["scope"] = " ".join(f"{a.type}:{a.name}:{','.join(sorted(a.actions))}" for a in access or ())
        if refresh is not None:
            answer["refresh_token"] = refresh
        return Response(200, [JSON, _NO_STORE, *_FRAME], _encode(answer) + b"\n")

    async def _granted(self, principal: Principal, scopes: Sequence[Scope]) -> list[Access] | None:
        """For each resource everything the account may do there: never more, and nothing on what is not there."""
        if not scopes:
            return None
        # Asked for at once, these become one query.
        projects = {_project_of(scope) for scope in scopes}
        answers = await asyncio.gather(*(self._access.submit(principal, project) for project in projects))
        found = dict(zip(projects, answers, strict=True))
        return [Access(s.type, s.name, _allowed(principal, s, found[_project_of(s)])) for s in scopes]

    async def _new_refresh_token(self, principal: Principal, service: str, client_id: str) -> str:
        token = secrets.token_urlsafe(48)
        async with self._database.begin() as connection:
            await queries.insert_refresh_token(
                connection,
                token_hash=_hash(token),
                principal=principal,
                service=service,
                client_id=client_id.replace("\0", "")[:200],
                lifetime=self._refresh_lifetime,
            )
        return token

    async def _refreshed(self, token: str, service: str) -> Principal:
        async with self._database.connect() as connection:
            principal = await queries.refreshed_principal(connection, _hash(token), service)
        if principal is None or not (await self._access.principal_state(principal)).valid:
            raise Unauthorized("the refresh token is not valid any more: log in again")
        return principal


def _project_of(scope: Scope) -> str:
    """The project a scope's repository is in; empty for whatever is in none."""
    project, slash, _ = scope.name.partition("/")
    return project if scope.type == "repository" and slash and "\0" not in project else ""


def _allowed(principal: Principal, scope: Scope, access: ProjectAccess) -> frozenset[str]:
    if scope.type == "repository" and _project_of(scope):
        name = scope.name.partition("/")[2]
        return frozenset(action for action in ACTIONS if access.allows("repository", action, name))
    if (scope.type, scope.name) == ("registry", "catalog") and principal is not ANONYMOUS:
        return frozenset("*") if access.principal.allows_system("catalog", "read") else frozenset()
    return frozenset()


async def _form(request: Request) -> list[tuple[str, str]]:
    body = await request.body(MAX_FORM, lambda: BadRequest(f"the form is larger than {MAX_FORM} bytes"))
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise BadRequest("the body is not a form") from None


def _first(form: Iterable[tuple[str, str]], name: str) -> str:
    return next((value for key, value in form if key == name), "")


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _unknown_service(service: str) -> Response:
    return Response(400, [_TEXT], f"Unable to handle service: {service[:200]}".encode("utf-8", "replace"))


#: RFC 6749, section 5.2. A wrong password is 401, as distribution's specification has it: containerd then tries GET.
_OAUTH_ERRORS: Mapping[type[MoorageError], str] = {
    UnsupportedGrant: "unsupported_grant_type",
    BadRequest: "invalid_request",
    Unauthorized: "invalid_grant",
}


def _error(error: MoorageError) -> Response:
    """Worded for docker, which reads ``errors``, and for OAuth2 libraries, which read ``error``."""
    message = error.message
    if type(error) is Unauthorized and message == (Unauthorized.__doc__ or "").strip():
        message = "invalid username or password"
    body: dict[str, object] = {"errors": [{"code": error.oci_code, "message": message}]}
    oauth = _OAUTH_ERRORS.get(type(error))
    if oauth is not None:
        body |= {"error": oauth, "error_description": message}
    headers: Headers = [JSON, _NO_STORE]
    headers += [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in error.headers.items()]
    return Response(error.status, headers, _encode(body) + b"\n")
