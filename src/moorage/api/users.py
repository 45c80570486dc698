"""``/users`` (H row 22)."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, delete, get, post
from litestar.params import FromPath
from msgspec import Meta, Struct

from moorage.access.principals import PrincipalKind
from moorage.api.answers import answer, done
from moorage.api.call import InjectedCall
from moorage.api.operations import BASE
from moorage.api.times import timestamp
from moorage.errors import BadRequest, Forbidden, PreconditionFailed
from moorage.identity.models import ADMIN_ID, User
from moorage.identity.passwords import check_password


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


class UserCreation(Struct):
    """A user to be made; Harbor's ``UserCreationReq``."""

    username: Annotated[str, Meta(max_length=255)] = ""
    password: str = ""
    email: Annotated[str, Meta(max_length=255)] = ""
    realname: str = ""
    comment: str = ""


@post(f"{BASE}/users")
async def create_user(call: InjectedCall) -> Response[bytes]:
    """Make a user (H row 21)."""
    await call.require_system("user", "create")
    wanted = await call.body(UserCreation, "userReq")
    # Harbor looks at the password first; the command line does not ask for an address, the API does.
    check_password(wanted.password)
    if not wanted.email and len(wanted.username) > 0:
        raise BadRequest("email can't be empty")
    user = await call.services.identity.users.create(
        wanted.username,
        wanted.password,
        email=wanted.email,
        realname=wanted.realname,
        comment=wanted.comment,
    )
    return done(201, headers={"Location": f"{call.path}/{user.user_id}"})


@delete(f"{BASE}/users/{{user_id:int}}", status_code=200)
async def delete_user(call: InjectedCall, user_id: FromPath[int]) -> Response[bytes]:
    """Delete a user, whose name can be used again."""
    principal = await call.require_system("user", "delete")
    if user_id == ADMIN_ID or (principal.kind is PrincipalKind.USER and principal.id == user_id):
        raise Forbidden(f"User with ID {user_id} cannot be deleted")
    await call.services.identity.users.delete(user_id)
    return done()


HANDLERS = [get_current_user, create_user, delete_user]
