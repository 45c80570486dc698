"""Manifests' bytes against their digests, and artifacts' references against what their manifests say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from moorage.blobs import service as blobs
from moorage.checking import manifest_queries as queries
from moorage.checking.manifest_queries import ArtifactRow
from moorage.checking.models import BrokenArtifact, Finding, Kind, Options
from moorage.checking.quarantine import Quarantine
from moorage.checking.report import Report
from moorage.database.engine import Database
from moorage.errors import MoorageError
from moorage.oci.manifests import Descriptor, Limits, Manifest, parse
from moorage.oci.names import digest_of

#: Manifests hashed, and artifacts read, by one statement.
HASHED = 500
READ = 200

#: Settings may have become stricter since a manifest was pushed.
ANY = Limits(references=2**31, depth=500)

#: References that one message names.
SHOWN = 5


class ManifestCheck:
    """One check."""

    def __init__(
        self, database: Database, quarantine: Quarantine, options: Options, report: Report, manifest_size: int
    ) -> None:
        """``manifest_size``: bytes of the largest manifest."""
        self._database = database
        self._quarantine = quarantine
        self._options = options
        self._report = report
        self._manifest_size = manifest_size

    async def run(self) -> None:
        """Check everything."""
        self._report.begin("manifests")
        await self._hash()
        self._report.begin("references")
        after = 0
        while True:
            async with self._database.connect() as connection:
                rows = await queries.artifacts(connection, after, READ)
            for row in rows:
                await self._check(row)
            self._report.done += len(rows)
            if len(rows) < READ:
                return
            after = rows[-1].artifact_id

    # --- bytes ----------------------------------------------------------------------------------

    async def _hash(self) -> None:
        after = ""
        while True:
            async with self._database.connect() as connection:
                count, after, damaged = await queries.damaged(connection, after, HASHED)
            self._report.manifests += count
            self._report.done += count
            for digest in damaged:
                await self._damaged(digest)
            if count < HASHED:
                return

    async def _damaged(self, digest: str) -> None:
        async with self._database.connect() as connection:
            artifacts, count = await queries.users(connection, digest)
        repair, repaired = "pushing it again, or a source that has it, heals it", False
        if self._options.repair:
            content = await self._quarantine.small(digest, self._manifest_size)
            if content is not None:
                async with self._database.begin() as connection:
                    await queries.set_content(connection, digest, content)
                repair, repaired = "its bytes were found again in the storage or a source", True
        problem = "the bytes of this manifest, which the database holds, are damaged"
        self._report.add(Finding(Kind.MANIFEST, digest, problem, repair, repaired, artifacts, count))

    # --- references -----------------------------------------------------------------------------

    async def _check(self, row: ArtifactRow) -> None:
        if row.content is None:
            await self._without_manifest(row)
            return
        if digest_of(row.content, row.digest.partition(":")[0]) != row.digest:
            return  # told already; what it says cannot be relied on
        if row.manifest_size != len(row.content):
            await self._wrong_size(row, len(row.content))
        try:
            manifest = parse(row.content, row.media_type, ANY)
        except MoorageError:
            return  # pushed under other rules
        lacking = [d for d in _distinct(manifest.blobs) if not row.blobs.get(d.digest, False)]
        children = [d for d in _distinct(manifest.children) if d.digest not in row.children]
        if lacking or children:
            await self._incomplete(row, manifest, lacking, children)

    async def _without_manifest(self, row: ArtifactRow) -> None:
        repair, repaired = "pushing it again, or a source that has it, heals it", False
        if self._options.repair:
            content = await self._quarantine.small(row.digest, self._manifest_size)
            if content is not None:
                async with self._database.begin() as connection:
                    await queries.store_content(connection, row.digest, content)
                repair, repaired = "its bytes were found again in the storage or a source", True
        await self._tell(row, Kind.MANIFEST, "the row with its manifest's bytes is missing", repair, repaired)

    async def _wrong_size(self, row: ArtifactRow, size: int) -> None:
        if self._options.repair:
            async with self._database.begin() as connection:
                await queries.set_size(connection, row.artifact_id, size)
        problem = f"its manifest has {size} bytes, and its row says {row.manifest_size}"
        repair = "its row has the right size now" if self._options.repair else ""
        await self._tell(row, Kind.MANIFEST, problem, repair, self._options.repair)

    async def _incomplete(
        self, row: ArtifactRow, manifest: Manifest, lacking: Sequence[Descriptor], children: Sequence[Descriptor]
    ) -> None:
        problems = []
        rowless = [d for d in lacking if d.digest not in row.blobs]
        linkless = [d for d in lacking if d.digest in row.blobs]
        if rowless:
            problems.append(f"nothing says that it refers to {_some(rowless)}")
        if linkless:
            problems.append(f"{_some(linkless)} cannot be read through its repository")
        if children:
            problems.append(f"it lists {_some(children)}, which are not there")
        repair, repaired = "", False
        if self._options.repair:
            done = await self._mend(row, manifest, rowless, children)
            if done is None:
                return
            repair, repaired = done
        await self._tell(row, Kind.REFERENCE, "; ".join(problems), repair, repaired)

    async def _mend(
        self, row: ArtifactRow, manifest: Manifest, rowless: Sequence[Descriptor], children: Sequence[Descriptor]
    ) -> tuple[str, bool] | None:
        """What was done, and whether nothing is missing any more; None when the artifact is gone by now."""
        done = []
        async with self._database.connect() as connection:
            known = await queries.known_blobs(connection, [d.digest for d in rowless])
        for descriptor in rowless:
            if descriptor.digest not in known:
                done.append(f"{descriptor.digest}: {await self._quarantine.adopt(descriptor.digest, descriptor.size)}")
        missing = []
        async with self._database.begin() as connection:
            if not await queries.hold(connection, row.artifact_id):
                return None
            await queries.refer(connection, row.artifact_id, [d.digest for d in manifest.blobs])
            await blobs.relink(connection, [row.artifact_id])
            wanted = {child.digest for child in children}
            for position, child in enumerate(manifest.children):
                if child.digest in wanted and not await queries.list_child(
                    connection, row.artifact_id, position=position, **_columns(child)
                ):
                    missing.append(child)
        if missing:
            return "; ".join([*done, f"{_some(missing)} must be pushed again"]), False
        return "; ".join([*done, "its references were made again"]), True

    async def _tell(self, row: ArtifactRow, kind: Kind, problem: str, repair: str, repaired: bool) -> None:
        async with self._database.connect() as connection:
            tags = await queries.tags(connection, row.artifact_id)
        broken = BrokenArtifact(row.repository, row.digest, tags)
        name = f"{row.repository}@{row.digest}"
        self._report.add(Finding(kind, name, problem, repair, repaired, [broken], 1))


def _distinct(descriptors: Sequence[Descriptor]) -> list[Descriptor]:
    return list({descriptor.digest: descriptor for descriptor in descriptors}.values())


def _columns(child: Descriptor) -> dict[str, Any]:
    def encoded(value: object) -> str | None:
        return msgspec.json.encode(value).decode() if value else None

    return {
        "digest": child.digest,
        "platform": encoded(child.platform),
        "urls": encoded(list(child.urls)),
        "annotations": encoded(dict(child.annotations) if child.annotations else None),
    }


def _some(descriptors: Sequence[Descriptor]) -> str:
    digests = [descriptor.digest for descriptor in descriptors]
    more = f" and {len(digests) - SHOWN} more" if len(digests) > SHOWN else ""
    return ", ".join(digests[:SHOWN]) + more
