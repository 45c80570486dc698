"""``/projects`` (H rows 32, 33)."""

from __future__ import annotations

from collections.abc import Mapping

from litestar import Response, delete, get, head, post
from litestar.params import FromPath
from msgspec import Struct

from moorage.access.principals import ANONYMOUS, Principal, PrincipalKind
from moorage.access.roles import strongest
from moorage.api.answers import answer, done
from moorage.api.call import Call, InjectedCall, check_length
from moorage.api.operations import BASE
from moorage.api.times import NEVER, timestamp
from moorage.database.listing import Contains, Exact
from moorage.errors import BadRequest, Forbidden, NotImplementedYet
from moorage.identity.models import ADMIN_ID
from moorage.identity.models import PROJECT as PROJECT_LEVEL
from moorage.projects.models import Project, Viewer
from moorage.projects.service import HOLDS_REPOSITORIES

#: Harbor's largest quota, 1024 TB.
MAX_STORAGE = 1024**5


class Allowlist(Struct, omit_defaults=True, kw_only=True):
    """CVEs a project does not mind."""

    id: int
    project_id: int
    items: list[str]
    creation_time: str
    update_time: str


class ProjectView(Struct, omit_defaults=True, kw_only=True):
    """A project as Harbor shows it; what has a default is left out when it is empty."""

    project_id: int
    name: str
    owner_id: int
    owner_name: str
    repo_count: int
    metadata: Mapping[str, str]
    cve_allowlist: Allowlist
    current_user_role_ids: list[int] | None
    creation_time: str
    update_time: str
    current_user_role_id: int = 0

    @classmethod
    def of(cls, project: Project) -> ProjectView:
        """The view of a project read for its viewer."""
        role = strongest(frozenset(project.roles))
        return cls(
            project_id=project.project_id,
            name=project.name,
            owner_id=project.owner_id,
            owner_name=project.owner_name,
            repo_count=project.repo_count,
            metadata={**project.metadata, "public": "true" if project.public else "false"},
            # Every project has one list, so the project's id is as good as another.
            cve_allowlist=Allowlist(
                id=project.project_id, project_id=project.project_id, items=[], creation_time=NEVER, update_time=NEVER
            ),
            current_user_role_ids=[int(known) for known in project.roles] or None,
            current_user_role_id=0 if role is None else int(role),
            creation_time=timestamp(project.creation_time),
            update_time=timestamp(project.update_time),
        )


class Deletable(Struct, omit_defaults=True):
    """Whether a project can be deleted."""

    deletable: bool = False
    message: str = ""


class ProjectRequest(Struct):
    """A project to be made; Harbor's ``ProjectReq``."""

    project_name: str = ""
    public: bool | None = None
    metadata: dict[str, str | None] | None = None
    storage_limit: int | None = None
    registry_id: int | None = None


@get(f"{BASE}/projects")
async def list_projects(call: InjectedCall) -> Response[bytes]:
    """The projects who asks may see."""
    query = call.list_query()
    if name := call.text("name"):
        query = query.where(("name", Contains(name)))
    if owner := call.text("owner"):
        query = query.where(("owner", Exact(owner)))
    public = call.flag("public")
    if public is not None:
        query = query.where(("public", Exact(public)))
    call.flag("with_detail")
    total, projects = await call.services.projects.list(query, await _viewer(call))
    return answer([ProjectView.of(project) for project in projects], headers=call.page_headers(query, total))


async def _viewer(call: Call) -> Viewer:
    principal = await call.principal()
    if principal is ANONYMOUS:
        return Viewer()
    everything = (await call.state()).allows_system("project", "list")
    if principal.kind is PrincipalKind.USER:
        return Viewer(everything=everything, user_id=principal.id)
    reaches_all, names = await call.services.identity.robots.reach(principal.id)
    return Viewer(everything=everything or reaches_all, names=names)


@head(f"{BASE}/projects")
async def head_project(call: InjectedCall) -> Response[None]:
    """Whether a project is there."""
    await call.require_project(call.required("project_name"), "project", "read")
    return Response(None, media_type="")


