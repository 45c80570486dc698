"""One replica's identity, projects and API on a database of the test's own; several may share it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from moorage.access.principals import Principal
from moorage.access.service import AccessService
from moorage.api.app import api_app
from moorage.api.services import Services
from moorage.artifacts.catalog import Catalog
from moorage.artifacts.service import ArtifactService
from moorage.blobs.service import BlobService
from moorage.checking.service import IntegrityService
from moorage.database.engine import Database
from moorage.database.reader import Reader
from moorage.edge import Edge
from moorage.egress.client import EgressClient
from moorage.events.audit_service import AuditService
from moorage.events.purging import VENDOR_TYPE as PURGE
from moorage.events.purging import purge_job
from moorage.identity.bootstrap import bootstrap
from moorage.identity.keys import SigningKeys
from moorage.identity.secret_key import SecretBox, secret_key
from moorage.identity.service import IdentityService
from moorage.identity.token_endpoint import REGISTRY_SERVICE, TokenEndpoint
from moorage.identity.tokens import TokenIssuer, TokenVerifier
from moorage.jobs.recurring import RecurringJob
from moorage.jobs.schedules import ScheduleService
from moorage.jobs.service import JobService
from moorage.jobs.worker import Worker
from moorage.lifecycle.collection_service import CollectionService, rules_of
from moorage.lifecycle.history import TagHistoryService
from moorage.lifecycle.immutability import Immutability
from moorage.lifecycle.retention import RetentionService
from moorage.lifecycle.rules import RuleService
from moorage.lifecycle.service import TrashService
from moorage.probes import Check
from moorage.projects.holdings import HoldingService
from moorage.projects.quotas import QuotaService
from moorage.projects.service import ProjectService
from moorage.repositories.service import RepositoryService
from moorage.settings import Settings
from moorage.storage.memory import MemoryStore
from moorage.system.allowlist import AllowlistService
from moorage.system.configuration import Configurations
from moorage.system.configuring import ConfigurationService, configurations_of
from moorage.system.models import Configuration
from moorage.system.overview import OverviewService
from moorage.system.service import SystemService
from moorage.webhooks.deliveries import DeliveryService
from moorage.webhooks.metrics import WebhookMetrics
from moorage.webhooks.service import WebhookService

ADMIN = ("admin", "Harbor12345")
PASSWORD = "Passw0rd-x1"


@dataclass
class Replica:
    """The services of one process and a client of its HTTP API."""

    settings: Settings
    database: Database
    access: AccessService
    identity: IdentityService
    projects: ProjectService
    keys: SigningKeys
    issuer: TokenIssuer
    verifier: TokenVerifier
    checks: dict[str, Check]
    configurations: Configurations
    configuring: ConfigurationService
    jobs: JobService
    http: httpx2.AsyncClient
    #: The admin's password, if this start made it.
    generated: str | None

    async def user(self, name: str, **more: Any) -> int:
        """A new user with ``PASSWORD``; the id."""
        return (await self.identity.users.create(name, PASSWORD, **more)).user_id

    async def login(self, name: str, password: str = PASSWORD, address: str = "192.0.2.1") -> Principal:
        """Log in."""
        return await self.identity.authenticate(name, password, address)

    async def run_jobs(self) -> None:
        """Run every job there is."""
        worker = Worker(self.database, self.jobs)
        try:
            await worker.drain()
        finally:
            await worker.stop(0)

    async def api(self, method: str, path: str, auth: tuple[str, str] | None = ADMIN, **more: Any) -> httpx2.Response:
        """A request below ``/api/v2.0``, as the admin unless told otherwise."""
        if auth is not None:
            more["auth"] = auth
        return await self.http.request(method, f"/api/v2.0{path}", **more)


@asynccontextmanager
async def replica(settings: Settings, url: str) -> AsyncIterator[Replica]:
    """Start one; the first makes the database's first contents."""
    database = Database(settings.database, url)
    await database.open()
    security = settings.security
    keys = SigningKeys(database, SecretBox(secret_key(settings), "signing keys"), security.token_algorithm)
    report = await bootstrap(database, keys, security)
    reader = Reader(database)
    access = AccessService(reader)
    configurations = configurations_of(settings, reader)
    identity = IdentityService(database, access, security, reader, configurations)
    projects = ProjectService(database)
    issuer = TokenIssuer(keys, security.token_expiration)
    checks: dict[str, Check] = {"core": _nothing, "database": database.ping}
    instance = Configuration("0.1.0", settings.storage.driver, settings.data, settings.data / "ca.crt")
    system = SystemService(instance, checks)
    configuring = ConfigurationService(database, configurations)
    refresh = security.refresh_token_expiration
    store = MemoryStore()
    audit = AuditService(database)
    jobs, schedules = JobService(database), ScheduleService(database)
    jobs.register(purge_job(audit))
    collection = CollectionService(database, store, jobs, schedules, rules_of(settings))
    jobs.register(collection.job_type())
    repositories, blobs = RepositoryService(database), BlobService(database, reader, store)
    artifacts = ArtifactService(database, reader, 1024, store)
    edge = Edge(
        {"service": TokenEndpoint(database, identity, access, issuer, refresh, configurations)},
        {
            "api": api_app(
                Services(
                    access=access,
                    identity=identity,
                    projects=projects,
                    quotas=QuotaService(database),
                    holdings=HoldingService(database),
                    system=system,
                    repositories=repositories,
                    artifacts=artifacts,
                    catalog=Catalog.build(database, reader, store, blobs, artifacts, Immutability()),
                    configurations=configurations,
                    audit=audit,
                    rules=RuleService(database),
                    trash=TrashService(database, settings.trash.retention_days),
                    tag_history=TagHistoryService(database),
                    retention=RetentionService(database, jobs, schedules),
                    configuring=configuring,
                    allowlist=AllowlistService(database),
                    overview=OverviewService(database),
                    integrity=IntegrityService(database),
                    webhooks=WebhookService(
                        database, SecretBox(secret_key(settings), "webhooks"), EgressClient(settings.egress).check
                    ),
                    deliveries=DeliveryService(database, jobs, WebhookMetrics()),
                    jobs=jobs,
                    schedules=schedules,
                    collection=collection,
                    purging=RecurringJob(database, jobs, schedules, PURGE),
                )
            )
        },
        startup=_nothing,
        shutdown=_nothing,
    )
    transport = httpx2.ASGITransport(app=edge, raise_app_exceptions=True)
    async with httpx2.AsyncClient(transport=transport, base_url="http://registry.test") as http:
        try:
            yield Replica(
                settings,
                database,
                access,
                identity,
                projects,
                keys,
                issuer,
                TokenVerifier(keys, REGISTRY_SERVICE),
                checks,
                configurations,
                configuring,
                jobs,
                http,
                report.generated_admin_password,
            )
        finally:
            identity.close()
            await database.close()


async def _nothing() -> None:
    pass


def message(answer: httpx2.Response) -> tuple[int, str, str]:
    """Status, code and message of an error, its form checked on the way (H row 5)."""
    assert answer.headers["content-type"] == "application/json; charset=utf-8", answer.headers
    assert answer.content.endswith(b"}\n")
    body = answer.json()
    assert list(body) == ["errors"]
    assert [list(error) for error in body["errors"]] == [["code", "message"]]
    return answer.status_code, body["errors"][0]["code"], body["errors"][0]["message"]
