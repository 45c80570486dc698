"""What a robot account can be allowed: Harbor's catalogue (H row 28, ``src/common/rbac/const.go``).

Letters: C create, R read, U update, D delete, L list, S stop, "<" pull, ">" push.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from moorage.access.repositories import REPOSITORY_RESOURCES, Repositories, check_patterns
from moorage.access.roles import Permission
from moorage.errors import BadRequest, Denied
from moorage.identity.models import PROJECT, SYSTEM, NewRobot, Robot, RobotAction, RobotPermission
from moorage.identity.robot_names import check_robot_name

_ACTIONS = {
    "C": "create",
    "R": "read",
    "U": "update",
    "D": "delete",
    "L": "list",
    "S": "stop",
    "<": "pull",
    ">": "push",
}

# Order and letters are those of ``GET /permissions``. That no robot may update robots, but make and delete them, is
# Harbor's; so is that who may update a retention policy may start it.
_SYSTEM = """
audit-log L | preheat-instance RCDLU | project LC | replication-policy RCDLU | replication RCL | replication-adapter L
registry RCDLU | scan-all RUSC | system-volumes R | garbage-collection RCLUS | purge-audit RCLUS | jobservice-monitor LS
scanner RCDLU | label RCDU | security-hub RL | catalog R | quota RL | robot CRLD | user CRULD | ldap-user CL | quota U
user-group CRULD
"""
_PROJECT = """
log L | project RDU | metadata RCDLU | repository RUDL<> | artifact RCLD | scan CRS | sbom CSR | tag CLD | accessory L
artifact-addition R | artifact-label CD | scanner CR | preheat-policy RCDLU | immutable-tag CDLU
notification-policy RCDLU | tag-retention RCDLU | label RCDLU | quota R | robot CRLD | export-cve CR | member CRULD
"""

#: Characters of a description; Harbor's column.
MAX_DESCRIPTION = 1024

#: Harbor's largest number of days.
MAX_DURATION = 2**31 - 2


def _expand(table: str) -> tuple[Permission, ...]:
    entries = (entry.split() for entry in table.strip().replace("\n", "|").split("|"))
    return tuple((resource, _ACTIONS[letter]) for resource, letters in entries for letter in letters)


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
    """
    check_robot_name(robot.name)
    check_grants(robot.level, robot.duration, robot.permissions)
    check_description(robot.description)
    return replace(robot, permissions=merged(robot.permissions))


def check_description(text: str) -> None:
    """Refuse a description that cannot be kept.

    Raises:
        BadRequest: it is too long, or no text.
    """
    if len(text) > MAX_DESCRIPTION or "\0" in text:
        raise BadRequest(f"bad request description: at most {MAX_DESCRIPTION} characters of text")


def check_grants(level: str, duration: int, permissions: Sequence[RobotPermission]) -> None:
    """Refuse what Harbor refuses of level, duration and permissions, in its order and words."""
    if duration != -1 and not (0 < duration <= MAX_DURATION and _has_end(duration)):
        raise BadRequest(
            f"bad request error duration input: {duration}, duration must be either -1(Never) or a positive integer"
        )
    if level not in (SYSTEM, PROJECT):
        raise BadRequest(f"bad request error level input: {level[:64]}")
    if not permissions:
        raise BadRequest("bad request empty permission")
    if not all(permission.access for permission in permissions):
        raise BadRequest("bad request empty access")
    # Harbor takes one; where limits to repositories tell them apart there are several of the one project.
    if level == PROJECT and len({permission.namespace for permission in permissions}) > 1:
        raise BadRequest("bad request permission")
    for permission in permissions:
        _check_permission(level, permission)


def _check_permission(level: str, permission: RobotPermission) -> None:
    if permission.kind not in _ALLOWED:
        raise BadRequest(f"bad request permission level: {permission.kind[:64]}")
    for access in permission.access:
        shown = f"{access.resource[:64]}:{access.action[:64]}"
        # The robot of a project is never given anything of the system, whatever the permission's kind says.
        known = (access.resource, access.action) in _ALLOWED[permission.kind]
        if not known or (level == PROJECT and permission.kind != PROJECT):
            raise BadRequest(f"bad request permission: {shown}")
        if access.effect not in ("", "allow"):
            raise BadRequest(f"bad request permission effect: {access.effect[:64]}")
        if permission.repositories is not None and access.resource not in REPOSITORY_RESOURCES:
            raise BadRequest(f"bad request permission: {shown} cannot be limited to repositories")
    if permission.kind == SYSTEM and permission.namespace != SYSTEM_NAMESPACE:
        raise BadRequest(f"bad request permission namespace: {permission.namespace[:64]}")
    if permission.repositories is not None:
        check_patterns(permission.repositories)


