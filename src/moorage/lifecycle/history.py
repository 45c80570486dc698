"""Use cases on the history of tags."""

from __future__ import annotations

from moorage.artifacts import service as artifacts
from moorage.database.engine import Database
from moorage.database.listing import ListQuery
from moorage.errors import Conflict, NotFound
from moorage.events import service as events
from moorage.events.models import SYSTEM, Actor, Event
from moorage.lifecycle import history_queries as queries
from moorage.lifecycle import immutability
from moorage.lifecycle.models import TagLifetime
from moorage.repositories import service as repositories


class TagHistoryService:
    """What tags named, and naming that again."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._repositories = repositories.RepositoryService(database)

    async def list(self, repository: str, query: ListQuery) -> tuple[int, list[TagLifetime]]:
        """How many lifetimes the tags of a repository had, be it deleted, and a page of them.

        Raises:
            NotFound: there never was such a repository.
        """
        repository_id = await self._repositories.find(repository)
        if repository_id is None:
            raise NotFound(f"repository {repository} not found")
        async with self._database.connect() as connection:
            return await queries.history(connection, repository_id, query)

    async def revert(self, repository: str, tag: str, digest: str, *, actor: Actor = SYSTEM) -> bool:
        """Let a tag name again what it named before; False when it does already.

        Raises:
            NotFound: there is no such repository, or the tag never named that digest.
            Conflict: the artifact was deleted.
            TagImmutable: a rule wants the tag to stay.
        """
        async with self._database.begin() as connection:
            repository_id = await repositories.hold(connection, repository)
            if repository_id is None:
                raise NotFound(f"repository {repository} not found")
            named = await queries.hold_named(connection, repository_id, tag, digest)
            if named is None or not named.ever:
                raise NotFound(f"the tag {tag} of {repository} never named {digest}, or that was swept")
            if not named.live:
                where = "" if named.trash_id is None else f" (deletion {named.trash_id})"
                raise Conflict(f"artifact {repository}@{digest} was deleted: bring it back first{where}")
            if named.now:
                return False
            moved = await artifacts.move_tag(
                connection, repository_id, tag, named.artifact_id, actor.name, operation="revert"
            )
            immutability.check_move(moved, repository, tag, again=True)
            details = {"cause": "revert", "description": f"back to {digest}", "digest": digest}
            await events.record(
                connection, actor, Event("update", "tag", f"{repository}:{tag}", named.project_id, details)
            )
        return True
