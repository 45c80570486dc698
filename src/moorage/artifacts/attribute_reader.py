"""Reading what an artifact's config and icon say: at its push, and afterwards for those that came another way."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import structlog
from cachetools import LRUCache

from moorage.artifacts import attribute_queries
from moorage.artifacts.attributes import MAX_CONFIG, UNKNOWN, Attributes, Wanted, attributes, cnab_config, wanted
from moorage.database.engine import Database
from moorage.errors import ManifestInvalid, MoorageError
from moorage.metrics.caches import CacheUse
from moorage.oci.manifests import Descriptor, Limits, Manifest, parse
from moorage.storage.protocol import BlobMissing, Blobs

log = structlog.get_logger(__name__)

#: Artifacts whose attributes are remembered, so that one pushed to many repositories is read once.
REMEMBERED = 2_048

#: Enough of an icon to tell what it is.
_MAGIC = 16

#: Artifacts of one round of ``Backfill``, and seconds until it looks again when there were none.
BATCH = 100
IDLE = 60.0

#: Bytes of a manifest: by digest.
Content = Callable[[str], Awaitable[bytes]]


class AttributeReader:
    """Attributes of artifacts, from their manifests and the blob store."""

    def __init__(self, store: Blobs, content: Content) -> None:
        self._store = store
        self._content = content
        self._known: LRUCache[str, Attributes] = LRUCache(REMEMBERED)
        #: How often an artifact was among them.
        self.use = CacheUse()

    async def read(self, digest: str, manifest: Manifest) -> Attributes | None:
        """The attributes of the manifest with that digest; None when the storage could not say.

        At most two blobs are read, none beyond its limit. Never fails: a push must not.
        """
        known = self._known.get(digest)
        if known is not None:
            self.use.hits += 1
            return known
        self.use.misses += 1
        try:
            found = await self._read(manifest, wanted(manifest))
        except BlobMissing:
            # It is not there, or shorter than the manifest says: it will not say more later.
            return attributes(manifest, None, None)
        except MoorageError as error:
            log.warning("the config of an artifact could not be read", digest=digest, error=error.message)
            return None
        self._known[digest] = found
        return found

    async def read_stored(self, digest: str, media_type: str) -> Attributes | None:
        """As ``read``, of a manifest that is stored."""
        try:
            manifest = parse(await self._content(digest), media_type, Limits())
        except ManifestInvalid:
            # An adopted one may break the rules for those that are pushed.
            return Attributes(UNKNOWN, media_type)
        except MoorageError as error:
            log.warning("a manifest could not be read", digest=digest, error=error.message)
            return None
        return await self.read(digest, manifest)

    async def _read(self, manifest: Manifest, needs: Wanted) -> Attributes:
        config_of = cnab_config(manifest)
        if config_of is not None:
            part = parse(await self._content(config_of), None, Limits())
            needs = Wanted(part.config if part.config and part.config.size <= MAX_CONFIG else None)
        config = await self._blob(needs.config) if needs.config else None
        icon = await self._blob(needs.icon, _MAGIC) if needs.icon else None
        return attributes(manifest, config, icon)

    async def _blob(self, descriptor: Descriptor, most: int | None = None) -> bytes:
        stop = descriptor.size if most is None else min(descriptor.size, most)
        return b"".join([piece async for piece in self._store.read(descriptor.digest, 0, stop)])


class Backfill:
    """Reads the attributes of artifacts that have none: pushed by an earlier release, adopted, or in a bad moment.

    Any number of processes may run it. Each round takes some of those that are left, and what two of them read of one
    artifact is the same.
    """

    def __init__(self, database: Database, reader: AttributeReader) -> None:
        self._database = database
        self._reader = reader

    async def run(self) -> None:
        """Read until cancelled; looks for more now and then."""
        after = 0
        while True:
            try:
                seen = await self.round(after)
            except MoorageError:
                seen = None
            if seen is None:
                # What could not be read is tried again then, from the start.
                after = 0
                await asyncio.sleep(IDLE * random.uniform(0.5, 1.5))
            else:
                after = seen

    async def round(self, after: int = 0) -> int | None:
        """Read some artifacts with ids beyond ``after``; the last id, or None when there are no more."""
        async with self._database.connect() as connection:
            rows = await attribute_queries.unread(connection, after, BATCH)
        for artifact_id, digest, media_type in rows:
            found = await self._reader.read_stored(digest, media_type)
            if found is not None:
                async with self._database.begin() as connection:
                    await attribute_queries.keep(connection, artifact_id, found)
        return int(rows[-1][0]) if rows else None
