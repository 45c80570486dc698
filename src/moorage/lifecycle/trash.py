"""What a deletion leaves behind, so that it can be undone. Functions within the deleting transaction.

Nothing is taken out of the database by deleting a tag, an artifact or a repository: a tag's lifetime ends, an
artifact's state becomes ``trash``, and both name the entry of their deletion. A project's rights are what must not stay
in force while its name may be used again by strangers, so they are kept as a copy in the entry
(``set_project_aside``).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.blobs import service as blobs
from moorage.events.models import Actor
from moorage.jobs.schedules import ScheduleService
from moorage.lifecycle import project_queries, queries, retention_schedules
from moorage.lifecycle.models import PROJECT, Deletion

__all__ = ["Actor", "Deletion", "count", "put", "set_project_aside", "take_back"]

#: What ``kept`` of an entry says whose artifacts nobody deleted: garbage collection found them without a tag.
UNTAGGED_CAUSE = "untagged"


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


# With the children that went with them; their deletion stays, with what else it took away.
_LOCK_COLLECTED = text(
    """
    WITH RECURSIVE wanted AS (
        SELECT a.artifact_id, a.trash_id FROM artifact a JOIN trash t ON t.trash_id = a.trash_id
         WHERE a.repository_id = :repository_id AND a.digest = ANY(:digests) AND a.state = 'trash'
           AND t.kept ->> 'cause' = :cause AND t.drop_time IS NULL
        UNION
        SELECT k.artifact_id, k.trash_id FROM wanted w
          JOIN artifact_child c ON c.parent_id = w.artifact_id
          JOIN artifact k ON k.artifact_id = c.child_id AND k.trash_id = w.trash_id
    )
    SELECT a.artifact_id FROM artifact a
     WHERE a.artifact_id IN (SELECT w.artifact_id FROM wanted w) AND a.state = 'trash' ORDER BY a.digest FOR UPDATE
    """
)
_RESTORE = text("UPDATE artifact SET state = 'live', trash_time = NULL, trash_id = NULL WHERE artifact_id = ANY(:ids)")


async def take_back(connection: AsyncConnection, repository_id: int, digests: Sequence[str]) -> bool:
    """Let manifests be live again that garbage collection found without a tag; whether there were any.

    The parts of an index are pushed before it, so a collection in between finds them untagged; and who saw that one is
    there does not push it again. Their deletion by hand is another matter.
    """
    values = {"repository_id": repository_id, "digests": list(digests), "cause": UNTAGGED_CAUSE}
    ids = list((await connection.execute(_LOCK_COLLECTED, values)).scalars())
    if not ids:
        return False
    await blobs.relink(connection, ids)
    await connection.execute(_RESTORE, {"ids": ids})
    return True
