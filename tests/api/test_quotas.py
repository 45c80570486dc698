"""``/quotas``, as a real Harbor answers."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from moorage.identity.models import SYSTEM, NewRobot, RobotAction, RobotPermission
from tests.identity.replica import ADMIN, PASSWORD, Replica, message

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

ANN = ("ann", PASSWORD)
NEVER = "0001-01-01T00:00:00.000Z"


async def make(replica: Replica, name: str, auth: tuple[str, str] = ADMIN, **more: Any) -> int:
    answer = await replica.api("POST", "/projects", auth, json={"project_name": name, **more})
    assert answer.status_code == 201, answer.text
    return int(answer.headers["location"].rpartition("/")[2])


async def test_a_quota_is_shown_in_a_list_and_alone(replica: Replica) -> None:
    project = await make(replica, "shop")
    answer = await replica.api("GET", f"/quotas?reference=project&reference_id={project}")
    assert answer.headers["x-total-count"] == "1"
    (shown,) = answer.json()
    assert shown["creation_time"] == shown["update_time"]
    assert shown == {
        "id": shown["id"],
        "ref": {"id": project, "name": "shop", "owner_name": ""},
        "hard": {"storage": -1},
        "used": {"storage": 0},
        "creation_time": shown["creation_time"],
        "update_time": shown["update_time"],
    }
    alone = await replica.api("GET", f"/quotas/{shown['id']}")
    assert alone.json() == {**shown, "update_time": NEVER}
    # The Terraform provider has a slash before the question mark.
    again = await replica.api("GET", f"/quotas/?reference=project&reference_id={project}&page=1&page_size=100")
    assert again.json() == [shown]


async def test_the_owner_is_named(replica: Replica) -> None:
    await replica.user("ann")
    project = await make(replica, "anns", ANN, storage_limit=5)
    (shown,) = (await replica.api("GET", f"/quotas?reference_id={project}")).json()
    # Only an administrator's limit counts.
    assert (shown["ref"]["owner_name"], shown["hard"]) == ("ann", {"storage": -1})


async def test_a_list_is_filtered_sorted_and_paged(replica: Replica) -> None:
    for name, limit in (("one", 1000), ("two", 3000), ("three", 2000)):
        await make(replica, name, storage_limit=limit)

    async def names(query: str) -> list[str]:
        answer = await replica.api("GET", f"/quotas?{query}")
        assert answer.status_code == 200, answer.text
        return [quota["ref"]["name"] for quota in answer.json()]

    assert await names("sort=-hard.storage") == ["two", "three", "one", "library"]
    assert await names("sort=hard.storage&page_size=2") == ["library", "one"]
    assert await names("sort=-id&page_size=1") == ["three"]
    assert sorted(await names("sort=-used.storage")) == sorted(await names("sort=nope"))
    assert await names("reference=bogus") == []
    assert await names("reference_id=99999999") == []
    assert await names("reference_id=x") == []
    assert await names("reference_id=99999999999999999999") == []
    answer = await replica.api("GET", "/quotas?page_size=1&page=2&sort=-id&reference=project")
    assert answer.headers["x-total-count"] == "4"
    assert '</api/v2.0/quotas?page=1&page_size=1&reference=project&sort=-id>; rel="prev"' in answer.headers["link"]
    assert message(await replica.api("GET", "/quotas?page_size=101"))[:2] == (422, "UNPROCESSABLE_ENTITY")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (400, "hard required in body")),
        ({"hard": None}, (400, "hard required in body")),
        ({"hard": {}}, (400, "hard required in body")),
        ({"hard": {"storage": 0}}, (400, "invalid non-positive value for quota limit, value=0")),
        ({"hard": {"storage": -2}}, (400, "invalid non-positive value for quota limit, value=-2")),
        (
            {"hard": {"storage": 1024**5 + 1}},
            (400, "exceeded 1024TB, which is 1125899906842624 Bytes, value=1125899906842625"),
        ),
        ({"hard": {"count": 5}}, (400, "resource count not support")),
        ({"hard": {"storage": 5, "zzz": 5}}, (400, "resource zzz not support")),
    ],
)
async def test_what_is_no_limit_is_refused(replica: Replica, body: Any, expected: tuple[int, str]) -> None:
    answer = await replica.api("PUT", "/quotas/1", json=body)
    assert message(answer) == (expected[0], "BAD_REQUEST", expected[1])


@pytest.mark.parametrize(
    "body", [b'{"hard":{"storage":"x"}}', b'{"hard":[1]}', b"[]", b"", b"{", b'{"hard":{"storage":1.5}}']
)
async def test_what_is_no_body_is_refused(replica: Replica, body: bytes) -> None:
    answer = await replica.api("PUT", "/quotas/1", content=body, headers={"content-type": "application/json"})
    assert message(answer)[:2] == (422, "UNPROCESSABLE_ENTITY")


@pytest.mark.parametrize("number", [10**30, -(10**30)])
async def test_numbers_beyond_every_column_are_refused(replica: Replica, number: int) -> None:
    answer = await replica.api("PUT", "/quotas/1", json={"hard": {"storage": number}})
    assert answer.status_code in (400, 422)


async def test_a_limit_is_set(replica: Replica) -> None:
    answer = await replica.api("PUT", "/quotas/1", json={"hard": {"storage": 100_000}})
    assert (answer.status_code, answer.content) == (200, b"")
    assert (await replica.api("GET", "/quotas/1")).json()["hard"] == {"storage": 100_000}
    assert (await replica.api("PUT", "/quotas/1", json={"hard": {"storage": -1}})).status_code == 200
    assert (await replica.api("GET", "/quotas/1")).json()["hard"] == {"storage": -1}


async def test_a_quota_that_is_not_there_is_said_so(replica: Replica) -> None:
    for wanted in ("99999999", "0", "-1"):
        answer = await replica.api("GET", f"/quotas/{wanted}")
        assert message(answer) == (404, "NOT_FOUND", f"quota {wanted} not found")
    answer = await replica.api("PUT", "/quotas/99999999", json={"hard": {"storage": 5}})
    assert message(answer) == (404, "NOT_FOUND", "quota 99999999 not found")
    answer = await replica.api("GET", "/quotas/x")
    assert message(answer) == (
        422,
        "UNPROCESSABLE_ENTITY",
        'validation failure list:\nid in path must be of type int64: "x"',
    )
    project = await make(replica, "gone")
    await replica.api("DELETE", "/projects/gone")
    assert (await replica.api("GET", f"/quotas/{project}")).status_code == 404


async def test_quotas_are_for_administrators_and_robots_that_may(replica: Replica) -> None:
    await replica.user("ann")
    requests: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "/quotas", {}),
        ("GET", "/quotas/1", {}),
        ("PUT", "/quotas/1", {"json": {"hard": {"storage": 5}}}),
    ]
    for method, path, more in requests:
        assert message(await replica.api(method, path, None, **more)) == (401, "UNAUTHORIZED", "unauthorized")
        assert message(await replica.api(method, path, ANN, **more))[:2] == (403, "FORBIDDEN")
    actions = tuple(RobotAction("quota", action) for action in ("list", "read"))
    made, secret = await replica.identity.robots.create(
        NewRobot("reader", level=SYSTEM, duration=1, permissions=(RobotPermission("system", "/", actions),))
    )
    robot = (made.name, secret)
    statuses = [(await replica.api(method, path, robot, **more)).status_code for method, path, more in requests]
    assert statuses == [200, 200, 403]


async def test_a_recount_can_be_asked_for(replica: Replica) -> None:
    await replica.user("ann")
    path = "/api/internal/syncquota"
    assert (await replica.http.post(path)).status_code == 401
    assert (await replica.http.post(path, auth=ANN)).status_code == 403
    assert (await replica.http.post(path, auth=ADMIN)).status_code == 200


async def test_a_new_project_s_limit_is_checked_and_kept(replica: Replica) -> None:
    project = await make(replica, "shop", storage_limit=1000)
    assert (await replica.api("GET", f"/quotas/{project}")).json()["hard"] == {"storage": 1000}
    project = await make(replica, "free", storage_limit=0)
    assert (await replica.api("GET", f"/quotas/{project}")).json()["hard"] == {"storage": -1}


async def test_projects_are_listed_with_what_they_hold_when_asked_for(replica: Replica) -> None:
    await replica.user("ann")
    hers = await make(replica, "anns", ANN)
    await make(replica, "open", metadata={"public": "true"}, storage_limit=1000)
    await make(replica, "hidden")
    async with replica.database.begin() as connection:
        # Rolled up some, and some that has not been yet.
        await connection.execute(text("UPDATE quota SET used = 40 WHERE project_id = :id"), {"id": hers})
        await connection.execute(
            text("INSERT INTO quota_change (project_id, amount, limited) VALUES (:id, 2, false)"), {"id": hers}
        )

    async def held(auth: tuple[str, str] | None, query: str = "?with_storage=true") -> dict[str, Any]:
        answer = await replica.api("GET", f"/projects{query}", auth)
        assert answer.status_code == 200, answer.text
        return {shown["name"]: (shown.get("storage_used"), shown.get("storage_limit")) for shown in answer.json()}

    assert await held(ANN) == {"anns": (42, -1), "open": (None, None), "library": (None, None)}
    assert await held(None) == {"open": (None, None), "library": (None, None)}
    assert await held(ADMIN) == {"anns": (42, -1), "open": (0, 1000), "library": (0, -1), "hidden": (0, -1)}
    assert await held(ANN, "") == {"anns": (None, None), "open": (None, None), "library": (None, None)}
