"""Use cases on stored blobs: reading, mounting, removing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.blobs import queries
from moorage.blobs.models import LinkedBlob
from moorage.database.engine import Database
from moorage.database.reader import Lane, Reader
from moorage.errors import BlobUnknown, ManifestReferenced
from moorage.repositories import service as repositories
from moorage.storage.protocol import BlobStore

#: Repositories looked at when a mount does not say where the blob comes from.
MOUNT_CANDIDATES = 100


async def link(connection: AsyncConnection, project_id: int, repository: str, blob_id: int) -> None:
    """Make a blob readable through a repository, which is created if need be, within the caller's transaction.

    Raises:
        NotFound: the project has been deleted meanwhile.
    """
    if not await queries.link(connection, repository, blob_id):
        await repositories.ensure(connection, project_id, repository)
        await queries.link(connection, repository, blob_id)


async def relink(connection: AsyncConnection, artifact_ids: Sequence[int]) -> None:
    """Let what artifacts refer to be readable through their repository again, within the caller's transaction.

    Somebody may have taken the blobs out of it after the artifacts were deleted; the bytes are there while an artifact,
    be it in the trash, refers to them.
    """
    if artifact_ids:
        await queries.relink(connection, artifact_ids)


class BlobService:
    """Blobs as repositories show them."""

    def __init__(self, database: Database, reader: Reader, store: BlobStore) -> None:
        self._database = database
        self._store = store
        self._linked: Lane[queries.Key, LinkedBlob | None] = reader.lane(
            queries.LINKED, queries.parameters, queries.linked
        )
        self._promised: Lane[queries.Key, queries.Promised | None] = reader.lane(
            queries.PROMISED, queries.parameters, queries.promised
        )

    def submit(self, repository: str, digest: str) -> asyncio.Future[LinkedBlob | None]:
        """The blob, if it can be read through the repository, as of some moment after this call."""
        return self._linked.submit((repository, digest))

    async def missing(self, repository: str, digest: str) -> BlobUnknown:
        """Why the repository cannot give a blob: it has none, or one that is damaged, which the message then says."""
        async with self._database.connect() as connection:
            found = await queries.quarantine(connection, repository, digest)
        if found is None:
            return BlobUnknown(detail=digest)
        return BlobUnknown(
            f"the blob {digest} is damaged in this registry's storage, and cannot be given to anybody:"
            f" {found[1]}. Pushing it again repairs it",
            detail={"digest": digest, "quarantined": found[0].strftime("%Y-%m-%dT%H:%M:%SZ")},
        )

    def submit_promised(self, repository: str, digest: str) -> asyncio.Future[queries.Promised | None]:
        """As ``submit``, for one who will be told that the blob is there: see ``promise``."""
        return self._promised.submit((repository, digest))

    async def promise(self, repository: str, found: queries.Promised | None) -> LinkedBlob | None:
        """The blob, kept from being collected for the time of the window; None when it has been.

        Whoever is told that it is there does not push it, and then pushes a manifest that needs it (H row 42).
        """
        if found is None:
            return None
        blob, noted = found
        if noted:
            async with self._database.connect() as connection:
                if not await queries.promise(connection, repository, blob.digest):
                    return None
        return blob

    def path(self, digest: str) -> Path | None:
        """The file that holds a blob, where the store has files."""
        return self._store.local_path(digest)

    async def redirect_url(self, digest: str) -> str | None:
        """Where a client may fetch the blob itself, if the store offers that."""
        return await self._store.redirect_url(digest)

    def read(self, digest: str, start: int, stop: int) -> AsyncGenerator[bytes]:
        """Bytes ``start`` up to ``stop``; no database connection is held meanwhile."""
        return self._store.read(digest, start, stop)

    async def mount(self, repository: str, project_id: int, digest: str, source: str) -> bool:
        """Link a blob of ``source`` to ``repository``; False when it is not there.

        The caller has made sure that the principal may pull from ``source``.
        """
        async with self._database.begin() as connection:
            held = await queries.lock_link(connection, source, digest, readable=True)
            if held is None:
                return False
            await link(connection, project_id, repository, held[1])
            return True

    async def mount_all(self, repository: str, project_id: int, digests: Sequence[str], source: str) -> None:
        """Link blobs of ``source`` to ``repository``, in one transaction; those that are not there are left out.

        The caller has made sure that the principal may pull from ``source``.

        Raises:
            NotFound: the project has been deleted meanwhile.
        """
        async with self._database.begin() as connection:
            # One order for everyone, so that two that share blobs cannot wait for each other.
            for digest in sorted(set(digests)):
                held = await queries.lock_link(connection, source, digest, readable=True)
                if held is not None:
                    await link(connection, project_id, repository, held[1])

    async def find_source(self, digest: str, may_pull: Callable[[str], Awaitable[bool]]) -> str | None:
        """A repository that has the blob and that the principal may pull from (OCI trap 19)."""
        async with self._database.connect() as connection:
            candidates = await queries.repositories_with(connection, digest, MOUNT_CANDIDATES)
        for candidate in candidates:
            if await may_pull(candidate):
                return candidate
        return None

    async def unlink(self, repository: str, digest: str) -> None:
        """Take a blob out of a repository; its bytes are garbage collection's.

        Raises:
            BlobUnknown: it is not linked there.
            ManifestReferenced: a manifest of the repository needs it.
        """
        async with self._database.begin() as connection:
            held = await queries.lock_link(connection, repository, digest)
            if held is None:
                raise BlobUnknown(detail={"digest": digest})
            manifest = await queries.referencing_manifest(connection, *held)
            if manifest is not None:
                raise ManifestReferenced(
                    f"the blob {digest} is referenced by manifest {manifest}: delete that first",
                    detail={"digest": digest, "manifest": manifest},
                )
            await queries.unlink(connection, *held)

    @staticmethod
    async def lock(connection: AsyncConnection, repository_id: int, digests: Sequence[str]) -> dict[str, LinkedBlob]:
        """The linked ones among ``digests``, held until the caller's transaction ends."""
        return await queries.lock_linked(connection, repository_id, digests)
