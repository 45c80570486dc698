"""The files of a model artifact, as its layers' annotations name them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from moorage.oci.manifests import Manifest

_PATH = "org.cncf.model.filepath"

#: How deep a path may go; the rest of one that goes deeper is one name.
MAX_DEPTH = 32


@dataclass
class _Node:
    directory: bool
    size: int = 0
    children: dict[str, _Node] = field(default_factory=dict)


def file_tree(manifest: Manifest) -> list[dict[str, Any]] | None:
    """The files with their sizes, directories first; a path that ends in a slash is a directory."""
    root = _Node(True)
    for layer in manifest.layers:
        path = (layer.annotations or {}).get(_PATH, "")
        if path.strip("/"):
            _add(root, path, layer.size)
    return _shown(root)


def _add(root: _Node, path: str, size: int) -> None:
    node = root
    *directories, name = path.strip("/").split("/", MAX_DEPTH - 1)
    for directory in filter(None, directories):
        node = node.children.setdefault(directory, _Node(True))
        node.directory = True
    node.children.setdefault(name, _Node(path.endswith("/"), size))


def _shown(node: _Node) -> list[dict[str, Any]] | None:
    ordered = sorted(node.children.items(), key=lambda pair: (not pair[1].directory, pair[0]))
    found = []
    for name, child in ordered:
        entry: dict[str, Any] = {"name": name, "type": "directory" if child.directory else "file"}
        if child.size:
            entry["size"] = child.size
        below = _shown(child)
        if below:
            entry["children"] = below
        found.append(entry)
    return found or None
