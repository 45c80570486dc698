"""Keeps other sites from using a browser's session (H row 17); stands before the applications of a process."""

from __future__ import annotations

from dataclasses import dataclass, field

from moorage.asgi import ASGIApp, Headers, Message, Receive, Request, Respond, Response, Scope, Send, error_response
from moorage.errors import CsrfRefused, MoorageError
from moorage.identity import csrf
from moorage.identity.cookies import SESSION_COOKIE, cookie, cookie_header, is_secure
from moorage.identity.csrf import CsrfTokens

#: What does not change anything (RFC 9110, section 9.2.1).
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

#: What scripts use: without a session there is nothing to abuse.
_FOR_SCRIPTS = ("/api/", "/v2/", "/service/")

#: What portals ask for first, Harbor's and ours: here a browser without a session gets its cookie.
_FIRST_QUESTIONS = frozenset({"/api/v2.0/systeminfo", "/api/v2.0/session"})

#: In the state of a request's scope: it came with a token that is right.
VERIFIED = "csrf_verified"

_HEADER = csrf.HEADER.lower().encode()
_VARY = (b"vary", b"Cookie")


@dataclass(slots=True)
class _Verdict:
    """Headers for the answer, and why the request is refused, if it is."""

    headers: Headers = field(default_factory=list)
    refused: MoorageError | None = None
    verified: bool = False


class CsrfGuard:
    """Refuses requests that change something and do not know the token in their cookie.

    Asked for are all of ``/c``, and whatever comes with a session's cookie. The token is taken from the header alone,
    never from a form as Harbor also does: another site can send a form, but not that header.
    """

    def __init__(self, tokens: CsrfTokens, external_url: str | None) -> None:
        self._tokens = tokens
        self._external_url = external_url

    def respond(self, respond: Respond) -> Respond:
        """A bare application behind the guard."""

        async def guarded(request: Request) -> Response:
            verdict = self._judge(request)
            if verdict is None:
                return await respond(request)
            response = error_response(verdict.refused) if verdict.refused is not None else await respond(request)
            response.headers = [*response.headers, *verdict.headers]
            return response

        return guarded

    def app(self, app: ASGIApp) -> ASGIApp:
        """An ASGI application behind the guard."""

        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            verdict = self._judge(Request(scope, receive))
            if verdict is None:
                await app(scope, receive, send)
                return

            async def with_headers(message: Message) -> None:
                if message["type"] == "http.response.start":
                    message = {**message, "headers": [*message["headers"], *verdict.headers]}
                await send(message)

            if verdict.refused is not None:
                await error_response(verdict.refused)(with_headers, head=scope["method"] == "HEAD")
                return
            if verdict.verified:
                scope["state"][VERIFIED] = True
            await app(scope, receive, with_headers)

        return guarded

    def _judge(self, request: Request) -> _Verdict | None:
        """What becomes of a request; None: nothing, neither refused nor given a token."""
        has_cookies = request.header(b"cookie") is not None
        for_scripts = request.path.startswith(_FOR_SCRIPTS) or request.path == "/v2"
        needed = not for_scripts or (has_cookies and cookie(request, SESSION_COOKIE) is not None)
        sent = cookie(request, csrf.COOKIE) if has_cookies else None
        if not needed and sent is None:
            return self._introduce(request)
        return self._check(request, sent, needed=needed)

    def _check(self, request: Request, sent: str | None, *, needed: bool) -> _Verdict:
        token = self._tokens.from_cookie(sent) if sent is not None else None
        verdict = _Verdict([_VARY])
        known = token is not None
        if token is None:
            token = self._tokens.new()
            verdict.headers.append(self._cookie(request, token))
        verdict.headers.append((_HEADER, csrf.mask(token).encode()))
        given = request.header(_HEADER)
        verdict.verified = known and given is not None and csrf.matches(given, token)
        if needed and not verdict.verified and request.method not in SAFE_METHODS:
            verdict.refused = CsrfRefused() if given else CsrfRefused("CSRF token not found in request")
        return verdict

    def _introduce(self, request: Request) -> _Verdict | None:
        """Give a browser that asks for the first time a cookie; with the next answer it gets a token."""
        if request.path.rstrip("/") not in _FIRST_QUESTIONS or request.header(b"authorization") is not None:
            return None
        return _Verdict([_VARY, self._cookie(request, self._tokens.new())])

    def _cookie(self, request: Request, token: bytes) -> tuple[bytes, bytes]:
        return cookie_header(
            csrf.COOKIE,
            self._tokens.to_cookie(token),
            secure=is_secure(request, self._external_url),
            same_site="Strict",
            max_age=csrf.LIFETIME,
        )
