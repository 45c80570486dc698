"""Numbers of the scrub, and how what is stored is doing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from moorage.checking import queries
from moorage.checking.models import Run
from moorage.database.engine import Database
from moorage.metrics.families import SharedGauge


@dataclass(slots=True)
class CheckingMetrics(Collector):
    """Plain numbers, kept by those who do the work; what the database tells is the same in every process."""

    verified_blobs: int = 0
    verified_bytes: int = 0
    damaged: int = 0
    healed: int = 0
    quarantined: int = 0
    oldest: datetime | None = None
    fsck: Run | None = None
    scrub: Run | None = None

    def __hash__(self) -> int:
        """By identity, as a registry needs it."""
        return id(self)

    async def refresh(self, database: Database) -> None:
        """Ask the database.

        Raises:
            ServiceUnavailable: it does not answer.
        """
        async with database.connect() as connection:
            self.quarantined, self.oldest = await queries.state(connection)
            self.fsck = await queries.latest_run(connection, "fsck")
            self.scrub = await queries.latest_run(connection, "scrub")

    def collect(self) -> Iterator[Metric]:
        """Every metric."""
        yield CounterMetricFamily(
            "moorage_scrub_verified_blobs", "Blobs that were read back and are right.", self.verified_blobs
        )
        yield CounterMetricFamily("moorage_scrub_verified_bytes", "Bytes of them.", self.verified_bytes)
        yield CounterMetricFamily("moorage_scrub_damaged_blobs", "Blobs that were found damaged.", self.damaged)
        yield CounterMetricFamily("moorage_scrub_healed_blobs", "Blobs that were found again elsewhere.", self.healed)
        yield SharedGauge(
            "moorage_blobs_quarantined", "Blobs that nobody is given, since they are damaged.", self.quarantined
        )
        age = 0.0 if self.oldest is None else (datetime.now(UTC) - self.oldest).total_seconds()
        yield SharedGauge(
            "moorage_blobs_oldest_verification_age_seconds",
            "How long ago the blob was hashed that was not for the longest time.",
            max(age, 0.0),
        )
        end = SharedGauge("moorage_check_last_end_timestamp_seconds", "End of the last check.", labels=("kind",))
        complete = SharedGauge("moorage_check_last_complete", "Whether it was complete.", labels=("kind",))
        found = SharedGauge(
            "moorage_check_last_unrepaired_findings", "What it found and could not repair.", labels=("kind",)
        )
        for kind, run in (("fsck", self.fsck), ("scrub", self.scrub)):
            if run is not None and run.end_time is not None:
                end.add_metric((kind,), run.end_time.timestamp())
                complete.add_metric((kind,), run.complete)
                found.add_metric((kind,), max(run.findings - run.repaired, 0))
        yield end
        yield complete
        yield found
