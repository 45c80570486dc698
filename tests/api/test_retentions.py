"""``/retentions``, as a real Harbor answers, except where that stores what can be no policy."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from moorage.access.roles import Role
from moorage.app import Application
from moorage.jobs.worker import Worker
from tests.identity.replica import PASSWORD, Replica, message
from tests.lifecycle.project import EVERYWHERE
from tests.lifecycle.repository import Made, write

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

TAGS = [{"kind": "doublestar", "decoration": "matches", "pattern": "**", "extras": '{"untagged": true}'}]
BAD = "BAD_REQUEST"


def rule(template: str = "latestPushedK", number: Any = 1, **more: Any) -> dict[str, Any]:
    """A rule as the portal sends it."""
    return {
        "disabled": False,
        "action": "retain",
        "template": template,
        "params": {} if template == "always" else {template: number},
        "tag_selectors": TAGS,
        "scope_selectors": EVERYWHERE,
        **more,
    }


def policy(project_id: int, *rules: dict[str, Any], cron: str = "", **more: Any) -> dict[str, Any]:
    """A policy as the portal sends it."""
    return {
        "algorithm": "or",
        "rules": list(rules or (rule(),)),
        "trigger": {"kind": "Schedule", "settings": {"cron": cron}, "references": {}},
        "scope": {"level": "project", "ref": project_id},
        **more,
    }


def tagged(pattern: str) -> dict[str, Any]:
    return {"tag_selectors": [{**TAGS[0], "pattern": pattern}]}


@pytest.fixture
async def shop(replica: Replica) -> int:
    return await replica.projects.create("shop", owner_id=1, public=False)


async def create(replica: Replica, body: Any, **more: Any) -> int:
    answer = await replica.api("POST", "/retentions", json=body, **more)
    assert (answer.status_code, answer.content) == (201, b""), answer.text
    assert answer.headers["location"].startswith("/api/v2.0/retentions/")
    return int(answer.headers["location"].rpartition("/")[2])


async def test_what_rules_can_be_made_of(replica: Replica) -> None:
    found = (await replica.api("GET", "/retentions/metadatas")).json()
    assert [one["rule_template"] for one in found["templates"]] == [
        "latestPushedK",
        "latestPulledN",
        "nDaysSinceLastPush",
        "nDaysSinceLastPull",
        "always",
    ]
    assert found["templates"][0] == {
        "action": "retain",
        "display_text": "the most recently pushed # artifacts",
        "params": [{"required": True, "type": "int", "unit": "COUNT"}],
        "rule_template": "latestPushedK",
    }
    assert found["tag_selectors"] == [
        {"decorations": ["matches", "excludes"], "display_text": "Tags", "kind": "doublestar"}
    ]
    assert (await replica.api("GET", "/retentions/metadatas", auth=None)).status_code == 401


async def test_a_policy_is_made_shown_changed_and_deleted(replica: Replica, shop: int) -> None:
    number = await create(replica, policy(shop))
    expected = {
        "algorithm": "or",
        "id": number,
        "rules": [
            {
                "action": "retain",
                "params": {"latestPushedK": 1},
                "scope_selectors": EVERYWHERE,
                "tag_selectors": TAGS,
                "template": "latestPushedK",
            }
        ],
        "scope": {"level": "project", "ref": shop},
        "trigger": {"kind": "Schedule", "settings": {"cron": ""}},
    }
    assert (await replica.api("GET", f"/retentions/{number}")).json() == expected
    assert (await replica.api("GET", "/projects/shop")).json()["metadata"]["retention_id"] == str(number)
    second = (400, BAD, f"bad request: project {shop} already has retention policy {number}")
    assert message(await replica.api("POST", "/retentions", json=policy(shop))) == second

    changed = policy(shop, rule("always"), rule("nDaysSinceLastPull", 3, disabled=True), cron="0 0 0 * * *", id=number)
    answer = await replica.api("PUT", f"/retentions/{number}", json=changed)
    assert (answer.status_code, answer.content) == (200, b"")
    shown = (await replica.api("GET", f"/retentions/{number}")).json()
    assert [one["template"] for one in shown["rules"]] == ["always", "nDaysSinceLastPull"]
    assert "params" not in shown["rules"][0]
    assert shown["rules"][1]["disabled"] is True
    settings = shown["trigger"]["settings"]
    assert settings["cron"] == "0 0 0 * * *"
    assert settings["next_scheduled_time"].endswith("T00:00:00.000Z")

    without = {**policy(shop), "rules": [], "trigger": None}
    assert (await replica.api("PUT", f"/retentions/{number}", json=without)).status_code == 200
    assert (await replica.api("GET", f"/retentions/{number}")).json()["rules"] == []

    gone = await replica.api("DELETE", f"/retentions/{number}")
    assert (gone.status_code, gone.content) == (200, b"")
    reason = f"no such Retention policy with id {number}"
    assert message(await replica.api("GET", f"/retentions/{number}")) == (404, "NOT_FOUND", reason)
    assert message(await replica.api("DELETE", f"/retentions/{number}")) == (400, BAD, f"bad request: {reason}")
    assert (await replica.api("GET", "/projects/shop/metadatas/")).json() == {"public": "false"}
    assert await create(replica, policy(shop)) > number


async def test_of_several_first_policies_at_once_one_is_made(replica: Replica, shop: int) -> None:
    answers = await asyncio.gather(*(replica.api("POST", "/retentions", json=policy(shop)) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 400, 400, 400]


async def test_limits_and_conflicts_of_rules(replica: Replica, shop: int) -> None:
    many = [rule(**tagged(f"a{number}")) for number in range(16)]
    too_many = (400, BAD, "bad request: only 15 rules are allowed at most")
    assert message(await replica.api("POST", "/retentions", json=policy(shop, *many))) == too_many
    number = await create(replica, policy(shop, *many[:15]))
    conflict = (409, "CONFLICT", "resource conflict: rule 2 is conflict with rule 1")
    twice = policy(shop, many[0], many[1], {**many[1], "id": 7})
    for answer in (
        await replica.api("POST", "/retentions", json=twice),
        await replica.api("PUT", f"/retentions/{number}", json=twice),
    ):
        assert message(answer) == conflict


#: What a rule may not say, and how its refusal begins.
NO_RULES: list[tuple[dict[str, Any], str]] = [
    ({"template": "nope"}, "unknown template 'nope': it must be one of latestPushedK, "),
    ({"params": {}}, "params.latestPushedK must be a whole number from 0 to 2147483647"),
    ({"params": {"latestPushedK": -1}}, "params.latestPushedK must be a whole number"),
    ({"params": {"latestPushedK": "x"}}, "params.latestPushedK must be a whole number"),
    ({"params": {"latestPushedK": True}}, "params.latestPushedK must be a whole number"),
    ({"params": {"latestPushedK": 2**31}}, "params.latestPushedK must be a whole number"),
    ({"params": {"latestPushedK": 1, "x": "\0"}}, "params: U+0000 is not allowed"),
    ({"params": {"latestPushedK": 1, "x": "a" * 2000}}, "params is too long"),
    (
        {"template": "nDaysSinceLastPush", "params": {"nDaysSinceLastPush": 36_526}},
        "params.nDaysSinceLastPush must be a whole number from 0 to 36525",
    ),
    ({"action": "x"}, "unknown action 'x': it must be 'retain'"),
    ({"priority": -1}, "priority is out of range"),
    ({"tag_selectors": []}, "tag_selectors must have at least one selector"),
    ({"tag_selectors": TAGS * 11}, "tag_selectors must have at most 10 selectors"),
    ({"tag_selectors": [{**TAGS[0], "decoration": "zz"}]}, "tag_selectors: unknown decoration 'zz'"),
    ({"tag_selectors": [{**TAGS[0], "kind": "regex"}]}, "tag_selectors: unknown kind 'regex'"),
    (tagged("["), "tag_selectors: the pattern '[' has a bracket that is not closed"),
    ({"tag_selectors": [{**TAGS[0], "extras": "{"}]}, "tag_selectors: extras must be JSON such as"),
    ({"tag_selectors": [{**TAGS[0], "extras": '{"untagged": 1}'}]}, "tag_selectors: extras must be JSON such as"),
    ({"scope_selectors": {"repository": TAGS}}, "scope_selectors.repository: unknown decoration 'matches'"),
]


async def test_what_can_be_no_rule_is_refused(replica: Replica, shop: int) -> None:
    other = await replica.projects.create("other", owner_id=1, public=False)
    number = await create(replica, policy(shop))
    for change, reason in NO_RULES:
        rules = (rule("always"), {**rule(), **change})
        status, code, said = message(await replica.api("PUT", f"/retentions/{number}", json=policy(shop, *rules)))
        assert (status, code) == (400, BAD), change
        assert said.startswith(f"bad request: rule 1: {reason}"), change
        assert message(await replica.api("POST", "/retentions", json=policy(other, *rules))) == (400, BAD, said)


#: What a policy may not say, and its refusal.
NO_POLICIES: list[tuple[dict[str, Any], str]] = [
    ({"algorithm": "and"}, "bad request: algorithm 'and' is not supported: it must be 'or'"),
    ({"algorithm": ""}, "bad request: algorithm '' is not supported: it must be 'or'"),
    ({"scope": None}, "bad request: the scope is missing"),
    ({"scope": {"level": "global", "ref": 1}}, "bad request: scope global is not support"),
    ({"scope": {"level": "project", "ref": 0}}, "bad request: invalid Project id 0"),
    ({"scope": {"level": "project", "ref": 99999999}}, "bad request: invalid Project id 99999999"),
    ({"trigger": {"kind": "Nope"}}, "bad request: not support Trigger Nope"),
    (
        {"trigger": {"kind": "Schedule", "settings": {"cron": 5}}},
        "bad request: trigger.settings.cron must be a text",
    ),
    (
        {"trigger": {"kind": "Schedule", "settings": {"cron": "bad"}}},
        "invalid cron string for scheduled tag retention: bad, error: expected exactly 6 fields, found 1: [bad]",
    ),
    (
        {"rules": [rule(scope_selectors={"x": []})]},
        "bad request: scope_selectors: unknown scope 'x': it must be 'repository'",
    ),
]


async def test_what_can_be_no_policy_is_refused(replica: Replica, shop: int) -> None:
    other = await replica.projects.create("other", owner_id=1, public=False)
    number = await create(replica, policy(shop))
    for change, reason in NO_POLICIES:
        answer = await replica.api("POST", "/retentions", json={**policy(other), **change})
        assert message(answer) == (400, BAD, reason)
        answer = await replica.api("PUT", f"/retentions/{number}", json={**policy(shop), **change})
        assert message(answer) == (400, BAD, reason)


async def test_a_policy_belongs_to_its_project(replica: Replica, shop: int) -> None:
    number = await create(replica, policy(shop))
    other = await replica.projects.create("other", owner_id=1, public=False)
    for path, body in ((number, policy(other)), (99999999, policy(shop))):
        answer = await replica.api("PUT", f"/retentions/{path}", json=body)
        reason = f"resource not found: the retention policy id {path} does not match"
        assert message(answer) == (404, "NOT_FOUND", reason)
    reason = 'validation failure list:\nid in path must be of type int64: "x"'
    assert message(await replica.api("GET", "/retentions/x")) == (422, "UNPROCESSABLE_ENTITY", reason)


async def test_selectors_that_terraform_leaves_empty_choose_everything(replica: Replica, shop: int) -> None:
    nothing = {"kind": "doublestar", "decoration": "", "pattern": "", "extras": ""}
    body = policy(shop, rule(tag_selectors=[nothing], scope_selectors={"repository": [nothing]}))
    number = await create(replica, body)
    shown = (await replica.api("GET", f"/retentions/{number}")).json()["rules"][0]
    assert shown["tag_selectors"] == [{"kind": "doublestar"}]
    body = policy(shop, rule(scope_selectors={}))
    assert (await replica.api("PUT", f"/retentions/{number}", json=body)).status_code == 200
    assert (await replica.api("GET", f"/retentions/{number}")).json()["rules"][0]["scope_selectors"] == {}


async def test_who_is_not_a_member_learns_nothing(replica: Replica, shop: int) -> None:
    number = await create(replica, policy(shop))
    await replica.user("stranger")
    guest = await replica.user("guest")
    await replica.projects.members.add(shop, guest, Role.GUEST)
    for name in ("stranger", "guest"):
        auth = (name, PASSWORD)
        for path in (number, 99999999):
            answer = await replica.api("GET", f"/retentions/{path}", auth=auth)
            assert message(answer) == (403, "FORBIDDEN", "forbidden")
            answer = await replica.api("POST", f"/retentions/{path}/executions", json={}, auth=auth)
            assert message(answer) == (403, "FORBIDDEN", "forbidden")
        for project in (shop, 99999999):
            answer = await replica.api("POST", "/retentions", json=policy(project), auth=auth)
            assert message(answer) == (403, "FORBIDDEN", "forbidden")
    assert (await replica.api("GET", f"/retentions/{number}", auth=None)).status_code == 401
    developer = await replica.user("developer")
    await replica.projects.members.add(shop, developer, Role.DEVELOPER)
    assert (await replica.api("GET", f"/retentions/{number}", auth=("developer", PASSWORD))).status_code == 200


# --- executions ---------------------------------------------------------------------------------


async def test_executions_and_what_is_none(replica: Replica, shop: int) -> None:
    number = await create(replica, policy(shop))
    base = f"/retentions/{number}/executions"
    empty = await replica.api("GET", f"{base}?page_size=101")
    assert (empty.json(), empty.headers["x-total-count"]) == ([], "0")
    unknown = (400, BAD, "bad request: no such Retention policy with id 99999999")
    assert message(await replica.api("GET", "/retentions/99999999/executions")) == unknown
    answer = await replica.api("POST", "/retentions/99999999/executions", json={"dry_run": True})
    assert message(answer) == unknown
    missing = (404, "NOT_FOUND", "execution 99999999 not found")
    assert message(await replica.api("GET", f"{base}/99999999/tasks")) == missing
    assert message(await replica.api("GET", f"{base}/99999999/tasks/1")) == missing
    assert message(await replica.api("PATCH", f"{base}/99999999", json={"action": "stop"})) == missing
    for body in ({"action": "go"}, {}):
        answer = await replica.api("PATCH", f"{base}/1", json=body)
        assert message(answer) == (400, BAD, "bad request: action should be 'stop'")
    assert (await replica.api("GET", f"{base}?page_size=1001")).status_code == 422


async def test_an_execution_without_a_repository_is_done_at_once(replica: Replica, shop: int) -> None:
    number = await create(replica, policy(shop))
    started = await replica.api("POST", f"/retentions/{number}/executions", json={"dry_run": True})
    assert started.status_code == 201
    path = started.headers["location"]
    assert path.startswith(f"/api/v2.0/retentions/{number}/executions/")
    execution_id = int(path.rpartition("/")[2])
    (found,) = (await replica.api("GET", f"/retentions/{number}/executions")).json()
    assert (found["id"], found["policy_id"], found["dry_run"]) == (execution_id, number, True)
    assert (found["status"], found["trigger"]) == ("Success", "MANUAL")
    assert (await replica.api("GET", f"/retentions/{number}/executions/{execution_id}/tasks")).json() == []


async def test_tasks_and_their_logs(site: Application) -> None:
    """Through a whole application, whose jobs a worker of the test runs."""
    project_id = await site.projects.create("shop", owner_id=1, public=False)
    for _ in range(3):
        await write(site.database, project_id, [Made(2.0, tags=["v1"]), Made(1.0, tags=["v2"])])
    transport = httpx2.ASGITransport(app=site.asgi, raise_app_exceptions=True)
    async with httpx2.AsyncClient(transport=transport, base_url="http://registry.test") as http:

        async def api(method: str, path: str, **more: Any) -> httpx2.Response:
            answer = await http.request(method, f"/api/v2.0{path}", auth=("admin", "Harbor12345"), **more)
            assert answer.status_code < 300, answer.text
            return answer

        made = await api("POST", "/retentions", json=policy(project_id))
        base = made.headers["location"].removeprefix("/api/v2.0")
        started = await api("POST", f"{base}/executions", json={"dry_run": False})
        execution = started.headers["location"].removeprefix("/api/v2.0")
        waiting = (await api("GET", f"{execution}/tasks?page_size=2")).json()
        assert [(one["status"], one["status_code"], one["total"]) for one in waiting] == [("Pending", 0, 0)] * 2
        await Worker(site.database, site.jobs, concurrency=4).drain()

        page = await api("GET", f"{execution}/tasks?page=2&page_size=2")
        assert page.headers["x-total-count"] == "3"
        (task,) = page.json()
        assert (task["total"], task["retained"], task["status"], task["status_code"]) == (2, 1, "Success", 3)
        assert task["repository"].startswith("r-")
        log = await api("GET", f"{execution}/tasks/{task['id']}")
        assert log.headers["content-type"].startswith("text/plain")
        assert "| Digest | Tag | Kind | Labels | PushedTime | PulledTime | CreatedTime | Retention |" in log.text
        assert " | v2 | image |  | " in log.text
        other = await http.get(f"/api/v2.0{execution}/tasks/{task['id'] + 1000}", auth=("admin", "Harbor12345"))
        assert other.json()["errors"][0]["message"] == f"task {task['id'] + 1000} not found"
        await api("PATCH", execution, json={"action": "stop"})
        async with site.database.connect() as connection:
            assert await connection.scalar(text("SELECT count(*) FROM trash")) == 3
