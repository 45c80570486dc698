"""Use cases on the trash: what was deleted, why a pull fails, and bringing things back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.access.models import ProjectFacts
from moorage.access.principals import Principal, PrincipalKind
from moorage.blobs import service as blobs
from moorage.database.engine import Database
from moorage.database.listing import ListQuery
from moorage.errors import BadRequest, Conflict, NotFound, PreconditionFailed
from moorage.events import service as events
from moorage.events.models import SYSTEM, Actor, Event
from moorage.jobs.schedules import ScheduleService
from moorage.lifecycle import dropping, project_queries, queries, retention_schedules
from moorage.lifecycle.models import PROJECT, REPOSITORY, Allowed, TrashEntry, Undeleted
from moorage.oci.names import check_tag, looks_like_digest
from moorage.repositories import service as repositories

#: Most tags one request may name.
MAX_TAGS = 1_000

#: Pieces of a deletion that are dropped while somebody waits.
MAX_PIECES = 20

#: Names of tags in a message or an event.
SHOWN = 20


class TrashService:
    """Deletions by the id of their entry. Every use case is one transaction."""

    def __init__(self, database: Database, retention_days: int) -> None:
        self._database = database
        self._schedules = ScheduleService(database)
        self.retention_days = retention_days
        self._retention = retention_days * 86_400.0

    # --- looking --------------------------------------------------------------------------------

    async def entries(
        self, project_id: int, name: str, allowed: Allowed, query: ListQuery
    ) -> tuple[int, list[TrashEntry]]:
        """How many deletions there are in a project of what one may delete, and a page of them."""
        return await self._page(query, queries.of_project(project_id, name, allowed))

    async def is_allowed(self, trash_id: int, project: ProjectFacts, allowed: Allowed) -> bool:
        """Whether a deletion is in the project, and of what one may delete."""
        async with self._database.connect() as connection:
            conditions = queries.of_project(project.project_id, project.name, allowed)
            return await queries.matches(connection, trash_id, conditions)

    async def projects(self, query: ListQuery, viewer: Principal | None) -> tuple[int, list[TrashEntry]]:
        """How many deleted projects there are that ``viewer`` could have deleted (None: all), and a page of them."""
        return await self._page(query, _projects_of(viewer))

    async def _page(self, query: ListQuery, conditions: Sequence[ColumnElement[bool]]) -> tuple[int, list[TrashEntry]]:
        async with self._database.connect() as connection:
            return await queries.page(connection, query, self._retention, conditions)

    async def get(self, trash_id: int) -> TrashEntry:
        """A deletion.

        Raises:
            NotFound: there is none of that id, or it was undone.
        """
        async with self._database.connect() as connection:
            entry = await queries.find(connection, trash_id, self._retention)
        if entry is None:
            raise _not_found(trash_id)
        return entry

    async def get_project(self, trash_id: int, viewer: Principal | None) -> TrashEntry:
        """As ``get``, of a project that ``viewer`` could have deleted (None: any)."""
        entry = await self.get(trash_id)
        async with self._database.connect() as connection:
            if not await queries.matches(connection, trash_id, _projects_of(viewer)):
                raise _not_found(trash_id)
        return entry

    async def explain(self, repository: str, reference: str) -> TrashEntry | None:
        """The deletion that took away a tag or digest which a repository does not have."""
        async with self._database.connect() as connection:
            digest = looks_like_digest(reference)
            trash_id = await queries.deletion_of(connection, repository, reference, digest=digest)
            return None if trash_id is None else await queries.find(connection, trash_id, self._retention)

    # --- undoing --------------------------------------------------------------------------------

    async def undelete(
        self, trash_id: int, *, tags: Sequence[str] | None = None, skip: bool = False, actor: Actor = SYSTEM
    ) -> Undeleted:
        """Bring back what a deletion took away, as it was.

        Args:
            trash_id: the deletion.
            tags: the tags to bring back; None: all it took away.
            skip: leave out tags whose names are in use, or whose artifacts were deleted since, instead of refusing.
            actor: who does it.

        Raises:
            BadRequest: a tag is named that the deletion did not take away, or too many.
            TagInvalid: what is named is no tag.
            NotFound: there is no such deletion, or it was undone.
            PreconditionFailed: the time is over; or what it needs was deleted as well.
            Conflict: a name is in use again.
        """
        if tags is not None and len(tags) > MAX_TAGS:
            raise BadRequest(f"at most {MAX_TAGS} tags can be named")
        for name in tags or ():
            check_tag(name)
        try:
            async with self._database.begin() as connection:
                entry = await queries.find(connection, trash_id, self._retention, lock=True)
                if entry is None:
                    raise _not_found(trash_id)
                self._check_time(entry)
                if entry.kind == PROJECT:
                    done = await self._undelete_project(connection, entry)
                else:
                    done = await self._undelete_content(connection, entry, tags, skip, actor)
                await events.record(connection, actor, _event(done))
        except IntegrityError as error:
            # Made while we looked: the one fact two transactions can claim here is a project's name.
            raise Conflict("a project of that name has just been made") from error
        return done

    # --- dropping -------------------------------------------------------------------------------

    async def drop(self, trash_id: int, *, actor: Actor = SYSTEM) -> TrashEntry:
        """Let a deletion be for good, at once. Its bytes go with a garbage collection, after the time of its window.

        Of a deletion that took very much away some of the rows are left for the next garbage collection, too.

        Raises:
            NotFound: there is no such deletion, or it was undone.
        """
        async with self._database.begin() as connection:
            entry = await queries.find(connection, trash_id, self._retention, lock=True)
            if entry is None:
                raise _not_found(trash_id)
            await dropping.mark(connection, trash_id)
            await events.record(connection, actor, _drop_event(entry))
        for _ in range(MAX_PIECES):
            async with self._database.begin() as connection:
                if not await dropping.drop_one(connection, trash_id):
                    break
        return entry

    def _check_time(self, entry: TrashEntry) -> None:
        if not entry.restorable:
            raise PreconditionFailed(
                f"{entry.resource} was deleted at {_moment(entry.deletion_time)}: what was deleted can be brought back"
                f" for {self.retention_days} days, until {_moment(entry.restorable_until)}"
            )

    async def _undelete_project(self, connection: AsyncConnection, entry: TrashEntry) -> Undeleted:
        kept = await queries.kept(connection, entry.trash_id)
        if await project_queries.revive(connection, entry.project_id, kept) is None:
            raise Conflict(
                f"another project is named {entry.resource} by now: it must be deleted before this one can come back"
            )
        await project_queries.restore(connection, entry.project_id, kept, entry.deletion_time)
        await retention_schedules.resume(connection, self._schedules, entry.project_id)
        await queries.remove(connection, entry.trash_id)
        return Undeleted(entry, 0, (), ())

    async def _undelete_content(
        self, connection: AsyncConnection, entry: TrashEntry, names: Sequence[str] | None, skip: bool, actor: Actor
    ) -> Undeleted:
        trash_id, repository_id = entry.trash_id, entry.repository_id
        assert repository_id is not None
        # The locks of a push, in its order: repository, blobs, what is referred to, the artifact, tags.
        if await repositories.hold_by_id(connection, repository_id) is None:
            raise _not_found(trash_id)
        if await queries.project_name(connection, entry.project_id) is None:
            raise PreconditionFailed(f"the project of {entry.resource} is deleted: bring that back first")
        artifacts = await queries.lock_artifacts(connection, trash_id)
        await queries.hold_needed(connection, trash_id)
        missing = await queries.missing_child(connection, trash_id)
        if missing is not None:
            parent, child, deletion = missing
            raise PreconditionFailed(f"{parent} lists {child}, which was deleted{_first(deletion)}")
        await blobs.relink(connection, artifacts)
        await queries.restore_artifacts(connection, trash_id)
        restored, skipped = await self._restore_tags(connection, entry, names, skip, actor)
        if not artifacts and not restored and entry.kind != REPOSITORY:
            raise Conflict(f"{entry.resource} is there again: nothing is left to bring back")
        kept = await queries.kept(connection, trash_id)
        first = kept.get("first_push_time")
        await repositories.show(connection, repository_id, datetime.fromisoformat(first) if first else None)
        await queries.settle(connection, trash_id)
        return Undeleted(entry, len(artifacts), restored, skipped)

    @staticmethod
    async def _restore_tags(
        connection: AsyncConnection, entry: TrashEntry, names: Sequence[str] | None, skip: bool, actor: Actor
    ) -> tuple[list[str], list[str]]:
        wanted = await queries.tags_of(connection, entry.trash_id, names)
        known = {name for name, *_ in wanted}
        unknown = sorted(set(names or ()) - known)
        if unknown:
            raise BadRequest(f"the deletion took no tag {_some(unknown)} away")
        if not skip:
            for name, digest, live, deletion in wanted:
                if not live:
                    raise PreconditionFailed(
                        f"what the tag {name} named, {digest}, was deleted after it{_first(deletion)}"
                    )
        restored = await queries.restore_tags(connection, entry.trash_id, sorted(known), actor.name)
        skipped = sorted(known - set(restored))
        if skipped and not skip:
            raise Conflict(
                f"the tag {_some(skipped)} exists again under the repository: delete it first, or leave it out"
            )
        return restored, skipped


def _projects_of(viewer: Principal | None) -> list[ColumnElement[bool]]:
    if viewer is None:
        return queries.projects_of_user(None)
    if viewer.kind is PrincipalKind.USER:
        return queries.projects_of_user(viewer.id)
    return queries.projects_of_robot(viewer.id if viewer.kind is PrincipalKind.ROBOT else -1)


def _event(done: Undeleted) -> Event:
    entry = done.entry
    details: dict[str, Any] = {
        "cause": "undelete",
        "description": "brought back from the trash",
        "deletion": entry.trash_id,
    }
    if entry.kind != PROJECT:
        details |= {"digest": entry.digest, "artifacts": done.artifacts, "tags": list(done.tags[:SHOWN])}
    return Event("create", entry.kind, entry.resource, entry.project_id, details)


def _drop_event(entry: TrashEntry) -> Event:
    details = {"deletion": entry.trash_id, "kind": entry.kind, "digest": entry.digest}
    return Event("delete", "trash entry", f"{entry.kind} {entry.resource}", entry.project_id, details)


def _first(deletion: int | None) -> str:
    return "" if deletion is None else f": bring that back first (deletion {deletion})"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _not_found(trash_id: int) -> NotFound:
    return NotFound(f"deletion {trash_id} not found")
