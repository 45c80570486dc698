"""What a Helm chart says about itself. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from moorage.artifacts.archives import ArchiveUnreadable

#: What is wanted of a chart, by lower-case name: at the chart's own level, not of the charts inside it.
_FILES = {
    "values.yaml": "values.yaml",
    "readme.md": "readme.md",
    "chart.yaml": "chart.yaml",
    "requirements.yaml": "requirements.yaml",
}

#: How deep YAML may nest, and of how many parts it may consist.
MAX_DEPTH = 32
MAX_EVENTS = 50_000

#: In the order in which Helm writes them.
_DEPENDENCY: Mapping[str, type] = {
    "name": str,
    "version": str,
    "repository": str,
    "condition": str,
    "tags": list,
    "enabled": bool,
    "import-values": list,
    "alias": str,
}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def chart_file(path: str) -> str | None:
    """The name a file of a chart's archive is known by; None when it is of no interest."""
    directory, slash, name = path.removeprefix("./").partition("/")
    return _FILES.get(name.lower()) if directory and slash else None


def dependencies(files: Mapping[str, bytes]) -> Sequence[Mapping[str, Any]] | None:
    """The charts this one needs, of ``Chart.yaml`` or, in version 1, ``requirements.yaml``; None when it needs none.

    Raises:
        ArchiveUnreadable: the file is no YAML, or more of it than a chart has.
    """
    for name in ("chart.yaml", "requirements.yaml"):
        found = _mapping(files.get(name, b"")).get("dependencies")
        if isinstance(found, list) and found:
            return [_dependency(one) for one in found if isinstance(one, dict)]
    return None


def _dependency(one: Mapping[str, Any]) -> Mapping[str, Any]:
    kept = {key: one[key] for key, kind in _DEPENDENCY.items() if isinstance(one.get(key), kind) and one[key]}
    # These two are always written.
    return {"name": one.get("name") if isinstance(one.get("name"), str) else "", **kept, **_repository(kept)}


def _repository(kept: Mapping[str, Any]) -> Mapping[str, Any]:
    return {} if "repository" in kept else {"repository": ""}


def _mapping(content: bytes) -> Mapping[str, Any]:
    """A YAML mapping. Aliases are refused: a few lines of them can stand for any amount of data."""
    depth = 0
    try:
        text = content.decode()
        for number, event in enumerate(yaml.parse(text, Loader=_LOADER)):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent) or depth > MAX_DEPTH or number > MAX_EVENTS:
                raise ArchiveUnreadable("the chart's description is too complex to be shown")
        document = yaml.load(text, Loader=_LOADER)  # noqa: S506  - one of the safe loaders
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError):
        raise ArchiveUnreadable("the chart's description is no YAML") from None
    return document if isinstance(document, dict) else {}
