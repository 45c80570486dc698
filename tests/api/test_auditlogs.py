"""``/auditlog-exts``, ``/audit-logs`` and a project's logs (H rows 95, 96)."""

from __future__ import annotations

from typing import Any

import pytest

from moorage.access.roles import Role
from moorage.events.audit import AuditWriter
from moorage.events.dispatcher import Dispatcher
from moorage.events.metrics import EventMetrics
from moorage.events.models import Actor, Event
from moorage.events.service import record
from tests.identity.replica import PASSWORD, Replica, message

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

EXTS, LEGACY = "/auditlog-exts", "/audit-logs"


async def logged(replica: Replica, *events: Event, operator: str = "admin") -> None:
    """Let events be in the log; what was recorded before is not."""
    from sqlalchemy import text

    async def configured() -> dict[str, Any]:
        return {}

    dispatcher = Dispatcher(replica.database, [AuditWriter(configured, EventMetrics())], EventMetrics())
    await dispatcher.drain()
    async with replica.database.begin() as connection:
        await connection.execute(text("TRUNCATE audit_log, audit_chain, audit_count"))
        await record(connection, Actor(operator), *events)
    await dispatcher.drain()


def created(name: str, project_id: int | None = None) -> Event:
    return Event("create", "project", name, project_id)


async def test_a_row_has_harbors_fields(replica: Replica) -> None:
    await logged(replica, Event("login", "user", "ann", succeeded=False))
    answer = await replica.api("GET", EXTS)
    assert answer.status_code == 200
    assert answer.headers["x-total-count"] == "1"
    (row,) = answer.json()
    assert row.pop("op_time").endswith("Z")
    assert row == {
        "id": 1,
        "operation": "login",
        "operation_description": "login",
        "operation_result": False,
        "resource": "ann",
        "resource_type": "user",
        "username": "admin",
    }


async def test_the_older_api_has_fewer_fields_and_rows_that_harbor_leaves_out(replica: Replica) -> None:
    await logged(replica, created("shop"), Event("login", "user", "ann"))
    (row,) = (await replica.api("GET", LEGACY)).json()
    assert set(row) == {"id", "op_time", "operation", "resource", "resource_type", "username"}
    assert row["resource"] == "shop"


async def test_pages_filters_and_order(replica: Replica) -> None:
    await logged(replica, *(created(f"p-{number}") for number in range(5)), Event("delete", "user", "ann"))
    answer = await replica.api("GET", f"{EXTS}?page_size=2&page=2&q=operation=create&sort=resource")
    assert [row["resource"] for row in answer.json()] == ["p-2", "p-3"]
    assert answer.headers["x-total-count"] == "5"
    assert 'rel="prev"' in answer.headers["link"]
    assert 'rel="next"' in answer.headers["link"]
    for query, expected in {
        "resource=~P-": 5,
        "resource_type=user": 1,
        "username=admin,operation={delete pull}": 1,
        "op_time=[2020-01-01T00:00:00~2020-01-02T00:00:00]": 0,
        "op_time=[2020-01-01T00:00:00~]": 6,
        "operation_result=true": 6,
        "unknown=x": 6,
    }.items():
        answer = await replica.api("GET", EXTS, params={"q": query})
        assert (query, answer.headers["x-total-count"], len(answer.json())) == (query, str(expected), expected)


@pytest.mark.parametrize("query", ["op_time=[x~]", "id=[a~]", "operation_result=perhaps", "nothing", "username=\0"])
async def test_a_query_that_makes_no_sense_is_the_clients_mistake(replica: Replica, query: str) -> None:
    for path in (EXTS, LEGACY, "/projects/library/logs", "/projects/library/auditlog-exts"):
        answer = await replica.api("GET", path, params={"q": query})
        assert message(answer)[:2] == (400, "BAD_REQUEST")


