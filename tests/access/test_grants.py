"""Rights as they count on two replicas: through groups, limited to repositories, and gone at the next request."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from sqlalchemy import select, text

from moorage.access.principals import ANONYMOUS, Principal
from moorage.access.roles import Role
from moorage.app import Application
from moorage.database.tables import repository
from moorage.identity.models import PROJECT, SYSTEM, NewRobot, RobotAction, RobotChange, RobotPermission
from tests.registry.client import Registry
from tests.registry.content import image

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

PASSWORD = "Passw0rd-x1"
PULL, PUSH = RobotAction("repository", "pull"), RobotAction("repository", "push")

#: Names are used once: the accounts of a module's tests share one database.
_numbers = iter(range(10**6))


async def user(application: Application) -> tuple[int, tuple[str, str]]:
    name = f"user{next(_numbers)}"
    return (await application.identity.users.create(name, PASSWORD)).user_id, (name, PASSWORD)


async def team(application: Application) -> int:
    return (await application.projects.find("team")).project_id


async def execute(application: Application, sql: str, **values: Any) -> Any:
    async with application.database.begin() as connection:
        return (
            (await connection.execute(text(sql), values)).scalar()
            if "RETURNING" in sql
            else await connection.execute(text(sql), values)
        )


async def limit(application: Application, member_id: int, *patterns: str) -> None:
    sql = "UPDATE project_member SET repositories = :patterns WHERE member_id = :id"
    await execute(application, sql, patterns=list(patterns) or None, id=member_id)


async def group(application: Application, user_id: int) -> int:
    sql = "INSERT INTO user_group (name, group_type) VALUES (:name, 2) RETURNING group_id"
    group_id: int = await execute(application, sql, name=f"group{next(_numbers)}")
    await execute(application, "INSERT INTO user_group_member VALUES (:group, :user)", group=group_id, user=user_id)
    return group_id


async def robot(
    application: Application, *permissions: RobotPermission, level: str = PROJECT
) -> tuple[int, tuple[str, str]]:
    new = NewRobot(f"robot{next(_numbers)}", level, permissions, 30, creator_ref=1)
    made, secret = await application.identity.robots.create(new)
    return made.robot_id, (made.name, secret)


class Clients:
    """One account on two replicas: by name and password, and by a token it was given before."""

    def __init__(self, registries: tuple[Registry, ...], auth: tuple[str, str], headers: dict[str, str]) -> None:
        self._registries, self._auth, self._headers = registries, auth, headers

    @classmethod
    async def of(cls, auth: tuple[str, str], *registries: Registry, name: str = "team/a") -> Clients:
        answer = await token(registries[0], auth, f"repository:{name}:pull,push,delete")
        return cls(registries, auth, {"authorization": f"Bearer {answer.json()['token']}"})

    async def may(self, action: str, name: str = "team/a") -> set[bool]:
        """What each of them finds; a set of one when all agree."""
        found = set()
        for registry in self._registries:
            for client, headers in (
                (Registry(registry.http, self._auth), {}),
                (Registry(registry.http, None), self._headers),
            ):
                found.add(await allowed(client, action, name, headers))
        return found


async def allowed(client: Registry, action: str, name: str, headers: dict[str, str] | None = None) -> bool:
    method, path = {
        "pull": ("GET", f"/v2/{name}/manifests/none"),
        "push": ("POST", f"/v2/{name}/blobs/uploads/"),
        "delete": ("DELETE", f"/v2/{name}/manifests/sha256:{'0' * 64}"),
    }[action]
    answer = await client.request(method, path, headers=headers or {})
    assert answer.status_code in (202, 401, 404), answer.text
    return answer.status_code != 401


async def token(registry: Registry, auth: tuple[str, str] | None, *scopes: str) -> httpx2.Response:
    params = {"service": "harbor-registry", "scope": list(scopes)}
    return await registry.http.get("/service/token", params=params, auth=auth)


async def scopes(registry: Registry, auth: tuple[str, str], *names: str) -> dict[str, list[str]]:
    """The actions a token is given."""
    answer = await token(registry, auth, *(f"repository:{name}:pull" for name in names))
    payload = answer.json()["token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return {item["name"]: item["actions"] for item in claims["access"]}


async def test_a_role_counts_and_ends_at_the_next_request_everywhere(
    registry: Registry, replica: Registry, application: Application
) -> None:
    user_id, auth = await user(application)
    project_id, members = await team(application), application.projects.members
    member_id = await members.add(project_id, user_id, Role.PROJECT_ADMIN)
    clients = await Clients.of(auth, registry, replica)
    assert await clients.may("delete") == {True}
    await members.set_role(project_id, member_id, Role.DEVELOPER)
    assert (await clients.may("push"), await clients.may("delete")) == ({True}, {False})
    await members.set_role(project_id, member_id, Role.GUEST)
    assert (await clients.may("pull"), await clients.may("push")) == ({True}, {False})
    await members.remove(project_id, member_id)
    assert await clients.may("pull") == {False}


async def test_a_role_through_a_group_counts_and_ends_likewise(
    registry: Registry, replica: Registry, application: Application
) -> None:
    user_id, auth = await user(application)
    project_id = await team(application)
    group_id = await group(application, user_id)
    clients = await Clients.of(auth, registry, replica)
    assert await clients.may("pull") == {False}
    sql = "INSERT INTO project_member (project_id, entity_id, entity_type, role) VALUES (:project, :id, 'g', :role)"
    await execute(application, sql, project=project_id, id=group_id, role=2)
    clients = await Clients.of(auth, registry, replica)
    assert (await clients.may("push"), await clients.may("delete")) == ({True}, {False})
    # Its own role and that of the group add up; a token is good for what it was issued for.
    await application.projects.members.add(project_id, user_id, Role.MAINTAINER)
    clients = await Clients.of(auth, registry, replica)
    assert await clients.may("delete") == {True}
    await execute(application, "DELETE FROM project_member WHERE entity_type = 'u' AND entity_id = :id", id=user_id)
    assert (await clients.may("push"), await clients.may("delete")) == ({True}, {False})
    await execute(application, "DELETE FROM user_group_member WHERE user_id = :id", id=user_id)
    assert await clients.may("pull") == {False}
    # A user of the same number as the group is not the group.
    sql = "UPDATE project_member SET entity_id = :id WHERE entity_type = 'g' AND entity_id = :group"
    await execute(application, sql, id=user_id, group=group_id)
    assert await clients.may("pull") == {False}
    # The next group that is made may have that number.
    await execute(application, "DELETE FROM project_member WHERE entity_type = 'g'")


Ending = Callable[[Application, int], Any]


def _change(**more: Any) -> RobotChange:
    permissions = (RobotPermission(PROJECT, "team", (PULL, PUSH)),)
    found: dict[str, Any] = {"permissions": permissions, "keeps": (False,), "duration": None}
    return RobotChange(**(found | {"description": "", "disabled": False} | more))


@pytest.mark.parametrize(
    "end",
    [
        lambda app, robot_id: app.identity.robots.set_disabled(robot_id, True),
        lambda app, robot_id: app.identity.robots.update(robot_id, _change(disabled=True), by=None),
        lambda app, robot_id: app.identity.robots.refresh_secret(robot_id),
        lambda app, robot_id: app.identity.robots.delete(robot_id),
        lambda app, robot_id: execute(app, "UPDATE robot SET expires_at = now() WHERE robot_id = :id", id=robot_id),
        lambda app, robot_id: app.identity.robots.update(
            robot_id,
            _change(permissions=(RobotPermission(PROJECT, "team", (RobotAction("tag", "list"),)),)),
            by=None,
        ),
    ],
    ids=["disabled", "disabled by PUT", "another secret", "deleted", "expired", "other permissions"],
)
async def test_a_robot_is_revoked_everywhere_at_the_next_request(
    registry: Registry, replica: Registry, application: Application, end: Ending
) -> None:
    robot_id, auth = await robot(application, RobotPermission(PROJECT, "team", (PULL, PUSH)))
    clients = await Clients.of(auth, registry, replica)
    assert await clients.may("push") == {True}
    await end(application, robot_id)
    assert (await clients.may("push"), await clients.may("pull")) == ({False}, {False})


async def test_a_robot_that_is_enabled_again_may_again(
    registry: Registry, replica: Registry, application: Application
) -> None:
    robot_id, auth = await robot(application, RobotPermission(PROJECT, "team", (PULL,)))
    await application.identity.robots.set_disabled(robot_id, True)
    assert not await allowed(Registry(registry.http, auth), "pull", "team/a")
    await application.identity.robots.set_disabled(robot_id, False)
    assert await (await Clients.of(auth, registry, replica)).may("pull") == {True}


async def test_a_limited_member_may_in_matching_repositories_only(
    registry: Registry, replica: Registry, application: Application
) -> None:
    user_id, auth = await user(application)
    member_id = await application.projects.members.add(await team(application), user_id, Role.MAINTAINER)
    await limit(application, member_id, "app/*", "base")
    for each in (registry, replica):
        client = Registry(each.http, auth)
        for name, may in (("app/web", True), ("base", True), ("app", False), ("app/web/x", False), ("bases", False)):
            assert {await allowed(client, action, f"team/{name}") for action in ("pull", "push", "delete")} == {may}
    everything = ["delete", "pull", "push"]
    assert await scopes(registry, auth, "team/app/web", "team/other") == {"team/app/web": everything, "team/other": []}
    clients = await Clients.of(auth, registry, replica, name="team/base")
    assert await clients.may("push", "team/base") == {True}
    await limit(application, member_id, "app/*")
    assert await clients.may("push", "team/base") == {False}
    await limit(application, member_id)
    assert await (await Clients.of(auth, registry, replica, name="team/x")).may("push", "team/x") == {True}


async def test_a_limited_member_is_given_what_others_have_beside_it(
    registry: Registry, application: Application
) -> None:
    """Limits take from the one role only: a group's role without a limit counts in full."""
    user_id, auth = await user(application)
    project_id = await team(application)
    await limit(application, await application.projects.members.add(project_id, user_id, Role.MAINTAINER), "app/*")
    group_id = await group(application, user_id)
    sql = "INSERT INTO project_member (project_id, entity_id, entity_type, role) VALUES (:project, :id, 'g', 3)"
    await execute(application, sql, project=project_id, id=group_id)
    everything = ["delete", "pull", "push"]
    found = await scopes(registry, auth, "team/app/web", "team/other")
    assert found == {"team/app/web": everything, "team/other": ["pull"]}


