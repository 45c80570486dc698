"""The OpenAPI document of the operations this process answers, made from what their handlers say about themselves.

Names of operations, parameters and groups are those of Harbor's swagger file, so that clients generated from this
document have the classes and methods that clients generated from Harbor's have. What only answers 501 is not in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from moorage import __version__
from moorage.api.describe import KEY, Operation, Parameter
from moorage.api.operations import BASE

#: What stands before the paths of the document.
_API = "/api"

_SCHEMAS = "#/components/schemas/{name}"

#: The group of a path: that of the last of these segments in it (Harbor's tags). Every path has one of them.
_GROUPS = {
    "health": "health",
    "ping": "ping",
    "version": "version",
    "search": "search",
    "statistics": "statistic",
    "systeminfo": "systeminfo",
    "session": "session",
    "configurations": "configure",
    "internalconfig": "configure",
    "projects": "project",
    "metadatas": "projectMetadata",
    "members": "member",
    "repositories": "repository",
    "artifacts": "artifact",
    "taghistory": "repository",
    "icons": "icon",
    "labels": "label",
    "users": "user",
    "usergroups": "usergroup",
    "robots": "robot",
    "permissions": "permissions",
    "quotas": "quota",
    "syncquota": "quota",
    "immutabletagrules": "immutable",
    "retentions": "Retention",
    "webhook": "webhook",
    "CVEAllowlist": "SystemCVEAllowlist",
    "audit-logs": "auditlog",
    "auditlog-exts": "auditlog",
    "jobservice": "jobservice",
    "schedules": "schedule",
    "purgeaudit": "purge",
    "trash": "trash",
    "gc": "gc",
    "explain": "permissions",
    "integrity": "integrity",
}
#: Where the segments of a path would say another group than Harbor's file.
_GROUPS_OF_OPERATIONS = {
    "getRentenitionMetadata": "Retention",
    "ListWebhookJobs": "webhookjob",
    "addLabel": "artifact",
    "removeLabel": "artifact",
    "listBrokenArtifacts": "integrity",
    "getLogs": "project",
    "getLogExts": "project",
    "getCurrentUserPermissions": "user",
    "listArtifactsOfProject": "project",
    "searchUsers": "user",
}

#: Harbor's names of path parameters that have shorter ones in our routes.
_PATH_NAMES = {"repository": "repository_name", "key": "meta_name"}
#: Below these a project goes by its name, elsewhere by name or id.
_BY_NAME = ("repositories", "logs", "auditlog-exts")

_REQUEST_ID = Parameter("X-Request-Id", place="header", limits={"minLength": 1, "maxLength": 128})

#: Meanings of statuses with Harbor's error JSON.
_ERRORS = {
    400: "The request is malformed.",
    401: "This needs an account.",
    403: "The account may not do this, or the system is read-only.",
    404: "There is no such thing.",
    405: "The method is not allowed.",
    409: "It is there already.",
    412: "Something forbids this now.",
    413: "The body is too large.",
    415: "The body is of another media type.",
    422: "A parameter, the body or the wanted media type is not what this operation takes.",
    429: "Too many failed logins.",
    500: "An error of the server.",
    501: "Not implemented yet.",
    503: "Something this needs does not answer.",
}
_SUCCESSES = {200: "Done.", 201: "Made.", 202: "Accepted.", 302: "It is elsewhere.", 304: "Not changed."}

#: What any request may be answered with: a malformed query, a media type that is not to be had, a locked account.
_ALWAYS = (400, 422, 429)
#: What any change may be answered with besides: read-only mode or a missing CSRF token, a body that is too large.
_CHANGES = (403, 413)


class Error(Struct):
    """What went wrong."""

    code: str
    message: str


class Errors(Struct):
    """The body of every error."""

    errors: list[Error]


@dataclass(frozen=True, slots=True)
class Described:
    """An operation and where it is; ``path`` begins with a slash and is below ``/api``."""

    method: str
    path: str
    summary: str
    operation: Operation


def described_operations(handlers: Iterable[Any]) -> Iterator[Described]:
    """What the handlers say about themselves; those without a description are left out."""
    for handler in handlers:
        assert isinstance(handler, HTTPRouteHandler)
        operation = handler.opt.get(KEY)
        if operation is None:
            continue
        summary = (handler.fn.__doc__ or "").strip().partition("\n\n")[0]
        for path in sorted(handler.paths):
            for method in sorted(handler.http_methods):
                yield Described(str(method), path.removeprefix(_API), " ".join(summary.split()), operation)


@cache
def document() -> bytes:
    """The document of every handler, as JSON; made once in a process."""
    # The handlers need the module that serves this.
    from moorage.api.app import HANDLERS

    return msgspec.json.encode(openapi(described_operations(HANDLERS)))


def openapi(operations: Iterable[Described]) -> dict[str, Any]:
    """An OpenAPI 3.1 document."""
    known = list(operations)
    schemas = _Schemas([kind for item in known for kind in _types(item.operation)])
    paths: dict[str, dict[str, Any]] = {}
    for item in sorted(known, key=lambda item: (item.path, item.method)):
        path, names = _path(item.path)
        entry = paths.setdefault(path, {})
        if not f"{_API}{item.path}".startswith(f"{BASE}/"):
            entry["servers"] = [{"url": _API}]
        entry[item.method.lower()] = _operation(item, names, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Moorage",
            "version": __version__,
            "description": "A container registry that answers Harbor's API, version 2.0.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": BASE}],
        "security": [{"basic": []}, {"session": []}, {}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic"},
                "session": {"type": "apiKey", "in": "cookie", "name": "sid"},
            },
            "responses": {str(status): _error(text) for status, text in _ERRORS.items()},
            "schemas": schemas.components,
        },
    }


class _Schemas:
    """JSON schemas of the types of bodies; structs are components, named like the class."""

    def __init__(self, kinds: list[Any]) -> None:
        self._kinds = [Errors, *kinds]
        schemas, self.components = msgspec.json.schema_components(self._kinds, ref_template=_SCHEMAS)
        self._schemas = list(schemas)

    def of(self, kind: Any) -> dict[str, Any]:
        """The schema of one of the types."""
        return self._schemas[self._kinds.index(kind)]


def _types(operation: Operation) -> Iterator[Any]:
    if operation.body is not None:
        yield operation.body
    yield from (kind for kind in operation.answers.values() if kind is not None and not isinstance(kind, str))


def _path(path: str) -> tuple[str, list[str]]:
    """A route as OpenAPI writes it, and the names of its parameters: ``/projects/{project_name}``."""
    below = path.removeprefix(BASE.removeprefix(_API))
    names = []

    def renamed(found: re.Match[str]) -> str:
        name = found[1]
        following = below[found.end() + 1 :].partition("/")[0]
        if name == "project":
            name = "project_name" if following in _BY_NAME else "project_name_or_id"
        name = _PATH_NAMES.get(name, name)
        names.append(name)
        return f"{{{name}}}"

    return re.sub(r"\{(\w+)(?::\w+)?\}", renamed, below), names


def _operation(item: Described, names: list[str], schemas: _Schemas) -> dict[str, Any]:
    operation = item.operation
    parameters = [_parameter(_REQUEST_ID)]
    for name, route_name in zip(names, re.findall(r"\{(\w+)", item.path), strict=True):
        kind = operation.path.get(name, operation.path.get(route_name, "string"))
        parameters.append(_parameter(Parameter(name, kind, "path", required=True)))
    parameters.extend(_parameter(parameter) for parameter in operation.parameters)
    made: dict[str, Any] = {
        "operationId": operation.id,
        "summary": item.summary,
        "tags": [group_of(item)],
        "parameters": parameters,
    }
    if operation.body is not None:
        content = {"application/json": {"schema": schemas.of(operation.body)}}
        made["requestBody"] = {"required": True, "content": content}
    paged = any(parameter.name == "page" for parameter in operation.parameters)
    answers = {str(status): _answer(status, kind, paged, schemas) for status, kind in operation.answers.items()}
    errors = {*operation.errors, *_ALWAYS, *(_CHANGES if item.method not in ("GET", "HEAD") else ())}
    for status in sorted(errors - operation.answers.keys()):
        answers[str(status)] = {"$ref": f"#/components/responses/{status}"}
    made["responses"] = answers
    return made


def group_of(item: Described) -> str:
    """Harbor's tag."""
    known = [_GROUPS[segment] for segment in item.path.split("/") if segment in _GROUPS]
    if known[:1] == ["usergroup"]:
        return "usergroup"
    return _GROUPS_OF_OPERATIONS.get(item.operation.id) or known[-1]


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": parameter.kind, **parameter.limits}
    if parameter.kind == "integer":
        schema["format"] = "int64"
    return {"name": parameter.name, "in": parameter.place, "required": parameter.required, "schema": schema}


def _answer(status: int, kind: Any, paged: bool, schemas: _Schemas) -> dict[str, Any]:
    headers: dict[str, Any] = {"X-Request-Id": _header("What this request is logged under.", "string")}
    if paged:
        headers["X-Total-Count"] = _header("How many there are in all.", "integer")
        headers["Link"] = _header("The pages before and after, if there are any.", "string")
    if status == 201:
        headers["Location"] = _header("Where the new thing is.", "string")
    made: dict[str, Any] = {"description": _SUCCESSES.get(status, "An answer."), "headers": headers}
    if isinstance(kind, str):
        made["content"] = {kind: {}}
    elif kind is not None:
        made["content"] = {"application/json": {"schema": schemas.of(kind)}}
    return made


def _header(text: str, kind: str) -> Mapping[str, Any]:
    return {"description": text, "schema": {"type": kind}}


def _error(text: str) -> dict[str, Any]:
    schema = {"$ref": _SCHEMAS.format(name="Errors")}
    headers = {"X-Request-Id": _header("What this request is logged under.", "string")}
    return {"description": text, "headers": headers, "content": {"application/json": {"schema": schema}}}
