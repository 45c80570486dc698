"""Artifacts, tags and accessories as Harbor shows them (H row 52); it leaves some fields out when they are empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType, field

from moorage.api.operations import BASE
from moorage.api.times import timestamp
from moorage.artifacts import icons
from moorage.artifacts.additions import links
from moorage.artifacts.attributes import UNKNOWN
from moorage.artifacts.listing_models import (
    ListedAccessory,
    ListedArtifact,
    ListedLabel,
    ListedReference,
    ListedTag,
)


class TagView(Struct, kw_only=True):
    """A tag."""

    id: int
    repository_id: int
    artifact_id: int
    name: str
    push_time: str
    pull_time: str
    immutable: bool

    @classmethod
    def of(cls, tag: ListedTag) -> TagView:
        """The view of a tag."""
        return cls(
            id=tag.tag_id,
            repository_id=tag.repository_id,
            artifact_id=tag.artifact_id,
            name=tag.name,
            push_time=timestamp(tag.push_time),
            pull_time=timestamp(tag.pull_time),
            immutable=tag.immutable,
        )


class PlatformView(Struct, kw_only=True, omit_defaults=True):
    """A platform; the names are what Harbor's description makes of ``os.features`` and ``os.version``."""

    os_features: list[str] | None = field(name="OsFeatures")
    os_version: str = field(name="OsVersion", default="")
    architecture: str = ""
    os: str = ""
    variant: str = ""

    @classmethod
    def of(cls, platform: Mapping[str, Any]) -> PlatformView:
        """The view of a platform object of an index."""
        features = platform.get("os.features")
        return cls(
            os_features=[str(one) for one in features] if isinstance(features, list) else None,
            os_version=_text(platform, "os.version"),
            architecture=_text(platform, "architecture"),
            os=_text(platform, "os"),
            variant=_text(platform, "variant"),
        )


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else ""


class ReferenceView(Struct, kw_only=True, omit_defaults=True):
    """A child of an index."""

    parent_id: int
    child_id: int
    child_digest: str
    urls: list[str] | None
    platform: PlatformView | None = None
    annotations: Mapping[str, str] | None = None

    @classmethod
    def of(cls, reference: ListedReference) -> ReferenceView:
        """The view of a reference."""
        return cls(
            parent_id=reference.parent_id,
            child_id=reference.child_id,
            child_digest=reference.child_digest,
            urls=list(reference.urls) if reference.urls else None,
            platform=PlatformView.of(reference.platform) if reference.platform else None,
            annotations=reference.annotations or None,
        )


class AccessoryView(Struct, kw_only=True):
    """An accessory."""

    id: int
    artifact_id: int
    subject_artifact_id: int
    subject_artifact_digest: str
    subject_artifact_repo: str
    digest: str
    size: int
    type: str
    icon: str
    creation_time: str

    @classmethod
    def of(cls, accessory: ListedAccessory) -> AccessoryView:
        """The view of an accessory; an artifact belongs to one other at most, so its id serves for both."""
        return cls(
            id=accessory.artifact_id,
            artifact_id=accessory.artifact_id,
            subject_artifact_id=accessory.subject_id,
            subject_artifact_digest=accessory.subject_digest,
            subject_artifact_repo=accessory.repository_name,
            digest=accessory.digest,
            size=accessory.size,
            type=accessory.type,
            icon=icons.BY_ACCESSORY.get(accessory.type, ""),
            creation_time=timestamp(accessory.creation_time),
        )


class ArtifactLabelView(Struct, kw_only=True, omit_defaults=True):
    """A label on an artifact."""

    id: int
    name: str
    scope: str
    creation_time: str
    update_time: str
    description: str = ""
    color: str = ""
    project_id: int = 0

    @classmethod
    def of(cls, label: ListedLabel) -> ArtifactLabelView:
        """The view of a label."""
        return cls(
            id=label.label_id,
            name=label.name,
            scope="g" if label.project_id is None else "p",
            creation_time=timestamp(label.creation_time),
            update_time=timestamp(label.update_time),
            description=label.description,
            color=label.color,
            project_id=label.project_id or 0,
        )


class AdditionLink(Struct):
    """Where an addition is."""

    href: str
    absolute: bool = False


class ArtifactView(Struct, kw_only=True, omit_defaults=True):
    """An artifact."""

    id: int
    type: str
    digest: str
    manifest_media_type: str
    project_id: int
    repository_id: int
    repository_name: str
    push_time: str
    pull_time: str
    icon: str
    references: list[ReferenceView] | None
    tags: list[TagView] | None
    labels: list[ArtifactLabelView] | None
    accessories: list[AccessoryView] | None
    media_type: str = ""
    artifact_type: str = ""
    size: int = 0
    extra_attrs: msgspec.Raw | UnsetType = UNSET
    annotations: Mapping[str, str] | None = None
    addition_links: Mapping[str, AdditionLink] | None = None
    inherited_accessories: list[AccessoryView] | None = None

    @classmethod
    def of(cls, listed: ListedArtifact) -> ArtifactView:
        """The view of an artifact."""
        details, kind = listed.details, listed.type or UNKNOWN
        return cls(
            id=listed.artifact_id,
            type=kind,
            digest=listed.digest,
            manifest_media_type=listed.media_type,
            project_id=listed.project_id,
            repository_id=listed.repository_id,
            repository_name=listed.repository_name,
            push_time=timestamp(listed.push_time),
            pull_time=timestamp(listed.pull_time),
            icon=listed.icon or icons.BY_TYPE.get(kind, icons.DEFAULT),
            references=_views(ReferenceView, details.references),
            tags=_views(TagView, details.tags),
            labels=_views(ArtifactLabelView, details.labels),
            accessories=_views(AccessoryView, details.accessories),
            media_type=listed.content_media_type or listed.config_media_type or "",
            artifact_type=listed.artifact_type or "",
            size=listed.size,
            extra_attrs=msgspec.Raw(listed.extra_attrs.encode()) if listed.extra_attrs else UNSET,
            annotations=listed.annotations or None,
            addition_links=_links(listed),
            inherited_accessories=_views(AccessoryView, details.inherited),
        )


def _views(kind: Any, values: Sequence[Any] | None) -> list[Any] | None:
    """The views of some values; null for none, as Go writes it."""
    return [kind.of(value) for value in values] if values else None


def _links(listed: ListedArtifact) -> Mapping[str, AdditionLink] | None:
    names = links(listed)
    if not names:
        return None
    project, _, rest = listed.repository_name.partition("/")
    repository = rest.replace("/", "%252F")
    prefix = f"{BASE}/projects/{project}/repositories/{repository}/artifacts/{listed.digest}/additions"
    return {name: AdditionLink(f"{prefix}/{name}") for name in names}
