"""``/usergroups``, and who is in those that are kept here."""

from __future__ import annotations

import re
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from tests.identity.replica import ADMIN, PASSWORD, Replica, message

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

ANN = ("ann", PASSWORD)
INTERNAL, OIDC = 2, 3


async def create(replica: Replica, name: str, kind: int = INTERNAL, **more: Any) -> httpx2.Response:
    return await replica.api("POST", "/usergroups", json={"group_name": name, "group_type": kind, **more})


async def group(replica: Replica, name: str, kind: int = INTERNAL) -> int:
    answer = await create(replica, name, kind)
    assert answer.status_code == 201, answer.text
    return int(answer.headers["location"].removeprefix("/api/v2.0/usergroups/"))


async def names(replica: Replica, query: str = "", auth: tuple[str, str] = ADMIN) -> list[str]:
    answer = await replica.api("GET", f"/usergroups{query}", auth)
    assert answer.status_code == 200, answer.text
    return [item["group_name"] for item in answer.json()]


async def members(replica: Replica, group_id: int) -> list[str]:
    answer = await replica.api("GET", f"/usergroups/{group_id}/members")
    assert answer.status_code == 200, answer.text
    return [item["username"] for item in answer.json()]


async def rows(replica: Replica, sql: str, **values: Any) -> list[tuple[Any, ...]]:
    async with replica.database.begin() as connection:
        result = await connection.execute(text(sql), values)
        return [tuple(row) for row in result] if result.returns_rows else []


async def test_a_group_is_made_shown_renamed_and_removed(replica: Replica) -> None:
    answer = await create(replica, "developers")
    assert (answer.status_code, answer.content) == (201, b"")
    location = answer.headers["location"]
    group_id = int(location.removeprefix("/api/v2.0/usergroups/"))
    shown = (await replica.http.get(location, auth=ADMIN)).json()
    assert shown == {"id": group_id, "group_name": "developers", "group_type": INTERNAL}
    answer = await replica.api("PUT", f"/usergroups/{group_id}", json={"group_name": "coders", "group_type": OIDC})
    assert (answer.status_code, answer.content) == (200, b"")
    # Nothing but the name changes.
    shown = (await replica.http.get(location, auth=ADMIN)).json()
    assert shown == {"id": group_id, "group_name": "coders", "group_type": INTERNAL}
    for _ in range(2):
        answer = await replica.api("DELETE", f"/usergroups/{group_id}")
        assert (answer.status_code, answer.content) == (200, b"")
    missing = (404, "NOT_FOUND", f"the user group with id {group_id} is not found")
    assert message(await replica.http.get(location, auth=ADMIN)) == missing
    assert message(await replica.api("PUT", f"/usergroups/{group_id}", json={"group_name": "x"})) == missing
    told = await rows(
        replica, "SELECT operation, resource, operator FROM outbox WHERE resource_type = 'usergroup' ORDER BY event_id"
    )
    assert told == [("create", "developers", "admin"), ("update", "developers", "admin"), ("delete", "coders", "admin")]


async def test_what_is_wrong_with_a_group_is_said(replica: Replica) -> None:
    await group(replica, "developers")
    duplicate = "duplicate user group, group name:developers, group type: 2, ldap group DN: "
    assert message(await create(replica, "developers")) == (409, "CONFLICT", duplicate)
    assert (await create(replica, "developers", OIDC)).status_code == 201
    group_id = await group(replica, "testers")
    answer = await replica.api("PUT", f"/usergroups/{group_id}", json={"group_name": "developers"})
    assert message(answer)[:2] == (409, "CONFLICT")
    not_found = (400, "BAD_REQUEST", "LDAP Group DN is not found: DN:cn=x,dc=y")
    assert message(await create(replica, "x", 1, ldap_group_dn="cn=x,dc=y")) == not_found
    for name, kind in (("", INTERNAL), ("x" * 256, INTERNAL), ("a\0b", INTERNAL), ("a\nb", OIDC), ("x", 0), ("x", 9)):
        assert message(await create(replica, name, kind))[:2] == (400, "BAD_REQUEST"), (name, kind)
    for method, path in (("POST", "/usergroups"), ("PUT", f"/usergroups/{group_id}")):
        assert message(await replica.api(method, path)) == (400, "BAD_REQUEST", "the group name should be provided")
        wrong: list[Any] = [{"group_name": 1}, [], {"group_type": "x"}]
        for body in wrong:
            assert message(await replica.api(method, path, json=body))[0] == 422
    for method in ("GET", "PUT", "DELETE"):
        for bad in ("0", "-1"):
            answer = await replica.api(method, f"/usergroups/{bad}", json={"group_name": "x"})
            assert message(answer) == (400, "BAD_REQUEST", "the group id should be provided")
        answer = await replica.api(method, "/usergroups/x", None, json={"group_name": "x"})
        reason = 'validation failure list:\ngroup_id in path must be of type int64: "x"'
        assert message(answer) == (422, "UNPROCESSABLE_ENTITY", reason)


