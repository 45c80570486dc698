"""Accounts as the use cases hand them out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from moorage.access.principals import Principal, PrincipalKind
from moorage.access.service import ProjectAccess

#: Of the account the first start makes; it always exists, is enabled and administers the system.
ADMIN_ID = 1
ADMIN_NAME = "admin"

#: Level of a robot and kind of a permission.
SYSTEM, PROJECT = "system", "project"

#: Who made a robot.
CREATED_BY_USER, CREATED_BY_ROBOT = "local", "robot"


@dataclass(frozen=True, slots=True)
class User:
    """A user."""

    user_id: int
    username: str
    email: str | None
    realname: str
    comment: str
    sysadmin: bool
    disabled: bool
    creation_time: datetime
    update_time: datetime


@dataclass(frozen=True, slots=True)
class UserGroup:
    """A group of users; ``ldap_dn`` is empty where there is none."""

    group_id: int
    name: str
    group_type: int
    ldap_dn: str


@dataclass(frozen=True, slots=True)
class GroupMember:
    """A user in a group."""

    user_id: int
    username: str


@dataclass(frozen=True, slots=True)
class RobotAction:
    """One thing a robot may do: Harbor's ``access``. An empty effect is ``allow``, too."""

    resource: str
    action: str
    effect: str = ""


@dataclass(frozen=True, slots=True)
class RobotPermission:
    """``kind`` system with namespace ``/``, or project with a project's name or ``*``.

    ``repositories``: patterns of the repositories it is limited to; None: it is not limited.
    """

    kind: str
    namespace: str
    access: tuple[RobotAction, ...]
    repositories: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Robot:
    """A robot account. ``name`` is the full one; ``project_id`` and ``expires_at`` are None where there is none."""

    robot_id: int
    name: str
    level: str
    project_id: int | None
    project_name: str | None
    description: str
    disabled: bool
    duration: int
    expires_at: datetime | None
    creator_type: str
    creator_ref: int
    creation_time: datetime
    update_time: datetime
    permissions: tuple[RobotPermission, ...] = ()


@dataclass(frozen=True, slots=True)
class NewRobot:
    """What a robot is made from. ``name`` is the short one; ``duration`` in days, -1 for ever.

    ``creator_type``: ``local`` for a user, ``robot`` for one whose own permissions are then the most it can give.
    """

    name: str
    level: str
    permissions: tuple[RobotPermission, ...]
    duration: int = -1
    description: str = ""
    creator_type: str = CREATED_BY_USER
    creator_ref: int = 0
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class RobotChange:
    """What a robot is to be from now on; name and level stay.

    Attributes:
        permissions: all of them.
        keeps: for each permission, whether its rights keep the limits to repositories that they have now, because the
            client did not say anything about limits (it may not know of them).
        duration: days from its creation, -1 for ever; None: as it is.
    """

    permissions: tuple[RobotPermission, ...]
    keeps: tuple[bool, ...]
    duration: int | None
    description: str
    disabled: bool


@dataclass(frozen=True, slots=True)
class Identified:
    """Who asks, and what that account may do in a project, as of the same moment."""

    principal: Principal
    access: ProjectAccess


@dataclass(frozen=True, slots=True)
class Account:
    """What is needed to check a login. ``enabled`` also says that it has not expired."""

    kind: PrincipalKind
    id: int
    name: str
    version: int
    password_hash: str | None
    enabled: bool

    @property
    def principal(self) -> Principal:
        """The account, as it was authenticated."""
        return Principal(self.kind, self.id, self.name, self.version)
