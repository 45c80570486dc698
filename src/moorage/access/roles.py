"""Harbor's five project roles and what each may do.

The matrix is Harbor's (``src/common/rbac/project/rbac_role.go``), as is what anyone may do on a public project
(``rbac_util.go``). Letters: C create, R read, U update, D delete, L list, O operate, S stop.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from moorage.access.repositories import REPOSITORY_RESOURCES

Permission = tuple[str, str]


class Role(IntEnum):
    """Harbor's role ids."""

    PROJECT_ADMIN = 1
    DEVELOPER = 2
    GUEST = 3
    MAINTAINER = 4
    LIMITED_GUEST = 5


#: Which role ``current_user_role_id`` names when an account has several (``src/common/const.go``).
ROLE_STRENGTH: Mapping[Role, int] = {
    Role.PROJECT_ADMIN: 50,
    Role.MAINTAINER: 40,
    Role.DEVELOPER: 30,
    Role.GUEST: 20,
    Role.LIMITED_GUEST: 10,
}

#: Harbor's names of the roles.
ROLE_NAMES: Mapping[Role, str] = {
    Role.PROJECT_ADMIN: "projectAdmin",
    Role.MAINTAINER: "maintainer",
    Role.DEVELOPER: "developer",
    Role.GUEST: "guest",
    Role.LIMITED_GUEST: "limitedGuest",
}

_ACTIONS = {
    "C": "create",
    "R": "read",
    "U": "update",
    "D": "delete",
    "L": "list",
    "O": "operate",
    "S": "stop",
    "<": "pull",
    ">": "push",
}

# resource: projectAdmin, maintainer, developer, guest, limitedGuest; "<" is pull, ">" is push.
_MATRIX: Mapping[str, tuple[str, str, str, str, str]] = {
    "project": ("RUD", "R", "R", "R", "R"),
    "member": ("CRUDL", "RL", "RL", "RL", ""),
    "metadata": ("CRUD", "R", "", "", ""),
    "log": ("L", "", "", "", ""),
    "label": ("CRUDL", "CRUDL", "RL", "RL", ""),
    "quota": ("R", "R", "R", "R", "R"),
    "repository": ("CRUDL<>", "CRUDL<>", "CRUL<>", "RL<", "RL<"),
    "tag-retention": ("CRUDLO", "CRUDLO", "CRUDLO", "", ""),
    "immutable-tag": ("CUDL", "CUDL", "", "", ""),
    "configuration": ("RU", "R", "R", "R", "R"),
    "robot": ("CRUDL", "RL", "RL", "RL", ""),
    "notification-policy": ("CRUDL", "RL", "", "", ""),
    "scan": ("CRS", "CRS", "R", "R", "R"),
    "sbom": ("CRS", "CRS", "R", "R", "R"),
    "scanner": ("CR", "R", "R", "R", "R"),
    "artifact": ("CRDL", "CRDL", "CRL", "RL", "RL"),
    "artifact-addition": ("R", "R", "R", "R", "R"),
    "tag": ("CDL", "CDL", "CL", "L", "L"),
    "accessory": ("L", "L", "L", "L", "L"),
    "artifact-label": ("CD", "CD", "CD", "", ""),
    "preheat-policy": ("CRUDL", "", "", "", ""),
    "export-cve": ("CRL", "CRL", "CRL", "", ""),
}

_COLUMNS = (Role.PROJECT_ADMIN, Role.MAINTAINER, Role.DEVELOPER, Role.GUEST, Role.LIMITED_GUEST)

_PUBLIC: Mapping[str, str] = {
    "project": "R",
    "label": "RL",
    "repository": "L<",
    "scan": "R",
    "scanner": "R",
    "tag": "L",
    "artifact": "RL",
    "artifact-addition": "R",
    "accessory": "L",
}


def _expand(resource: str, letters: str) -> frozenset[Permission]:
    return frozenset((resource, _ACTIONS[letter]) for letter in letters)


def _expand_all(table: Mapping[str, str]) -> frozenset[Permission]:
    return frozenset().union(*(_expand(resource, letters) for resource, letters in table.items()))


ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    role: frozenset().union(*(_expand(resource, cells[column]) for resource, cells in _MATRIX.items()))
    for column, role in enumerate(_COLUMNS)
}

#: What a role that is limited to some repositories gives in those.
REPOSITORY_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    role: frozenset(pair for pair in permissions if pair[0] in REPOSITORY_RESOURCES)
    for role, permissions in ROLE_PERMISSIONS.items()
}

#: What such a role still gives in the project as a whole. Nothing that reaches into other repositories (retention and
#: immutability rules, exports, webhooks), tells of them (the log), or could lift the limit (members, robots).
_LIMITED: Mapping[str, str] = {
    "project": "R",
    "member": "RL",
    "metadata": "R",
    "label": "RL",
    "quota": "R",
    "configuration": "R",
    "robot": "RL",
    "scanner": "R",
}
LIMITED_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    role: permissions & _expand_all(_LIMITED) for role, permissions in ROLE_PERMISSIONS.items()
}

#: What everyone may do on a public project.
PUBLIC_PERMISSIONS: frozenset[Permission] = _expand_all(_PUBLIC)


def strongest(roles: frozenset[Role]) -> Role | None:
    """The role Harbor shows for an account that has several."""
    return max(roles, key=ROLE_STRENGTH.__getitem__, default=None)
