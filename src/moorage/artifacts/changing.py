"""Tags made and taken away, and artifacts deleted, over /api (H rows 56, 57)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.artifacts import change_queries as queries
from moorage.artifacts import happened
from moorage.artifacts.listing import ArtifactListing, Immutability
from moorage.artifacts.listing_models import ListedArtifact
from moorage.database.engine import Database
from moorage.errors import BadRequest, Conflict, ManifestReferenced, NotFound, PreconditionFailed
from moorage.events.models import SYSTEM, Actor
from moorage.events.service import record
from moorage.oci.names import check_tag
from moorage.repositories import service as repositories
from moorage.repositories.service import RepositoryService

#: Artifacts that one deletion takes along at most.
MAX_DELETED = 20_000


class ArtifactChanges:
    """What clients of /api do to tags and artifacts."""

    def __init__(self, database: Database, listing: ArtifactListing, immutability: Immutability) -> None:
        self._database = database
        self._listing = listing
        self._immutability = immutability

    async def create_tag(self, repository: str, reference: str, name: str, *, actor: Actor = SYSTEM) -> None:
        """Give an artifact another tag.

        Raises:
            NotFound: the artifact is not there.
            TagInvalid: the name is no tag.
            Conflict: the repository has a tag of that name.
        """
        async with self._database.begin() as connection:
            found = await self._held(connection, repository, reference)
            check_tag(name)
            if not await queries.hold_artifact(connection, found.artifact_id):
                raise NotFound(f"artifact {repository}:{reference} not found")
            if not await queries.start_tag(connection, found.repository_id, name, found.artifact_id, actor.name):
                raise Conflict(f"tag {name} already exists under the repository {found.repository_id}")
            await repositories.touch(connection, found.repository_id)
            await record(connection, actor, happened.tagged(found, name))

    async def delete_tag(self, repository: str, reference: str, name: str, *, actor: Actor = SYSTEM) -> None:
        """Take a tag away from an artifact, which stays.

        Raises:
            NotFound: the artifact is not there, or has no such tag.
            PreconditionFailed: the tag is immutable.
        """
        async with self._database.begin() as connection:
            found = await self._held(connection, repository, reference)
            # What cannot be a tag cannot be a value for the database either.
            if "\0" in name or not await queries.end_tag_of(connection, found.artifact_id, name):
                raise NotFound(f"tag {name[:300]} attached to artifact {found.artifact_id} not found")
            await self._check(connection, found, [name])
            await repositories.touch(connection, found.repository_id)
            await happened.record_tag_deletion(connection, actor, repository, found.repository_id, name)

    async def delete_artifact(self, repository: str, reference: str, *, actor: Actor = SYSTEM) -> None:
        """Delete an artifact with its tags and accessories and, of an index, the untagged children nobody else lists.

        It can be brought back until it is swept.

        Raises:
            NotFound: the artifact is not there.
            ManifestReferenced: an index lists it.
            PreconditionFailed: one of its tags is immutable.
        """
        async with self._database.begin() as connection:
            found = await self._held(connection, repository, reference)
            if await queries.has_other_parent(connection, [found.artifact_id]):
                raise ManifestReferenced
            gone = await self._closure(connection, found.artifact_id)
            locked = await queries.lock_all(connection, sorted(gone))
            if found.artifact_id not in locked:
                raise NotFound(f"artifact {repository}:{reference} not found")
            # A statement of its own: the locks may have waited for a push of an index that lists one of these.
            if await queries.has_other_parent(connection, sorted(locked)):
                raise ManifestReferenced
            tags = await queries.tags_of(connection, sorted(locked))
            await self._check(connection, found, [name for _, name in tags])
            await happened.record_artifact_deletion(connection, actor, repository, found.artifact_id)
            await queries.trash_all(connection, sorted(locked))
            await repositories.touch(connection, found.repository_id)

    async def _held(self, connection: AsyncConnection, repository: str, reference: str) -> ListedArtifact:
        """The artifact, its repository kept from being deleted: that lock comes before all others, as in a push."""
        if await repositories.hold(connection, repository) is None:
            raise NotFound(f"repository {repository} not found")
        # A statement of its own: the lock may have waited for a deletion.
        known = await RepositoryService.pushed(connection, repository)
        if known is None:
            raise NotFound(f"repository {repository} not found")
        return await self._listing.find(connection, known.repository_id, repository, reference)

    async def _closure(self, connection: AsyncConnection, artifact_id: int) -> Collection[int]:
        gone = {artifact_id}
        while more := await queries.following(connection, sorted(gone)):
            gone |= more
            if len(gone) > MAX_DELETED:
                raise BadRequest(
                    f"more than {MAX_DELETED} artifacts would be deleted with it: delete some of them first"
                )
        return gone

    async def _check(self, connection: AsyncConnection, found: ListedArtifact, tags: Collection[str]) -> None:
        if not tags:
            return
        immutable = await self._immutability.matcher(connection, found.project_id)
        for name in tags:
            if immutable(found.repository_name, name):
                raise PreconditionFailed(f"the tag {name} configured as immutable, cannot be deleted")
