"""The feature put together: what the composition root makes once per process."""

from __future__ import annotations

from dataclasses import dataclass

from moorage.database.engine import Database
from moorage.egress.client import EgressClient
from moorage.identity.secret_key import SecretBox
from moorage.jobs.service import JobService
from moorage.settings import Settings
from moorage.webhooks.addresses import own_host
from moorage.webhooks.consumer import Configuration, WebhookConsumer
from moorage.webhooks.deliveries import DeliveryService
from moorage.webhooks.delivery import Deliverer
from moorage.webhooks.metrics import WebhookMetrics
from moorage.webhooks.service import WebhookService


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Policies, what becomes of deliveries, who makes them of events, and who sends them."""

    policies: WebhookService
    deliveries: DeliveryService
    consumer: WebhookConsumer
    deliverer: Deliverer

    @classmethod
    def build(
        cls,
        settings: Settings,
        key: bytes,
        database: Database,
        jobs: JobService,
        configuration: Configuration,
        egress: EgressClient,
        metrics: WebhookMetrics,
    ) -> Webhooks:
        """``key``: the instance's secret key."""
        policies = WebhookService(database, SecretBox(key, "webhooks"), egress.check)
        return cls(
            policies,
            DeliveryService(database, jobs, metrics),
            WebhookConsumer(configuration, jobs, metrics, own_host(settings.server)),
            Deliverer(policies, egress, settings.webhooks, metrics),
        )
