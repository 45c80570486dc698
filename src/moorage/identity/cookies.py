"""Cookies (RFC 6265), read from a request and written for an answer. Pure."""

from __future__ import annotations

from moorage.asgi import Request

#: The session's.
SESSION_COOKIE = "sid"


def cookie(request: Request, name: str) -> str | None:
    """The first cookie of that name; None when there is none. HTTP/2 may send several headers."""
    if request.header(b"cookie") is None:
        return None
    for header in request.headers(b"cookie"):
        for pair in header.split(";"):
            found, equals, value = pair.strip().partition("=")
            if found == name and equals:
                return value.strip('"')
    return None


def cookie_header(
    name: str, value: str, *, secure: bool, same_site: str | None = None, max_age: int | None = None
) -> tuple[bytes, bytes]:
    """A ``Set-Cookie`` header for every path that scripts cannot read; ``max_age`` in seconds, 0 takes it away."""
    parts = [f"{name}={value}", "Path=/"]
    if max_age is not None:
        parts.append(f"Max-Age={max_age}")
    parts.append("HttpOnly")
    if secure:
        parts.append("Secure")
    if same_site is not None:
        parts.append(f"SameSite={same_site}")
    return b"set-cookie", "; ".join(parts).encode("ascii")


def is_secure(request: Request, external_url: str | None) -> bool:
    """Whether the browser speaks https, as far as can be known: a gateway may end TLS without saying so."""
    return request.scheme == "https" or (external_url or "").lower().startswith("https://")
