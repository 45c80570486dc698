"""Adopting blobs: a row for each that is stored, and a link for each repository that may read it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.adoption import queries
from moorage.adoption.contents import Contents
from moorage.adoption.models import FoundLayer, Source, Target
from moorage.adoption.report import Report
from moorage.adoption.streams import batched, merged
from moorage.adoption.transactions import Transactions

#: Links of a batch, and repositories read at the same time.
BATCH = 1_000
READ = 8


@dataclass(frozen=True, slots=True)
class _Stored:
    """What became of a batch."""

    held: dict[str, queries.Held]
    made: set[str]
    new_links: int


class BlobAdoption:
    """See the module."""

    def __init__(
        self, source: Source, transactions: Transactions, contents: Contents, report: Report, *, verify: bool
    ) -> None:
        self._source = source
        self._transactions = transactions
        self._contents = contents
        self._report = report
        self._verify = verify

    async def adopt(self, targets: Sequence[Target]) -> None:
        """All blobs of some repositories."""
        layers = merged((self._source.layers(target) for target in targets), READ)
        async with aclosing(layers), aclosing(batched(layers, BATCH)) as batches:
            async for batch in batches:
                await self._adopt(batch)

    async def _adopt(self, batch: Sequence[FoundLayer]) -> None:
        digests = sorted({layer.digest for layer in batch})
        known = await self._transactions.run(lambda connection: queries.known_blobs(connection, digests))
        # What has a live row is stored: nobody else takes bytes away. A re-run therefore asks the store for nothing.
        live = {digest for digest, blob in known.items() if blob.live}
        sizes = await self._contents.sizes(digest for digest in digests if digest not in live)
        damaged: dict[str, str] = {}
        hashed: dict[str, int] = {}
        if self._verify:
            hashed = sizes | {digest: blob.size for digest, blob in known.items() if not blob.verified}
            damaged = await self._contents.damaged(hashed)
        new = {digest: size for digest, size in sizes.items() if digest not in damaged}
        trashed = sorted(digest for digest in new if digest in known)
        verified = sorted(hashed.keys() & known.keys() - damaged.keys())

        async def store(connection: AsyncConnection) -> _Stored:
            made = await queries.make_blobs(connection, new, set(hashed))
            if trashed:
                await queries.revive_blobs(connection, trashed)
                # The rows are ours now: what is there stays.
                stored = await self._contents.sizes(trashed)
                await queries.give_up_blobs(connection, [digest for digest in trashed if digest not in stored])
            if verified:
                await queries.mark_verified(connection, verified)
            held = await queries.hold_blobs(connection, digests)
            links = [(layer.target.repository_id, held[layer.digest].id) for layer in batch if layer.digest in held]
            return _Stored(held, made, await queries.link_blobs(connection, links))

        stored = await self._transactions.run(store)
        self._tell(batch, stored, damaged)

    def _tell(self, batch: Sequence[FoundLayer], stored: _Stored, damaged: dict[str, str]) -> None:
        for digest in self._report.first_time(stored.held):
            if digest in stored.made:
                self._report.blobs.adopted += 1
                self._report.bytes += stored.held[digest].size
            else:
                self._report.blobs.already_there += 1
        for layer in batch:
            problem = damaged.get(layer.digest)
            if problem is None and layer.digest not in stored.held:
                problem = "its bytes are missing from the store"
            if problem is not None:
                self._report.skip("blob", f"{layer.target.found.name}@{layer.digest}", problem)
