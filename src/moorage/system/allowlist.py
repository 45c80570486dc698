"""The CVE allow-list of the system (H row 66); projects have lists of their own."""

from __future__ import annotations

from collections.abc import Sequence

from moorage.database.engine import Database
from moorage.events.service import SYSTEM, Actor, Event, record
from moorage.projects.allowlists import Allowlist, check_allowlist
from moorage.system import queries
from moorage.system.models import SystemAllowlist

__all__ = ["AllowlistService", "SystemAllowlist"]


class AllowlistService:
    """CVEs that no project minds which goes by the system's list."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self) -> SystemAllowlist:
        """The list; an empty one while none was set."""
        async with self._database.connect() as connection:
            return await queries.allowlist(connection) or SystemAllowlist()

    async def set(self, items: Sequence[str], expires_at: int | None, *, actor: Actor = SYSTEM) -> None:
        """Replace the list.

        Args:
            items: CVE ids.
            expires_at: seconds since the epoch; None: never.
            actor: who does it.

        Raises:
            BadRequest: an entry is none, or comes twice.
        """
        check_allowlist(Allowlist(items, expires_at))
        async with self._database.begin() as connection:
            await queries.set_allowlist(connection, items, expires_at)
            details = {"items": len(items), "expires_at": expires_at}
            await record(connection, actor, Event("update", "configuration", "CVEAllowlist", details=details))
