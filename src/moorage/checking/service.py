"""Use cases: checking everything, and saying how what is stored is doing."""

from __future__ import annotations

import time
from collections.abc import Sequence

from moorage.checking import queries
from moorage.checking.blobs import BlobCheck
from moorage.checking.hashing import Pace
from moorage.checking.manifests import ManifestCheck
from moorage.checking.models import BrokenArtifact, Options, Overview, QuarantinedBlob
from moorage.checking.quarantine import Quarantine
from moorage.checking.report import Report
from moorage.checking.rows import QuotaCheck, RowCheck
from moorage.checking.sources import Source
from moorage.checking.uploads import UploadCheck
from moorage.database.engine import Database
from moorage.database.listing import ListQuery
from moorage.errors import NotFound
from moorage.settings import RegistrySettings
from moorage.storage.protocol import BlobStore

__all__ = ["Checker", "IntegrityService"]


class Checker:
    """fsck: the database against the storage, in both directions, and each against itself.

    A server may run meanwhile, on this host or others: nothing that is pushed or deleted during the check is a finding.
    Memory does not grow with what is stored. Killed at any moment it leaves nothing half done; run again it goes on.
    """

    def __init__(
        self, database: Database, store: BlobStore, sources: Sequence[Source], settings: RegistrySettings
    ) -> None:
        self._database = database
        self._store = store
        self._sources = sources
        self._settings = settings

    async def run(self, options: Options, report: Report) -> None:
        """Check everything; ``report`` tells, also while it runs and when it was stopped, what was found.

        Raises:
            ServiceUnavailable: the database or the store went away.
        """
        report.repair = options.repair
        began = time.monotonic()
        await self._database.ping()
        await self._store.ping()
        pace = Pace(options.rate)
        quarantine = Quarantine(self._database, self._store, self._sources, pace)
        async with self._database.begin() as connection:
            run_id = await queries.begin_run(connection, "fsck", repair=options.repair)
        database, store, size = self._database, self._store, self._settings.manifest_size
        try:
            # Manifests first: what they refer to is needed, although no row may name it. Quotas last: repairs change
            # what counts.
            await ManifestCheck(database, quarantine, options, report, size).run()
            await BlobCheck(database, store, quarantine, options, report).run()
            await UploadCheck(database, store, pace, options, report).run()
            await RowCheck(database, options, report).run()
            await QuotaCheck(database, options, report).run()
            report.complete = True
        finally:
            report.seconds = time.monotonic() - began
            async with self._database.begin() as connection:
                await queries.end_run(
                    connection,
                    run_id,
                    complete=report.complete,
                    verified_blobs=report.verified_blobs,
                    verified_bytes=report.verified_bytes,
                    findings=report.findings,
                    repaired=report.repaired.total(),
                )


class IntegrityService:
    """What is known of the storage's integrity."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def overview(self) -> Overview:
        """How many blobs are in quarantine, how long ago blobs were hashed, and the latest runs."""
        async with self._database.connect() as connection:
            quarantined, oldest = await queries.state(connection)
            fsck = await queries.latest_run(connection, "fsck")
            return Overview(quarantined, oldest, fsck, await queries.latest_run(connection, "scrub"))

    async def quarantined(self, query: ListQuery) -> tuple[int, list[QuarantinedBlob]]:
        """How many blobs are in quarantine, and a page of them."""
        async with self._database.connect() as connection:
            return await queries.list_quarantined(connection, query)

    async def broken(self, digest: str, query: ListQuery) -> tuple[int, list[BrokenArtifact]]:
        """How many artifacts cannot be pulled because a blob is in quarantine, and a page of them.

        Raises:
            NotFound: no such blob is in quarantine.
        """
        async with self._database.connect() as connection:
            row = await queries.find(connection, digest)
            if row is None or row.quarantine_time is None:
                raise NotFound(f"blob {digest} is not in quarantine")
            total = await queries.count_broken(connection, digest)
            return total, await queries.broken(connection, digest, query.limit, query.offset)
