"""What the handlers of /api are built on."""

from __future__ import annotations

from dataclasses import dataclass

from moorage.access.service import AccessService
from moorage.artifacts.service import ArtifactService
from moorage.identity.service import IdentityService
from moorage.projects.service import ProjectService
from moorage.system.allowlist import AllowlistService
from moorage.system.configuration import Configurations
from moorage.system.configuring import ConfigurationService
from moorage.system.overview import OverviewService
from moorage.system.service import SystemService


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases, one attribute per feature."""

    access: AccessService
    identity: IdentityService
    projects: ProjectService
    system: SystemService
    artifacts: ArtifactService
    configurations: Configurations
    configuring: ConfigurationService
    allowlist: AllowlistService
    overview: OverviewService
    #: The URL clients know this registry by; None: the one each of them asks under.
    external_url: str | None = None
