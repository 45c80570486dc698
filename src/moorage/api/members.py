"""``/projects/{project}/members`` (H row 31)."""

from __future__ import annotations

from litestar import Response, delete, get, post, put
from litestar.params import FromPath
from msgspec import UNSET, Struct, UnsetType

from moorage.access.roles import ROLE_NAMES
from moorage.api.answers import answer, done
from moorage.api.call import InjectedCall, integer
from moorage.api.describe import LIST, NAME_OR_ID, described, text
from moorage.api.operations import BASE
from moorage.api.project_models import Int64
from moorage.errors import BadRequest
from moorage.projects.models import Entity, Member

_PATH = f"{BASE}/projects/{{project:str}}/members"
_ID = {"mid": "integer"}


class MemberView(Struct, omit_defaults=True):
    """A member; Harbor's ``ProjectMemberEntity``. ``repositories`` is there only where the role is limited to some."""

    id: int
    project_id: int
    entity_name: str
    role_name: str
    role_id: int
    entity_id: int
    entity_type: str
    repositories: list[str] | None = None

    @classmethod
    def of(cls, member: Member) -> MemberView:
        """The view of a member."""
        return cls(
            id=member.member_id,
            project_id=member.project_id,
            entity_name=member.entity_name,
            role_name=ROLE_NAMES[member.role],
            role_id=int(member.role),
            entity_id=member.entity_id,
            entity_type=member.entity_type,
            repositories=None if member.repositories is None else list(member.repositories),
        )


class MemberUser(Struct):
    """A user by id or name; Harbor's ``UserEntity``."""

    user_id: Int64 = 0
    username: str = ""


class MemberGroup(Struct):
    """A group by id, name and type, or DN; Harbor's ``UserGroup``."""

    id: Int64 = 0
    group_name: str = ""
    group_type: Int64 = 0
    ldap_group_dn: str = ""


class MemberRequest(Struct):
    """Who shall be a member; Harbor's ``ProjectMember``. ``repositories``: patterns the role is limited to."""

    model = "ProjectMember"

    role_id: Int64 = 0
    member_user: MemberUser | None = None
    member_group: MemberGroup | None = None
    repositories: list[str] | None = None

    def entity(self) -> Entity:
        """Who is named."""
        user, group = self.member_user or MemberUser(), self.member_group or MemberGroup()
        return Entity(user.user_id, user.username, group.id, group.group_name, group.group_type, group.ldap_group_dn)


class RoleRequest(Struct):
    """A member's new role. ``repositories``: patterns it is limited to; null lifts a limit, absent it stays."""

    role_id: Int64 = 0
    repositories: list[str] | UnsetType | None = UNSET


@get(
    _PATH,
    opt=described(
        "listProjectMembers",
        query=(*LIST, NAME_OR_ID, text("entityname")),
        answers={200: list[MemberView]},
        errors=(400, 401, 403, 404, 422),
    ),
)
async def list_members(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """The members, users and groups; ``entityname`` is a whole name."""
    query = call.list_query()
    facts = await call.require_project(project, "member", "list")
    total, members = await call.services.projects.members.list(facts.project_id, query, name=call.text("entityname"))
    return answer([MemberView.of(member) for member in members], headers=call.page_headers(query, total))


@post(
    _PATH,
    opt=described(
        "createProjectMember",
        query=(NAME_OR_ID,),
        body=MemberRequest,
        answers={201: None},
        errors=(400, 401, 403, 404, 409, 422),
    ),
)
async def create_member(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """Give a user or a group a role."""
    wanted = await call.body(MemberRequest, "projectMember")
    facts = await call.require_project(project, "member", "create")
    member_id = await call.services.projects.members.add_entity(
        facts.project_id,
        wanted.entity(),
        wanted.role_id,
        repositories=wanted.repositories,
        actor=await call.actor(),
    )
    return done(201, headers={"Location": f"{call.path.rstrip('/')}/{member_id}"})


@get(
    f"{_PATH}/{{mid:str}}",
    opt=described(
        "getProjectMember", query=(NAME_OR_ID,), path=_ID, answers={200: MemberView}, errors=(400, 401, 403, 404, 422)
    ),
)
async def get_member(call: InjectedCall, project: FromPath[str], mid: FromPath[str]) -> Response[bytes]:
    """One member."""
    member_id = integer(mid, "mid", "path")
    facts = await call.require_project(project, "member", "read")
    if member_id == 0:
        raise BadRequest("the member id can not be empty!")
    return answer(MemberView.of(await call.services.projects.members.get(facts.project_id, member_id)))


@put(
    f"{_PATH}/{{mid:str}}",
    opt=described(
        "updateProjectMember",
        query=(NAME_OR_ID,),
        path=_ID,
        body=RoleRequest,
        answers={200: None},
        errors=(400, 401, 403, 404, 422),
    ),
)
async def update_member(call: InjectedCall, project: FromPath[str], mid: FromPath[str]) -> Response[bytes]:
    """Give a member another role."""
    member_id = integer(mid, "mid", "path")
    wanted = await call.body(RoleRequest, "role")
    facts = await call.require_project(project, "member", "update")
    if member_id == 0:
        raise BadRequest("member id can not be empty")
    await call.services.projects.members.set_role(
        facts.project_id, member_id, wanted.role_id, repositories=wanted.repositories, actor=await call.actor()
    )
    return done()


@delete(
    f"{_PATH}/{{mid:str}}",
    status_code=200,
    opt=described(
        "deleteProjectMember", query=(NAME_OR_ID,), path=_ID, answers={200: None}, errors=(400, 401, 403, 404, 422)
    ),
)
async def delete_member(call: InjectedCall, project: FromPath[str], mid: FromPath[str]) -> Response[bytes]:
    """Take a member out."""
    member_id = integer(mid, "mid", "path")
    facts = await call.require_project(project, "member", "delete")
    if member_id == 0:
        raise BadRequest("the project member id is required.")
    await call.services.projects.members.remove(facts.project_id, member_id, actor=await call.actor())
    return done()


HANDLERS = [list_members, create_member, get_member, update_member, delete_member]
