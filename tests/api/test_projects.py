"""``/projects``, as a real Harbor answers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.access.roles import Role
from moorage.database import driver
from moorage.database.listing import ALL
from moorage.identity.models import PROJECT, SYSTEM, NewRobot, RobotAction, RobotPermission
from tests.identity.replica import ADMIN, PASSWORD, Replica, message

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

ILLEGAL_NAME = "project name is not in lower case or contains illegal characters"
ANN = ("ann", PASSWORD)


async def create(replica: Replica, name: str, auth: tuple[str, str] | None = ADMIN, **more: Any) -> httpx2.Response:
    return await replica.api("POST", "/projects", auth, json={"project_name": name, **more})


async def names(replica: Replica, query: str = "", auth: tuple[str, str] | None = ADMIN) -> list[str]:
    answer = await replica.api("GET", f"/projects{query}", auth)
    assert answer.status_code == 200, answer.text
    return [project["name"] for project in answer.json()]


async def test_a_project_is_made_shown_and_deleted(replica: Replica) -> None:
    answer = await create(replica, "shop")
    assert (answer.status_code, answer.content) == (201, b"")
    assert "content-type" not in answer.headers
    location = answer.headers["location"]
    assert location.startswith("/api/v2.0/projects/")
    project_id = int(location.rpartition("/")[2])

    body = (await replica.api("GET", "/projects/shop")).json()
    assert body.pop("creation_time") == body.pop("update_time")
    never = "0001-01-01T00:00:00.000Z"
    assert body == {
        "project_id": project_id,
        "name": "shop",
        "owner_id": 1,
        "owner_name": "admin",
        "repo_count": 0,
        "metadata": {"public": "false"},
        "cve_allowlist": {
            "id": project_id,
            "project_id": project_id,
            "items": [],
            "creation_time": never,
            "update_time": never,
        },
        "current_user_role_id": 1,
        "current_user_role_ids": [1],
    }
    assert (await replica.http.get(location, auth=ADMIN)).json()["name"] == "shop"
    assert (await replica.api("GET", "/projects/shop/_deletable")).json() == {"deletable": True}
    answer = await replica.api("DELETE", "/projects/shop")
    assert (answer.status_code, answer.content) == (200, b"")
    assert message(await replica.api("GET", "/projects/shop")) == (404, "NOT_FOUND", "project shop not found")
    assert message(await replica.api("DELETE", "/projects/shop")) == (404, "NOT_FOUND", "project shop not found")
    assert (await create(replica, "shop")).headers["location"] != location


async def test_a_name_made_of_digits_is_told_from_an_id_by_a_header(replica: Replica) -> None:
    await create(replica, "shop")
    body = (await replica.api("GET", "/projects/shop")).json()
    assert (await create(replica, str(body["project_id"]))).status_code == 201
    path = f"/projects/{body['project_id']}"
    assert (await replica.api("GET", path)).json()["name"] == "shop"
    as_name = await replica.api("GET", path, headers={"X-Is-Resource-Name": "true"})
    assert as_name.json()["name"] == str(body["project_id"])
    as_id = await replica.api("GET", path, headers={"X-Is-Resource-Name": "false"})
    assert as_id.json()["name"] == "shop"


async def test_the_location_has_the_name_when_that_is_asked_for(replica: Replica) -> None:
    answer = await replica.api(
        "POST", "/projects", json={"project_name": "shop"}, headers={"X-Resource-Name-In-Location": "true"}
    )
    assert answer.headers["location"] == "/api/v2.0/projects/shop"


@pytest.mark.parametrize("path", ["none", "0", "-1", "999999999", "99999999999999999999", "%C3%A9", "a%252Fb"])
async def test_what_is_not_there_is_told_to_administrators_only(replica: Replica, path: str) -> None:
    await replica.user("ann")
    status, code, text = message(await replica.api("GET", f"/projects/{path}"))
    assert (status, code) == (404, "NOT_FOUND")
    assert text.startswith("project ")
    assert message(await replica.api("GET", f"/projects/{path}", ANN)) == (403, "FORBIDDEN", "forbidden")
    assert message(await replica.api("GET", f"/projects/{path}", None)) == (401, "UNAUTHORIZED", "unauthorized")


async def test_head_looks_for_a_name(replica: Replica) -> None:
    await replica.user("ann")
    await create(replica, "shop")
    await create(replica, "12345")
    assert (await replica.api("HEAD", "/projects?project_name=12345")).status_code == 200
    assert (await replica.api("HEAD", "/projects?project_name=1")).status_code == 404
    for query, auth, status in (
        ("?project_name=shop", ADMIN, 200),
        ("?project_name=none", ADMIN, 404),
        ("?project_name=shop", None, 401),
        ("?project_name=library", None, 401),
        # Whoever may make projects may know whether a name is taken.
        ("?project_name=shop", ANN, 200),
        ("?project_name=none", ANN, 404),
        ("?project_name=a%00", ADMIN, 400),
        ("", ADMIN, 422),
    ):
        answer = await replica.api("HEAD", f"/projects{query}", auth)
        assert (answer.status_code, answer.content) == (status, b"")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (400, "Project name  is illegal in length. (greater than 255 or less than 1)")),
        ({"project_name": ""}, (400, "Project name  is illegal in length. (greater than 255 or less than 1)")),
        ({"project_name": "UPPER"}, (400, ILLEGAL_NAME)),
        ({"project_name": "-a"}, (400, ILLEGAL_NAME)),
        ({"project_name": "a--b"}, (400, ILLEGAL_NAME)),
        ({"project_name": "a..b"}, (400, ILLEGAL_NAME)),
        ({"project_name": "a_"}, (400, ILLEGAL_NAME)),
        ({"project_name": "a b"}, (400, ILLEGAL_NAME)),
        ({"project_name": "a/b"}, (400, ILLEGAL_NAME)),
        ({"project_name": "é"}, (400, ILLEGAL_NAME)),
        ({"project_name": "a\n"}, (400, ILLEGAL_NAME)),
        (
            {"project_name": "q", "metadata": {"public": "yes"}},
            (400, "metadata.public should only be 'true' or 'false', but got: 'yes'"),
        ),
        (
            {"project_name": "q", "metadata": {"auto_scan": "maybe"}},
            (400, "metadata.auto_scan should only be 'true' or 'false', but got: 'maybe'"),
        ),
        (
            {"project_name": "q", "metadata": {"retention_id": "5"}},
            (
                400,
                "bad request: the retention_id in the request's payload when creating a project should be omitted,"
                " alternatively passing an empty string",
            ),
        ),
        (
            {"project_name": "q", "registry_id": 0},
            (400, "bad request: 0 is invalid value of registry_id, it should be geater than 0"),
        ),
        (
            {"project_name": "q", "storage_limit": -2},
            (400, "bad request: invalid non-positive value for quota limit, value=-2"),
        ),
        (
            {"project_name": "q", "storage_limit": 1024**5 + 1},
            (400, "bad request: exceeded 1024TB, which is 1125899906842624 Bytes, value=1125899906842625"),
        ),
        ({"project_name": "q", "registry_id": 7}, (501, "proxy cache projects are not available in this release")),
        ({"project_name": "library"}, (409, "The project named library already exists")),
    ],
)
async def test_what_is_wrong_with_a_new_project_is_said_as_harbor_says_it(
    replica: Replica, body: dict[str, Any], expected: tuple[int, str]
) -> None:
    status, _, text = message(await replica.api("POST", "/projects", json=body))
    assert (status, text) == expected
    assert await names(replica) == ["library"]


@pytest.mark.parametrize(
    ("content", "media_type", "text"),
    [
        (b"", "application/json", "project in body is required"),
        (b"not json", "application/json", 'parsing project body from "" failed, because '),
        (b"[]", "application/json", 'parsing project body from "" failed, because '),
        (b"null", "application/json", 'parsing project body from "" failed, because '),
        (b'{"project_name":5}', "application/json", 'parsing project body from "" failed, because '),
        (b'{"project_name":"q","metadata":{"public":true}}', "application/json", "parsing project body"),
        (b'{"project_name":"q","storage_limit":"x"}', "application/json", "parsing project body"),
        (
            b'{"project_name":"' + b"x" * 256 + b'"}',
            "application/json",
            "validation failure list:\nproject_name in body should be at most 255 chars long",
        ),
        (b'{"project_name":"\xff"}', "application/json", "parsing project body"),
        (b"[" * 100_000, "application/json", "parsing project body"),
        (b"{}", "", 'unsupported media type "application/octet-stream", only [application/json] are allowed'),
        (b"{}", "text/plain", 'unsupported media type "text/plain", only [application/json] are allowed'),
        (b"x=1", "application/x-www-form-urlencoded", "unsupported media type"),
    ],
)
async def test_a_body_that_is_none_is_unprocessable(
    replica: Replica, content: bytes, media_type: str, text: str
) -> None:
    for auth in (ADMIN, None):
        headers = {"content-type": media_type} if media_type else {}
        answer = await replica.api("POST", "/projects", auth, content=content, headers=headers)
        status, code, found = message(answer)
        assert (status, code) == (422, "UNPROCESSABLE_ENTITY")
        assert found.startswith(f"validation failure list:\n{text}"), found


async def test_a_body_has_a_limit(replica: Replica) -> None:
    answer = await replica.api("POST", "/projects", json={"project_name": "x" * 2_000_000})
    assert message(answer) == (413, "REQUEST_ENTITY_TOO_LARGE", "the body of the request is too large")


async def test_metadata_is_kept_in_its_normal_form(replica: Replica) -> None:
    given = {"public": "true", "auto_scan": "1", "prevent_vul": "T", "severity": "High", "proxy_speed_kb": "9"}
    await create(replica, "shop", metadata=given)
    body = (await replica.api("GET", "/projects/shop", None)).json()
    assert body["metadata"] == {"public": "true", "auto_scan": "true", "prevent_vul": "true", "severity": "high"}
    assert body["current_user_role_ids"] is None
    assert "current_user_role_id" not in body
    await create(replica, "old", public=True)
    assert (await replica.api("GET", "/projects/old")).json()["metadata"] == {"public": "true"}


async def test_a_project_is_changed_in_what_is_given(replica: Replica) -> None:
    await create(replica, "shop", metadata={"auto_scan": "true", "severity": "low"})

    async def put(body: dict[str, Any]) -> dict[str, str]:
        answer = await replica.api("PUT", "/projects/shop", json=body)
        assert (answer.status_code, answer.content) == (200, b""), answer.text
        return (await replica.api("GET", "/projects/shop")).json()["metadata"]

    given = {"public": "True", "severity": "HIGH", "prevent_vul": None, "proxy_speed_kb": "x", "nothing": "1"}
    expected = {"public": "true", "auto_scan": "true", "severity": "high"}
    assert await put({"metadata": given}) == expected
    assert await put({}) == expected
    # What Harbor takes no notice of.
    assert await put({"project_name": "other", "storage_limit": 5, "public": False, "registry_id": 9}) == expected
    del expected["severity"]
    assert await put({"metadata": {"severity": "", "public": "0"}}) == expected | {"public": "false"}
    assert (await replica.api("GET", "/projects/shop", None)).status_code == 401


@pytest.mark.parametrize(
    ("metadata", "text"),
    [
        ({"public": "maybe"}, "metadata.public should only be 'true' or 'false', but got: 'maybe'"),
        (
            {"severity": "bogus"},
            "metadata.severity should be one of none, negligible, low, medium, high, critical, but got: 'bogus'",
        ),
        *(
            (
                {"retention_id": value},
                "the retention_id in the request's payload when updating a project should be omitted,"
                " alternatively passing the one that has already been associated to this project",
            )
            for value in ("", "12", "a\0")
        ),
    ],
)
async def test_a_bad_change_changes_nothing(replica: Replica, metadata: dict[str, str], text: str) -> None:
    answer = await replica.api("PUT", "/projects/library", json={"metadata": {"auto_scan": "true", **metadata}})
    assert message(answer) == (400, "BAD_REQUEST", text)
    assert (await replica.api("GET", "/projects/library")).json()["metadata"] == {"public": "true"}


async def test_the_retention_policy_a_project_has_may_be_named(replica: Replica) -> None:
    async with replica.database.begin() as connection:
        await connection.execute(text("INSERT INTO project_metadata VALUES (1, 'retention_id', '7')"))
    for value, status in (("7", 200), ("8", 400)):
        answer = await replica.api("PUT", "/projects/library", json={"metadata": {"retention_id": value}})
        assert answer.status_code == status
    assert (await replica.api("GET", "/projects/library")).json()["metadata"]["retention_id"] == "7"


async def test_who_may_change_and_delete_a_project(replica: Replica) -> None:
    ann = await replica.user("ann")
    await create(replica, "shop")
    project_id = (await replica.api("GET", "/projects/shop")).json()["project_id"]
    body = {"metadata": {"auto_scan": "true"}}
    member_id = await replica.projects.members.add(project_id, ann, Role.MAINTAINER)
    for role in (Role.MAINTAINER, Role.DEVELOPER, Role.GUEST, Role.LIMITED_GUEST):
        await replica.projects.members.set_role(project_id, member_id, role)
        for method, path in (("PUT", "/projects/shop"), ("DELETE", "/projects/shop")):
            assert message(await replica.api(method, path, ANN, json=body)) == (403, "FORBIDDEN", "forbidden")
        assert (await replica.api("GET", "/projects/shop/_deletable", ANN)).status_code == 403
    assert message(await replica.api("PUT", "/projects/shop", None, json=body))[0] == 401
    assert message(await replica.api("PUT", "/projects/none", json=body)) == (
        404,
        "NOT_FOUND",
        "project none not found",
    )
    await replica.projects.members.set_role(project_id, member_id, Role.PROJECT_ADMIN)
    assert (await replica.api("PUT", "/projects/shop", ANN, json=body)).status_code == 200
    assert (await replica.api("DELETE", "/projects/shop", ANN)).status_code == 200


async def test_a_project_has_a_list_of_cves_it_does_not_mind(replica: Replica) -> None:
    items = [{"cve_id": "CVE-2021-1"}, {"cve_id": "CVE-2021-2"}]
    await create(replica, "shop", cve_allowlist={"items": items[:1]})
    found = (await replica.api("GET", "/projects/shop")).json()
    project_id = found["project_id"]
    assert (found["cve_allowlist"]["items"], "expires_at" in found["cve_allowlist"]) == (items[:1], False)
    never = "0001-01-01T00:00:00.000Z"
    for given, shown in (
        ({"items": items, "expires_at": 1900000000}, {"items": items, "expires_at": 1900000000}),
        ({"project_id": project_id, "items": items[1:]}, {"items": items[1:]}),
        ({}, {"items": []}),
    ):
        assert (await replica.api("PUT", "/projects/shop", json={"cve_allowlist": given})).status_code == 200
        expected = {"id": project_id, "project_id": project_id, "creation_time": never, "update_time": never, **shown}
        assert (await replica.api("GET", "/projects/shop")).json()["cve_allowlist"] == expected
        assert (await replica.api("GET", "/projects?name=shop")).json()[0]["cve_allowlist"] == expected


@pytest.mark.parametrize(
    ("allowlist", "expected"),
    [
        ({"project_id": 99, "items": []}, (400, "project_id in cve_allowlist must be 1 but it's 99")),
        ({"items": [{"cve_id": "CVE-1"}] * 2}, (400, "duplicate CVE ID in the allowlist: CVE-1")),
        ({"items": [{}]}, (400, "invalid CVE ID in the allowlist: ''")),
        ({"items": [{"cve_id": "a\0"}]}, (400, "invalid CVE ID in the allowlist: 'a\\x00'")),
        (
            {"expires_at": 2**63},
            (422, "cve_allowlist.expires_at in body should be less than or equal to 9223372036854775807"),
        ),
        ({"items": ["CVE-1"]}, (422, "cve_allowlist.items of type models.AllowlistItem")),
    ],
)
async def test_a_list_that_is_none_is_refused(
    replica: Replica, allowlist: dict[str, Any], expected: tuple[int, str]
) -> None:
    status, _, text = message(await replica.api("PUT", "/projects/library", json={"cve_allowlist": allowlist}))
    assert status == expected[0]
    assert text.endswith(expected[1]), text


async def test_a_summary_counts_members_for_those_who_may_list_them(replica: Replica) -> None:
    await create(replica, "shop", metadata={"public": "true"})
    project_id = (await replica.api("GET", "/projects/shop")).json()["project_id"]
    for name, role in (("ann", Role.GUEST), ("bob", Role.LIMITED_GUEST), ("cid", Role.GUEST), ("dan", Role.DEVELOPER)):
        await replica.projects.members.add(project_id, await replica.user(name), role)
    everything = {
        "repo_count": 0,
        "project_admin_count": 1,
        "developer_count": 1,
        "guest_count": 2,
        "limited_guest_count": 1,
    }
    for path in ("/projects/shop/summary", f"/projects/{project_id}/summary"):
        assert (await replica.api("GET", path)).json().items() >= everything.items()
    assert (await replica.api("GET", path, ANN)).json().items() >= everything.items()
    for auth in (None, ("bob", PASSWORD)):
        shown = (await replica.api("GET", path, auth)).json()
        assert {key for key in shown if key.endswith("_count")} == {"repo_count"}
    assert message(await replica.api("GET", "/projects/none/summary"))[0] == 404
    await replica.api("PUT", "/projects/shop", json={"metadata": {"public": "false"}})
    assert message(await replica.api("GET", path, None))[0] == 401


async def test_a_summary_of_storage_names_the_repositories_one_may_list(replica: Replica) -> None:
    await create(replica, "shop", storage_limit=10_000)
    project_id = (await replica.api("GET", "/projects/shop")).json()["project_id"]
    bob = await replica.user("bob")
    await replica.projects.members.add(project_id, bob, Role.GUEST, repositories=["app-7", "none"])
    async with replica.database.begin() as connection:
        for statement in _SIZES.split(";"):
            await connection.execute(text(statement), {"project": project_id} if ":project" in statement else {})
    shown = (await replica.api("GET", f"/projects/{project_id}/storage")).json()
    assert shown.pop("computed_at").endswith("Z")
    repositories = shown.pop("repositories")
    # An artifact of n bytes for the nth, and one of 500 in all of them.
    assert shown == {"used": 578, "hard": 10_000, "shared": 500, "unreferenced": 0, "repository_count": 12}
    assert repositories == [{"name": f"shop/app-{n}", "size": 500 + n, "only_here": n} for n in range(12, 2, -1)]
    limited = (await replica.api("GET", "/projects/shop/storage?limit=2")).json()
    assert limited["repositories"] == repositories[:2]
    for_bob = (await replica.api("GET", "/projects/shop/storage", ("bob", PASSWORD))).json()
    assert for_bob["repositories"] == [{"name": "shop/app-7", "size": 507, "only_here": 7}]
    assert for_bob.items() >= shown.items()


_SIZES = """
INSERT INTO repository (project_id, name, first_push_time)
SELECT :project, 'shop/app-' || n, now() FROM generate_series(1, 12) AS n;
INSERT INTO manifest (digest, content) SELECT 'sha256:' || n, '' FROM generate_series(0, 12) AS n;
INSERT INTO artifact (repository_id, project_id, digest, media_type, manifest_size, size)
SELECT repository_id, project_id, 'sha256:' || n, 'x', CASE n WHEN 0 THEN 500 ELSE n END, 1
  FROM repository JOIN generate_series(0, 12) AS n ON n = 0 OR name = 'shop/app-' || n WHERE project_id = :project
