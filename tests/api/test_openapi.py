"""The API's description of itself is complete, and fits Harbor's."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from tools.compat_compare import harbor, ours

from moorage.api.app import HANDLERS
from moorage.api.describe import KEY
from moorage.api.openapi import described_operations, document, group_of
from moorage.api.operations import BASE

pytestmark = pytest.mark.unit

#: Harbor has no such operations.
BEYOND = {
    "getVersion",
    "getManifest",
    "getSession",
    "syncQuota",
    "listUserGroupMembers",
    "addUserGroupMember",
    "setUserGroupMembers",
    "removeUserGroupMember",
    "explainPermission",
    "listTagHistory",
    "revertTag",
    "listTrash",
    "redeliverWebhook",
    "undelete",
    "listDeletedProjects",
    "undeleteProject",
    "getIntegrity",
    "listQuarantinedBlobs",
    "listBrokenArtifacts",
    "dropDeletion",
    "dropProject",
    "getGCItems",
    "getProjectStorage",
}


def served() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(document())
    return made


def test_every_handler_says_what_it_does() -> None:
    assert [handler.fn.__name__ for handler in HANDLERS if KEY not in handler.opt] == []


def test_the_path_of_every_handler_is_described_with_its_parameters() -> None:
    for operation in described_operations(HANDLERS):
        unknown = operation.operation.path.keys() - set(re.findall(r"\{(\w+)", operation.path))
        assert not unknown, (operation.operation.id, unknown)
    for path, item in served()["paths"].items():
        for method, operation in item.items():
            if method != "servers":
                named = [p["name"] for p in operation["parameters"] if p["in"] == "path"]
                assert named == re.findall(r"\{(\w+)\}", path)


def test_no_operation_is_described_twice() -> None:
    ids = [operation.operation.id for operation in described_operations(HANDLERS)]
    assert sorted(ids) == sorted(set(ids))


def test_operations_are_called_as_in_harbor_and_are_where_harbor_has_them() -> None:
    wanted = harbor().operations
    found = ours(served()).operations
    assert found.keys() - wanted.keys() <= BEYOND
    for name in found.keys() & wanted.keys():
        place = (found[name].method, found[name].path, found[name].group)
        assert place == (wanted[name].method, wanted[name].path.rstrip("/"), wanted[name].group)


def test_an_operation_of_harbor_is_not_served_under_another_name() -> None:
    wanted = {(entry.method, entry.path.rstrip("/")): name for name, entry in harbor().operations.items()}
    for name, entry in ours(served()).operations.items():
        assert wanted.get((entry.method, entry.path), name) == name


def test_what_is_not_implemented_is_not_described() -> None:
    paths = {f"{BASE}{path}" for path in served()["paths"]}
    assert not {path for path in paths if "preheat" in path or "/scanners" in path}


def test_every_reference_leads_somewhere() -> None:
    made = served()
    for reference in re.findall(r'"\$ref":"(#/[^"]+)"', document().decode()):
        target: Any = made
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]
        assert target


def test_models_have_names_of_their_own() -> None:
    assert [name for name in served()["components"]["schemas"] if "." in name] == []


def test_every_operation_has_a_group_and_a_summary() -> None:
    for operation in described_operations(HANDLERS):
        assert group_of(operation)
        assert operation.summary
