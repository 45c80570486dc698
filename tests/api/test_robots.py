"""``/robots``, as a real Harbor answers."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from moorage.access.roles import Role
from tests.identity.replica import ADMIN, PASSWORD, Replica, message

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

ANN = ("ann", PASSWORD)
PULL = {"resource": "repository", "action": "pull"}
PUSH = {"resource": "repository", "action": "push"}
NAME = "robot name is not in lower case or contains illegal characters"


def permission(namespace: str, *access: dict[str, str], kind: str = "project", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "namespace": namespace, "access": list(access), **more}


def body(name: str = "ci", project: str = "shop", **more: Any) -> dict[str, Any]:
    found = {
        "name": name,
        "level": "project",
        "duration": 30,
        "description": "d",
        "permissions": [permission(project, PULL)],
    }
    return found | more


def system(name: str, *permissions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "level": "system", "duration": -1, "permissions": list(permissions), **more}


async def project(replica: Replica, name: str = "shop") -> int:
    return await replica.projects.create(name, owner_id=1, public=False)


async def make(replica: Replica, wanted: dict[str, Any], auth: tuple[str, str] = ADMIN) -> dict[str, Any]:
    answer = await replica.api("POST", "/robots", auth, json=wanted)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def show(replica: Replica, robot_id: int) -> dict[str, Any]:
    answer = await replica.api("GET", f"/robots/{robot_id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def logs_in(replica: Replica, robot: dict[str, Any], secret: str | None = None) -> bool:
    """Whether the robot is known: a robot that is gets 412 here, whoever is not 401."""
    auth = (robot["name"], robot["secret"] if secret is None else secret)
    return (await replica.api("GET", "/users/current", auth)).status_code == 412


async def test_a_robot_is_made_shown_changed_and_deleted(replica: Replica) -> None:
    await project(replica)
    answer = await replica.api("POST", "/robots", json=body())
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["location"] == f"/api/v2.0/robots/{made['id']}"
    assert answer.headers["content-type"] == "application/json"
    assert set(made) == {"id", "name", "secret", "creation_time", "expires_at"}
    assert made["name"] == "robot$shop+ci"
    assert await logs_in(replica, made)

    shown = await show(replica, made["id"])
    assert shown.pop("creation_time") == shown.pop("update_time") == made["creation_time"]
    assert shown == {
        "id": made["id"],
        "name": "robot$shop+ci",
        "level": "project",
        "description": "d",
        "duration": 30,
        "expires_at": made["expires_at"],
        "editable": True,
        "disable": False,
        "creator_type": "local",
        "creator_ref": 1,
        "permissions": [{"kind": "project", "namespace": "shop", "access": [PULL]}],
    }
    change = body("robot$shop+ci", duration=-1, description="", permissions=[permission("shop", PUSH, PULL)])
    answer = await replica.api("PUT", f"/robots/{made['id']}", json=change)
    assert (answer.status_code, answer.content) == (200, b"")
    shown = await show(replica, made["id"])
    assert (shown["duration"], shown["expires_at"]) == (-1, -1)
    assert "description" not in shown
    assert shown["permissions"][0]["access"] == [PUSH, PULL]

    answer = await replica.api("DELETE", f"/robots/{made['id']}")
    assert (answer.status_code, answer.content) == (200, b"")
    gone = (404, "NOT_FOUND", f"robot {made['id']} not found")
    for method in ("GET", "DELETE"):
        assert message(await replica.api(method, f"/robots/{made['id']}")) == gone
    assert message(await replica.api("PATCH", f"/robots/{made['id']}", json={})) == gone
    assert message(await replica.api("PUT", f"/robots/{made['id']}", json=change)) == gone
    assert not await logs_in(replica, made)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, (400, "BAD_REQUEST", NAME)),
        ({"name": "UP"}, (400, "BAD_REQUEST", NAME)),
        ({"name": "a--b"}, (400, "BAD_REQUEST", NAME)),
        ({"name": "x" * 256}, (400, "BAD_REQUEST", NAME)),
        ({"level": "x"}, (400, "BAD_REQUEST", "bad request error level input: x")),
        ({"level": None}, (400, "BAD_REQUEST", "bad request error level input: ")),
        ({"permissions": []}, (400, "BAD_REQUEST", "bad request empty permission")),
        ({"permissions": None}, (400, "BAD_REQUEST", "bad request empty permission")),
        ({"permissions": [None]}, (400, "BAD_REQUEST", "bad request empty permission")),
        ({"permissions": [permission("shop")]}, (400, "BAD_REQUEST", "bad request empty access")),
        ({"permissions": [permission("shop", {})]}, (400, "BAD_REQUEST", "bad request permission: :")),
        ({"permissions": [permission("*", PULL)]}, (404, "NOT_FOUND", "project * not found")),
        ({"permissions": [permission("none", PULL)]}, (404, "NOT_FOUND", "project none not found")),
        ({"permissions": [permission("a\0b", PULL)]}, (404, "NOT_FOUND", "project a\0b not found")),
        (
            {"permissions": [permission("shop", PULL), permission("library", PULL)]},
            (400, "BAD_REQUEST", "bad request permission"),
        ),
        (
            {"permissions": [permission("shop", {"resource": "robot", "action": "update"})]},
            (400, "BAD_REQUEST", "bad request permission: robot:update"),
        ),
    ],
)
async def test_what_is_wrong_with_a_new_robot_is_said(
    replica: Replica, wrong: dict[str, Any], said: tuple[int, str, str]
) -> None:
    await project(replica)
    assert message(await replica.api("POST", "/robots", json=body() | wrong)) == said


async def test_no_body_makes_the_server_fail(replica: Replica) -> None:
    await project(replica)
    for content in (b"", b"[]", b"null", b"{", b'"x"', b'{"duration":1e400}', b"[" * 100_000):
        answer = await replica.api("POST", "/robots", content=content, headers={"content-type": "application/json"})
        assert answer.status_code == 422, (content[:20], answer.text)
    wrong: dict[str, Any]
    for wrong in (
        {"duration": "x"},
        {"duration": True},
        {"permissions": {}},
        {"permissions": [permission("shop", "x")]},  # type: ignore[arg-type]
        {"disable": "yes"},
    ):
        assert (await replica.api("POST", "/robots", json=body() | wrong)).status_code == 422, wrong
    for wrong in ({"duration": 10**30}, {"description": "a\0b"}, {"description": "x" * 1025}):
        assert (await replica.api("POST", "/robots", json=body() | wrong)).status_code in (400, 422), wrong
    assert message(await replica.api("GET", "/robots/%00"))[:2] == (400, "BAD_REQUEST")
    for wrong_id in ("x", "9" * 30, "1.5"):
        assert message(await replica.api("GET", f"/robots/{wrong_id}"))[:2] == (422, "UNPROCESSABLE_ENTITY")
    assert message(await replica.api("GET", "/robots/0")) == (404, "NOT_FOUND", "robot 0 not found")


async def test_a_name_is_taken_once_per_project(replica: Replica) -> None:
    project_id = await project(replica)
    await project(replica, "other")
    await make(replica, body())
    await make(replica, body(project="other"))
    answer = await replica.api("POST", "/robots", json=body())
    assert message(answer) == (409, "CONFLICT", f"robot account {project_id}:shop+ci already exists")
    at_once = await asyncio.gather(*(replica.api("POST", "/robots", json=body("race")) for _ in range(4)))
    assert sorted(answer.status_code for answer in at_once) == [201, 409, 409, 409]


async def test_who_may_not_is_told_no_more_than_that(replica: Replica) -> None:
    await project(replica)
    await replica.user("ann")
    made = await make(replica, body())
    await make(replica, system("all", permission("/", {"resource": "robot", "action": "list"}, kind="system")))
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", f"/robots/{made['id']}", {}),
        ("POST", "/robots", {"json": body("x")}),
        ("PUT", f"/robots/{made['id']}", {"json": body("robot$shop+ci")}),
        ("PATCH", f"/robots/{made['id']}", {"json": {}}),
        ("DELETE", f"/robots/{made['id']}", {}),
        ("GET", "/robots?q=Level=project,ProjectID=2", {}),
        ("GET", "/robots?q=Level=project,ProjectID=999", {}),
        ("POST", "/robots", {"json": body("x", "nowhere")}),
    ]
    for method, path, more in calls:
        assert message(await replica.api(method, path, None, **more)) == (401, "UNAUTHORIZED", "unauthorized")
        assert message(await replica.api(method, path, ANN, **more)) == (403, "FORBIDDEN", "forbidden"), path
    # Harbor's message is the account's name; what is missing says more.
    needed = (403, "FORBIDDEN", "forbidden: robot:list on the system is needed")
    assert message(await replica.api("GET", "/robots", ANN)) == needed


async def test_lists_are_of_the_system_or_of_a_project(replica: Replica) -> None:
    project_id = await project(replica)
    for name in ("b", "a", "c"):
        await make(replica, body(name))
    await make(replica, system("sys", permission("shop", PULL)))

    async def names(query: str) -> list[str]:
        answer = await replica.api("GET", f"/robots{query}")
        assert answer.status_code == 200, answer.text
        return [robot["name"].removeprefix("robot$") for robot in answer.json()]

    of_project = f"?q=Level=project,ProjectID={project_id}"
    assert await names("") == await names("?q=Level=system") == ["sys"]
    assert await names("?q=name=~SY") == ["sys"]
    assert await names(of_project) == ["shop+a", "shop+b", "shop+c"]
    assert await names(f"{of_project}&sort=-name") == ["shop+c", "shop+b", "shop+a"]
    assert await names(f"{of_project},name=~b") == ["shop+b"]
    # As Harbor keeps it: the project is part of the name.
    assert await names(f"{of_project},name=b") == []
    assert await names(f"{of_project},name=shop%252Bb") == ["shop+b"]
    assert await names("?q=Level=project,ProjectID=99999") == []
    answer = await replica.api("GET", f"/robots{of_project}&page_size=1")
    assert answer.headers["x-total-count"] == "3"
    assert answer.headers["link"] == (
        f'</api/v2.0/robots?page=2&page_size=1&q=Level=project,ProjectID={project_id}>; rel="next"'
    )
    for query, said in {
        "Level=project": "must with project ID when to query project robots",
        "Level=project,ProjectID=0": "ProjectID must be a positive integer",
        "Level=project,ProjectID=x": "ProjectID must be a positive integer",
        "Level=project,ProjectID=" + "9" * 19: "ProjectID must be a positive integer",
        "Level=x": "bad request error level input",
        "Level=~s": "bad request error level input",
    }.items():
        assert message(await replica.api("GET", f"/robots?q={query}")) == (400, "BAD_REQUEST", said)


async def test_hidden_robots_are_not_listed(replica: Replica) -> None:
    await project(replica)
    made = await make(replica, system("scan", permission("shop", PULL)))
    async with replica.database.begin() as connection:
        await connection.execute(text("UPDATE robot SET visible = false"))
    answer = await replica.api("GET", "/robots")
    assert (answer.json(), answer.headers["x-total-count"]) == ([], "0")
    assert await logs_in(replica, made)


async def test_name_level_and_project_stay(replica: Replica) -> None:
    await project(replica)
    await project(replica, "other")
    made = await make(replica, body())
    path = f"/robots/{made['id']}"
    fixed = (400, "BAD_REQUEST", "cannot update the level or name of robot")
    assert message(await replica.api("PUT", path, json=body("ci"))) == fixed
    assert message(await replica.api("PUT", path, json=body("robot$shop+ci", level="system"))) == fixed
    moved = message(await replica.api("PUT", path, json=body("robot$shop+ci", "other")))
    assert moved == (400, "BAD_REQUEST", "cannot update the project id of robot")
    empty = message(await replica.api("PUT", path, json={}))
    assert empty == (400, "BAD_REQUEST", "bad request error level input: ")
    # Without a duration it stays as it is; with another one it counts from the creation.
    unsaid = body("robot$shop+ci")
    del unsaid["duration"]
    assert (await replica.api("PUT", path, json=unsaid)).status_code == 200
    assert (await show(replica, made["id"]))["expires_at"] == made["expires_at"]
    assert (await replica.api("PUT", path, json=body("robot$shop+ci", duration=31))).status_code == 200
    assert (await show(replica, made["id"]))["expires_at"] == made["expires_at"] + 86400


async def test_secrets_are_generated_or_given(replica: Replica) -> None:
    await project(replica)
    made = await make(replica, body(secret="Given1234"))
    # As in Harbor, not at the creation.
    assert not await logs_in(replica, made, "Given1234")
    path = f"/robots/{made['id']}"
    for empty in ({}, {"secret": ""}, {"secret": None}):
        answer = await replica.api("PATCH", path, json=empty)
        assert list(answer.json()) == ["secret"]
        assert not await logs_in(replica, made)
        made["secret"] = answer.json()["secret"]
        assert await logs_in(replica, made)
    answer = await replica.api("PATCH", path, json={"secret": "Given1234"})
    assert (answer.status_code, answer.json()) == (200, {})
    assert await logs_in(replica, made, "Given1234")
    weak = message(await replica.api("PATCH", path, json={"secret": "weak"}))
    assert weak == (
        400,
        "BAD_REQUEST",
        "the secret must be 8-128, inclusively, characters long with at least 1 uppercase letter, 1 lowercase letter"
        " and 1 number",
    )
    assert await logs_in(replica, made, "Given1234")


async def test_the_duration_not_given_is_the_configured_one(replica: Replica) -> None:
    await project(replica)
    await configure(replica, robot_token_duration=7)
    wanted = body()
    del wanted["duration"]
    assert (await show(replica, (await make(replica, wanted))["id"]))["duration"] == 7
    zero = await replica.api("POST", "/robots", json=body("zero", duration=0))
    assert message(zero)[2].startswith("bad request error duration input: 0")


async def test_the_prefix_is_the_configured_one_everywhere_at_once(replica: Replica, other: Replica) -> None:
    await project(replica)
    made = await make(replica, body())
    assert await logs_in(replica, made)
    assert await logs_in(other, made)
    await configure(replica, robot_name_prefix="bot-")
    renamed = made | {"name": "bot-shop+ci"}
    for each in (replica, other):
        assert not await logs_in(each, made)
        assert await logs_in(each, renamed)
        assert (await show(each, made["id"]))["name"] == "bot-shop+ci"
    refused = await replica.api(
        "POST", "/users", json={"username": "bot-x", "password": PASSWORD, "email": "x@example.com", "realname": "x"}
    )
    assert refused.status_code == 400


async def test_a_robot_gives_no_more_than_it_has(replica: Replica) -> None:
    await project(replica)
    await project(replica, "other")
    rights = ("create", "list", "read")
    robots = [{"resource": "robot", "action": action} for action in rights]
    creator = await make(
        replica,
        system(
            "maker", permission("/", *robots, kind="system"), permission("shop", PULL, *robots), permission("*", PUSH)
        ),
    )
    auth = (creator["name"], creator["secret"])
    made = await make(replica, system("sub", permission("shop", PULL, PUSH), permission("other", PUSH)), auth)
    shown = await show(replica, made["id"])
    assert (shown["creator_type"], shown["creator_ref"]) == ("robot", creator["id"])
    await make(replica, body("sub2"), auth)
    denied = (
        403,
        "DENIED",
        "permission scope is invalid. It must be equal to or more restrictive than the creator robot's permissions:"
        " robot$maker",
    )
    for wanted in (
        system("more", permission("other", PULL)),
        system("more", permission("*", PULL)),
        system("more", permission("/", {"resource": "user", "action": "list"}, kind="system")),
        body("more", permissions=[permission("shop", {"resource": "repository", "action": "delete"})]),
    ):
        assert message(await replica.api("POST", "/robots", auth, json=wanted)) == denied
    # In a project where it may not make robots it makes none, whatever they may do.
    assert message(await replica.api("POST", "/robots", auth, json=body("x", "other"))) == (
        403,
        "FORBIDDEN",
        "forbidden",
    )


async def test_what_terraform_sends_is_understood(replica: Replica) -> None:
    """The provider's bodies: no false booleans, the full name in a PUT, the id from Location, a secret by PATCH."""
    await project(replica)
    access = [
        {"action": "pull", "resource": "repository", "effect": "allow"},
        {"action": "read", "resource": "artifact"},
    ]
    wanted = {
        "name": "tf",
        "level": "project",
        "duration": -1,
        "disable": True,
        "permissions": [{"access": access, "kind": "project", "namespace": "shop"}],
    }
    answer = await replica.api("POST", "/robots", json=wanted)
    location = answer.headers["location"].removeprefix("/api/v2.0")
    assert (await replica.api("PATCH", location, json={"secret": "Terraform1"})).status_code == 200
    shown = (await replica.api("GET", location)).json()
    # What was asked for is what is read back, or the next plan would want to change it.
    assert shown["disable"] is True
    assert shown["permissions"] == wanted["permissions"]
    assert "description" not in shown
    change = {key: value for key, value in wanted.items() if key != "disable"} | {"name": shown["name"]}
    assert (await replica.api("PUT", location, json=change)).status_code == 200
    assert await logs_in(replica, shown, "Terraform1")


