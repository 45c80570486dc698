"""Garbage collection while everything goes on (docs/adr/0018).

A collection puts untagged artifacts into the trash if asked, drops deletions whose time is over, and sweeps what
nothing refers to any more. What its beginning makes due is found by its steps independently of each other, so a dry
run lists what the run would delete: what one step frees, the next collection sweeps.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.artifacts.settling import Settler
from moorage.database.engine import Database
from moorage.errors import size_for_people
from moorage.lifecycle import collection_queries as queries
from moorage.lifecycle import collection_runs as runs
from moorage.lifecycle import collection_untagged as untagged
from moorage.lifecycle import dropping
from moorage.lifecycle.collection_models import BLOB, DELETION, MANIFEST, Candidate, Item, Options, Progress, Rules, Run
from moorage.lifecycle.collection_sweep import Sweeper
from moorage.storage.protocol import BlobStore

#: Notes looked at in one statement.
PAGE = 1_000

#: How often a run waits for what others left.
LEFT = 3

#: Lines of a log that name what is deleted, for each kind; the list of the run has them all.
NAMED = 1_000


class Collector:
    """One collection at a time; others that run meanwhile do no harm."""

    def __init__(self, database: Database, store: BlobStore, rules: Rules) -> None:
        self._database = database
        self._store = store
        self._rules = rules

    async def run(self, options: Options, progress: Progress, execution_id: int | None = None) -> Run:
        """Collect; what it did.

        Args:
            options: how.
            progress: who is told, and may end it between two batches.
            execution_id: of the job; one that was interrupted goes on where it was.
        """
        async with self._database.begin() as connection:
            run = await runs.begin(connection, execution_id, options.dry_run)
            if options.dry_run:
                await runs.begin_again(connection, run.run_id)
        collection = _Collection(self._database, self._store, self._rules, options, progress, run)
        succeeded = False
        try:
            await collection.work()
            succeeded = True
        finally:
            async with self._database.begin() as connection:
                await runs.end(connection, run.run_id, succeeded)
                run = await runs.get(connection, run.run_id)
        return run

    async def prune(self) -> None:
        """Take away notes of what is needed: most of what is pushed is, as soon as its manifest is there."""
        async with self._database.connect() as connection:
            horizon = await runs.now(connection) - self._rules.window
        await prune(self._database, horizon)


async def prune(database: Database, horizon: datetime) -> None:
    """As ``Collector.prune``, of what was noted before ``horizon``."""
    after: int | None = 0
    while after is not None:
        async with database.begin() as connection:
            after = await queries.prune_notes(connection, horizon, after, PAGE)


class _Collection:
    """One run."""

    def __init__(
        self, database: Database, store: BlobStore, rules: Rules, options: Options, progress: Progress, run: Run
    ) -> None:
        self._database = database
        self._rules = rules
        self._options = options
        self._progress = progress
        self._run = run
        self._horizon = run.start_time - rules.window
        self._kept: dict[str, int] = {}
        self._sweeper = Sweeper(database, store, run.run_id, self._horizon, rules.rate, progress, self.named)

    async def work(self) -> None:
        options, hours = self._options, self._rules.window.total_seconds() / 3600
        await self._progress.log(
            f"Garbage Collection parameters: [delete_untagged: {_go(options.delete_untagged)}, delete_tag:"
            f" {_go(options.delete_tag)}, dry_run: {_go(options.dry_run)}, time_window: {hours:g}, workers:"
            f" {max(options.workers, 1)}]"
        )
        await self._progress.log("start to run gc in job.")
        if options.delete_untagged:
            await self._collect_untagged()
        await self._drop_deletions()
        blobs, manifests = await self._mark()
        if not options.dry_run:
            await self._sweep(blobs + manifests)
        await self._progress.log("success to run gc in job.")

    async def named(self, kind: str, line: str) -> None:
        """Log a line about one thing, as long as there are not too many of its kind."""
        count = self._kept[kind] = self._kept.get(kind, 0) + 1
        if count <= NAMED:
            await self._progress.log(line)
        elif count == NAMED + 1:
            await self._progress.log("more of these: the list of this run has them")

    async def _keep(self, kind: str, items: list[Item]) -> None:
        """Keep items of a dry run."""
        if self._options.dry_run and items:
            async with self._database.begin() as connection:
                room = max(queries.MOST_ITEMS - self._kept.get(f"list of {kind}", 0), 0)
                await runs.put_items(connection, self._run.run_id, items[:room])
            self._kept[f"list of {kind}"] = self._kept.get(f"list of {kind}", 0) + len(items)

    # --- untagged artifacts ---------------------------------------------------------------------

    async def _collect_untagged(self) -> None:
        dry = " (no actually deletion for dry-run mode)" if self._options.dry_run else ""
        await self._progress.log(f"start to delete untagged artifact{dry}")
        # What lists show is what tells the untagged ones; it may be noted and not done yet.
        await Settler(self._database).project(None, patience=None)
        before = self._run.start_time - self._rules.untagged_age
        after: int | None = 0
        listed: set[int] = set()
        while after is not None:
            await self._progress.checkpoint()
            async with self._database.connect() as connection:
                ids, after = await untagged.candidates(connection, before, after)
            if ids:
                await self._trash(ids, before, listed)
        await self._progress.log(f"end to delete untagged artifact{dry}")

    async def _trash(self, ids: list[int], before: datetime, listed: set[int]) -> None:
        dry = self._options.dry_run
        async with self._database.begin() as connection:
            plan = await untagged.planned(connection, ids, before, lock=not dry)
            # In a dry run the followers of one batch may be found again from another.
            plan.roots = {key: root for key, root in plan.roots.items() if key not in listed}
            listed.update(plan.roots)
            rows = await untagged.described(connection, plan)
            if rows:
                if not dry:
                    await untagged.put(connection, plan, rows)
                await runs.put_items(connection, self._run.run_id, untagged.items(rows))
                await runs.add(connection, self._run.run_id, untagged=len(rows))
        for row in rows:
            await self.named(
                "untagged",
                f"delete the untagged artifact: ProjectID:({row.project_id})-RepositoryName({row.repository})"
                f"-MediaType:({row.media_type})-Digest:({row.digest})",
            )

    # --- deletions ------------------------------------------------------------------------------

    async def _drop_deletions(self) -> None:
        for marked in (True, False):
            before = self._run.start_time - (timedelta() if marked else self._rules.retention)
            doomed = self._doomed(before, marked) if self._options.dry_run else self._dropped(before, marked)
            async for batch in doomed:
                await self._progress.checkpoint()
                for one in batch:
                    await self.named(DELETION, f"drop the deletion {one.trash_id}: {one.kind} {one.resource}")

    async def _doomed(self, before: datetime, marked: bool) -> AsyncIterator[list[dropping.Doomed]]:
        last: dropping.Doomed | None = None
        while True:
            async with self._database.begin() as connection:
                batch = await dropping.due(connection, before, marked=marked, after=last)
                await self._count_deletions(connection, batch)
            if not batch:
                return
            last = batch[-1]
            yield batch

    async def _dropped(self, before: datetime, marked: bool) -> AsyncIterator[list[dropping.Doomed]]:
        more = True
        while more:
            async with self._database.begin() as connection:
                batch, more = await dropping.drop_due(connection, before, marked=marked)
                await self._count_deletions(connection, batch)
            yield batch

    async def _count_deletions(self, connection: AsyncConnection, batch: list[dropping.Doomed]) -> None:
        if batch:
            items = [Item(DELETION, f"{one.kind} {one.resource}", 0) for one in batch]
            await runs.put_items(connection, self._run.run_id, items)
            await runs.add(connection, self._run.run_id, deletions=len(batch))

    # --- blobs and manifests --------------------------------------------------------------------

    async def _mark(self) -> tuple[int, int]:
        """Count and name what is due."""
        numbers, size = [0, 0], 0
        for position, (kind, pages) in enumerate(((BLOB, self.blob_pages()), (MANIFEST, self.manifest_pages()))):
            async for page in pages:
                await self._progress.checkpoint()
                numbers[position] += len(page)
                size += sum(candidate.size for candidate in page)
                await self._keep(kind, [Item(kind, candidate.digest, candidate.size) for candidate in page])
                for candidate in page:
                    await self.named(f"eligible {kind}", f"blob eligible for deletion: {candidate.digest}")
        blobs, manifests = numbers
        async with self._database.begin() as connection:
            await runs.found(connection, self._run.run_id, blobs, manifests, size)
            if self._options.dry_run:
                await runs.add(connection, self._run.run_id, blobs=blobs, manifests=manifests, freed_bytes=size)
        await self._progress.update(purged_blobs=blobs, purged_manifests=manifests, freed_space=size)
        await self._progress.log(f"{blobs} blobs and {manifests} manifests eligible for deletion")
        await self._progress.log(f"The GC could free up {size_for_people(size)} space, the size is a rough estimation.")
        return blobs, manifests

    async def blob_pages(self) -> AsyncIterator[list[Candidate]]:
        """Blobs that are due, page by page."""
        after: int | None = 0
        while after is not None:
            async with self._database.connect() as connection:
                page, after = await queries.blobs(connection, self._horizon, after, PAGE)
            yield page

    async def manifest_pages(self) -> AsyncIterator[list[Candidate]]:
        """Manifests that are due, page by page."""
        after: str | None = ""
        while after is not None:
            async with self._database.connect() as connection:
                page, _, after = await queries.manifests(connection, self._horizon, after, PAGE)
            yield page

    async def _sweep(self, eligible: int) -> None:
        began = time.monotonic()
        await prune(self._database, self._horizon)
        self._sweeper.begin(eligible, max(self._options.workers, 1))
        await self._sweeper.sweep_manifests()
        async for page in self.blob_pages():
            await self._sweeper.sweep(page)
        await self._sweep_left()
        await self._sweeper.remove_links()
        await self._sweeper.remove_repositories()
        async with self._database.connect() as connection:
            done = await runs.get(connection, self._run.run_id)
        seconds = max(time.monotonic() - began, 0.001)
        await self._progress.update(
            purged_blobs=done.blobs, purged_manifests=done.manifests, freed_space=done.freed_bytes
        )
        await self._progress.log(
            f"{done.blobs} blobs and {done.manifests} manifests are actually deleted in {seconds:.1f} s,"
            f" {(done.blobs + done.manifests) / seconds:.0f} a second"
        )
        await self._progress.log(f"The GC job actual frees up {size_for_people(done.freed_bytes)} space.")
        self._sweeper.check()

    async def _sweep_left(self) -> None:
        """What a sweeper that died was deleting is left to it until its time is over."""
        for _ in range(LEFT):
            if not await self._sweeper.wait_for_others():
                break
            async for page in self.blob_pages():
                await self._sweeper.sweep(page)


def _go(value: bool) -> str:
    return str(value).lower()
