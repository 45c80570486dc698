"""What is found in a store, and where it is adopted to."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from moorage.oci.manifests import Manifest


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """What Harbor knows about a project; a bare store knows nothing."""

    public: bool
    creation_time: datetime | None


@dataclass(frozen=True, slots=True)
class FoundRepository:
    """A repository of the store, by its name there. ``key`` is the source's own."""

    name: str
    key: int = 0
    creation_time: datetime | None = None
    project: ProjectFacts | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A repository that is being adopted: what was found, and its rows here."""

    found: FoundRepository
    #: The full name here; differs from the found one when that has no project.
    name: str
    repository_id: int
    project_id: int


@dataclass(frozen=True, slots=True)
class FoundLayer:
    """A blob that can be read through a repository."""

    target: Target
    digest: str


@dataclass(frozen=True, slots=True)
class FoundManifest:
    """A manifest of a repository. The time is known only where a database kept it."""

    target: Target
    digest: str
    push_time: datetime | None = None

    @property
    def key(self) -> tuple[int, str]:
        """What names it here."""
        return self.target.repository_id, self.digest


@dataclass(frozen=True, slots=True)
class FoundTag:
    """What a tag names now."""

    target: Target
    name: str
    digest: str
    push_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class LoadedManifest:
    """A manifest with its bytes, which have its digest and keep to the limits."""

    found: FoundManifest
    content: bytes
    parsed: Manifest


@dataclass(frozen=True, slots=True)
class Options:
    """How to adopt.

    ``owner_id`` owns the projects that are made, which are ``public`` or not unless the source knows better.
    ``default_project`` takes repositories whose names have none. ``projects``: adopt only these; empty for all.
    ``verify``: hash every blob.
    """

    owner_id: int
    public: bool = False
    default_project: str = "library"
    projects: frozenset[str] = field(default_factory=frozenset)
    verify: bool = False


class Source(Protocol):
    """Where repositories, manifests and tags are read from. What it cannot make sense of it reports itself."""

    async def prepare(self, found: Callable[[int], None]) -> int:
        """Get ready and count the repositories; ``found`` is told how many there are so far.

        Raises:
            NothingToAdopt: there are none.
        """

    def repositories(self) -> AsyncGenerator[FoundRepository]:
        """Every repository."""

    async def holds(self, name: str) -> bool:
        """Whether the store has a repository of this name."""

    def layers(self, target: Target) -> AsyncGenerator[Sequence[FoundLayer]]:
        """The blobs of a repository, some at a time."""

    def manifests(self, target: Target) -> AsyncGenerator[Sequence[FoundManifest]]:
        """The manifests of a repository, some at a time."""

    def tags(self, target: Target) -> AsyncGenerator[Sequence[FoundTag]]:
        """The tags of a repository, some at a time."""

    async def earlier(self, tag: FoundTag) -> Sequence[str]:
        """Digests the tag has named before, in no order: when, nobody knows."""
