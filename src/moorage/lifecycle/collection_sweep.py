"""Deleting what is due, in batches, each of two transactions (docs/adr/0018).

The first takes blobs out of every repository and marks them as trash until a moment: nobody sees them from then on.
The second deletes their bytes while it holds their rows, then the rows. Whoever uploads such a blob meanwhile waits for
the row and stores the bytes anew. After a kill in between, the rows are still marked: the next collection goes on with
them. When only the database went away, the sweeper does not begin to delete anything after its time; until the marked
moment, which is later, nobody relies on bytes that are there.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.engine import Database
from moorage.errors import MoorageError, ServiceUnavailable, size_for_people
from moorage.lifecycle import collection_queries as queries
from moorage.lifecycle import collection_runs as runs
from moorage.lifecycle.collection_models import BLOB, MANIFEST, Candidate, Item, Progress, Run
from moorage.storage.protocol import BlobStore

#: Blobs of one batch.
BATCH = 100

#: Seconds from the beginning of a batch in which a deletion of bytes may begin, and after which nobody is deleting.
BEGIN = 20.0
LEASE = 60.0

#: Seconds between two lines about how far it is.
REPORT = 10.0

#: Notes looked at in one statement.
PAGE = 1_000


class Sweeper:
    """The sweeping part of one run."""

    def __init__(
        self,
        database: Database,
        store: BlobStore,
        run_id: int,
        horizon: datetime,
        rate: int,
        progress: Progress,
        named: Callable[[str, str], Awaitable[None]],
    ) -> None:
        """``named`` logs a line about one thing of a kind."""
        self._database = database
        self._store = store
        self._run_id = run_id
        self._horizon = horizon
        self._rate = rate
        self._progress = progress
        self._named = named
        self._workers = 1
        self._eligible = 0
        self._done = 0
        self._began = self._reported = 0.0
        self._items = 0
        self._failed: dict[str, str] = {}

    def begin(self, eligible: int, workers: int) -> None:
        """Start the clock."""
        self._eligible, self._workers = eligible, workers
        self._began = self._reported = time.monotonic()

    def check(self) -> None:
        """Raises:
        ServiceUnavailable: the storage failed for some; the next collection tries them again.
        """
        if self._failed:
            digest, reason = next(iter(self._failed.items()))
            raise ServiceUnavailable(f"{len(self._failed)} blobs could not be deleted, {digest} for one: {reason}")

    # --- blobs ----------------------------------------------------------------------------------

    async def sweep(self, page: Sequence[Candidate]) -> None:
        """Delete blobs that are due, some batches at the same time."""
        size = min(BATCH, self._rate) if self._rate else BATCH
        batches = [page[start : start + size] for start in range(0, len(page), size)]
        for start in range(0, len(batches), self._workers):
            await self._progress.checkpoint()
            group = batches[start : start + self._workers]
            began = time.monotonic()
            await self._sweep_group(group)
            await self._report()
            if self._rate:
                due = sum(map(len, group)) / self._rate
                await asyncio.sleep(max(began + due - time.monotonic(), 0.0))

    async def _sweep_group(self, group: Sequence[Sequence[Candidate]]) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                for batch in group:
                    tasks.create_task(self._sweep_batch(batch))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None

    async def _sweep_batch(self, batch: Sequence[Candidate]) -> None:
        last = time.monotonic() + BEGIN
        wanted = [candidate.key for candidate in batch if candidate.digest not in self._failed]
        async with self._database.begin() as connection:
            claimed = await queries.claim_blobs(connection, wanted, self._horizon, LEASE)
        if not claimed:
            return
        async with self._database.begin() as connection:
            held = await queries.lock_claimed(connection, claimed)
            gone = await self._delete_bytes(held, last)
            if gone:
                await queries.delete_blobs(connection, [candidate.key for candidate in gone])
                await self._count(connection, BLOB, gone)
        self._done += len(gone)
        for candidate in gone:
            await self._named("deleted", f"delete blob from storage: {candidate.digest}")

    async def _delete_bytes(self, held: Sequence[Candidate], last: float) -> list[Candidate]:
        gone = []
        for candidate in held:
            if time.monotonic() > last:
                break
            try:
                await self._store.delete(candidate.digest)
            except MoorageError as error:
                self._failed[candidate.digest] = error.message
                await self._progress.log(f"failed to delete blob {candidate.digest}: {error.message}", "ERROR")
            else:
                gone.append(candidate)
        return gone

    async def wait_for_others(self) -> bool:
        """Whether somebody else's batch was left, whose time is over now."""
        async with self._database.connect() as connection:
            left = await queries.seconds_left(connection)
        if left <= 0 or self._failed:
            return False
        await self._progress.log(f"waiting {left:.0f} s for blobs that an interrupted collection was deleting")
        over = time.monotonic() + left + 0.1
        while time.monotonic() < over:
            await self._progress.checkpoint()
            await asyncio.sleep(min(1.0, max(over - time.monotonic(), 0.0)))
        return True

    # --- manifests, links, repositories ---------------------------------------------------------

    async def sweep_manifests(self) -> None:
        """Delete the bytes of manifests that are due."""
        after: str | None = ""
        while after is not None:
            await self._progress.checkpoint()
            async with self._database.begin() as connection:
                due, others, after = await queries.manifests(connection, self._horizon, after, PAGE)
                await queries.prune_digests(connection, others, self._horizon)
                digests = [candidate.digest for candidate in due]
                gone = await queries.delete_manifests(connection, digests, self._horizon) if due else []
                if gone:
                    await self._count(connection, MANIFEST, gone)
            self._done += len(gone)
            for candidate in gone:
                await self._named("deleted", f"delete manifest: {candidate.digest}")
            await self._report()

    async def remove_links(self) -> None:
        """Take blobs out of repositories that do not need them any more, where others do."""
        after: int | None = 0
        removed = 0
        while after is not None:
            await self._progress.checkpoint()
            async with self._database.begin() as connection:
                due, after = await queries.due_links(connection, self._horizon, after, PAGE)
                removed += await queries.unlink(connection, due, self._horizon) if due else 0
        if removed:
            await self._progress.log(f"{removed} blobs taken out of repositories that do not need them")

    async def remove_repositories(self) -> None:
        """Delete repositories that were deleted and hold nothing that could come back."""
        after: int | None = 0
        removed = 0
        while after is not None:
            await self._progress.checkpoint()
            async with self._database.begin() as connection:
                gone, after = await queries.delete_repositories(connection, self._horizon, after, PAGE)
            removed += gone
        if removed:
            await self._progress.log(f"{removed} empty repositories removed")

    # --- numbers --------------------------------------------------------------------------------

    async def _count(self, connection: AsyncConnection, kind: str, gone: Sequence[Candidate]) -> Run:
        room = max(queries.MOST_ITEMS - self._items, 0)
        self._items += len(gone)
        items = [Item(kind, candidate.digest, candidate.size) for candidate in gone[:room]]
        await runs.put_items(connection, self._run_id, items)
        numbers = {f"{kind}s": len(gone), "freed_bytes": sum(candidate.size for candidate in gone)}
        return await runs.add(connection, self._run_id, **numbers)

    async def _report(self) -> None:
        """How far it is, now and then."""
        now = time.monotonic()
        if now - self._reported < REPORT:
            return
        self._reported = now
        rate = self._done / max(now - self._began, 0.001)
        left = max(self._eligible - self._done, 0)
        async with self._database.connect() as connection:
            run = await runs.get(connection, self._run_id)
        await self._progress.update(purged_blobs=run.blobs, purged_manifests=run.manifests, freed_space=run.freed_bytes)
        remaining = f"about {left / rate:.0f} s remaining" if rate else "remaining time unknown"
        await self._progress.log(
            f"{self._done} of {self._eligible} deleted, {size_for_people(run.freed_bytes)} freed, {rate:.0f} a second,"
            f" {remaining}"
        )
