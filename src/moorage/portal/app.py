"""Serves the built portal: one page for all its addresses, and the files that page loads.

It knows the files from when it started; no path is ever looked up on the disk. The page may load nothing from
elsewhere and run no script but these, and no other site can put it into a frame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from moorage.asgi import Headers, Request, Response, error_response
from moorage.errors import MethodNotAllowed, NotFound
from moorage.metrics.operations import PORTAL, OperationMetrics
from moorage.portal.encodings import IDENTITY, choose
from moorage.portal.files import HASHED, INDEX, Form, PortalFile, read_files

#: First segments of the addresses a person sees; ``""`` is the root. The page finds its way from there.
PAGES = ("", "harbor", "account", "oidc-onboard", "license")

#: Images: style sheets of components have small ones inside.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_SAFETY: Headers = [
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    # Not "no-referrer": with it browsers send forms of the page itself without their origin.
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_FOREVER = (b"cache-control", b"public, max-age=31536000, immutable")
_ASK_AGAIN = (b"cache-control", b"no-cache")

_NOT_BUILT = b"""\
The portal has not been built.

In a checkout, run: make portal
Then start the server again. The registry and its API work without it.
"""


class Portal:
    """The bare application of all its addresses."""

    def __init__(self, files: Mapping[str, PortalFile] | None = None, metrics: OperationMetrics | None = None) -> None:
        """``files``: by path; those of this package unless given."""
        self._files = read_files() if files is None else files
        self._metrics = metrics or OperationMetrics()

    @property
    def built(self) -> bool:
        """Whether there is something to serve."""
        return INDEX in self._files

    @property
    def segments(self) -> Sequence[str]:
        """First segments of the paths that are answered here."""
        return [*PAGES, HASHED, *(path[1:] for path in self._files if path.rfind("/") == 0)]

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        request.measure = self._metrics.requests(PORTAL, request.method)
        path = INDEX if _is_page(request.path) else request.path
        found = self._files.get(path)
        if found is None and path != INDEX:
            return error_response(NotFound(f"no such path: {request.path[:300]}"))
        if request.method not in ("GET", "HEAD"):
            return error_response(MethodNotAllowed(headers={"Allow": "GET, HEAD"}))
        if found is None:
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"), *_SAFETY]
            return Response(503, headers, _NOT_BUILT)
        return _answer(request, found)


def _is_page(path: str) -> bool:
    """Whether it is an address of the page: the root alone, or anything below the others."""
    segment = path[1:].partition("/")[0]
    return path == "/" or (segment != "" and segment in PAGES)


def _answer(request: Request, file: PortalFile) -> Response:
    headers = [(b"etag", file.etag), _FOREVER if file.hashed else _ASK_AGAIN, (b"vary", b"accept-encoding"), *_SAFETY]
    if _is_known(request, file.etag):
        return Response(304, headers)
    coding = choose(",".join(request.headers(b"accept-encoding")), file.forms)
    form = file.forms[coding]
    headers.append((b"content-type", file.media_type))
    if coding != IDENTITY:
        headers.append((b"content-encoding", coding.encode()))
    if form.content is not None:
        return Response(200, headers, form.content)
    if not _is_there(form):
        return error_response(NotFound("the portal was built again since this server started"))
    headers.append((b"content-length", b"%d" % form.length))
    return Response(200, headers, file=form.path)


def _is_known(request: Request, etag: bytes) -> bool:
    """Whether the client has it already; validators are compared weakly (RFC 9110, section 13.1.2)."""
    known = [tag.strip() for line in request.headers(b"if-none-match") for tag in line.split(",")]
    return "*" in known or any(tag.removeprefix("W/") == etag.decode().removeprefix("W/") for tag in known)


def _is_there(form: Form) -> bool:
    """A build empties the directory of one that serves from it, if that is a checkout."""
    try:
        return form.path.stat().st_size == form.length
    except OSError:
        return False