async def test_every_row_at_once_is_bounded(replica: Replica, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("moorage.events.lists.LARGEST", 3)
    await logged(replica, *(created(f"p-{number}") for number in range(5)))
    for size in (0, -1):
        answer = await replica.api("GET", f"{EXTS}?page_size={size}")
        assert (len(answer.json()), answer.headers["x-total-count"]) == (3, "5")


async def test_who_administers_projects_sees_their_rows_and_no_others(replica: Replica) -> None:
    ann, bob = await replica.user("ann"), await replica.user("bob")
    ids = [await replica.projects.create(name, owner_id=ann, public=True) for name in ("one", "two")]
    await replica.projects.members.add(ids[0], bob, Role.MAINTAINER)
    await logged(replica, created("one", ids[0]), created("two", ids[1]), created("else", 999), created("none"))
    for path in (EXTS, LEGACY):
        assert len((await replica.api("GET", path)).json()) == 4
        answer = await replica.api("GET", path, ("ann", PASSWORD))
        assert {row["resource"] for row in answer.json()} == {"one", "two"}
        assert answer.headers["x-total-count"] == "2"
        assert (await replica.api("GET", path, ("bob", PASSWORD))).json() == []
        assert message(await replica.api("GET", path, None))[0] == 401


async def test_a_groups_project_administrators_see_its_rows(replica: Replica) -> None:
    from sqlalchemy import text

    ann = await replica.user("ann")
    project_id = await replica.projects.create("one", owner_id=1, public=False)
    async with replica.database.begin() as connection:
        group = await connection.scalar(
            text("INSERT INTO user_group (name, group_type) VALUES ('admins', 3) RETURNING group_id")
        )
        await connection.execute(text("INSERT INTO user_group_member VALUES (:g, :u)"), {"g": group, "u": ann})
        await connection.execute(
            text("INSERT INTO project_member (project_id, entity_id, entity_type, role) VALUES (:p, :g, 'g', 1)"),
            {"p": project_id, "g": group},
        )
    await logged(replica, created("one", project_id), created("other", 999))
    answer = await replica.api("GET", EXTS, ("ann", PASSWORD))
    assert [row["resource"] for row in answer.json()] == ["one"]


async def test_a_projects_log_is_for_its_administrators(replica: Replica) -> None:
    users = {role: await replica.user(role.name.lower().replace("_", "-")) for role in Role}
    project_id = await replica.projects.create("shop", owner_id=1, public=True)
    for role, user_id in users.items():
        await replica.projects.members.add(project_id, user_id, role)
    await logged(replica, created("shop", project_id), created("other", 999))
    for path in ("/projects/shop/logs", "/projects/shop/auditlog-exts", f"/projects/{project_id}/auditlog-exts"):
        assert [row["resource"] for row in (await replica.api("GET", path)).json()] == ["shop"]
        for role in Role:
            answer = await replica.api("GET", path, (role.name.lower().replace("_", "-"), PASSWORD))
            if role is Role.PROJECT_ADMIN:
                assert [row["resource"] for row in answer.json()] == ["shop"]
            else:
                assert message(answer) == (403, "FORBIDDEN", "forbidden")
        assert message(await replica.api("GET", path, None)) == (401, "UNAUTHORIZED", "unauthorized")
    assert message(await replica.api("GET", "/projects/nothing/logs"))[0] == 404


async def test_event_types_are_listed_for_administrators(replica: Replica) -> None:
    await replica.user("ann")
    types = [entry["event_type"] for entry in (await replica.api("GET", f"{EXTS}/events")).json()]
    assert types[:3] == ["create_artifact", "delete_artifact", "pull_artifact"]
    assert {"login_user", "logout_user", "update_configuration", "delete_member"} <= set(types)
    assert message(await replica.api("GET", f"{EXTS}/events", ("ann", PASSWORD)))[0] == 403
    assert message(await replica.api("GET", f"{EXTS}/events", None))[0] == 401
