"""What ``/systeminfo`` and ``/health`` are made from."""

from __future__ import annotations

from dataclasses import dataclass

#: The release of Harbor whose API this is: clients compare it with what they can do.
HARBOR_VERSION = "v2.16.0"


@dataclass(frozen=True, slots=True)
class Configuration:
    """Facts of this instance that clients ask for (H row 103).

    The defaults are the only values of this release; each becomes a setting with the feature it is about.
    """

    version: str
    storage_driver: str
    auth_mode: str = "db_auth"
    primary_auth_mode: bool = False
    self_registration: bool = False
    banner_message: str = ""
    project_creation_restriction: str = "everyone"
    read_only: bool = False
    notification_enable: bool = False
    has_ca_root: bool = False

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
