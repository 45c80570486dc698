"""Use cases on storage quotas (H rows 79, 80).

A blob counts in a project from when it is linked to one of its repositories, whether or not a manifest refers to it
yet; a manifest from when it is pushed; each once, however many repositories have it. A blob no longer counts when no
live artifact of the project refers to it and one that did was deleted, its repository was, or it was taken out of a
repository. What is in the trash does not count, and counts again when it is brought back.

The database counts by itself, in the transaction that makes the change (migration 0009), and refuses what would exceed
a limit with ``QuotaExceeded``: nobody who links, pushes, copies, restores or deletes has to call anything here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.engine import Database
from moorage.database.listing import Exact, ListQuery
from moorage.errors import NotFound, QuotaExceeded
from moorage.events import service as events
from moorage.events.models import SYSTEM, Actor, Event
from moorage.projects import quota_queries as queries
from moorage.projects.quota_models import Quota, Usage, check_limit

__all__ = ["Quota", "QuotaService", "Usage", "admit", "admit_content", "limit_new_project", "pushed"]

#: The only kind of thing that has a quota.
PROJECT = "project"

#: Seconds between two foldings of the ledger.
ROLL_UP_INTERVAL = 60

#: Projects whose ledgers are folded in one transaction.
ROLL_UP_BATCH = 100


class QuotaService:
    """Quotas by their id, which is the project's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, quota_id: int) -> Quota:
        """A quota.

        Raises:
            NotFound: there is no such project.
        """
        found = await self.find(quota_id)
        if found is None:
            raise _not_found(quota_id)
        return found

    async def find(self, project_id: int) -> Quota | None:
        """The quota of a project; None when it was made while quotas are off."""
        async with self._database.connect() as connection:
            return await queries.find(connection, project_id)

    async def of_projects(self, project_ids: Sequence[int]) -> Mapping[int, Quota]:
        """The quotas of several projects by the projects' ids; one made while quotas are off has none."""
        if not project_ids:
            return {}
        async with self._database.connect() as connection:
            return {quota.project_id: quota for quota in await queries.of_projects(connection, project_ids)}

    async def list(self, query: ListQuery, *, reference: str = "", reference_id: str = "") -> tuple[int, list[Quota]]:
        """How many quotas there are, and a page of them; of a kind of thing, and of one thing, where that is given."""
        if reference not in ("", PROJECT):
            return 0, []
        if reference_id:
            if not (reference_id.isascii() and reference_id.isdigit() and len(reference_id) < 19):
                return 0, []
            query = query.where(("reference_id", Exact(int(reference_id))))
        async with self._database.connect() as connection:
            return await queries.page(connection, query)

    async def set_limit(self, quota_id: int, hard: int, *, actor: Actor = SYSTEM) -> None:
        """Let a project hold up to ``hard`` bytes, -1: any number. It may hold more already: then nothing is let in.

        Raises:
            BadRequest: the number is no limit.
            NotFound: there is no such project.
        """
        check_limit(hard)
        async with self._database.begin() as connection:
            name = await queries.name_for_update(connection, quota_id)
            if name is None:
                raise _not_found(quota_id)
            await queries.set_limit(connection, quota_id, hard)
            await events.record(
                connection, actor, Event("update", "quota", name, quota_id, {"hard": {"storage": hard}})
            )

    async def recount(self) -> int:
        """Sum up afresh what counts in every project; how many sums were wrong, which none ever should be."""
        async with self._database.begin() as connection:
            return await queries.recount(connection)

    async def roll_up(self) -> int:
        """Fold the ledger into the sums; how many entries went. Processes that do it at once share the work."""
        total = 0
        while True:
            async with self._database.begin() as connection:
                folded = await queries.roll_up(connection, ROLL_UP_BATCH)
            total += folded
            if not folded:
                return total

    @asynccontextmanager
    async def reporting(
        self, actor: Actor, repository: str, reference: str = "", digest: str = ""
    ) -> AsyncIterator[None]:
        """Record, once, that what is done inside was refused for the quota; the error goes on."""
        try:
            yield
        except QuotaExceeded as error:
            await self.record_refusal(error, actor, repository, reference, digest)
            raise

    async def record_refusal(
        self, error: QuotaExceeded, actor: Actor, repository: str, reference: str = "", digest: str = ""
    ) -> None:
        """Record that something was refused; in a transaction of its own, since the refused one is gone."""
        details = {**_artifact(repository, reference, digest), "details": error.message}
        event = Event("exceed", "quota", repository, error.project_id, details, succeeded=False)
        async with self._database.begin() as connection:
            await events.record(connection, actor, event)


async def limit_new_project(connection: AsyncConnection, project_id: int, hard: int) -> None:
    """Give a project that was just made a limit other than the configured one, within the caller's transaction.

    Raises:
        BadRequest: the number is no limit.
    """
    check_limit(hard)
    await queries.set_limit(connection, project_id, hard)


async def admit(connection: AsyncConnection, project_id: int, added: int = 0) -> None:
    """Refuse early what could only be refused later, such as a copy into a project that is full.

    Raises:
        QuotaExceeded: with ``added`` bytes more the project would hold too much.
    """
    await queries.admit(connection, project_id, added)


async def admit_content(connection: AsyncConnection, project_id: int, sizes: Mapping[str, int]) -> None:
    """As ``admit``, for blobs and manifests by digest, as far as they do not count in the project yet."""
    await queries.admit(connection, project_id, await queries.missing(connection, project_id, sizes))


async def pushed(connection: AsyncConnection, actor: Actor, repository_id: int, project_id: int, event: Event) -> None:
    """End a push: its last statement records it, notes the repository's first manifest and looks at the limit.

    A push that leaves a project nearly full is recorded as a warning, too. ``event`` tells of the artifact.
    """
    usage = await queries.pushed(connection, repository_id, project_id, actor, event)
    if usage is not None and usage.nearly_full:
        told = event.details or {}
        repository, tags = str(told.get("repository", "")), told.get("tags") or [""]
        details = {**_artifact(repository, tags[0], str(told.get("digest", ""))), "details": usage.warning}
        await events.record(connection, actor, Event("warn", "quota", repository, project_id, details))


def _artifact(repository: str, reference: str, digest: str) -> dict[str, str]:
    named = {"repository": repository, "tag": reference, "digest": digest}
    return {name: value for name, value in named.items() if value}


def _not_found(quota_id: int) -> NotFound:
    return NotFound(f"quota {quota_id} not found")