"""


@pytest.mark.parametrize(
    ("query", "auth", "status"),
    [("?limit=0", ADMIN, 422), ("?limit=101", ADMIN, 422), ("?limit=x", ADMIN, 422), ("", None, 401)],
)
async def test_a_summary_of_storage_is_limited(
    replica: Replica, query: str, auth: tuple[str, str] | None, status: int
) -> None:
    assert message(await replica.api("GET", f"/projects/library/storage{query}", auth))[0] == status


async def test_what_is_done_is_recorded_with_who_did_it(replica: Replica) -> None:
    from sqlalchemy import text

    await replica.user("ann")
    await create(replica, "shop", ANN)
    project_id = (await replica.api("GET", "/projects/shop")).json()["project_id"]
    requests: list[tuple[str, str, dict[str, Any]]] = [
        ("PUT", "/projects/shop", {"metadata": {"auto_scan": "true"}}),
        ("PUT", "/projects/shop", {}),
        ("PUT", "/projects/shop", {"metadata": {"severity": "bad"}}),
        ("PUT", "/projects/shop/metadatas/public", {"public": "true"}),
        ("POST", "/projects/shop/members", {"role_id": 3, "member_user": {"username": "admin"}}),
        ("POST", "/projects/shop/members", {"role_id": 3, "member_user": {"username": "admin"}}),
        ("POST", "/labels", {"name": "l", "scope": "p", "project_id": project_id}),
        ("DELETE", "/projects/shop", {}),
    ]
    for method, path, body in requests:
        await replica.api(method, path, ANN, json=body)
    async with replica.database.connect() as connection:
        rows = await connection.execute(
            text(
                "SELECT operation, resource_type, resource, details FROM outbox"
                " WHERE operator = 'ann' AND project_id = :p AND succeeded AND request_id <> '' ORDER BY event_id"
            ),
            {"p": project_id},
        )
        assert [tuple(row) for row in rows] == [
            ("create", "project", "shop", None),
            ("update", "project", "shop", {"changed": ["metadata.auto_scan"]}),
            ("update", "project", "shop", {"changed": ["metadata.public"]}),
            ("create", "member", "admin", {"project": "shop", "role": "guest"}),
            ("create", "label", "l", None),
            ("delete", "project", "shop", None),
        ]


async def test_whoever_makes_a_project_administers_it(replica: Replica) -> None:
    user_id = await replica.user("ann")
    assert (await create(replica, "mine", ANN)).status_code == 201
    body = (await replica.api("GET", "/projects/mine", ANN)).json()
    assert (body["owner_id"], body["owner_name"], body["current_user_role_ids"]) == (user_id, "ann", [1])
    seen_by_admin = (await replica.api("GET", "/projects/mine")).json()
    assert seen_by_admin["current_user_role_ids"] is None
    assert message(await create(replica, "n", None)) == (401, "UNAUTHORIZED", "unauthorized")
    assert message(await create(replica, "n", ANN, registry_id=1)) == (
        403,
        "FORBIDDEN",
        "Only system admin can create proxy cache project",
    )
    # Harbor ignores what only administrators may set.
    assert (await create(replica, "limited", ANN, storage_limit=5)).status_code == 201
    assert (await replica.api("DELETE", "/projects/mine", ANN)).status_code == 200


async def test_a_list_shows_what_one_may_see(replica: Replica) -> None:
    ann = await replica.user("ann")
    await replica.user("bob")
    for name, public in (("open", True), ("closed", False), ("team", False)):
        await create(replica, name, metadata={"public": str(public).lower()})
    team = (await replica.api("GET", "/projects/team")).json()["project_id"]
    await replica.projects.members.add(team, ann, Role.GUEST)

    assert await names(replica) == ["closed", "library", "open", "team"]
    assert await names(replica, auth=ANN) == ["library", "open", "team"]
    assert await names(replica, auth=("bob", PASSWORD)) == ["library", "open"]
    assert await names(replica, auth=None) == ["library", "open"]
    assert await names(replica, auth=("ann", "wrong")) == ["library", "open"]
    assert await names(replica, "?public=true", ANN) == ["library", "open"]
    assert await names(replica, "?public=false", ANN) == ["team"]
    assert await names(replica, "?public=false", None) == []
    assert await names(replica, "?public=0") == ["closed", "team"]
    assert (await replica.api("GET", "/projects?name=team", ANN)).json()[0]["current_user_role_ids"] == [3]


async def test_a_robots_list_reaches_as_far_as_its_permissions(replica: Replica) -> None:
    for name in ("one", "two", "three"):
        await create(replica, name)
    pull = (RobotAction("repository", "pull"),)

    async def robot(name: str, level: str, *permissions: RobotPermission) -> tuple[str, str]:
        made, secret = await replica.identity.robots.create(NewRobot(name, level, permissions))
        return made.name, secret

    of_one = await robot("r", PROJECT, RobotPermission(PROJECT, "one", pull))
    of_two = await robot("s", SYSTEM, RobotPermission(PROJECT, "one", pull), RobotPermission(PROJECT, "two", pull))
    of_all = await robot("t", SYSTEM, RobotPermission(PROJECT, "*", pull))
    lister = await robot("u", SYSTEM, RobotPermission(SYSTEM, "/", (RobotAction("project", "list"),)))
    assert await names(replica, auth=of_one) == ["library", "one"]
    assert await names(replica, auth=of_two) == ["library", "one", "two"]
    assert await names(replica, auth=of_all) == ["library", "one", "three", "two"]
    assert await names(replica, auth=lister) == ["library", "one", "three", "two"]
    # Seen in a list, it is still not read without the permission.
    assert message(await replica.api("GET", "/projects/one", of_one)) == (403, "FORBIDDEN", "forbidden")
    assert (await replica.api("GET", "/projects/library", of_one)).status_code == 200


async def test_a_robot_makes_projects_only_with_the_permission(replica: Replica) -> None:
    create_permission = RobotPermission(SYSTEM, "/", (RobotAction("project", "create"),))
    pull = RobotPermission(PROJECT, "library", (RobotAction("repository", "pull"),))
    robots = {}
    for name, level, permission in (
        ("maker", SYSTEM, create_permission),
        ("puller", SYSTEM, pull),
        ("local", PROJECT, pull),
    ):
        made, secret = await replica.identity.robots.create(NewRobot(name, level, (permission,)))
        robots[name] = (made.name, secret)
    assert (await create(replica, "made", robots["maker"])).status_code == 201
    assert (await replica.api("GET", "/projects/made")).json()["owner_name"] == "admin"
    assert message(await create(replica, "x", robots["puller"])) == (
        403,
        "FORBIDDEN",
        "forbidden: project:create on the system is needed",
    )
    assert message(await create(replica, "x", robots["local"])) == (
        403,
        "FORBIDDEN",
        "Only system level robot can create project",
    )
    assert message(await replica.api("GET", "/users/current", robots["maker"])) == (
        412,
        "PRECONDITION",
        "get current user not available for security context: robot",
    )


async def test_a_list_is_filtered_sorted_and_paged(replica: Replica) -> None:
    await replica.user("ann")
    for name in ("a-1", "a-2", "a_3", "b%".replace("%", "x")):
        await create(replica, name, ANN)
    assert await names(replica, "?name=a-") == ["a-1", "a-2"]
    assert await names(replica, "?name=A-") == ["a-1", "a-2"]
    assert await names(replica, "?name=a_") == ["a_3"]
    assert await names(replica, "?name=%25") == []
    assert await names(replica, "?owner=ann&sort=-name") == ["bx", "a_3", "a-2", "a-1"]
    assert await names(replica, "?q=name=a-2") == ["a-2"]
    assert await names(replica, "?q=name%3D~a,owner=ann") == ["a-1", "a-2", "a_3"]
    assert await names(replica, "?q=name={a-1 bx}") == ["a-1", "bx"]
    assert await names(replica, "?q=nothing=1,name__in=a-1") == ["a-1"]
    assert await names(replica, "?q=ProjectID=1") == ["library"]
    assert await names(replica, "?q=creation_time=[2020-01-01T00:00:00~2020-01-02T00:00:00]") == []
    assert await names(replica, "?sort=bogus,-name") == ["library", "bx", "a_3", "a-2", "a-1"]
    assert await names(replica, "?page_size=-1") == await names(replica, "?page_size=0")

    answer = await replica.api("GET", "/projects?page=2&page_size=2&name=&q=owner%3Dann")
    assert [project["name"] for project in answer.json()] == ["a_3", "bx"]
    assert answer.headers["x-total-count"] == "4"
    path = "/api/v2.0/projects"
    assert answer.headers["link"] == f'<{path}?name=&page=1&page_size=2&q=owner=ann>; rel="prev"'
    answer = await replica.api("GET", "/projects?page_size=2&page=2")
    assert answer.headers["link"] == (
        f'<{path}?page=1&page_size=2>; rel="prev" , <{path}?page=3&page_size=2>; rel="next"'
    )
    assert "link" not in (await replica.api("GET", "/projects")).headers
    assert await names(replica, "?page=99999999999") == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("page_size=101", "validation failure list:\npage_size in query should be less than or equal to 100"),
        ("page=x", 'validation failure list:\npage in query must be of type int64: "x"'),
        ("page=99999999999999999999", 'page in query must be of type int64: "99999999999999999999"'),
        ("public=maybe", 'validation failure list:\npublic in query must be of type bool: "maybe"'),
        ("q=name", 'the query string must contain "=" and the key/value cannot be empty'),
        ("q=name=[1]", "invalid query string value: [1]"),
        ("q=project_id=x", "invalid value of project_id: x"),
        ("q=project_id=99999999999999999999", "invalid value of project_id: 99999999999999999999"),
        ("q=creation_time=[x~]", "invalid value of creation_time: x"),
        ("q=name=a%00", "invalid value of name"),
    ],
)
async def test_a_query_that_is_wrong_is_the_clients_mistake(replica: Replica, query: str, expected: str) -> None:
    status, code, text = message(await replica.api("GET", f"/projects?{query}"))
    assert (status, code) in ((422, "UNPROCESSABLE_ENTITY"), (400, "BAD_REQUEST"))
    assert text.endswith(expected)


async def test_a_list_takes_the_same_number_of_statements_whatever_its_size(
    replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        await create(replica, f"p-{number}")
    counts = []
    statements: list[str] = []

    async def watched(connection: AsyncConnection, sql: str, parameters: Sequence[object]) -> list[driver.Row]:
        statements.append(sql)
        return await driver.fetch_all(connection, sql, parameters)

    monkeypatch.setattr("moorage.database.pages.fetch_all", watched)
    for size in (1, 30):
        statements.clear()
        await replica.api("GET", f"/projects?page_size={size}")
        counts.append(len(statements))
    assert counts[0] == counts[1] == 1


async def test_a_project_something_was_pushed_to_stays(replica: Replica) -> None:
    from sqlalchemy import text

    await create(replica, "shop")
    project_id = (await replica.api("GET", "/projects/shop")).json()["project_id"]
    async with replica.database.begin() as connection:
        await connection.execute(
            text("INSERT INTO repository (project_id, name, first_push_time) VALUES (:p, 'shop/a', now())"),
            {"p": project_id},
        )
    refusal = "the project contains repositories, can not be deleted"
    assert (await replica.api("GET", "/projects/shop/_deletable")).json() == {"message": refusal}
    assert message(await replica.api("DELETE", "/projects/shop")) == (
        412,
        "PRECONDITION",
        f"precondition failed: {refusal}",
    )
    assert (await replica.api("GET", "/projects/shop")).json()["repo_count"] == 1
    async with replica.database.begin() as connection:
        await connection.execute(text("UPDATE repository SET first_push_time = NULL"))
    assert (await replica.api("DELETE", "/projects/shop")).status_code == 200
    assert (await create(replica, "shop")).status_code == 201


async def test_nothing_of_a_deleted_project_comes_back_with_its_name(replica: Replica) -> None:
    ann = await replica.user("ann")
    await create(replica, "shop")
    project_id = (await replica.api("GET", "/projects/shop")).json()["project_id"]
    await replica.projects.members.add(project_id, ann, Role.DEVELOPER)
    read = (RobotAction("project", "read"),)
    local = await replica.identity.robots.create(NewRobot("r", PROJECT, (RobotPermission(PROJECT, "shop", read),)))
    wide = await replica.identity.robots.create(
        NewRobot("w", SYSTEM, (RobotPermission(PROJECT, "shop", read), RobotPermission(PROJECT, "library", read)))
    )
    for auth in (ANN, (local[0].name, local[1]), (wide[0].name, wide[1])):
        assert (await replica.api("GET", "/projects/shop", auth)).status_code == 200
    label = await replica.api("POST", "/labels", json={"name": "l", "scope": "p", "project_id": project_id})
    await replica.api("PUT", "/projects/shop", json={"cve_allowlist": {"items": [{"cve_id": "CVE-1"}]}})
    await replica.api("DELETE", "/projects/shop")
    await create(replica, "shop", metadata={"public": "false"})
    assert (await replica.http.get(label.headers["location"], auth=ADMIN)).status_code == 404
    assert (await replica.api("GET", "/projects/shop")).json()["cve_allowlist"]["items"] == []
    assert (await replica.api("GET", "/projects/shop", ANN)).status_code == 403
    assert (await replica.api("GET", "/projects/shop", (local[0].name, local[1]))).status_code == 401
    assert (await replica.api("GET", "/projects/shop", (wide[0].name, wide[1]))).status_code == 403
    assert (await replica.identity.robots.list(ALL, every_level=True))[0] == 1


async def test_two_who_make_the_same_project_get_one(replica: Replica) -> None:
    answers = await asyncio.gather(*(create(replica, "shop") for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7


async def test_names_of_the_url_are_read_as_they_were_sent(replica: Replica) -> None:
    assert (await replica.http.get("/api/v2.0/projects//library", auth=ADMIN)).status_code == 200
    assert (await replica.http.get("/api/v2.0/projects/libr%61ry/", auth=ADMIN)).status_code == 200
    status, _, text = message(await replica.http.get("/api/v2.0/projects/a%2Fb", auth=ADMIN))
    assert (status, text) == (404, "project a/b not found")