async def test_events_tell_of_robots(replica: Replica) -> None:
    project_id = await project(replica)
    made = await make(replica, body())
    path = f"/robots/{made['id']}"
    await replica.api("PUT", path, json=body("robot$shop+ci", permissions=[permission("none", PULL)]))
    await replica.api("PUT", path, json=body("robot$shop+ci"))
    await replica.api("PATCH", path, json={})
    await replica.api("DELETE", path)
    async with replica.database.connect() as connection:
        rows = await connection.execute(
            text(
                "SELECT operation, resource, operator, project_id FROM outbox WHERE resource_type = 'robot' ORDER BY 1"
            )
        )
    told = [tuple(row) for row in rows]
    operations = ["create", "delete", "update", "update"]
    assert told == [(operation, "robot$shop+ci", "admin", project_id) for operation in operations]


async def test_limits_to_repositories_are_kept_and_checked(replica: Replica) -> None:
    await project(replica)
    entries = [
        permission("shop", PUSH, repositories=["app/*"]),
        permission("shop", PULL, repositories=["app/*", "base"]),
    ]
    made = await make(replica, body(permissions=entries))
    path = f"/robots/{made['id']}"
    assert (await show(replica, made["id"]))["permissions"] == entries
    # A client that does not know of limits gives back the entries without them: nothing is widened.
    blind = [permission("shop", PUSH), permission("shop", PULL, {"resource": "tag", "action": "list"})]
    refused = await replica.api("PUT", path, json=body("robot$shop+ci", permissions=blind))
    assert refused.status_code == 200, refused.text
    kept = (await show(replica, made["id"]))["permissions"]
    tags = {"resource": "tag", "action": "list"}
    assert kept == [
        permission("shop", PUSH, repositories=["app/*"]),
        permission("shop", PULL, tags, repositories=["app/*", "base"]),
    ]
    lifted = body("robot$shop+ci", permissions=[permission("shop", PUSH, PULL, repositories=None)])
    assert (await replica.api("PUT", path, json=lifted)).status_code == 200
    assert (await show(replica, made["id"]))["permissions"] == [permission("shop", PUSH, PULL)]
    for limit in ([], ["/"], ["a" * 256], [f"r{number}" for number in range(51)], ["(a+)+$"]):
        wrong = body("x", permissions=[permission("shop", PULL, repositories=limit)])
        assert message(await replica.api("POST", "/robots", json=wrong))[:2] == (400, "BAD_REQUEST"), limit
    log = {"resource": "log", "action": "list"}
    wrong = body("x", permissions=[permission("shop", log, repositories=["a"])])
    said = "bad request permission: log:list cannot be limited to repositories"
    assert message(await replica.api("POST", "/robots", json=wrong))[2] == said