async def test_groups_are_listed_for_administrators_and_found_by_everybody(replica: Replica) -> None:
    await replica.user("ann")
    for name in ("testers", "dev", "DEV", "developers"):
        await group(replica, name)
    await group(replica, "cloud", OIDC)
    assert await names(replica) == ["DEV", "cloud", "dev", "developers", "testers"]
    assert await names(replica, "?group_name=dev") == ["DEV", "dev", "developers"]
    assert await names(replica, "?page_size=2&page=2") == ["dev", "developers"]
    assert await names(replica, "?ldap_group_dn=cn=x") == []
    answer = await replica.api("GET", "/usergroups?group_name=dev&page_size=1")
    assert answer.headers["x-total-count"] == "3"
    assert answer.headers["link"] == '</api/v2.0/usergroups?group_name=dev&page=2&page_size=1>; rel="next"'
    assert await names(replica, "/search?groupname=dev", ANN) == ["dev", "DEV", "developers"]
    found = await replica.api("GET", "/usergroups/search?groupname=clo", ANN)
    assert [sorted(item) for item in found.json()] == [["group_name", "group_type", "id"]]
    required = "validation failure list:\ngroupname in query is required"
    assert message(await replica.api("GET", "/usergroups/search", ANN)) == (422, "UNPROCESSABLE_ENTITY", required)
    await rows(replica, "INSERT INTO configuration (key, value) VALUES ('auth_mode', '\"http_auth\"')")
    assert "cloud" not in await names(replica)


async def test_everything_but_the_search_is_for_administrators(replica: Replica) -> None:
    await replica.user("ann")
    group_id = await group(replica, "developers")
    body = {"group_name": "x", "group_type": INTERNAL}
    one, inside = f"/usergroups/{group_id}", f"/usergroups/{group_id}/members"
    calls: list[tuple[str, str, Any]] = [
        ("GET", "/usergroups", None),
        ("POST", "/usergroups", body),
        ("GET", one, None),
        ("PUT", one, body),
        ("DELETE", one, None),
        ("GET", inside, None),
        ("PUT", inside, []),
        ("POST", inside, {"username": "ann"}),
        ("DELETE", f"{inside}/1", None),
    ]
    for method, path, sent in calls:
        status, code, text = message(await replica.api(method, path, ANN, json=sent))
        assert (status, code) == (403, "FORBIDDEN"), path
        assert re.fullmatch("forbidden: user-group:[a-z]+ on the system is needed", text), path
        assert message(await replica.api(method, path, None, json=sent))[0] == 401, path
    assert message(await replica.api("GET", "/usergroups/search?groupname=x", None))[0] == 401


async def test_members_are_set_added_and_removed(replica: Replica) -> None:
    ids = {name: await replica.user(name) for name in ("ann", "bob", "cid")}
    group_id = await group(replica, "developers")
    path = f"/usergroups/{group_id}/members"
    body: list[dict[str, Any]] = [{"username": "ann"}, {"user_id": ids["bob"]}, {"user_id": ids["ann"], "username": ""}]
    answer = await replica.api("PUT", path, json=body)
    assert (answer.status_code, answer.content) == (200, b"")
    assert await members(replica, group_id) == ["ann", "bob"]
    answer = await replica.api("POST", path, json={"username": "cid"})
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == (f"/api/v2.0{path}/{ids['cid']}")
    assert message(await replica.api("POST", path, json={"user_id": ids["cid"]}))[:2] == (409, "CONFLICT")
    page = await replica.api("GET", f"{path}?page_size=2")
    assert page.json() == [{"user_id": ids[name], "username": name} for name in ("ann", "bob")]
    assert page.headers["x-total-count"] == "3"
    filtered = await replica.api("GET", f"{path}?q=username=~C")
    assert [item["username"] for item in filtered.json()] == ["cid"]
    assert (await replica.api("DELETE", f"{path}/{ids['ann']}")).status_code == 200
    assert message(await replica.api("DELETE", f"{path}/{ids['ann']}"))[:2] == (404, "NOT_FOUND")
    assert await members(replica, group_id) == ["bob", "cid"]
    # A deleted user is in no group, also not under the name it has then.
    await replica.identity.users.delete(ids["bob"])
    assert await members(replica, group_id) == ["cid"]
    assert (await replica.api("PUT", path, json=[])).status_code == 200
    assert await members(replica, group_id) == []


async def test_what_is_wrong_with_members_is_said_and_changes_nothing(replica: Replica) -> None:
    await replica.user("ann")
    group_id = await group(replica, "developers")
    path = f"/usergroups/{group_id}/members"
    await replica.api("PUT", path, json=[{"username": "ann"}])
    cases: list[tuple[Any, int]] = [
        ([{"username": "nobody"}], 400),
        ([{"user_id": 99999999}], 400),
        ([{"username": "ann\0"}], 400),
        ([{"username": "x" * 5000}], 400),
        ([{}], 400),
        ([{"user_id": 2**63}], 422),
        ([{"user_id": -1}], 422),
        ({"username": "ann"}, 422),
        ([[]], 422),
        ([{"user_id": number} for number in range(1, 10_050)], 400),
    ]
    for body, status in cases:
        assert message(await replica.api("PUT", path, json=body))[0] == status, str(body)[:60]
    assert message(await replica.api("PUT", path))[0] == 422
    assert await members(replica, group_id) == ["ann"]
    for method, body in (("GET", None), ("PUT", []), ("POST", {"username": "ann"})):
        answer = await replica.api(method, "/usergroups/99999999/members", json=body)
        assert message(answer) == (404, "NOT_FOUND", "the user group with id 99999999 is not found")
    foreign = await group(replica, "cloud", OIDC)
    answer = await replica.api("PUT", f"/usergroups/{foreign}/members", json=[{"username": "ann"}])
    assert message(answer)[:2] == (400, "BAD_REQUEST")


async def test_a_removed_group_is_gone_from_projects(replica: Replica) -> None:
    group_id = await group(replica, "developers")
    await rows(
        replica,
        "INSERT INTO project_member (project_id, entity_id, entity_type, role) VALUES (1, :id, 'g', 2)",
        id=group_id,
    )
    await replica.api("DELETE", f"/usergroups/{group_id}")
    assert await rows(replica, "SELECT 1 FROM project_member WHERE entity_type = 'g'") == []
