"""The scrub: blobs are read back and hashed in the background, those first that were not for the longest time.

``verified_time`` of each blob is all that a run has to remember: after a kill, a stop or a failure the next one goes on
where the last one was. What is damaged goes into quarantine, and what is there is looked for in the sources again.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from moorage.checking import queries
from moorage.checking.hashing import Crew, Pace
from moorage.checking.metrics import CheckingMetrics
from moorage.checking.models import BlobRow, Finding
from moorage.checking.quarantine import Quarantine
from moorage.checking.sources import open_sources
from moorage.database.engine import Database
from moorage.errors import MoorageError
from moorage.jobs.context import JobContext
from moorage.jobs.cron import normalized
from moorage.jobs.models import SYSTEM, JobStopped, JobType
from moorage.jobs.schedules import ScheduleService
from moorage.settings import Settings
from moorage.storage.protocol import BlobStore

NAME = "SCRUB"

#: Blobs of one page, and read at the same time.
PAGE = 100
READERS = 2

#: Seconds a run may last. It has to be long: reading everything slowly is the idea.
TIME_LIMIT = 90 * 86_400.0

#: Seconds between two looks at how what is stored is doing.
INTERVAL = 60.0

#: Artifacts that a line of the log names.
SHOWN = 5

_BEGINNING = datetime(1, 1, 2, tzinfo=UTC)


@dataclass(slots=True)
class _Progress:
    """What a run has done, kept with its task, so that whoever goes on with it knows."""

    run_id: int
    before: datetime
    verified_blobs: int = 0
    verified_bytes: int = 0
    findings: int = 0
    repaired: int = 0

    def counts(self) -> dict[str, int]:
        return {
            "verified_blobs": self.verified_blobs,
            "verified_bytes": self.verified_bytes,
            "findings": self.findings,
            "repaired": self.repaired,
        }

    def values(self) -> dict[str, Any]:
        return {"run_id": self.run_id, "before": self.before.isoformat(), **self.counts()}


class Scrub:
    """See the module."""

    def __init__(self, database: Database, store: BlobStore, settings: Settings, metrics: CheckingMetrics) -> None:
        self._database = database
        self._store = store
        self._settings = settings
        self._metrics = metrics

    def job_type(self) -> JobType:
        """One run at a time, in all replicas together."""
        return JobType(NAME, self.run, priority=-10, concurrency=1, time_limit=TIME_LIMIT)

    async def ensure_schedule(self, schedules: ScheduleService) -> None:
        """Let it run when the settings say so. Any number of replicas may do this at once."""
        wanted = self._settings.integrity.scrub_schedule
        found = await schedules.get(NAME, SYSTEM)
        if (found.cron if found is not None else "") == (normalized(wanted) if wanted else ""):
            return
        async with self._database.begin() as connection:
            if wanted:
                await schedules.put(connection, NAME, SYSTEM, "Custom", wanted, {})
            else:
                await schedules.remove(connection, NAME, SYSTEM)

    async def watch(self, schedules: ScheduleService) -> None:
        """Keep the schedule as the settings have it, and the metrics up to date, until cancelled."""
        while True:
            with suppress(MoorageError):
                await self.ensure_schedule(schedules)
                await self._metrics.refresh(self._database)
            await asyncio.sleep(INTERVAL * random.uniform(0.5, 1.0))

    async def run(self, context: JobContext) -> None:
        """The job."""
        integrity = self._settings.integrity
        progress = await self._begin(context)
        pace = Pace(integrity.scrub_rate, context.checkpoint)
        try:
            async with open_sources(self._settings) as sources:
                quarantine = Quarantine(self._database, self._store, sources, pace)
                await self._read(context, quarantine, progress)
                await self._heal(context, quarantine, progress)
        except JobStopped:
            await self._end(context, progress, complete=False)
            raise
        await self._end(context, progress, complete=True)

    async def _begin(self, context: JobContext) -> _Progress:
        kept = context.task.extra_attrs
        if "run_id" in kept:
            counts = {name: kept[name] for name in ("verified_blobs", "verified_bytes", "findings", "repaired")}
            return _Progress(kept["run_id"], datetime.fromisoformat(kept["before"]), **counts)
        before = datetime.now(UTC) - timedelta(seconds=self._settings.integrity.scrub_age)
        async with self._database.begin() as connection:
            run_id = await queries.begin_run(connection, "scrub", repair=True)
        progress = _Progress(run_id, before)
        await context.update(**progress.values())
        return progress

    async def _end(self, context: JobContext, progress: _Progress, *, complete: bool) -> None:
        async with self._database.begin() as connection:
            await queries.end_run(connection, progress.run_id, complete=complete, **progress.counts())
        await context.log(
            f"{progress.verified_blobs} blobs with {progress.verified_bytes} bytes are right,"
            f" {progress.findings} were damaged, {progress.repaired} of them are mended"
        )
        await context.update(**progress.values())
        await self._metrics.refresh(self._database)

    # --- reading --------------------------------------------------------------------------------

    async def _read(self, context: JobContext, quarantine: Quarantine, progress: _Progress) -> None:
        await context.log(f"blobs not hashed since {progress.before:%Y-%m-%dT%H:%M:%SZ} are read, the oldest first")
        async with aclosing(self._pages(progress.before)) as pages:
            async for page in pages:
                right: list[BlobRow] = []
                async with Crew(READERS) as crew:
                    for row in page:
                        await context.checkpoint()
                        await crew.start(self._verify(context, quarantine, progress, row, right))
                await self._mark(right, progress)
                await context.update(**progress.values())

    async def _pages(self, before: datetime) -> AsyncGenerator[list[BlobRow]]:
        after = (_BEGINNING, 0)
        while True:
            async with self._database.connect() as connection:
                page = await queries.oldest(connection, after, before, PAGE)
            if not page:
                return
            yield [row for _, row in page]
            after = (page[-1][0], page[-1][1].blob_id)

    async def _verify(
        self,
        context: JobContext,
        quarantine: Quarantine,
        progress: _Progress,
        row: BlobRow,
        right: list[BlobRow],
    ) -> None:
        look = await quarantine.look(row)
        if look.is_whole and look.size == row.size:
            right.append(row)
            return
        finding = await quarantine.judge(row.digest, repair=True)
        if finding is not None:
            await self._tell(context, progress, finding)

    async def _mark(self, right: list[BlobRow], progress: _Progress) -> None:
        if not right:
            return
        async with self._database.begin() as connection:
            await queries.mark_verified(connection, [row.blob_id for row in right])
        size = sum(row.size for row in right)
        progress.verified_blobs += len(right)
        progress.verified_bytes += size
        self._metrics.verified_blobs += len(right)
        self._metrics.verified_bytes += size

    async def _tell(self, context: JobContext, progress: _Progress, finding: Finding) -> None:
        progress.findings += 1
        progress.repaired += finding.repaired
        self._metrics.damaged += 1
        self._metrics.healed += finding.repaired
        await context.log(f"{finding.name}: {finding.problem}; {finding.repair}", "WARNING")
        for artifact in finding.artifacts[:SHOWN]:
            tags = f" ({', '.join(artifact.tags[:SHOWN])})" if artifact.tags else ""
            await context.log(f"breaks {artifact.repository}@{artifact.digest}{tags}", "WARNING")
        if finding.artifact_count > SHOWN:
            await context.log(f"and {finding.artifact_count - SHOWN} more", "WARNING")

    # --- what is in quarantine already ------------------------------------------------------------

    async def _heal(self, context: JobContext, quarantine: Quarantine, progress: _Progress) -> None:
        after = ""
        while True:
            async with self._database.connect() as connection:
                page = await queries.quarantined(connection, after, PAGE)
            for row in page:
                await context.checkpoint()
                finding = await quarantine.judge(row.digest, repair=True)
                if finding is not None and finding.repaired:
                    progress.repaired += 1
                    self._metrics.healed += 1
                    await context.log(f"{finding.name}: {finding.repair}")
            if len(page) < PAGE:
                return
            after = page[-1].digest
