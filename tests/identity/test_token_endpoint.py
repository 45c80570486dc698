"""``/service/token``, as a real Harbor answers, and the OAuth2 POST it lacks."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx2
import pytest

from moorage.access.roles import Role
from moorage.identity.models import PROJECT, SYSTEM, NewRobot, RobotAction, RobotPermission
from tests.identity.replica import ADMIN, PASSWORD, Replica

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

ANN = ("ann", PASSWORD)
ALL_ACTIONS = ["delete", "pull", "push"]


def claims_of(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    assert isinstance(claims, dict)
    return claims


async def get(replica: Replica, *scopes: str, auth: tuple[str, str] | None = None) -> httpx2.Response:
    more: dict[str, Any] = {"params": [("service", "harbor-registry"), *(("scope", scope) for scope in scopes)]}
    if auth:
        more["auth"] = auth
    return await replica.http.get("/service/token", **more)


async def access(replica: Replica, *scopes: str, auth: tuple[str, str] | None = None) -> Any:
    answer = await get(replica, *scopes, auth=auth)
    assert answer.status_code == 200, answer.text
    return claims_of(answer.json()["token"])["access"]


async def actions(replica: Replica, scope: str, auth: tuple[str, str] | None = None) -> list[str]:
    (found,) = await access(replica, scope, auth=auth)
    actions = found["actions"]
    assert isinstance(actions, list)
    return actions


async def post(replica: Replica, **form: str) -> httpx2.Response:
    return await replica.http.post("/service/token", data={"service": "harbor-registry", **form})


@pytest.fixture(autouse=True)
async def _projects(replica: Replica) -> None:
    await replica.user("ann")
    await replica.projects.create("team", owner_id=1, public=False)
    await replica.projects.create("open", owner_id=1, public=True)


async def test_the_answer_and_the_token_have_harbors_form(replica: Replica) -> None:
    answer = await get(replica, "repository:team/a:pull", auth=ADMIN)
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    body = answer.json()
    assert set(body) == {"token", "access_token", "expires_in", "issued_at"}
    assert body["access_token"] == body["token"]
    assert body["expires_in"] == 1800
    assert body["issued_at"].endswith("Z")
    claims = claims_of(body["token"])
    assert claims["exp"] - claims["iat"] == 1800
    assert claims["nbf"] == claims["iat"]
    assert claims["jti"]
    assert (claims["iss"], claims["sub"], claims["aud"]) == ("harbor-token-issuer", "admin", "harbor-registry")
    assert claims["access"] == [{"type": "repository", "name": "team/a", "actions": ALL_ACTIONS}]


async def test_a_login_without_scopes(replica: Replica) -> None:
    for auth in (ADMIN, ANN):
        claims = claims_of((await get(replica, auth=auth)).json()["token"])
        assert (claims["sub"], claims["access"]) == (auth[0], None)
    anonymous = await get(replica)
    assert (anonymous.status_code, anonymous.content) == (401, b"")
    assert await access(replica, "") is None


async def test_everything_the_account_may_do_is_granted_whatever_was_asked(replica: Replica) -> None:
    for asked in ("pull", "push", "pull,push", "*", "delete"):
        assert await actions(replica, f"repository:team/a:{asked}", ADMIN) == ALL_ACTIONS
        assert await actions(replica, f"repository:team/a:{asked}", ANN) == []
        assert await actions(replica, f"repository:team/a:{asked}") == []
        assert await actions(replica, f"repository:open/a:{asked}", ANN) == ["pull"]
        assert await actions(replica, f"repository:open/a:{asked}") == ["pull"]


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.PROJECT_ADMIN, ALL_ACTIONS),
        (Role.MAINTAINER, ALL_ACTIONS),
        (Role.DEVELOPER, ["pull", "push"]),
        (Role.GUEST, ["pull"]),
        (Role.LIMITED_GUEST, ["pull"]),
    ],
)
async def test_a_role_gives_its_actions(replica: Replica, role: Role, expected: list[str]) -> None:
    team = await replica.projects.find("team")
    ann = await replica.identity.users.find("ann")
    await replica.projects.members.add(team.project_id, ann.user_id, role)
    assert await actions(replica, "repository:team/deep/er:pull", ANN) == expected


@pytest.mark.parametrize(
    ("scope", "kind", "name"),
    [
        ("repository:none/x:pull", "repository", "none/x"),
        ("repository:noslash:pull", "repository", "noslash"),
        ("repository:registry.test:5000/team/a:pull", "repository", "registry.test:5000/team/a"),
        ("unknown:team/a:pull", "unknown", "team/a"),
        ("repository(plugin):team/a:pull", "repository(plugin)", "team/a"),
        ("bogus", "bogus", ""),
        ("a:b", "a", "b"),
        ("registry:other:*", "registry", "other"),
        ("repository:\0/x:pull", "repository", "\0/x"),
    ],
)
async def test_what_is_not_known_grants_nothing(replica: Replica, scope: str, kind: str, name: str) -> None:
    for auth in (ADMIN, ANN, None):
        assert await access(replica, scope, auth=auth) == [{"type": kind, "name": name, "actions": []}]


async def test_the_catalog_is_for_those_who_may_read_it(replica: Replica) -> None:
    assert await actions(replica, "registry:catalog:*", ADMIN) == ["*"]
    assert await actions(replica, "registry:catalog:*", ANN) == []
    assert await actions(replica, "registry:catalog:*") == []
    read = RobotPermission(SYSTEM, "/", (RobotAction("catalog", "read"),))
    robot, secret = await replica.identity.robots.create(NewRobot("cat", SYSTEM, (read,)))
    assert await actions(replica, "registry:catalog:*", (robot.name, secret)) == ["*"]


async def test_a_robots_token_has_its_permissions(replica: Replica) -> None:
    pull = RobotPermission(PROJECT, "team", (RobotAction("repository", "pull"),))
    robot, secret = await replica.identity.robots.create(NewRobot("ci", PROJECT, (pull,)))
    auth = (robot.name, secret)
    assert await actions(replica, "repository:team/a:pull,push", auth) == ["pull"]
    assert await actions(replica, "repository:open/a:pull,push", auth) == ["pull"]
    await replica.identity.robots.set_disabled(robot.robot_id, True)
    assert (await get(replica, "repository:team/a:pull", auth=auth)).status_code == 401


async def test_trap_25_several_scopes_repeated_or_joined(replica: Replica) -> None:
    expected = [
        {"type": "repository", "name": "team/a", "actions": []},
        {"type": "repository", "name": "open/a", "actions": ["pull"]},
    ]
    for scopes in (
        ("repository:team/a:pull", "repository:open/a:pull"),
        ("repository:team/a:pull repository:open/a:pull",),
    ):
        assert await access(replica, *scopes, auth=ANN) == expected


@pytest.mark.parametrize("service", ["nope", "", "harbor-notary", "\u00e9" * 1000])
async def test_an_unknown_service(replica: Replica, service: str) -> None:
    answer = await replica.http.get("/service/token", params={"service": service}, auth=ADMIN)
    assert (answer.status_code, answer.text) == (400, f"Unable to handle service: {service[:200]}")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("auth", [("admin", "wrong"), ("nobody", PASSWORD), ("robot$nobody", PASSWORD)])
async def test_wrong_credentials_are_refused_with_and_without_a_scope(replica: Replica, auth: tuple[str, str]) -> None:
    for scopes in ((), ("repository:open/a:pull",)):
        answer = await get(replica, *scopes, auth=auth)
        assert answer.status_code == 401
        assert answer.json() == {
            "errors": [{"code": "UNAUTHORIZED", "message": "invalid username or password"}],
            "error": "invalid_grant",
            "error_description": "invalid username or password",
        }


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH"])
async def test_other_methods(replica: Replica, method: str) -> None:
    answer = await replica.http.request(method, "/service/token?service=harbor-registry", auth=ADMIN)
    assert (answer.status_code, answer.text) == (405, "" if method == "HEAD" else "Method Not Allowed\n")
    assert answer.headers["allow"] == "GET, POST"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_too_many_scopes_are_refused(replica: Replica) -> None:
    answer = await get(replica, *(f"repository:p/{number}:pull" for number in range(100)), auth=ADMIN)
    assert answer.status_code == 400


async def test_a_change_of_rights_ends_what_a_token_allows(replica: Replica) -> None:
    ann = await replica.identity.users.find("ann")
    token = (await get(replica, "repository:open/a:pull", auth=ANN)).json()["token"]
    principal = (await replica.verifier.verify(token)).principal
    assert (await replica.access.project_access(principal, "open")).allows("repository", "pull")
    await replica.identity.users.set_password(ann.user_id, "Another-1")
    assert not (await replica.access.project_access(principal, "open")).allows("repository", "pull")


# --- OAuth2 --------------------------------------------------------------------------------------


async def test_the_password_grant(replica: Replica) -> None:
    answer = await post(
        replica,
        grant_type="password",
        username="ann",
        password=PASSWORD,
        scope="repository:open/a:pull,push",
        client_id="t",
    )
    body = answer.json()
    assert answer.status_code == 200
    assert set(body) == {"token", "access_token", "expires_in", "issued_at", "scope"}
    assert body["scope"] == "repository:open/a:pull"
    assert claims_of(body["access_token"])["sub"] == "ann"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_refresh_token_is_got_and_used_on_any_replica(replica: Replica, other: Replica) -> None:
    form = {"grant_type": "password", "username": "ann", "password": PASSWORD, "access_type": "offline"}
    refresh = (await post(replica, **form)).json()["refresh_token"]
    for one in (other, replica):
        answer = await post(one, grant_type="refresh_token", refresh_token=refresh, scope="repository:open/a:pull")
        assert answer.status_code == 200, answer.text
        assert answer.json()["refresh_token"] == refresh
        claims = claims_of(answer.json()["access_token"])
        assert (claims["sub"], claims["access"][0]["actions"]) == ("ann", ["pull"])


async def test_a_refresh_token_ends_with_the_password_the_account_and_its_time(replica: Replica) -> None:
    from sqlalchemy import text

    ann = await replica.identity.users.find("ann")
    form = {"grant_type": "password", "username": "ann", "access_type": "offline"}
    first = (await post(replica, **form, password=PASSWORD)).json()["refresh_token"]
    await replica.identity.users.set_password(ann.user_id, "Another-1")
    second = (await post(replica, **form, password="Another-1")).json()["refresh_token"]
    refused = await post(replica, grant_type="refresh_token", refresh_token=first)
    assert refused.status_code == 401
    assert refused.json()["error"] == "invalid_grant"
    assert (await post(replica, grant_type="refresh_token", refresh_token=second)).status_code == 200
    async with replica.database.begin() as connection:
        await connection.execute(text("UPDATE refresh_token SET expires_at = now() - interval '1 second'"))
    assert (await post(replica, grant_type="refresh_token", refresh_token=second)).status_code == 401
    third = (await post(replica, **form, password="Another-1")).json()["refresh_token"]
    async with replica.database.connect() as connection:
        stored = (await connection.execute(text("SELECT token_hash FROM refresh_token"))).scalars().all()
    # Those that had expired are gone, and none is stored as it is.
    assert len(stored) == 1
    assert third.encode() not in bytes(stored[0])
    await replica.identity.users.set_disabled(ann.user_id, True)
    assert (await post(replica, grant_type="refresh_token", refresh_token=third)).status_code == 401


async def test_a_get_gives_no_refresh_token_which_docker_would_keep_for_the_password(replica: Replica) -> None:
    answer = await replica.http.get(
        "/service/token?service=harbor-registry&offline_token=true&client_id=docker&account=ann", auth=ANN
    )
    assert "refresh_token" not in answer.json()


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": "password", "username": "ann", "password": "wrong"}, 401, "invalid_grant"),
        ({"grant_type": "password"}, 401, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, 401, "invalid_grant"),
        ({"grant_type": "refresh_token"}, 401, "invalid_grant"),
        ({"grant_type": "client_credentials"}, 400, "unsupported_grant_type"),
        ({}, 400, "unsupported_grant_type"),
        ({"grant_type": "password", "scope": "x " * 5000}, 400, "invalid_request"),
    ],
)
async def test_a_grant_that_is_none_is_worded_for_both_kinds_of_client(
    replica: Replica, form: dict[str, str], status: int, error: str
) -> None:
    answer = await post(replica, **form)
    body = answer.json()
    assert (answer.status_code, body["error"]) == (status, error)
    assert body["errors"][0]["code"] in ("UNAUTHORIZED", "BAD_REQUEST")
    assert body["error_description"] == body["errors"][0]["message"]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a=1&" * 1000, b"x" * 70_000])
async def test_a_form_that_is_none_is_refused(replica: Replica, content: bytes) -> None:
    answer = await replica.http.post("/service/token?service=harbor-registry", content=content)
    assert answer.status_code == 400


async def test_a_throttled_login_says_when_to_come_back(replica: Replica) -> None:
    answers = [await get(replica, auth=("ann", f"Wrong-{number}-xx")) for number in range(12)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 2
    assert answers[-1].json()["errors"][0]["code"] == "TOOMANYREQUESTS"
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
