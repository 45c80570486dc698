"""``/users``, as a real Harbor answers."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from moorage.access.roles import ROLE_PERMISSIONS, Role
from moorage.identity.models import SYSTEM, NewRobot, RobotAction, RobotPermission
from tests.identity.replica import ADMIN, PASSWORD, Replica, message

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

ANN = ("ann", PASSWORD)
RULE = (
    "the password or secret must be 8-128, inclusively, characters long with at least 1 uppercase letter,"
    " 1 lowercase letter and 1 number"
)
UNAUTHORIZED = (401, "UNAUTHORIZED", "unauthorized")


def needs(action: str) -> tuple[int, str, str]:
    return 403, "FORBIDDEN", f"forbidden: user:{action} on the system is needed"


def creation(**changed: Any) -> dict[str, Any]:
    body = {"username": "neo", "password": PASSWORD, "email": "neo@example.com", "realname": "Neo", "comment": "c"}
    return body | changed


async def ann(replica: Replica) -> int:
    return await replica.user("ann", email="ann@example.com")


async def make(replica: Replica, *names: str) -> None:
    for position, name in enumerate(names):
        await replica.user(name, email=f"{name}{position}@example.com")


async def names(replica: Replica, query: str, auth: tuple[str, str] = ADMIN) -> list[str]:
    answer = await replica.api("GET", f"/users{query}", auth)
    assert answer.status_code == 200, answer.text
    return [user["username"] for user in answer.json()]


async def outbox(replica: Replica) -> list[tuple[Any, ...]]:
    async with replica.database.connect() as connection:
        sql = "SELECT operation, resource, operator, details FROM outbox WHERE resource_type = 'user' ORDER BY event_id"
        return [tuple(row) for row in await connection.execute(text(sql))]


# --- making --------------------------------------------------------------------------------------


async def test_a_user_is_made_shown_changed_and_deleted(replica: Replica) -> None:
    answer = await replica.api("POST", "/users", json=creation())
    assert (answer.status_code, answer.content) == (201, b"")
    location = answer.headers["location"]
    user_id = int(location.removeprefix("/api/v2.0/users/"))
    shown = (await replica.http.get(location, auth=ADMIN)).json()
    assert shown.pop("creation_time") == shown.pop("update_time")
    assert shown == {
        "user_id": user_id,
        "username": "neo",
        "email": "neo@example.com",
        "realname": "Neo",
        "comment": "c",
        "sysadmin_flag": False,
        "admin_role_in_auth": False,
    }
    profile = {"email": "neo2@example.com", "realname": "Neo2", "comment": ""}
    answer = await replica.api("PUT", f"/users/{user_id}", json=profile)
    assert (answer.status_code, answer.content) == (200, b"")
    shown = (await replica.api("GET", f"/users/{user_id}")).json()
    assert (shown["email"], shown["realname"], "comment" in shown) == ("neo2@example.com", "Neo2", False)
    body = {"new_password": "Another-1x"}
    assert (await replica.api("PUT", f"/users/{user_id}/password", json=body)).status_code == 200
    for flag in (True, False):
        wanted = {"sysadmin_flag": True} if flag else {}
        assert (await replica.api("PUT", f"/users/{user_id}/sysadmin", json=wanted)).status_code == 200
        assert (await replica.api("GET", f"/users/{user_id}")).json()["sysadmin_flag"] is flag
    answer = await replica.api("DELETE", f"/users/{user_id}")
    assert (answer.status_code, answer.content) == (200, b"")
    for method in ("GET", "DELETE"):
        gone = await replica.api(method, f"/users/{user_id}")
        assert message(gone) == (404, "NOT_FOUND", f"user {user_id} not found")
    assert await outbox(replica) == [
        ("create", "neo", "admin", None),
        ("update", "neo", "admin", None),
        ("update", "neo", "admin", {"description": "change user password"}),
        ("update", "neo", "admin", {"description": "add/remove user as system administrator"}),
        ("update", "neo", "admin", {"description": "add/remove user as system administrator"}),
        ("delete", "neo", "admin", None),
    ]
    assert (await replica.api("POST", "/users", json=creation())).status_code == 201


async def test_what_is_wrong_with_a_new_user_is_said_as_harbor_says_it(replica: Replica) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        (creation(username=""), "username with illegal length"),
        *((creation(username=f"a{letter}b"), "username contains illegal characters") for letter in ',"~#%$'),
        *((creation(password=weak), RULE) for weak in ("short1A", "alllowercase1", "ALLUPPER1", "NoDigitsHere", "")),
        (creation(password="P1a" + "x" * 126), RULE),
        (creation(email="bad"), "email with illegal format"),
        (creation(email=""), "email can't be empty"),
        (creation(realname=""), "realname with illegal length"),
        (creation(realname="x" * 256), "realname with illegal length"),
        (creation(realname="a,b"), "realname contains illegal characters"),
        (creation(comment="x" * 31), "comment with illegal length"),
        ({}, RULE),
    ]
    for body, reason in cases:
        assert message(await replica.api("POST", "/users", json=body)) == (400, "BAD_REQUEST", reason), body
    for key in ("username", "email"):
        answer = await replica.api("POST", "/users", json=creation(**{key: "x" * 256}))
        twice = "validation failure list:\n" * 2
        assert message(answer) == (
            422,
            "UNPROCESSABLE_ENTITY",
            f"{twice}{key} in body should be at most 255 chars long",
        )
    assert await names(replica, "") == []


async def test_names_and_addresses_are_unique_and_names_have_case(replica: Replica) -> None:
    await replica.api("POST", "/users", json=creation())
    for name, email in (("neo", "neo@example.com"), ("neo2", "neo@example.com"), ("neo", "neo2@example.com")):
        answer = await replica.api("POST", "/users", json=creation(username=name, email=email))
        assert message(answer) == (409, "CONFLICT", f"user {name} or email {email} already exists")
    answer = await replica.api("POST", "/users", json=creation(username="NEO", email="x@example.com"))
    assert answer.status_code == 201


async def test_the_body_is_read_before_the_account_is_asked(replica: Replica) -> None:
    await ann(replica)
    for auth in (None, ANN, ADMIN):
        answer = await replica.api("POST", "/users", auth)
        missing = "validation failure list:\nuserReq in body is required"
        assert message(answer) == (422, "UNPROCESSABLE_ENTITY", missing)
        wrong = await replica.api("POST", "/users", auth, json={"username": 1})
        assert message(wrong)[0] == 422
        for method, path in (("GET", "x"), ("PUT", "1.5/password"), ("DELETE", "9" * 30), ("PUT", "-/sysadmin")):
            answer = await replica.api(method, f"/users/{path}", auth, json={})
            assert message(answer)[2].startswith("validation failure list:\nuser_id in path must be of type int64: ")
    assert message(await replica.api("POST", "/users", None, json=creation())) == UNAUTHORIZED
    assert message(await replica.api("POST", "/users", ANN, json=creation())) == needs("create")


async def test_users_are_made_here_only_where_they_log_in_here(replica: Replica) -> None:
    await ann(replica)
    async with replica.database.begin() as connection:
        await connection.execute(text("INSERT INTO configuration (key, value) VALUES ('auth_mode', '\"ldap_auth\"')"))
    answer = await replica.api("POST", "/users", json=creation())
    reason = "creating local user is not allowed under auth mode: ldap_auth"
    assert message(answer) == (403, "FORBIDDEN", reason)
    profile = {"email": "a@example.com", "realname": "A"}
    assert (await replica.api("PUT", "/users/1", json=profile)).status_code == 200
    user_id = (await replica.identity.users.find("ann")).user_id
    answer = await replica.api("PUT", f"/users/{user_id}", json=profile)
    assert message(answer) == (403, "FORBIDDEN", f"User with ID {user_id} can't be updated")


# --- reading -------------------------------------------------------------------------------------


async def test_users_see_themselves_and_administrators_all(replica: Replica) -> None:
    user_id = await ann(replica)
    await make(replica, "bob")
    other = (await replica.identity.users.find("bob")).user_id
    assert (await replica.api("GET", f"/users/{user_id}", ANN)).json()["username"] == "ann"
    assert (await replica.api("GET", "/users/current", ANN)).json()["user_id"] == user_id
    for path in (f"/users/{other}", "/users", "/users/99999999"):
        assert message(await replica.api("GET", path, ANN)) == needs("list" if path == "/users" else "read")
        assert message(await replica.api("GET", path, None)) == UNAUTHORIZED
    assert message(await replica.api("GET", "/users/99999999")) == (404, "NOT_FOUND", "user 99999999 not found")
    admin = (await replica.api("GET", "/users/1")).json()
    assert (admin["username"], admin["sysadmin_flag"], "email" in admin) == ("admin", True, False)


async def test_the_list_leaves_the_built_in_admin_out(replica: Replica) -> None:
    await make(replica, "neo", "NEO", "ann")
    assert await names(replica, "") == ["NEO", "ann", "neo"]
    assert await names(replica, "?sort=-username") == ["neo", "ann", "NEO"]
    assert await names(replica, "?q=username=neo") == ["neo"]
    assert await names(replica, "?q=username=~neo") == ["NEO", "neo"]
    assert await names(replica, "?username=neo") == ["NEO", "neo"]
    assert await names(replica, "?email=ann2@") == ["ann"]
    assert await names(replica, "?q=password=x") == ["NEO", "ann", "neo"]
    assert await names(replica, "?q=sysadmin_flag=true,username=admin") == []
    assert await names(replica, "?q=user_id=1") == ["admin"]
    answer = await replica.api("GET", "/users?q=username=~e&page_size=1")
    assert answer.headers["x-total-count"] == "2"
    assert answer.headers["link"] == '</api/v2.0/users?page=2&page_size=1&q=username=~e>; rel="next"'
    too_many = "validation failure list:\npage_size in query should be less than or equal to 100"
    assert message(await replica.api("GET", "/users?page_size=101", None)) == (422, "UNPROCESSABLE_ENTITY", too_many)


async def test_everybody_finds_users_by_a_part_of_their_name(replica: Replica) -> None:
    await make(replica, "neo", "NEO", "ann", "neoneo")

    async def found(query: str) -> list[str]:
        return await names(replica, f"/search{query}", ANN)

    # The name that is the text, then the shorter ones.
    assert await found("?username=neo") == ["neo", "NEO", "neoneo"]
    assert await found("?username=NEO") == ["NEO", "neo", "neoneo"]
    assert await found("?username=n&page_size=2&page=2") == ["neo", "neoneo"]
    assert await found("?username=nobody") == []
    assert await found("?username=%25") == []
    answer = await replica.api("GET", "/users/search?username=neo&page_size=1", ANN)
    assert answer.headers["x-total-count"] == "3"
    assert 'rel="next"' in answer.headers["link"]
    assert set(answer.json()[0]) == {"user_id", "username"}
    assert message(await replica.api("GET", "/users/search?username=neo", None)) == UNAUTHORIZED
    for query in ("", "?username="):
        required = "validation failure list:\nusername in query is required"
        assert message(await replica.api("GET", f"/users/search{query}")) == (422, "UNPROCESSABLE_ENTITY", required)


# --- changing ------------------------------------------------------------------------------------


async def test_a_profile_is_checked_as_at_the_start(replica: Replica) -> None:
    user_id = await ann(replica)
    await make(replica, "bob")
    path = f"/users/{user_id}"
    cases = [
        ({}, "email can't be empty"),
        ({"email": "bad"}, "email with illegal format"),
        ({"email": "n@example.com"}, "realname with illegal length"),
        ({"email": "n@example.com", "realname": "q", "comment": "x" * 31}, "comment with illegal length"),
        ({"email": "n@example.com", "realname": "q\0"}, "realname contains illegal characters"),
    ]
    for body, reason in cases:
        assert message(await replica.api("PUT", path, ANN, json=body)) == (400, "BAD_REQUEST", reason)
    taken = {"email": "BOB0@example.com", "realname": "q"}
    assert message(await replica.api("PUT", path, ANN, json=taken)) == (
        409,
        "CONFLICT",
        "email BOB0@example.com already exists",
    )
    good = {"email": "ann2@example.com", "realname": "A", "comment": "me"}
    assert message(await replica.api("PUT", path, None, json=good)) == UNAUTHORIZED
    assert message(await replica.api("PUT", "/users/1", ANN, json=good)) == needs("update")
    missing = await replica.api("PUT", "/users/99999999", json=good)
    assert message(missing) == (404, "NOT_FOUND", "user with id 99999999 not found")
    assert (await replica.api("PUT", path, ANN, json=good)).status_code == 200
    assert (await replica.api("GET", "/users/current", ANN)).json()["comment"] == "me"


async def test_a_password_is_changed_with_the_old_one_or_by_an_administrator(replica: Replica) -> None:
    user_id = await ann(replica)
    path = f"/users/{user_id}/password"

    async def change(auth: tuple[str, str] | None, **body: str) -> httpx2.Response:
        return await replica.api("PUT", path, auth, json=body)

    incorrect = (403, "FORBIDDEN", "Current password is incorrect")
    assert message(await change(ANN, old_password="bad", new_password="Another-1x")) == incorrect
    assert message(await change(ANN, new_password="Another-1x")) == incorrect
    assert message(await change(ANN, old_password="bad", new_password="weak")) == incorrect
    identical = (400, "BAD_REQUEST", "New password is identical to old password")
    assert message(await change(ANN, old_password=PASSWORD, new_password=PASSWORD)) == identical
    assert message(await change(ADMIN, new_password=PASSWORD)) == identical
    for weak in ({}, {"new_password": "short"}):
        assert message(await change(ADMIN, **weak)) == (400, "BAD_REQUEST", RULE)
    assert message(await change(None, new_password="Another-1x")) == UNAUTHORIZED
    assert message(await replica.api("PUT", "/users/1/password", ANN, json={"old_password": "x"})) == needs("update")
    missing = await replica.api("PUT", "/users/99999999/password", json={"new_password": "Another-1x"})
    assert message(missing) == (404, "NOT_FOUND", "user 99999999 not found")
    assert (await change(ANN, old_password=PASSWORD, new_password="Another-1x")).status_code == 200
    assert message(await replica.api("GET", "/users/current", ANN)) == UNAUTHORIZED
    assert (await replica.api("GET", "/users/current", ("ann", "Another-1x"))).status_code == 200
    assert (await change(ADMIN, new_password=PASSWORD)).status_code == 200


async def test_guessing_the_old_password_is_slowed(replica: Replica) -> None:
    user_id = await ann(replica)
    body = {"old_password": "Wrong-1234", "new_password": "Another-1x"}
    attempts = replica.settings.security.login_attempts
    answers = [await replica.api("PUT", f"/users/{user_id}/password", ANN, json=body) for _ in range(attempts + 1)]
    assert [answer.status_code for answer in answers] == [403] * attempts + [429]


async def test_only_administrators_make_administrators(replica: Replica) -> None:
    user_id = await ann(replica)
    path, body = f"/users/{user_id}/sysadmin", {"sysadmin_flag": True}
    assert message(await replica.api("PUT", path, ANN, json=body)) == needs("update")
    assert message(await replica.api("PUT", path, None, json=body)) == UNAUTHORIZED
    assert message(await replica.api("PUT", path, json={"sysadmin_flag": "x"}))[0] == 422
    missing = await replica.api("PUT", "/users/99999999/sysadmin", json=body)
    assert message(missing) == (404, "NOT_FOUND", "user with id 99999999 not found")
    assert (await replica.api("PUT", "/users/1/sysadmin", json=body)).status_code == 200
    assert message(await replica.api("PUT", "/users/1/sysadmin", json={}))[:2] == (403, "FORBIDDEN")


async def test_a_secret_for_clients_is_for_users_of_an_identity_provider(replica: Replica) -> None:
    user_id = await ann(replica)
    path = f"/users/{user_id}/cli_secret"
    reason = "unable to update CLI secret under authmode: db_auth"
    for auth in (ADMIN, ANN, None):
        answer = await replica.api("PUT", path, auth, json={"secret": "Passw0rd-x5"})
        assert message(answer) == (412, "PRECONDITION", reason)
    async with replica.database.begin() as connection:
        await connection.execute(text("INSERT INTO configuration (key, value) VALUES ('auth_mode', '\"oidc_auth\"')"))
    assert message(await replica.api("PUT", path, None, json={})) == UNAUTHORIZED
    assert message(await replica.api("PUT", path, ANN, json={})) == (400, "BAD_REQUEST", RULE)
    assert message(await replica.api("PUT", path, ANN, json={"secret": "Passw0rd-x5"}))[:2] == (412, "PRECONDITION")


async def test_nobody_deletes_themselves_or_the_built_in_admin(replica: Replica) -> None:
    user_id = await ann(replica)
    path = f"/users/{user_id}"
    refused = (403, "FORBIDDEN", "User with ID 1 cannot be deleted")
    assert message(await replica.api("DELETE", "/users/1")) == refused
    assert message(await replica.api("DELETE", path, ANN)) == needs("delete")
    assert message(await replica.api("DELETE", path, None)) == UNAUTHORIZED
    await replica.identity.users.set_sysadmin(user_id, True)
    assert message(await replica.api("DELETE", path, ANN))[2] == f"User with ID {user_id} cannot be deleted"


async def test_a_robot_with_the_permission_manages_users(replica: Replica) -> None:
    actions = tuple(RobotAction("user", action) for action in ("list", "create", "read"))
    robot, secret = await replica.identity.robots.create(
        NewRobot("ci", SYSTEM, (RobotPermission(SYSTEM, "/", actions),))
    )
    auth = (robot.name, secret)
    answer = await replica.api("POST", "/users", auth, json=creation())
    assert answer.status_code == 201
    assert await names(replica, "", auth) == ["neo"]
    assert (await replica.http.get(answer.headers["location"], auth=auth)).status_code == 200
    assert message(await replica.http.delete(answer.headers["location"], auth=auth)) == needs("delete")
    current = await replica.api("GET", "/users/current", auth)
    reason = "get current user not available for security context: robot"
    assert message(current) == (412, "PRECONDITION", reason)


# --- permissions ---------------------------------------------------------------------------------


async def permissions(replica: Replica, query: str, auth: tuple[str, str] = ADMIN) -> set[tuple[str, str]]:
    answer = await replica.api("GET", f"/users/current/permissions{query}", auth)
    assert answer.status_code == 200, answer.text
    found = [(item["resource"], item["action"]) for item in answer.json()]
    assert len(found) == len(set(found))
    return set(found)


async def test_what_one_may_do_in_a_project_is_told(replica: Replica) -> None:
    user_id = await ann(replica)
    project_id = await replica.projects.create("shop", owner_id=1, public=False)
    scope = f"?scope=/project/{project_id}"
    relative = f"{scope}&relative=true"
    everything = {
        ("." if resource == "project" else resource, action)
        for granted in ROLE_PERMISSIONS.values()
        for resource, action in granted
    }
    assert await permissions(replica, relative) == everything
    absolute = await permissions(replica, scope)
    assert (f"/project/{project_id}", "read") in absolute
    assert (f"/project/{project_id}/repository", "push") in absolute
    for query in (relative, scope, "", "?scope=bogus", "?scope=/project/99999999", "?scope=/project/9" + "9" * 40):
        assert await permissions(replica, query, ANN) == set()
    await replica.projects.members.add(project_id, user_id, Role.GUEST)
    guest = {("." if resource == "project" else resource, action) for resource, action in ROLE_PERMISSIONS[Role.GUEST]}
    assert await permissions(replica, relative, ANN) == guest
    library = await permissions(replica, "?scope=/project/1&relative=true", ANN)
    assert ("repository", "pull") in library
    assert ("repository", "push") not in library
    assert message(await replica.api("GET", "/users/current/permissions", None)) == UNAUTHORIZED


async def test_what_one_may_do_in_the_system_is_told(replica: Replica) -> None:
    await ann(replica)
    everything = await permissions(replica, "?scope=/system")
    assert len(everything) == 53
    assert {("user", "create"), ("catalog", "read"), ("scan-all", "stop")} <= everything
    assert await permissions(replica, "?scope=/system", ANN) == set()
    robot, secret = await replica.identity.robots.create(
        NewRobot("ci", SYSTEM, (RobotPermission(SYSTEM, "/", (RobotAction("user", "list"),)),))
    )
    assert await permissions(replica, "?scope=/system", (robot.name, secret)) == {("user", "list")}
