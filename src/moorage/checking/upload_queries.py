"""SQL of upload sessions as checks see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Session:
    """An upload session as its row had it at some moment."""

    upload_id: UUID
    repository: str
    received: int
    digest: str
    state: dict[str, Any]


_PAGE = text(
    """
    SELECT upload_id, repository, received, digest, state FROM upload
     WHERE upload_id > :after ORDER BY upload_id LIMIT :count
    """
)
_FIND = text("SELECT upload_id, repository, received, digest, state FROM upload WHERE upload_id = :upload_id")
_END = text("DELETE FROM upload WHERE upload_id = :upload_id AND received = :received")
_KNOWN = text("SELECT upload_id FROM upload WHERE upload_id = ANY(CAST(:upload_ids AS uuid[]))")


async def page(connection: AsyncConnection, after: UUID, count: int) -> list[Session]:
    """Sessions in the order of their ids."""
    return [Session(*row) for row in await connection.execute(_PAGE, {"after": after, "count": count})]


async def find(connection: AsyncConnection, upload_id: UUID) -> Session | None:
    """A session."""
    row = (await connection.execute(_FIND, {"upload_id": upload_id})).one_or_none()
    return None if row is None else Session(*row)


async def end(connection: AsyncConnection, session: Session) -> bool:
    """End a session; False when it is gone, or has other bytes by now."""
    values = {"upload_id": session.upload_id, "received": session.received}
    return (await connection.execute(_END, values)).rowcount == 1


async def known(connection: AsyncConnection, upload_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these sessions have a row."""
    return set((await connection.execute(_KNOWN, {"upload_ids": list(upload_ids)})).scalars())
