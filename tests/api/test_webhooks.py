"""``/projects/{project}/webhook``, as a real Harbor answers, except where that is a defect."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from moorage.access.roles import Role
from tests.identity.replica import PASSWORD, Replica, message

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

PATH = "/projects/shop/webhook/policies"
TARGET = {
    "type": "http",
    "address": "http://hooks.example/h",
    "skip_cert_verify": False,
    "auth_header": "Bearer abc",
    "payload_format": "Default",
}
SHOWN = {"address": "http://hooks.example/h", "auth_header": "Bearer abc", "payload_format": "Default", "type": "http"}


def policy(**more: Any) -> dict[str, Any]:
    return {
        "name": "w",
        "description": "d",
        "enabled": True,
        "event_types": ["PUSH_ARTIFACT", "DELETE_ARTIFACT"],
        "targets": [TARGET],
        **more,
    }


@pytest.fixture
async def shop(replica: Replica) -> int:
    return await replica.projects.create("shop", owner_id=1, public=False)


async def create(replica: Replica, **more: Any) -> int:
    answer = await replica.api("POST", PATH, json=policy(**more))
    assert (answer.status_code, answer.content) == (201, b""), answer.text
    assert answer.headers["location"].startswith(f"/api/v2.0{PATH}/")
    return int(answer.headers["location"].rpartition("/")[2])


async def test_what_there_is_to_choose_from(replica: Replica, shop: int) -> None:
    answer = await replica.api("GET", "/projects/shop/webhook/events")
    assert answer.json() == {
        "event_type": [
            "PUSH_ARTIFACT",
            "PULL_ARTIFACT",
            "DELETE_ARTIFACT",
            "QUOTA_EXCEED",
            "QUOTA_WARNING",
            "SCANNING_FAILED",
            "SCANNING_STOPPED",
            "SCANNING_COMPLETED",
            "REPLICATION",
            "TAG_RETENTION",
        ],
        "notify_type": ["http", "slack"],
        "payload_formats": [{"formats": ["Default", "CloudEvents"], "notify_type": "http"}],
    }
    assert message(await replica.api("GET", "/projects/none/webhook/events")) == (
        404,
        "NOT_FOUND",
        "project none not found",
    )


async def test_a_policy_is_made_shown_changed_and_deleted(replica: Replica, shop: int) -> None:
    empty = await replica.api("GET", PATH)
    assert (empty.json(), empty.headers["x-total-count"]) == ([], "0")
    number = await create(replica)
    shown = (await replica.api("GET", f"{PATH}/{number}")).json()
    created, updated = shown.pop("creation_time"), shown.pop("update_time")
    assert created == updated
    assert shown == {
        "description": "d",
        "enabled": True,
        "event_types": ["PUSH_ARTIFACT", "DELETE_ARTIFACT"],
        "id": number,
        "name": "w",
        "project_id": shop,
        "targets": [SHOWN],
    }
    changed = policy(name="w1", enabled=False, event_types=["PULL_ARTIFACT"], creator="bob", project_id=1)
    answer = await replica.api("PUT", f"{PATH}/{number}", json=changed)
    assert (answer.status_code, answer.content) == (200, b"")
    found = (await replica.api("GET", f"{PATH}/{number}")).json()
    assert (found["name"], found["enabled"], found["event_types"]) == ("w1", False, ["PULL_ARTIFACT"])
    assert (found["creator"], found["project_id"], found["creation_time"]) == ("bob", shop, created)
    gone = await replica.api("DELETE", f"{PATH}/{number}")
    assert (gone.status_code, gone.content) == (200, b"")
    missing = (404, "NOT_FOUND", f"notificationPolicy {number} not found")
    for method, body in (("GET", None), ("DELETE", None), ("PUT", policy())):
        assert message(await replica.api(method, f"{PATH}/{number}", json=body)) == missing


async def test_lists(replica: Replica, shop: int) -> None:
    await create(replica, name="")
    await create(replica, name="a", targets=[{"type": "slack", "address": "http://hooks.example/h"}], enabled=False)
    await create(replica, name="b", targets=[{"type": "http", "address": "hooks.example/x?token=secret#frag"}])
    newest = await replica.api("GET", f"{PATH}?page_size=2")
    assert newest.headers["x-total-count"] == "3"
    assert newest.headers["link"] == f'</api/v2.0{PATH}?page=2&page_size=2>; rel="next"'
    first, second = newest.json()
    # As it was given, and with the format that counts.
    assert first["targets"] == [
        {"address": "hooks.example/x?token=secret#frag", "payload_format": "Default", "type": "http"}
    ]
    assert second["targets"] == [{"address": "http://hooks.example/h", "type": "slack"}]
    assert "name" not in (await replica.api("GET", f"{PATH}?page_size=2&page=2")).json()[0]
    for query, names in (
        ("q=name=a", ["a"]),
        ("q=name=~A,enabled=false", ["a"]),
        ("q=enabled=true&sort=-name", ["b", ""]),
        ("sort=name", ["", "a", "b"]),
    ):
        found = (await replica.api("GET", f"{PATH}?{query}")).json()
        assert [one.get("name", "") for one in found] == names, query


async def test_what_is_refused(replica: Replica, shop: int) -> None:
    number = await create(replica)
    empty = (400, "BAD_REQUEST", "empty event type")
    assert message(await replica.api("POST", PATH, json={})) == empty
    assert message(await replica.api("PUT", f"{PATH}/{number}", json={})) == empty
    none = (400, "BAD_REQUEST", "empty notification target with policy w")
    for targets in ([], None):  # type: ignore[var-annotated]
        assert message(await replica.api("POST", PATH, json=policy(targets=targets))) == none
    conflict = (409, "CONFLICT", "notification policy named w already exists")
    assert message(await replica.api("POST", PATH, json=policy())) == conflict
    other = await create(replica, name="other")
    assert message(await replica.api("PUT", f"{PATH}/{other}", json=policy())) == conflict
    long = await replica.api("POST", PATH, json=policy(name="x" * 256))
    assert message(long)[:2] == (422, "UNPROCESSABLE_ENTITY")
    private = await replica.api("POST", PATH, json=policy(name="p", targets=[{**TARGET, "address": "127.0.0.1"}]))
    assert private.status_code == 400
    assert "egress.allow" in message(private)[2]
    number_wanted = 'validation failure list:\nwebhook_policy_id in path must be of type int64: "x"'
    assert message(await replica.api("GET", f"{PATH}/x")) == (422, "UNPROCESSABLE_ENTITY", number_wanted)
    assert (await replica.api("GET", "/projects/none/webhook/policies")).status_code == 404
    for path in ("policies", "jobs?policy_id=1", "lasttrigger"):
        assert (await replica.api("POST", f"/projects/shop/webhook/{path}", json=[])).status_code in (405, 422)


async def test_a_policy_is_found_in_its_own_project_only(replica: Replica, shop: int) -> None:
    number = await create(replica)
    other = await replica.projects.create("other", owner_id=1, public=False)
    found = f"resource not found: project id:{other}, webhook policy id: {number} not found"
    path = f"/projects/other/webhook/policies/{number}"
    for method, end, body in (
        ("GET", "", None),
        ("PUT", "", policy()),
        ("DELETE", "", None),
        ("GET", "/executions", None),
    ):
        answer = await replica.api(method, f"{path}{end}", json=body)
        assert message(answer) == (404, "NOT_FOUND", found), method


async def test_filters_and_the_secret_stay_unless_they_are_named(replica: Replica, shop: int) -> None:
    filters = {"repositories": ["app/**"], "tags": ["v*"]}
    number = await create(replica, filters=filters, secret="0123456789abcdef")

    async def change(**more: Any) -> tuple[Any, Any]:
        answer = await replica.api("PUT", f"{PATH}/{number}", json=policy(**more))
        assert answer.status_code == 200, answer.text
        found = (await replica.api("GET", f"{PATH}/{number}")).json()
        assert "secret" not in found
        return found.get("filters"), found.get("signed")

    assert await change() == (filters, True)
    assert await change(filters=None, secret=None) == (filters, True)
    assert await change(filters={"tags": ["x"]}) == ({"tags": ["x"]}, True)
    assert await change(filters={}, secret="") == (None, None)


async def test_last_triggers_and_deliveries_of_a_new_policy(replica: Replica, shop: int) -> None:
    number = await create(replica)
    await create(replica, name="off", enabled=False, event_types=["PULL_ARTIFACT"])
    never = "0001-01-01T00:00:00.000Z"
    found = (await replica.api("GET", "/projects/shop/webhook/lasttrigger")).json()
    assert [(one["policy_name"], one.get("enabled"), one["event_type"], one["last_trigger_time"]) for one in found] == [
        ("off", None, "PULL_ARTIFACT", never),
        ("w", True, "PUSH_ARTIFACT", never),
        ("w", True, "DELETE_ARTIFACT", never),
    ]
    jobs = "/projects/shop/webhook/jobs"
    assert message(await replica.api("GET", jobs)) == (
        422,
        "UNPROCESSABLE_ENTITY",
        "validation failure list:\npolicy_id in query is required",
    )
    for path in (f"{jobs}?policy_id={number}&status=Error", f"{PATH}/{number}/executions"):
        answer = await replica.api("GET", path)
        assert (answer.json(), answer.headers["x-total-count"]) == ([], "0")
    absent = (404, "NOT_FOUND", "notificationPolicy 99999999 not found")
    for path in (f"{jobs}?policy_id=99999999", f"{PATH}/99999999/executions"):
        assert message(await replica.api("GET", path)) == absent
    nothing = (404, "NOT_FOUND", "execution 99999999 not found")
    for end in ("tasks", "tasks/1/log"):
        assert message(await replica.api("GET", f"{PATH}/{number}/executions/99999999/{end}")) == nothing
    answer = await replica.api("POST", f"{PATH}/{number}/executions/99999999/tasks/1/redeliver")
    assert message(answer) == nothing


async def test_maintainers_look_on(replica: Replica, shop: int) -> None:
    number = await create(replica)
    for name, role in (("padmin", Role.PROJECT_ADMIN), ("maintainer", Role.MAINTAINER), ("developer", Role.DEVELOPER)):
        await replica.projects.members.add(shop, await replica.user(name), role)
    statuses = {}
    for name in ("padmin", "maintainer", "developer"):
        auth = (name, PASSWORD)
        statuses[name] = [
            (await replica.api("GET", f"{PATH}/{number}", auth=auth)).status_code,
            (await replica.api("GET", "/projects/shop/webhook/lasttrigger", auth=auth)).status_code,
            (await replica.api("PUT", f"{PATH}/{number}", auth=auth, json={})).status_code,
            (await replica.api("DELETE", f"{PATH}/99999999", auth=auth)).status_code,
        ]
    assert statuses == {
        "padmin": [200, 200, 400, 404],
        "maintainer": [200, 200, 403, 403],
        "developer": [403, 403, 403, 403],
    }
    assert (await replica.api("GET", f"{PATH}/{number}", auth=None)).status_code == 401


_MANY = """
INSERT INTO webhook_policy (project_id, name, event_types, targets)
SELECT :project_id, 'n' || n, ARRAY['PUSH_ARTIFACT'], '[]' FROM generate_series(1, 100) AS n
"""


async def test_a_project_has_a_limited_number(replica: Replica, shop: int) -> None:
    async with replica.database.begin() as connection:
        await connection.execute(text(_MANY), {"project_id": shop})
    answer = await replica.api("POST", PATH, json=policy())
    assert message(answer) == (400, "BAD_REQUEST", "a project has at most 100 webhook policies")
