"""Copying an artifact to another repository, with what belongs to it (H row 55).

Every manifest is stored the way a push stores it, in a transaction of its own: what refuses or counts pushes refuses
and counts copies too. The artifact itself comes last and its tags with it, so nobody sees a part of it by name; a copy
that was interrupted is simply made again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.artifacts import change_queries as queries
from moorage.artifacts.listing import ArtifactListing
from moorage.artifacts.listing_models import Flags
from moorage.artifacts.models import Push
from moorage.artifacts.service import ArtifactService
from moorage.blobs.service import BlobService
from moorage.database.engine import Database
from moorage.errors import BadRequest, Denied, NotFound
from moorage.events.models import SYSTEM, Actor
from moorage.oci.manifests import Limits, parse
from moorage.oci.names import is_digest, is_name, is_tag
from moorage.projects import quotas

#: Manifests that one copy takes along at most.
MAX_COPIED = 10_000

#: A reference to what is copied: repository, tag, digest.
_REFERENCE = re.compile(r"(?P<name>[^:@\s]+)(?::(?P<tag>[^:@\s]+))?(?:@(?P<digest>\S+))?")
_MAX_REFERENCE = 600


@dataclass(frozen=True, slots=True)
class Source:
    """What is to be copied."""

    repository: str
    reference: str

    def __str__(self) -> str:
        if not self.reference:
            return self.repository
        return f"{self.repository}{'@' if is_digest(self.reference) else ':'}{self.reference}"


def parse_source(text: str) -> Source:
    """``project/repository:tag`` or ``@digest``; a digest goes before a tag.

    Raises:
        BadRequest: it is neither.
    """
    match = _REFERENCE.fullmatch(text) if len(text) <= _MAX_REFERENCE else None
    refused = BadRequest(f"invalid input: {text[:_MAX_REFERENCE]}")
    if match is None or not is_name(match["name"]):
        raise refused
    if match["tag"] is not None and not is_tag(match["tag"]):
        raise refused
    if match["digest"] is not None and not is_digest(match["digest"]):
        raise refused
    return Source(match["name"], match["digest"] or match["tag"] or "")


@dataclass(frozen=True, slots=True)
class _Part:
    """One manifest of a copy; ``children`` must be there before it."""

    digest: str
    media_type: str
    children: set[int] = field(default_factory=set)


class ArtifactCopies:
    """Copies artifacts between repositories."""

    def __init__(
        self, database: Database, listing: ArtifactListing, artifacts: ArtifactService, blobs: BlobService
    ) -> None:
        self._database = database
        self._listing = listing
        self._artifacts = artifacts
        self._blobs = blobs

    async def copy(self, source: Source, project_id: int, repository: str, *, actor: Actor = SYSTEM) -> None:
        """Copy an artifact with its tags, children and accessories, and the tags of those.

        The caller has made sure that the actor may read the source and write to the repository.

        Raises:
            BadRequest: the source is not there.
            Denied: it belongs to another artifact, which is what can be copied.
            QuotaExceeded: the project holds, or would hold, more than it may.
        """
        try:
            root = await self._listing.get(source.repository, source.reference, Flags(tags=False))
        except NotFound:
            raise BadRequest(f"artifact {source} not found") from None
        async with self._database.connect() as connection:
            if await queries.is_accessory(connection, root.artifact_id):
                raise Denied("the operation isn't supported for an artifact accessory")
            # A copy that adds nothing is refused as well where the project holds too much already, as in Harbor.
            await quotas.admit(connection, project_id)
            parts, accessories = await self._parts(connection, root.artifact_id, _Part(root.digest, root.media_type))
            tags = await queries.tags_of(connection, [root.artifact_id, *accessories])
            there = await queries.held(connection, repository, [part.digest for part in parts.values()])
        for artifact_id in _ordered(parts, root.artifact_id):
            part = parts[artifact_id]
            if artifact_id != root.artifact_id and part.digest in there:
                continue
            names = [name for of, name in tags if of == artifact_id]
            await self._store(part, names, source.repository, project_id, repository, actor)

    async def _parts(
        self, connection: AsyncConnection, root_id: int, root: _Part
    ) -> tuple[dict[int, _Part], Collection[int]]:
        """Everything that is copied, by id, and which of it are accessories."""
        parts, accessories, frontier = {root_id: root}, set(), [root_id]
        while frontier:
            rows = await queries.related(connection, frontier)
            frontier = []
            for which, of, artifact_id, digest, media_type in rows:
                if artifact_id not in parts:
                    parts[artifact_id] = _Part(digest, media_type)
                    frontier.append(artifact_id)
                if which == "child":
                    parts[of].children.add(artifact_id)
                else:
                    accessories.add(artifact_id)
            if len(parts) > MAX_COPIED:
                raise BadRequest(f"more than {MAX_COPIED} manifests belong to the artifact")
        return parts, accessories

    async def _store(
        self, part: _Part, tags: Sequence[str], source: str, project_id: int, repository: str, actor: Actor
    ) -> None:
        content = await self._artifacts.content(part.digest)
        manifest = parse(content, part.media_type, Limits())
        if source != repository:
            digests = [blob.digest for blob in manifest.blobs]
            await self._blobs.mount_all(repository, project_id, [*digests, *manifest.foreign], source)
        push = Push(repository, project_id, part.digest, content, manifest, tuple(tags), actor.name)
        await self._artifacts.push(push, actor=actor, again=True)


def _ordered(parts: dict[int, _Part], root_id: int) -> list[int]:
    """Children before the indexes that list them, and the root last."""
    graph = {artifact_id: part.children for artifact_id, part in parts.items()}
    order = list(TopologicalSorter(graph).static_order())
    if any(root_id in part.children for part in parts.values()):
        # An accessory that is an index of its own subject.
        return order
    return [*(artifact_id for artifact_id in order if artifact_id != root_id), root_id]
