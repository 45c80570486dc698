"""Make ``tools/compat_harbor.json``: Harbor's API in short, from its swagger file.

    python tools/compat_digest.py path/to/swagger-v2.0.yaml

Only facts that can be compared: operations with their method, path, group, parameters, statuses and types of bodies,
and the fields of the models they use. Types are written as in ``tools/compat_compare.py``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

TARGET = Path(__file__).with_name("compat_harbor.json")


def main() -> int:
    """Read the swagger file, write the digest."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("swagger", type=Path)
    document = yaml.load(parser.parse_args().swagger.read_text(), yaml.CSafeLoader)
    TARGET.write_text(json.dumps(digest(document), indent=None, sort_keys=True, separators=(",\n", ":")) + "\n")
    return 0


def digest(document: Mapping[str, Any]) -> dict[str, Any]:
    """The digest of a Swagger 2.0 document."""
    operations = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            operations[operation["operationId"]] = {
                "method": method.upper(),
                "path": path,
                "group": operation["tags"][0],
                **_inputs(document, operation),
                "answers": dict(_answers(document, operation)),
            }
    models = {name: _fields(schema) for name, schema in document["definitions"].items()}
    return {"source": "Harbor 2.16, api/v2.0/swagger.yaml", "operations": operations, "models": models}


def _inputs(document: Mapping[str, Any], operation: Mapping[str, Any]) -> dict[str, Any]:
    parameters, body = {}, ""
    for given in operation.get("parameters", []):
        parameter = _resolved(document, given)
        if parameter["in"] == "body":
            body = type_of(parameter["schema"])
        else:
            required = "*" if parameter.get("required") else ""
            kind = "file" if parameter["in"] == "formData" else type_of(parameter)
            parameters[f"{parameter['in']} {parameter['name']}"] = f"{kind}{required}"
    return {"parameters": parameters, "body": body}


def _answers(document: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for status, given in operation["responses"].items():
        answer = _resolved(document, given)
        yield str(status), type_of(answer["schema"]) if "schema" in answer else ""


def _resolved(document: Mapping[str, Any], given: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = given.get("$ref")
    if reference is None:
        return given
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    resolved: Mapping[str, Any] = found
    return resolved


def _fields(schema: Mapping[str, Any]) -> Any:
    """The fields of a model, or the type it is another name of."""
    if "properties" in schema:
        # Two names are quoted once more than they should be.
        return {name.strip("'"): type_of(field) for name, field in schema["properties"].items()}
    return type_of(schema)


def type_of(schema: Mapping[str, Any]) -> str:
    """A type: ``string``, ``[Project]``, ``{integer}``, a model's name, ``any``."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    kind = schema.get("type", "any")
    if kind == "array":
        return f"[{type_of(schema.get('items', {}))}]"
    if kind == "object":
        values = schema.get("additionalProperties")
        # Objects without properties hold whatever there is.
        return f"{{{type_of(values) if isinstance(values, dict) else 'any'}}}" if "properties" not in schema else "any"
    return str(kind)


if __name__ == "__main__":
    raise SystemExit(main())
