"""Projects and members as the use cases hand them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from moorage.access.roles import ROLE_NAMES, Role

__all__ = ["LIBRARY_ID", "LIBRARY_NAME", "ROLE_NAMES", "Member", "Project", "Viewer"]

#: Of the project the first start makes.
LIBRARY_ID = 1
LIBRARY_NAME = "library"


@dataclass(frozen=True, slots=True)
class Project:
    """A project. ``roles`` are those of the viewer it was read for; ``metadata`` without ``public``."""

    project_id: int
    name: str
    public: bool
    owner_id: int
    owner_name: str
    creation_time: datetime
    update_time: datetime
    #: Repositories that hold or held an artifact.
    repo_count: int
    metadata: Mapping[str, str] = field(default_factory=dict)
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class Viewer:
    """For whom projects are listed (H row 32).

    ``everything``: an administrator, or a robot with rights in every project. Otherwise the public ones, those
    ``user_id`` is a member of, and those in ``names``.
    """

    everything: bool = False
    user_id: int | None = None
    names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """A user's (``u``) or group's (``g``) role in a project."""

    member_id: int
    project_id: int
    entity_id: int
    entity_name: str
    entity_type: str
    role: Role
