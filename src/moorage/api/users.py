"""``/users`` (H row 22)."""

from __future__ import annotations

from litestar import Response, get
from msgspec import Struct

from moorage.access.principals import PrincipalKind
from moorage.api.answers import answer
from moorage.api.call import InjectedCall
from moorage.api.operations import BASE
from moorage.api.times import timestamp
from moorage.errors import PreconditionFailed
from moorage.identity.models import User


class UserView(Struct, omit_defaults=True, kw_only=True):
    """A user as Harbor shows it; what has a default is left out when it is empty."""

    user_id: int
    username: str
    sysadmin_flag: bool
    admin_role_in_auth: bool
    creation_time: str
    update_time: str
    email: str = ""
    realname: str = ""
    comment: str = ""

    @classmethod
    def of(cls, user: User) -> UserView:
        """The view of a user."""
        return cls(
            user_id=user.user_id,
            username=user.username,
            sysadmin_flag=user.sysadmin,
            # No directory gives rights in this release.
            admin_role_in_auth=False,
            creation_time=timestamp(user.creation_time),
            update_time=timestamp(user.update_time),
            email=user.email or "",
            realname=user.realname,
            comment=user.comment,
        )


@get(f"{BASE}/users/current")
async def get_current_user(call: InjectedCall) -> Response[bytes]:
    """Who asks."""
    principal = await call.authenticated()
    if principal.kind is not PrincipalKind.USER:
        raise PreconditionFailed(f"get current user not available for security context: {principal.kind}")
    return answer(UserView.of(await call.services.identity.users.get(principal.id)))


HANDLERS = [get_current_user]
