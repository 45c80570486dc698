"""``/users/current/permissions``: what who asks may do in a project or the system; the portal shows only that."""

from __future__ import annotations

import re
from collections.abc import Mapping

from litestar import Response, get
from msgspec import Struct

from moorage.access.repositories import NONE
from moorage.access.roles import PUBLIC_PERMISSIONS, ROLE_PERMISSIONS, Permission
from moorage.api.answers import answer
from moorage.api.call import Call, InjectedCall
from moorage.api.describe import described, flag, text
from moorage.api.operations import BASE

#: The project itself, in Harbor's lists.
_SELF = "."

_SCOPE = re.compile(r"/project/(\d{1,18})/?", re.ASCII)
_SYSTEM_SCOPE = re.compile("/system/?")

#: Everything there is in a project, in order.
PROJECT_PERMISSIONS: tuple[Permission, ...] = tuple(
    sorted(frozenset().union(*ROLE_PERMISSIONS.values(), PUBLIC_PERMISSIONS))
)

#: Everything there is in the system: Harbor's list (``src/common/rbac/system/policies.go``).
SYSTEM_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "catalog": ("read",),
    "audit-log": ("list",),
    "project": ("create", "read", "update", "delete", "list"),
    "user": ("create", "read", "update", "delete", "list"),
    "user-group": ("create", "read", "update", "delete", "list"),
    "registry": ("create", "read", "update", "delete", "list"),
    "replication": ("create", "read", "update", "list", "delete"),
    "distribution": ("create", "read", "update", "delete", "list"),
    "garbage-collection": ("create", "read", "update", "delete", "list"),
    "scan-all": ("create", "read", "update", "delete", "list", "stop"),
    "system-volumes": ("read",),
    "ldap-user": ("create", "list"),
    "configuration": ("read", "update"),
    "jobservice-monitor": ("read", "list", "stop"),
    "security-hub": ("read", "list"),
}


class PermissionView(Struct):
    """Something who asks may do."""

    resource: str
    action: str


#: The right to a project itself, as it is told with ``relative``.
READ_PROJECT = PermissionView(_SELF, "read")


@get(
    f"{BASE}/users/current/permissions",
    opt=described(
        "getCurrentUserPermissions",
        query=(text("scope"), flag("relative")),
        answers={200: list[PermissionView]},
        errors=(401, 422),
    ),
)
async def get_current_user_permissions(call: InjectedCall) -> Response[bytes]:
    """What who asks may do in a scope: ``/project/7`` or ``/system``; nothing in any other."""
    relative = bool(call.flag("relative"))
    scope = call.text("scope")
    await call.authenticated()
    if _SYSTEM_SCOPE.fullmatch(scope):
        return answer(await permissions_in_system(call))
    project = _SCOPE.fullmatch(scope)
    return answer(await permissions_in_project(call, int(project[1]), relative=relative) if project is not None else [])


async def permissions_in_system(call: Call) -> list[PermissionView]:
    """What who asks may do in the system."""
    state = await call.state()
    return [
        PermissionView(resource, action)
        for resource, actions in SYSTEM_ACTIONS.items()
        for action in actions
        if state.allows_system(resource, action)
    ]


async def permissions_in_project(call: Call, project_id: int, *, relative: bool) -> list[PermissionView]:
    """What who asks may do in a project; nothing in one that is not there. ``relative``: without the project in it."""
    name = await call.services.projects.name_of(project_id)
    if name is None:
        return []
    access = await call.access_in(name)
    prefix = f"/project/{project_id}"
    found = []
    for resource, action in PROJECT_PERMISSIONS:
        # Somewhere in the project: of a right that is limited to repositories the portal shows what there is, too.
        if access.repositories(resource, action) != NONE:
            inside = _SELF if resource == "project" else resource
            full = prefix if resource == "project" else f"{prefix}/{resource}"
            found.append(PermissionView(inside if relative else full, action))
    return found


HANDLERS = [get_current_user_permissions]
