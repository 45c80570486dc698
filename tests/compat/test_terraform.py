"""The requests of terraform-provider-harbor's resources (H row 113), for what other tests of it do not replay.

Its client sends JSON with basic authentication or a bearer token, keeps ``sid``, repeats a request that was answered
403 with the token of that answer, takes ids from ``Location`` less ``/api`` and ``/v2.0``, and puts a slash before the
``?`` of lists. Projects, members and labels: ``tests/api/test_projects_terraform.py``; the token: ``test_csrf.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.clients.server import ADMIN, Moorage

pytestmark = pytest.mark.clients


class Provider:
    """What its Go client does around every request."""

    def __init__(self, moorage: Moorage) -> None:
        self._http = httpx2.Client(base_url=moorage.url, auth=(ADMIN.name, ADMIN.password), timeout=30)
        self._http.headers["Accept"] = "application/json"

    def close(self) -> None:
        self._http.close()

    def send(self, method: str, path: str, body: Any = None, expected: int = 200) -> httpx2.Response:
        answer = self._once(method, path, body, {})
        if answer.status_code == 403 and "CSRF token" in answer.text:
            answer = self._once(method, path, body, {"X-Harbor-CSRF-Token": answer.headers["X-Harbor-CSRF-Token"]})
        assert answer.status_code == expected, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def _once(self, method: str, path: str, body: Any, headers: dict[str, str]) -> httpx2.Response:
        # It sends the type with every request, "null" included, and a body of null where there is none.
        headers = {**headers, "Content-Type": "application/json"}
        return self._http.request(method, f"/api/v2.0{path}", json=body, headers=headers)

    def create(self, path: str, body: Any) -> str:
        """The id of what was made, a path."""
        location = self.send("POST", path, body, 201).headers["Location"]
        return str(location).replace("/api", "").replace("/v2.0", "")


@pytest.fixture
def provider(moorage: Moorage) -> Iterator[Provider]:
    made = Provider(moorage)
    yield made
    made.close()


def name(kind: str) -> str:
    return f"tf-{kind}-{uuid4().hex[:8]}"


def test_a_user(provider: Provider) -> None:
    username = name("user")
    body = {
        "username": username,
        "password": "Passw0rd-x1",
        "sysadmin_flag": True,
        "email": f"{username}@example.com",
        "realname": "Terraform",
        "comment": "managed",
    }
    user = provider.create("/users", body)
    assert user.startswith("/users/")
    # The administrator's flag is another request.
    provider.send("PUT", f"{user}/sysadmin", {"sysadmin_flag": True})
    found = provider.send("GET", user).json()
    assert (found["username"], found["realname"], found["sysadmin_flag"]) == (username, "Terraform", True)
    provider.send("PUT", user, {**body, "realname": "Changed"})
    provider.send("PUT", f"{user}/password", {"new_password": "Passw0rd-x2"})
    provider.send("PUT", f"{user}/sysadmin", {"sysadmin_flag": False})
    assert provider.send("GET", user).json()["realname"] == "Changed"
    listed = provider.send("GET", "/users/?page=1&page_size=100&sort=username").json()
    assert username in [user["username"] for user in listed]
    searched = provider.send("GET", f"/users/search?username={username}").json()
    assert [user["username"] for user in searched] == [username]
    provider.send("DELETE", user)
    provider.send("GET", user, expected=404)


def test_a_group(provider: Provider) -> None:
    group_name = name("group")
    group = provider.create("/usergroups", {"group_name": group_name, "group_type": 2, "ldap_group_dn": ""})
    assert group.startswith("/usergroups/")
    assert provider.send("GET", group).json()["group_name"] == group_name
    provider.send("PUT", group, {"group_name": f"{group_name}-2", "group_type": 2})
    assert f"{group_name}-2" in [
        found["group_name"] for found in provider.send("GET", "/usergroups/?page=1&page_size=100").json()
    ]
    provider.send("DELETE", group)
    provider.send("GET", group, expected=404)


def test_a_robot_of_the_system(provider: Provider) -> None:
    robot_name = name("robot")
    access = [
        {"action": "pull", "resource": "repository", "effect": "allow"},
        {"action": "push", "resource": "repository", "effect": "allow"},
    ]
    permissions = [
        {"kind": "system", "namespace": "/", "access": [{"action": "list", "resource": "project"}]},
        {"kind": "project", "namespace": "library", "access": access},
        {"kind": "project", "namespace": "*", "access": access[:1]},
    ]
    body = {
        "name": robot_name,
        "description": "managed",
        "disable": False,
        "duration": -1,
        "level": "system",
        "permissions": permissions,
    }
    made = provider.send("POST", "/robots", body, 201)
    created = made.json()
    # It takes the id from Location, and from the body what it keeps.
    robot = made.headers["Location"].replace("/api", "").replace("/v2.0", "")
    assert robot == f"/robots/{created['id']}"
    assert (created["name"], bool(created["secret"]), created["expires_at"]) == (f"robot${robot_name}", True, -1)
    # A secret of one's own is a PATCH, and so is a rotation.
    provider.send("PATCH", robot, {"secret": "A-Secret-of-tf-1"})
    found = provider.send("GET", robot).json()
    assert (found["name"], found["level"], found["duration"]) == (f"robot${robot_name}", "system", -1)
    assert {permission["namespace"] for permission in found["permissions"]} == {"/", "library", "*"}
    changed = {**body, "id": created["id"], "name": found["name"], "editable": True, "disable": True, "duration": 30}
    changed["permissions"] = permissions[1:]
    provider.send("PUT", robot, changed)
    found = provider.send("GET", robot).json()
    assert (found["disable"], found["duration"], len(found["permissions"])) == (True, 30, 2)
    listed = provider.send("GET", "/robots/?page=1&page_size=100").json()
    assert created["id"] in [entry["id"] for entry in listed]
    provider.send("DELETE", robot)
    provider.send("GET", robot, expected=404)


def test_a_robot_of_a_project(provider: Provider) -> None:
    project_name = name("project")
    project = provider.create("/projects", {"project_name": project_name, "metadata": {"public": "false"}})
    body = {
        "name": "ci",
        "description": "",
        "disable": False,
        "duration": 7,
        "level": "project",
        "permissions": [
            {
                "kind": "project",
                "namespace": project_name,
                "access": [{"action": "pull", "resource": "repository", "effect": "allow"}],
            }
        ],
    }
    robot = provider.create("/robots", body)
    found = provider.send("GET", robot).json()
    assert (found["name"], found["level"]) == (f"robot${project_name}+ci", "project")
    # For its data sources it looks below the project by number.
    number = project.rpartition("/")[2]
    query = f"q=Level%3Dproject%2CProjectID%3D{number}&page=1&page_size=100"
    assert [entry["id"] for entry in provider.send("GET", f"/robots/?{query}").json()] == [found["id"]]
    provider.send("DELETE", robot)
    provider.send("DELETE", project)


def test_the_configuration(provider: Provider) -> None:
    before = provider.send("GET", "/configurations").json()
    keys = ("project_creation_restriction", "read_only", "robot_token_duration", "storage_per_project")
    assert all({"value", "editable"} <= before[key].keys() for key in keys)
    change = {
        "project_creation_restriction": "adminonly",
        "read_only": False,
        "robot_token_duration": 20,
        "robot_name_prefix": before["robot_name_prefix"]["value"],
        "scanner_skip_update_pulltime": True,
        "storage_per_project": -1,
        "banner_message": "",
        "quota_per_project_enable": True,
        "audit_log_forward_endpoint": "",
        "skip_audit_log_database": False,
    }
    provider.send("PUT", "/configurations", change)
    after = provider.send("GET", "/configurations").json()
    assert (after["project_creation_restriction"]["value"], after["robot_token_duration"]["value"]) == ("adminonly", 20)
    # It destroys a resource by putting the defaults back.
    provider.send("PUT", "/configurations", {key: before[key]["value"] for key in keys})
    assert provider.send("GET", "/configurations").json()["robot_token_duration"] == before["robot_token_duration"]


def test_an_immutable_tag_rule(provider: Provider) -> None:
    project = provider.create("/projects", {"project_name": name("project"), "metadata": {"public": "false"}})
    rule = {
        "disabled": False,
        "action": "immutable",
        "template": "immutable_template",
        "tag_selectors": [{"kind": "doublestar", "decoration": "matches", "pattern": "v*.*", "extras": ""}],
        "scope_selectors": {
            "repository": [{"kind": "doublestar", "decoration": "repoMatches", "pattern": "**", "extras": ""}]
        },
    }
    made = provider.create(f"{project}/immutabletagrules", rule)
    assert made.startswith(f"{project}/immutabletagrules/")
    number = int(made.rpartition("/")[2])
    # There is no way to ask for a single one.
    listed = provider.send("GET", f"{project}/immutabletagrules?page=1&page_size=100").json()
    assert [entry["id"] for entry in listed] == [number]
    assert listed[0]["tag_selectors"] == [{"kind": "doublestar", "decoration": "matches", "pattern": "v*.*"}] or (
        listed[0]["tag_selectors"][0]["pattern"] == "v*.*"
    )
    provider.send("PUT", made, {**rule, "id": number, "disabled": True})
    assert provider.send("GET", f"{project}/immutabletagrules?page=1&page_size=100").json()[0]["disabled"] is True
    provider.send("DELETE", made)
    assert provider.send("GET", f"{project}/immutabletagrules?page=1&page_size=100").json() == []
    provider.send("DELETE", project)


def test_a_retention_policy(provider: Provider) -> None:
    project = provider.create("/projects", {"project_name": name("project"), "metadata": {"public": "false"}})
    number = int(project.rpartition("/")[2])
    rule = {
        "disabled": False,
        "action": "retain",
        "scope_selectors": {"repository": [{"kind": "doublestar", "decoration": "repoMatches", "pattern": "**"}]},
        "tag_selectors": [
            {"kind": "doublestar", "decoration": "matches", "pattern": "v*", "extras": '{"untagged":true}'}
        ],
        "params": {"latestPushedK": 5},
        "template": "latestPushedK",
    }
    body: dict[str, Any] = {
        "algorithm": "or",
        "rules": [rule],
        "trigger": {"kind": "Schedule", "references": {}, "settings": {"cron": "0 0 0 * * *"}},
        "scope": {"level": "project", "ref": number},
    }
    policy = provider.create("/retentions", body)
    assert policy.startswith("/retentions/")
    found = provider.send("GET", policy).json()
    assert found["scope"] == body["scope"]
    assert found["trigger"]["settings"]["cron"] == "0 0 0 * * *"
    (shown,) = found["rules"]
    assert (shown["params"], shown["template"]) == (rule["params"], rule["template"])
    assert (shown["tag_selectors"], shown["scope_selectors"]) == (rule["tag_selectors"], rule["scope_selectors"])

    # A project that has one is given the new one by another request.
    provider.send("POST", "/retentions", body, 400)
    known = provider.send("GET", project).json()["metadata"]["retention_id"]
    assert policy == f"/retentions/{known}"
    always = {**rule, "params": {}, "template": "always", "disabled": True}
    provider.send("PUT", policy, {**body, "rules": [always], "trigger": {"kind": "Schedule", "settings": {"cron": ""}}})
    changed = provider.send("GET", policy).json()
    assert (changed["rules"][0]["template"], changed["rules"][0]["disabled"]) == ("always", True)
    # It deletes by taking the rules away.
    empty = {**body, "rules": [], "trigger": {"kind": "Schedule", "settings": {"cron": ""}}, "id": int(known)}
    provider.send("PUT", policy, empty)
    assert provider.send("GET", policy).json()["rules"] == []
    provider.send("DELETE", project)


def test_the_quota_of_a_project(provider: Provider) -> None:
    project_name = name("project")
    project = provider.create("/projects", {"project_name": project_name, "storage_limit": 1024 * 1024})
    listed = provider.send("GET", "/quotas/?page=1&page_size=100").json()
    (quota,) = [entry for entry in listed if entry["ref"]["name"] == project_name]
    assert quota["hard"] == {"storage": 1024 * 1024}
    provider.send("PUT", f"/quotas/{quota['id']}", {"hard": {"storage": 2 * 1024 * 1024}})
    assert provider.send("GET", f"/quotas/{quota['id']}").json()["hard"] == {"storage": 2 * 1024 * 1024}
    provider.send("DELETE", project)


def test_the_allowlist_of_the_system(provider: Provider) -> None:
    provider.send("PUT", "/system/CVEAllowlist", {"items": [{"cve_id": "CVE-2026-7"}], "expires_at": None})
    assert provider.send("GET", "/system/CVEAllowlist").json()["items"] == [{"cve_id": "CVE-2026-7"}]
    provider.send("PUT", "/system/CVEAllowlist", {"items": []})


def test_what_is_not_there_is_taken_out_of_the_state(provider: Provider) -> None:
    for path in ("/projects/2147483647", "/users/2147483647", "/robots/2147483647", "/labels/2147483647"):
        provider.send("GET", path, expected=404)
