"""Tags made and taken away, and artifacts deleted, over /api (H rows 56, 57)."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.artifacts import change_queries as queries
from moorage.artifacts import happened
from moorage.artifacts.deleting import delete_artifact
from moorage.artifacts.listing import ArtifactListing
from moorage.artifacts.listing_models import ListedArtifact
from moorage.artifacts.queries import end_tag
from moorage.database.engine import Database
from moorage.errors import Conflict, NotFound
from moorage.events.models import SYSTEM, Actor
from moorage.events.service import record
from moorage.lifecycle import immutability, trash
from moorage.lifecycle.models import Deletion
from moorage.oci.names import check_tag
from moorage.repositories import service as repositories
from moorage.repositories.service import RepositoryService


class ArtifactChanges:
    """What clients of /api do to tags and artifacts."""

    def __init__(self, database: Database, listing: ArtifactListing) -> None:
        self._database = database
        self._listing = listing

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
            TagImmutable: a rule wants it to stay.
        """
        async with self._database.begin() as connection:
            found = await self._held(connection, repository, reference)
            # What cannot be a tag cannot be a value for the database either.
            tag_id = None if "\0" in name else await queries.hold_tag_of(connection, found.artifact_id, name)
            if tag_id is None:
                raise NotFound(f"tag {name[:300]} attached to artifact {found.artifact_id} not found")
            await immutability.check_deletion(connection, found.project_id, repository, [name])
            deletion = Deletion("tag", found.project_id, f"{repository}:{name}", found.repository_id, found.digest)
            trash_id = await trash.put(connection, actor, deletion)
            await end_tag(connection, tag_id, trash_id, actor.name)
            await trash.count(connection, trash_id, artifacts=0, tags=1)
            await repositories.touch(connection, found.repository_id)
            await happened.record_tag_deletion(connection, actor, repository, found.repository_id, name)

    async def delete_artifact(self, repository: str, reference: str, *, actor: Actor = SYSTEM) -> None:
        """Delete an artifact with its tags and accessories and, of an index, the untagged children nobody else lists.

        It can be brought back until it is swept.

        Raises:
            NotFound: the artifact is not there.
            ManifestReferenced: an index lists it.
            TagImmutable: a rule wants one of its tags to stay.
        """

        async def delete(connection: AsyncConnection) -> None:
            found = await self._held(connection, repository, reference)
            wanted = queries.Named(found.artifact_id, found.repository_id, found.project_id, found.digest)
            if not await delete_artifact(connection, actor, repository, wanted, children=True):
                raise NotFound(f"artifact {repository}:{reference} not found")
            await repositories.touch(connection, found.repository_id)

        await self._database.repeat(delete)

    async def _held(self, connection: AsyncConnection, repository: str, reference: str) -> ListedArtifact:
        """The artifact, its repository kept from being deleted: that lock comes before all others, as in a push."""
        if await repositories.hold(connection, repository) is None:
            raise NotFound(f"repository {repository} not found")
        # A statement of its own: the lock may have waited for a deletion.
        known = await RepositoryService.pushed(connection, repository)
        if known is None:
            raise NotFound(f"repository {repository} not found")
        return await self._listing.find(connection, known.repository_id, repository, reference)
