"""What the repositories of a project hold of what counts in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Holding:
    """What a repository holds, in bytes of distinct blobs and manifests of its live artifacts.

    Attributes:
        name: the repository's, with the project's before it.
        size: each digest once.
        only_here: of these what no other repository of the project holds.
    """

    name: str
    size: int
    only_here: int


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a project holds, at one moment, in bytes.

    ``used`` is the sum of ``only_here`` of every repository, ``shared`` and ``unreferenced``.

    Attributes:
        used: as the quota counts it.
        hard: the limit, ``UNLIMITED`` without one.
        shared: what several repositories hold, each digest once.
        unreferenced: blobs that count since they were pushed, but that no live artifact refers to, such as those of a
            push that goes on.
        repositories: how many hold something.
        largest: those of them that hold most and were asked for, the largest first.
        computed: when this was so.
    """

    used: int
    hard: int
    shared: int
    unreferenced: int
    repositories: int
    largest: tuple[Holding, ...]
    computed: datetime
