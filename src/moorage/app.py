"""The composition root: from settings to services to the ASGI application of the roles a process runs.

Nothing here runs at import, and nothing is global: two applications can live in one process.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from moorage import __version__, monitoring
from moorage.access.service import AccessService
from moorage.answering import edge
from moorage.artifacts.attribute_reader import Backfill
from moorage.artifacts.catalog import Catalog
from moorage.artifacts.pulls import PullStatistics
from moorage.artifacts.service import ArtifactService
from moorage.artifacts.settling import Settler
from moorage.asgi import ASGIApp
from moorage.blobs.models import UploadLimits
from moorage.blobs.service import BlobService
from moorage.blobs.uploads import UploadService
from moorage.checking.scrub import Scrub
from moorage.database.engine import Database
from moorage.database.reader import Reader
from moorage.edge import Edge
from moorage.egress.client import EgressClient
from moorage.errors import MoorageError, ServiceUnavailable
from moorage.events.audit import AuditWriter
from moorage.events.audit_service import AuditService
from moorage.events.dispatcher import Dispatcher
from moorage.events.forwarding import Forwarder
from moorage.events.purging import purge_job
from moorage.identity.bootstrap import BootstrapReport
from moorage.identity.bootstrap import bootstrap as first_contents
from moorage.identity.csrf import CsrfTokens
from moorage.identity.csrf_guard import CsrfGuard
from moorage.identity.keys import SigningKeys
from moorage.identity.secret_key import SecretBox, secret_key
from moorage.identity.service import IdentityService
from moorage.jobs import sweep
from moorage.jobs.cron import normalized
from moorage.jobs.engine import JobEngine, share
from moorage.jobs.models import JobType
from moorage.jobs.schedules import ScheduleService
from moorage.jobs.service import JobService
from moorage.jobs.wake import RedisWaker, Waker
from moorage.lifecycle.collection_service import CollectionService, rules_of
from moorage.lifecycle.immutability import Immutability
from moorage.lifecycle.retention import RetentionService
from moorage.lifecycle.service import TrashService
from moorage.logs import AccessLog
from moorage.metrics.pages import Pages
from moorage.monitoring import Numbers
from moorage.probes import Check
from moorage.projects.quotas import ROLL_UP_INTERVAL, QuotaService
from moorage.projects.service import ProjectService
from moorage.repositories.service import RepositoryService
from moorage.server import runtime
from moorage.server.metrics_socket import MetricsSocket
from moorage.settings import Settings
from moorage.storage.factory import blob_store
from moorage.storage.instrumented import InstrumentedStore
from moorage.storage.protocol import BlobStore
from moorage.system.cleaning import Leftovers, cleanup_job, schedule_cleanup
from moorage.system.configuration import Configurations
from moorage.system.configuring import configurations_of
from moorage.system.inventory import Inventory
from moorage.system.overview import OverviewService
from moorage.system.overwrite import overwritten
from moorage.system.presence import Presence
from moorage.webhooks.feature import Webhooks

ROLES = ("core", "registry", "jobservice", "exporter", "portal")

#: Roles that need the blob store.
STORING = frozenset({"core", "registry", "jobservice"})


@dataclass
class Application:
    """The services of one process, and the ASGI callable over them."""

    settings: Settings
    roles: Sequence[str]
    database: Database
    reader: Reader
    store: BlobStore
    keys: SigningKeys
    access: AccessService
    identity: IdentityService
    projects: ProjectService
    quotas: QuotaService
    repositories: RepositoryService
    blobs: BlobService
    uploads: UploadService
    artifacts: ArtifactService
    catalog: Catalog
    configurations: Configurations
    audit: AuditService
    pulls: PullStatistics
    dispatcher: Dispatcher
    forwarder: Forwarder
    trash: TrashService
    collection: CollectionService
    overview: OverviewService
    jobs: JobService
    schedules: ScheduleService
    engine: JobEngine
    retention: RetentionService
    scrub: Scrub
    egress: EgressClient
    webhooks: Webhooks
    numbers: Numbers
    inventory: Inventory
    asgi: Edge = field(init=False)
    metrics: Pages = field(init=False)
    presence: Presence = field(init=False)
    metrics_socket: MetricsSocket | None = None
    _background: list[asyncio.Task[None]] = field(default_factory=list)

    @classmethod
    def build(
        cls,
        settings: Settings,
        database_url: str | None = None,
        *,
        roles: Sequence[str] = ROLES,
        access_log: AccessLog | None = None,
        worker: int = 1,
    ) -> Application:
        """Wire everything; ``database_url`` goes before the settings' (the embedded server's).

        ``worker``: which of the server's processes this is, from 1.
        """
        database = Database(settings.database, database_url)
        numbers = Numbers()
        plain = blob_store(settings.storage, settings.data)
        store: BlobStore = InstrumentedStore(
            plain, lambda action, seconds: numbers.registry.storage(plain.driver, action, seconds)
        )
        key = secret_key(settings)
        keys = SigningKeys(database, SecretBox(key, "signing keys"), settings.security.token_algorithm)
        reader = Reader(database)
        access = AccessService(reader)
        configurations = configurations_of(settings, reader)
        redis = settings.redis.url
        jobs = JobService(database, RedisWaker(redis.get_secret_value()) if redis else Waker())
        schedules = ScheduleService(database)
        egress = EgressClient(settings.egress)
        webhooks = Webhooks.build(settings, key, database, jobs, configurations.current, egress, numbers.webhooks)
        consumers = (AuditWriter(configurations.current, numbers.events), webhooks.consumer)
        concurrency = share(settings.jobs.concurrency, settings.server.workers, worker)
        limits = UploadLimits(settings.registry.blob_size, settings.registry.uploads_per_principal)
        repositories, blobs = RepositoryService(database), BlobService(database, reader, store)
        overview = OverviewService(database)
        artifacts = ArtifactService(database, reader, settings.registry.manifest_cache, store)
        application = cls(
            settings=settings,
            roles=roles,
            database=database,
            reader=reader,
            store=store,
            keys=keys,
            access=access,
            identity=IdentityService(database, access, settings.security, reader, configurations),
            projects=ProjectService(database),
            quotas=QuotaService(database),
            repositories=repositories,
            blobs=blobs,
            uploads=UploadService(database, reader, store, limits),
            artifacts=artifacts,
            catalog=Catalog.build(database, reader, store, blobs, artifacts, Immutability()),
            configurations=configurations,
            audit=AuditService(database),
            pulls=PullStatistics(database, configurations.current, numbers.events, webhooks.policies.pulls_wanted),
            dispatcher=Dispatcher(database, consumers, numbers.events),
            forwarder=Forwarder(database, configurations.current, numbers.events, settings.audit.forward_authorities),
            trash=TrashService(database, settings.trash.retention_days),
            collection=CollectionService(database, store, jobs, schedules, rules_of(settings), numbers.collection),
            overview=overview,
            jobs=jobs,
            schedules=schedules,
            engine=JobEngine(
                database, jobs, settings.database, database_url, concurrency=concurrency, metrics=numbers.jobs
            ),
            numbers=numbers,
            inventory=monitoring.inventory(
                settings, database=database, configurations=configurations, overview=overview, jobs=jobs
            ),
            scrub=Scrub(database, store, settings, numbers.checking),
            retention=RetentionService(database, jobs, schedules),
            egress=egress,
            webhooks=webhooks,
        )
        application.metrics = monitoring.pages(
            settings,
            roles,
            numbers,
            application.inventory,
            database=database,
            artifacts=artifacts,
            identity=application.identity,
        )
        for job_type in application._job_types():
            jobs.register(job_type)
            numbers.jobs.declare(job_type.name)
        guard = CsrfGuard(CsrfTokens(key), settings.server.external_url)
        application.asgi = edge(application, application._checks(), guard, access_log)
        application.presence = Presence(database, roles, application._checks())
        return application

    async def open(self) -> None:
        """Connect to what the application stands on, and start what runs beside requests."""
        await self.database.open()
        if not STORING.isdisjoint(self.roles):
            await self.store.open()
        await self.keys.ensure()
        if self.metrics_socket is not None:
            await self.metrics_socket.start()
        await self.jobs.waker.start()
        if "core" in self.roles or "registry" in self.roles:
            self.pulls.start()
        if "jobservice" in self.roles:
            for work in (
                self._roll_up_quotas(),
                self.scrub.watch(self.schedules),
                self.webhooks.deliveries.watch(),
                Backfill(self.database, self.artifacts.attributes).run(),
                Settler(self.database).run(),
                self.dispatcher.run(),
                self.forwarder.run(),
                self.collection.upkeep(),
            ):
                self._background.append(asyncio.create_task(work))
            await schedule_cleanup(self.database, self.schedules, self.settings.cleanup.schedule)
            await self.engine.start()
        # At last, when what it looks at has begun.
        self.presence.start()

    async def close(self) -> None:
        """Stop in the other order."""
        await self.presence.close()
        await self.engine.close(self.settings.jobs.shutdown_timeout)
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        self._background.clear()
        if self.metrics_socket is not None:
            await self.metrics_socket.close()
        await self.inventory.close()
        await self.pulls.close()
        await self.egress.close()
        await self.jobs.waker.close()
        self.identity.close()
        await self.store.close()
        await self.overview.close()
        await self.reader.close()
        await self.database.close()

    def _checks(self) -> Mapping[str, Check]:
        """What the roles of this process stand on, by name."""
        checks: dict[str, Check] = {"database": self.database.ping}
        if not STORING.isdisjoint(self.roles):
            checks["storage"] = self.store.ping
        if "jobservice" in self.roles:
            checks["jobservice"] = self._works
        return checks

    async def _roll_up_quotas(self) -> None:
        """Keep the ledger of what projects hold short; several processes share the work by locked rows."""
        while True:
            await asyncio.sleep(ROLL_UP_INTERVAL * random.uniform(0.5, 1.0))
            with contextlib.suppress(MoorageError):
                await self.quotas.roll_up()

    def _job_types(self) -> Iterable[JobType]:
        """Every job type of every feature."""
        yield sweep.job_type(self.database, self.jobs)
        yield from self.retention.job_types()
        yield self.scrub.job_type()
        yield from self.webhooks.deliverer.job_types()
        yield purge_job(self.audit)
        yield self.collection.job_type()
        yield cleanup_job(
            [
                Leftovers("abandoned uploads", partial(self.uploads.purge, self.settings.storage.upload_expiry)),
                Leftovers("sessions that are over", self.identity.sessions.purge),
            ]
        )

    async def _works(self) -> None:
        """The work beside requests goes on in this process.

        Raises:
            ServiceUnavailable: some of it has ended.
        """
        if not self._background or any(task.done() for task in self._background):
            raise ServiceUnavailable("the background work of this process has ended")
        await self.engine.check()


def worker() -> ASGIApp:
    """The application of a worker process, from what the supervisor tells it."""
    current = runtime.load()
    access_log = AccessLog() if current.settings.log.access else None
    application = Application.build(
        current.settings, current.database_url, roles=current.roles, access_log=access_log, worker=current.worker
    )
    # One worker of a server is enough to ask the database how much there is.
    refresh = [application.inventory.refresh] if current.worker == 1 and "exporter" in current.roles else []
    application.metrics_socket = MetricsSocket(application.metrics, current.metrics_descriptor, *refresh)
    return application.asgi


async def bootstrap(settings: Settings, database_url: str) -> BootstrapReport:
    """Make the first contents of a migrated database; refuse settings that no worker could start with."""
    overwritten(settings.system)
    if settings.integrity.scrub_schedule:
        normalized(settings.integrity.scrub_schedule, "scrub (integrity.scrub_schedule)")
    normalized(settings.cleanup.schedule, "cleanup.schedule")
    database = Database(settings.database, database_url)
    await database.open()
    try:
        keys = SigningKeys(database, SecretBox(secret_key(settings), "signing keys"), settings.security.token_algorithm)
        return await first_contents(database, keys, settings.security)
    finally:
        await database.close()


__all__ = ["ROLES", "Application", "__version__", "bootstrap", "worker"]
