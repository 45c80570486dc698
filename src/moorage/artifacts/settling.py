"""Keeping true what lists are read from: where an artifact is shown, and whether it is tagged.

Both depend on rows of other transactions: a push of an index hides its children, another of a tag shows one of them
again. To set them in those transactions, each would have to wait for the other. So a transaction only notes which
artifacts it has to do with, and whoever reads a list settles what is noted first.
"""

from __future__ import annotations

import asyncio
import random

from moorage.artifacts import listing_queries as queries
from moorage.database.engine import Database
from moorage.errors import MoorageError

#: Artifacts of one transaction, and transactions that one who reads waits for: after an adoption of very many
#: artifacts what is left is settled beside the requests.
BATCH = 1_000
PATIENCE = 10

#: Repositories looked for at a time.
REPOSITORIES = 1_000

#: Seconds between looking for what nobody has read.
INTERVAL = 30.0


class Settler:
    """Settles repositories; any number of processes may."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def repository(self, repository_id: int, patience: int | None = PATIENCE) -> None:
        """Settle what was noted of a repository before this call, in so many transactions at most."""
        after: int | None = 0
        while after is not None and patience != 0:
            async with self._database.begin() as connection:
                after = await queries.settle(connection, repository_id, after, BATCH)
            patience = None if patience is None else patience - 1

    async def project(self, project_id: int | None, patience: int | None = PATIENCE) -> None:
        """Settle what was noted of a project before this call, or of all of them; ``patience`` of each repository."""
        async with self._database.connect() as connection:
            found = await queries.unsettled(connection, project_id, REPOSITORIES)
        for repository_id in found:
            await self.repository(repository_id, patience)

    async def run(self) -> None:
        """Settle now and then what nobody reads, so that notes do not heap up; until cancelled."""
        while True:
            await asyncio.sleep(INTERVAL * random.uniform(0.5, 1.5))
            try:
                await self.project(None, patience=None)
            except MoorageError:
                continue
