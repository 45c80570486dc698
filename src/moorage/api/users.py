"""``/users`` (H rows 21, 22)."""

from __future__ import annotations

from litestar import Response, delete, get, post, put
from litestar.params import FromPath
from msgspec import Struct

from moorage.access.principals import Principal, PrincipalKind
from moorage.api import describe
from moorage.api.answers import answer, done
from moorage.api.call import Call, InjectedCall, check_length, integer
from moorage.api.describe import LIST, described, text
from moorage.api.operations import BASE
from moorage.api.times import timestamp
from moorage.database.listing import Between, Contains, ListQuery
from moorage.errors import BadRequest, Forbidden, MoorageError, PreconditionFailed, Unauthorized
from moorage.events.models import Actor
from moorage.identity.csrf_guard import VERIFIED
from moorage.identity.models import ADMIN_ID, User
from moorage.identity.passwords import check_password

#: Kinds of the paths' parameters.
_PATH = {"user_id": "integer"}

_DB, _OIDC = "db_auth", "oidc_auth"


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


class UserFound(Struct):
    """What everybody may know of a user; Harbor's ``UserSearchRespItem``."""

    user_id: int
    username: str


class UserCreation(Struct):
    """A user to be made; Harbor's ``UserCreationReq``."""

    model = "UserCreationReq"

    username: str = ""
    password: str = ""
    email: str = ""
    realname: str = ""
    comment: str = ""


class UserProfile(Struct):
    """What users say about themselves."""

    email: str = ""
    realname: str = ""
    comment: str = ""


class PasswordChange(Struct):
    """Harbor's ``PasswordReq``."""

    model = "PasswordReq"

    old_password: str = ""
    new_password: str = ""


class SysadminFlag(Struct):
    """Harbor's ``UserSysAdminFlag``."""

    model = "UserSysAdminFlag"

    sysadmin_flag: bool = False


class CliSecret(Struct):
    """Harbor's ``OIDCCliSecretReq``."""

    model = "OIDCCliSecretReq"

    secret: str = ""


def user_id_of(value: str) -> int:
    """The id in a path.

    Raises:
        UnprocessableEntity: it is no number.
    """
    return integer(value, "user_id", "path")


def is_user(principal: Principal, user_id: int) -> bool:
    """Whether that is who asks."""
    return principal.kind is PrincipalKind.USER and principal.id == user_id


async def _self_or_allowed(call: Call, user_id: int, action: str) -> Principal:
    """Who asks, if that is the user itself or one who may do it to everybody."""
    principal = await call.authenticated()
    return principal if is_user(principal, user_id) else await call.require_system("user", action)


async def _require_change(call: Call, user_id: int) -> Principal:
    """Who asks, if it may change the user. Of users another system knows only the built-in admin can be changed."""
    mode = (await call.services.configurations.current())["auth_mode"]
    principal = await _self_or_allowed(call, user_id, "update")
    if mode != _DB and user_id != ADMIN_ID:
        raise Forbidden(f"User with ID {user_id} can't be updated")
    return principal


@get(
    f"{BASE}/users",
    opt=described(
        "listUsers",
        query=(*LIST, text("username"), text("email")),
        answers={200: list[UserView]},
        errors=(400, 401, 403, 422),
    ),
)
async def list_users(call: InjectedCall) -> Response[bytes]:
    """The users but the built-in admin, who is shown when its id is asked for."""
    query = call.list_query()
    await call.require_system("user", "list")
    for name in ("username", "email"):
        if value := call.text(name):
            query = query.where((name, Contains(value)))
    total, users = await call.services.identity.users.list(_without_admin(query))
    return answer([UserView.of(user) for user in users], headers=call.page_headers(query, total))


def _without_admin(query: ListQuery) -> ListQuery:
    if query.filter_of("user_id") is not None:
        return query
    return query.where(("user_id", Between(low=ADMIN_ID, strict=True)))


@get(
    f"{BASE}/users/search",
    opt=described(
        "searchUsers",
        query=(describe.number("page"), describe.number("page_size"), text("username", required=True)),
        answers={200: list[UserFound]},
        errors=(400, 401, 422),
    ),
)
async def search_users(call: InjectedCall) -> Response[bytes]:
    """Users by a part of their name, the nearest first; for everybody with an account."""
    page = call.list_query()
    wanted = call.required("username")
    await call.authenticated()
    query = _without_admin(ListQuery(page=page.page, page_size=page.page_size))
    total, users = await call.services.identity.users.search(wanted, query)
    found = [UserFound(user.user_id, user.username) for user in users]
    return answer(found, headers=call.page_headers(page, total))


@get(f"{BASE}/users/current", opt=described("getCurrentUserInfo", answers={200: UserView}, errors=(401, 412)))
async def get_current_user(call: InjectedCall) -> Response[bytes]:
    """Who asks."""
    principal = await call.authenticated()
    if principal.kind is not PrincipalKind.USER:
        raise PreconditionFailed(f"get current user not available for security context: {principal.kind}")
    return answer(UserView.of(await call.services.identity.users.get(principal.id)))


@get(
    f"{BASE}/users/{{user_id:str}}",
    opt=described("getUser", path=_PATH, answers={200: UserView}, errors=(401, 403, 404, 422)),
)
async def get_user(call: InjectedCall, user_id: FromPath[str]) -> Response[bytes]:
    """One user."""
    number = user_id_of(user_id)
    await _self_or_allowed(call, number, "read")
    return answer(UserView.of(await call.services.identity.users.get(number)))


