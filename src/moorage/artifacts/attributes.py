"""What an artifact is, and what its config says about it (H rows 52, 53). Pure.

Computed once, when an artifact is pushed, and kept in its row; ``VERSION`` says by which code. Nothing here fails: a
config that is odd says nothing, and its artifact is listed without what it would have said.

Source: Harbor ``src/controller/artifact/{abstractor,processor}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from moorage.oci import media_types
from moorage.oci.manifests import Descriptor, Manifest

#: Of this code; rows with another number are read again. The index ``ix_artifact_unread`` knows only 0.
VERSION = 1

#: Longest config that is read, longest object that is kept of it, and how deep it may nest.
MAX_CONFIG = 1024 * 1024
MAX_EXTRA = 64 * 1024
MAX_DEPTH = 32

#: Largest icon.
MAX_ICON = 1024 * 1024

IMAGE, CHART, CNAB, WASM, CNAI, SBOM, UNKNOWN = "IMAGE", "CHART", "CNAB", "WASM", "CNAI", "SBOM", "UNKNOWN"

OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
HELM_CONFIG = "application/vnd.cncf.helm.config.v1+json"
WASM_CONFIG = "application/vnd.wasm.config.v1+json"
CNAB_MANIFEST = "application/vnd.cnab.manifest.v1"
MODEL_MANIFEST = "application/vnd.cncf.model.manifest.v1+json"
SBOM_CONFIG = "application/vnd.goharbor.harbor.sbom.v1"

_TYPES = {
    OCI_CONFIG: IMAGE,
    DOCKER_CONFIG: IMAGE,
    media_types.OCI_INDEX: IMAGE,
    media_types.DOCKER_LIST: IMAGE,
    HELM_CONFIG: CHART,
    WASM_CONFIG: WASM,
    CNAB_MANIFEST: CNAB,
    MODEL_MANIFEST: CNAI,
    SBOM_CONFIG: SBOM,
}
_NAMED = re.compile(r"application/vnd\.[^.]*\.(.*)\.config\.[^.]*\+json")

_INDEX_TYPE = "org.opencontainers.artifactType"
_WASM_ANNOTATIONS = {"module.wasm.image/variant": "compat", "run.oci.handler": "wasm"}
_CNAB_PART = "io.cnab.manifest.type"
_ICON = "io.goharbor.artifact.v1alpha1.icon"
_SKIPPED = "io.goharbor.artifact.v1alpha1.skip-list"

#: What Harbor keeps of an image's ``config``, in its order (OCI Image "Image Configuration").
_CONFIG_KEYS: Mapping[str, type] = {
    "User": str,
    "ExposedPorts": dict,
    "Env": list,
    "Entrypoint": list,
    "Cmd": list,
    "Volumes": dict,
    "WorkingDir": str,
    "Labels": dict,
    "StopSignal": str,
    "ArgsEscaped": bool,
}
_AUTHOR_LABELS = ("org.opencontainers.image.authors", "maintainer")

_ICON_MAGIC = {b"\x89PNG\r\n\x1a\n": "image/png", b"GIF87a": "image/gif", b"GIF89a": "image/gif"}
_JPEG = b"\xff\xd8\xff"

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Attributes:
    """What is kept of an artifact.

    Attributes:
        type: such as ``IMAGE``.
        media_type: as Harbor calls it.
        icon: the digest of a layer, if one is meant as an icon.
        extra: an object as JSON, if there is anything in it.
    """

    type: str
    media_type: str
    icon: str | None = None
    extra: bytes | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What must be read of the blob store to know an artifact's attributes."""

    config: Descriptor | None = None
    icon: Descriptor | None = None


def type_of(manifest: Manifest) -> str:
    """What Harbor calls the type of an artifact."""
    key = manifest.artifact_type or media_type_of(manifest)
    if manifest.is_index and key not in _TYPES:
        key = media_type_of(manifest)
    return _TYPES.get(key) or _named(media_type_of(manifest))


def _named(media_type: str) -> str:
    """A type of one's own: ``application/vnd.acme.rocket.config.v1+json`` is a ROCKET."""
    match = _NAMED.fullmatch(media_type)
    return match[1].upper()[:255] if match and match[1] else UNKNOWN


def media_type_of(manifest: Manifest) -> str:
    """What Harbor calls the media type of an artifact: its config's, an index's own."""
    annotations = manifest.annotations or {}
    if manifest.is_index:
        return annotations.get(_INDEX_TYPE) or manifest.media_type
    if _is_wasm(annotations):
        return WASM_CONFIG
    return manifest.config_media_type or ""


def _is_wasm(annotations: Mapping[str, str]) -> bool:
    return any(annotations.get(key) == value for key, value in _WASM_ANNOTATIONS.items())


def wanted(manifest: Manifest) -> Wanted:
    """What ``attributes`` needs; blobs above the limits, and those that say nothing, are not read."""
    kind = type_of(manifest)
    config = manifest.config
    if config is not None and (not 2 < config.size <= MAX_CONFIG or not _says_something(kind, manifest)):
        config = None
    icon = _icon_layer(manifest) if kind not in _TYPES.values() or kind == UNKNOWN else None
    return Wanted(config, icon)


