"""Garbage collections, as the use cases hand them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from moorage.errors import BadRequest

JOB_TYPE = "GARBAGE_COLLECTION"

MAX_WORKERS = 10

#: Kinds of what a collection deletes: an untagged artifact goes to the trash, a deletion leaves it for good.
UNTAGGED, DELETION, BLOB, MANIFEST = "untagged", "deletion", "blob", "manifest"


@dataclass(frozen=True, slots=True)
class Options:
    """How to collect. ``delete_tag`` is shown and means nothing, in Harbor as here (H row 81)."""

    dry_run: bool = False
    delete_untagged: bool = False
    delete_tag: bool = False
    #: Batches whose bytes are deleted at the same time; 0: not said.
    workers: int = 0

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> Options:
        """The options among the parameters of a request or a schedule; unknown ones are ignored, as in Harbor.

        Raises:
            BadRequest: one has a value it cannot have.
        """
        flags = {name: values.get(name) or False for name in ("dry_run", "delete_untagged", "delete_tag")}
        for name, value in flags.items():
            if not isinstance(value, bool):
                raise BadRequest(f"Error: Invalid value of {name}. It must be true or false.")
        workers = values.get("workers")
        if workers is None:
            return cls(**flags)
        if isinstance(workers, bool) or not isinstance(workers, int | float) or workers != int(workers):
            raise BadRequest("Error: Invalid number of workers. It must be a number.")
        return cls(**flags, workers=cls.checked(int(workers)))

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Options:
        """The options among parameters that were checked before they were kept."""
        names = ("dry_run", "delete_untagged", "delete_tag", "workers")
        return cls(**{name: kept[name] for name in names if name in kept})

    @staticmethod
    def checked(workers: int) -> int:
        """The number of workers; Harbor's text.

        Raises:
            BadRequest: it is out of range.
        """
        if not 0 < workers <= MAX_WORKERS:
            raise BadRequest(
                f"Error: Invalid number of workers:{workers}. Workers must be greater than 0 and less than or equal"
                f" to {MAX_WORKERS}."
            )
        return workers

    @property
    def shown(self) -> dict[str, Any]:
        """As a schedule shows them."""
        return {"delete_tag": self.delete_tag, "delete_untagged": self.delete_untagged, "workers": self.workers}


@dataclass(frozen=True, slots=True)
class Rules:
    """What the settings say.

    Attributes:
        window: how long something is kept after it was last asserted, or lost what needed it.
        retention: how long a deletion can be undone.
        untagged_age: how old an untagged artifact must be.
        rate: blobs deleted in a second at most; 0: any number.
    """

    window: timedelta
    retention: timedelta
    untagged_age: timedelta = timedelta()
    rate: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A collection: what it found that could be deleted, and what it has deleted."""

    run_id: int
    execution_id: int | None
    dry_run: bool
    start_time: datetime
    end_time: datetime | None = None
    succeeded: bool | None = None
    eligible_blobs: int = 0
    eligible_manifests: int = 0
    eligible_bytes: int = 0
    untagged: int = 0
    deletions: int = 0
    blobs: int = 0
    manifests: int = 0
    freed_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    """What a collection deleted, or would have. ``name``: a digest, or the resource as users know it."""

    kind: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A blob or a manifest that may be due."""

    key: Any
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits to be collected, and how the last collection went; ages and lengths in seconds."""

    notes: int = 0
    expired_deletions: int = 0
    last_success: float = 0.0
    last_duration: float = 0.0
    last_candidates: int = 0
    last_freed_bytes: int = 0
    freed_bytes: int = 0
    runs: Mapping[str, int] = field(default_factory=dict)


class Progress(Protocol):
    """Who is told how far a collection is: a job's context, or a terminal."""

    async def log(self, message: str, level: str = "INFO") -> None:
        """One line."""

    async def checkpoint(self) -> None:
        """Called between batches; raises what ends the collection."""

    async def update(self, **extra_attrs: Any) -> None:
        """The numbers so far, by Harbor's names."""
