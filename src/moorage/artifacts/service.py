"""Use cases on manifests, tags and referrers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from cachetools import LRUCache
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.artifacts import change_queries, happened, queries
from moorage.artifacts.accessories import classify
from moorage.artifacts.attribute_reader import AttributeReader
from moorage.artifacts.attributes import Attributes
from moorage.artifacts.deleting import delete_artifact
from moorage.artifacts.models import MovedTag, Push, Referrer, StoredManifest
from moorage.blobs.service import BlobService
from moorage.database.engine import Database
from moorage.database.reader import Lane, Reader
from moorage.errors import ManifestBlobUnknown, ManifestUnknown, NotFound
from moorage.events.models import SYSTEM, Actor
from moorage.lifecycle import immutability, trash
from moorage.lifecycle.models import Deletion
from moorage.metrics.caches import CacheUse
from moorage.oci.manifests import Descriptor
from moorage.oci.names import digest_of, looks_like_digest
from moorage.projects import quotas
from moorage.repositories import service as repositories
from moorage.storage.protocol import Blobs

#: X-Total-Count of referrers is exact up to here.
COUNTED_REFERRERS = 10_000

#: Largest number the database's columns hold.
MAX_SIZE = 2**63 - 1


class ArtifactService:
    """Manifests by tag and digest. Bytes are cached by digest, names never."""

    def __init__(self, database: Database, reader: Reader, cache_bytes: int, store: Blobs) -> None:
        """``cache_bytes``: of manifests that are remembered; ``store``: where configs are read from."""
        self._database = database
        self.attributes = AttributeReader(store, self.content)
        self._by_tag: Lane[queries.Key, queries.Resolved] = reader.lane(
            queries.BY_TAG, queries.parameters, queries.resolved
        )
        self._by_digest: Lane[queries.Key, queries.Resolved] = reader.lane(
            queries.BY_DIGEST, queries.parameters, queries.resolved
        )
        self._contents: LRUCache[str, bytes] = LRUCache(max(cache_bytes, 1), getsizeof=len)
        #: How often a manifest was kept in memory.
        self.use = CacheUse()

    # --- reading --------------------------------------------------------------------------------

    def submit(self, repository: str, reference: str) -> asyncio.Future[queries.Resolved]:
        """Repository id and manifest of a tag or digest, each None if missing, as of after this call."""
        lane = self._by_digest if looks_like_digest(reference) else self._by_tag
        return lane.submit((repository, reference))

    async def content(self, digest: str) -> bytes:
        """The bytes of a manifest that a repository holds.

        Raises:
            ManifestUnknown: it has been swept meanwhile.
        """
        cached = self._contents.get(digest)
        if cached is not None:
            self.use.hits += 1
            return cached
        self.use.misses += 1
        async with self._database.connect() as connection:
            content = await queries.content(connection, digest)
        if content is None:
            raise ManifestUnknown(detail={"digest": digest})
        if digest_of(content, digest.partition(":")[0]) != digest:
            raise ManifestUnknown(
                f"the manifest {digest} is damaged in this registry's database, and cannot be given to anybody."
                " Pushing it again repairs it",
                detail={"digest": digest},
            )
        self._remember(digest, content)
        return content

    def _remember(self, digest: str, content: bytes) -> None:
        if len(content) <= self._contents.maxsize:
            self._contents[digest] = content

    async def tags(self, repository_id: int, last: str, limit: int) -> Sequence[str]:
        """Up to ``limit`` tags after ``last``, in byte order."""
        async with self._database.connect() as connection:
            return await queries.tag_page(connection, repository_id, last, limit)

    async def referrers(
        self, repository: str, subject: str, artifact_types: Sequence[str], last: str, limit: int
    ) -> Sequence[Referrer]:
        """Up to ``limit`` referrers of a digest after ``last``; none for a subject or repository nobody knows."""
        async with self._database.connect() as connection:
            return await queries.referrer_page(connection, repository, subject, artifact_types, last, limit)

    async def count_referrers(self, repository: str, subject: str) -> int:
        """How many referrers a digest has, up to ``COUNTED_REFERRERS``."""
        async with self._database.connect() as connection:
            return await queries.count_referrers(connection, repository, subject, COUNTED_REFERRERS)

    # --- writing --------------------------------------------------------------------------------

    async def push(self, push: Push, *, actor: Actor = SYSTEM, again: bool = False) -> None:
        """Store a manifest and move its tags, in one transaction that holds everything it refers to.

        ``again``: immutable tags may be pushed that name the manifest already.

        Raises:
            ManifestBlobUnknown: a blob or child is not in the repository; the message names it.
            NotFound: the project is gone.
            TagImmutable: a rule wants one of the tags to stay.
        """
        # Before the transaction: the storage may be slow, and locks are held in there.
        attributes = await self.attributes.read(push.digest, push.manifest)
        await self._database.repeat(lambda connection: self._store(connection, push, attributes, actor, again))
        self._remember(push.digest, push.content)

    async def _store(
        self, connection: AsyncConnection, push: Push, attributes: Attributes | None, actor: Actor, again: bool
    ) -> None:
        repository_id = await repositories.ensure(connection, push.project_id, push.repository)
        blob_ids, size = await self._hold_blobs(connection, repository_id, push)
        children = await self._hold_children(connection, repository_id, push)
        # Indexes of indexes that list each other many times add up to more than any column holds.
        size = min(size + sum(child_size for _, _, child_size in children), MAX_SIZE)
        await queries.store_content(connection, push.digest, push.content)
        artifact_id = await queries.store_artifact(connection, repository_id, push, size, attributes)
        await queries.store_references(
            connection,
            artifact_id,
            push.project_id,
            blob_ids,
            [(child, child_id) for child, child_id, _ in children],
        )
        accessory = classify(push.manifest, push.tags)
        if accessory is not None:
            await queries.store_accessory(connection, artifact_id, repository_id, *accessory)
        # One order for everyone, so that two pushes of the same tags cannot wait for each other.
        for name in sorted(set(push.tags)):
            moved = await move_tag(connection, repository_id, name, artifact_id, push.pushed_by)
            # A client's push of the same digest is refused as well, as in Harbor; a copy's is not.
            immutability.check_move(moved, push.repository, name, again=again)
        # Last, since it tells of all that was locked before, and may wait for pushes to a project with a limit.
        event = happened.pushed(push, artifact_id, size, copied=again)
        await quotas.pushed(connection, actor, repository_id, push.project_id, event)

    async def delete_repository(self, name: str, *, actor: Actor = SYSTEM) -> None:
        """Take everything out of a repository, which then is not there any more; it can be brought back until swept.

        Raises:
            NotFound: there is no such repository.
            TagImmutable: a rule wants one of its tags to stay.
        """
        async with self._database.begin() as connection:
            hidden = await repositories.hide(connection, name)
            if hidden is None:
                raise NotFound(f"repository {name} not found")
            repository_id, project_id = hidden.repository_id, hidden.project_id
            await immutability.check_repository_deletion(connection, project_id, name, repository_id)
            kept = {"first_push_time": hidden.first_push_time.isoformat()}
            deletion = Deletion("repository", project_id, name, repository_id, kept=kept)
            trash_id = await trash.put(connection, actor, deletion)
            artifacts, tags = await queries.trash_artifacts(connection, repository_id, trash_id, actor.name)
            await trash.count(connection, trash_id, artifacts=artifacts, tags=tags)
            await happened.record_repository_deletion(connection, actor, name, repository_id, trash_id)

    async def _hold_blobs(
        self, connection: AsyncConnection, repository_id: int, push: Push
    ) -> tuple[Sequence[int], int]:
        """Ids of the blobs a manifest refers to, and its total size."""
        parsed = push.manifest
        wanted = {descriptor.digest for descriptor in parsed.blobs}
        held = await BlobService.lock(connection, repository_id, sorted(wanted | parsed.foreign))
        missing = sorted(wanted - held.keys())
        if missing:
            # They may be missing because the project has no room for them: then that is the answer, as in Harbor.
            sizes = {descriptor.digest: descriptor.size for descriptor in parsed.blobs}
            await quotas.admit_content(connection, push.project_id, {**sizes, push.digest: len(push.content)})
            raise ManifestBlobUnknown(
                f"blob unknown to registry: {', '.join(missing[:5])} must be pushed to {push.repository} first",
                detail=[{"digest": digest} for digest in missing[:100]],
            )
        size = len(push.content) + sum(held[digest].size for digest in wanted)
        return [blob.blob_id for blob in held.values()], size

    async def _hold_children(
        self, connection: AsyncConnection, repository_id: int, push: Push
    ) -> Sequence[tuple[Descriptor, int, int]]:
        """The children of an index with their ids and sizes."""
        children = push.manifest.children
        wanted = sorted({child.digest for child in children})
        held = await queries.hold_children(connection, repository_id, wanted)
        missing = [digest for digest in wanted if digest not in held]
        if missing and await trash.take_back(connection, repository_id, missing):
            held = await queries.hold_children(connection, repository_id, wanted)
            missing = sorted(set(wanted) - held.keys())
        if missing:
            raise ManifestBlobUnknown(
                f"manifest unknown to registry: {', '.join(missing[:5])} must be pushed to {push.repository} first",
                detail=[{"digest": digest} for digest in missing[:100]],
            )
        return [(child, *held[child.digest]) for child in children]

    async def delete_tag(self, repository: str, repository_id: int, name: str, *, actor: Actor = SYSTEM) -> None:
        """Take a tag away; its artifact stays.

        Raises:
            ManifestUnknown: there is no such tag.
            TagImmutable: a rule wants it to stay.
        """
        async with self._database.begin() as connection:
            found = await queries.lock_tag(connection, repository_id, name)
            if found is None:
                raise ManifestUnknown(f"artifact {repository}:{name} not found")
            await immutability.check_deletion(connection, found.project_id, repository, [name])
            deletion = Deletion("tag", found.project_id, f"{repository}:{name}", repository_id, found.digest)
            trash_id = await trash.put(connection, actor, deletion)
            await queries.end_tag(connection, found.tag_id, trash_id, actor.name)
            await trash.count(connection, trash_id, artifacts=0, tags=1)
            await happened.record_tag_deletion(connection, actor, repository, repository_id, name)

    async def delete_manifest(self, repository: str, repository_id: int, digest: str, *, actor: Actor = SYSTEM) -> None:
        """Take a manifest, its tags and its accessories away; they can be brought back until they are swept.

        The children of an index stay: clients that know of them delete them one by one.

        Raises:
            ManifestUnknown: it is not there.
            ManifestReferenced: an index lists it.
            TagImmutable: a rule wants one of its tags to stay.
        """

        async def delete(connection: AsyncConnection) -> None:
            await repositories.hold_by_id(connection, repository_id)
            # A statement of its own: the lock may have waited for a deletion.
            found = await change_queries.named(connection, repository_id, digest)
            if found is None or not await delete_artifact(connection, actor, repository, found, children=False):
                raise ManifestUnknown(f"artifact {repository}@{digest} not found")

        await self._database.repeat(delete)


async def move_tag(
    connection: AsyncConnection, repository_id: int, name: str, artifact_id: int, actor: str, operation: str = "push"
) -> MovedTag:
    """Let a tag name an artifact from now on, within the caller's transaction.

    The caller refuses with ``immutability.check_move`` what a rule forbids; ``operation`` is what its history says.
    """
    return await queries.move_tag(connection, repository_id, name, artifact_id, actor, operation)


#: What a tag or digest names: repository id and manifest, each None if missing.
Resolved = queries.Resolved

__all__ = ["ArtifactService", "Push", "Resolved", "StoredManifest", "move_tag"]
