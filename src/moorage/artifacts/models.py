"""Manifests as repositories hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moorage.oci.manifests import Manifest


@dataclass(frozen=True, slots=True)
class StoredManifest:
    """A live manifest of a repository."""

    artifact_id: int
    repository_id: int
    digest: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Referrer:
    """A referrer's descriptor, as it was recorded at push."""

    media_type: str
    digest: str
    size: int
    artifact_type: str | None
    annotations: Mapping[str, str] | None

    def descriptor(self) -> dict[str, Any]:
        """The JSON object of a referrers answer; nothing is added (OCI trap 4)."""
        value: dict[str, Any] = {"mediaType": self.media_type, "digest": self.digest, "size": self.size}
        if self.annotations:
            value["annotations"] = self.annotations
        if self.artifact_type:
            value["artifactType"] = self.artifact_type
        return value


@dataclass(frozen=True, slots=True)
class Push:
    """A manifest on its way in: the bytes, what they say, and the tags that shall name them."""

    repository: str
    project_id: int
    digest: str
    content: bytes
    manifest: Manifest
    tags: tuple[str, ...]
    pushed_by: str


@dataclass(frozen=True, slots=True)
class MovedTag:
    """What letting a tag name an artifact meant.

    ``existed``: it named something before; ``moved``: it names something else now. ``rules``: where it existed, the
    selectors of the rules in force in the project, for repositories and for tags.
    """

    existed: bool
    moved: bool
    rules: Sequence[Sequence[Sequence[Mapping[str, Any]]]] | None


@dataclass(frozen=True, slots=True)
class CurrentTag:
    """A tag that is there, and what it names."""

    tag_id: int
    artifact_id: int
    digest: str
    project_id: int
