"""What a decision is made of, and the decision itself. Pure: no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from moorage.access.roles import PUBLIC_PERMISSIONS, ROLE_PERMISSIONS, Permission, Role


@dataclass(frozen=True, slots=True)
class PrincipalState:
    """An account as the database has it now.

    ``valid``: it exists, is enabled, has not expired, and nothing that would end its credential has changed.
    ``system``: a robot's system permissions.
    """

    valid: bool
    sysadmin: bool
    system: frozenset[Permission] = frozenset()

    def allows_system(self, resource: str, action: str) -> bool:
        """Whether it may do ``action`` on a resource of the whole system."""
        return self.valid and (self.sysadmin or (resource, action) in self.system)


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """A project that exists."""

    project_id: int
    name: str
    public: bool
    creation_time: datetime


@dataclass(frozen=True, slots=True)
class ProjectAccess:
    """What an account may do in a project: the one decision function, for /api and /v2."""

    principal: PrincipalState
    project: ProjectFacts | None
    roles: frozenset[Role]
    granted: frozenset[Permission]

    @property
    def valid(self) -> bool:
        """Whether the account itself may still act."""
        return self.principal.valid

    @property
    def sysadmin(self) -> bool:
        """Whether the account administers the system."""
        return self.principal.sysadmin

    def allows(self, resource: str, action: str) -> bool:
        """Whether the account may do ``action`` on ``resource`` in this project.

        A project that does not exist allows nothing, whoever asks.
        """
        if not self.valid or self.project is None:
            return False
        permission = (resource, action)
        if self.principal.sysadmin or permission in self.granted:
            return True
        if self.project.public and permission in PUBLIC_PERMISSIONS:
            return True
        return any(permission in ROLE_PERMISSIONS[role] for role in self.roles)
