"""What a handler says about itself: parameters, body, answers. The OpenAPI document is made from it.

A handler carries its description as Litestar's ``opt``::

    @get(f"{BASE}/projects", opt=described("listProjects", query=(*LIST, text("name")),
         answers={200: list[ProjectView]}, errors=(401,)))

The names of operations and parameters are those of Harbor's swagger file, so that clients made from ours have the
methods they know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: Where a handler's description is in its ``opt``.
KEY = "described"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter that is no part of the path; ``kind``: string, integer, boolean; ``place``: query, header."""

    name: str
    kind: str = "string"
    place: str = "query"
    required: bool = False
    #: More of JSON schema, such as ``maximum``.
    limits: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    Attributes:
        id: its operationId.
        parameters: all but those of the path.
        path: kinds of the path's parameters that are no strings.
        body: the type of the JSON body; None: it takes none.
        answers: what a status comes with; None: no body; a media type such as ``text/plain``: that.
        errors: statuses with Harbor's error JSON.
    """

    id: str
    parameters: tuple[Parameter, ...]
    path: Mapping[str, str]
    body: Any
    answers: Mapping[int, Any]
    errors: tuple[int, ...]

    @property
    def metric(self) -> str:
        """Its name in Harbor's metrics, which is that of a method in Go: ``ListProjects``."""
        return self.id[:1].upper() + self.id[1:]


def text(name: str, *, required: bool = False) -> Parameter:
    """A text in the query."""
    return Parameter(name, required=required)


def flag(name: str) -> Parameter:
    """A boolean in the query."""
    return Parameter(name, "boolean")


def number(name: str, *, required: bool = False) -> Parameter:
    """An integer in the query."""
    return Parameter(name, "integer", required=required)


def header(name: str, kind: str = "string") -> Parameter:
    """A header."""
    return Parameter(name, kind, "header")


#: What every list takes (H rows 6-8).
LIST = (
    text("q"),
    text("sort"),
    number("page"),
    Parameter("page_size", "integer", limits={"maximum": 100}),
)
#: Beside every ``{project_name_or_id}`` (H row 9).
NAME_OR_ID = header("X-Is-Resource-Name", "boolean")


def described(
    id: str,
    *,
    query: tuple[Parameter, ...] = (),
    path: Mapping[str, str] | None = None,
    body: Any = None,
    answers: Mapping[int, Any],
    errors: tuple[int, ...] = (),
) -> dict[str, Operation]:
    """The description, as a handler's ``opt``.

    Args:
        id: the operationId in Harbor's swagger file.
        query: parameters of query and headers; see ``LIST`` and ``NAME_OR_ID``.
        path: kinds of path parameters that are no strings, such as ``{"robot_id": "integer"}``.
        body: the Struct of the body.
        answers: by status, the Struct (or ``list[Struct]``) of its body, None, or a media type.
        errors: the statuses of errors it may answer.
    """
    return {KEY: Operation(id, query, path or {}, body, answers, errors)}
