"""Adopting manifests: images first, then the indexes whose children are all there or will never be."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.adoption import manifest_queries, queries
from moorage.adoption.contents import LOADED, Contents, Unusable
from moorage.adoption.models import FoundManifest, LoadedManifest, Source, Target
from moorage.adoption.queries import Held, Key
from moorage.adoption.report import Report
from moorage.adoption.streams import batched, mapped, merged
from moorage.adoption.transactions import Transactions
from moorage.artifacts.accessories import classify

#: Manifests looked up at once; manifests and bytes of a transaction; repositories read at the same time.
LOOKED_UP = 1_000
BATCH = 250
BATCH_BYTES = 16 * 1024 * 1024
READ = 8


@dataclass(slots=True)
class _Outcome:
    """What a transaction did with a group of manifests."""

    made: dict[Key, int] = field(default_factory=dict)
    stored: list[LoadedManifest] = field(default_factory=list)
    refused: list[tuple[LoadedManifest, str]] = field(default_factory=list)
    postponed: list[FoundManifest] = field(default_factory=list)
    without: list[tuple[LoadedManifest, str]] = field(default_factory=list)


class ManifestAdoption:
    """See the module."""

    def __init__(self, source: Source, transactions: Transactions, contents: Contents, report: Report) -> None:
        self._source = source
        self._transactions = transactions
        self._contents = contents
        self._report = report

    async def adopt(self, targets: Sequence[Target]) -> None:
        """All manifests of some repositories, whose blobs are adopted already."""
        postponed: list[FoundManifest] = []
        found = merged((self._source.manifests(target) for target in targets), READ)
        async with aclosing(found), aclosing(batched(found, LOOKED_UP)) as batches:
            async for batch in batches:
                postponed += await self._adopt(await self._unknown(batch), None)
        # An index can list indexes. Each round does at least those whose children all had their turn.
        while postponed:
            waiting = {item.key for item in postponed}
            postponed = await self._adopt(postponed, waiting)

    async def _unknown(self, batch: Sequence[FoundManifest]) -> list[FoundManifest]:
        keys = [item.key for item in batch]
        known = await self._transactions.run(lambda connection: manifest_queries.known_artifacts(connection, keys))
        self._report.manifests.already_there += len(known)
        return [item for item in batch if item.key not in known]

    async def _adopt(self, found: Sequence[FoundManifest], waiting: set[Key] | None) -> list[FoundManifest]:
        """Adopt manifests in groups of limited size; those to try again once others are there.

        ``waiting``: manifests that have yet to be tried; None: every manifest with children has to wait.
        """
        again: list[FoundManifest] = []
        group: list[LoadedManifest] = []
        size = 0
        async with aclosing(mapped(found, self._load, LOADED)) as loading:
            async for item, problem in loading:
                if isinstance(item, FoundManifest):
                    self._skip(item, problem)
                    continue
                if item.parsed.children and waiting is None:
                    again.append(item.found)
                    continue
                group.append(item)
                size += len(item.content)
                if len(group) >= BATCH or size >= BATCH_BYTES:
                    again += await self._store(group, waiting or set())
                    group, size = [], 0
        if group:
            again += await self._store(group, waiting or set())
        return again

    async def _load(self, found: FoundManifest) -> tuple[LoadedManifest | FoundManifest, str]:
        try:
            return await self._contents.manifest(found), ""
        except Unusable as error:
            return found, error.message

    async def _store(self, group: Sequence[LoadedManifest], waiting: set[Key]) -> list[FoundManifest]:
        async def store(connection: AsyncConnection) -> _Outcome:
            return await _store(connection, group, waiting)

        outcome = await self._transactions.run(store)
        counts = self._report.manifests
        counts.adopted += len(outcome.made)
        counts.already_there += len(outcome.stored) - len(outcome.made)
        for item, problem in outcome.refused:
            self._skip(item.found, problem)
        for item, child in outcome.without:
            name = f"{item.found.target.found.name}@{child}"
            self._report.skip("child", name, f"missing; the index {item.found.digest} is adopted without it")
        return outcome.postponed

    def _skip(self, found: FoundManifest, problem: str) -> None:
        self._report.skip("manifest", f"{found.target.found.name}@{found.digest}", problem)


async def _store(connection: AsyncConnection, group: Sequence[LoadedManifest], waiting: set[Key]) -> _Outcome:
    """Write what can be written of a group, holding everything it refers to, as a push does."""
    outcome = _Outcome()
    blobs = await queries.hold_linked(connection, sorted(_blob_keys(group)))
    children = await manifest_queries.hold_artifacts(
        connection,
        sorted({(item.found.target.repository_id, child.digest) for item in group for child in item.parsed.children}),
    )
    sizes: dict[Key, int] = {}
    for item in group:
        problem = _problem(item, blobs)
        missing = _missing_children(item, children)
        if problem is not None:
            outcome.refused.append((item, problem))
        elif any((item.found.target.repository_id, digest) in waiting for digest in missing):
            outcome.postponed.append(item.found)
        else:
            outcome.stored.append(item)
            outcome.without += ((item, digest) for digest in missing)
            sizes[item.found.key] = _size(item, blobs, children)
    outcome.made = await manifest_queries.make_artifacts(connection, outcome.stored, sizes)
    new = [item for item in outcome.stored if item.found.key in outcome.made]
    await manifest_queries.make_references(
        connection,
        sorted({pair for item in new for pair in _blob_pairs(item, outcome.made[item.found.key], blobs)}),
        [row for item in new for row in _child_rows(item, outcome.made[item.found.key], children)],
    )
    await manifest_queries.make_accessories(connection, list(_accessories(new, outcome.made)))
    await queries.mark_pushed(connection, _first_pushes(new))
    return outcome


def _blob_keys(group: Sequence[LoadedManifest]) -> set[Key]:
    return {
        (item.found.target.repository_id, digest)
        for item in group
        for digest in (*(blob.digest for blob in item.parsed.blobs), *item.parsed.foreign)
    }


def _problem(item: LoadedManifest, blobs: dict[Key, Held]) -> str | None:
    """Why the manifest cannot be pulled as it is."""
    for descriptor in item.parsed.blobs:
        held = blobs.get((item.found.target.repository_id, descriptor.digest))
        if held is None:
            return f"the blob {descriptor.digest} is not in the repository"
        if held.size != descriptor.size:
            return f"the blob {descriptor.digest} has {held.size} bytes, not {descriptor.size}"
    return None


def _missing_children(item: LoadedManifest, children: dict[Key, Held]) -> list[str]:
    repository_id = item.found.target.repository_id
    wanted = dict.fromkeys(child.digest for child in item.parsed.children)
    return [digest for digest in wanted if (repository_id, digest) not in children]


def _size(item: LoadedManifest, blobs: dict[Key, Held], children: dict[Key, Held]) -> int:
    """As ``ArtifactService.push`` counts: each blob once, each child as often as it is listed."""
    repository_id = item.found.target.repository_id
    own = {descriptor.digest for descriptor in item.parsed.blobs}
    listed = (children.get((repository_id, child.digest)) for child in item.parsed.children)
    return (
        len(item.content)
        + sum(blobs[repository_id, digest].size for digest in own)
        + sum(child.size for child in listed if child is not None)
    )


def _blob_pairs(item: LoadedManifest, artifact_id: int, blobs: dict[Key, Held]) -> list[tuple[int, int]]:
    repository_id = item.found.target.repository_id
    digests = (*(blob.digest for blob in item.parsed.blobs), *item.parsed.foreign)
    return [(artifact_id, blobs[key].id) for digest in digests if (key := (repository_id, digest)) in blobs]


def _child_rows(item: LoadedManifest, artifact_id: int, children: dict[Key, Held]) -> list[dict[str, Any]]:
    repository_id = item.found.target.repository_id
    return [
        {
            "parent_id": artifact_id,
            "position": position,
            "child_id": children[repository_id, child.digest].id,
            "child_digest": child.digest,
            "platform": child.platform,
            "urls": list(child.urls) or None,
            "annotations": dict(child.annotations) if child.annotations else None,
        }
        for position, child in enumerate(item.parsed.children)
        if (repository_id, child.digest) in children
    ]


def _accessories(new: Sequence[LoadedManifest], made: dict[Key, int]) -> list[tuple[int, int, str, str]]:
    found = []
    for item in new:
        accessory = classify(item.parsed, ())
        if accessory is not None:
            found.append((made[item.found.key], item.found.target.repository_id, *accessory))
    return found


def _first_pushes(new: Sequence[LoadedManifest]) -> dict[int, datetime | None]:
    """The repositories of manifests, with the earliest push of each if it is known."""
    first: dict[int, datetime | None] = {}
    for item in new:
        found = item.found
        earliest = first.get(found.target.repository_id)
        if earliest is None or (found.push_time is not None and found.push_time < earliest):
            first[found.target.repository_id] = found.push_time
    return dict(sorted(first.items()))
