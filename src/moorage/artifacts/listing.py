"""Lists of artifacts, and single ones, as Harbor shows them (H rows 51, 52, 57-59)."""

from __future__ import annotations

from asyncio import Future, get_running_loop
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.access.models import ProjectFacts
from moorage.access.repositories import Repositories
from moorage.artifacts import listing_queries as queries
from moorage.artifacts.counting import Counts, changes, project_changes
from moorage.artifacts.listing_models import Flags, ListedAccessory, ListedArtifact, ListedRepository, ListedTag
from moorage.artifacts.service import ArtifactService, Resolved
from moorage.artifacts.settling import Settler
from moorage.database.engine import Database
from moorage.database.listing import Exact, ListQuery, spelling
from moorage.database.pages import Part
from moorage.database.reader import Lane, Reader
from moorage.errors import BadRequest, NotFound
from moorage.oci.names import is_digest, is_tag

#: Whether a tag of a repository is immutable: (full name of the repository, tag).
IsImmutable = Callable[[str, str], bool]


class Immutability(Protocol):
    """What says which tags must not move or go (H row 67)."""

    async def matcher(self, connection: AsyncConnection, project_id: int) -> IsImmutable:
        """The rules of a project as of now."""


#: Filters and sort keys whose truth changes without a change that is counted.
_UNCOUNTED = frozenset({"pull_time"})


