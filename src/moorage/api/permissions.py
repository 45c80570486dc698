"""``/permissions``: what robots can be allowed (H row 28)."""

from __future__ import annotations

from litestar import Response, get
from msgspec import Struct

from moorage.access.principals import PrincipalKind
from moorage.api.answers import answer
from moorage.api.call import InjectedCall
from moorage.api.describe import described
from moorage.api.operations import BASE
from moorage.errors import Forbidden
from moorage.identity.models import PROJECT, SYSTEM
from moorage.identity.permissions import CATALOGUE


class CataloguedPermission(Struct):
    """One thing that can be allowed."""

    resource: str
    action: str


class PermissionsView(Struct):
    """What can be allowed on the system, and in projects."""

    system: list[CataloguedPermission]
    project: list[CataloguedPermission]


def _views(kind: str) -> list[CataloguedPermission]:
    return [CataloguedPermission(resource, action) for resource, action in CATALOGUE[kind]]


@get(
    f"{BASE}/permissions",
    opt=described("getPermissions", answers={200: PermissionsView}, errors=(401, 403)),
)
async def get_permissions(call: InjectedCall) -> Response[bytes]:
    """The catalogue, for administrators; those of projects see what can be allowed in projects."""
    principal = await call.authenticated()
    if (await call.state()).sysadmin:
        return answer(PermissionsView(_views(SYSTEM), _views(PROJECT)))
    is_user = principal.kind is PrincipalKind.USER
    if is_user and await call.services.access.administers_a_project(principal.id):
        return answer(PermissionsView([], _views(PROJECT)))
    raise Forbidden("only admins(system and project) can access permissions")


HANDLERS = [get_permissions]
