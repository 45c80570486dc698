"""``/usergroups`` (H row 23), and who is in those that are kept here, which Harbor cannot be told."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, delete, get, post, put
from litestar.params import FromPath
from msgspec import Meta, Struct

from moorage.api import describe
from moorage.api.answers import answer, done
from moorage.api.call import Call, InjectedCall, integer
from moorage.api.describe import LIST, described, text
from moorage.api.operations import BASE
from moorage.database.listing import Contains, Exact, ListQuery
from moorage.errors import BadRequest
from moorage.identity.groups import INTERNAL, LDAP
from moorage.identity.models import UserGroup

_PATH = {"group_id": "integer"}
_PAGE = (describe.number("page"), describe.number("page_size"))

#: Which groups count, by how users log in.
_TYPE_OF_MODE = {"ldap_auth": LDAP, "http_auth": INTERNAL}


class GroupView(Struct, omit_defaults=True):
    """A group as Harbor shows it."""

    id: int
    group_name: str
    group_type: int
    ldap_group_dn: str = ""

    @classmethod
    def of(cls, group: UserGroup) -> GroupView:
        """The view of a group."""
        return cls(group.group_id, group.name, group.group_type, group.ldap_dn)


class GroupFound(Struct):
    """What everybody may know of a group; Harbor's ``UserGroupSearchItem``."""

    id: int
    group_name: str
    group_type: int


class GroupRequest(Struct):
    """A group to be made or changed; Harbor's ``UserGroup``."""

    model = "UserGroup"

    group_name: str = ""
    group_type: int = 0
    ldap_group_dn: str = ""


class GroupMemberView(Struct):
    """A user in a group."""

    user_id: int
    username: str


class GroupMemberRequest(Struct):
    """A user by id or name; Harbor's ``UserEntity``."""

    user_id: Annotated[int, Meta(ge=0, le=2**63 - 1)] | None = None
    username: str | None = None


def _group_id(value: str) -> int:
    return integer(value, "group_id", "path")


def _existing_id(group_id: int) -> int:
    if group_id <= 0:
        raise BadRequest("the group id should be provided")
    return group_id


async def _group_of(call: Call) -> GroupRequest:
    """The body, which Harbor's description does not demand."""
    request = call.request
    if not request.content_length and request.header(b"transfer-encoding") is None:
        return GroupRequest()
    return await call.body(GroupRequest, "usergroup")


@get(
    f"{BASE}/usergroups",
    opt=described(
        "listUserGroups",
        query=(*_PAGE, text("ldap_group_dn"), text("group_name")),
        answers={200: list[GroupView]},
        errors=(400, 401, 403, 422),
    ),
)
async def list_user_groups(call: InjectedCall) -> Response[bytes]:
    """The groups."""
    page = call.list_query()
    await call.require_system("user-group", "list")
    query = ListQuery(page=page.page, page_size=page.page_size)
    if name := call.text("group_name"):
        query = query.where(("group_name", Contains(name)))
    mode = (await call.services.configurations.current())["auth_mode"]
    if mode in _TYPE_OF_MODE:
        query = query.where(("group_type", Exact(_TYPE_OF_MODE[mode])))
    if dn := call.text("ldap_group_dn"):
        query = query.where(("ldap_group_dn", Exact(dn)))
    total, groups = await call.services.identity.groups.list(query)
    return answer([GroupView.of(group) for group in groups], headers=call.page_headers(page, total))


@get(
    f"{BASE}/usergroups/search",
    opt=described(
        "searchUserGroups",
        query=(*_PAGE, text("groupname", required=True)),
        answers={200: list[GroupFound]},
        errors=(400, 401, 422),
    ),
)
async def search_user_groups(call: InjectedCall) -> Response[bytes]:
    """Groups by a part of their name, the nearest first; for everybody with an account."""
    page = call.list_query()
    wanted = call.required("groupname")
    await call.authenticated()
    query = ListQuery(page=page.page, page_size=page.page_size)
    total, groups = await call.services.identity.groups.search(wanted, query)
    found = [GroupFound(group.group_id, group.name, group.group_type) for group in groups]
    return answer(found, headers=call.page_headers(page, total))


@post(
    f"{BASE}/usergroups",
    opt=described("createUserGroup", body=GroupRequest, answers={201: None}, errors=(400, 401, 403, 409, 422)),
)
async def create_user_group(call: InjectedCall) -> Response[bytes]:
    """Make a group."""
    wanted = await _group_of(call)
    await call.require_system("user-group", "create")
    group_id = await call.services.identity.groups.create(
        wanted.group_name, wanted.group_type, wanted.ldap_group_dn, actor=await call.actor()
    )
    return done(201, headers={"Location": f"{call.path}/{group_id}"})


@get(
    f"{BASE}/usergroups/{{group_id:str}}",
    opt=described("getUserGroup", path=_PATH, answers={200: GroupView}, errors=(400, 401, 403, 404, 422)),
)
async def get_user_group(call: InjectedCall, group_id: FromPath[str]) -> Response[bytes]:
    """One group."""
    number = _group_id(group_id)
    await call.require_system("user-group", "read")
    return answer(GroupView.of(await call.services.identity.groups.get(_existing_id(number))))


