"""Tags of an artifact (H row 57)."""

from __future__ import annotations

from functools import partial
from urllib.parse import unquote

from litestar import Response, delete, get, post
from litestar.params import FromPath
from msgspec import Struct

from moorage.api.answers import answer, done
from moorage.api.artifact_views import TagView
from moorage.api.call import InjectedCall
from moorage.api.describe import LIST, described, flag
from moorage.api.operations import BASE
from moorage.api.repository_access import repository_of

_TAGS = f"{BASE}/projects/{{project:str}}/repositories/{{repository:str}}/artifacts/{{reference:str}}/tags"


class TagRequest(Struct):
    """A tag to be made."""

    name: str = ""


@get(
    _TAGS,
    opt=described(
        "listTags",
        query=(*LIST, flag("with_immutable_status")),
        answers={200: list[TagView]},
        errors=(400, 401, 403, 404, 422),
    ),
)
async def list_tags(
    call: InjectedCall, project: FromPath[str], repository: FromPath[str], reference: FromPath[str]
) -> Response[bytes]:
    """The tags of an artifact."""
    query, immutable = call.list_query(), call.flag("with_immutable_status")
    shown, listing = unquote(reference), call.services.catalog.listing
    path = await repository_of(call, project, repository, "tag", "list", partial(listing.submit_artifact, shown))
    project_id = path.there.project_id if immutable else None
    total, found = await listing.tags(path.name, shown, query, path.ahead, immutable_in=project_id)
    return answer([TagView.of(tag) for tag in found], headers=call.page_headers(query, total))


@post(
    _TAGS,
    opt=described("createTag", body=TagRequest, answers={201: None}, errors=(400, 401, 403, 404, 409, 413, 422)),
)
async def create_tag(
    call: InjectedCall, project: FromPath[str], repository: FromPath[str], reference: FromPath[str]
) -> Response[bytes]:
    """Give an artifact another tag; one of another artifact is not moved."""
    wanted = await call.body(TagRequest, "tag")
    path = await repository_of(call, project, repository, "tag", "create")
    await call.services.catalog.changes.create_tag(path.name, unquote(reference), wanted.name, actor=await call.actor())
    return done(201)


@delete(
    f"{_TAGS}/{{tag_name:str}}",
    status_code=200,
    opt=described("deleteTag", answers={200: None}, errors=(401, 403, 404, 412)),
)
async def delete_tag(
    call: InjectedCall,
    project: FromPath[str],
    repository: FromPath[str],
    reference: FromPath[str],
    tag_name: FromPath[str],
) -> Response[bytes]:
    """Take a tag away; the artifact stays."""
    path = await repository_of(call, project, repository, "tag", "delete")
    await call.services.catalog.changes.delete_tag(
        path.name, unquote(reference), unquote(tag_name), actor=await call.actor()
    )
    return done()


HANDLERS = [list_tags, create_tag, delete_tag]
