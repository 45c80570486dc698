"""CVEs a project does not mind (H row 66). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from moorage.errors import BadRequest

MAX_ITEMS = 5_000
MAX_ID = 255


@dataclass(frozen=True, slots=True)
class Allowlist:
    """CVE ids, and until when they count; ``expires_at``: seconds since 1970, None for ever."""

    items: Sequence[str] = ()
    expires_at: int | None = None


def check_allowlist(wanted: Allowlist) -> None:
    """Refuse a list that is none. Harbor fails on a duplicate, and takes anything else.

    Raises:
        BadRequest: it says what is wrong.
    """
    if len(wanted.items) > MAX_ITEMS:
        raise BadRequest(f"the CVE allowlist has more than {MAX_ITEMS} items")
    seen = set()
    for item in wanted.items:
        if not 0 < len(item) <= MAX_ID or not item.isprintable():
            raise BadRequest(f"invalid CVE ID in the allowlist: {item[:64]!r}")
        if item in seen:
            raise BadRequest(f"duplicate CVE ID in the allowlist: {item}")
        seen.add(item)
