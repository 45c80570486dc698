"""``/projects/{project}/repositories`` and ``/repositories`` (H row 50)."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote

from litestar import Response, delete, get, put
from litestar.params import FromPath
from msgspec import Struct

from moorage.api.answers import answer, done
from moorage.api.call import Call, InjectedCall
from moorage.api.describe import LIST, described
from moorage.api.operations import BASE
from moorage.api.repository_access import listable_in, repository_of
from moorage.api.times import timestamp
from moorage.repositories.models import Repository

_PATH = f"{BASE}/projects/{{project:str}}/repositories/{{repository:str}}"


class RepositoryView(Struct, kw_only=True, omit_defaults=True):
    """A repository."""

    id: int
    project_id: int
    name: str
    artifact_count: int
    pull_count: int
    creation_time: str
    update_time: str
    description: str = ""

    @classmethod
    def of(cls, repository: Repository, artifacts: int) -> RepositoryView:
        """The view of a repository whose list shows that many artifacts."""
        return cls(
            id=repository.repository_id,
            project_id=repository.project_id,
            name=repository.name,
            artifact_count=artifacts,
            pull_count=repository.pull_count,
            creation_time=timestamp(repository.creation_time),
            update_time=timestamp(repository.update_time),
            description=repository.description,
        )


class RepositoryRequest(Struct):
    """What of a repository can be changed."""

    description: str = ""


async def _views(call: Call, repositories: Sequence[Repository]) -> list[RepositoryView]:
    counts = await call.services.catalog.listing.counts([one.repository_id for one in repositories])
    return [RepositoryView.of(one, counts.get(one.repository_id, 0)) for one in repositories]


@get(
    f"{BASE}/repositories",
    opt=described("listAllRepositories", query=LIST, answers={200: list[RepositoryView]}, errors=(400, 422)),
)
async def list_all_repositories(call: InjectedCall) -> Response[bytes]:
    """The repositories of every project who asks may see."""
    query = call.list_query()
    reach = await call.reach("repository", "list")
    total, found = await call.services.repositories.readable(query, reach)
    return answer(await _views(call, found), headers=call.page_headers(query, total))


@get(
    f"{BASE}/projects/{{project:str}}/repositories",
    opt=described(
        "listRepositories", query=LIST, answers={200: list[RepositoryView]}, errors=(400, 401, 403, 404, 422)
    ),
)
async def list_repositories(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """The repositories of a project."""
    query = call.list_query()
    facts, allowed = await listable_in(call, unquote(project), "repository", "list")
    total, found = await call.services.repositories.of_project(facts, allowed, query)
    return answer(await _views(call, found), headers=call.page_headers(query, total))


@get(_PATH, opt=described("getRepository", answers={200: RepositoryView}, errors=(401, 403, 404)))
async def get_repository(call: InjectedCall, project: FromPath[str], repository: FromPath[str]) -> Response[bytes]:
    """One repository."""
    path = await repository_of(call, project, repository, "repository", "read")
    found = await call.services.repositories.get(path.name)
    return answer((await _views(call, [found]))[0])


@put(
    _PATH,
    opt=described("updateRepository", body=RepositoryRequest, answers={200: None}, errors=(401, 403, 404, 413, 422)),
)
async def update_repository(call: InjectedCall, project: FromPath[str], repository: FromPath[str]) -> Response[bytes]:
    """Set a repository's description."""
    wanted = await call.body(RepositoryRequest, "repository")
    path = await repository_of(call, project, repository, "repository", "update")
    await call.services.repositories.describe(path.name, wanted.description, actor=await call.actor())
    return done()


@delete(_PATH, status_code=200, opt=described("deleteRepository", answers={200: None}, errors=(401, 403, 404, 412)))
async def delete_repository(call: InjectedCall, project: FromPath[str], repository: FromPath[str]) -> Response[bytes]:
    """Delete a repository with everything in it."""
    path = await repository_of(call, project, repository, "repository", "delete")
    await call.services.artifacts.delete_repository(path.name, actor=await call.actor())
    return done()


HANDLERS = [list_all_repositories, list_repositories, get_repository, update_repository, delete_repository]
