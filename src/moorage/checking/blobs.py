"""Blobs' rows against the store's files, both ways.

Rows and files come in the same order, so they are merged and nothing is remembered. What does not match then may just
have been pushed or deleted: it is looked at again, with its row locked or its digest claimed, before it is told.
"""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

from moorage.checking import queries
from moorage.checking.hashing import Crew
from moorage.checking.models import BlobRow, Finding, Kind, Options, Orphans
from moorage.checking.quarantine import Quarantine
from moorage.checking.report import Report
from moorage.database.engine import Database
from moorage.storage import paths
from moorage.storage.protocol import BlobStore, StoredFile

#: Rows asked for at once, blobs read at the same time, and marks and orphans of one transaction.
PAGE = 1_000
READERS = 4
MARKS = 200
ORPHANS = 50

_BY_OTHERS = (
    "bytes that no row names: from a push that a crash cut off, or another registry's, which `moorage import storage`"
    " would adopt"
)


class BlobCheck:
    """One comparison."""

    def __init__(
        self, database: Database, store: BlobStore, quarantine: Quarantine, options: Options, report: Report
    ) -> None:
        self._database = database
        self._store = store
        self._quarantine = quarantine
        self._options = options
        self._report = report
        self._right: list[int] = []
        self._orphans: list[StoredFile] = []
        self._before = datetime.now(UTC) - timedelta(seconds=options.window)

    async def run(self) -> None:
        """Compare everything."""
        async with self._database.connect() as connection:
            total, _ = await queries.totals(connection)
        self._report.begin("blobs", total)
        foreign = await self._holds_another_registry()
        async with Crew(READERS) as crew, aclosing(merged(self._rows(), self._store.files())) as pairs:
            async for row, file in pairs:
                if row is not None:
                    self._report.blobs += 1
                    self._report.done += 1
                    await crew.start(self._compare(row, file))
                elif file is not None and file.digest is None:
                    await self._stray(file)
                elif file is not None:
                    self._orphans.append(file)
                    if len(self._orphans) >= ORPHANS:
                        await self._settle_orphans(foreign)
        await self._settle_orphans(foreign)
        await self._mark()

    async def _rows(self) -> AsyncGenerator[BlobRow]:
        after = ""
        while True:
            async with self._database.connect() as connection:
                rows = await queries.page(connection, after, PAGE)
            for row in rows:
                yield row
            if len(rows) < PAGE:
                return
            after = rows[-1].digest

    # --- rows with files, and without ------------------------------------------------------------

    async def _compare(self, row: BlobRow, file: StoredFile | None) -> None:
        seems_right = row.quarantine_time is None and file is not None and file.size == row.size
        if seems_right and random.random() >= self._options.sample:
            return
        if seems_right:
            look = await self._quarantine.look(row)
            if look.is_whole:
                self._report.verified(row.size)
                self._right.append(row.blob_id)
                if len(self._right) >= MARKS:
                    await self._mark()
                return
        finding = await self._quarantine.judge(row.digest, repair=self._options.repair)
        if finding is not None:
            self._report.add(finding)

    async def _mark(self) -> None:
        right, self._right = self._right, []
        if right:
            async with self._database.begin() as connection:
                await queries.mark_verified(connection, right)

    # --- files without rows -----------------------------------------------------------------------

    async def _holds_another_registry(self) -> bool:
        """Whether links of distribution lie beside: then what no row names may be in use."""
        async with aclosing(self._store.list(paths.REPOSITORIES)) as entries:
            async for _ in entries:
                return True
        return False

    async def _stray(self, file: StoredFile) -> None:
        if file.modified >= self._before:
            return
        repair = "--repair moves it to the quarantine"
        repaired = False
        if self._options.repair:
            moved = await self._store.set_aside(file.path)
            if moved is None:
                return
            repair, repaired = f"moved to {moved}", True
        self._report.add(Finding(Kind.STRAY, file.path, "a file that is no blob, among the blobs", repair, repaired))

    async def _settle_orphans(self, foreign: bool) -> None:
        orphans, self._orphans = self._orphans, []
        if not orphans:
            return
        digests = {file.digest: file for file in orphans if file.digest is not None}
        async with self._database.connect() as connection:
            manifests = await queries.manifests_among(connection, sorted(digests))
        self._report.foreign_manifests += len(manifests)
        wanted = sorted(digests.keys() - manifests)
        if not wanted:
            return
        async with self._database.begin() as connection:
            # Waits for pushes of these digests that are not committed yet, and lets later ones wait for us.
            rowless = await queries.claim(connection, wanted)
            for digest in sorted(rowless):
                finding = await self._orphan(digests[digest], foreign)
                if finding is not None:
                    self._report.add(finding)
            await queries.release(connection, rowless)

    async def _orphan(self, file: StoredFile, foreign: bool) -> Finding | None:
        assert file.digest is not None
        if await self._store.size(file.digest) is None:
            return None
        options = self._options
        finding = Finding(Kind.ORPHAN, file.digest, f"{file.size} {_BY_OTHERS}")
        if file.modified >= self._before:
            # Nobody is storing it, or we would have waited; but who copies a store here by hand may not be done.
            return _answered(finding, "it is too young to be touched (--older-than)")
        if not options.repair or options.orphans is Orphans.KEEP:
            return _answered(finding, "--repair moves it to the quarantine, --repair --orphans remove deletes it")
        if foreign and options.orphans is Orphans.MOVE:
            return _answered(
                finding, "left alone, since links of another registry lie beside it; --orphans remove deletes it"
            )
        if options.orphans is Orphans.REMOVE:
            await self._store.delete(file.digest)
            return _answered(finding, "deleted", repaired=True)
        moved = await self._store.set_aside(file.path)
        return _answered(finding, f"moved to {moved}", repaired=True)


def _answered(finding: Finding, what: str, *, repaired: bool = False) -> Finding:
    return Finding(finding.kind, finding.name, finding.problem, what, repaired)


async def merged(
    rows: AsyncGenerator[BlobRow], files: AsyncGenerator[StoredFile]
) -> AsyncGenerator[tuple[BlobRow | None, StoredFile | None]]:
    """Rows and files by digest, both in its byte order; files that are no blob's come by themselves."""
    async with aclosing(rows), aclosing(files):
        row = await anext(rows, None)
        async for file in files:
            if file.digest is None:
                yield None, file
                continue
            while row is not None and row.digest < file.digest:
                yield row, None
                row = await anext(rows, None)
            if row is not None and row.digest == file.digest:
                yield row, file
                row = await anext(rows, None)
            else:
                yield None, file
        while row is not None:
            yield row, None
            row = await anext(rows, None)
