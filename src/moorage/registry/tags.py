"""``/v2/<name>/tags/list``."""

from __future__ import annotations

from moorage.asgi import Response
from moorage.errors import NameUnknown
from moorage.registry.exchange import Exchange
from moorage.registry.paging import Page, next_link
from moorage.registry.responses import json_response


async def get_tags(exchange: Exchange) -> Response:
    """Tags in byte order (OCI trap 5); a page is one keyset query whatever the repository's size."""
    page = Page.of(exchange)
    repository_id = await exchange.services.repositories.find(exchange.name)
    if repository_id is None:
        raise NameUnknown(f"repository {exchange.name} not found", detail={"name": exchange.name})
    names = await exchange.services.artifacts.tags(repository_id, page.last, page.limit + 1) if page.limit else []
    shown, more = names[: page.limit], len(names) > page.limit
    link = [next_link(f"/v2/{exchange.name}/tags/list", page, shown[-1])] if more else []
    return json_response({"name": exchange.name, "tags": list(shown)}, *link)
