"""Deleting an artifact with what belongs to it (H row 56), within the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.artifacts import change_queries as queries
from moorage.artifacts import happened
from moorage.errors import BadRequest, ManifestReferenced
from moorage.events.models import Actor
from moorage.lifecycle import immutability, trash
from moorage.lifecycle.models import Deletion

#: Artifacts that one deletion takes along at most.
MAX_DELETED = 20_000


async def delete_artifact(
    connection: AsyncConnection, actor: Actor, repository: str, artifact: queries.Named, *, children: bool
) -> bool:
    """Set an artifact aside with its tags and accessories; whether it was there. It can be brought back until swept.

    Args:
        connection: in a transaction that keeps the repository from being deleted: that lock comes before all others.
        actor: who deletes it.
        repository: full name of its repository.
        artifact: which.
        children: of an index, the untagged children nobody else lists go as well.

    Raises:
        BadRequest: too much would go with it.
        ManifestReferenced: an index lists it.
        TagImmutable: a rule wants a tag to stay.
    """
    if await queries.has_other_parent(connection, [artifact.artifact_id]):
        raise ManifestReferenced
    gone = await _closure(connection, artifact.artifact_id, children)
    locked = await queries.lock_all(connection, sorted(gone))
    if artifact.artifact_id not in locked:
        return False
    # A statement of its own: the locks may have waited for a push of an index that lists one of these.
    if await queries.has_other_parent(connection, sorted(locked)):
        raise ManifestReferenced
    tags = await queries.tags_of(connection, sorted(locked))
    await immutability.check_deletion(connection, artifact.project_id, repository, [name for _, name in tags])
    await happened.record_artifact_deletion(connection, actor, repository, artifact.artifact_id)
    subject = f"{repository}@{artifact.digest}"
    deletion = Deletion("artifact", artifact.project_id, subject, artifact.repository_id, artifact.digest)
    trash_id = await trash.put(connection, actor, deletion)
    artifacts, ended = await queries.trash_all(connection, sorted(locked), trash_id, actor.name)
    await trash.count(connection, trash_id, artifacts=artifacts, tags=ended)
    return True


async def _closure(connection: AsyncConnection, artifact_id: int, children: bool) -> Collection[int]:
    gone = {artifact_id}
    while more := await queries.following(connection, sorted(gone), children=children):
        gone |= more
        if len(gone) > MAX_DELETED:
            raise BadRequest(f"more than {MAX_DELETED} artifacts would be deleted with it: delete some of them first")
    return gone