def merged(permissions: Sequence[RobotPermission]) -> tuple[RobotPermission, ...]:
    """The same rights, each once; what is given twice is limited as far as both limits together allow."""
    found: dict[tuple[str, str], dict[Permission, tuple[RobotAction, tuple[str, ...] | None]]] = {}
    for permission in permissions:
        kept = found.setdefault((permission.kind, permission.namespace), {})
        for access in permission.access:
            pair = (access.resource, access.action)
            limit = permission.repositories and tuple(dict.fromkeys(permission.repositories))
            known = kept.get(pair)
            if known is not None:
                limit = None if known[1] is None or limit is None else tuple(dict.fromkeys((*known[1], *limit)))
            kept[pair] = (access, limit)
    return tuple(_entries(found))


def with_kept_limits(
    present: Sequence[RobotPermission], wanted: Sequence[RobotPermission], keeps: Sequence[bool]
) -> tuple[RobotPermission, ...]:
    """The wanted permissions, where nothing was said about limits with those that are.

    A client that does not know of limits gives back what it was shown without them; that must not widen anything. A
    right that is new then gets the limits of the others in its project, unless one of those is not limited.
    """
    now = {
        (permission.kind, permission.namespace, access.resource, access.action): permission.repositories
        for permission in present
        for access in permission.access
        if access.resource in REPOSITORY_RESOURCES
    }
    found = []
    for permission, keep in zip(wanted, keeps, strict=True):
        where = (permission.kind, permission.namespace)
        others = [limit for key, limit in now.items() if key[:2] == where]
        common = None
        if None not in others:
            common = tuple(dict.fromkeys(pattern for limit in others for pattern in limit or ())) or None
        for access in permission.access:
            limit = permission.repositories
            if keep and access.resource in REPOSITORY_RESOURCES:
                limit = now.get((*where, access.resource, access.action), common)
            found.append(replace(permission, access=(access,), repositories=limit))
    return merged(found)


def _entries(
    rights: Mapping[tuple[str, str], Mapping[Permission, tuple[RobotAction, tuple[str, ...] | None]]],
) -> Iterator[RobotPermission]:
    """One permission per kind, namespace and limit, in the order of their first rights."""
    for (kind, namespace), pairs in rights.items():
        by_limit: dict[tuple[str, ...] | None, list[RobotAction]] = {}
        for access, limit in pairs.values():
            by_limit.setdefault(limit, []).append(access)
        for limit, accesses in by_limit.items():
            yield RobotPermission(kind, namespace, tuple(accesses), limit)


def require_subset(wanted: Sequence[RobotPermission], creator: Robot | None) -> None:
    """Refuse to let a robot give what it does not have itself (H row 27).

    Raises:
        Denied: it would; the text is Harbor's.
    """
    for permission in wanted:
        for access in permission.access:
            if creator is None or not _has(creator, permission, access):
                name = "" if creator is None else creator.name
                raise Denied(
                    "permission scope is invalid. It must be equal to or more restrictive than the creator robot's"
                    f" permissions: {name}"
                )


def _has(creator: Robot, wanted: RobotPermission, access: RobotAction) -> bool:
    """Whether a robot has the right itself, within the same repositories or more."""
    patterns: list[str] = []
    for own in creator.permissions:
        covers = own.kind == wanted.kind and own.namespace in (wanted.namespace, EVERY_PROJECT)
        if covers and any((a.resource, a.action) == (access.resource, access.action) for a in own.access):
            if own.repositories is None:
                return True
            patterns += own.repositories
    limit = Repositories(patterns)
    return wanted.repositories is not None and all(limit.covers(pattern) for pattern in wanted.repositories)


def _has_end(days: int) -> bool:
    """Whether the calendar still has the day, with a year to spare."""
    try:
        datetime.now() + timedelta(days=days + 366)
    except OverflowError:
        return False
    return True
