"""Artifacts as lists show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class ListedTag:
    """A current tag."""

    tag_id: int
    repository_id: int
    artifact_id: int
    name: str
    push_time: datetime
    pull_time: datetime | None
    immutable: bool = False


@dataclass(frozen=True, slots=True)
class ListedReference:
    """A child of an index."""

    parent_id: int
    child_id: int
    child_digest: str
    platform: Mapping[str, Any] | None
    urls: Sequence[str] | None
    annotations: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class ListedAccessory:
    """An artifact that belongs to another (H row 58)."""

    artifact_id: int
    subject_id: int
    subject_digest: str
    repository_name: str
    digest: str
    size: int
    type: str
    creation_time: datetime


@dataclass(frozen=True, slots=True)
class ListedLabel:
    """A label of an artifact."""

    label_id: int
    name: str
    description: str
    color: str
    project_id: int | None
    creation_time: datetime
    update_time: datetime


@dataclass(frozen=True, slots=True)
class ListedRepository:
    """A repository that something was pushed to; how often what its lists show has changed, and if it is settled."""

    repository_id: int
    project_id: int
    changes: int
    settled: bool


@dataclass(frozen=True, slots=True)
class Details:
    """What hangs on one artifact. None: it was not asked for."""

    tags: Sequence[ListedTag] | None = None
    references: Sequence[ListedReference] = ()
    accessories: Sequence[ListedAccessory] | None = None
    inherited: Sequence[ListedAccessory] = ()
    labels: Sequence[ListedLabel] | None = None


@dataclass(frozen=True, slots=True)
class ListedArtifact:
    """An artifact (H row 52). ``extra_attrs`` is JSON; ``digest`` with ``repository_name`` names it everywhere."""

    artifact_id: int
    type: str | None
    content_media_type: str | None
    media_type: str
    artifact_type: str | None
    config_media_type: str | None
    project_id: int
    repository_id: int
    repository_name: str
    digest: str
    size: int
    icon: str | None
    push_time: datetime
    pull_time: datetime | None
    extra_attrs: str | None
    annotations: Mapping[str, str] | None
    details: Details = field(default_factory=Details)


@dataclass(frozen=True, slots=True)
class Flags:
    """What a list shows beside the artifacts (the ``with_*`` parameters)."""

    tags: bool = True
    labels: bool = False
    accessories: bool = False
    inherited: bool = False
    immutable: bool = False
