"""The composition root of a process that serves the portal and nothing else.

It stands on nothing: no database, no storage, no secret key. So it loads none of what the other roles need.
"""

from __future__ import annotations

from moorage.asgi import ASGIApp
from moorage.edge import Edge
from moorage.errors import ServiceUnavailable
from moorage.logs import AccessLog
from moorage.metrics.interpreter import InterpreterMetrics
from moorage.metrics.operations import OperationMetrics
from moorage.metrics.pages import Page, Pages
from moorage.portal.app import Portal
from moorage.probes import Liveness, Readiness
from moorage.server import runtime
from moorage.server.metrics_socket import MetricsSocket
from moorage.settings import Settings


def worker() -> ASGIApp:
    """The application of a worker process, from what the supervisor tells it."""
    current = runtime.load()
    operations, pages = OperationMetrics(), Pages()
    pages.register(operations, Page.CORE)
    pages.register(InterpreterMetrics(), Page.COMMON)
    metrics = MetricsSocket(pages, current.metrics_descriptor)
    return application(current.settings, Portal(metrics=operations), operations, metrics)


def application(settings: Settings, portal: Portal, operations: OperationMetrics, metrics: MetricsSocket) -> Edge:
    """The portal and the probes under one callable."""

    async def is_built() -> None:
        if not portal.built:
            raise ServiceUnavailable("the portal has not been built")

    return Edge(
        {**dict.fromkeys(portal.segments, portal), "healthz": Liveness(), "readyz": Readiness({"portal": is_built})},
        {},
        startup=metrics.start,
        shutdown=metrics.close,
        access_log=AccessLog() if settings.log.access else None,
        trusted_proxies=settings.server.trusted_proxies,
        metrics=operations,
    )