def cnab_config(manifest: Manifest) -> str | None:
    """The digest of the manifest whose config describes a CNAB bundle."""
    if type_of(manifest) != CNAB:
        return None
    parts = [child for child in manifest.children if (child.annotations or {}).get(_CNAB_PART) == "config"]
    return parts[-1].digest if parts else None


def _says_something(kind: str, manifest: Manifest) -> bool:
    return kind not in (UNKNOWN, WASM) or (kind == WASM and _is_wasm(manifest.annotations or {}))


def _icon_layer(manifest: Manifest) -> Descriptor | None:
    layer = next((layer for layer in manifest.layers if _ICON in (layer.annotations or {})), None)
    return layer if layer is not None and 0 < layer.size <= MAX_ICON else None


def icon_type(content: bytes) -> str | None:
    """The media type of an icon by its first bytes; None when it is none that is shown."""
    if content.startswith(_JPEG):
        return "image/jpeg"
    return next((kind for magic, kind in _ICON_MAGIC.items() if content.startswith(magic)), None)


def attributes(manifest: Manifest, config: bytes | None, icon: bytes | None) -> Attributes:
    """What is kept.

    Args:
        manifest: the artifact's.
        config: the bytes of its config, or of the config that describes a CNAB bundle; None when not read.
        icon: the first bytes of the layer that is its icon; None when not read.
    """
    kind = type_of(manifest)
    build = _EXTRAS.get(kind, _whole)
    if manifest.is_index and kind != CNAB:
        extra: Json = {}
    else:
        extra = build(manifest, _object(config))
    layer = _icon_layer(manifest)
    shown = layer.digest if layer is not None and icon is not None and icon_type(icon) else None
    return Attributes(kind, media_type_of(manifest), shown, _encoded(extra))


def _object(content: bytes | None) -> dict[str, Any]:
    """A config as an object; empty when it is none, or one that no column can hold."""
    if not content or len(content) > MAX_CONFIG or b"\\u0000" in content:
        return {}
    try:
        document = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return document if isinstance(document, dict) and not _too_deep(document) else {}


def _too_deep(document: Any) -> bool:
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for container in level:
            values = container.values() if isinstance(container, dict) else container
            below.extend(value for value in values if isinstance(value, dict | list))
        if not below:
            return False
        level = below
    return True


def _image(manifest: Manifest, config: Json) -> dict[str, Any]:
    settings = config.get("config")
    settings = settings if isinstance(settings, dict) else {}
    kept = {
        key: settings[key]
        for key, kind in _CONFIG_KEYS.items()
        if isinstance(settings.get(key), kind) and settings[key]
    }
    labels = kept.get("Labels", {})
    author = _text(config, "author")
    for label in _AUTHOR_LABELS:
        author = author or _text(labels, label)
    created = config.get("created")
    return {
        "created": created if isinstance(created, str) else None,
        "architecture": _text(config, "architecture"),
        "os": _text(config, "os"),
        "config": kept,
        "author": author,
    }


def _text(values: Json, key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else ""


def _wasm(manifest: Manifest, config: Json) -> dict[str, Any]:
    if _is_wasm(manifest.annotations or {}):
        return {"manifest.config.mediaType": manifest.config_media_type or "", **_image(manifest, config)}
    extra = {"manifest.config.mediaType": WASM_CONFIG}
    if manifest.layers:
        first = manifest.layers[0]
        extra["manifest.layers.mediaType"] = first.media_type
        extra["org.opencontainers.image.title"] = (first.annotations or {}).get("org.opencontainers.image.title", "")
    return extra


def _nothing(manifest: Manifest, config: Json) -> dict[str, Any]:
    return {}


def _whole(manifest: Manifest, config: Json) -> dict[str, Any]:
    """All of it, but what its own annotation wants left out."""
    skipped = ((manifest.config.annotations if manifest.config else None) or {}).get(_SKIPPED, "").split(",")
    return {key: value for key, value in config.items() if key not in skipped}


def _plain(manifest: Manifest, config: Json) -> dict[str, Any]:
    return dict(config)


_EXTRAS: Mapping[str, Callable[[Manifest, Json], dict[str, Any]]] = {
    IMAGE: _image,
    WASM: _wasm,
    CHART: _plain,
    CNAB: _plain,
    CNAI: _plain,
    SBOM: _plain,
    UNKNOWN: _nothing,
}


def _encoded(extra: Json) -> bytes | None:
    """As JSON; of what is too long, the parts that are short."""
    if not extra:
        return None
    encoded = msgspec.json.encode(extra)
    if len(encoded) > MAX_EXTRA:
        short = {key: value for key, value in extra.items() if len(msgspec.json.encode(value)) <= MAX_EXTRA // 16}
        encoded = msgspec.json.encode(short)
        if not short or len(encoded) > MAX_EXTRA:
            return None
    return encoded
