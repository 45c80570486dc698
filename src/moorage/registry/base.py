"""``/v2/`` itself and the catalog."""

from __future__ import annotations

from moorage.asgi import JSON, Response
from moorage.registry.exchange import Exchange, headers
from moorage.registry.paging import Page, next_link
from moorage.registry.responses import json_response


async def get_base(exchange: Exchange) -> Response:
    """``GET /v2/``: this is a registry and the account is good."""
    return Response(200, headers(JSON), b"{}")


async def get_catalog(exchange: Exchange) -> Response:
    """``GET /v2/_catalog``: repositories that hold something, in byte order."""
    page = Page.of(exchange)
    names = await exchange.services.repositories.catalog(page.last, page.limit + 1) if page.limit else []
    shown, more = names[: page.limit], len(names) > page.limit
    link = [next_link("/v2/_catalog", page, shown[-1])] if more else []
    return json_response({"repositories": list(shown)}, *link)
