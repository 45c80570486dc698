"""Adopting another registry's store in place: its repositories, blobs, manifests and tags become rows here.

Repositories are taken in chunks. In each chunk blobs come first, then manifests, children before the indexes that
list them, and tags last, so that at any moment what can be seen is whole, while the server runs. Batches are set-based
statements over all repositories of the chunk, for there may be very many small ones. Bytes stay where they are.

Run again it finds what is there already and changes only what the other registry changed since: new content, and tags
that were moved there but not here.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager

from moorage.adoption import queries
from moorage.adoption.blobs import BlobAdoption
from moorage.adoption.contents import Contents
from moorage.adoption.harbor import HarborSource
from moorage.adoption.manifests import ManifestAdoption
from moorage.adoption.models import FoundRepository, Options, Source, Target
from moorage.adoption.report import Count, Report
from moorage.adoption.streams import batched
from moorage.adoption.tags import TagAdoption
from moorage.adoption.transactions import Committed, Rehearsed, Transactions
from moorage.adoption.tree import TreeSource
from moorage.database.engine import Database
from moorage.errors import BadRequest, MoorageError
from moorage.oci.manifests import Limits
from moorage.oci.names import MAX_NAME, is_name
from moorage.projects.service import ProjectService
from moorage.settings import RegistrySettings
from moorage.storage.protocol import BlobStore

#: Most repositories of a chunk. A smaller store is split further, so that a hundred steps of progress can be seen.
CHUNK = 200
STEPS = 100


NO_TAGS = "not one tag was found: if this is a Harbor's store, its database has the tags (--harbor-database-url)"


class AdoptionService:
    """Adopts stores."""

    def __init__(
        self, database: Database, store: BlobStore, projects: ProjectService, settings: RegistrySettings
    ) -> None:
        self._database = database
        self._store = store
        self._projects = projects
        self._contents = Contents(
            store, Limits(settings.manifest_references, settings.json_depth), settings.manifest_size
        )

    async def run(
        self, options: Options, report: Report, *, harbor_database: str | None = None, dry_run: bool = False
    ) -> None:
        """Adopt everything; ``report`` tells, also while it runs and when it was stopped, what was done.

        ``harbor_database``: URL of the Harbor's database, when the store is a Harbor's.

        Raises:
            BadRequest: the default project's name is none.
            NothingToAdopt: the store holds no repositories.
            HarborDatabaseError: that database cannot be read.
            ServiceUnavailable: the database or the store went away; running it again goes on.
        """
        if not is_name(options.default_project) or "/" in options.default_project:
            raise BadRequest(f"{options.default_project} is not a project's name")
        report.dry_run = dry_run
        began = time.monotonic()
        try:
            transactions: Transactions = (
                Rehearsed(self._database) if dry_run else Committed(self._database, self._projects)
            )
            async with self._source(harbor_database, report) as source:
                await _Run(source, transactions, self._contents, options, report).adopt()
            if harbor_database is None and report.manifests != Count() and report.tags == Count():
                report.note("store", self._store.driver, NO_TAGS)
            report.complete = True
        finally:
            report.seconds = time.monotonic() - began

    @asynccontextmanager
    async def _source(self, harbor_database: str | None, report: Report) -> AsyncIterator[Source]:
        if harbor_database is None:
            tree = TreeSource(self._store, report)
            try:
                yield tree
            finally:
                tree.close()
            return
        harbor = HarborSource(harbor_database, self._store, report)
        await harbor.open()
        try:
            yield harbor
        finally:
            await harbor.close()


class _Run:
    """One adoption."""

    def __init__(
        self, source: Source, transactions: Transactions, contents: Contents, options: Options, report: Report
    ) -> None:
        self._source = source
        self._transactions = transactions
        self._options = options
        self._report = report
        self._blobs = BlobAdoption(source, transactions, contents, report, verify=options.verify)
        self._manifests = ManifestAdoption(source, transactions, contents, report)
        self._tags = TagAdoption(source, transactions, contents, report)

    async def adopt(self) -> None:
        """Everything the source has."""

        def found(count: int) -> None:
            self._report.found = count

        self._report.found = total = await self._source.prepare(found)
        size = max(1, min(CHUNK, total // STEPS))
        async with aclosing(batched(self._source.repositories(), size)) as chunks:
            async for chunk in chunks:
                async with self._transactions.chunk():
                    targets = await self._repositories(chunk)
                    await self._blobs.adopt(targets)
                    await self._manifests.adopt(targets)
                    await self._tags.adopt(targets)
                self._report.done += len(chunk)

    async def _repositories(self, chunk: Sequence[FoundRepository]) -> list[Target]:
        """Make the repositories that are missing."""
        named = [(name, found) for found in chunk if (name := await self._name(found)) is not None]
        known = await self._transactions.run(
            lambda connection: queries.repositories(connection, [name for name, _ in named])
        )
        missing = [(name, found) for name, found in named if name not in known]
        projects = await self._projects(missing)
        wanted = [
            (projects[project], name, found.creation_time)
            for name, found in missing
            if (project := name.partition("/")[0]) in projects
        ]
        made: set[str] = set()
        if wanted:
            made = await self._transactions.run(lambda connection: queries.make_repositories(connection, wanted))
            known |= await self._transactions.run(
                lambda connection: queries.repositories(connection, [name for _, name, _ in wanted])
            )
        self._report.repositories.adopted += len(made)
        self._report.repositories.already_there += len(known) - len(made)
        return [Target(found, name, *known[name]) for name, found in named if name in known]

    async def _name(self, found: FoundRepository) -> str | None:
        """The repository's name here; None when it is not adopted."""
        name, options = found.name, self._options
        renamed = "/" not in name
        if renamed:
            name = f"{options.default_project}/{name}"
        if options.projects and name.partition("/")[0] not in options.projects:
            return None
        if not is_name(name):
            longer = f", or longer than {MAX_NAME} characters" if len(name) > MAX_NAME else ""
            self._report.skip("repository", found.name, f"not a valid repository name{longer}")
            return None
        if renamed:
            if await self._source.holds(name):
                self._report.skip("repository", found.name, f"it has no project, and the store has another {name}")
                return None
            self._report.note("repository", found.name, f"adopted as {name}: every repository is in a project here")
        return name

    async def _projects(self, missing: Sequence[tuple[str, FoundRepository]]) -> dict[str, int]:
        """Ids of the repositories' projects, made where they are not there."""
        first = {name.partition("/")[0]: found for name, found in reversed(missing)}
        known = await self._transactions.run(lambda connection: queries.projects(connection, list(first)))
        for project, found in first.items():
            if project in known:
                continue
            public, creation_time = self._options.public, None
            if found.project is not None:
                public, creation_time = found.project.public, found.project.creation_time
            try:
                known[project] = await self._transactions.make_project(
                    project, self._options.owner_id, public, creation_time
                )
            except MoorageError as error:
                if error.status >= 500:
                    raise
                for name, refused in missing:
                    if name.partition("/")[0] == project:
                        self._report.skip("repository", refused.name, f"project {project}: {error.message}")
        return known
