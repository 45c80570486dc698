"""What a process shows as metrics: every collector, and the page it is on.

Beside the composition root, which builds what the collectors read. A feature that counts something offers a
``Collector`` (numbers of this process) or a ``Source`` of the inventory (numbers of the database, asked by one process
for all) and has it named here; docs/metrics.md describes what it shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from moorage import __version__
from moorage.artifacts.service import ArtifactService
from moorage.checking.metrics import CheckingMetrics
from moorage.database.engine import Database
from moorage.database.metrics import DatabaseMetrics
from moorage.events.metrics import EventMetrics
from moorage.identity.service import IdentityService
from moorage.jobs.metrics import JobMetrics
from moorage.jobs.service import JobService
from moorage.lifecycle.collection_metrics import CollectionMetrics
from moorage.metrics.caches import CacheMetrics, DescriptorCacheMetrics
from moorage.metrics.interpreter import InterpreterMetrics
from moorage.metrics.operations import OperationMetrics
from moorage.metrics.pages import Page, Pages
from moorage.registry.metrics import RegistryMetrics
from moorage.settings import Settings
from moorage.system.configuration import Configurations
from moorage.system.inventory import Inventory, Source
from moorage.system.inventory_health import HealthSource, InfoSource
from moorage.system.inventory_projects import ProjectSource
from moorage.system.inventory_queues import QueueSource
from moorage.system.models import Configuration
from moorage.system.overview import OverviewService
from moorage.webhooks.metrics import WebhookMetrics


@dataclass
class Numbers:
    """What this process counts itself, by whoever does it."""

    registry: RegistryMetrics = field(default_factory=RegistryMetrics)
    jobs: JobMetrics = field(default_factory=JobMetrics)
    collection: CollectionMetrics = field(default_factory=CollectionMetrics)
    checking: CheckingMetrics = field(default_factory=CheckingMetrics)
    webhooks: WebhookMetrics = field(default_factory=WebhookMetrics)
    events: EventMetrics = field(default_factory=EventMetrics)
    operations: OperationMetrics = field(init=False)

    def __post_init__(self) -> None:
        self.operations = OperationMetrics(self.registry.operations)


def pages(
    settings: Settings,
    roles: Sequence[str],
    numbers: Numbers,
    inventory: Inventory,
    *,
    database: Database,
    artifacts: ArtifactService,
    identity: IdentityService,
) -> Pages:
    """The pages of a process with these roles."""
    shown = Pages()
    shown.register(DatabaseMetrics(database.use, alias=settings.metrics.aliases), Page.COMMON)
    shown.register(InterpreterMetrics(), Page.COMMON)
    if not {"core", "registry", "portal"}.isdisjoint(roles):
        shown.register(numbers.operations, Page.CORE)
    if "core" in roles or "registry" in roles:
        shown.register(numbers.registry, Page.REGISTRY)
        shown.register(DescriptorCacheMetrics(artifacts.use), Page.REGISTRY)
        caches = {"manifest": artifacts.use, "artifact": artifacts.attributes.use, "credential": identity.use}
        shown.register(CacheMetrics(caches), Page.COMMON)
        shown.register(numbers.events.pulls(), Page.REGISTRY)
    if "jobservice" in roles:
        shown.register(numbers.events, Page.JOBSERVICE)
        shown.register(numbers.jobs, Page.JOBSERVICE)
        shown.register(numbers.collection, Page.JOBSERVICE)
        shown.register(numbers.checking, Page.JOBSERVICE)
        shown.register(numbers.webhooks, Page.JOBSERVICE)
    if "exporter" in roles:
        shown.register(inventory, Page.EXPORTER)
    return shown


def inventory(
    settings: Settings,
    *,
    database: Database,
    configurations: Configurations,
    overview: OverviewService,
    jobs: JobService,
) -> Inventory:
    """What the exporter counts."""
    metrics = settings.metrics
    version = Configuration(__version__, settings.storage.driver).harbor_version
    sources: Sequence[Source] = (
        HealthSource(),
        InfoSource(version, configurations.current),
        ProjectSource(overview.stored_bytes, most=metrics.projects, aliases=metrics.aliases),
        QueueSource(jobs, aliases=metrics.aliases),
    )
    return Inventory(database, sources, metrics.inventory_cache)