async def test_a_limited_robot_gives_nothing_beyond_its_limit(replica: Replica) -> None:
    await project(replica)
    create = {"resource": "robot", "action": "create"}
    creator = await make(
        replica, system("m", permission("shop", create), permission("shop", PULL, repositories=["app/**"]))
    )
    auth = (creator["name"], creator["secret"])
    for limit, status in ((["app/web"], 201), (["app/*", "app/x/**"], 201), (["base"], 403), (["*"], 403), (None, 403)):
        wanted = body(f"s{status}-{len(limit or ())}", permissions=[permission("shop", PULL, repositories=limit)])
        answer = await replica.api("POST", "/robots", auth, json=wanted)
        assert answer.status_code == status, (limit, answer.text)


async def test_the_catalogue_is_for_administrators(replica: Replica) -> None:
    project_id = await project(replica)
    ann = await replica.user("ann")
    every = (await replica.api("GET", "/permissions")).json()
    assert (len(every["system"]), len(every["project"])) == (70, 70)
    assert every["system"][0] == {"resource": "audit-log", "action": "list"}
    assert every["project"][-1] == {"resource": "member", "action": "delete"}
    assert {"resource": "robot", "action": "update"} not in every["project"]
    assert message(await replica.api("GET", "/permissions", None)) == (401, "UNAUTHORIZED", "unauthorized")
    only = (403, "FORBIDDEN", "only admins(system and project) can access permissions")
    assert message(await replica.api("GET", "/permissions", ANN)) == only
    member = await replica.projects.members.add(project_id, ann, Role.MAINTAINER)
    assert message(await replica.api("GET", "/permissions", ANN)) == only
    await replica.projects.members.set_role(project_id, member, Role.PROJECT_ADMIN)
    answer: httpx2.Response = await replica.api("GET", "/permissions", ANN)
    assert answer.json() == {"system": [], "project": every["project"]}


async def configure(replica: Replica, **values: Any) -> None:
    """Change the configuration as an administrator does."""
    async with replica.database.begin() as connection:
        for key, value in values.items():
            await connection.execute(
                text("INSERT INTO configuration (key, value) VALUES (:key, to_jsonb(CAST(:value AS text)))"),
                {"key": key, "value": str(value)},
            )
