"""Which repositories hold what a project uses of its quota.

To find it out, everything that the project's live artifacts refer to is read: milliseconds for most projects, seconds
where there are millions. So an answer is kept for as long as ten like it would have taken, and several who ask at once
get the same: however often a project is looked at, a process spends little of the database's time on it. What changes
in a small project is seen at once; ``Holdings.computed`` tells how old an answer is.
"""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass
from functools import partial

from cachetools import LRUCache

from moorage.access.models import ProjectFacts
from moorage.access.repositories import Repositories
from moorage.database.engine import Database
from moorage.errors import NotFound, ServiceUnavailable
from moorage.once import SingleFlight
from moorage.projects import holding_queries as queries
from moorage.projects.holding_models import Holding, Holdings

__all__ = ["MOST_REPOSITORIES", "Holding", "HoldingService", "Holdings"]

#: Repositories of an answer.
MOST_REPOSITORIES = 100

#: An answer is kept this many times as long as it took.
KEPT_FOR = 10

#: Answers a process keeps.
KEPT = 200

#: Answers a process works out at once, so that connections are left for others.
AT_ONCE = 2

#: The project, and which of its repositories may be named; None: all.
_Key = tuple[int, Repositories | None]


@dataclass(frozen=True, slots=True)
class _Kept:
    until: float
    answer: Holdings | ServiceUnavailable


class HoldingService:
    """What projects hold, by project."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: LRUCache[_Key, _Kept] = LRUCache(KEPT)
        self._flights: SingleFlight[_Key, Holdings] = SingleFlight()
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def of_project(self, project: ProjectFacts, readable: Repositories | None) -> Holdings:
        """What a project holds, and its ``MOST_REPOSITORIES`` largest repositories.

        Args:
            project: which.
            readable: the repositories that may be named; None: all. The sums are those of all in any case.

        Raises:
            NotFound: the project was deleted a moment ago.
            ServiceUnavailable: there is too much to find it out within the time a statement may take.
        """
        key = (project.project_id, readable)
        kept = self._kept.get(key)
        if kept is None or kept.until <= time.monotonic():
            return await self._flights.get(key, partial(self._find, key, project.name))
        if isinstance(kept.answer, ServiceUnavailable):
            seconds = math.ceil(kept.until - time.monotonic())
            raise ServiceUnavailable(kept.answer.message, headers={"Retry-After": str(max(1, seconds))})
        return kept.answer

    async def _find(self, key: _Key, name: str) -> Holdings:
        project_id, readable = key
        names = None if readable is None else readable.expressions(name)
        begun: float | None = None
        try:
            async with self._turns, self._database.begin() as connection:
                begun = time.monotonic()
                found = await queries.holdings(connection, project_id, MOST_REPOSITORIES, names)
        except ServiceUnavailable as error:
            # Without a connection nothing was asked, and it may be asked again at once.
            if begun is not None:
                self._keep(key, begun, error)
            raise
        if found is None:
            raise NotFound(f"project {project_id} not found")
        self._keep(key, begun, found)
        return found

    def _keep(self, key: _Key, begun: float, answer: Holdings | ServiceUnavailable) -> None:
        now = time.monotonic()
        self._kept[key] = _Kept(now + KEPT_FOR * (now - begun), answer)
