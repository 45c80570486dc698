"""``/search`` (H row 61)."""

from __future__ import annotations

from litestar import Response, get
from msgspec import UNSET, Struct, UnsetType

from moorage.access.principals import PrincipalKind
from moorage.api.answers import answer
from moorage.api.call import Call, InjectedCall, check_length, invalid
from moorage.api.describe import described, text
from moorage.api.labels import GLOBAL, OF_PROJECT
from moorage.api.operations import BASE
from moorage.api.project_models import NamedProject
from moorage.api.times import NEVER
from moorage.database.listing import Contains, ListQuery
from moorage.projects.models import Project, Viewer
from moorage.system.models import FoundLabel, FoundRepository, FoundTag

#: Most projects, and most repositories, of an answer.
MAX_FOUND = 1_000
#: Most tags, and most labels: what a person looks at.
MAX_MORE = 20
#: Longest text that is searched for: no name is longer.
MAX_TEXT = 512


class NoAllowlist(Struct):
    """Where a project's allow-list would be, which a search does not look up."""

    items: None = None
    creation_time: str = NEVER
    update_time: str = NEVER


class SearchProject(NamedProject, omit_defaults=True, kw_only=True):
    """A project that was found."""

    cve_allowlist: NoAllowlist

    @classmethod
    def of(cls, project: Project) -> SearchProject:
        """The view of a project read for its viewer."""
        return cls(cve_allowlist=NoAllowlist(), **cls.values(project))


class SearchRepository(Struct, omit_defaults=True, kw_only=True):
    """A repository that was found."""

    repository_name: str
    project_id: int
    project_name: str
    artifact_count: int = 0
    project_public: bool = False
    pull_count: int = 0

    @classmethod
    def of(cls, found: FoundRepository) -> SearchRepository:
        """The view of a repository."""
        return cls(
            repository_name=found.name,
            project_id=found.project_id,
            project_name=found.project_name,
            artifact_count=found.artifact_count,
            project_public=found.project_public,
            pull_count=found.pull_count,
        )


class SearchTag(Struct):
    """A tag that was found."""

    name: str
    repository_name: str
    project_id: int
    project_name: str
    digest: str

    @classmethod
    def of(cls, found: FoundTag) -> SearchTag:
        """The view of a tag."""
        return cls(found.name, found.repository_name, found.project_id, found.project_name, found.digest)


class SearchLabel(Struct):
    """A label that was found; one of the system has project 0."""

    id: int
    name: str
    color: str
    scope: str
    project_id: int
    project_name: str

    @classmethod
    def of(cls, found: FoundLabel) -> SearchLabel:
        """The view of a label."""
        scope = GLOBAL if found.project_id is None else OF_PROJECT
        return cls(found.label_id, found.name, found.color, scope, found.project_id or 0, found.project_name or "")


class Search(Struct):
    """What was found; lists are empty, never null. Those that were not asked for are left out."""

    project: list[SearchProject]
    repository: list[SearchRepository]
    tag: list[SearchTag] | UnsetType = UNSET
    label: list[SearchLabel] | UnsetType = UNSET


#: What else can be searched for.
_INCLUDED = ("tags", "labels")


@get(
    f"{BASE}/search",
    opt=described("search", query=(text("q", required=True), text("include")), answers={200: Search}, errors=(422,)),
)
async def search(call: InjectedCall) -> Response[bytes]:
    """Projects and repositories by a part of their names, of what who asks may see; with ``include`` tags and labels.

    Tags are found by the beginning of their names.
    """
    part = call.required("q")
    check_length(part, "q", MAX_TEXT)
    included = _included(call)
    viewer = await viewer_of(call)
    query = ListQuery((("name", Contains(part)),), page_size=MAX_FOUND)
    _, projects = await call.services.projects.list(query, viewer)
    repositories = await call.services.overview.repositories_named(part, viewer, MAX_FOUND)
    found = Search([SearchProject.of(p) for p in projects], [SearchRepository.of(r) for r in repositories])
    overview = call.services.overview
    if "tags" in included:
        tags = await overview.tags_named(part, await call.reach("tag", "list"), MAX_MORE)
        found.tag = [SearchTag.of(one) for one in tags]
    if "labels" in included:
        labels = await overview.labels_named(part, await call.reach("label", "list"), MAX_MORE)
        found.label = [SearchLabel.of(one) for one in labels]
    return answer(found)


def _included(call: Call) -> set[str]:
    included = {name.strip() for name in call.text("include").split(",")} - {""}
    for name in sorted(included.difference(_INCLUDED)):
        raise invalid(f'include in query should be a list of [{" ".join(_INCLUDED)}], not "{name[:64]}"')
    return included


async def viewer_of(call: Call) -> Viewer:
    """For whom is searched and counted: a robot sees what is public, as in Harbor."""
    principal = await call.principal()
    if principal.kind is not PrincipalKind.USER:
        return Viewer()
    state = await call.state()
    # An account that was disabled a moment ago is nobody.
    return Viewer(everything=state.valid and state.sysadmin, user_id=principal.id) if state.valid else Viewer()


HANDLERS = [search]
