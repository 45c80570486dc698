"""What a deletion leaves behind, so that it can be undone. Functions within the deleting transaction.

Nothing is taken out of the database by deleting a tag, an artifact or a repository: a tag's lifetime ends, an
artifact's state becomes ``trash``, and both name the entry of their deletion. A project's rights are what must not stay
in force while its name may be used again by strangers, so they are kept as a copy in the entry
(``set_project_aside``).
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.events.models import Actor
from moorage.jobs.schedules import ScheduleService
from moorage.lifecycle import project_queries, queries, retention_schedules
from moorage.lifecycle.models import PROJECT, Deletion

__all__ = ["Actor", "Deletion", "count", "put", "set_project_aside"]


async def put(connection: AsyncConnection, actor: Actor, deletion: Deletion) -> int:
    """A new entry; its id, for what the deletion takes away to name."""
    return await queries.put(connection, actor.name, deletion)


async def count(connection: AsyncConnection, trash_id: int, *, artifacts: int, tags: int) -> None:
    """Note how much a deletion took away."""
    await queries.count(connection, trash_id, artifacts, tags)


async def set_project_aside(
    connection: AsyncConnection, actor: Actor, project_id: int, name: str, schedules: ScheduleService
) -> int:
    """Keep what the deletion of a project takes away, and free its repositories' names; the entry's id.

    Called by what deletes the project, in the same transaction, once the project is locked and known to hold no
    repositories, and before any row of it is removed. Repositories that were deleted before keep their rows under names
    nobody can ask for.
    """
    await retention_schedules.suspend(connection, schedules, project_id)
    kept = await project_queries.keep(connection, project_id, name)
    trash_id = await queries.put(connection, actor.name, Deletion(PROJECT, project_id, name, kept=kept))
    await project_queries.set_repositories_aside(connection, project_id)
    return trash_id
