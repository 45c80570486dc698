"""What of artifacts and repositories is told to whoever wants to know (H rows 47, 95; section 6.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.artifacts.listing_models import ListedArtifact
from moorage.artifacts.models import Push
from moorage.database.driver import fetch_all
from moorage.events import service as events
from moorage.events.models import Actor, Event
from moorage.events.vocabulary import artifact_name

#: Tags of a deleted artifact that its event names, the latest first; the others are not lost, they are history of the
#: repository.
MOST_TAGS = 100


def pushed(push: Push, artifact_id: int, size: int, *, copied: bool = False) -> Event:
    """A manifest was pushed, by tags or by its digest; ``copied``: from another repository, with its tags."""
    return Event(
        "create",
        "artifact",
        artifact_name(push.repository, push.digest, push.tags),
        push.project_id,
        {
            "repository": push.repository,
            "digest": push.digest,
            "tags": list(push.tags),
            "media_type": push.manifest.media_type,
            "artifact_type": push.manifest.artifact_type,
            "size": size,
            "artifact_id": artifact_id,
            **({"copied": True} if copied else {}),
        },
    )


def tagged(artifact: ListedArtifact, name: str) -> Event:
    """An artifact was given another tag."""
    details = _details(
        artifact.repository_name,
        artifact.artifact_id,
        artifact.digest,
        artifact.media_type,
        artifact.artifact_type,
        artifact.size,
        [name],
    )
    return Event("create", "tag", f"{artifact.repository_name}:{name}", artifact.project_id, details)


_ARTIFACT = """
SELECT a.project_id, a.digest, a.media_type, a.artifact_type, a.size,
       ARRAY(SELECT t.name FROM tag t WHERE t.artifact_id = a.artifact_id AND t.lifetime_end IS NULL
              ORDER BY t.push_time DESC, t.name LIMIT %s)
  FROM artifact a WHERE a.artifact_id = %s
"""


async def record_artifact_deletion(
    connection: AsyncConnection, actor: Actor, repository: str, artifact_id: int
) -> None:
    """Record, within the caller's transaction and before its tags end, that a locked artifact is deleted."""
    ((project_id, digest, media_type, artifact_type, size, tags),) = await fetch_all(
        connection, _ARTIFACT, (MOST_TAGS, artifact_id)
    )
    await events.record(
        connection, actor, deleted(repository, project_id, artifact_id, digest, media_type, artifact_type, size, tags)
    )


def deleted(
    repository: str,
    project_id: int,
    artifact_id: int,
    digest: str,
    media_type: str,
    artifact_type: str | None,
    size: int,
    tags: Sequence[str] = (),
    **more: Any,
) -> Event:
    """An artifact is deleted with its tags, the newest first, some of which are named; ``more`` is told beside them."""
    details = _details(repository, artifact_id, digest, media_type, artifact_type, size, tags[:MOST_TAGS])
    return Event("delete", "artifact", artifact_name(repository, digest), project_id, details | more)


# The tag ended in this transaction, so it is the last of its name that did.
_ENDED_TAG = """
SELECT a.project_id, a.artifact_id, a.digest, a.media_type, a.artifact_type, a.size
  FROM tag t JOIN artifact a USING (artifact_id)
 WHERE t.repository_id = %s AND t.name = %s AND t.lifetime_end IS NOT NULL
 ORDER BY t.lifetime_start DESC, t.tag_id DESC LIMIT 1
"""


async def record_tag_deletion(
    connection: AsyncConnection, actor: Actor, repository: str, repository_id: int, name: str
) -> None:
    """Record, within the caller's transaction, that it ended a tag."""
    ((project_id, artifact_id, digest, media_type, artifact_type, size),) = await fetch_all(
        connection, _ENDED_TAG, (repository_id, name)
    )
    details = _details(repository, artifact_id, digest, media_type, artifact_type, size, [name])
    await events.record(connection, actor, Event("delete", "tag", f"{repository}:{name}", project_id, details))


_REPOSITORY = "SELECT project_id FROM repository WHERE repository_id = %s"


async def record_repository_deletion(
    connection: AsyncConnection, actor: Actor, name: str, repository_id: int, trash_id: int
) -> None:
    """Record, within the caller's transaction, that a locked repository is deleted with what it holds.

    ``trash_id``: under which what it held is found.
    """
    ((project_id,),) = await fetch_all(connection, _REPOSITORY, (repository_id,))
    await events.record(
        connection, actor, Event("delete", "repository", name, project_id, {"repository": name, "trash_id": trash_id})
    )


def _details(
    repository: str, artifact_id: int, digest: str, media_type: str, artifact_type: str | None, size: int, tags: Any
) -> dict[str, Any]:
    return {
        "repository": repository,
        "digest": digest,
        "tags": list(tags),
        "media_type": media_type,
        "artifact_type": artifact_type,
        "size": size,
        "artifact_id": artifact_id,
    }
