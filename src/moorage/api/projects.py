"""``/projects`` (H rows 32, 33, 35)."""

from __future__ import annotations

from collections.abc import Mapping

from litestar import Response, delete, get, head, post, put
from litestar.params import FromPath

from moorage.access.principals import ANONYMOUS, Principal, PrincipalKind
from moorage.api.answers import answer, done
from moorage.api.call import Call, InjectedCall, check_length, invalid
from moorage.api.describe import LIST, NAME_OR_ID, Parameter, described, flag, header, text
from moorage.api.operations import BASE
from moorage.api.project_models import (
    AllowlistRequest,
    Deletable,
    ProjectRequest,
    ProjectStorage,
    ProjectView,
    SummaryView,
)
from moorage.database.listing import Contains, Exact
from moorage.errors import BadRequest, Forbidden, NotFound, NotImplementedYet
from moorage.identity.models import ADMIN_ID
from moorage.identity.models import PROJECT as PROJECT_LEVEL
from moorage.projects.allowlists import Allowlist
from moorage.projects.holdings import MOST_REPOSITORIES
from moorage.projects.models import Viewer
from moorage.projects.quota_models import check_limit
from moorage.projects.quotas import Quota
from moorage.projects.service import HOLDS_REPOSITORIES


@get(
    f"{BASE}/projects",
    opt=described(
        "listProjects",
        query=(*LIST, text("name"), flag("public"), text("owner"), flag("with_detail"), flag("with_storage")),
        answers={200: list[ProjectView]},
        errors=(400, 422),
    ),
)
async def list_projects(call: InjectedCall) -> Response[bytes]:
    """The projects who asks may see; ``with_storage``: with what those hold that who asks has a role in."""
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
    quotas: Mapping[int, Quota] = {}
    if call.flag("with_storage"):
        # Every role may read the quota, and who may read every quota.
        every = await call.principal() is not ANONYMOUS and (await call.state()).allows_system("quota", "list")
        readable = [project.project_id for project in projects if every or project.roles]
        quotas = await call.services.quotas.of_projects(readable)
    views = [ProjectView.of(project, quotas.get(project.project_id)) for project in projects]
    return answer(views, headers=call.page_headers(query, total))


async def _viewer(call: Call) -> Viewer:
    principal = await call.principal()
    if principal is ANONYMOUS:
        return Viewer()
    everything = (await call.state()).allows_system("project", "list")
    if principal.kind is PrincipalKind.USER:
        return Viewer(everything=everything, user_id=principal.id)
    reaches_all, names = await call.services.identity.robots.reach(principal.id)
    return Viewer(everything=everything or reaches_all, names=names)


@head(
    f"{BASE}/projects",
    opt=described(
        "headProject", query=(text("project_name", required=True),), answers={200: None}, errors=(401, 404, 422)
    ),
)
async def head_project(call: InjectedCall) -> Response[None]:
    """Whether a name is taken; accounts may ask about every name, since making the project would tell them."""
    name = call.required("project_name")
    await call.authenticated()
    if "\0" in name or not await call.services.projects.is_there(name):
        raise NotFound(f"project {name[:255]} not found")
    return Response(None, media_type="")


@post(
    f"{BASE}/projects",
    opt=described(
        "createProject",
        query=(header("X-Resource-Name-In-Location", "boolean"),),
        body=ProjectRequest,
        answers={201: None},
        errors=(400, 401, 403, 409, 422, 501),
    ),
)
async def create_project(call: InjectedCall) -> Response[bytes]:
    """Make a project; who makes it administers it."""
    wanted = await call.body(ProjectRequest, "project")
    check_length(wanted.project_name, "project_name")
    principal = await call.authenticated()
    metadata = {key: value for key, value in (wanted.metadata or {}).items() if value}
    storage_limit = await _may_create(call, principal, wanted)
    public = metadata.get("public") or str(bool(wanted.public)).lower()
    if public not in ("true", "false"):
        raise BadRequest(f"metadata.public should only be 'true' or 'false', but got: '{public[:64]}'")
    owner_id = principal.id if principal.kind is PrincipalKind.USER else ADMIN_ID
    project_id = await call.services.projects.create(
        wanted.project_name,
        owner_id=owner_id,
        public=public == "true",
        metadata=metadata,
        storage_limit=storage_limit,
        allowlist=None if wanted.cve_allowlist is None else wanted.cve_allowlist.allowlist(),
        actor=await call.actor(),
    )
    by_name = call.flag_header(b"x-resource-name-in-location")
    return done(201, headers={"Location": f"{call.path.rstrip('/')}/{wanted.project_name if by_name else project_id}"})