class ArtifactListing:
    """Artifacts as /api lists them.

    A list is read in two steps: the ids of the page and how many match, and then everything about these ids. What the
    first step found is kept as long as nothing has changed that it depends on (see ``counting``).
    """

    def __init__(
        self,
        database: Database,
        reader: Reader,
        artifacts: ArtifactService,
        immutability: Immutability,
        counts: Counts,
    ) -> None:
        self._database = database
        self._artifacts = artifacts
        self._immutability = immutability
        self._counts = counts
        self._settler = Settler(database)
        self._repositories: Lane[str, ListedRepository | None] = reader.lane(
            queries.REPOSITORIES, queries.repository_parameters, queries.repositories_found
        )

    # --- lists ----------------------------------------------------------------------------------

    def submit(self, repository: str) -> Future[ListedRepository | None]:
        """What is known of a repository as of after this call; for ``of_repository``."""
        return self._repositories.submit(repository)

    def submit_artifact(self, reference: str, repository: str) -> Future[Resolved]:
        """What a tag or digest names as of after this call; for ``get``."""
        if is_digest(reference) or is_tag(reference):
            return self._artifacts.submit(repository, reference)
        nothing: Future[Resolved] = get_running_loop().create_future()
        nothing.set_result((None, None))
        return nothing

    async def of_repository(
        self,
        repository: str,
        query: ListQuery,
        flags: Flags,
        ahead: Future[ListedRepository | None] | None = None,
    ) -> tuple[int, Sequence[ListedArtifact]]:
        """How many artifacts of a repository match, and the page; none of a repository that is not there.

        ``ahead`` is what ``submit`` gave, if it was asked before.

        Raises:
            BadRequest: a filter has a value it cannot have.
        """
        found = await self._settled(repository, ahead or self.submit(repository))
        if found is None:
            # A query that is wrong is wrong everywhere.
            queries.check(query)
            return 0, []
        scope = queries.in_repository(found.repository_id)
        async with self._database.connect() as connection:
            key = ("repository", found.repository_id)
            at = found.changes if found.settled else None
            total, ids = await self._page(connection, key, at, scope, query)
            return total, await self._shown(connection, ids, flags)

    async def of_project(
        self,
        project: ProjectFacts,
        allowed: Repositories | None,
        query: ListQuery,
        flags: Flags,
        *,
        latest: bool = False,
    ) -> tuple[int, Sequence[ListedArtifact]]:
        """The same for a project, or those of its repositories that are ``allowed``.

        ``latest``: only the one pushed last of each repository.

        Raises:
            BadRequest: a filter has a value it cannot have, or one that ``latest`` needs is missing.
        """
        project_id = project.project_id
        scope = queries.in_project(project_id, allowed, project.name)
        if latest:
            given = [key for key in ("media_type", "artifact_type") if isinstance(query.filter_of(key), Exact)]
            if len(given) != 1:
                raise BadRequest(
                    "bad request: either 'media_type' or 'artifact_type' must be specified, but not both,"
                    " when querying with latest_in_repository"
                )
        changed, settled = await self._settled_project(project_id)
        async with self._database.connect() as connection:
            ids: Sequence[int]
            if latest:
                total, ids = await queries.latest(connection, scope, query)
            else:
                at = changed if settled else None
                total, ids = await self._page(connection, ("project", project_id), at, scope, query, allowed)
            return total, await self._shown(connection, ids, flags)

    async def _settled(self, repository: str, ahead: Future[ListedRepository | None]) -> ListedRepository | None:
        """A repository with nothing left to settle of what was noted before it was asked for."""
        found = await ahead
        # Of what goes on being pushed meanwhile a list need not know; twice, so that it seldom has to go without.
        for _ in range(2):
            if found is None or found.settled:
                break
            await self._settler.repository(found.repository_id)
            found = await self._repositories.get(repository)
        return found

    async def _settled_project(self, project_id: int) -> tuple[int, bool]:
        """How often a project has changed, and whether nothing is left to settle by now."""
        async with self._database.connect() as connection:
            changed, settled = await project_changes(connection, project_id)
        if not settled:
            await self._settler.project(project_id)
            async with self._database.connect() as connection:
                changed, settled = await project_changes(connection, project_id)
        return changed, settled

    async def _page(
        self,
        connection: AsyncConnection,
        scope_key: tuple[str, int],
        at: int | None,
        scope: Part,
        query: ListQuery,
        allowed: Repositories | None = None,
    ) -> tuple[int, Sequence[int]]:
        """How many match, and the ids of the page, as of when it has changed ``at`` times or later.

        ``at`` is None when there was something left to settle.
        """
        if _uncounted(query):
            at = None
        count_key: Hashable = (*scope_key, query.filters, allowed)
        page_key: Hashable = (*scope_key, query, allowed)
        total = None if at is None else self._counts.known(count_key, at)
        if total is not None and query.offset >= total:
            return total, ()
        known = None if at is None else self._counts.page(page_key, at)
        ids: Sequence[int] = await queries.page(connection, scope, query) if known is None else known
        if total is None:
            total = _told_by(query, len(ids))
        if total is None:
            # What was found before may be older than this count, but not older than the question.
            changed, total, settled = await queries.count(connection, *scope_key, scope, query)
            if at is not None and settled:
                self._counts.keep(count_key, changed, total)
        if at is not None and query.limit is not None:
            self._counts.keep_page(page_key, at, ids)
        return total, ids

    async def _shown(self, connection: AsyncConnection, ids: Sequence[int], flags: Flags) -> Sequence[ListedArtifact]:
        listed = await queries.with_details(connection, ids, flags)
        if not (flags.immutable and flags.tags and listed):
            return listed
        immutable = await self._immutability.matcher(connection, listed[0].project_id)
        return [
            replace(one, details=replace(one.details, tags=_marked(one.details.tags, one.repository_name, immutable)))
            for one in listed
        ]

    # --- single ones ----------------------------------------------------------------------------

    async def get(
        self, repository: str, reference: str, flags: Flags, ahead: Future[Resolved] | None = None
    ) -> ListedArtifact:
        """An artifact by tag or digest; ``ahead`` is what ``submit_artifact`` gave, if it was asked before.

        Raises:
            NotFound: it, or its repository, is not there.
        """
        artifact_id = await self._id(repository, reference, ahead)
        async with self._database.connect() as connection:
            found = await self._shown(connection, [artifact_id], flags)
        if not found:
            raise not_found(repository, reference)
        return found[0]

    async def _id(self, repository: str, reference: str, ahead: Future[Resolved] | None = None) -> int:
        _, stored = await (ahead or self.submit_artifact(reference, repository))
        if stored is not None:
            return stored.artifact_id
        if await self._repositories.get(repository) is None:
            raise NotFound(f"repository {repository} not found")
        raise not_found(repository, reference)

    async def find(self, connection: AsyncConnection, repository_id: int, name: str, reference: str) -> ListedArtifact:
        """An artifact of a repository as a transaction sees it, without what hangs on it.

        Raises:
            NotFound: it is not there.
        """
        by_digest = is_digest(reference)
        artifact_id = None
        if by_digest or is_tag(reference):
            artifact_id = await queries.named(connection, repository_id, reference, by_digest=by_digest)
        found = await queries.with_details(connection, [artifact_id] if artifact_id else [], Flags(tags=False))
        if not found:
            raise not_found(name, reference)
        return found[0]

    async def tags(
        self,
        repository: str,
        reference: str,
        query: ListQuery,
        ahead: Future[Resolved] | None = None,
        *,
        immutable_in: int | None,
    ) -> tuple[int, Sequence[ListedTag]]:
        """How many tags of an artifact match, and the page.

        Args:
            repository: full name of the artifact's.
            reference: a tag or digest of it.
            query: filters, order and page.
            ahead: what ``submit_artifact`` gave, if it was asked before.
            immutable_in: the project by whose rules they say whether they are immutable; None: they do not say.

        Raises:
            NotFound: the artifact is not there.
            BadRequest: a filter has a value it cannot have.
        """
        artifact_id = await self._id(repository, reference, ahead)
        async with self._database.connect() as connection:
            total, tags = await queries.tag_page(connection, artifact_id, query)
            if immutable_in is not None:
                matcher = await self._immutability.matcher(connection, immutable_in)
                return total, _marked(tags, repository, matcher) or []
            return total, tags

    async def accessories(
        self, repository: str, reference: str, query: ListQuery
    ) -> tuple[int, Sequence[ListedAccessory]]:
        """How many accessories of an artifact match, and the page.

        Raises:
            NotFound: the artifact is not there.
            BadRequest: a filter has a value it cannot have.
        """
        artifact_id = await self._id(repository, reference)
        async with self._database.connect() as connection:
            return await queries.accessory_page(connection, artifact_id, query)

    # --- counts ---------------------------------------------------------------------------------

    async def counts(self, repository_ids: Sequence[int]) -> dict[int, int]:
        """How many artifacts the list of each repository shows."""
        if not repository_ids:
            return {}
        async with self._database.connect() as connection:
            at = await changes(connection, "repository", repository_ids)
            found = {one: self._counts.known(("repository", one, (), None), at[one]) for one in repository_ids}
            missing = [one for one, count in found.items() if count is None]
            counted = await queries.shown_counts(connection, missing) if missing else []
        unsettled = [row[0] for row in counted if not row[2]]
        if unsettled:
            for one in unsettled:
                await self._settler.repository(one)
            async with self._database.connect() as connection:
                counted = [*counted, *await queries.shown_counts(connection, unsettled)]
        for one, changed, settled, count in counted:
            if settled:
                self._counts.keep(("repository", one, (), None), changed, count)
            found[one] = count
        return {one: count or 0 for one, count in found.items()}


def _marked(tags: Sequence[ListedTag] | None, repository: str, immutable: IsImmutable) -> Sequence[ListedTag] | None:
    return None if tags is None else [replace(tag, immutable=immutable(repository, tag.name)) for tag in tags]


def _uncounted(query: ListQuery) -> bool:
    keys = [name for name, _ in query.filters] + [order.key for order in query.order]
    return any(spelling(key) in _UNCOUNTED for key in keys)


def _told_by(query: ListQuery, found: int) -> int | None:
    """How many match, if a page that is not full tells."""
    if query.limit is None:
        return found
    return query.offset + found if 0 < found < query.limit or (found == 0 and query.offset == 0) else None


def not_found(repository: str, reference: str) -> NotFound:
    """There is no such artifact."""
    return NotFound(f"artifact {repository}{'@' if is_digest(reference) else ':'}{reference[:300]} not found")
