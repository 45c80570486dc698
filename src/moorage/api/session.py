"""``/session``: what a browser has to know before it can show anything, in one answer. Not in Harbor."""

from __future__ import annotations

import asyncio
import contextlib

from litestar import Response, get
from msgspec import Struct

from moorage.access.principals import ANONYMOUS, Principal, PrincipalKind
from moorage.api.answers import answer
from moorage.api.call import Call, InjectedCall
from moorage.api.describe import described
from moorage.api.operations import BASE
from moorage.api.system import GeneralInfo, general_info
from moorage.api.user_permissions import PermissionView, permissions_in_system
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
    """

    system: GeneralInfo
    user: UserView | None
    permissions: list[PermissionView]
    expires_in: int | None


@get(f"{BASE}/session", opt=described("getSession", answers={200: Session}))
async def get_session(call: InjectedCall) -> Response[bytes]:
    """What a browser asks for first: the system, who asks, and what that account may do. Also for nobody."""
    system = await general_info(call)
    principal = await call.principal()
    if principal is ANONYMOUS:
        return answer(Session(system, None, [], None))
    user, permissions, seconds = await asyncio.gather(
        _user(call, principal),
        permissions_in_system(call),
        call.services.identity.session_ends_in(call.request, principal),
    )
    return answer(Session(system, user, permissions, None if seconds is None else int(seconds)))


async def _user(call: Call, principal: Principal) -> UserView | None:
    if principal.kind is PrincipalKind.USER:
        # One that was deleted a moment ago is nobody the next time.
        with contextlib.suppress(NotFound):
            return UserView.of(await call.services.identity.users.get(principal.id))
    return None


HANDLERS = [get_session]
