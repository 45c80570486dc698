"""``/projects/{project}/repositories/{repository}/taghistory``, and tags that go back to what they named.

Not in Harbor; in its style.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote

from litestar import Response, get, post
from litestar.params import FromPath
from msgspec import Meta, Struct

from moorage.api.answers import answer, done
from moorage.api.call import InjectedCall
from moorage.api.describe import LIST, NAME_OR_ID, described
from moorage.api.operations import BASE
from moorage.api.times import timestamp
from moorage.errors import NotFound
from moorage.lifecycle.models import TagLifetime
from moorage.oci.names import check_digest, check_tag, is_name


class TagLifetimeView(Struct, omit_defaults=True, kw_only=True):
    """How long a tag named a digest, who let it and how it ended.

    ``operation``: push, revert, undelete. ``end_operation``: move, delete; absent while it lasts. ``trash_id``: the
    deletion that ended it, while that can be undone.
    """

    id: int
    tag: str
    digest: str
    operation: str
    operator: str
    start_time: str
    push_time: str
    current: bool
    previous_digest: str | None = None
    end_operation: str | None = None
    end_operator: str | None = None
    end_time: str | None = None
    trash_id: int | None = None

    @classmethod
    def of(cls, lifetime: TagLifetime) -> TagLifetimeView:
        """The view of a lifetime."""
        return cls(
            id=lifetime.lifetime_id,
            tag=lifetime.name,
            digest=lifetime.digest,
            operation=lifetime.operation,
            operator=lifetime.operator,
            start_time=timestamp(lifetime.start_time),
            push_time=timestamp(lifetime.push_time),
            current=lifetime.end_time is None,
            previous_digest=lifetime.previous_digest,
            end_operation=lifetime.end_operation,
            end_operator=lifetime.end_operator,
            end_time=None if lifetime.end_time is None else timestamp(lifetime.end_time),
            trash_id=lifetime.trash_id,
        )


class Revert(Struct):
    """What a tag shall name again."""

    digest: Annotated[str, Meta(max_length=255)]


@get(
    f"{BASE}/projects/{{project:str}}/repositories/{{repository:str}}/taghistory",
    opt=described(
        "listTagHistory",
        query=(NAME_OR_ID, *LIST),
        answers={200: list[TagLifetimeView]},
        errors=(400, 401, 403, 404, 422),
    ),
)
async def list_history(call: InjectedCall, project: FromPath[str], repository: FromPath[str]) -> Response[bytes]:
    """What the tags of a repository named and name, the latest change first; also of a repository that was deleted."""
    query = call.list_query()
    facts = await call.require_project(project, "tag", "list", unquote(unquote(repository)))
    name = _full_name(facts.name, repository)
    total, lifetimes = await call.services.tag_history.list(name, query)
    return answer([TagLifetimeView.of(one) for one in lifetimes], headers=call.page_headers(query, total))


@post(
    f"{BASE}/projects/{{project:str}}/repositories/{{repository:str}}/tags/{{tag:str}}/revert",
    status_code=200,
    opt=described(
        "revertTag",
        query=(NAME_OR_ID,),
        body=Revert,
        answers={200: None},
        errors=(400, 401, 403, 404, 409, 412, 422),
    ),
)
async def revert_tag(
    call: InjectedCall, project: FromPath[str], repository: FromPath[str], tag: FromPath[str]
) -> Response[bytes]:
    """Let a tag name again what it named before: what whoever may push could do by pushing that."""
    wanted = await call.body(Revert, "revert")
    facts = await call.require_project(project, "repository", "push", unquote(unquote(repository)))
    name = _full_name(facts.name, repository)
    digest, tag = check_digest(wanted.digest), check_tag(unquote(tag))
    await call.services.tag_history.revert(name, tag, digest, actor=await call.actor())
    return done()


def _full_name(project: str, repository: str) -> str:
    """A repository's name, which arrives encoded once or twice (H row 10)."""
    name = f"{project}/{unquote(unquote(repository))}"
    if not is_name(name):
        raise NotFound(f"repository {name[:300]} not found")
    return name


HANDLERS = [list_history, revert_tag]
