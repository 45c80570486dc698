"""The read-only mode: everything that changes something is refused, and what must go on is named here (H row 11)."""

from __future__ import annotations

import asyncio

from moorage.api.call import Call
from moorage.api.operations import BASE
from moorage.errors import ReadOnly

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

#: To leave the mode again. What is outside of this API, such as logging in, is not asked.
_EXEMPT = ("PUT", f"{BASE}/configurations")

#: Where a request's state says that it was not yet asked whether it may go on.
PENDING = "read_only_pending"


def must_ask(method: str, path: str) -> bool:
    """Whether a request changes something that the mode forbids."""
    return method not in _SAFE and (method, path) != _EXEMPT


async def refuse_changes(call: Call) -> None:
    """Refuse a request that would change something.

    Who asks is found out meanwhile, which every such request needs to know: both are in one round trip.

    Raises:
        ReadOnly: nothing may be changed now.
        TooManyRequests: as ``Call.principal``.
    """
    read_only = asyncio.create_task(call.services.configurations.is_read_only())
    try:
        await call.principal()
    finally:
        if await read_only:
            raise ReadOnly
