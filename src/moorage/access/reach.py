"""What an account may read in all projects together, as a condition on lists that span them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, false, literal, or_, select, true

from moorage.access.models import PrincipalState
from moorage.access.principals import PrincipalKind
from moorage.access.repositories import Repositories, repositories
from moorage.access.roles import LIMITED_PERMISSIONS, PUBLIC_PERMISSIONS, ROLE_PERMISSIONS, Role
from moorage.database.driver import Row
from moorage.database.tables import project, project_member, user_group_member

_P, _M, _G = project.c, project_member.c, user_group_member.c


class Limits(NamedTuple):
    """The rights of an account that need a look at names.

    ``members``: a user's limited roles, as project, role and patterns. ``robot``: every permission of a robot on
    projects, as namespace, resource, action and patterns (none: not limited).
    """

    members: tuple[tuple[int, int, tuple[str, ...]], ...] = ()
    robot: tuple[tuple[str, str, str, tuple[str, ...]], ...] = ()


Account = tuple[PrincipalKind, int]

STATEMENT = """
SELECT q.ordinal, m.project_id, m.role, NULL::text, NULL::text, NULL::text, m.repositories
  FROM unnest(%s::int[], %s::text[], %s::bigint[]) AS q(ordinal, kind, id)
  JOIN project_member m ON m.entity_type = 'u' AND m.entity_id = q.id AND m.repositories IS NOT NULL
 WHERE q.kind = 'user'
 UNION ALL
SELECT q.ordinal, m.project_id, m.role, NULL, NULL, NULL, m.repositories
  FROM unnest(%s::int[], %s::text[], %s::bigint[]) AS q(ordinal, kind, id)
  JOIN user_group_member g ON g.user_id = q.id
  JOIN project_member m ON m.entity_type = 'g' AND m.entity_id = g.group_id AND m.repositories IS NOT NULL
 WHERE q.kind = 'user'
 UNION ALL
SELECT q.ordinal, NULL, NULL, g.namespace, g.resource, g.action, g.repositories
  FROM unnest(%s::int[], %s::text[], %s::bigint[]) AS q(ordinal, kind, id)
  JOIN robot_permission g ON g.robot_id = q.id AND g.kind = 'project'
 WHERE q.kind = 'robot'
"""


def parameters(accounts: Sequence[Account]) -> tuple[Any, ...]:
    """The statement's parameters."""
    once = (list(range(len(accounts))), [str(kind) for kind, _ in accounts], [number for _, number in accounts])
    return (*once, *once, *once)


def answers(accounts: Sequence[Account], rows: Sequence[Row]) -> Mapping[Account, Limits]:
    """The limits of each account."""
    found: dict[Account, Limits] = dict.fromkeys(accounts, Limits())
    for position, project_id, role, namespace, resource, action, patterns in rows:
        account, limits = accounts[position], tuple(patterns or ())
        known = found[account]
        if project_id is not None:
            found[account] = Limits((*known.members, (project_id, role, limits)), known.robot)
        else:
            found[account] = Limits(known.members, (*known.robot, (namespace, resource, action, limits)))
    return found


@dataclass(frozen=True, slots=True)
class Reach:
    """Where an account may do something, over all projects."""

    account: Account
    state: PrincipalState
    limits: Limits
    resource: str
    action: str

    @property
    def everywhere(self) -> bool:
        """Whether that is in every project, so that there is nothing to filter."""
        if not self.state.valid:
            return False
        return self.state.sysadmin or any(name == "*" and limit is None for name, limit in self._robot())

    def condition(self, project_id: ColumnElement[int], name: ColumnElement[str]) -> ColumnElement[bool]:
        """That a repository is one of those, for a WHERE.

        Args:
            project_id: the column of its project.
            name: the column of its full name.
        """
        if self.everywhere:
            return true()
        if not self.state.valid:
            return false()
        ways: list[ColumnElement[bool]] = []
        if (self.resource, self.action) in PUBLIC_PERMISSIONS:
            ways.append(project_id.in_(select(_P.project_id).where(_P.public, ~_P.deleted)))
        if self.account[0] is PrincipalKind.USER:
            ways += self._of_user(project_id, name)
        else:
            ways += self._of_robot(project_id, name)
        return or_(*ways) if ways else false()

    def projects(self, project_id: ColumnElement[int]) -> ColumnElement[bool]:
        """That a project is one where the account may do it in the project as a whole, for a WHERE."""
        # What is limited to repositories is no right on all of them, and no repository has such a name.
        ways = [self.condition(project_id, literal(""))]
        if self.state.valid:
            ways += [project_id == limited_to for limited_to, role, _ in self.limits.members if self._is_whole(role)]
        return or_(*ways)

    def _is_whole(self, role: int) -> bool:
        """Whether a role that is limited to repositories still gives it in the project as a whole."""
        return (self.resource, self.action) in LIMITED_PERMISSIONS[Role(role)]

    def _of_user(self, project_id: ColumnElement[int], name: ColumnElement[str]) -> list[ColumnElement[bool]]:
        roles = [int(role) for role, given in ROLE_PERMISSIONS.items() if (self.resource, self.action) in given]
        user_id = self.account[1]
        whole = select(_M.project_id).where(_M.role.in_(roles), _M.repositories.is_(None))
        groups = select(_G.group_id).where(_G.user_id == user_id)
        ways: list[ColumnElement[bool]] = [
            project_id.in_(whole.where(_M.entity_type == "u", _M.entity_id == user_id)),
            project_id.in_(whole.where(_M.entity_type == "g", _M.entity_id.in_(groups))),
        ]
        for limited_to, role, patterns in self.limits.members:
            if role in roles:
                ways.append(and_(project_id == limited_to, repositories(patterns).condition(name, None)))
        return ways

    def _of_robot(self, project_id: ColumnElement[int], name: ColumnElement[str]) -> list[ColumnElement[bool]]:
        whole: list[str] = []
        ways: list[ColumnElement[bool]] = []
        for namespace, limit in self._robot():
            if limit is None:
                whole.append(namespace)
            else:
                ways.append(limit.condition(name, None if namespace == "*" else namespace))
        if whole:
            ways.append(project_id.in_(select(_P.project_id).where(_P.name.in_(whole), ~_P.deleted)))
        return ways

    def _robot(self) -> list[tuple[str, Repositories | None]]:
        """The namespaces a robot may do it in, and what each is limited to."""
        return [
            (namespace, repositories(patterns) if patterns else None)
            for namespace, resource, action, patterns in self.limits.robot
            if (resource, action) == (self.resource, self.action)
        ]
