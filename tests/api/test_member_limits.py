"""``repositories`` of members: a role for some repositories of a project. Not in Harbor; absent, all is as there."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from tests.identity.replica import ADMIN, PASSWORD, Replica, message

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

ANN = ("ann", PASSWORD)


async def member(replica: Replica, **more: Any) -> tuple[str, dict[str, Any]]:
    """ann as a member of the project shop: its path, and what is shown of it."""
    await replica.projects.create("shop", owner_id=1, public=False)
    user_id = await replica.user("ann")
    body = {"role_id": 2, "member_user": {"user_id": user_id}} | more
    answer = await replica.api("POST", "/projects/shop/members", json=body)
    assert answer.status_code == 201, answer.text
    path = answer.headers["location"].removeprefix("/api/v2.0")
    return path, (await replica.api("GET", path)).json()


async def may(replica: Replica, reference: str) -> bool:
    question = {"action": "push", "reference": reference}
    allowed: bool = (await replica.api("POST", "/projects/shop/explain", ANN, json=question)).json()["allowed"]
    return allowed


async def test_a_member_without_a_limit_is_shown_as_in_harbor(replica: Replica) -> None:
    _, shown = await member(replica)
    assert set(shown) == {"id", "project_id", "entity_name", "role_name", "role_id", "entity_id", "entity_type"}
    assert await may(replica, "any/thing")


async def test_a_limit_is_kept_until_it_is_changed_or_lifted(replica: Replica) -> None:
    path, shown = await member(replica, repositories=["app/*", "base", "app/*"])
    assert shown["repositories"] == ["app/*", "base"]
    assert [await may(replica, name) for name in ("app/web", "base", "other")] == [True, True, False]
    # A client that does not know of limits changes the role only.
    assert (await replica.api("PUT", path, json={"role_id": 4})).status_code == 200
    shown = (await replica.api("GET", path)).json()
    assert (shown["role_id"], shown["repositories"]) == (4, ["app/*", "base"])
    assert (await replica.api("PUT", path, json={"role_id": 4, "repositories": ["other"]})).status_code == 200
    assert [await may(replica, name) for name in ("app/web", "other")] == [False, True]
    assert (await replica.api("PUT", path, json={"role_id": 4, "repositories": None})).status_code == 200
    assert await may(replica, "app/web")
    listed = (await replica.api("GET", "/projects/shop/members?entityname=ann")).json()
    assert "repositories" not in listed[0]


async def test_what_is_no_limit_is_refused(replica: Replica) -> None:
    path, _ = await member(replica)
    for wrong in ([], ["/"], ["A"], ["a" * 256], [f"r{number}" for number in range(51)]):
        for method, where, body in (
            ("PUT", path, {"role_id": 2}),
            ("POST", "/projects/shop/members", {"role_id": 2, "member_user": {"user_id": 1}}),
        ):
            answer = await replica.api(method, where, json=body | {"repositories": wrong})
            assert message(answer)[:2] == (400, "BAD_REQUEST"), (method, wrong)
    assert (await replica.api("PUT", path, json={"role_id": 2, "repositories": "app"})).status_code == 422


async def test_a_limited_project_admin_cannot_lift_the_limit(replica: Replica) -> None:
    path, _ = await member(replica, role_id=1, repositories=["app/*"])
    lifted = await replica.api("PUT", path, ANN, json={"role_id": 1, "repositories": None})
    assert message(lifted) == (403, "FORBIDDEN", "forbidden")
    robot = {"kind": "project", "namespace": "shop", "access": [{"resource": "repository", "action": "push"}]}
    body = {"name": "r", "level": "project", "duration": 1, "permissions": [robot]}
    assert (await replica.api("POST", "/robots", ANN, json=body)).status_code == 403
    assert (await replica.api("GET", "/projects/shop/members", ANN)).status_code == 200
    assert (await replica.api("GET", "/permissions", ANN)).status_code == 403


async def test_events_tell_of_limits(replica: Replica) -> None:
    path, _ = await member(replica, repositories=["app/*"])
    await replica.api("PUT", path, json={"role_id": 3})
    await replica.api("DELETE", path, ADMIN)
    async with replica.database.connect() as connection:
        rows = await connection.execute(
            text("SELECT operation, details->'repositories' FROM outbox WHERE resource = 'ann' ORDER BY event_id")
        )
    told = [tuple(row) for row in rows if row[0] in ("create", "update")]
    assert ("create", ["app/*"]) in told
    assert ("update", ["app/*"]) in told
