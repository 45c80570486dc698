"""What the handlers of /api are built on."""

from __future__ import annotations

from dataclasses import dataclass

from moorage.access.service import AccessService
from moorage.artifacts.catalog import Catalog
from moorage.artifacts.service import ArtifactService
from moorage.checking.service import IntegrityService
from moorage.events.audit_service import AuditService
from moorage.identity.service import IdentityService
from moorage.jobs.recurring import RecurringJob
from moorage.jobs.schedules import ScheduleService
from moorage.jobs.service import JobService
from moorage.lifecycle.collection_service import CollectionService
from moorage.lifecycle.history import TagHistoryService
from moorage.lifecycle.retention import RetentionService
from moorage.lifecycle.rules import RuleService
from moorage.lifecycle.service import TrashService
from moorage.projects.holdings import HoldingService
from moorage.projects.quotas import QuotaService
from moorage.projects.service import ProjectService
from moorage.repositories.service import RepositoryService
from moorage.system.allowlist import AllowlistService
from moorage.system.configuration import Configurations
from moorage.system.configuring import ConfigurationService
from moorage.system.overview import OverviewService
from moorage.system.service import SystemService
from moorage.webhooks.deliveries import DeliveryService
from moorage.webhooks.service import WebhookService


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases, one attribute per feature."""

    access: AccessService
    identity: IdentityService
    projects: ProjectService
    quotas: QuotaService
    holdings: HoldingService
    system: SystemService
    repositories: RepositoryService
    artifacts: ArtifactService
    catalog: Catalog
    configurations: Configurations
    audit: AuditService
    rules: RuleService
    trash: TrashService
    tag_history: TagHistoryService
    retention: RetentionService
    collection: CollectionService
    configuring: ConfigurationService
    allowlist: AllowlistService
    overview: OverviewService
    integrity: IntegrityService
    webhooks: WebhookService
    deliveries: DeliveryService
    jobs: JobService
    schedules: ScheduleService
    #: Of the audit log.
    purging: RecurringJob
    #: The URL clients know this registry by; None: the one each of them asks under.
    external_url: str | None = None
