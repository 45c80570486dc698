"""What can be seen of an artifact beside its fields: history, files of charts and models (H row 53).

Everything is read within limits, and what strangers wrote is only passed on as text or JSON.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from moorage.artifacts import attributes
from moorage.artifacts.archives import ArchiveLimits, ArchiveTooLarge, extract
from moorage.artifacts.charts import chart_file, dependencies
from moorage.artifacts.listing_models import ListedArtifact
from moorage.artifacts.model_files import file_tree
from moorage.artifacts.service import ArtifactService
from moorage.errors import BadRequest, NotFound
from moorage.oci import media_types
from moorage.oci.manifests import Descriptor, Limits, Manifest, parse
from moorage.storage.protocol import BlobMissing, Blobs

BUILD_HISTORY, VALUES, README, DEPENDENCIES = "build_history", "values.yaml", "readme.md", "dependencies"
SBOM, LICENSE, FILES = "sbom", "license", "files"

#: As Harbor's swagger file lists them.
NAMES = (BUILD_HISTORY, VALUES, README, DEPENDENCIES, SBOM, LICENSE, FILES)

#: What each type has; shown as links.
LINKED: Mapping[str, Sequence[str]] = {
    attributes.IMAGE: (BUILD_HISTORY,),
    attributes.WASM: (BUILD_HISTORY,),
    attributes.CHART: (VALUES, README, DEPENDENCIES),
    attributes.CNAI: (README, LICENSE, FILES),
}

#: Of a chart: the archive, what it may unpack to, and one file of it (Helm's own limits are 20, 100 and 5 MiB).
MAX_CHART = 20 * 1024 * 1024
CHART_LIMITS = ArchiveLimits(total=100 * 1024 * 1024, file=1024 * 1024)

#: Of a model's document.
MODEL_LIMITS = ArchiveLimits(total=4 * 1024 * 1024, file=4 * 1024 * 1024)
MAX_SBOM = 64 * 1024 * 1024

#: Archives that one process unpacks at a time.
PARALLEL = 2

_JSON = "application/json; charset=utf-8"
_TEXT = "text/plain; charset=utf-8"
_MARKDOWN = "text/markdown; charset=utf-8"

_DOCUMENTS = ("application/vnd.cncf.model.doc.v1.tar", "application/vnd.cncf.model.doc.v1.raw")
_PATH = "org.cncf.model.filepath"
_HISTORY_KEYS: Mapping[str, type] = {
    "created": str,
    "created_by": str,
    "author": str,
    "comment": str,
    "empty_layer": bool,
}


@dataclass(frozen=True, slots=True)
class Addition:
    """Content, and its media type."""

    content: bytes
    media_type: str


def links(listed: ListedArtifact) -> Sequence[str]:
    """The additions of an artifact that has any; an index has none of its own."""
    return () if listed.media_type in media_types.INDEXES else LINKED.get(listed.type or "", ())


class Additions:
    """Additions of artifacts."""

    def __init__(self, artifacts: ArtifactService, store: Blobs) -> None:
        self._artifacts = artifacts
        self._store = store
        self._slots = asyncio.Semaphore(PARALLEL)

    async def get(self, listed: ListedArtifact, name: str) -> Addition:
        """One addition.

        Raises:
            BadRequest: artifacts of this kind have no such addition.
            NotFound: this artifact has none.
            ArchiveUnreadable, ArchiveTooLarge: what it is in cannot be shown.
        """
        if listed.type == attributes.SBOM and name == SBOM:
            return await self._sbom(await self._manifest(listed))
        if name not in links(listed):
            raise _unsupported(listed, name)
        manifest = await self._manifest(listed)
        if name == BUILD_HISTORY:
            return await self._history(manifest)
        if listed.type == attributes.CHART:
            return await self._of_chart(manifest, name)
        if name == FILES:
            return Addition(msgspec.json.encode(file_tree(manifest)), _JSON)
        names = ("README", "README.md") if name == README else ("LICENSE", "LICENSE.txt")
        return await self._document(manifest, names, name)

    async def _manifest(self, listed: ListedArtifact) -> Manifest:
        return parse(await self._artifacts.content(listed.digest), listed.media_type, Limits())

    async def _history(self, manifest: Manifest) -> Addition:
        config = manifest.config
        document: Any = None
        if config is not None and config.size <= attributes.MAX_CONFIG:
            content = await self._blob(config)
            try:
                document = msgspec.json.decode(content)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                document = None
        history = document.get("history") if isinstance(document, dict) else None
        steps = [_step(step) for step in history] if isinstance(history, list) else None
        return Addition(msgspec.json.encode(steps or None), _JSON)

    async def _of_chart(self, manifest: Manifest, name: str) -> Addition:
        config = manifest.config.digest if manifest.config else ""
        layer = next((layer for layer in manifest.layers if layer.digest != config), None)
        if layer is None:
            raise NotFound("the chart of the artifact was not found")
        if layer.size > MAX_CHART:
            raise ArchiveTooLarge
        async with self._slots:
            content = await self._blob(layer)
            files = await asyncio.to_thread(extract, content, chart_file, CHART_LIMITS)
        if name == DEPENDENCIES:
            found = await asyncio.to_thread(dependencies, files)
            return Addition(msgspec.json.encode(found), _JSON)
        return Addition(files.get(name, b""), _TEXT if name == VALUES else _MARKDOWN)

    async def _document(self, manifest: Manifest, names: Sequence[str], name: str) -> Addition:
        layer = next((layer for layer in manifest.layers if _is_document(layer, names)), None)
        if layer is None:
            raise NotFound(f"{name.removesuffix('.md')} layer not found")
        if layer.size > MODEL_LIMITS.file:
            raise ArchiveTooLarge("The file is too large to be processed")
        async with self._slots:
            content = await self._blob(layer)
            if layer.media_type.endswith(".tar"):
                files = await asyncio.to_thread(extract, content, lambda path: "first", MODEL_LIMITS)
                content = files.get("first", b"")
        return Addition(content, _MARKDOWN if name == README else _TEXT)

    async def _sbom(self, manifest: Manifest) -> Addition:
        if len(manifest.layers) != 1:
            raise NotFound("The sbom is not found")
        layer = manifest.layers[0]
        if layer.size > MAX_SBOM:
            raise ArchiveTooLarge
        async with self._slots:
            return Addition(await self._blob(layer), attributes.SBOM_CONFIG)

    async def _blob(self, descriptor: Descriptor) -> bytes:
        try:
            return b"".join([piece async for piece in self._store.read(descriptor.digest, 0, descriptor.size)])
        except BlobMissing:
            raise NotFound(f"blob {descriptor.digest} not found") from None


def _is_document(layer: Descriptor, names: Sequence[str]) -> bool:
    return layer.media_type in _DOCUMENTS and (layer.annotations or {}).get(_PATH) in names


def _step(step: Any) -> dict[str, Any]:
    """A step of an image's history, as OCI Image "Image Configuration" has it."""
    values = step if isinstance(step, dict) else {}
    return {
        key: values[key] for key, kind in _HISTORY_KEYS.items() if isinstance(values.get(key), kind) and values[key]
    }


def _unsupported(listed: ListedArtifact, name: str) -> BadRequest:
    """Harbor's texts."""
    shown, kind = name.upper(), listed.type or attributes.UNKNOWN
    if kind in (attributes.IMAGE, attributes.WASM) and listed.media_type not in media_types.INDEXES:
        return BadRequest(f"addition {shown} isn't supported for {kind}(manifest version 2)")
    if kind in (attributes.CHART, attributes.CNAI):
        return BadRequest(f"addition {shown} isn't supported for {kind}")
    if kind in (attributes.IMAGE, attributes.CNAB, attributes.SBOM):
        return BadRequest(f"addition {shown} isn't supported")
    return BadRequest(f"the processor for artifact {kind} not found, cannot get the addition")
