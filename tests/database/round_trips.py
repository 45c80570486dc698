"""What coalesced reads ask, round trip by round trip."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database import driver


def watched(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The statements of every round trip from now on."""
    seen: list[list[str]] = []
    fetch = driver.fetch_each

    async def counted(
        connection: AsyncConnection, statements: Sequence[tuple[str, tuple[object, ...]]]
    ) -> list[list[driver.Row]]:
        seen.append([statement for statement, _ in statements])
        return await fetch(connection, statements)

    monkeypatch.setattr("moorage.database.reader.fetch_each", counted)
    return seen


def asking(trips: Sequence[Sequence[str]], part: str) -> list[int]:
    """Positions of the round trips with a statement that has ``part`` in it."""
    return [number for number, trip in enumerate(trips) if any(part in statement for statement in trip)]