async def test_a_limited_robot_may_in_matching_repositories_only(
    registry: Registry, replica: Registry, application: Application
) -> None:
    _, auth = await robot(
        application,
        RobotPermission(PROJECT, "team", (PULL,)),
        RobotPermission(PROJECT, "team", (PUSH,), ("app/**",)),
    )
    for each in (registry, replica):
        client = Registry(each.http, auth)
        assert await allowed(client, "push", "team/app/a/b")
        assert not await allowed(client, "push", "team/base")
        assert await allowed(client, "pull", "team/base")
    assert await scopes(registry, auth, "team/app/x", "team/y") == {"team/app/x": ["pull", "push"], "team/y": ["pull"]}
    _, auth = await robot(application, RobotPermission(PROJECT, "*", (PULL,), ("app/*",)), level=SYSTEM)
    assert await scopes(registry, auth, "team/app/x", "team/y") == {"team/app/x": ["pull"], "team/y": []}


async def test_a_mount_reads_only_where_a_limit_lets_it(registry: Registry, application: Application) -> None:
    content = b"secret layer"
    digest = await registry.push_blob("team/secret", content)
    user_id, auth = await user(application)
    member_id = await application.projects.members.add(await team(application), user_id, Role.DEVELOPER)
    await limit(application, member_id, "app/*")
    client = Registry(registry.http, auth)
    for params in ({"mount": digest, "from": "team/secret"}, {"mount": digest}):
        answer = await client.request("POST", "/v2/team/app/a/blobs/uploads/", params=params)
        assert answer.status_code == 202
    await limit(application, member_id, "app/*", "secret")
    answer = await client.request(
        "POST", "/v2/team/app/a/blobs/uploads/", params={"mount": digest, "from": "team/secret"}
    )
    assert answer.status_code == 201


