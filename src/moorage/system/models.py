"""What the system tells about itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

#: The release of Harbor whose API this is: clients compare it with what they can do.
HARBOR_VERSION = "v2.16.0"


@dataclass(frozen=True, slots=True)
class Configuration:
    """Facts of this instance that do not change while it runs (H row 103).

    Attributes:
        version: our own.
        storage_driver: as Harbor names it.
        volume: the directory blobs are kept in; None where they are not on a disk of ours.
        ca_certificate: the file offered for download, if it is there.
    """

    version: str
    storage_driver: str
    volume: Path | None = None
    ca_certificate: Path | None = None

    @property
    def harbor_version(self) -> str:
        """Harbor's version with ours after it, as Harbor has its commit there."""
        return f"{HARBOR_VERSION}-moorage.{self.version}"


@dataclass(frozen=True, slots=True)
class Component:
    """A part of the system; ``error`` is empty while it works."""

    name: str
    error: str

    @property
    def healthy(self) -> bool:
        """Whether it works."""
        return not self.error


@dataclass(frozen=True, slots=True)
class Volume:
    """Bytes of a disk, and those of them that are free."""

    total: int
    free: int


@dataclass(frozen=True, slots=True)
class SystemAllowlist:
    """CVEs that nobody minds. ``expires_at``: seconds since the epoch; None: never.

    ``allowlist_id`` and times are None for a list that was never set.
    """

    items: tuple[str, ...] = ()
    expires_at: int | None = None
    allowlist_id: int | None = None
    creation_time: datetime | None = None
    update_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class FoundRepository:
    """A repository that was searched for. ``artifact_count``: artifacts its list shows."""

    name: str
    project_id: int
    project_name: str
    project_public: bool
    pull_count: int
    artifact_count: int


@dataclass(frozen=True, slots=True)
class FoundTag:
    """A tag that was searched for."""

    name: str
    repository_name: str
    project_id: int
    project_name: str
    digest: str


@dataclass(frozen=True, slots=True)
class FoundLabel:
    """A label that was searched for; of the system when it has no project."""

    label_id: int
    name: str
    color: str
    project_id: int | None
    project_name: str | None


@dataclass(frozen=True, slots=True)
class Statistics:
    """How much of what somebody may see there is."""

    private_projects: int
    private_repositories: int
    public_projects: int
    public_repositories: int
