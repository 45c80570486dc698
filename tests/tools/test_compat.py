"""The comparison with Harbor's API finds what is missing, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tools.compat import BEGIN, END, between
from tools.compat_compare import Api, Endpoint, Reason, compare, harbor, ours
from tools.compat_digest import digest

pytestmark = pytest.mark.unit

MODELS: dict[str, Any] = {
    "Box": {"id": "integer", "labels": "{string}", "inside": "[Box]", "size": "Sizes"},
    "Sizes": "{integer}",
    "Errors": {"errors": "[Error]"},
    "Error": {"code": "string"},
}
BOX = Endpoint(
    "GET",
    "/boxes/{id}",
    "box",
    {"query page": "integer", "path id": "integer*"},
    "Box",
    {"200": "[Box]", "404": "Errors", "500": "Errors"},
)
HARBOR = Api({"getBox": BOX}, MODELS)


def gaps(found: Endpoint, models: Any = MODELS, known: list[Reason] | None = None) -> list[str]:
    (verdict,) = compare(HARBOR, Api({"getBox": found}, models), known or [])
    return [str(gap) for gap in verdict.gaps or ()]


def test_an_operation_that_is_the_same_is_covered() -> None:
    (verdict,) = compare(HARBOR, HARBOR)
    assert (verdict.state, verdict.gaps) == ("covered", [])


def test_an_operation_that_is_not_there_is_missing() -> None:
    (verdict,) = compare(HARBOR, Api({}, {}))
    assert verdict.state == "missing"


def test_a_fault_of_the_server_need_not_be_described_but_any_other_status() -> None:
    assert gaps(replace(BOX, answers={"200": "[Box]"})) == ["status 404"]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"path id": "integer*"}, ["parameter query page"]),
        ({"path id": "integer*", "query page": "boolean"}, ["parameter query page is boolean, not integer"]),
        ({"path id": "integer*", "query page": "integer*"}, ["parameter query page is required"]),
        ({"path id": "integer*", "query page": "integer", "query more": "string"}, []),
    ],
)
def test_parameters_are_compared_by_place_name_and_type(parameters: dict[str, str], expected: list[str]) -> None:
    assert gaps(replace(BOX, parameters=parameters)) == expected


def test_fields_are_compared_however_deep_they_are() -> None:
    models = {**MODELS, "Mine": {"id": "string", "labels": "{string}", "inside": "[Inner]", "size": "{integer}"}}
    models["Inner"] = {"id": "integer", "inside": "[Inner]", "size": "Sizes"}
    assert gaps(replace(BOX, answers={**BOX.answers, "200": "[Mine]"}), models) == [
        "answer 200 id is string, not integer",
        "answer 200 field inside.labels",
    ]


def test_a_model_is_a_map_with_known_keys() -> None:
    models = {**MODELS, "Mine": {**MODELS["Box"], "size": "Storage"}, "Storage": {"storage": "integer"}}
    assert gaps(replace(BOX, answers={**BOX.answers, "200": "[Mine]"}), models) == []


def test_the_method_and_the_path_are_compared() -> None:
    assert gaps(replace(BOX, method="PUT")) == ["is at PUT /boxes/{id}"]


def test_a_reason_is_said_with_the_gap_or_takes_it_away() -> None:
    found = replace(BOX, answers={"200": "[Box]"})
    assert gaps(found, known=[Reason(["get*"], ["status 4*"], "not yet")]) == ["status 404 (not yet)"]
    assert gaps(found, known=[Reason(["*"], ["status 404"], "Harbor never does", never=True)]) == []
    assert gaps(found, known=[Reason(["listBox"], ["status 404"], "another", never=True)]) == ["status 404"]


def test_both_kinds_of_description_come_to_the_same() -> None:
    swagger = {
        "definitions": {"Box": {"type": "object", "properties": {"id": {"type": "integer"}}}},
        "parameters": {"page": {"name": "page", "in": "query", "type": "integer"}},
        "responses": {"404": {"description": "", "schema": {"type": "string"}}},
        "paths": {
            "/boxes": {
                "get": {
                    "operationId": "listBoxes",
                    "tags": ["box"],
                    "parameters": [{"$ref": "#/parameters/page"}],
                    "responses": {
                        "200": {"schema": {"type": "array", "items": {"$ref": "#/definitions/Box"}}},
                        "404": {"$ref": "#/responses/404"},
                    },
                }
            }
        },
    }
    short = digest(swagger)
    openapi = {
        "components": {"schemas": {"Box": {"properties": {"id": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}}}},
        "paths": {
            "/boxes": {
                "get": {
                    "operationId": "listBoxes",
                    "tags": ["box"],
                    "parameters": [{"name": "page", "in": "query", "required": False, "schema": {"type": "integer"}}],
                    "responses": {
                        "200": {
                            "content": {
                                "application/json": {
                                    "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Box"}}
                                }
                            }
                        },
                        "404": {"content": {"application/json": {"schema": {"type": "string"}}}},
                    },
                }
            }
        },
    }
    wanted = Api({name: Endpoint(**entry) for name, entry in short["operations"].items()}, short["models"])
    assert wanted == ours(openapi)


def test_all_of_harbors_operations_are_known() -> None:
    api = harbor()
    assert len(api.operations) == 203
    assert api.operations["listProjects"].answers["200"] == "[Project]"


def test_only_what_is_between_the_markers_is_replaced() -> None:
    text = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    made = between(text, ["new"])
    assert made == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
    assert between(made, ["new"]) == made


def test_a_page_without_markers_is_an_error() -> None:
    with pytest.raises(SystemExit, match="markers"):
        between("nothing", ["new"])
