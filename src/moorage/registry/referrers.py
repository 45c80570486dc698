"""``/v2/<name>/referrers/<digest>``."""

from __future__ import annotations

import msgspec

from moorage.asgi import Response
from moorage.errors import BadRequest
from moorage.oci import media_types
from moorage.oci.names import check_digest
from moorage.registry.exchange import Exchange, headers
from moorage.registry.paging import Page, next_link

#: Descriptors of a page for who names no number: clients follow the Link, and most images have a handful.
DEFAULT_PAGE = 1_000

#: Most artifact types one request may filter by.
MAX_FILTERS = 20

#: An index should stay within what clients accept as a manifest (OCI trap 35); annotations make descriptors large.
MAX_BYTES = 4 * 1024 * 1024 - 1024

_encode = msgspec.json.Encoder().encode


async def get_referrers(exchange: Exchange) -> Response:
    """An index of what refers to a digest; empty for a digest or repository nobody knows (OCI traps 1 and 36)."""
    subject = check_digest(exchange.reference)
    page = Page.of(exchange, DEFAULT_PAGE)
    filters = [value for value in exchange.request.parameters("artifactType") if value]
    if len(filters) > MAX_FILTERS:
        raise BadRequest(f"at most {MAX_FILTERS} artifactType filters are allowed")
    if any("\0" in value for value in filters):
        # Nothing that is stored has one, and the database takes none to compare with either.
        raise BadRequest("artifactType contains U+0000")
    artifacts = exchange.services.artifacts
    found = await artifacts.referrers(exchange.name, subject, filters, page.last, page.limit + 1) if page.limit else []
    shown: list[msgspec.Raw] = []
    size = 0
    for referrer in found[: page.limit]:
        encoded = _encode(referrer.descriptor())
        size += len(encoded) + 1
        if shown and size > MAX_BYTES:
            break
        shown.append(msgspec.Raw(encoded))
    everything = not page.last and not filters and page.limit and len(found) <= page.limit
    total = len(found) if everything else await artifacts.count_referrers(exchange.name, subject)
    extra = [(b"x-total-count", b"%d" % total)]
    if filters:
        extra.append((b"oci-filters-applied", b"artifactType"))
    if len(shown) < len(found):
        path = f"/v2/{exchange.name}/referrers/{subject}"
        last = found[len(shown) - 1].digest
        extra.append(next_link(path, page, last, [("artifactType", value) for value in filters]))
    body = _encode({"schemaVersion": 2, "mediaType": media_types.OCI_INDEX, "manifests": shown})
    # Exactly this content type, without a charset (OCI traps 1 and 16).
    return Response(200, headers((b"content-type", media_types.OCI_INDEX.encode()), *extra), body)
