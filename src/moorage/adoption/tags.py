"""Adopting tags, after the manifests they name.

Two registries may both have moved a tag since it was adopted, and neither says which came last. A push to this one
counts: it was the user's decision to work here. Otherwise a tag follows the store it came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.adoption import manifest_queries
from moorage.adoption.contents import Contents, Unusable
from moorage.adoption.manifest_queries import KnownTag
from moorage.adoption.models import FoundTag, Source, Target
from moorage.adoption.queries import Held, Key
from moorage.adoption.report import Report
from moorage.adoption.streams import batched, mapped, merged
from moorage.adoption.transactions import Transactions
from moorage.artifacts.accessories import classify

#: Tags of a batch; repositories, and histories of tags, read at the same time.
BATCH = 500
READ = 8
HISTORIES = 32


@dataclass(frozen=True, slots=True)
class _Plan:
    """What to do with a batch."""

    #: Tags that name nothing yet, and tags that name something else by adoption.
    new: list[FoundTag]
    moved: list[FoundTag]


class TagAdoption:
    """See the module."""

    def __init__(self, source: Source, transactions: Transactions, contents: Contents, report: Report) -> None:
        self._source = source
        self._transactions = transactions
        self._contents = contents
        self._report = report

    async def adopt(self, targets: Sequence[Target]) -> None:
        """All tags of some repositories."""
        found = merged((self._source.tags(target) for target in targets), READ)
        async with aclosing(found), aclosing(batched(found, BATCH)) as batches:
            async for batch in batches:
                await self._adopt(batch)

    async def _adopt(self, batch: Sequence[FoundTag]) -> None:
        known = await self._transactions.run(lambda connection: manifest_queries.known_tags(connection, batch))
        plan = self._plan(batch, known)
        wanted = [*plan.new, *plan.moved]
        if not wanted:
            return
        earlier = await self._histories(wanted)

        async def store(connection: AsyncConnection) -> tuple[dict[Key, Held], set[tuple[int, str]]]:
            return await self._store(connection, plan, earlier)

        artifacts, made = await self._transactions.run(store)
        for tag in wanted:
            if (tag.target.repository_id, tag.digest) not in artifacts:
                self._skip(tag, f"the manifest {tag.digest} is not in the repository")
            elif (tag.target.repository_id, tag.name) in made:
                self._report.tags.adopted += 1
            else:
                self._skip(tag, "it was pushed here at this moment")

    def _plan(self, batch: Sequence[FoundTag], known: Sequence[KnownTag]) -> _Plan:
        plan = _Plan([], [])
        for tag, facts in zip(batch, known, strict=True):
            if facts.current == tag.digest:
                self._report.tags.already_there += 1
            elif facts.current is not None and facts.adopted:
                plan.moved.append(tag)
            elif facts.had:
                # It was adopted, and then moved or deleted here.
                self._report.tags.already_there += 1
            elif facts.current is not None:
                self._skip(tag, f"it was pushed here and names {facts.current}, in the store it names {tag.digest}")
            else:
                plan.new.append(tag)
        return plan

    async def _histories(self, tags: Sequence[FoundTag]) -> dict[tuple[int, str], Sequence[str]]:
        """What each tag named before."""

        async def read(tag: FoundTag) -> tuple[tuple[int, str], Sequence[str]]:
            return (tag.target.repository_id, tag.name), await self._source.earlier(tag)

        async with aclosing(mapped(tags, read, HISTORIES)) as histories:
            return {key: digests async for key, digests in histories}

    async def _store(
        self, connection: AsyncConnection, plan: _Plan, earlier: dict[tuple[int, str], Sequence[str]]
    ) -> tuple[dict[Key, Held], set[tuple[int, str]]]:
        wanted = [*plan.new, *plan.moved]
        keys = {(tag.target.repository_id, tag.digest) for tag in wanted}
        keys |= {(repository_id, digest) for (repository_id, _), digests in earlier.items() for digest in digests}
        artifacts = await manifest_queries.hold_artifacts(connection, sorted(keys))
        there = [tag for tag in wanted if (tag.target.repository_id, tag.digest) in artifacts]
        await manifest_queries.end_adopted_tags(connection, [tag for tag in plan.moved if tag in there])
        made = await manifest_queries.make_tags(
            connection, [(tag, artifacts[tag.target.repository_id, tag.digest].id) for tag in there]
        )
        await manifest_queries.make_history(
            connection,
            [
                (repository_id, name, artifacts[repository_id, digest].id)
                for (repository_id, name), digests in earlier.items()
                if (repository_id, name) in made
                for digest in digests
                if (repository_id, digest) in artifacts
            ],
        )
        await self._signatures(connection, there, artifacts)
        return artifacts, made

    async def _signatures(
        self, connection: AsyncConnection, tags: Sequence[FoundTag], artifacts: dict[Key, Held]
    ) -> None:
        """Record what is an accessory by its tag alone, as cosign's signatures are."""
        signed = [tag for tag in tags if tag.name.startswith("sha256-")]
        contents = await manifest_queries.contents(connection, sorted({tag.digest for tag in signed}))
        found = []
        for tag in signed:
            try:
                accessory = classify(self._contents.parse(contents[tag.digest]), (tag.name,))
            except Unusable:
                continue
            if accessory is not None:
                repository_id = tag.target.repository_id
                found.append((artifacts[repository_id, tag.digest].id, repository_id, *accessory))
        await manifest_queries.make_accessories(connection, found)

    def _skip(self, tag: FoundTag, problem: str) -> None:
        self._report.skip("tag", f"{tag.target.found.name}:{tag.name}", problem)
