"""``POST /projects/{project}/explain``: why an account may or may not do something. Not in Harbor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote

from litestar import Response, post
from litestar.params import FromPath
from msgspec import Struct

from moorage.access import explain
from moorage.access.explain import Explanation, Question
from moorage.access.models import ProjectAccess, Source, Way
from moorage.access.principals import ANONYMOUS, Principal, PrincipalKind
from moorage.access.roles import ROLE_NAMES
from moorage.api.answers import answer
from moorage.api.call import Call, InjectedCall
from moorage.api.describe import NAME_OR_ID, described
from moorage.api.operations import BASE
from moorage.errors import BadRequest, NotFound
from moorage.identity.models import PROJECT
from moorage.identity.permissions import CATALOGUE
from moorage.oci.names import is_digest, is_name, is_tag


class PrincipalBody(Struct):
    """An account: ``user`` or ``robot`` by its login name, or ``anonymous``."""

    type: Literal["user", "robot", "anonymous"]
    name: str = ""


class ExplainRequest(Struct):
    """What is asked.

    ``principal``: who; absent: who asks. ``resource`` and ``action`` as in permissions of robots. ``reference``: a
    repository below the project, or one of its tags or digests: ``app/web``, ``app/web:v1``, ``app/web@sha256:...``.
    """

    action: str
    resource: str = "repository"
    reference: str | None = None
    principal: PrincipalBody | None = None


class WayView(Struct, omit_defaults=True, kw_only=True):
    """Something the account has in the project, and whether it gives what was asked."""

    source: str
    gives: bool
    role_id: int = 0
    role_name: str = ""
    group_name: str = ""
    namespace: str = ""
    repositories: list[str] | None = None


class ExplainView(Struct, omit_defaults=True, kw_only=True):
    """The answer.

    ``exists``: whether the reference is there, told to those who may read it. ``ways``: what the account has in the
    project; ``would_give``: what would allow what is not: roles from the weakest on, a permission, a public project.
    """

    allowed: bool
    code: str
    message: str
    principal: PrincipalBody
    project: str
    resource: str
    action: str
    reference: str = ""
    exists: bool | None = None
    ways: list[WayView]
    would_give: list[WayView] = []


@dataclass(frozen=True, slots=True)
class Reference:
    """A repository without its project, and the tag or digest in it; empty: none."""

    repository: str
    version: str


@post(
    f"{BASE}/projects/{{project:str}}/explain",
    status_code=200,
    opt=described(
        "explainPermission",
        query=(NAME_OR_ID,),
        body=ExplainRequest,
        answers={200: ExplainView},
        errors=(400, 401, 403, 404, 422),
    ),
)
async def explain_permission(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """Whether an account may do something in a project, and what that comes from or what is missing.

    Everyone may ask about themselves; about others those who may change the project's members.
    """
    wanted = await call.body(ExplainRequest, "question")
    _check(wanted)
    asker = await call.project_access(project)
    principal, ended = await _about(call, project, wanted.principal)
    name = await call.project_name(project)
    reference = None if wanted.reference is None else _reference(wanted.reference)
    repository = None if reference is None else reference.repository
    access = await call.services.access.project_access(principal, name)
    if access.project is None and asker.valid and asker.sysadmin:
        raise NotFound(f"project {unquote(project)[:300]} not found")
    # Its name is told only to those who have something there: others may have guessed an id.
    shown = asker.project.name if asker.project is not None and asker.ways else unquote(project)[:300]
    question = Question(principal.kind, principal.name, shown, wanted.resource, wanted.action, repository)
    groups = await call.services.access.group_names({way.group_id for way in access.ways if way.group_id is not None})
    found = explain.explain(question, access, groups, ended)
    for_robots = question.permission in CATALOGUE[PROJECT]
    lacking = explain.would_give(question, access, for_robots=for_robots)
    view = _view(question, found, groups)
    view.would_give = [_way(question, way, groups) for way in lacking]
    if reference is not None:
        view.reference = wanted.reference or ""
        view.exists = await _exists(call, asker, reference)
    return answer(view)


def _check(wanted: ExplainRequest) -> None:
    resource, action = wanted.resource, wanted.action
    if not explain.is_known(resource, action) and (resource, action) not in CATALOGUE[PROJECT]:
        raise BadRequest(f"bad request permission: {resource[:64]}:{action[:64]}")
    if wanted.reference is not None and not explain.is_of_repository(resource):
        raise BadRequest(f"bad request reference: {resource[:64]} is of the project as a whole")


def _reference(text: str) -> Reference:
    """The parts of a reference.

    Raises:
        BadRequest: it is none.
    """
    repository, at, version = text.partition("@")
    if not at:
        repository, _, version = text.partition(":")
    well = is_name(f"x/{repository}") and (not version or (is_digest(version) if at else is_tag(version)))
    if not well or text.endswith(("@", ":")):
        raise BadRequest(f"bad request reference: {text[:300]!r} is no repository, tag or digest below the project")
    return Reference(repository, version)


async def _about(call: Call, project: str, wanted: PrincipalBody | None) -> tuple[Principal, str]:
    """The account that is asked about, if who asks may, and why it may do nothing.

    Raises:
        NotFound: there is no such account.
    """
    asker = await call.principal()
    if wanted is None or (str(asker.kind), asker.name) == (wanted.type, wanted.name):
        return asker, ""
    if wanted.type == "anonymous":
        if asker is not ANONYMOUS:
            await call.require_project(project, "member", "update")
        return ANONYMOUS, ""
    await call.require_project(project, "member", "update")
    account = await call.services.identity.account(PrincipalKind(wanted.type), wanted.name)
    if account is None:
        raise NotFound(f"{wanted.type} {wanted.name[:300]} not found")
    return account.principal, "" if account.enabled else await call.services.identity.why_ended(account)


async def _exists(call: Call, asker: ProjectAccess, reference: Reference) -> bool | None:
    """Whether a reference is there; None for who may not read it."""
    if asker.project is None or not asker.allows("artifact", "read", reference.repository):
        return None
    full = f"{asker.project.name}/{reference.repository}"
    if not reference.version:
        return await call.services.repositories.find(full) is not None
    return (await call.services.artifacts.submit(full, reference.version))[1] is not None


def _view(question: Question, found: Explanation, groups: dict[int, str]) -> ExplainView:
    return ExplainView(
        allowed=found.allowed,
        code=found.code,
        message=found.message,
        principal=PrincipalBody(question.kind.value, question.name),
        project=question.project,
        resource=question.resource,
        action=question.action,
        ways=[_way(question, way, groups) for way in found.ways],
    )


def _way(question: Question, way: Way, groups: dict[int, str]) -> WayView:
    return WayView(
        source=str(way.source),
        gives=way.gives(question.resource, question.action, question.repository),
        role_id=0 if way.role is None else int(way.role),
        role_name="" if way.role is None else ROLE_NAMES[way.role],
        group_name="" if way.group_id is None else groups.get(way.group_id, ""),
        namespace=way.namespace if way.source is Source.ROBOT else "",
        repositories=None if way.repositories is None else list(way.repositories.patterns),
    )


HANDLERS: list[Any] = [explain_permission]
