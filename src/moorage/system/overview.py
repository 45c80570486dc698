"""Search over everything, and how much there is (H row 61)."""

from __future__ import annotations

from collections.abc import Sequence

from moorage.access.reach import Reach
from moorage.database.engine import Database
from moorage.database.reader import Lane, Reader
from moorage.projects.models import Viewer
from moorage.projects.service import visible_to
from moorage.system import queries, search_queries
from moorage.system.models import FoundLabel, FoundRepository, FoundTag, Statistics


class OverviewService:
    """What somebody may see of all projects and repositories."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # A reader of its own: a sum over everything must not hold up what pulls ask. However many ask for it, one sum
        # runs at a time.
        self._reader = Reader(database)
        self._stored: Lane[str, int] = self._reader.lane(
            queries.STORED_BYTES, lambda keys: (), lambda keys, rows: dict.fromkeys(keys, int(rows[0][0]))
        )

    async def close(self) -> None:
        """Let what runs end; before the database is closed."""
        await self._reader.close()

    async def repositories_named(self, part: str, viewer: Viewer, limit: int) -> Sequence[FoundRepository]:
        """The first repositories, by name, that have ``part`` in their full name, in any case."""
        async with self._database.connect() as connection:
            return await queries.repositories_named(connection, part, visible_to(viewer), limit)

    async def tags_named(self, beginning: str, reach: Reach, limit: int) -> Sequence[FoundTag]:
        """Tags whose names begin with a text, of the repositories in reach."""
        async with self._database.connect() as connection:
            return await search_queries.tags_named(connection, beginning, reach, limit)

    async def labels_named(self, part: str, reach: Reach, limit: int) -> Sequence[FoundLabel]:
        """The first labels, by name, that have ``part`` in it, of the system and of the projects in reach."""
        async with self._database.connect() as connection:
            return await search_queries.labels_named(connection, part, reach, limit)

    async def statistics(self, viewer: Viewer) -> Statistics:
        """How many projects and repositories there are."""
        async with self._database.connect() as connection:
            return await queries.statistics(connection, visible_to(viewer))

    async def stored_bytes(self) -> int:
        """Bytes of every blob and manifest that is stored, each once."""
        return await self._stored.get("")
