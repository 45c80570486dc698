"""What a process answers: the applications of its roles, under one edge."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from moorage import __version__
from moorage.api.account import AccountPages
from moorage.api.explorer import SEGMENTS as EXPLORER_SEGMENTS
from moorage.api.explorer import Explorer
from moorage.asgi import ASGIApp, Respond
from moorage.checking.service import IntegrityService
from moorage.edge import Edge
from moorage.events.forwarding import check_endpoint
from moorage.events.purging import VENDOR_TYPE as PURGE_AUDIT_LOG
from moorage.identity.csrf_guard import CsrfGuard
from moorage.identity.token_endpoint import REGISTRY_SERVICE, TokenEndpoint
from moorage.identity.tokens import TokenIssuer, TokenVerifier
from moorage.jobs.engine import check_elsewhere
from moorage.jobs.recurring import RecurringJob
from moorage.lifecycle.history import TagHistoryService
from moorage.lifecycle.rules import RuleService
from moorage.logs import AccessLog
from moorage.portal.app import Portal
from moorage.probes import Check, Liveness, Readiness
from moorage.registry.app import RegistryApp
from moorage.registry.exchange import RegistryServices
from moorage.system.configuring import ConfigurationService
from moorage.system.models import Configuration
from moorage.system.service import SystemService

if TYPE_CHECKING:
    from moorage.app import Application


def edge(application: Application, checks: Mapping[str, Check], guard: CsrfGuard, access_log: AccessLog | None) -> Edge:
    """The callable over everything the roles of a process answer; ``checks`` are what they stand on."""
    bare: dict[str, Respond] = {"healthz": Liveness(), "readyz": Readiness(checks)}
    mounted: dict[str, ASGIApp] = {}
    if "core" in application.roles or "registry" in application.roles:
        bare["v2"] = guard.respond(RegistryApp(_registry_services(application), application.numbers.registry))
    if "core" in application.roles or "portal" in application.roles:
        portal = Portal(metrics=application.numbers.operations)
        # Its own first: none of its files may stand in the way of what else is answered.
        bare = {**dict.fromkeys(portal.segments, portal), **bare}
    if "core" in application.roles:
        issuer = TokenIssuer(application.keys, application.settings.security.token_expiration)
        refresh = application.settings.security.refresh_token_expiration
        tokens = TokenEndpoint(
            application.database, application.identity, application.access, issuer, refresh, application.configurations
        )
        bare["service"] = guard.respond(tokens)
        external_url = application.settings.server.external_url
        pages = AccountPages(application.identity, application.access, application.configurations, external_url)
        bare["c"] = guard.respond(pages)
        mounted["api"] = guard.app(_api(application, checks, portal))
        bare.update(dict.fromkeys(EXPLORER_SEGMENTS, Explorer()))
    return Edge(
        bare,
        mounted,
        startup=application.open,
        shutdown=application.close,
        access_log=access_log,
        trusted_proxies=application.settings.server.trusted_proxies,
        metrics=application.numbers.operations,
    )


def _registry_services(application: Application) -> RegistryServices:
    return RegistryServices(
        settings=application.settings.registry,
        access=application.access,
        identity=application.identity,
        tokens=TokenVerifier(application.keys, REGISTRY_SERVICE),
        repositories=application.repositories,
        blobs=application.blobs,
        uploads=application.uploads,
        artifacts=application.artifacts,
        pulls=application.pulls,
        quotas=application.quotas,
        trash=application.trash,
        configurations=application.configurations,
        external_url=application.settings.server.external_url,
    )


def _api(application: Application, checks: Mapping[str, Check], portal: Portal) -> ASGIApp:
    # Only the core pays for what the framework takes in memory and time.
    from moorage.api.app import api_app
    from moorage.api.services import Services
    from moorage.projects.holdings import HoldingService
    from moorage.system.allowlist import AllowlistService

    components = {"core": _answers, "database": checks["database"], "registry": checks["storage"]}
    components["jobservice"] = checks.get("jobservice", partial(check_elsewhere, application.jobs))
    if portal.built:
        components["portal"] = _answers
    system = SystemService(_instance(application), components)
    external_url = application.settings.server.external_url
    return api_app(
        Services(
            access=application.access,
            identity=application.identity,
            projects=application.projects,
            quotas=application.quotas,
            holdings=HoldingService(application.database),
            system=system,
            repositories=application.repositories,
            artifacts=application.artifacts,
            catalog=application.catalog,
            configurations=application.configurations,
            audit=application.audit,
            rules=RuleService(application.database),
            trash=application.trash,
            tag_history=TagHistoryService(application.database),
            retention=application.retention,
            collection=application.collection,
            configuring=_configuring(application),
            allowlist=AllowlistService(application.database),
            overview=application.overview,
            integrity=IntegrityService(application.database),
            webhooks=application.webhooks.policies,
            deliveries=application.webhooks.deliveries,
            jobs=application.jobs,
            schedules=application.schedules,
            purging=RecurringJob(application.database, application.jobs, application.schedules, PURGE_AUDIT_LOG),
            external_url=external_url,
        )
    )


def _configuring(application: Application) -> ConfigurationService:
    service = ConfigurationService(application.database, application.configurations)
    authorities = application.settings.audit.forward_authorities
    service.register("audit_log_forward_endpoint", lambda value: check_endpoint(value, authorities))
    return service


def _instance(application: Application) -> Configuration:
    storage = application.settings.storage
    on_disk = storage.driver == "filesystem"
    return Configuration(
        __version__,
        storage.driver,
        volume=(storage.root or application.settings.data / "storage") if on_disk else None,
        ca_certificate=application.settings.system.ca_certificate,
    )


async def _answers() -> None:
    """This process is up, or nobody could ask."""
