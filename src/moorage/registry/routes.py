"""Every endpoint of /v2, and what a request to it must pass.

The whole push and pull policy is this table. A route names its methods, the path after ``/v2/``, the policies in the
order they run, and the handler; ``facts`` are looked up while the policies run. Before them all stands the read-only
mode, for every method but GET and HEAD (``app``).
"""

from __future__ import annotations

from asyncio import Future
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from moorage.asgi import Response
from moorage.registry import base, blobs, manifests, referrers, tags, uploads
from moorage.registry.exchange import Exchange
from moorage.registry.policies import Policy, authenticated, known_account, may, may_list_catalog

Handler = Callable[[Exchange], Awaitable[Response]]
Facts = Callable[[Exchange], "Future[Any] | None"]


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint. ``metric``: its name in Harbor's and distribution's metrics."""

    method: str
    resource: str
    policies: Sequence[Policy]
    handler: Handler
    metric: str
    facts: Facts | None = None


PULL: Final = (authenticated, may("pull"))
PUSH: Final = (authenticated, may("push"))
DELETE: Final = (authenticated, may("delete"))

# method    resource        policies                            handler             metric               facts
ROUTES: Final = (
    Route("GET", "base", (authenticated, known_account), base.get_base, "base"),
    Route("GET", "catalog", (authenticated, may_list_catalog), base.get_catalog, "catalog"),
    Route("GET", "manifest", PULL, manifests.get_manifest, "manifest", manifests.facts),
    Route("PUT", "manifest", PUSH, manifests.put_manifest, "manifest"),
    Route("DELETE", "manifest", DELETE, manifests.delete_manifest, "manifest", manifests.facts),
    Route("GET", "tags", PULL, tags.get_tags, "tags"),
    Route("GET", "referrers", PULL, referrers.get_referrers, "referrers"),
    Route("GET", "blob", PULL, blobs.get_blob, "blob", blobs.facts),
    Route("DELETE", "blob", DELETE, blobs.delete_blob, "blob"),
    Route("POST", "uploads", PUSH, uploads.post_upload, "blob_upload"),
    Route("GET", "upload", PUSH, uploads.get_upload, "blob_upload_chunk", uploads.facts),
    Route("PATCH", "upload", PUSH, uploads.patch_upload, "blob_upload_chunk", uploads.facts),
    Route("PUT", "upload", PUSH, uploads.put_upload, "blob_upload_chunk", uploads.facts),
    Route("DELETE", "upload", PUSH, uploads.delete_upload, "blob_upload_chunk", uploads.facts),
)


def _table() -> Mapping[str, Mapping[str, Route]]:
    table: dict[str, dict[str, Route]] = {}
    for route in ROUTES:
        methods = table.setdefault(route.resource, {})
        methods[route.method] = route
        if route.method == "GET":
            # HEAD is GET without its body (OCI trap 24).
            methods["HEAD"] = route
    return table


#: By resource, then by method.
TABLE: Final = _table()


def match(path: str) -> tuple[str, str, str] | None:
    """(resource, repository name, reference) of the path after ``/v2/``, or None.

    A name may itself contain "manifests" or "blobs": only the end of the path tells.
    """
    head, _, tail = path.rpartition("/")
    if head.endswith("/manifests"):
        return "manifest", head[:-10], tail
    if head.endswith("/blobs/uploads"):
        return ("upload" if tail else "uploads"), head[:-14], tail
    if head.endswith("/blobs"):
        return ("uploads" if tail == "uploads" else "blob"), head[:-6], tail
    if head.endswith("/referrers"):
        return "referrers", head[:-10], tail
    if head.endswith("/tags") and tail == "list":
        return "tags", head[:-5], ""
    if not path:
        return "base", "", ""
    return ("catalog", "", "") if path == "_catalog" else None
