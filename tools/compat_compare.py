"""Two descriptions of an API compared, operation by operation.

Both are brought into one short form first. Its types: ``string``, ``integer``, ``number``, ``boolean``, ``any``,
``file``, the name of a model, ``[type]`` for a list and ``{type}`` for a map with any keys; empty: nothing.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

HARBOR = Path(__file__).with_name("compat_harbor.json")
REASONS = Path(__file__).with_name("compat_reasons.toml")

#: What Harbor describes and nobody promises: that the server fails.
FAULT = "500"

Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An operation. ``parameters``: type, with ``*`` when required, by place and name (``query page``)."""

    method: str
    path: str
    group: str
    parameters: Mapping[str, str]
    body: str
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Api:
    """Operations by their id, and what the models they name consist of."""

    operations: Mapping[str, Endpoint]
    models: Mapping[str, Fields | str]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is missing; ``never``: Harbor describes it and does not do it, so that nothing is missing."""

    operations: Sequence[str]
    gaps: Sequence[str]
    why: str
    never: bool = False

    def explains(self, operation: str, gap: str) -> bool:
        """Whether it is about that; patterns as in file names."""
        return any(fnmatchcase(operation, name) for name in self.operations) and any(
            fnmatchcase(gap, pattern) for pattern in self.gaps
        )


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing of an operation, in words, and why if that is known."""

    what: str
    why: str = ""

    def __str__(self) -> str:
        return f"{self.what} ({self.why})" if self.why else self.what


@dataclass(frozen=True, slots=True)
class Verdict:
    """How much of one of Harbor's operations is there. ``gaps``: what is missing; None: all of it."""

    id: str
    endpoint: Endpoint
    gaps: list[Gap] | None = field(default=None)

    @property
    def state(self) -> str:
        """``covered``, ``partial`` or ``missing``."""
        return "missing" if self.gaps is None else "partial" if self.gaps else "covered"


def harbor() -> Api:
    """Harbor's, as ``tools/compat_digest.py`` left it."""
    content = json.loads(HARBOR.read_text())
    operations = {name: Endpoint(**operation) for name, operation in content["operations"].items()}
    return Api(operations, content["models"])


def ours(document: Mapping[str, Any]) -> Api:
    """The short form of an OpenAPI 3.1 document."""
    operations = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method == "servers":
                continue
            answers = {}
            for status, answer in operation["responses"].items():
                answers[status] = "Errors" if "$ref" in answer else _content(answer)
            operations[operation["operationId"]] = Endpoint(
                method.upper(),
                path,
                operation["tags"][0],
                {
                    f"{p['in']} {p['name']}": f"{_type(p['schema'])}{'*' if p['required'] else ''}"
                    for p in operation["parameters"]
                },
                _content(operation.get("requestBody", {})),
                answers,
            )
    schemas = document["components"]["schemas"]
    return Api(operations, {name: _fields(schema) for name, schema in schemas.items()})


def reasons() -> list[Reason]:
    """What is known about gaps, from ``compat_reasons.toml``."""
    return [Reason(**entry) for entry in tomllib.loads(REASONS.read_text())["reason"]]


def compare(wanted: Api, served: Api, known: Iterable[Reason] = ()) -> list[Verdict]:
    """A verdict for every operation that is wanted, in order of group, path and method."""
    known = list(known)
    verdicts = []
    for name, operation in wanted.operations.items():
        found = served.operations.get(name)
        gaps = list(_explained(name, _gaps(operation, found, wanted, served), known)) if found else None
        verdicts.append(Verdict(name, operation, gaps))
    return sorted(verdicts, key=lambda v: (v.endpoint.group.lower(), v.endpoint.path, v.endpoint.method))


def _explained(operation: str, gaps: Iterable[str], known: Sequence[Reason]) -> Iterator[Gap]:
    for gap in gaps:
        reason = next((reason for reason in known if reason.explains(operation, gap)), None)
        if reason is None:
            yield Gap(gap)
        elif not reason.never:
            yield Gap(gap, reason.why)