@post(
    f"{BASE}/users",
    opt=described("createUser", body=UserCreation, answers={201: None}, errors=(400, 401, 403, 409, 422)),
)
async def create_user(call: InjectedCall) -> Response[bytes]:
    """Make a user."""
    wanted = await call.body(UserCreation, "userReq")
    check_length(wanted.username, "username")
    check_length(wanted.email, "email")
    actor = await _creator(call, wanted.username)
    # Harbor looks at the password first; the command line does not ask for an address, the API does.
    check_password(wanted.password)
    if not wanted.email:
        raise BadRequest("email can't be empty")
    user = await call.services.identity.users.create(
        wanted.username,
        wanted.password,
        email=wanted.email,
        realname=wanted.realname,
        comment=wanted.comment,
        actor=actor,
    )
    return done(201, headers={"Location": f"{call.path}/{user.user_id}"})


async def _creator(call: Call, username: str) -> Actor:
    """Who makes a user: one who may, or a person at the portal who registers."""
    configuration = await call.services.configurations.current()
    mode = configuration["auth_mode"]
    if mode != _DB:
        raise Forbidden(f"creating local user is not allowed under auth mode: {mode}")
    try:
        await call.require_system("user", "create")
    except (Unauthorized, Forbidden):
        if not configuration["self_registration"]:
            raise
        # Harbor asks for a session, which there everybody has; what tells a browser is that token.
        if not call.request.scope["state"].get(VERIFIED):
            raise Forbidden("self-registration cannot be triggered via API") from None
        return Actor(username, call.request.address, call.request.request_id)
    return await call.actor()


@put(
    f"{BASE}/users/{{user_id:str}}",
    opt=described(
        "updateUserProfile",
        path=_PATH,
        body=UserProfile,
        answers={200: None},
        errors=(400, 401, 403, 404, 409, 422),
    ),
)
async def update_user_profile(call: InjectedCall, user_id: FromPath[str]) -> Response[bytes]:
    """Change what a user says about itself."""
    number = user_id_of(user_id)
    profile = await call.body(UserProfile, "profile")
    await _require_change(call, number)
    await call.services.identity.users.set_profile(
        number, email=profile.email, realname=profile.realname, comment=profile.comment, actor=await call.actor()
    )
    return done()


@put(
    f"{BASE}/users/{{user_id:str}}/password",
    opt=described(
        "updateUserPassword",
        path=_PATH,
        body=PasswordChange,
        answers={200: None},
        errors=(400, 401, 403, 404, 422, 429),
    ),
)
async def update_user_password(call: InjectedCall, user_id: FromPath[str]) -> Response[bytes]:
    """Change a password: one's own with the old one, somebody else's as an administrator."""
    number = user_id_of(user_id)
    wanted = await call.body(PasswordChange, "password")
    principal = await _require_change(call, number)
    if is_user(principal, number):
        await _check_own_password(call, principal, wanted.old_password)
    await call.services.identity.users.set_password(number, wanted.new_password, actor=await call.actor())
    return done()


async def _check_own_password(call: Call, principal: Principal, password: str) -> None:
    """Refuse a wrong password; guesses are slowed as at the login, since a session may have been left open."""
    try:
        request = call.request
        await call.services.identity.authenticate(principal.name, password, request.address, request.request_id)
    except Unauthorized:
        raise Forbidden("Current password is incorrect") from None


@put(
    f"{BASE}/users/{{user_id:str}}/sysadmin",
    opt=described("setUserSysAdmin", path=_PATH, body=SysadminFlag, answers={200: None}, errors=(401, 403, 404, 422)),
)
async def set_user_sysadmin(call: InjectedCall, user_id: FromPath[str]) -> Response[bytes]:
    """Make a user an administrator of the system, or no more."""
    number = user_id_of(user_id)
    wanted = await call.body(SysadminFlag, "sysadminFlag")
    await call.require_system("user", "update")
    await call.services.identity.users.set_sysadmin(number, wanted.sysadmin_flag, actor=await call.actor())
    return done()


@put(
    f"{BASE}/users/{{user_id:str}}/cli_secret",
    opt=described(
        "setCliSecret", path=_PATH, body=CliSecret, answers={200: None}, errors=(400, 401, 403, 404, 412, 422)
    ),
)
async def set_cli_secret(call: InjectedCall, user_id: FromPath[str]) -> Response[bytes]:
    """Set the secret that users of an identity provider have for clients."""
    number = user_id_of(user_id)
    wanted = await call.body(CliSecret, "secret")
    mode = (await call.services.configurations.current())["auth_mode"]
    if mode != _OIDC:
        raise PreconditionFailed(f"unable to update CLI secret under authmode: {mode}")
    await _self_or_allowed(call, number, "update")
    check_password(wanted.secret)
    await call.services.identity.users.get(number)
    raise _not_onboarded(number)


def _not_onboarded(user_id: int) -> MoorageError:
    """Nobody comes from an identity provider in this release."""
    return PreconditionFailed(f"user {user_id} was not onboarded by an identity provider")


@delete(
    f"{BASE}/users/{{user_id:str}}",
    status_code=200,
    opt=described("deleteUser", path=_PATH, answers={200: None}, errors=(401, 403, 404, 422)),
)
async def delete_user(call: InjectedCall, user_id: FromPath[str]) -> Response[bytes]:
    """Delete a user, whose name can be used again."""
    number = user_id_of(user_id)
    principal = await call.require_system("user", "delete")
    if number == ADMIN_ID or is_user(principal, number):
        raise Forbidden(f"User with ID {number} cannot be deleted")
    await call.services.identity.users.delete(number, actor=await call.actor())
    return done()


HANDLERS = [
    list_users,
    search_users,
    get_current_user,
    get_user,
    create_user,
    update_user_profile,
    update_user_password,
    set_user_sysadmin,
    set_cli_secret,
    delete_user,
]
