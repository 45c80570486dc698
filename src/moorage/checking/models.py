"""What a check looks at, and what it finds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from moorage.errors import MoorageError

#: Broken artifacts that a finding, an event or a view of a blob names; all of them are counted.
NAMED = 100


class Kind(StrEnum):
    """What is wrong."""

    #: A blob's row, and no bytes.
    MISSING = "missing"
    #: Bytes that hash to something else, truncated ones among them.
    CORRUPT = "corrupt"
    #: The bytes are right, and the row has another size.
    SIZE = "size"
    #: A blob in quarantine that nothing has healed yet.
    QUARANTINED = "quarantined"
    #: A blob's bytes, and no row.
    ORPHAN = "orphan"
    #: A file that is no blob, among the blobs.
    STRAY = "stray"
    #: Bytes of an upload without a session.
    UPLOAD_ORPHAN = "abandoned-upload"
    #: A session whose bytes are missing or damaged.
    UPLOAD = "broken-upload"
    #: A manifest whose bytes hash to something else, or whose size is another.
    MANIFEST = "manifest"
    #: An artifact that lacks what its manifest refers to.
    REFERENCE = "reference"
    #: A row that names another one that is not there.
    DANGLING = "dangling"
    #: A tag that names an artifact which cannot be pulled.
    TAG = "tag"
    #: The usage of a project, or what adds up to it.
    QUOTA = "quota"


class BrokenArtifact(msgspec.Struct, frozen=True):
    """An artifact that cannot be pulled whole. ``tags``: those that name it."""

    repository: str
    digest: str
    tags: list[str]


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that is wrong.

    Attributes:
        kind: see ``Kind``.
        name: what it is about: a digest, a path, an upload's id, an artifact.
        problem: what is wrong, for people.
        repair: what was done about it, or what can be; empty: nothing.
        repaired: it is as it should be now.
        artifacts: what cannot be pulled because of it, the first hundred.
        artifact_count: how many there are.
    """

    kind: str
    name: str
    problem: str
    repair: str = ""
    repaired: bool = False
    artifacts: list[BrokenArtifact] = []
    artifact_count: int = 0


class Orphans(StrEnum):
    """What a repair does with bytes that no row names."""

    KEEP = "keep"
    MOVE = "move"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Options:
    """How to check.

    Attributes:
        repair: mend what can be mended.
        sample: the part of the blobs that is hashed, from 0 to 1; everything else is checked in full.
        rate: bytes a second that are read; 0: as fast as it goes.
        orphans: what a repair does with bytes that no row names.
        window: seconds for which bytes without a row are left alone: who put them there may not be done yet.
    """

    repair: bool = False
    sample: float = 1.0
    rate: int = 0
    orphans: Orphans = Orphans.MOVE
    window: float = 86_400.0


@dataclass(frozen=True, slots=True)
class BlobRow:
    """A blob as its row had it at some moment. ``touch_time`` tells whether it was pushed since."""

    blob_id: int
    digest: str
    size: int
    touch_time: datetime
    quarantine_time: datetime | None = None
    quarantine_reason: str | None = None


@dataclass(frozen=True, slots=True)
class QuarantinedBlob:
    """A blob that nobody is given, and how many artifacts cannot be pulled because of it."""

    digest: str
    size: int
    time: datetime
    reason: str
    artifact_count: int


@dataclass(frozen=True, slots=True)
class Run:
    """A run of fsck or of the scrub, as it is kept."""

    run_id: int
    kind: str
    repair: bool
    start_time: datetime
    end_time: datetime | None
    complete: bool
    verified_blobs: int
    verified_bytes: int
    findings: int
    repaired: int


@dataclass(frozen=True, slots=True)
class Overview:
    """How the storage is doing. ``oldest``: when the blob was hashed that was not for the longest time."""

    quarantined: int
    oldest: datetime | None
    fsck: Run | None
    scrub: Run | None


#: Called between two pieces of work; raises when the work is to end.
Checkpoint = Callable[[], Awaitable[None]]


async def go_on() -> None:
    """A checkpoint that lets everything go on."""


class CouldNotCheck(MoorageError):
    """the check could not be done"""

    exit_code = 2
