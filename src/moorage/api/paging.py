"""Pages of lists: ``X-Total-Count`` and ``Link`` as Harbor writes them (H row 6). Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from moorage.database.listing import ListQuery

MAX_PAGE_SIZE = 100

#: What a header can carry as it is; Harbor's are not encoded, but theirs can be broken by a line feed.
_PLAIN = re.compile(r"[^\x21-\x7e]")


def page_headers(path: str, query: Sequence[tuple[str, str]], wanted: ListQuery, total: int) -> dict[str, str]:
    """The headers of one page.

    Args:
        path: of the request, as it was sent.
        query: its parameters, decoded.
        wanted: the page.
        total: entries of the whole list.
    """
    headers = {"X-Total-Count": str(total)}
    page, size = wanted.page, wanted.page_size
    links = []
    if size > 0 and page > 1 and (page - 1) * size < total:
        links.append(_link(path, query, page - 1, size, "prev"))
    if size > 0 and page * size < total:
        links.append(_link(path, query, page + 1, size, "next"))
    if links:
        headers["Link"] = " , ".join(links)
    return headers


def _link(path: str, query: Sequence[tuple[str, str]], page: int, size: int, relation: str) -> str:
    values = {"page": [str(page)], "page_size": [str(size)]}
    for name, value in query:
        if name not in ("page", "page_size"):
            values.setdefault(name, []).append(value)
    text = "&".join(f"{name}={value}" for name in sorted(values) for value in values[name])
    text = _PLAIN.sub(lambda match: quote(match.group()), text)
    return f'<{path}?{text}>; rel="{relation}"'
