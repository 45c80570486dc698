"""``/projects/{project}/metadatas``, as a real Harbor answers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from moorage.access.roles import Role
from tests.identity.replica import PASSWORD, Replica, message

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

ANN = ("ann", PASSWORD)


@pytest.fixture
async def shop(replica: Replica) -> int:
    """A private project."""
    return await replica.projects.create("shop", owner_id=1, public=False)


async def test_keys_are_set_changed_and_unset_one_by_one(replica: Replica, shop: int) -> None:
    path = "/projects/shop/metadatas"
    for spelled in (path, f"{path}/", f"/projects/{shop}/metadatas/"):
        assert (await replica.api("GET", spelled)).json() == {"public": "false"}
    answer = await replica.api("POST", f"{path}/", json={"auto_scan": "1"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert (await replica.api("GET", f"{path}/auto_scan")).json() == {"auto_scan": "true"}
    taken = message(await replica.api("POST", path, json={"auto_scan": "true"}))
    assert taken == (409, "CONFLICT", f"metadata auto_scan already exists for project {shop}")
    assert (await replica.api("PUT", f"{path}/auto_scan", json={"auto_scan": "F"})).status_code == 200
    assert (await replica.api("PUT", f"{path}/severity", json={"severity": "HIGH"})).status_code == 200
    everything = {"public": "false", "auto_scan": "false", "severity": "high"}
    assert (await replica.api("GET", f"{path}/")).json() == everything
    assert (await replica.api("GET", "/projects/shop")).json()["metadata"] == everything
    for _ in range(2):
        answer = await replica.api("DELETE", f"{path}/severity")
        assert (answer.status_code, answer.content) == (200, b"")
    assert (await replica.api("GET", f"{path}/severity")).json() == {}
    assert (await replica.api("GET", f"{path}/nothing")).json() == {}


async def test_public_counts_at_once(replica: Replica, shop: int) -> None:
    path = "/projects/shop/metadatas/public"
    assert (await replica.api("GET", "/projects/shop", None)).status_code == 401
    assert (await replica.api("PUT", path, json={"public": "true"})).status_code == 200
    assert (await replica.api("GET", "/projects/shop", None)).status_code == 200
    taken = message(await replica.api("POST", "/projects/shop/metadatas/", json={"public": "false"}))
    assert taken == (409, "CONFLICT", f"metadata public already exists for project {shop}")
    assert (await replica.api("DELETE", path)).status_code == 200
    assert (await replica.api("GET", "/projects/shop", None)).status_code == 401
    assert (await replica.api("GET", path)).json() == {"public": "false"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, "only allow one key/value pair"),
        ({"auto_scan": "true", "severity": "low"}, "only allow one key/value pair"),
        ({"auto_scan": "zz"}, "invalid value: zz"),
        ({"severity": "unknown"}, "invalid value: unknown"),
        ({"unknown_key": "a"}, "invalid key: unknown_key"),
        ({"retention_id": "5"}, "invalid key: retention_id"),
        ({"max_upstream_conn": "0"}, "invalid value for max_upstream_conn: 0"),
        ({"proxy_cache_filter_kind": "x"}, "can not update the normal project with proxy cache filter metadata"),
        ({"a\0": "x"}, "invalid key: a\0"),
    ],
)
async def test_what_is_wrong_with_a_key_is_said_as_harbor_says_it(
    replica: Replica, body: dict[str, Any], expected: str
) -> None:
    answer = await replica.api("POST", "/projects/library/metadatas/", json=body)
    assert message(answer) == (400, "BAD_REQUEST", expected)


async def test_a_change_takes_the_key_of_the_path(replica: Replica, shop: int) -> None:
    for key, body, expected in (
        ("auto_scan", {"other": "1"}, "invalid value: "),
        ("unknown_key", {"unknown_key": "a"}, "invalid key: unknown_key"),
        ("auto%00", {"auto": "a"}, "the path has a NUL character"),
    ):
        answer = await replica.api("PUT", f"/projects/shop/metadatas/{key}", json=body)
        assert message(answer) == (400, "BAD_REQUEST", expected)
    answer = await replica.api("DELETE", "/projects/shop/metadatas/retention_id")
    assert message(answer) == (400, "BAD_REQUEST", "invalid key: retention_id")


@pytest.mark.parametrize("content", [b'{"auto_scan":true}', b"[]", b"null", b"{", b'{"auto_scan":null}'])
async def test_a_body_of_other_types_is_unprocessable(replica: Replica, content: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = await replica.api("POST", "/projects/library/metadatas/", content=content, headers=headers)
    status, _, text = message(answer)
    assert status == 422
    assert text.startswith('validation failure list:\nparsing metadata body from "" failed, because ')


async def test_who_may_see_and_change_them(replica: Replica, shop: int) -> None:
    ann = await replica.user("ann")
    path = "/projects/shop/metadatas"
    member = await replica.projects.members.add(shop, ann, Role.PROJECT_ADMIN)

    async def statuses() -> list[int]:
        requests: list[tuple[str, str, Any]] = [
            ("GET", f"{path}/", None),
            ("GET", f"{path}/public", None),
            ("POST", f"{path}/", {"auto_scan": "x"}),
            ("PUT", f"{path}/auto_scan", {"auto_scan": "x"}),
            ("DELETE", f"{path}/auto_scan", None),
        ]
        return [(await replica.api(method, url, ANN, json=body)).status_code for method, url, body in requests]

    assert await statuses() == [403, 200, 400, 400, 200]
    for role, expected in (
        (Role.MAINTAINER, [403, 200, 403, 403, 403]),
        (Role.DEVELOPER, [403] * 5),
        (Role.GUEST, [403] * 5),
        (Role.LIMITED_GUEST, [403] * 5),
    ):
        await replica.projects.members.set_role(shop, member, role)
        assert await statuses() == expected, role
    assert message(await replica.api("GET", f"{path}/", None))[0] == 401
    missing = message(await replica.api("GET", "/projects/none/metadatas/"))
    assert missing == (404, "NOT_FOUND", "project none not found")


async def test_two_who_set_the_same_key_set_it_once(replica: Replica, shop: int) -> None:
    answers = await asyncio.gather(
        *(replica.api("POST", "/projects/shop/metadatas/", json={"auto_scan": "true"}) for _ in range(6))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
