"""What the store really holds: sizes, hashes and manifests that can be relied on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import aclosing

from moorage.adoption.models import FoundManifest, LoadedManifest
from moorage.adoption.streams import mapped
from moorage.errors import MoorageError
from moorage.oci.manifests import Limits, Manifest, parse
from moorage.oci.names import digest_of, hasher
from moorage.storage import paths
from moorage.storage.protocol import BlobMissing, BlobStore

#: Requests to the store at the same time; manifests are smaller in number since they are kept meanwhile.
SIZED = 64
LOADED = 16
HASHED = 2


class Unusable(MoorageError):
    """what is stored cannot be adopted"""


class Contents:
    """Reads and checks, writes nothing."""

    def __init__(self, store: BlobStore, limits: Limits, manifest_size: int) -> None:
        """``manifest_size``: bytes of the largest manifest."""
        self._store = store
        self._limits = limits
        self._manifest_size = manifest_size

    async def sizes(self, digests: Iterable[str]) -> dict[str, int]:
        """Bytes of those blobs that are stored."""
        found: dict[str, int] = {}

        async def look(digest: str) -> None:
            size = await self._store.size(digest)
            if size is not None:
                found[digest] = size

        async for _ in mapped(digests, look, SIZED):
            pass
        return found

    async def damaged(self, sizes: dict[str, int]) -> dict[str, str]:
        """Those of the blobs whose bytes are not what their digests say, and what is wrong."""
        found: dict[str, str] = {}

        async def look(digest: str) -> None:
            problem = await self._hash(digest, sizes[digest])
            if problem is not None:
                found[digest] = problem

        async for _ in mapped(sizes, look, HASHED):
            pass
        return found

    async def manifest(self, found: FoundManifest) -> LoadedManifest:
        """A manifest's bytes, parsed.

        Raises:
            Unusable: why it cannot be adopted.
        """
        try:
            content = await self._store.get(paths.blob(found.digest), self._manifest_size)
        except BlobMissing as error:
            if error.reason == "not stored":
                raise Unusable("its bytes are missing from the store") from None
            raise Unusable(f"it is {error.reason}, the limit for manifests") from None
        actual = digest_of(content, found.digest.partition(":")[0])
        if actual != found.digest:
            raise Unusable(f"its bytes are damaged: they hash to {actual}")
        return LoadedManifest(found, content, self.parse(content))

    def parse(self, content: bytes) -> Manifest:
        """What manifest bytes say.

        Raises:
            Unusable: they are no manifest, or one of a kind that is not supported.
        """
        try:
            return parse(content, None, self._limits)
        except MoorageError as error:
            raise Unusable(error.message) from None

    async def _hash(self, digest: str, size: int) -> str | None:
        algorithm = digest.partition(":")[0]
        hashed = hasher(algorithm)
        try:
            async with aclosing(self._store.read(digest, 0, size)) as pieces:
                async for piece in pieces:
                    await asyncio.to_thread(hashed.update, piece)
        except BlobMissing as error:
            return f"its bytes cannot be read: {error.reason}"
        actual = f"{algorithm}:{hashed.hexdigest()}"
        return None if actual == digest else f"its bytes are damaged: they hash to {actual}"
