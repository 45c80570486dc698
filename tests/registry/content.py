"""Content for tests: blobs, manifests and indexes that fit together."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import Any

from moorage.oci import media_types
from moorage.oci.names import digest_of

CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip"


def random_bytes(size: int = 256) -> bytes:
    """Bytes nobody has pushed before."""
    return os.urandom(size)


def descriptor(content: bytes, media_type: str, algorithm: str = "sha256", **more: Any) -> dict[str, Any]:
    """The descriptor of some bytes."""
    return {"mediaType": media_type, "digest": digest_of(content, algorithm), "size": len(content), **more}


@dataclass(frozen=True)
class Image:
    """A manifest with the blobs it needs."""

    content: bytes
    media_type: str = media_types.OCI_MANIFEST
    blobs: list[bytes] = field(default_factory=list)
    algorithm: str = "sha256"

    @property
    def digest(self) -> str:
        return digest_of(self.content, self.algorithm)

    @property
    def document(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.content)
        return value


def image(
    *,
    layers: int = 1,
    algorithm: str = "sha256",
    config: bytes | None = None,
    config_type: str = CONFIG_TYPE,
    layer: bytes | None = None,
    media_type: str = media_types.OCI_MANIFEST,
    subject: Image | None = None,
    **more: Any,
) -> Image:
    """An image of random layers; ``more`` goes into its manifest."""
    config = config if config is not None else json.dumps({"x": os.urandom(8).hex()}).encode()
    blobs = [layer if layer is not None else random_bytes() for _ in range(layers)]
    document: dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": media_type,
        "config": descriptor(config, config_type, algorithm),
        "layers": [descriptor(blob, LAYER_TYPE, algorithm) for blob in blobs],
    }
    if subject is not None:
        document["subject"] = descriptor(subject.content, subject.media_type)
    content = json.dumps({**document, **more}, indent=1).encode()
    return Image(content, media_type, [config, *blobs], algorithm)


def index(children: list[Image], *, media_type: str = media_types.OCI_INDEX, **more: Any) -> Image:
    """An index of images."""
    document = {
        "schemaVersion": 2,
        "mediaType": media_type,
        "manifests": [descriptor(child.content, child.media_type, child.algorithm) for child in children],
    }
    return Image(json.dumps({**document, **more}).encode(), media_type)
