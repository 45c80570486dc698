"""Why an account may or may not do something, by the function that decides it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from moorage.access.principals import ANONYMOUS
from moorage.access.roles import Role
from moorage.identity.models import PROJECT, NewRobot, RobotAction, RobotPermission
from tests.identity.replica import ADMIN, PASSWORD, Replica, message

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

ANN, BOB = ("ann", PASSWORD), ("bob", PASSWORD)
PULL = RobotAction("repository", "pull")


async def ask(
    replica: Replica, auth: tuple[str, str] | None = ADMIN, project: str = "shop", **question: Any
) -> dict[str, Any]:
    answer = await replica.api("POST", f"/projects/{project}/explain", auth, json={"action": "push"} | question)
    assert answer.status_code == 200, answer.text
    return answer.json()


def of(name: str, kind: str = "user") -> dict[str, str]:
    return {"type": kind, "name": name}


async def shop(replica: Replica, *, public: bool = False) -> int:
    return await replica.projects.create("shop", owner_id=1, public=public)


async def execute(replica: Replica, sql: str, **values: Any) -> None:
    async with replica.database.begin() as connection:
        await connection.execute(text(sql), values)


async def test_a_role_and_what_it_lacks_is_told(replica: Replica) -> None:
    project_id = await shop(replica)
    ann = await replica.user("ann")
    member = await replica.projects.members.add(project_id, ann, Role.GUEST)
    found = await ask(replica, principal=of("ann"), reference="app/web:v1")
    assert found == {
        "allowed": False,
        "code": "PERMISSION_MISSING",
        "message": "ann has the role guest, which does not give repository:push in app/web;"
        " given by projectAdmin, maintainer, developer",
        "principal": of("ann"),
        "project": "shop",
        "resource": "repository",
        "action": "push",
        "reference": "app/web:v1",
        "exists": False,
        "ways": [{"source": "role", "gives": False, "role_id": 3, "role_name": "guest"}],
        "would_give": [
            {"source": "role", "gives": True, "role_id": 2, "role_name": "developer"},
            {"source": "role", "gives": True, "role_id": 4, "role_name": "maintainer"},
            {"source": "role", "gives": True, "role_id": 1, "role_name": "projectAdmin"},
        ],
    }
    await replica.projects.members.set_role(project_id, member, Role.DEVELOPER)
    found = await ask(replica, principal=of("ann"), reference="app/web@sha256:" + "0" * 64)
    assert (found["allowed"], found["code"]) == (True, "ROLE")
    assert found["message"] == "ann has the role developer, which gives repository:push in app/web"
    assert "would_give" not in found


async def test_everyone_may_ask_about_themselves_and_learns_nothing_of_hidden_projects(replica: Replica) -> None:
    project_id = await shop(replica)
    await replica.user("ann")
    hidden, missing = await ask(replica, ANN), await ask(replica, ANN, "none")
    assert hidden["code"] == "NOT_A_MEMBER"
    assert "exists" not in hidden
    assert hidden["message"] == "ann is not a member of shop, or there is no project shop"
    assert {**missing, "project": "", "message": ""} == {**hidden, "project": "", "message": ""}
    assert missing["message"].replace("none", "shop") == hidden["message"]
    nobody, nowhere = await ask(replica, None), await ask(replica, None, "none")
    assert nobody["message"] == nowhere["message"].replace("none", "shop")
    assert nobody["code"] == "NOT_LOGGED_IN"
    assert await ask(replica, ANN, principal=of("ann")) == hidden
    # By its id, its name is not told either.
    by_id = await ask(replica, ANN, str(project_id))
    assert by_id["message"] == f"ann is not a member of {project_id}, or there is no project {project_id}"


async def test_about_others_those_may_ask_who_may_change_members(replica: Replica) -> None:
    project_id = await shop(replica)
    ann, _ = await replica.user("ann"), await replica.user("bob")
    member = await replica.projects.members.add(project_id, ann, Role.MAINTAINER)
    question: dict[str, Any] = {"action": "pull", "principal": of("bob")}
    path = "/projects/shop/explain"
    assert message(await replica.api("POST", path, None, json=question)) == (401, "UNAUTHORIZED", "unauthorized")
    assert message(await replica.api("POST", path, ANN, json=question)) == (403, "FORBIDDEN", "forbidden")
    assert message(await replica.api("POST", path, BOB, json=question | {"principal": of("ann")}))[0] == 403
    assert message(await replica.api("POST", path, ANN, json=question | {"principal": of("", "anonymous")}))[0] == 403
    await replica.projects.members.set_role(project_id, member, Role.PROJECT_ADMIN)
    assert (await ask(replica, ANN, **question))["code"] == "NOT_A_MEMBER"
    unknown = await replica.api("POST", path, ANN, json=question | {"principal": of("nobody")})
    assert message(unknown) == (404, "NOT_FOUND", "user nobody not found")
    gone = await replica.api("POST", "/projects/none/explain", json=question)
    assert message(gone) == (404, "NOT_FOUND", "project none not found")


async def test_limits_and_groups_are_named(replica: Replica) -> None:
    project_id = await shop(replica)
    ann = await replica.user("ann")
    await execute(replica, "INSERT INTO user_group (group_id, name, group_type) VALUES (7, 'ops', 2)")
    await execute(replica, "INSERT INTO user_group_member VALUES (7, :ann)", ann=ann)
    sql = "INSERT INTO project_member (project_id, entity_id, entity_type, role, repositories)"
    await execute(replica, sql + " VALUES (:project, 7, 'g', 2, '{app/*,base}')", project=project_id)
    has = "the role developer through the group ops, limited to app/*, base"
    found = await ask(replica, principal=of("ann"), reference="app/web")
    assert (found["allowed"], found["message"]) == (True, f"ann has {has}, which gives repository:push in app/web")
    found = await ask(replica, principal=of("ann"), reference="other:v1")
    assert (found["code"], found["message"]) == ("OTHER_REPOSITORIES", f"ann has {has}, which other does not match")
    limited = {"role_id": 2, "role_name": "developer", "group_name": "ops", "source": "role", "gives": False}
    assert found["ways"] == [limited | {"repositories": ["app/*", "base"]}, limited]
    assert (await ask(replica, principal=of("ann")))["code"] == "LIMITED"
    found = await ask(replica, principal=of("ann"), resource="tag-retention", action="create")
    assert (found["allowed"], found["code"]) == (False, "PERMISSION_MISSING")
    assert (await ask(replica, principal=of("ann"), resource="project", action="read"))["allowed"]


async def test_public_projects_and_administrators_are_named(replica: Replica) -> None:
    await shop(replica, public=True)
    await replica.user("ann")
    found = await ask(replica, principal=of("", "anonymous"), action="pull", reference="a")
    assert (found["allowed"], found["code"]) == (True, "PUBLIC")
    found = await ask(replica, principal=of("", "anonymous"), action="push", reference="a")
    assert found["message"].startswith("everyone has what everyone may do in a public project, which does not give")
    found = await ask(replica, action="delete", reference="a")
    assert (found["allowed"], found["code"]) == (True, "SYSADMIN")
    assert found["ways"] == [{"source": "sysadmin", "gives": True}]


async def test_what_would_allow_it_depends_on_who_it_is(replica: Replica) -> None:
    await shop(replica)
    await replica.user("ann")

    def sources(found: dict[str, Any]) -> list[str]:
        return [way.get("role_name") or way["source"] for way in found.get("would_give", [])]

    roles = ["limitedGuest", "guest", "developer", "maintainer", "projectAdmin"]
    assert sources(await ask(replica, principal=of("ann"), action="pull", reference="a")) == [*roles, "public"]
    assert sources(await ask(replica, principal=of("", "anonymous"), action="pull", reference="a")) == ["public"]
    assert sources(await ask(replica, principal=of("", "anonymous"), action="push", reference="a")) == []
    robot, _ = await replica.identity.robots.create(
        NewRobot("ci", PROJECT, (RobotPermission(PROJECT, "shop", (PULL,)),), 30)
    )
    found = await ask(replica, principal=of(robot.name, "robot"), reference="a")
    assert found["would_give"] == [{"source": "robot", "gives": True, "namespace": "shop"}]
    # No robot can be given that.
    found = await ask(replica, principal=of(robot.name, "robot"), resource="configuration", action="update")
    assert sources(found) == []
    hidden, missing = await ask(replica, ANN, action="pull"), await ask(replica, ANN, "none", action="pull")
    assert hidden["would_give"] == missing["would_give"]


async def test_accounts_that_ended_are_told_from_those_that_lack_something(replica: Replica) -> None:
    project_id = await shop(replica)
    ann = await replica.user("ann")
    await replica.projects.members.add(project_id, ann, Role.MAINTAINER)
    await replica.identity.users.set_disabled(ann, True)
    found = await ask(replica, principal=of("ann"), reference="a")
    assert (found["allowed"], found["code"], found["ways"]) == (False, "ACCOUNT_ENDED", [])
    assert "would_give" not in found
    assert found["message"] == "ann is disabled, so it may do nothing"
    permission = RobotPermission(PROJECT, "shop", (PULL,), ("app/*",))
    robot, secret = await replica.identity.robots.create(NewRobot("ci", PROJECT, (permission,), 30))
    mine = await ask(replica, (robot.name, secret), action="pull", reference="app/x")
    assert (mine["allowed"], mine["code"]) == (True, "ROBOT_PERMISSION")
    found = await ask(replica, principal=of(robot.name, "robot"), action="pull", reference="b")
    assert found["message"] == "robot$shop+ci has a permission for shop, limited to app/*, which b does not match"
    await execute(replica, "UPDATE robot SET expires_at = now()")
    found = await ask(replica, principal=of(robot.name, "robot"), action="pull", reference="app/x")
    assert found["message"] == "robot$shop+ci is expired, so it may do nothing"
    await replica.identity.robots.set_disabled(robot.robot_id, True)
    found = await ask(replica, principal=of(robot.name, "robot"), action="pull", reference="app/x")
    assert found["message"] == "robot$shop+ci is disabled, so it may do nothing"


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ({}, 422),
        ({"action": 1}, 422),
        ({"action": "fly"}, 400),
        ({"action": "read", "resource": "x" * 10_000}, 400),
        ({"action": "pull", "reference": ""}, 400),
        ({"action": "pull", "reference": "UP"}, 400),
        ({"action": "pull", "reference": "a:"}, 400),
        ({"action": "pull", "reference": "a@sha256:0"}, 400),
        ({"action": "pull", "reference": "a\0"}, 400),
        ({"action": "pull", "reference": "a" * 100_000}, 400),
        ({"action": "create", "resource": "member", "reference": "a"}, 400),
        ({"action": "pull", "principal": {"type": "god"}}, 422),
        ({"action": "pull", "principal": {"type": "user", "name": "a\0b"}}, 404),
        ({"action": "pull", "principal": {"type": "robot", "name": "x" * 100_000}}, 404),
    ],
)
async def test_odd_questions_are_answered_with_what_is_wrong(
    replica: Replica, question: dict[str, Any], status: int
) -> None:
    await shop(replica)
    answer = await replica.api("POST", "/projects/shop/explain", json=question)
    assert answer.status_code == status, answer.text
    assert len(answer.content) < 1000


async def test_the_answer_is_what_is_enforced(replica: Replica) -> None:
    """Every question of the role matrix is answered as the decision function decides it."""
    project_id = await shop(replica, public=True)
    ann = await replica.user("ann")
    await replica.projects.members.add(project_id, ann, Role.DEVELOPER)
    principal = await replica.login("ann")
    for account, body in ((principal, of("ann")), (ANONYMOUS, of("", "anonymous"))):
        access = await replica.access.project_access(account, "shop")
        for resource in ("repository", "artifact", "tag", "member", "label", "scan"):
            for action in ("create", "read", "update", "delete", "list", "pull", "push"):
                answer = await replica.api(
                    "POST", "/projects/shop/explain", json={"action": action, "resource": resource, "principal": body}
                )
                if answer.status_code == 200:
                    assert answer.json()["allowed"] is access.allows(resource, action)
                else:
                    assert not access.allows(resource, action)