@put(
    f"{BASE}/usergroups/{{group_id:str}}",
    opt=described(
        "updateUserGroup", path=_PATH, body=GroupRequest, answers={200: None}, errors=(400, 401, 403, 404, 409, 422)
    ),
)
async def update_user_group(call: InjectedCall, group_id: FromPath[str]) -> Response[bytes]:
    """Give a group another name; nothing else of it can be changed."""
    number = _group_id(group_id)
    wanted = await _group_of(call)
    await call.require_system("user-group", "update")
    await call.services.identity.groups.rename(_existing_id(number), wanted.group_name, actor=await call.actor())
    return done()


@delete(
    f"{BASE}/usergroups/{{group_id:str}}",
    status_code=200,
    opt=described("deleteUserGroup", path=_PATH, answers={200: None}, errors=(400, 401, 403, 422)),
)
async def delete_user_group(call: InjectedCall, group_id: FromPath[str]) -> Response[bytes]:
    """Remove a group; one that is not there is gone already, as in Harbor."""
    number = _group_id(group_id)
    await call.require_system("user-group", "delete")
    await call.services.identity.groups.delete(_existing_id(number), actor=await call.actor())
    return done()


# --- members, beyond Harbor ----------------------------------------------------------------------


@get(
    f"{BASE}/usergroups/{{group_id:str}}/members",
    opt=described(
        "listUserGroupMembers",
        path=_PATH,
        query=LIST,
        answers={200: list[GroupMemberView]},
        errors=(400, 401, 403, 404, 422),
    ),
)
async def list_user_group_members(call: InjectedCall, group_id: FromPath[str]) -> Response[bytes]:
    """Who is in a group."""
    number, query = _group_id(group_id), call.list_query()
    await call.require_system("user-group", "read")
    total, members = await call.services.identity.groups.members(_existing_id(number), query)
    views = [GroupMemberView(member.user_id, member.username) for member in members]
    return answer(views, headers=call.page_headers(query, total))


@put(
    f"{BASE}/usergroups/{{group_id:str}}/members",
    opt=described(
        "setUserGroupMembers",
        path=_PATH,
        body=list[GroupMemberRequest],
        answers={200: None},
        errors=(400, 401, 403, 404, 422),
    ),
)
async def set_user_group_members(call: InjectedCall, group_id: FromPath[str]) -> Response[bytes]:
    """Say who is in a group: these and no others."""
    number = _group_id(group_id)
    wanted = await call.body(list[GroupMemberRequest], "members")
    await call.require_system("user-group", "update")
    ids, names = [], []
    for member in wanted:
        user_id, name = _one_of(member)
        ids += [] if user_id is None else [user_id]
        names += [] if name is None else [name]
    await call.services.identity.groups.set_members(_existing_id(number), ids, names, actor=await call.actor())
    return done()


@post(
    f"{BASE}/usergroups/{{group_id:str}}/members",
    opt=described(
        "addUserGroupMember",
        path=_PATH,
        body=GroupMemberRequest,
        answers={201: None},
        errors=(400, 401, 403, 404, 409, 422),
    ),
)
async def add_user_group_member(call: InjectedCall, group_id: FromPath[str]) -> Response[bytes]:
    """Put a user into a group."""
    number = _group_id(group_id)
    wanted = await call.body(GroupMemberRequest, "member")
    await call.require_system("user-group", "update")
    user_id, name = _one_of(wanted)
    added = await call.services.identity.groups.add_member(
        _existing_id(number), user_id, name, actor=await call.actor()
    )
    return done(201, headers={"Location": f"{call.path}/{added.user_id}"})


@delete(
    f"{BASE}/usergroups/{{group_id:str}}/members/{{user_id:str}}",
    status_code=200,
    opt=described(
        "removeUserGroupMember",
        path={**_PATH, "user_id": "integer"},
        answers={200: None},
        errors=(400, 401, 403, 404, 422),
    ),
)
async def remove_user_group_member(
    call: InjectedCall, group_id: FromPath[str], user_id: FromPath[str]
) -> Response[bytes]:
    """Take a user out of a group."""
    number, user = _group_id(group_id), integer(user_id, "user_id", "path")
    await call.require_system("user-group", "update")
    await call.services.identity.groups.remove_member(_existing_id(number), user, actor=await call.actor())
    return done()


def _one_of(member: GroupMemberRequest) -> tuple[int | None, str | None]:
    """The id, or without one the name."""
    if member.user_id is not None:
        return member.user_id, None
    if member.username:
        return None, member.username
    raise BadRequest("a member needs user_id or username")


HANDLERS = [
    list_user_groups,
    search_user_groups,
    create_user_group,
    get_user_group,
    update_user_group,
    delete_user_group,
    list_user_group_members,
    set_user_group_members,
    add_user_group_member,
    remove_user_group_member,
]
