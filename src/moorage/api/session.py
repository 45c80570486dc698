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
from moorage.api.system import GeneralInfo, general_info
from moorage.api.user_permissions import PermissionView, permissions_in_project, permissions_in_system
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
        project_permissions: what that account, or nobody, may do in the project that was asked for, as
            ``/users/current/permissions`` answers it with ``relative``.
    """

    system: GeneralInfo
    user: UserView | None
    permissions: list[PermissionView]
    expires_in: int | None
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
    in_project = await permissions_in_project(call, project_id, relative=True) if project_id else UNSET
    if principal is ANONYMOUS:
        return answer(Session(system, None, [], None, in_project))
    user, permissions, seconds = await asyncio.gather(
        _user(call, principal),
        permissions_in_system(call),
        call.services.identity.session_ends_in(call.request, principal),
    )
    return answer(Session(system, user, permissions, None if seconds is None else int(seconds), in_project))


async def _user(call: Call, principal: Principal) -> UserView | None:
    if principal.kind is PrincipalKind.USER:
        # One that was deleted a moment ago is nobody the next time.
        with contextlib.suppress(NotFound):
            return UserView.of(await call.services.identity.users.get(principal.id))
    return None


HANDLERS = [get_session]