async def _may_create(call: Call, principal: Principal, wanted: ProjectRequest) -> int | None:
    """Everyone may make a project; a robot needs the permission, which Harbor does not ask for.

    The storage limit it shall have, which only an administrator chooses; others' choice is ignored, as in Harbor.
    """
    allowed = (await call.state()).allows_system("project", "create")
    if principal.kind is PrincipalKind.ROBOT and not allowed:
        robot = await call.services.identity.robots.get(principal.id)
        if robot.level == PROJECT_LEVEL:
            raise Forbidden("Only system level robot can create project")
        raise Forbidden("forbidden: project:create on the system is needed")
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
    if not allowed or not wanted.storage_limit:
        return None
    _check_storage(wanted.storage_limit)
    return wanted.storage_limit


def _check_storage(limit: int) -> None:
    try:
        check_limit(limit)
    except BadRequest as error:
        raise BadRequest(f"bad request: {error.message}") from None


@get(
    f"{BASE}/projects/{{project:str}}",
    opt=described("getProject", query=(NAME_OR_ID,), answers={200: ProjectView}, errors=(401, 403, 404)),
)
async def get_project(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """One project."""
    facts = await call.require_project(project, "project", "read")
    return answer(await project_view(call, facts.project_id))


async def project_view(call: Call, project_id: int) -> ProjectView:
    """A project that who asks may see.

    Raises:
        NotFound: it was deleted a moment ago.
    """
    principal = await call.principal()
    viewer_id = principal.id if principal.kind is PrincipalKind.USER else None
    return ProjectView.of(await call.services.projects.get(project_id, viewer_id=viewer_id))


@put(
    f"{BASE}/projects/{{project:str}}",
    opt=described(
        "updateProject",
        query=(NAME_OR_ID,),
        body=ProjectRequest,
        answers={200: None},
        errors=(400, 401, 403, 404, 422),
    ),
)
async def update_project(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """Change a project's metadata and its CVE allow-list; of a name or a quota Harbor takes no notice here."""
    wanted = await call.body(ProjectRequest, "project")
    check_length(wanted.project_name, "project_name")
    facts = await call.require_project(project, "project", "update")
    await call.services.projects.update(
        facts.project_id,
        metadata={key: value for key, value in (wanted.metadata or {}).items() if value is not None},
        allowlist=_allowlist_of(wanted.cve_allowlist, facts.project_id),
        actor=await call.actor(),
    )
    return done()


def _allowlist_of(given: AllowlistRequest | None, project_id: int) -> Allowlist | None:
    if given is None:
        return None
    if given.project_id not in (0, project_id):
        raise BadRequest(f"project_id in cve_allowlist must be {project_id} but it's {given.project_id}")
    return given.allowlist()


@delete(
    f"{BASE}/projects/{{project:str}}",
    status_code=200,
    opt=described("deleteProject", query=(NAME_OR_ID,), answers={200: None}, errors=(401, 403, 404, 412)),
)
async def delete_project(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """Delete a project nothing was pushed to."""
    facts = await call.require_project(project, "project", "delete")
    await call.services.projects.delete(facts.project_id, actor=await call.actor())
    return done()


@get(
    f"{BASE}/projects/{{project:str}}/_deletable",
    opt=described("getProjectDeletable", query=(NAME_OR_ID,), answers={200: Deletable}, errors=(401, 403, 404)),
)
async def get_deletable(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """Whether a project can be deleted."""
    facts = await call.require_project(project, "project", "delete")
    deletable = await call.services.projects.deletable(facts.project_id)
    return answer(Deletable(deletable=True) if deletable else Deletable(message=HOLDS_REPOSITORIES))


@get(
    f"{BASE}/projects/{{project:str}}/summary",
    opt=described("getProjectSummary", query=(NAME_OR_ID,), answers={200: SummaryView}, errors=(401, 403, 404)),
)
async def get_project_summary(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """What a project has; who its members are is counted for those who may list them."""
    facts = await call.require_project(project, "project", "read")
    access = await call.access_in(facts.name)
    summary = await call.services.projects.summary(facts.project_id)
    quota = await call.services.quotas.find(facts.project_id) if access.allows("quota", "read") else None
    return answer(SummaryView.of(summary, quota, members=access.allows("member", "list")))


@get(
    f"{BASE}/projects/{{project:str}}/storage",
    opt=described(
        "getProjectStorage",
        query=(NAME_OR_ID, Parameter("limit", "integer", limits={"minimum": 1, "maximum": MOST_REPOSITORIES})),
        answers={200: ProjectStorage},
        errors=(401, 403, 404, 422, 503),
    ),
)
async def get_project_storage(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """What holds a project's storage: the repositories that hold most, as far as who asks may list them."""
    limit = call.number("limit", 10)
    if not 0 < limit <= MOST_REPOSITORIES:
        raise invalid(f"limit in query should be from 1 to {MOST_REPOSITORIES}")
    facts = await call.require_project(project, "quota", "read")
    access = await call.access_in(facts.name)
    holdings = await call.services.holdings.of_project(facts, access.repositories("repository", "list"))
    return answer(ProjectStorage.of(holdings, limit))


HANDLERS = [
    list_projects,
    head_project,
    create_project,
    get_project,
    update_project,
    delete_project,
    get_deletable,
    get_project_summary,
    get_project_storage,
]
