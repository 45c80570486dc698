"""What a robot account can be allowed: Harbor's catalogue (H row 28, ``src/common/rbac/const.go``).

Letters: C create, R read, U update, D delete, L list, S stop, "<" pull, ">" push.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from moorage.access.roles import Permission
from moorage.errors import BadRequest, NotFound
from moorage.identity.models import PROJECT, SYSTEM, NewRobot, RobotPermission
from moorage.identity.robot_names import check_robot_name

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

_SYSTEM = {
    "audit-log": "L",
    "preheat-instance": "RCDLU",
    "project": "LC",
    "replication-policy": "RCDLU",
    "replication": "RCL",
    "replication-adapter": "L",
    "registry": "RCDLU",
    "scan-all": "RUSC",
    "system-volumes": "R",
    "garbage-collection": "RCLUS",
    "purge-audit": "RCLUS",
    "jobservice-monitor": "LS",
    "scanner": "RCDLU",
    "label": "RCDU",
    "security-hub": "RL",
    "catalog": "R",
    "quota": "RLU",
    "robot": "CRULD",
    "user": "CRULD",
    "ldap-user": "CL",
    "user-group": "CRULD",
    "export-cve": "CR",
}

_PROJECT = {
    "log": "L",
    "project": "RDU",
    "metadata": "RCDLU",
    "repository": "RUDL<>",
    "artifact": "RCLD",
    "scan": "CRS",
    "sbom": "CRS",
    "tag": "CLD",
    "accessory": "L",
    "artifact-addition": "R",
    "artifact-label": "CD",
    "scanner": "CR",
    "preheat-policy": "RCDLU",
    "immutable-tag": "CDLU",
    "notification-policy": "RCDLU",
    "tag-retention": "RCDLUO",
    "label": "RCDLU",
    "quota": "R",
    "export-cve": "CRL",
    "member": "CRULD",
    "robot": "CRULD",
}


def _expand(table: Mapping[str, str]) -> tuple[Permission, ...]:
    return tuple((resource, _ACTIONS[letter]) for resource, letters in table.items() for letter in letters)


#: In the order ``GET /permissions`` lists them.
CATALOGUE: Mapping[str, tuple[Permission, ...]] = {SYSTEM: _expand(_SYSTEM), PROJECT: _expand(_PROJECT)}
_ALLOWED = {kind: frozenset(permissions) for kind, permissions in CATALOGUE.items()}

#: Namespace of system permissions.
SYSTEM_NAMESPACE = "/"
#: Namespace of permissions in every project.
EVERY_PROJECT = "*"


def check_robot(robot: NewRobot) -> NewRobot:
    """The robot as it will be kept, its permissions without duplicates.

    Raises:
        BadRequest: a part is not allowed; the text is Harbor's.
        NotFound: a project that cannot be one.
    """
    check_robot_name(robot.name)
    check_grants(robot.level, robot.duration, robot.permissions)
    return replace(robot, permissions=tuple(_merged(robot.permissions)))


def check_grants(level: str, duration: int, permissions: Sequence[RobotPermission]) -> None:
    """Refuse what Harbor refuses of level, duration and permissions, in its order and words."""
    if level not in (SYSTEM, PROJECT):
        raise BadRequest(f"bad request error level input: {level}")
    if duration != -1 and not (duration > 0 and _has_end(duration)):
        raise BadRequest(
            f"bad request error duration input: {duration}, duration must be either -1(Never) or a positive integer"
        )
    if not permissions:
        raise BadRequest("bad request empty permission")
    if not all(permission.access for permission in permissions):
        raise BadRequest("bad request empty access")
    if level == PROJECT and len(permissions) > 1:
        raise BadRequest("bad request permission")
    for permission in permissions:
        _check_permission(level, permission)


def _check_permission(level: str, permission: RobotPermission) -> None:
    if permission.kind not in _ALLOWED:
        raise BadRequest(f"bad request permission level: {permission.kind}")
    for access in permission.access:
        # The robot of a project is never given anything of the system, whatever the permission's kind says.
        known = (access.resource, access.action) in _ALLOWED[permission.kind]
        if not known or (level == PROJECT and permission.kind != PROJECT):
            raise BadRequest(f"bad request permission: {access.resource}:{access.action}")
        if access.effect not in ("", "allow"):
            raise BadRequest(f"bad request permission effect: {access.effect}")
    if permission.kind == SYSTEM and permission.namespace != SYSTEM_NAMESPACE:
        raise BadRequest(f"bad request permission namespace: {permission.namespace}")
    if permission.kind == PROJECT and level == PROJECT and permission.namespace == EVERY_PROJECT:
        raise NotFound(f"project {EVERY_PROJECT} not found")


def _merged(permissions: Sequence[RobotPermission]) -> Iterator[RobotPermission]:
    found: dict[tuple[str, str], dict[Permission, None]] = {}
    accesses = {}
    for permission in permissions:
        kept = found.setdefault((permission.kind, permission.namespace), {})
        for access in permission.access:
            pair = (access.resource, access.action)
            kept[pair] = None
            accesses[pair] = replace(access, effect="allow")
    for (kind, namespace), pairs in found.items():
        yield RobotPermission(kind, namespace, tuple(accesses[pair] for pair in pairs))


def _has_end(days: int) -> bool:
    """Whether the calendar still has the day, with a year to spare."""
    try:
        datetime.now() + timedelta(days=days + 366)
    except OverflowError:
        return False
    return True
