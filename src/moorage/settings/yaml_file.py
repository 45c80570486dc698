"""The settings file, read with the line of every key.

PyYAML's ``safe_load`` forgets lines and silently takes the last of two equal keys, so the nodes are walked here.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class FileValue:
    """The value of one key, in YAML's types, and the line it stands on."""

    key: str
    value: Any
    source: str


@dataclass(frozen=True, slots=True)
class FileProblem:
    """Something that stands in no setting's way but the file's: syntax, a repeated key, a misplaced value."""

    key: str
    message: str
    source: str


def read_file(path: Path, sections: AbstractSet[str]) -> Iterator[FileValue | FileProblem]:
    """Every key of the file; ``sections`` are the paths whose values are mappings of further keys."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        yield FileProblem("", f"cannot read the settings file {path}: {error.strerror}", "")
        return
    except UnicodeDecodeError:
        yield FileProblem("", f"the settings file {path} is not UTF-8 text", "")
        return
    loader = yaml.SafeLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return
        yield from _walk(loader, root, "", path, sections)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f" line {mark.line + 1}" if mark is not None else ""
        yield FileProblem("", f"not valid YAML: {error.problem or error.context}", f"{path}{line}")
    except (yaml.YAMLError, ValueError) as error:
        yield FileProblem("", f"not valid YAML: {error}", str(path))
    finally:
        loader.dispose()


def _walk(
    loader: yaml.SafeLoader, node: yaml.Node, key: str, path: Path, sections: AbstractSet[str]
) -> Iterator[FileValue | FileProblem]:
    source = f"{path} line {node.start_mark.line + 1}"
    if not isinstance(node, yaml.MappingNode):
        # "server:" with all its keys commented out is an empty section, not a mistake.
        if loader.construct_object(node, deep=True) is not None:
            yield FileProblem(key, "must hold keys and values", source)
        return
    lines: dict[str, int] = {}
    for name_node, _ in node.value:
        line = name_node.start_mark.line + 1
        if isinstance(name_node, yaml.ScalarNode) and lines.setdefault(name_node.value, line) != line:
            repeated = f"{key}.{name_node.value}" if key else name_node.value
            yield FileProblem(
                repeated, f"is given twice, first on line {lines[name_node.value]}", f"{path} line {line}"
            )
    # Resolves "<<: *anchor"; merged pairs come first, so the section's own win.
    loader.flatten_mapping(node)
    for name_node, value_node in node.value:
        name = str(loader.construct_object(name_node, deep=True))
        child = f"{key}.{name}" if key else name
        if child in sections:
            yield from _walk(loader, value_node, child, path, sections)
        else:
            value = loader.construct_object(value_node, deep=True)
            yield FileValue(child, value, f"{path} line {name_node.start_mark.line + 1}")
