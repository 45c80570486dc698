"""``n`` and ``last`` of the lists on /v2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from moorage.errors import BadRequest, PaginationNumberInvalid
from moorage.registry.exchange import Exchange

#: Longest ``last`` worth comparing.
MAX_LAST = 1_024


@dataclass(frozen=True, slots=True)
class Page:
    """At most ``limit`` entries after ``last``."""

    limit: int
    last: str

    @classmethod
    def of(cls, exchange: Exchange, default: int | None = None) -> Page:
        """The page a request asks for; ``default`` entries, or as many as are allowed, if it does not say.

        Raises:
            PaginationNumberInvalid: ``n`` is no number (OCI trap 31).
        """
        most = exchange.services.settings.page_size
        n = exchange.request.parameter("n")
        last = exchange.request.parameter("last") or ""
        if len(last) > MAX_LAST or "\0" in last:
            raise BadRequest(f"last must be at most {MAX_LAST} characters without NUL")
        if n is None or n == "":
            return cls(min(default or most, most), last)
        if not (n.isascii() and n.isdigit()) or len(n) > 18:
            raise PaginationNumberInvalid
        return cls(min(int(n), most), last)


def next_link(path: str, page: Page, last: str, extra: Sequence[tuple[str, str]] = ()) -> tuple[bytes, bytes]:
    """The Link header to the page after ``last``."""
    query = urlencode([*extra, ("last", last), ("n", str(page.limit))])
    return b"link", f'<{path}?{query}>; rel="next"'.encode()
