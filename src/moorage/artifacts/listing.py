"""Lists of artifacts, and single ones, as Harbor shows them (H rows 51, 52, 57-59)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from sqlalchemy import ColumnElement, Select
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.artifacts import listing_queries as queries
from moorage.artifacts.counting import Counts, changes
from moorage.artifacts.listing_models import Flags, ListedAccessory, ListedArtifact, ListedTag
from moorage.database.engine import Database
from moorage.database.listing import Exact, ListQuery
from moorage.database.tables import artifact
from moorage.errors import BadRequest, NotFound
from moorage.oci.names import is_digest, is_tag
from moorage.repositories.service import RepositoryService

#: Whether a tag of a repository is immutable: (full name of the repository, tag).
IsImmutable = Callable[[str, str], bool]


class Immutability(Protocol):
    """What says which tags must not move or go (H row 67)."""

    async def matcher(self, connection: AsyncConnection, project_id: int) -> IsImmutable:
        """The rules of a project as of now."""


class NoRules:
    """Nothing is immutable."""

    async def matcher(self, connection: AsyncConnection, project_id: int) -> IsImmutable:
        """No tag is."""
        return _never


def _never(repository: str, tag: str) -> bool:
    return False


#: Filters whose truth changes without a change that is counted.
_UNCOUNTED = ("pull_time",)


class ArtifactListing:
    """Artifacts as /api lists them."""

    def __init__(
        self, database: Database, repositories: RepositoryService, immutability: Immutability, counts: Counts
    ) -> None:
        self._database = database
        self._repositories = repositories
        self._immutability = immutability
        self._counts = counts

    # --- lists ----------------------------------------------------------------------------------

    async def of_repository(
        self, repository: str, query: ListQuery, flags: Flags
    ) -> tuple[int, Sequence[ListedArtifact]]:
        """How many artifacts of a repository match, and the page; none of a repository that is not there.

        Raises:
            BadRequest: a filter has a value it cannot have.
        """
        async with self._database.connect() as connection:
            found = await self._repositories.pushed(connection, repository)
            if found is None:
                queries.matching(artifact.c.repository_id == 0, query)
                return 0, []
            scope = artifact.c.repository_id == found.repository_id
            return await self._page(connection, "repository", found.repository_id, scope, query, flags)

    async def of_project(
        self, project_id: int, query: ListQuery, flags: Flags, *, latest: bool = False
    ) -> tuple[int, Sequence[ListedArtifact]]:
        """The same for a project; ``latest``: only the one pushed last of each repository.

        Raises:
            BadRequest: a filter has a value it cannot have, or one that ``latest`` needs is missing.
        """
        scope = artifact.c.project_id == project_id
        if latest:
            given = [key for key in ("media_type", "artifact_type") if isinstance(query.filter_of(key), Exact)]
            if len(given) != 1:
                raise BadRequest(
                    "bad request: either 'media_type' or 'artifact_type' must be specified, but not both,"
                    " when querying with latest_in_repository"
                )
        async with self._database.connect() as connection:
            if latest:
                total, found = await queries.latest(connection, scope, query)
                return total, await self._with_details(connection, found, flags)
            return await self._page(connection, "project", project_id, scope, query, flags)

    async def _page(
        self,
        connection: AsyncConnection,
        kind: str,
        scope_id: int,
        scope: ColumnElement[bool],
        query: ListQuery,
        flags: Flags,
    ) -> tuple[int, Sequence[ListedArtifact]]:
        # Before the page: a count that is true for an earlier moment than the page is one of this request all the same.
        at = (await changes(connection, kind, [scope_id]))[scope_id]
        found = await queries.page(connection, scope, query)
        listed = await self._with_details(connection, found, flags)
        if query.limit is None and query.offset == 0:
            return len(listed), listed
        if query.limit is not None and 0 < len(found) < query.limit:
            return query.offset + len(found), listed

        def counted() -> Select[tuple[int]]:
            return queries.matching(scope, query)

        return await self._total(connection, kind, scope_id, query, at, counted), listed

    async def _total(
        self,
        connection: AsyncConnection,
        kind: str,
        scope_id: int,
        query: ListQuery,
        at: int,
        counted: Callable[[], Select[tuple[int]]],
    ) -> int:
        key = (kind, scope_id, query.filters)
        total = None if any(query.filter_of(name) for name in _UNCOUNTED) else self._counts.known(key, at)
        if total is None:
            total = await self._counts.count(connection, key, kind, scope_id, counted())
        return total

    async def _with_details(
        self, connection: AsyncConnection, found: Sequence[ListedArtifact], flags: Flags
    ) -> Sequence[ListedArtifact]:
        details = await queries.details(connection, [listed.artifact_id for listed in found], flags)
        listed = [replace(one, details=details[one.artifact_id]) for one in found]
        if not (flags.immutable and flags.tags and listed):
            return listed
        immutable = await self._immutability.matcher(connection, listed[0].project_id)
        return [
            replace(one, details=replace(one.details, tags=_marked(one.details.tags, one.repository_name, immutable)))
            for one in listed
        ]

    # --- single ones ----------------------------------------------------------------------------

    async def get(self, repository: str, reference: str, flags: Flags) -> ListedArtifact:
        """An artifact by tag or digest.

        Raises:
            NotFound: it, or its repository, is not there.
        """
        async with self._database.connect() as connection:
            found = await self.find(connection, repository, reference)
            return (await self._with_details(connection, [found], flags))[0]

    async def find(self, connection: AsyncConnection, repository: str, reference: str) -> ListedArtifact:
        """The same without what hangs on it.

        Raises:
            NotFound: it, or its repository, is not there.
        """
        known = await self._repositories.pushed(connection, repository)
        if known is None:
            raise NotFound(f"repository {repository} not found")
        by_digest = is_digest(reference)
        found = None
        if by_digest or is_tag(reference):
            found = await queries.named(connection, known.repository_id, reference, by_digest=by_digest)
        if found is None:
            raise NotFound(f"artifact {repository}{'@' if by_digest else ':'}{reference[:300]} not found")
        return found

    async def tags(
        self, repository: str, reference: str, query: ListQuery, *, immutable: bool
    ) -> tuple[int, Sequence[ListedTag]]:
        """How many tags of an artifact match, and the page; ``immutable``: whether they say if they are.

        Raises:
            NotFound: the artifact is not there.
            BadRequest: a filter has a value it cannot have.
        """
        async with self._database.connect() as connection:
            found = await self.find(connection, repository, reference)
            total, tags = await queries.tag_page(connection, found.artifact_id, query)
            if immutable:
                matcher = await self._immutability.matcher(connection, found.project_id)
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
        async with self._database.connect() as connection:
            found = await self.find(connection, repository, reference)
            return await queries.accessory_page(connection, found.artifact_id, query)

    # --- counts ---------------------------------------------------------------------------------

    async def counts(self, repository_ids: Sequence[int]) -> dict[int, int]:
        """How many artifacts the list of each repository shows."""
        if not repository_ids:
            return {}
        async with self._database.connect() as connection:
            at = await changes(connection, "repository", repository_ids)
            found = {one: self._counts.known(("repository", one, ()), at[one]) for one in repository_ids}
            missing = [one for one, count in found.items() if count is None]
            if missing:
                for one, changed, count in await queries.shown_counts(connection, missing):
                    self._counts.keep(("repository", one, ()), changed, count)
                    found[one] = count
        return {one: count or 0 for one, count in found.items()}


def _marked(tags: Sequence[ListedTag] | None, repository: str, immutable: IsImmutable) -> Sequence[ListedTag] | None:
    return None if tags is None else [replace(tag, immutable=immutable(repository, tag.name)) for tag in tags]
