"""CVE allow-lists, the system's and those of projects (H row 66)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.engine import Database
from moorage.errors import BadRequest
from moorage.events.service import SYSTEM, Actor, Event, record
from moorage.system import queries
from moorage.system.models import Allowlist

__all__ = ["Allowlist", "AllowlistService", "check_items", "forget", "of_projects", "replace"]

#: Most entries of a list, and longest name of one.
MAX_ITEMS = 10_000
MAX_NAME = 255


class AllowlistService:
    """The system's list."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self) -> Allowlist:
        """The system's list; an empty one while none was set."""
        async with self._database.connect() as connection:
            return await queries.system_allowlist(connection) or Allowlist()

    async def set(self, items: Sequence[str], expires_at: int | None, *, actor: Actor = SYSTEM) -> None:
        """Replace the system's list.

        Raises:
            BadRequest: an entry is none, or comes twice.
        """
        check_items(items)
        async with self._database.begin() as connection:
            await queries.set_allowlist(connection, None, items, expires_at)
            details = {"allowlist": {"items": len(items), "expires_at": expires_at}}
            await record(connection, actor, Event("update", "configuration", "CVEAllowlist", details=details))


def check_items(items: Sequence[str]) -> None:
    """Refuse a list that cannot be one.

    Raises:
        BadRequest: it names the entry.
    """
    if len(items) > MAX_ITEMS:
        raise BadRequest(f"bad request: the CVE allowlist has more than {MAX_ITEMS} entries")
    for name in items:
        if not name.strip() or len(name) > MAX_NAME or not name.isprintable():
            raise BadRequest(f'bad request: invalid CVE ID in allowlist: "{name[:64]}"')
    twice = [name for name, times in Counter(items).items() if times > 1]
    if twice:
        raise BadRequest(f"bad request: duplicate CVE ID in allowlist: {', '.join(twice[:5])}")


async def of_projects(connection: AsyncConnection, project_ids: Sequence[int]) -> Mapping[int, Allowlist]:
    """The lists of those projects that have one: one statement whatever their number."""
    return await queries.project_allowlists(connection, project_ids)


async def replace(
    connection: AsyncConnection, project_id: int, items: Sequence[str], expires_at: int | None = None
) -> None:
    """Set a project's list within the caller's transaction, which also records what happened.

    Raises:
        BadRequest: an entry is none, or comes twice.
    """
    check_items(items)
    await queries.set_allowlist(connection, project_id, items, expires_at)


async def forget(connection: AsyncConnection, project_id: int) -> None:
    """Take a project's list away within the caller's transaction."""
    await queries.forget_allowlist(connection, project_id)
