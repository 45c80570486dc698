"""``/projects/{project}/immutabletagrules``, as a real Harbor answers, except where that stores what is no rule."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from moorage.access.roles import Role
from tests.identity.replica import PASSWORD, Replica, message
from tests.lifecycle.project import EVERYWHERE, rule

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

PATH = "/projects/shop/immutabletagrules"
SELECTOR = {"kind": "doublestar", "decoration": "matches", "pattern": "v*"}


@pytest.fixture
async def shop(replica: Replica) -> int:
    return await replica.projects.create("shop", owner_id=1, public=False)


async def create(replica: Replica, body: Any, **more: Any) -> int:
    answer = await replica.api("POST", PATH, json=body, **more)
    assert (answer.status_code, answer.content) == (201, b""), answer.text
    assert answer.headers["location"].startswith(f"/api/v2.0{PATH}/")
    return int(answer.headers["location"].rpartition("/")[2])


async def test_a_rule_is_made_shown_changed_and_deleted(replica: Replica, shop: int) -> None:
    empty = await replica.api("GET", PATH)
    assert (empty.json(), empty.headers["x-total-count"]) == ([], "0")

    number = await create(replica, rule("v*", priority=0))
    shown = await replica.api("GET", f"{PATH}?page_size=1")
    assert shown.headers["x-total-count"] == "1"
    assert shown.json() == [
        {
            "action": "immutable",
            "id": number,
            "scope_selectors": EVERYWHERE,
            "tag_selectors": [SELECTOR],
            "template": "immutable_template",
        }
    ]
    changed = rule("w*", id=number, disabled=True, priority=3)
    answer = await replica.api("PUT", f"{PATH}/{number}", json=changed)
    assert (answer.status_code, answer.content) == (200, b"")
    (found,) = (await replica.api("GET", PATH)).json()
    assert (found["disabled"], found["priority"], found["tag_selectors"][0]["pattern"]) == (True, 3, "w*")

    gone = await replica.api("DELETE", f"{PATH}/{number}")
    assert (gone.status_code, gone.content) == (200, b"")
    missing = (404, "NOT_FOUND", f"immutable rule {number} not found")
    assert message(await replica.api("DELETE", f"{PATH}/{number}")) == missing
    assert message(await replica.api("PUT", f"{PATH}/{number}", json=changed)) == missing


async def test_what_the_portal_and_terraform_send_is_accepted(replica: Replica, shop: int) -> None:
    portal = {**rule("**"), "id": 0, "priority": 0, "params": {}}
    portal["tag_selectors"] = [{"decoration": "excludes", "kind": "doublestar", "pattern": "{a,b}*", "extras": ""}]
    await create(replica, portal)
    terraform = rule("v?.*")
    assert "priority" not in terraform
    number = await create(replica, terraform)
    terraform |= {"id": number, "disabled": True}
    assert (await replica.api("PUT", f"{PATH}/{number}", json=terraform)).status_code == 200
    slash = await replica.api("GET", f"{PATH}/?page=1&page_size=100")
    assert [found["id"] for found in slash.json()] == [number - 1, number]


async def test_the_same_rule_twice_is_a_conflict(replica: Replica, shop: int) -> None:
    number = await create(replica, rule("v*"))
    conflict = (409, "CONFLICT", "immutable rule already exists")
    assert message(await replica.api("POST", PATH, json=rule("v*"))) == conflict
    other = await create(replica, rule("w*"))
    assert message(await replica.api("PUT", f"{PATH}/{other}", json=rule("v*", id=other))) == conflict
    assert (await replica.api("PUT", f"{PATH}/{number}", json=rule("v*", id=number))).status_code == 200
    answers = await asyncio.gather(*(replica.api("POST", PATH, json=rule("x*")) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"action": "x"}, "unknown action 'x': it must be 'immutable'"),
        ({"template": "zzz"}, "unknown template 'zzz': it must be 'immutable_template'"),
        ({"tag_selectors": []}, "tag_selectors must have at least one selector and at most 10"),
        ({"tag_selectors": None}, "tag_selectors must have at least one selector and at most 10"),
        ({"tag_selectors": [SELECTOR] * 11}, "tag_selectors must have at least one selector and at most 10"),
        ({"scope_selectors": {}}, "scope_selectors.repository must have at least one selector and at most 10"),
        ({"scope_selectors": {"x": []}}, "scope_selectors: unknown scope 'x': it must be 'repository'"),
        (
            {"tag_selectors": [{**SELECTOR, "decoration": "bogus"}]},
            "tag_selectors: unknown decoration 'bogus': it must be matches or excludes",
        ),
        (
            {"scope_selectors": {"repository": [SELECTOR]}},
            "scope_selectors.repository: unknown decoration 'matches': it must be repoMatches or repoExcludes",
        ),
        (
            {"tag_selectors": [{**SELECTOR, "kind": "regex"}]},
            "tag_selectors: unknown kind 'regex': it must be 'doublestar'",
        ),
        (
            {"tag_selectors": [{**SELECTOR, "pattern": ""}]},
            "tag_selectors: the pattern is empty; ** matches everything",
        ),
        (
            {"tag_selectors": [{**SELECTOR, "pattern": "["}]},
            "tag_selectors: the pattern '[' has a bracket that is not closed",
        ),
        (
            {"tag_selectors": [{**SELECTOR, "pattern": "a" * 256}]},
            "tag_selectors: a pattern has at most 255 characters",
        ),
        ({"tag_selectors": [{**SELECTOR, "pattern": "a\0"}]}, "tag_selectors: U+0000 is not allowed"),
        ({"params": {"a": "\0"}}, "params: U+0000 is not allowed"),
        ({"params": {"a": "b" * 2000}}, "params is too long"),
        ({"priority": 2**40}, "priority is out of range"),
        ({"priority": -1}, "priority is out of range"),
    ],
)
async def test_what_can_be_no_rule_is_refused(replica: Replica, shop: int, change: Any, reason: str) -> None:
    body = {**rule("v*"), **change}
    assert message(await replica.api("POST", PATH, json=body)) == (400, "BAD_REQUEST", reason)
    number = await create(replica, rule("v*"))
    answer = await replica.api("PUT", f"{PATH}/{number}", json={**body, "id": number})
    assert message(answer) == (400, "BAD_REQUEST", reason)


async def test_bodies_and_ids_that_are_of_another_type_are_refused(replica: Replica, shop: int) -> None:
    assert (await replica.api("POST", PATH, json={})).status_code == 400
    bodies: list[Any] = [
        [],
        {"tag_selectors": "x"},
        {"disabled": "x"},
        {"priority": 1.5},
        {"scope_selectors": {"a": 1}},
    ]
    for body in bodies:
        assert (await replica.api("POST", PATH, json=body)).status_code == 422, body
    assert message(await replica.api("POST", PATH)) == (
        422,
        "UNPROCESSABLE_ENTITY",
        "validation failure list:\nImmutableRule in body is required",
    )
    assert message(await replica.api("PUT", f"{PATH}/x", json=rule())) == (
        422,
        "UNPROCESSABLE_ENTITY",
        'validation failure list:\nimmutable_rule_id in path must be of type int64: "x"',
    )
    mismatch = "bad request: the immutable_rule_id doesn't match the id in the payload body of ImmutableRule"
    for body in ({}, rule()):
        assert message(await replica.api("PUT", f"{PATH}/7", None, json=body)) == (400, "BAD_REQUEST", mismatch)
    assert (await replica.api("GET", f"{PATH}?q=x")).status_code == 400
    assert (await replica.api("GET", "/projects/none/immutabletagrules")).status_code == 404


async def test_a_project_has_a_limited_number_of_rules(replica: Replica, shop: int) -> None:
    for number in range(100):
        await create(replica, rule(f"v{number}"))
    answer = await replica.api("POST", PATH, json=rule("v100"))
    assert message(answer) == (400, "BAD_REQUEST", "a project has at most 100 immutable tag rules")


async def test_rules_are_paged_filtered_and_sorted(replica: Replica, shop: int) -> None:
    numbers = [await create(replica, rule(f"v{n}", disabled=n % 2 == 1)) for n in range(5)]
    first = await replica.api("GET", f"{PATH}?page=1&page_size=2")
    assert [found["id"] for found in first.json()] == numbers[:2]
    assert first.headers["link"] == f'</api/v2.0{PATH}?page=2&page_size=2>; rel="next"'
    last = await replica.api("GET", f"{PATH}?sort=-id&page_size=1")
    assert [found["id"] for found in last.json()] == numbers[-1:]
    disabled = await replica.api("GET", f"{PATH}?q=disabled=true")
    assert [found["id"] for found in disabled.json()] == numbers[1::2]


async def test_administrators_and_maintainers_of_the_project_manage_rules(replica: Replica, shop: int) -> None:
    allowed = {}
    for role in Role:
        name = role.name.lower().replace("_", "")
        await replica.projects.members.add(shop, await replica.user(name), role)
        auth = (name, PASSWORD)
        allowed[role] = [
            (await replica.api("GET", PATH, auth)).status_code,
            (await replica.api("POST", PATH, auth, json=rule(f"{name}*"))).status_code,
            (await replica.api("PUT", f"{PATH}/999999", auth, json=rule(id=999999))).status_code,
            (await replica.api("DELETE", f"{PATH}/999999", auth)).status_code,
        ]
    may, may_not = [200, 201, 404, 404], [403, 403, 403, 403]
    assert allowed == {role: may if role in (Role.PROJECT_ADMIN, Role.MAINTAINER) else may_not for role in Role}
    assert (await replica.api("GET", PATH, None)).status_code == 401
    assert (await replica.api("DELETE", f"{PATH}/1", None)).status_code == 401


async def test_a_rule_of_another_project_is_not_there(replica: Replica, shop: int) -> None:
    await replica.projects.create("other", owner_id=1, public=False)
    number = await create(replica, rule("v*"))
    path = f"/projects/other/immutabletagrules/{number}"
    assert (await replica.api("PUT", path, json=rule("w*", id=number))).status_code == 404
    assert (await replica.api("DELETE", path)).status_code == 404
    assert (await replica.api("GET", PATH)).headers["x-total-count"] == "1"
