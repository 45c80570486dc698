"""``/projects/{project}/trash`` and ``/trash``: what was deleted and can be brought back, or dropped for good.

Not in Harbor; in its style. Who may delete something may bring it back, and drop it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from litestar import Response, delete, get, post
from litestar.params import FromPath
from msgspec import Meta, Struct

from moorage.access.models import ProjectFacts
from moorage.access.principals import Principal
from moorage.access.repositories import NONE, Repositories
from moorage.api.answers import answer, done
from moorage.api.call import Call, InjectedCall, integer
from moorage.api.describe import LIST, NAME_OR_ID, described
from moorage.api.operations import BASE
from moorage.api.times import timestamp
from moorage.errors import Forbidden, NotFound
from moorage.lifecycle.models import ARTIFACT, PROJECT, REPOSITORY, TAG, Allowed, TrashEntry, Undeleted
from moorage.lifecycle.service import MAX_TAGS

#: The permissions any of which lets one delete, and bring back, each kind. Over /v2 it is the repository's.
_DELETES = {TAG: ("tag", "repository"), ARTIFACT: ("artifact", "repository"), REPOSITORY: ("repository",)}


class TrashEntryView(Struct, omit_defaults=True, kw_only=True):
    """A deletion. ``kind``: project, repository, artifact, tag. ``tags``: the first hundred it took away."""

    id: int
    kind: str
    project_id: int
    resource: str
    deleted_by: str
    deletion_time: str
    restorable_until: str
    restorable: bool
    digest: str | None = None
    artifact_count: int | None = None
    tag_count: int | None = None
    tags: list[str] | None = None

    @classmethod
    def of(cls, entry: TrashEntry) -> TrashEntryView:
        """The view of a deletion."""
        content = entry.kind != PROJECT
        return cls(
            id=entry.trash_id,
            kind=entry.kind,
            project_id=entry.project_id,
            resource=entry.resource,
            deleted_by=entry.deleted_by,
            deletion_time=timestamp(entry.deletion_time),
            restorable_until=timestamp(entry.restorable_until),
            restorable=entry.restorable,
            digest=entry.digest,
            artifact_count=entry.artifact_count if content else None,
            tag_count=entry.tag_count if content else None,
            tags=list(entry.tags) if content else None,
        )


class Undeletion(Struct):
    """How to bring something back.

    ``tags``: which of the tags the deletion took away; absent: all. ``on_conflict``: what to do when the name of one is
    in use again.
    """

    tags: Annotated[list[Annotated[str, Meta(max_length=128)]], Meta(max_length=MAX_TAGS)] | None = None
    on_conflict: Literal["fail", "skip"] = "fail"


class UndeletedView(Struct):
    """What came back; ``skipped``: the tags that did not."""

    kind: str
    resource: str
    artifact_count: int
    tags: Sequence[str]
    skipped: Sequence[str]

    @classmethod
    def of(cls, undeleted: Undeleted) -> UndeletedView:
        """The view of what was brought back."""
        entry = undeleted.entry
        return cls(entry.kind, entry.resource, undeleted.artifacts, undeleted.tags, undeleted.skipped)


@get(
    f"{BASE}/projects/{{project:str}}/trash",
    opt=described(
        "listTrash", query=(NAME_OR_ID, *LIST), answers={200: list[TrashEntryView]}, errors=(400, 401, 403, 404, 422)
    ),
)
async def list_trash(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """Deletions in a project that who asks could bring back, the latest first."""
    query = call.list_query()
    facts, allowed = await _deletable(call, project)
    total, entries = await call.services.trash.entries(facts.project_id, facts.name, allowed, query)
    return answer([TrashEntryView.of(entry) for entry in entries], headers=call.page_headers(query, total))


@post(
    f"{BASE}/projects/{{project:str}}/trash/{{trash_id:str}}/undelete",
    status_code=200,
    opt=described(
        "undelete",
        query=(NAME_OR_ID,),
        path={"trash_id": "integer"},
        body=Undeletion,
        answers={200: UndeletedView},
        errors=(400, 401, 403, 404, 409, 412, 422),
    ),
)
async def undelete(call: InjectedCall, project: FromPath[str], trash_id: FromPath[str]) -> Response[bytes]:
    """Bring back what a deletion in the project took away."""
    number = integer(trash_id, "trash_id", "path")
    wanted = await _undeletion(call)
    facts, allowed = await _deletable(call, project)
    entry = await _in_project(call, number, facts, allowed)
    skip, actor = wanted.on_conflict == "skip", await call.actor()
    async with call.services.quotas.reporting(actor, entry.repository, digest=entry.digest or ""):
        undone = await call.services.trash.undelete(number, tags=wanted.tags, skip=skip, actor=actor)
    return answer(UndeletedView.of(undone))


@get(
    f"{BASE}/trash",
    opt=described("listDeletedProjects", query=LIST, answers={200: list[TrashEntryView]}, errors=(400, 401, 422)),
)
async def list_projects(call: InjectedCall) -> Response[bytes]:
    """Deleted projects that who asks could bring back, the latest first: all, or those it administered."""
    query = call.list_query()
    total, entries = await call.services.trash.projects(query, await _viewer(call))
    return answer([TrashEntryView.of(entry) for entry in entries], headers=call.page_headers(query, total))


@post(
    f"{BASE}/trash/{{trash_id:str}}/undelete",
    status_code=200,
    opt=described(
        "undeleteProject",
        path={"trash_id": "integer"},
        answers={200: UndeletedView},
        errors=(400, 401, 404, 409, 412, 422),
    ),
)
async def undelete_project(call: InjectedCall, trash_id: FromPath[str]) -> Response[bytes]:
    """Bring a deleted project back, with its members, metadata, labels, rules and robots."""
    number = integer(trash_id, "trash_id", "path")
    trash = call.services.trash
    await trash.get_project(number, await _viewer(call))
    return answer(UndeletedView.of(await trash.undelete(number, actor=await call.actor())))


@delete(
    f"{BASE}/projects/{{project:str}}/trash/{{trash_id:str}}",
    status_code=200,
    opt=described(
        "dropDeletion",
        query=(NAME_OR_ID,),
        path={"trash_id": "integer"},
        answers={200: None},
        errors=(401, 403, 404, 422),
    ),
)
async def drop(call: InjectedCall, project: FromPath[str], trash_id: FromPath[str]) -> Response[bytes]:
    """Let a deletion in the project be for good, at once."""
    number = integer(trash_id, "trash_id", "path")
    facts, allowed = await _deletable(call, project)
    await _in_project(call, number, facts, allowed)
    await call.services.trash.drop(number, actor=await call.actor())
    return done()


@delete(
    f"{BASE}/trash/{{trash_id:str}}",
    status_code=200,
    opt=described("dropProject", path={"trash_id": "integer"}, answers={200: None}, errors=(401, 404, 422)),
)
async def drop_project(call: InjectedCall, trash_id: FromPath[str]) -> Response[bytes]:
    """Let the deletion of a project be for good, at once."""
    number = integer(trash_id, "trash_id", "path")
    trash = call.services.trash
    await trash.get_project(number, await _viewer(call))
    await trash.drop(number, actor=await call.actor())
    return done()


async def _in_project(call: Call, number: int, facts: ProjectFacts, allowed: Allowed) -> TrashEntry:
    """A deletion of the project.

    Raises:
        NotFound: the project has no such deletion.
        Forbidden: it took away what who asks may not delete.
    """
    entry = await call.services.trash.get(number)
    if entry.project_id != facts.project_id or entry.kind == PROJECT:
        raise NotFound(f"deletion {number} not found")
    if not await call.services.trash.is_allowed(number, facts, allowed):
        raise Forbidden
    return entry


async def _undeletion(call: Call) -> Undeletion:
    """The body, which may be left out."""
    return await call.body(Undeletion, "undeletion") if call.request.content_length != 0 else Undeletion()


async def _viewer(call: Call) -> Principal | None:
    """For whom deleted projects are listed; None: for one who sees all."""
    principal = await call.authenticated()
    state = await call.state()
    if not state.valid:
        raise NotFound
    return None if state.sysadmin else principal


async def _deletable(call: Call, project: str) -> tuple[ProjectFacts, Allowed]:
    """The project, and what who asks may delete in it: by kind the repositories, None: in all of them.

    Raises:
        Unauthorized, Forbidden, NotFound: as ``Call.require_project``, when that is nothing.
    """
    access = await call.project_access(project)
    allowed: dict[str, list[Repositories] | None] = {}
    for kind, resources in _DELETES.items():
        found = [access.repositories(resource, "delete") for resource in resources]
        if None in found:
            allowed[kind] = None
        elif limited := [repositories for repositories in found if repositories is not None and repositories != NONE]:
            allowed[kind] = limited
    if access.project is None or not allowed:
        return await call.require_project(project, "repository", "delete"), {}
    return access.project, allowed


HANDLERS = [list_trash, undelete, drop, list_projects, undelete_project, drop_project]
