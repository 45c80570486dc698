"""Use cases on users and robot accounts."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from moorage.database.listing import ALL, Contains, Exact, ListQuery, Order
from moorage.errors import BadRequest, Conflict, Forbidden, NotFound
from moorage.identity.models import PROJECT, SYSTEM, NewRobot, RobotAction, RobotPermission
from tests.identity.replica import PASSWORD, Replica

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

RULE = (
    "the password or secret must be 8-128, inclusively, characters long with at least 1 uppercase letter,"
    " 1 lowercase letter and 1 number"
)
PULL = RobotAction("repository", "pull")
PUSH = RobotAction("repository", "push")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"username": ""}, "username with illegal length"),
        ({"username": "x" * 256}, "username with illegal length"),
        *(({"username": f"a{letter}b"}, "username contains illegal characters") for letter in ',"~#%$:\n\0'),
        ({"username": "robot$x"}, "username contains illegal characters"),
        ({"password": "short1A"}, RULE),
        ({"password": "", "username": ""}, RULE),
        ({"email": "bad"}, "email with illegal format"),
        ({"email": "a@b"}, "email with illegal format"),
        ({"email": ""}, "email can't be empty"),
        ({"realname": ""}, "realname with illegal length"),
        ({"realname": "x" * 256}, "realname with illegal length"),
        ({"realname": "a,b"}, "realname contains illegal characters"),
        ({"comment": "x" * 31}, "comment with illegal length"),
    ],
)
async def test_what_is_wrong_with_a_new_user_is_said_as_harbor_says_it(
    replica: Replica, changed: dict[str, Any], message: str
) -> None:
    values: dict[str, Any] = {
        "username": "neo",
        "password": PASSWORD,
        "email": "neo@example.com",
        "realname": "Neo",
        "comment": "c",
    }
    values |= changed
    with pytest.raises(BadRequest) as caught:
        await replica.identity.users.create(values.pop("username"), values.pop("password"), **values)
    assert caught.value.message == message
    assert (await replica.identity.users.list(ALL))[0] == 1


async def test_names_and_addresses_are_unique_and_names_have_case(replica: Replica) -> None:
    await replica.user("neo", email="neo@example.com")
    taken = [("neo", "neo@example.com"), ("neo2", "Neo@Example.com"), ("neo", "other@example.com")]
    for name, email in taken:
        with pytest.raises(Conflict) as caught:
            await replica.user(name, email=email)
        assert caught.value.message == f"user {name} or email {email} already exists"
    await replica.user("NEO")
    await replica.user("trinity")


async def test_users_are_listed_filtered_sorted_and_paged(replica: Replica) -> None:
    for added in ("cid", "ann", "bob"):
        await replica.user(added)

    async def names(*filters: Any, **more: Any) -> list[str]:
        return [user.username for user in (await replica.identity.users.list(ListQuery(filters, **more)))[1]]

    assert await names() == ["admin", "ann", "bob", "cid"]
    assert await names(order=(Order("username", True),)) == ["cid", "bob", "ann", "admin"]
    assert await names(("username", Contains("B"))) == ["bob"]
    assert await names(("sysadmin_flag", Exact("true"))) == ["admin"]
    assert await names(("password_hash", Exact("x"))) == ["admin", "ann", "bob", "cid"]
    assert await names(page=2, page_size=3) == ["cid"]
    await replica.identity.users.delete((await replica.identity.users.find("ann")).user_id)
    assert await names() == ["admin", "bob", "cid"]


async def test_a_password_is_changed_by_its_user_or_an_administrator(replica: Replica) -> None:
    users = replica.identity.users
    user_id = await replica.user("ann")
    for old in ("wrong", ""):
        with pytest.raises(Forbidden, match="Current password is incorrect"):
            await users.set_password(user_id, "Another-1", old=old)
    for present in (PASSWORD, None):
        with pytest.raises(BadRequest, match="New password is identical to old password"):
            await users.set_password(user_id, PASSWORD, old=present)
    with pytest.raises(BadRequest, match="8-128"):
        await users.set_password(user_id, "weak")
    with pytest.raises(NotFound, match="user 999 not found"):
        await users.set_password(999, "Another-1")
    await users.set_password(user_id, "Another-1", old=PASSWORD)
    await replica.login("ann", "Another-1")
    await users.set_password(user_id, PASSWORD)
    await replica.login("ann")


async def test_the_built_in_admin_cannot_be_lost(replica: Replica) -> None:
    users = replica.identity.users
    with pytest.raises(Forbidden, match="User with ID 1 cannot be deleted"):
        await users.delete(1)
    with pytest.raises(Forbidden):
        await users.set_disabled(1, True)
    with pytest.raises(Forbidden):
        await users.set_sysadmin(1, False)
    await users.set_sysadmin(1, True)
    await users.set_disabled(1, False)


async def test_an_administrators_rights_count_at_once_and_end_no_login(replica: Replica) -> None:
    user_id = await replica.user("ann")
    principal = await replica.login("ann")
    await replica.identity.users.set_sysadmin(user_id, True)
    state = await replica.access.principal_state(principal)
    assert (state.valid, state.sysadmin) == (True, True)
    await replica.identity.users.set_sysadmin(user_id, False)
    state = await replica.access.principal_state(principal)
    assert (state.valid, state.sysadmin) == (True, False)


async def test_a_deleted_user_is_gone_from_projects_and_its_own_stay(replica: Replica) -> None:
    user_id = await replica.user("ann")
    project_id = await replica.projects.create("shop", owner_id=user_id, public=False)
    await replica.identity.users.delete(user_id)
    assert await replica.projects.members.list(project_id, ALL) == (0, [])
    assert (await replica.projects.get(project_id)).owner_name == f"ann#{user_id}"
    for action in (replica.identity.users.get(user_id), replica.identity.users.delete(user_id)):
        with pytest.raises(NotFound, match=f"user {user_id} not found"):
            await action


async def test_two_who_make_the_same_user_get_one(replica: Replica) -> None:
    results = await asyncio.gather(*(replica.user("ann") for _ in range(6)), return_exceptions=True)
    assert sum(isinstance(result, int) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 5


# --- robots --------------------------------------------------------------------------------------


async def test_a_robot_is_kept_as_it_was_made(replica: Replica) -> None:
    await replica.projects.create("shop", owner_id=1, public=False)
    permission = RobotPermission(PROJECT, "shop", (PULL, PUSH))
    new = NewRobot("ci", PROJECT, (permission,), duration=30, description="d", creator_ref=1)
    robot, secret = await replica.identity.robots.create(new)
    assert await replica.identity.robots.get(robot.robot_id) == robot
    assert await replica.identity.robots.find("robot$shop+ci") == robot
    assert (robot.name, robot.level, robot.project_name) == ("robot$shop+ci", PROJECT, "shop")
    assert robot.permissions == (permission,)
    assert (robot.description, robot.creator_type, robot.creator_ref) == ("d", "local", 1)
    assert robot.expires_at is not None
    assert abs(robot.expires_at - datetime.now(UTC) - timedelta(days=30)) < timedelta(minutes=1)
    assert secret not in repr(robot)


async def test_a_robot_may_last_for_ever(replica: Replica) -> None:
    permissions = (
        RobotPermission(SYSTEM, "/", (RobotAction("catalog", "read"),)),
        RobotPermission(PROJECT, "*", (PULL,)),
    )
    robot, _ = await replica.identity.robots.create(NewRobot("ci", SYSTEM, permissions))
    assert (robot.name, robot.project_id, robot.expires_at) == ("robot$ci", None, None)
    assert robot.permissions == permissions


async def test_a_robots_name_is_its_own_in_its_place(replica: Replica) -> None:
    project_id = await replica.projects.create("shop", owner_id=1, public=False)
    robots = replica.identity.robots
    local = NewRobot("ci", PROJECT, (RobotPermission(PROJECT, "shop", (PULL,)),))
    wide = NewRobot("ci", SYSTEM, (RobotPermission(PROJECT, "*", (PULL,)),))
    await robots.create(local)
    await robots.create(wide)
    await robots.create(NewRobot("ci", PROJECT, (RobotPermission(PROJECT, "library", (PULL,)),)))
    with pytest.raises(Conflict, match=rf"robot account {project_id}:shop\+ci already exists"):
        await robots.create(local)
    with pytest.raises(Conflict, match="robot account ci already exists"):
        await robots.create(wide)
    found = (await robots.list(ALL, every_level=True))[1]
    assert sorted(robot.name for robot in found) == ["robot$ci", "robot$library+ci", "robot$shop+ci"]
    assert [robot.name for robot in (await robots.list(ALL))[1]] == ["robot$ci"]
    assert [robot.name for robot in (await robots.list(ALL, project_id=project_id))[1]] == ["robot$shop+ci"]


async def test_a_robots_projects_must_be_there(replica: Replica) -> None:
    for level, namespace in ((PROJECT, "none"), (SYSTEM, "none"), (SYSTEM, "/")):
        with pytest.raises(NotFound, match=f"project {namespace} not found"):
            await replica.identity.robots.create(NewRobot("ci", level, (RobotPermission(PROJECT, namespace, (PULL,)),)))


async def test_a_given_secret_must_be_strong(replica: Replica) -> None:
    robots = replica.identity.robots
    robot, _ = await robots.create(NewRobot("ci", SYSTEM, (RobotPermission(PROJECT, "*", (PULL,)),)))
    with pytest.raises(BadRequest, match=r"^the secret must be 8-128"):
        await robots.refresh_secret(robot.robot_id, "weak")
    assert await robots.refresh_secret(robot.robot_id, "Passw0rd-q9") == "Passw0rd-q9"
    await replica.login("robot$ci", "Passw0rd-q9")


async def test_what_is_done_to_a_robot_that_is_not_there(replica: Replica) -> None:
    robots = replica.identity.robots
    for action in (robots.get(9), robots.delete(9), robots.set_disabled(9, True), robots.refresh_secret(9)):
        with pytest.raises(NotFound, match="robot 9 not found"):
            await action
    for name in ("robot$none", "robot$none+ci", "ann"):
        with pytest.raises(NotFound):
            await robots.find(name)
