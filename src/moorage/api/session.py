"""``/session``: what a browser has to know before it can show anything, in one answer. Not in Harbor."""

from __future__ import annotations

import asyncio
import contextlib

from litestar import Response, get
from msgspec import UNSET, Struct, UnsetType

from moorage.access.principals import ANONYMOUS, Principal, PrincipalKind
from moorage.api.answers import answer
from moorage.api.call import Call, InjectedCall
from moorage.api.describe import described, number
from moorage.api.operations import BASE
from moorage.api.project_models import ProjectView
from moorage.api.projects import project_view
from moorage.api.system import GeneralInfo, general_info
from moorage.api.user_permissions import READ_PROJECT, PermissionView, permissions_in_project, permissions_in_system
from moorage.api.users import UserView
from moorage.errors import NotFound


class Session(Struct):
    """Who asks, and what that account may know and do.

    Attributes:
        system: as ``/systeminfo`` answers it.
        user: as ``/users/current`` answers it; null for nobody, and for robots.
        permissions: as ``/users/current/permissions`` answers them for the system; none for nobody.
        expires_in: seconds until the session ends unless it is used; null when it was not by a session that who asks
            is known.
        trash_days: days for which a deletion can be undone; null for nobody.
        project: the project that was asked for, as ``/projects`` answers it; left out for who may not see it.
        project_permissions: what that account, or nobody, may do in the project that was asked for, as
            ``/users/current/permissions`` answers it with ``relative``.
    """

    system: GeneralInfo
    user: UserView | None
    permissions: list[PermissionView]
    expires_in: int | None
    trash_days: int | None
    project: ProjectView | UnsetType = UNSET
    project_permissions: list[PermissionView] | UnsetType = UNSET


@get(
    f"{BASE}/session",
    opt=described("getSession", query=(number("project_id"),), answers={200: Session}, errors=(422,)),
)
async def get_session(call: InjectedCall) -> Response[bytes]:
    """What a browser asks for first: the system, who asks, and what that account may do. Also for nobody."""
    project_id = call.number("project_id", 0)
    system = await general_info(call)
    principal = await call.principal()
    found = Session(system, None, [], None, None)
    if project_id:
        found.project_permissions = await permissions_in_project(call, project_id, relative=True)
        found.project = await _project(call, project_id, found.project_permissions)
    if principal is not ANONYMOUS:
        found.user, found.permissions, found.expires_in = await asyncio.gather(
            _user(call, principal), permissions_in_system(call), _expires_in(call, principal)
        )
        found.trash_days = call.services.trash.retention_days
    return answer(found)


async def _expires_in(call: Call, principal: Principal) -> int | None:
    seconds = await call.services.identity.session_ends_in(call.request, principal)
    return None if seconds is None else int(seconds)


async def _project(call: Call, project_id: int, permissions: list[PermissionView]) -> ProjectView | UnsetType:
    if READ_PROJECT in permissions:
        # One that was deleted a moment ago is not there the next time.
        with contextlib.suppress(NotFound):
            return await project_view(call, project_id)
    return UNSET


async def _user(call: Call, principal: Principal) -> UserView | None:
    if principal.kind is PrincipalKind.USER:
        # One that was deleted a moment ago is nobody the next time.
        with contextlib.suppress(NotFound):
            return UserView.of(await call.services.identity.users.get(principal.id))
    return None


HANDLERS = [get_session]
