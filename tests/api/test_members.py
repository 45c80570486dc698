"""``/projects/{project}/members``, as a real Harbor answers."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from tests.identity.replica import ADMIN, PASSWORD, Replica, message

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

ANN = ("ann", PASSWORD)


@pytest.fixture
async def shop(replica: Replica) -> int:
    """A private project."""
    return await replica.projects.create("shop", owner_id=1, public=False)


async def group(replica: Replica, name: str, group_type: int, dn: str | None = None) -> int:
    async with replica.database.begin() as connection:
        found = await connection.scalar(
            text("INSERT INTO user_group (name, group_type, ldap_dn) VALUES (:n, :t, :d) RETURNING group_id"),
            {"n": name, "t": group_type, "d": dn},
        )
    return int(found)


async def add(replica: Replica, body: Any, auth: tuple[str, str] | None = ADMIN) -> httpx2.Response:
    return await replica.api("POST", "/projects/shop/members", auth, json=body)


async def names(replica: Replica, query: str = "") -> list[str]:
    answer = await replica.api("GET", f"/projects/shop/members{query}")
    assert answer.status_code == 200, answer.text
    return [member["entity_name"] for member in answer.json()]


async def test_a_member_is_added_shown_changed_and_removed(replica: Replica, shop: int) -> None:
    ann, bob = await replica.user("ann"), await replica.user("bob")
    answer = await add(replica, {"role_id": 2, "member_user": {"username": "ann"}})
    assert (answer.status_code, answer.content) == (201, b"")
    location = answer.headers["location"]
    member_id = int(location.rpartition("/")[2])
    assert location == f"/api/v2.0/projects/shop/members/{member_id}"
    answer = await replica.api(
        "POST", f"/projects/{shop}/members/", json={"role_id": 3, "member_user": {"user_id": bob}}
    )
    assert answer.headers["location"].startswith(f"/api/v2.0/projects/{shop}/members/")
    assert (await replica.http.get(location, auth=ADMIN)).json() == {
        "id": member_id,
        "project_id": shop,
        "entity_id": ann,
        "entity_name": "ann",
        "entity_type": "u",
        "role_id": 2,
        "role_name": "developer",
    }
    answer = await replica.http.put(location, auth=ADMIN, json={"role_id": 4})
    assert (answer.status_code, answer.content) == (200, b"")
    assert (await replica.http.get(location, auth=ADMIN)).json()["role_name"] == "maintainer"
    assert (await replica.http.delete(location, auth=ADMIN)).status_code == 200
    expected = (404, "NOT_FOUND", f"the project member is not found, project id {shop}, member id {member_id}")
    assert message(await replica.http.get(location, auth=ADMIN)) == expected
    assert message(await replica.http.delete(location, auth=ADMIN)) == expected
    assert message(await replica.http.put(location, auth=ADMIN, json={"role_id": 2})) == expected
    assert await names(replica) == ["admin", "bob"]


async def test_groups_are_members_by_id_name_or_dn(replica: Replica, shop: int) -> None:
    one = await group(replica, "dev", 3)
    await group(replica, "dev", 2)
    await group(replica, "ops", 1, "cn=ops,dc=example")
    for wanted in (
        {"id": one},
        {"group_name": "dev", "group_type": 2},
        {"ldap_group_dn": "CN=ops,DC=example", "group_name": "other"},
    ):
        assert (await add(replica, {"role_id": 3, "member_group": wanted})).status_code == 201
    members = (await replica.api("GET", "/projects/shop/members")).json()
    assert [(member["entity_name"], member["entity_type"]) for member in members] == [
        ("admin", "u"),
        ("dev", "g"),
        ("dev", "g"),
        ("ops", "g"),
    ]
    assert members[1]["entity_id"] == one
    answer = await add(replica, {"role_id": 1, "member_group": {"group_name": "dev", "group_type": 3}})
    assert message(answer) == (409, "CONFLICT", "The project member specified already exist")


async def test_what_a_user_is_through_a_group_is_shown_with_the_project(replica: Replica, shop: int) -> None:
    ann = await replica.user("ann")
    dev = await group(replica, "dev", 3)
    for role, entity in ((3, {"member_group": {"id": dev}}), (3, {"member_user": {"user_id": ann}})):
        await add(replica, {"role_id": role, **entity})
    other = await group(replica, "ops", 3)
    await add(replica, {"role_id": 4, "member_group": {"id": other}})
    hidden = await replica.projects.create("hidden", owner_id=1, public=False)
    await replica.api("POST", f"/projects/{hidden}/members", json={"role_id": 2, "member_group": {"id": dev}})
    async with replica.database.begin() as connection:
        for group_id in (dev, other):
            await connection.execute(text("INSERT INTO user_group_member VALUES (:g, :u)"), {"g": group_id, "u": ann})
    listed = (await replica.api("GET", "/projects", ANN)).json()
    assert [project["name"] for project in listed] == ["hidden", "library", "shop"]
    assert listed[0]["current_user_role_ids"] == [2]
    assert (listed[2]["current_user_role_ids"], listed[2]["current_user_role_id"]) == ([3, 4], 4)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"role_id": 9, "member_user": {"username": "ann"}}, (400, "role is not in 1,2,3")),
        ({"member_user": {"username": "ann"}}, (400, "role is not in 1,2,3")),
        ({"role_id": 2}, (400, "at least one of member_user or member_group must be provided")),
        ({}, (400, "at least one of member_user or member_group must be provided")),
        ({"role_id": 2, "member_user": {}}, (400, "at least one of member_user or member_group must be provided")),
        ({"role_id": 2, "member_group": {}}, (400, "at least one of member_user or member_group must be provided")),
        ({"role_id": 2, "member_user": {"username": "nobody"}}, (404, "user nobody is not found")),
        ({"role_id": 2, "member_user": {"username": "a\0"}}, (404, "user a\0 is not found")),
        ({"role_id": 2, "member_user": {"user_id": 999}}, (400, "Failed to get user 999: user 999 not found")),
        ({"role_id": 2, "member_group": {"id": 999}}, (400, "Group 999 not found")),
        ({"role_id": 2, "member_group": {"ldap_group_dn": "cn=x"}}, (404, "cn=x not found: not supported")),
        ({"role_id": 2, "member_group": {"group_name": "g", "group_type": 3}}, (404, "g not found: not supported")),
        ({"role_id": 2, "member_group": {"group_name": "g", "group_type": 2**62}}, (404, "g not found: not supported")),
        ({"role_id": "x"}, (422, "Go struct field ProjectMember.role_id of type int64")),
        (
            {"role_id": 2**70, "member_user": {"username": "ann"}},
            (422, f"role_id in body should be less than or equal to {2**63 - 1}"),
        ),
        (
            {"role_id": 2, "member_user": {"user_id": 2**63}},
            (422, f"member_user.user_id in body should be less than or equal to {2**63 - 1}"),
        ),
    ],
)
async def test_what_is_wrong_with_a_new_member_is_said(
    replica: Replica, shop: int, body: dict[str, Any], expected: tuple[int, str]
) -> None:
    await replica.user("ann")
    status, _, found = message(await add(replica, body))
    assert status == expected[0]
    assert found.endswith(expected[1]), found


async def test_ids_of_the_path_are_numbers(replica: Replica, shop: int) -> None:
    for method, zero in (
        ("GET", "the member id can not be empty!"),
        ("PUT", "member id can not be empty"),
        ("DELETE", "the project member id is required."),
    ):
        for member_id, expected in (
            ("0", (400, "BAD_REQUEST", zero)),
            (
                "x",
                (
                    422,
                    "UNPROCESSABLE_ENTITY",
                    'validation failure list:\nmid in path must be of type int64: "x"',
                ),
            ),
        ):
            answer = await replica.api(method, f"/projects/shop/members/{member_id}", json={"role_id": 2})
            assert message(answer) == expected
        missing = message(await replica.api(method, "/projects/none/members/1", json={"role_id": 2}))
        assert missing == (404, "NOT_FOUND", "project none not found")
    answer = await replica.api("PUT", "/projects/shop/members/1", json={"role_id": "x"})
    assert message(answer)[0] == 422


async def test_a_role_that_is_none_is_refused(replica: Replica, shop: int) -> None:
    """Harbor takes it, and the member is gone from every list."""
    member = (await replica.api("GET", "/projects/shop/members")).json()[0]
    for body in ({"role_id": 8}, {}):
        answer = await replica.api("PUT", f"/projects/shop/members/{member['id']}", json=body)
        assert message(answer) == (400, "BAD_REQUEST", "Failed to update project member, role is not in 1,2,3")
    assert await names(replica) == ["admin"]


async def test_a_member_of_another_project_is_not_found(replica: Replica, shop: int) -> None:
    member_id = (await replica.api("GET", "/projects/library/members")).json()[0]["id"]
    for method in ("GET", "PUT", "DELETE"):
        answer = await replica.api(method, f"/projects/shop/members/{member_id}", json={"role_id": 2})
        assert message(answer)[0] == 404
    assert (await replica.api("GET", f"/projects/library/members/{member_id}")).status_code == 200


async def test_members_are_listed_in_pages_and_looked_for_by_name(replica: Replica, shop: int) -> None:
    for name in ("cid", "ann", "annette"):
        await replica.user(name)
        await add(replica, {"role_id": 2, "member_user": {"username": name}})
    assert await names(replica) == ["admin", "ann", "annette", "cid"]
    assert await names(replica, "?sort=-entity_name&page_size=2") == ["cid", "annette"]
    assert await names(replica, "?q=entity_name=~ann") == ["ann", "annette"]
    assert await names(replica, "?q=role_id=1") == ["admin"]
    for query, expected in (("?entityname=ann", ["ann"]), ("?entityname=an", []), ("?entityname=", None)):
        answer = await replica.api("GET", f"/projects/shop/members{query}")
        found = [member["entity_name"] for member in answer.json()]
        assert answer.headers["x-total-count"] == str(len(found))
        assert expected is None or found == expected
    answer = await replica.api("GET", "/projects/shop/members?page=2&page_size=1")
    path = "/api/v2.0/projects/shop/members"
    assert answer.headers["link"] == (
        f'<{path}?page=1&page_size=1>; rel="prev" , <{path}?page=3&page_size=1>; rel="next"'
    )
    for query in ("entityname=a%00", "q=role_id=[1~9999999999]", "q=role_id=x", "q=id=99999999999999999999"):
        assert message(await replica.api("GET", f"/projects/shop/members?{query}"))[0] == 400


async def test_a_deleted_user_is_no_member(replica: Replica, shop: int) -> None:
    ann = await replica.user("ann")
    await add(replica, {"role_id": 2, "member_user": {"username": "ann"}})
    await replica.identity.users.delete(ann)
    assert await names(replica) == ["admin"]
    status, _, found = message(await add(replica, {"role_id": 2, "member_user": {"user_id": ann}}))
    assert (status, found) == (400, f"Failed to get user {ann}: user {ann} not found")


async def test_who_may_see_and_change_members(replica: Replica, shop: int) -> None:
    ann = await replica.user("ann")
    member_id = await replica.projects.members.add(shop, ann, 1)
    body = {"role_id": 2, "member_user": {"username": "ann"}}
    assert message(await add(replica, body, ANN))[0] == 409
    for role, may_list in ((4, 200), (2, 200), (3, 200), (5, 403)):
        await replica.projects.members.set_role(shop, member_id, role)
        assert (await replica.api("GET", "/projects/shop/members", ANN)).status_code == may_list
        assert (await replica.api("GET", f"/projects/shop/members/{member_id}", ANN)).status_code == may_list
        assert message(await add(replica, body, ANN)) == (403, "FORBIDDEN", "forbidden")
        for method in ("PUT", "DELETE"):
            answer = await replica.api(method, f"/projects/shop/members/{member_id}", ANN, json={"role_id": 1})
            assert answer.status_code == 403
    assert message(await replica.api("GET", "/projects/shop/members", None))[0] == 401


async def test_two_who_add_the_same_member_add_one(replica: Replica, shop: int) -> None:
    await replica.user("ann")
    body = {"role_id": 2, "member_user": {"username": "ann"}}
    answers = await asyncio.gather(*(add(replica, body) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
