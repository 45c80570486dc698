"""One request on /v2 while it is being answered."""

from __future__ import annotations

from asyncio import Future
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from moorage.access.models import ProjectAccess
from moorage.access.principals import ANONYMOUS, Principal
from moorage.access.service import AccessService
from moorage.artifacts.pulls import PullStatistics
from moorage.artifacts.service import ArtifactService
from moorage.asgi import Headers, Request
from moorage.blobs.service import BlobService
from moorage.blobs.uploads import UploadService
from moorage.events.models import Actor
from moorage.identity.service import IdentityService
from moorage.identity.tokens import Access, TokenVerifier
from moorage.lifecycle.service import TrashService
from moorage.oci.manifests import Limits
from moorage.projects.quotas import QuotaService
from moorage.repositories.service import RepositoryService
from moorage.settings import RegistrySettings
from moorage.system.configuration import Configurations

API_VERSION = (b"docker-distribution-api-version", b"registry/2.0")


@dataclass(frozen=True, slots=True)
class RegistryServices:
    """What /v2 is built on."""

    settings: RegistrySettings
    access: AccessService
    identity: IdentityService
    tokens: TokenVerifier
    repositories: RepositoryService
    blobs: BlobService
    uploads: UploadService
    artifacts: ArtifactService
    pulls: PullStatistics
    quotas: QuotaService
    trash: TrashService
    configurations: Configurations
    external_url: str | None

    @property
    def limits(self) -> Limits:
        """What a manifest may be at most."""
        return Limits(self.settings.manifest_references, self.settings.json_depth)


@dataclass(slots=True)
class Exchange:
    """The request, what its path names, and what the policies have found out so far."""

    request: Request
    services: RegistryServices
    #: Repository name; empty where the path names none.
    name: str = ""
    #: Tag, digest or upload id.
    reference: str = ""
    #: Of the manifest that is pushed, once it was read.
    digest: str = ""
    principal: Principal = ANONYMOUS
    #: An Authorization header was sent, whatever it was worth, or the cookie of a session that counts.
    challenged: bool = False
    #: What a token is limited to; None for credentials.
    scope: tuple[Access, ...] | None = None
    access: ProjectAccess | None = None
    #: Facts asked for before the policies ran, so that both are looked up at once.
    facts: Future[Any] | None = field(default=None)

    @property
    def project(self) -> str:
        """The project's name."""
        return self.name.partition("/")[0]

    @property
    def project_id(self) -> int:
        """The project's id; only after the policies have seen that it exists."""
        assert self.access is not None
        assert self.access.project is not None
        return self.access.project.project_id

    @property
    def actor(self) -> Actor:
        """Who asks, as events name it."""
        return Actor(self.principal.name, self.request.address, self.request.request_id)

    @property
    def base_url(self) -> str:
        """The URL the client knows this registry by."""
        return self.services.external_url or f"{self.request.scheme}://{self.request.host}"

    def location(self, *parts: str) -> tuple[bytes, bytes]:
        """A Location header under this repository."""
        path = "/".join(quote(part, safe=":@") for part in parts)
        return b"location", f"{self.base_url}/v2/{self.name}/{path}".encode()


def headers(*pairs: tuple[bytes, bytes]) -> Headers:
    """Header pairs with the API version every answer of /v2 carries."""
    return [API_VERSION, *pairs]
