"""What terraform-provider-harbor asks for projects, members and labels (H row 113): the requests its resources make."""

from __future__ import annotations

from typing import Any

import pytest

from tests.identity.replica import PASSWORD, Replica

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


async def apply(replica: Replica, path: str, body: dict[str, Any]) -> str:
    """Make something; its id, which for the provider is the path after ``/api/v2.0``."""
    answer = await replica.api("POST", path, json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"]).replace("/api", "").replace("/v2.0", "")


async def test_a_project_is_applied_read_updated_and_destroyed(replica: Replica) -> None:
    metadata = {
        "auto_scan": "false",
        "auto_sbom_generation": "false",
        "enable_content_trust": "false",
        "enable_content_trust_cosign": "false",
        "prevent_vul": "false",
        "public": "false",
        "reuse_sys_cve_allowlist": "false",
        "severity": "",
    }
    body = {"project_name": "tf", "metadata": metadata, "registry_id": None, "storage_limit": -1, "cve_allowlist": {}}
    path = await apply(replica, "/projects", body)
    assert path.startswith("/projects/")
    found = (await replica.api("GET", path)).json()
    assert (found["name"], found["project_id"]) == ("tf", int(path.removeprefix("/projects/")))
    # Its Go model reads these as text, and makes booleans of them.
    for key in ("public", "auto_scan", "prevent_vul", "enable_content_trust", "enable_content_trust_cosign"):
        assert found["metadata"][key] == "false"
    change: dict[str, Any] = {"metadata": {**metadata, "prevent_vul": "true", "severity": "high", "public": "true"}}
    change["cve_allowlist"] = {"items": [{"cve_id": "CVE-2024-1"}]}
    assert (await replica.api("PUT", path, json=change)).status_code == 200
    found = (await replica.api("GET", path)).json()
    assert (found["metadata"]["severity"], found["cve_allowlist"]["items"]) == ("high", [{"cve_id": "CVE-2024-1"}])
    assert (await replica.api("GET", "/projects/?name=tf&page=1&page_size=100")).json() == [found]
    repositories = found["repo_count"]
    assert repositories == 0
    assert (await replica.api("DELETE", path)).status_code == 200
    assert (await replica.api("GET", path)).status_code == 404


async def test_a_member_and_a_label_are_applied_below_a_project(replica: Replica) -> None:
    await replica.user("ann")
    project = await apply(replica, "/projects/", {"project_name": "tf", "metadata": {"public": "false"}})
    member = await apply(
        replica, f"{project}/members", {"role_id": 2, "member_user": {"username": "ann"}, "member_group": {}}
    )
    assert member.startswith(f"{project}/members/")
    found = (await replica.api("GET", member)).json()
    assert (found["entity_name"], found["role_id"], found["entity_type"]) == ("ann", 2, "u")
    assert (await replica.api("PUT", member, json={"role_id": 4})).status_code == 200
    assert (await replica.api("GET", f"{project}/members/?page=1&page_size=100")).json()[1]["role_id"] == 4

    project_id = int(project.rpartition("/")[2])
    label = await apply(replica, "/labels", {"name": "tf", "color": "#FF0000", "scope": "p", "project_id": project_id})
    assert label.startswith("/labels/")
    assert (await replica.api("PUT", label, json={"name": "tf", "description": "x"})).status_code == 200
    assert (await replica.api("GET", label)).json()["description"] == "x"
    for path in (label, member, project):
        assert (await replica.api("DELETE", path)).status_code == 200
        assert (await replica.api("GET", path)).status_code == 404


async def test_a_name_in_the_location_is_asked_for(replica: Replica) -> None:
    answer = await replica.api(
        "POST", "/projects/", json={"project_name": "tf"}, headers={"X-Resource-Name-In-Location": "true"}
    )
    assert answer.headers["location"] == "/api/v2.0/projects/tf"


async def test_a_user_applies_what_the_user_owns(replica: Replica) -> None:
    await replica.user("ann")
    auth = ("ann", PASSWORD)
    answer = await replica.api("POST", "/projects", auth, json={"project_name": "own"})
    path = answer.headers["location"]
    assert (await replica.http.put(path, auth=auth, json={"metadata": {"auto_scan": "true"}})).status_code == 200
    assert (await replica.http.delete(path, auth=auth)).status_code == 200
