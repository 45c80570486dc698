"""Telling accessories from other artifacts (H row 58). Pure."""

from __future__ import annotations

import re

from moorage.oci.manifests import Manifest

COSIGN = "signature.cosign"
NOTATION = "signature.notation"
NYDUS = "accelerator.nydus"
SBOM = "sbom.harbor"
SUBJECT = "subject.accessory"

_BY_TYPE = {
    "application/vnd.dev.cosign.artifact.sig.v1+json": COSIGN,
    "application/vnd.dev.sigstore.bundle.v0.3+json": COSIGN,
    "application/vnd.cncf.notary.signature": NOTATION,
    "application/vnd.goharbor.harbor.sbom.v1": SBOM,
}

_COSIGN_TAG = re.compile(r"sha256-([0-9a-f]{64})\.sig")
_COSIGN_LAYER = "application/vnd.dev.cosign.simplesigning.v1+json"
_NYDUS_ANNOTATION = "containerd.io/snapshot/nydus-bootstrap"


def classify(manifest: Manifest, tags: tuple[str, ...]) -> tuple[str, str] | None:
    """The digest of the subject and the accessory's type, or None for an artifact of its own."""
    if manifest.subject is not None:
        return manifest.subject.digest, _type_of(manifest)
    for tag in tags:
        match = _COSIGN_TAG.fullmatch(tag)
        if match and any(layer.media_type == _COSIGN_LAYER for layer in manifest.layers):
            return f"sha256:{match[1]}", COSIGN
    return None


def _type_of(manifest: Manifest) -> str:
    for candidate in (manifest.artifact_type, manifest.config_media_type):
        if candidate in _BY_TYPE:
            return _BY_TYPE[candidate]
    if manifest.layers and (manifest.layers[-1].annotations or {}).get(_NYDUS_ANNOTATION) == "true":
        return NYDUS
    return SUBJECT
