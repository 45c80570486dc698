"""Projects, members and labels as the use cases hand them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from moorage.access.roles import Role
from moorage.projects.allowlists import Allowlist

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
    allowlist: Allowlist = field(default_factory=Allowlist)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a project has: repositories, and members by role."""

    repo_count: int
    members: Mapping[Role, int]


@dataclass(frozen=True, slots=True)
class Viewer:
    """For whom projects are listed (H row 32).

    ``everything``: an administrator, or a robot with rights in every project. Otherwise the public ones, those
    ``user_id`` is a member of, itself or through a group, and those in ``names``.
    """

    everything: bool = False
    user_id: int | None = None
    names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """A user's (``u``) or group's (``g``) role in a project.

    ``repositories``: patterns of the repositories it is limited to; None: it is not.
    """

    member_id: int
    project_id: int
    entity_id: int
    entity_name: str
    entity_type: str
    role: Role
    repositories: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """Who shall be a member: a user by id or name, or a group by id, name and type, or its DN in a directory.

    The first that is given counts, as in Harbor.
    """

    user_id: int = 0
    username: str = ""
    group_id: int = 0
    group_name: str = ""
    group_type: int = 0
    ldap_dn: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A label of a project, or of the whole system when ``project_id`` is None."""

    label_id: int
    name: str
    description: str
    color: str
    project_id: int | None
    creation_time: datetime
    update_time: datetime
