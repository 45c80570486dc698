"""``/system/CVEAllowlist`` (H row 66)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from tests.identity.replica import ADMIN, PASSWORD, Replica, message

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

PATH = "/system/CVEAllowlist"
ANN = ("ann", PASSWORD)


async def put(replica: Replica, names: list[str], auth: tuple[str, str] | None = ADMIN, **more: Any) -> Any:
    return await replica.api("PUT", PATH, auth, json={"items": [{"cve_id": name} for name in names], **more})


async def test_the_list_is_empty_then_set_and_replaced(replica: Replica, other: Replica) -> None:
    never = "0001-01-01T00:00:00.000Z"
    assert (await replica.api("GET", PATH)).json() == {"items": [], "creation_time": never, "update_time": never}
    answer = await put(replica, ["CVE-2019-10164", "GHSA-xxxx"], expires_at=1_900_000_000)
    assert (answer.status_code, answer.content) == (200, b"")
    body = (await other.api("GET", PATH)).json()
    assert body["items"] == [{"cve_id": "CVE-2019-10164"}, {"cve_id": "GHSA-xxxx"}]
    assert body["expires_at"] == 1_900_000_000
    assert body["id"] > 0
    assert "project_id" not in body
    assert (await put(replica, [])).status_code == 200
    after = (await other.api("GET", PATH)).json()
    assert after["items"] == []
    assert "expires_at" not in after
    assert after["creation_time"] == body["creation_time"] < after["update_time"]


async def test_every_account_sees_it_and_administrators_set_it(replica: Replica) -> None:
    await replica.user("ann")
    assert (await replica.api("GET", PATH, ANN)).status_code == 200
    assert message(await replica.api("GET", PATH, None)) == (401, "UNAUTHORIZED", "unauthorized")
    assert message(await put(replica, ["CVE-1"], ANN)) == (
        403,
        "FORBIDDEN",
        "forbidden: configuration:update on the system is needed",
    )
    assert message(await put(replica, ["CVE-1"], None)) == (401, "UNAUTHORIZED", "unauthorized")


async def test_what_is_no_list_is_refused_and_changes_nothing(replica: Replica) -> None:
    await put(replica, ["CVE-1"])
    answer = message(await put(replica, ["CVE-2", "CVE-3", "CVE-2"]))
    assert answer == (400, "BAD_REQUEST", "duplicate CVE ID in the allowlist: CVE-2")
    assert message(await put(replica, [""])) == (400, "BAD_REQUEST", "invalid CVE ID in the allowlist: ''")
    assert message(await put(replica, ["x" * 300]))[0] == 400
    assert message(await put(replica, [f"CVE-{i}" for i in range(5_001)]))[0] == 400
    bodies: list[Any] = [{"items": ["CVE-1"]}, {"items": {}}, {"expires_at": "soon"}, {"expires_at": 2**63}, []]
    for body in bodies:
        assert message(await replica.api("PUT", PATH, json=body))[0] == 422
    assert (await replica.api("GET", PATH)).json()["items"] == [{"cve_id": "CVE-1"}]


async def test_a_change_is_recorded(replica: Replica) -> None:
    await put(replica, ["CVE-1"])
    async with replica.database.connect() as connection:
        rows = await connection.execute(text("SELECT operation, resource_type, resource, operator FROM outbox"))
        assert [tuple(row) for row in rows] == [("update", "configuration", "CVEAllowlist", "admin")]
