"""Search over everything, and how much there is (H row 61)."""

from __future__ import annotations

from collections.abc import Sequence

from moorage.database.engine import Database
from moorage.projects.models import Viewer
from moorage.projects.service import visible_to
from moorage.system import queries
from moorage.system.models import FoundRepository, Statistics


class OverviewService:
    """What somebody may see of all projects and repositories."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def repositories_named(self, part: str, viewer: Viewer, limit: int) -> Sequence[FoundRepository]:
        """The first repositories, by name, that have ``part`` in their full name, in any case."""
        async with self._database.connect() as connection:
            return await queries.repositories_named(connection, part, visible_to(viewer), limit)

    async def statistics(self, viewer: Viewer) -> Statistics:
        """How many projects and repositories there are."""
        async with self._database.connect() as connection:
            return await queries.statistics(connection, visible_to(viewer))

    async def stored_bytes(self) -> int:
        """Bytes of every blob and manifest that is stored, each once."""
        async with self._database.connect() as connection:
            return await queries.stored_bytes(connection)
