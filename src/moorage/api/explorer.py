"""``/swagger.json`` and ``/devcenter-api-2.0``: the API's description, and Swagger UI over it.

Everything the page needs comes from here: its assets are data of this package (``tools/vendor_explorer.py``), and its
policy lets it load nothing else. Public, as in Harbor: it says nothing that is not in the documentation.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from moorage.asgi import Headers, Request, Response, error_response
from moorage.errors import MethodNotAllowed, NotFound

#: First segments of the paths that are answered here.
SEGMENTS = ("swagger.json", "devcenter-api-2.0")

_ASSETS = Path(__file__).parent / "explorer_assets"
_PAGE = "/devcenter-api-2.0"

#: Images: the style sheet of Swagger UI has them inside.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SAFETY: Headers = [
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-cache"),
    (b"vary", b"accept-encoding"),
]

_HTML = b"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Moorage API</title>
<link rel="stylesheet" href="/devcenter-api-2.0/swagger-ui.css">
<link rel="icon" href="data:,">
</head>
<body>
<div id="explorer"></div>
<noscript>This page needs JavaScript. The description itself is at <a href="/swagger.json">/swagger.json</a>.</noscript>
<script src="/devcenter-api-2.0/swagger-ui-bundle.js"></script>
<script src="/devcenter-api-2.0/start.js"></script>
</body>
</html>
"""

# Who is logged in in this browser changes things only with the token that an earlier answer brought (H rows 16, 17).
_START = b"""let token = null;
window.ui = SwaggerUIBundle({
  url: "/swagger.json",
  dom_id: "#explorer",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  operationsSorter: "alpha",
  tagsSorter: "alpha",
  validatorUrl: null,
  requestInterceptor: (request) => {
    if (token && new URL(request.url, location.href).origin === location.origin) {
      request.headers["X-Harbor-CSRF-Token"] = token;
    }
    return request;
  },
  responseInterceptor: (response) => {
    token = (response.headers && response.headers["x-harbor-csrf-token"]) || token;
    return response;
  },
});
"""


@dataclass(frozen=True, slots=True)
class _Content:
    """What a path is answered with, packed and as it is."""

    media_type: bytes
    plain: bytes
    packed: bytes
    etag: bytes


class Explorer:
    """The bare application of both paths."""

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        make = _CONTENTS.get(request.path if request.path == "/" else request.path.rstrip("/"))
        if make is None:
            return error_response(NotFound(f"no such path: {request.path[:300]}"))
        if request.method not in ("GET", "HEAD"):
            return error_response(MethodNotAllowed(headers={"Allow": "GET, HEAD"}))
        content = make()
        headers = [(b"etag", content.etag), *_SAFETY]
        if (request.header(b"if-none-match") or "").encode("latin-1") == content.etag:
            return Response(304, headers)
        headers.append((b"content-type", content.media_type))
        if "gzip" in (request.header(b"accept-encoding") or ""):
            return Response(200, [*headers, (b"content-encoding", b"gzip")], content.packed)
        return Response(200, headers, content.plain)


def _made(media_type: str, content: bytes) -> _Content:
    return _content(media_type, content, gzip.compress(content, mtime=0))


def _content(media_type: str, plain: bytes, packed: bytes) -> _Content:
    # Weak: it is the same for both encodings.
    etag = f'W/"{hashlib.sha256(plain).hexdigest()[:32]}"'
    return _Content(media_type.encode(), plain, packed, etag.encode())


@cache
def _document() -> _Content:
    # What describes the API brings the framework along; only who asks for it pays.
    from moorage.api.openapi import document

    return _made("application/json", document())


@cache
def _page() -> _Content:
    return _made("text/html; charset=utf-8", _HTML)


@cache
def _start() -> _Content:
    return _made("text/javascript; charset=utf-8", _START)


def _asset(name: str, media_type: str) -> Callable[[], _Content]:
    @cache
    def read() -> _Content:
        packed = (_ASSETS / f"{name}.gz").read_bytes()
        return _content(media_type, gzip.decompress(packed), packed)

    return read


_CONTENTS: dict[str, Callable[[], _Content]] = {
    "/swagger.json": _document,
    _PAGE: _page,
    f"{_PAGE}/start.js": _start,
    f"{_PAGE}/swagger-ui.css": _asset("swagger-ui.css", "text/css; charset=utf-8"),
    f"{_PAGE}/swagger-ui-bundle.js": _asset("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
}
