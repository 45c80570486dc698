"""Reading a manifest: what it is, what it refers to, and whether it keeps to the limits.

Nothing is ever written back: the bytes that were pushed are the bytes that are served (OCI trap 23).
Sources: OCI Image 1.1 "Image Manifest", "Image Index", "Descriptors"; Docker schema 2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from moorage.errors import ManifestInvalid
from moorage.oci import media_types
from moorage.oci.names import is_digest

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A reference to content, checked."""

    media_type: str
    digest: str
    size: int
    urls: tuple[str, ...] = ()
    annotations: Mapping[str, str] | None = None
    platform: Json | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """The parsed parts of a manifest or index.

    ``blobs``: config and layers that must be stored here. ``children``: manifests an index lists.
    ``artifact_type``: as a referrer's descriptor shows it (OCI trap 4).
    """

    media_type: str
    artifact_type: str | None = None
    config: Descriptor | None = None
    layers: tuple[Descriptor, ...] = ()
    children: tuple[Descriptor, ...] = ()
    subject: Descriptor | None = None
    annotations: Mapping[str, str] | None = None
    foreign: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_index(self) -> bool:
        """Whether it lists manifests instead of blobs."""
        return self.media_type in media_types.INDEXES

    @property
    def config_media_type(self) -> str | None:
        """Media type of an image's config."""
        return self.config.media_type if self.config else None

    @property
    def blobs(self) -> Sequence[Descriptor]:
        """Every blob that must be in the repository before this manifest may be."""
        own = (self.config,) if self.config else ()
        return [d for d in (*own, *self.layers) if d.digest not in self.foreign]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a manifest may be at most."""

    references: int = 10_000
    depth: int = 64


def parse(content: bytes, content_type: str | None, limits: Limits) -> Manifest:
    """Parse and check manifest bytes pushed with a Content-Type.

    Raises:
        ManifestInvalid: what is wrong and where.
    """
    document = _decode(content, limits)
    media_type = _media_type(document, content_type)
    if document.get("schemaVersion") != 2:
        raise ManifestInvalid(f"schemaVersion must be 2, not {str(document.get('schemaVersion'))[:20]}")
    subject = _optional_descriptor(document, "subject")
    annotations = _annotations(document.get("annotations"), "annotations")
    artifact_type = document.get("artifactType")
    if artifact_type is not None and not isinstance(artifact_type, str):
        raise ManifestInvalid("artifactType must be a string")
    if media_type in media_types.INDEXES:
        if "layers" in document or "config" in document:
            raise ManifestInvalid("an index has manifests, not layers or config")
        children = _descriptors(document, "manifests", limits)
        return Manifest(media_type, artifact_type or None, children=children, subject=subject, annotations=annotations)
    if "manifests" in document:
        raise ManifestInvalid("a manifest has config and layers, not manifests")
    config = _optional_descriptor(document, "config")
    if config is None:
        raise ManifestInvalid("config is missing")
    layers = _descriptors(document, "layers", limits)
    foreign = frozenset(d.digest for d in layers if d.media_type in media_types.FOREIGN_LAYERS or d.urls)
    return Manifest(
        media_type,
        artifact_type or config.media_type or None,
        config=config,
        layers=layers,
        subject=subject,
        annotations=annotations,
        foreign=foreign - {config.digest},
    )


def _decode(content: bytes, limits: Limits) -> dict[str, Any]:
    if not content:
        raise ManifestInvalid("unmarshal manifest failed: unexpected end of JSON input")
    try:
        document = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ManifestInvalid(f"unmarshal manifest failed: {error}") from None
    if not isinstance(document, dict):
        raise ManifestInvalid("unmarshal manifest failed: not a JSON object")
    if b"\\u0000" in content and _has_nul(document):
        raise ManifestInvalid("unmarshal manifest failed: text must not contain U+0000")
    if _deeper_than(document, limits.depth):
        raise ManifestInvalid(f"unmarshal manifest failed: nested deeper than {limits.depth} levels")
    return document


def _deeper_than(document: Any, limit: int) -> bool:
    """Whether containers nest deeper than ``limit``; level by level, since the decoder alone may recurse."""
    level: list[Any] = [document]
    for _ in range(limit):
        below: list[Any] = []
        for container in level:
            values = container.values() if isinstance(container, dict) else container
            below.extend(value for value in values if isinstance(value, dict | list))
        if not below:
            return False
        level = below
    return True


def _has_nul(document: Any) -> bool:
    """Whether any text in it has a NUL, which no database column can hold."""
    level = [document]
    while level:
        value = level.pop()
        if isinstance(value, str):
            if "\0" in value:
                return True
        elif isinstance(value, dict):
            level.extend(value)
            level.extend(value.values())
        elif isinstance(value, list):
            level.extend(value)
    return False


def _media_type(document: Json, content_type: str | None) -> str:
    declared = document.get("mediaType")
    if declared is not None and not isinstance(declared, str):
        raise ManifestInvalid("mediaType must be a string")
    given = media_types.essence(content_type) if content_type else ""
    if given in ("", "application/json", "application/octet-stream"):
        # Clients that name no type mean what the document says it is.
        given = declared or _guess(document)
    if given in media_types.SCHEMA1 or document.get("schemaVersion") == 1:
        raise ManifestInvalid(
            "Docker schema 1 manifests are not supported: push the image with Docker 1.10 or newer, "
            "or convert it with `skopeo copy --format v2s2`"
        )
    if given not in media_types.MANIFESTS:
        raise ManifestInvalid(f"unsupported manifest media type: {given[:200] or 'none given'}")
    if declared and declared != given:
        raise ManifestInvalid(f"Content-Type {given} and mediaType {declared[:200]} differ")
    return given


def _guess(document: Json) -> str:
    if "manifests" in document:
        return media_types.OCI_INDEX
    return media_types.OCI_MANIFEST if "layers" in document or "config" in document else ""


def _descriptors(document: Json, key: str, limits: Limits) -> tuple[Descriptor, ...]:
    values = document.get(key)
    if values is None:
        values = []
    if not isinstance(values, list):
        raise ManifestInvalid(f"{key} must be an array")
    if len(values) > limits.references:
        raise ManifestInvalid(f"{key} has {len(values)} entries, at most {limits.references} are allowed")
    return tuple(_descriptor(value, f"{key}[{position}]") for position, value in enumerate(values))


def _optional_descriptor(document: Json, key: str) -> Descriptor | None:
    value = document.get(key)
    return None if value is None else _descriptor(value, key)


def _descriptor(value: Any, where: str) -> Descriptor:
    if not isinstance(value, dict):
        raise ManifestInvalid(f"{where} must be a descriptor")
    digest, size, media_type = value.get("digest"), value.get("size"), value.get("mediaType", "")
    if not isinstance(digest, str) or not is_digest(digest):
        raise ManifestInvalid(f"{where}.digest is not a supported digest: {str(digest)[:200]}")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size < 1 << 63:
        raise ManifestInvalid(f"{where}.size must be a number of bytes, not {str(size)[:50]}")
    if not isinstance(media_type, str):
        raise ManifestInvalid(f"{where}.mediaType must be a string")
    urls = value.get("urls") or []
    if not isinstance(urls, list) or not all(isinstance(url, str) for url in urls):
        raise ManifestInvalid(f"{where}.urls must be an array of strings")
    platform = value.get("platform")
    if platform is not None and not isinstance(platform, dict):
        raise ManifestInvalid(f"{where}.platform must be an object")
    annotations = _annotations(value.get("annotations"), f"{where}.annotations")
    return Descriptor(media_type, digest, size, tuple(urls), annotations, platform)


def _annotations(value: Any, where: str) -> Mapping[str, str] | None:
    if value is None:
        return None
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise ManifestInvalid(f"{where} must be an object of strings")
    return value