async def test_lists_over_projects_show_what_may_be_read(registry: Registry, application: Application) -> None:
    # Rows of other tests name groups that are made only now.
    await execute(application, "DELETE FROM project_member WHERE entity_type = 'g'")
    pushed = image()
    await application.projects.create("closed", owner_id=1, public=False)
    names = ["closed/a", "closed/app/x", "library/a", "team/a", "team/app/x", "team/app/y/z", "team/base"]
    for name in names:
        await registry.push(name, pushed, "v1")

    async def readable(principal: Principal) -> list[str]:
        reach = await application.access.reach(principal, "repository", "list")
        condition = reach.condition(repository.c.project_id, repository.c.name)
        condition &= repository.c.first_push_time.is_not(None)
        async with application.database.connect() as connection:
            return list(await connection.scalars(select(repository.c.name).where(condition).order_by("name")))

    async def of(auth: tuple[str, str]) -> list[str]:
        return await readable(await application.identity.authenticate(*auth, ""))

    assert await readable(ANONYMOUS) == ["library/a"]
    assert await of(("admin", "Harbor12345")) == names
    user_id, auth = await user(application)
    assert await of(auth) == ["library/a"]
    project_id = await team(application)
    member_id = await application.projects.members.add(project_id, user_id, Role.GUEST)
    assert await of(auth) == [name for name in names if not name.startswith("closed/")]
    await limit(application, member_id, "app/*", "base")
    assert await of(auth) == ["library/a", "team/app/x", "team/base"]
    group_id = await group(application, user_id)
    closed = (await application.projects.find("closed")).project_id
    sql = "INSERT INTO project_member (project_id, entity_id, entity_type, role) VALUES (:project, :id, 'g', 5)"
    await execute(application, sql, project=closed, id=group_id)
    assert await of(auth) == ["closed/a", "closed/app/x", "library/a", "team/app/x", "team/base"]
    await execute(application, "UPDATE project_member SET repositories = '{app/**}' WHERE entity_type = 'g'")
    assert await of(auth) == ["closed/app/x", "library/a", "team/app/x", "team/base"]
    listing = RobotAction("repository", "list")
    _, auth = await robot(application, RobotPermission(PROJECT, "team", (listing,), ("base",)))
    assert await of(auth) == ["library/a", "team/base"]
    _, auth = await robot(application, RobotPermission(PROJECT, "closed", (listing,)))
    assert await of(auth) == ["closed/a", "closed/app/x", "library/a"]
    _, auth = await robot(application, RobotPermission(PROJECT, "*", (listing,), ("app/**",)), level=SYSTEM)
    assert await of(auth) == ["closed/app/x", "library/a", "team/app/x", "team/app/y/z"]
    robot_id, auth = await robot(application, RobotPermission(PROJECT, "*", (listing,)), level=SYSTEM)
    assert await of(auth) == names
    principal = await application.identity.authenticate(*auth, "")
    await application.identity.robots.delete(robot_id)
    assert await readable(principal) == []
