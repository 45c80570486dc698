"""What a decision is made of, and the decision itself. Pure: no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from moorage.access.repositories import NONE, Repositories, repositories
from moorage.access.roles import PUBLIC_PERMISSIONS, Permission, Role


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


class Source(StrEnum):
    """What can give a permission."""

    SYSADMIN = "sysadmin"
    PUBLIC = "public"
    ROLE = "role"
    ROBOT = "robot"


@dataclass(frozen=True, slots=True)
class Way:
    """How an account comes to permissions in a project.

    Attributes:
        source: what gives them.
        permissions: what it gives; None: everything.
        repositories: those it is limited to; None: all of the project.
        role: the role, of ``ROLE``.
        group_id: the group whose member has the role, if it is not the account itself.
        namespace: what the permission was given for, of ``ROBOT``: the project's name, or ``*``.
    """

    source: Source
    permissions: frozenset[Permission] | None
    repositories: Repositories | None = None
    role: Role | None = None
    group_id: int | None = None
    namespace: str = ""

    def gives(self, resource: str, action: str, repository: str | None) -> bool:
        """Whether it allows ``action`` on ``resource``; the arguments are those of ``ProjectAccess.decide``."""
        if self.permissions is not None and (resource, action) not in self.permissions:
            return False
        return self.repositories is None or (repository is not None and self.repositories.matches(repository))


_SYSADMIN = Way(Source.SYSADMIN, None)
#: What everyone has in a public project.
PUBLIC = Way(Source.PUBLIC, PUBLIC_PERMISSIONS)


@dataclass(frozen=True, slots=True)
class ProjectAccess:
    """What an account may do in a project: the one decision function, for /api and /v2.

    ``given``: what its roles, or a robot's permissions, give it there.
    """

    principal: PrincipalState
    project: ProjectFacts | None
    given: tuple[Way, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether the account itself may still act."""
        return self.principal.valid

    @property
    def sysadmin(self) -> bool:
        """Whether the account administers the system."""
        return self.principal.sysadmin

    @property
    def roles(self) -> frozenset[Role]:
        """Its roles, limited ones too."""
        return frozenset(way.role for way in self.given if way.role is not None)

    @property
    def ways(self) -> tuple[Way, ...]:
        """Everything that gives the account permissions in this project, in the order it is looked at.

        A project that does not exist allows nothing, whoever asks.
        """
        if not self.principal.valid or self.project is None:
            return ()
        if self.principal.sysadmin:
            return (_SYSADMIN,)
        return (*self.given, PUBLIC) if self.project.public else self.given

    def decide(self, resource: str, action: str, repository: str | None = None) -> Way | None:
        """What allows the account to do ``action`` on ``resource`` in this project; None: nothing does.

        Args:
            resource: Harbor's name of it, such as ``artifact``.
            action: such as ``read``.
            repository: the repository it is about, without the project's name. None: about the project as a whole,
                or every repository in it; a right that is limited to some is then not enough.
        """
        return next((way for way in self.ways if way.gives(resource, action, repository)), None)

    def allows(self, resource: str, action: str, repository: str | None = None) -> bool:
        """Whether the account may do ``action`` on ``resource``; the arguments are those of ``decide``."""
        return self.decide(resource, action, repository) is not None

    def repositories(self, resource: str, action: str) -> Repositories | None:
        """The repositories in which the account may do ``action`` on ``resource``; None: all of the project.

        For lists, which show what may be read: an empty set is none.
        """
        permission = (resource, action)
        patterns: list[str] = []
        for way in self.ways:
            if way.permissions is None or permission in way.permissions:
                if way.repositories is None:
                    return None
                patterns += way.repositories.patterns
        return repositories(tuple(dict.fromkeys(patterns))) if patterns else NONE
