"""What a registry should hold after a history of requests: the specification's rules, without concurrency or disks."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from moorage.oci import media_types
from moorage.oci.names import digest_of


@dataclass(frozen=True)
class Stored:
    """A manifest and what it refers to."""

    content: bytes
    media_type: str
    blobs: frozenset[str] = frozenset()
    children: frozenset[str] = frozenset()
    subject: str | None = None
    algorithm: str = "sha256"

    @property
    def digest(self) -> str:
        return digest_of(self.content, self.algorithm)

    @property
    def descriptor(self) -> dict[str, Any]:
        return {"mediaType": self.media_type, "digest": self.digest, "size": len(self.content)}


@dataclass
class Repository:
    """What can be seen through one repository."""

    name: str
    #: It has been written to successfully at least once.
    exists: bool = False
    blobs: set[str] = field(default_factory=set)
    manifests: dict[str, Stored] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def missing(self, manifest: Stored) -> bool:
        """Whether something the manifest refers to is not here."""
        return not (manifest.blobs <= self.blobs and manifest.children <= self.manifests.keys())

    def put(self, manifest: Stored, tags: list[str]) -> None:
        self.exists = True
        self.manifests[manifest.digest] = manifest
        self.tags.update(dict.fromkeys(tags, manifest.digest))

    def link(self, digest: str) -> None:
        self.exists = True
        self.blobs.add(digest)

    def blob_is_needed(self, digest: str) -> bool:
        return any(digest in manifest.blobs for manifest in self.manifests.values())

    def has_parent(self, digest: str) -> bool:
        return any(digest in manifest.children for manifest in self.manifests.values())

    def drop(self, digest: str) -> None:
        """Delete a manifest, what refers to it as its subject and is not listed elsewhere, and the tags of these."""
        gone = {digest}
        while more := {one for one in self.manifests if one not in gone and self._follows(one, gone)}:
            gone |= more
        self.manifests = {one: stored for one, stored in self.manifests.items() if one not in gone}
        self.tags = {tag: named for tag, named in self.tags.items() if named not in gone}

    def _follows(self, digest: str, gone: set[str]) -> bool:
        listed = any(digest in stored.children for one, stored in self.manifests.items() if one not in gone)
        return self.manifests[digest].subject in gone and not listed

    def referrers(self, subject: str) -> list[str]:
        return sorted(digest for digest, stored in self.manifests.items() if stored.subject == subject)


@dataclass
class Session:
    """An upload that is to become ``target``; its bytes are always a prefix of that."""

    repository: Repository
    path: str
    target: bytes
    received: int = 0
    open: bool = True

    @property
    def content(self) -> bytes:
        return self.target[: self.received]

    @property
    def rest(self) -> bytes:
        return self.target[self.received :]

    @property
    def range(self) -> str:
        """The Range header of its status; an empty session says 0-0 too."""
        return f"0-{max(self.received - 1, 0)}"


@dataclass(frozen=True)
class Content:
    """Bytes that may be pushed as a blob."""

    data: bytes
    algorithm: str = "sha256"

    @property
    def digest(self) -> str:
        return digest_of(self.data, self.algorithm)

    def descriptor(self, media_type: str) -> dict[str, Any]:
        return {"mediaType": media_type, "digest": self.digest, "size": len(self.data)}


def image(contents: list[Content], variant: int, subject: Stored | None = None, algorithm: str = "sha256") -> Stored:
    """An image: the first content is its config; equal arguments make equal bytes."""
    config, *layers = contents
    document: dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": media_types.OCI_MANIFEST,
        "config": config.descriptor("application/vnd.oci.image.config.v1+json"),
        "layers": [layer.descriptor("application/vnd.oci.image.layer.v1.tar") for layer in layers],
        "annotations": {"variant": str(variant)},
    }
    if subject is not None:
        document["subject"] = subject.descriptor
    return Stored(
        json.dumps(document, indent=variant).encode(),
        media_types.OCI_MANIFEST,
        blobs=frozenset(content.digest for content in contents),
        subject=subject.digest if subject else None,
        algorithm=algorithm,
    )


def index(children: list[Stored], variant: int, subject: Stored | None = None) -> Stored:
    """An index of manifests."""
    document: dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": media_types.OCI_INDEX,
        "manifests": [child.descriptor for child in children],
        "annotations": {"variant": str(variant)},
    }
    if subject is not None:
        document["subject"] = subject.descriptor
    return Stored(
        json.dumps(document).encode(),
        media_types.OCI_INDEX,
        children=frozenset(child.digest for child in children),
        subject=subject.digest if subject else None,
    )