def _gaps(wanted: Endpoint, found: Endpoint, theirs: Api, mine: Api) -> Iterator[str]:
    # One of Harbor's paths ends with a slash; both are the same to it and to us.
    if (wanted.method, wanted.path.rstrip("/")) != (found.method, found.path):
        yield f"is at {found.method} {found.path}"
    for name, kind in wanted.parameters.items():
        have = found.parameters.get(name)
        if have is None:
            yield f"parameter {name}"
        elif not _fits(kind.rstrip("*"), have.rstrip("*")):
            yield f"parameter {name} is {have.rstrip('*')}, not {kind.rstrip('*')}"
        elif have.endswith("*") and not kind.endswith("*"):
            yield f"parameter {name} is required"
    if wanted.body:
        if not found.body:
            yield "body"
        else:
            yield from (f"body {gap}" for gap in _differ(wanted.body, found.body, theirs, mine, "", frozenset()))
    for status, kind in wanted.answers.items():
        if status == FAULT:
            continue
        if status not in found.answers:
            yield f"status {status}"
        elif kind:
            gaps = _differ(kind, found.answers[status], theirs, mine, "", frozenset())
            yield from (f"answer {status} {gap}" for gap in gaps)


def _differ(
    wanted: str, found: str, theirs: Api, mine: Api, where: str, seen: frozenset[tuple[str, str]]
) -> Iterator[str]:
    """What of one type the other does not have; ``where``: the way there (``tags.name``)."""
    wanted, found = _resolve(wanted, theirs), _resolve(found, mine)
    if wanted in ("any", "{any}") or found == "any" or (wanted, found) in seen:
        return
    seen |= {(wanted, found)}
    # A list and a map are entered; their items have no name.
    if (wanted[:1], found[:1]) in (("[", "["), ("{", "{")):
        yield from _differ(wanted[1:-1], found[1:-1], theirs, mine, where, seen)
        return
    fields, have = theirs.models.get(wanted), mine.models.get(found)
    if isinstance(have, Mapping) and wanted.startswith("{"):
        # A model is a map whose keys are known.
        for name, kind in have.items():
            yield from _differ(wanted[1:-1], kind, theirs, mine, f"{where}.{name}" if where else name, seen)
        return
    if not isinstance(fields, Mapping) or not isinstance(have, Mapping):
        if not _fits(wanted, found) and not (isinstance(fields, Mapping) and found.startswith("{")):
            yield f"{where or 'as a whole'} is {found or 'nothing'}, not {wanted}"
        return
    for name, kind in fields.items():
        below = f"{where}.{name}" if where else name
        if name not in have:
            yield f"field {below}"
        else:
            yield from _differ(kind, have[name], theirs, mine, below, seen)


def _resolve(kind: str, api: Api) -> str:
    """A model that is another name of a type is that type."""
    while isinstance(other := api.models.get(kind), str):
        kind = other
    return kind


def _fits(wanted: str, found: str) -> bool:
    """Files and texts are both bodies without a form; every whole number is a number; nothing at all may be null."""
    same = ({"string", "file"}, {"number", "integer"})
    return (
        wanted == found
        or "any" in (wanted, found)
        or found == "null"
        or any({wanted, found} <= kinds for kinds in same)
    )


def _content(holder: Mapping[str, Any]) -> str:
    """The type of a body: of JSON by its schema, of anything else ``file``."""
    for media_type, content in holder.get("content", {}).items():
        if media_type == "application/json":
            return _type(content["schema"]) if "schema" in content else "any"
        return "file"
    return ""


def _fields(schema: Mapping[str, Any]) -> Fields | str:
    if "properties" in schema:
        return {name: _type(kind) for name, kind in schema["properties"].items()}
    return _type(schema)


def _type(schema: Mapping[str, Any]) -> str:
    """A type of JSON schema as msgspec writes it: what may be null too is what it is otherwise."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    kinds = [kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"]
    if len(kinds) == 1:
        return _type(kinds[0])
    kind = schema.get("type")
    if kind is None and "enum" in schema:
        return "string" if all(isinstance(value, str) for value in schema["enum"]) else "integer"
    if kind == "array":
        return f"[{_type(schema.get('items', {}))}]"
    if kind == "object":
        return f"{{{_type(schema.get('additionalProperties') or {})}}}"
    return str(kind or "any")