@post(f"{BASE}/projects")
async def create_project(call: InjectedCall) -> Response[bytes]:
    """Make a project; who makes it administers it."""
    wanted = await call.body(ProjectRequest, "project")
    check_length(wanted.project_name, "project_name")
    principal = await call.authenticated()
    metadata = {key: value for key, value in (wanted.metadata or {}).items() if value is not None}
    await _may_create(call, principal, wanted)
    public = metadata.pop("public", "") or str(bool(wanted.public)).lower()
    if public not in ("true", "false"):
        raise BadRequest(f"metadata.public should only be 'true' or 'false', but got: '{public[:64]}'")
    if metadata.pop("retention_id", ""):
        raise BadRequest(
            "bad request: the retention_id in the request's payload when creating a project should be omitted,"
            " alternatively passing an empty string"
        )
    owner_id = principal.id if principal.kind is PrincipalKind.USER else ADMIN_ID
    project_id = await call.services.projects.create(
        wanted.project_name, owner_id=owner_id, public=public == "true", metadata=metadata
    )
    by_name = call.flag_header(b"x-resource-name-in-location")
    return done(201, headers={"Location": f"{call.path}/{wanted.project_name if by_name else project_id}"})


async def _may_create(call: Call, principal: Principal, wanted: ProjectRequest) -> None:
    """Everyone may make a project; a robot needs the permission, which Harbor does not ask for."""
    allowed = (await call.state()).allows_system("project", "create")
    if principal.kind is PrincipalKind.ROBOT and not allowed:
        robot = await call.services.identity.robots.get(principal.id)
        if robot.level == PROJECT_LEVEL:
            raise Forbidden("Only system level robot can create project")
        raise Forbidden(principal.name)
    if not allowed and (await call.services.configurations.current())["project_creation_restriction"] == "adminonly":
        raise Forbidden("Only system admin can create project")
    if wanted.registry_id is not None:
        if not allowed:
            raise Forbidden("Only system admin can create proxy cache project")
        if wanted.registry_id <= 0:
            raise BadRequest(
                f"bad request: {wanted.registry_id} is invalid value of registry_id, it should be geater than 0"
            )
        raise NotImplementedYet("proxy cache projects are not available in this release")
    if allowed and wanted.storage_limit:
        _check_storage(wanted.storage_limit)


def _check_storage(limit: int) -> None:
    if limit < -1:
        raise BadRequest(f"bad request: invalid non-positive value for quota limit, value={limit}")
    if limit > MAX_STORAGE:
        raise BadRequest(f"bad request: exceeded 1024TB, which is {MAX_STORAGE} Bytes, value={limit}")
    if limit > 0:
        # To accept a limit that nothing keeps would be worse.
        raise NotImplementedYet("storage quotas are not available in this release: leave storage_limit out, or give -1")


@get(f"{BASE}/projects/{{project:str}}")
async def get_project(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """One project."""
    facts = await call.require_project(project, "project", "read")
    principal = await call.principal()
    viewer_id = principal.id if principal.kind is PrincipalKind.USER else None
    return answer(ProjectView.of(await call.services.projects.get(facts.project_id, viewer_id=viewer_id)))


@delete(f"{BASE}/projects/{{project:str}}", status_code=200)
async def delete_project(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """Delete a project nothing was pushed to."""
    facts = await call.require_project(project, "project", "delete")
    await call.services.projects.delete(facts.project_id)
    return done()


@get(f"{BASE}/projects/{{project:str}}/_deletable")
async def get_deletable(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """Whether a project can be deleted."""
    facts = await call.require_project(project, "project", "delete")
    found = await call.services.projects.get(facts.project_id)
    return answer(Deletable(message=HOLDS_REPOSITORIES) if found.repo_count else Deletable(deletable=True))


HANDLERS = [list_projects, head_project, create_project, get_project, delete_project, get_deletable]
