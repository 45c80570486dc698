"""Logins: what counts, from when, and how fast one may guess."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from moorage.access.principals import PrincipalKind
from moorage.errors import TooManyRequests, Unauthorized
from moorage.identity.models import PROJECT, SYSTEM, NewRobot, RobotAction, RobotPermission
from moorage.identity.passwords import Passwords
from moorage.settings import Settings
from tests.identity.replica import PASSWORD, Replica
from tests.identity.replica import replica as start

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

PULL = (RobotAction("repository", "pull"),)


async def refused(replica: Replica, name: str, password: str = PASSWORD, address: str = "192.0.2.1") -> None:
    with pytest.raises(Unauthorized, match=r"^unauthorized$"):
        await replica.login(name, password, address)


async def test_users_and_robots_log_in_under_their_names(replica: Replica) -> None:
    user_id = await replica.user("ann")
    principal = await replica.login("ann")
    assert (principal.kind, principal.id, principal.name) == (PrincipalKind.USER, user_id, "ann")
    await replica.projects.create("shop", owner_id=1, public=False)
    for new, name in (
        (NewRobot("ci", PROJECT, (RobotPermission(PROJECT, "shop", PULL),)), "robot$shop+ci"),
        (NewRobot("ci", SYSTEM, (RobotPermission(PROJECT, "*", PULL),)), "robot$ci"),
    ):
        robot, secret = await replica.identity.robots.create(new)
        assert robot.name == name
        principal = await replica.login(name, secret)
        assert (principal.kind, principal.id, principal.name) == (PrincipalKind.ROBOT, robot.robot_id, name)
        await refused(replica, name, "Wrong-1234")
        await refused(replica, "ci", secret)


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("admin", ""),
        ("admin", "harbor12345"),
        ("Admin", "Harbor12345"),
        ("admin ", "Harbor12345"),
        ("", "Harbor12345"),
        ("nobody", "Harbor12345"),
        ("admin\0", "Harbor12345"),
        ("admin", "Harbor12345\0"),
        ("admin", "x" * 10_000),
        ("x" * 10_000, "Harbor12345"),
        ("\ud800", "Harbor12345"),
        ("robot$", "Harbor12345"),
        ("robot$+", "Harbor12345"),
        ("' OR 1=1 --", "Harbor12345"),
    ],
)
async def test_what_is_not_a_credential_is_refused(replica: Replica, name: str, password: str) -> None:
    await refused(replica, name, password)


async def test_a_changed_password_counts_at_the_next_request_on_every_replica(replica: Replica, other: Replica) -> None:
    user_id = await replica.user("ann")
    for one in (replica, other, replica, other):
        await one.login("ann")
    old = await other.login("ann")
    await replica.identity.users.set_password(user_id, "Another-1")
    await refused(other, "ann")
    await refused(replica, "ann")
    assert (await other.login("ann", "Another-1")).version == old.version + 1
    assert not (await other.access.principal_state(old)).valid


async def test_a_disabled_user_is_refused_at_the_next_request_and_let_in_again(
    replica: Replica, other: Replica
) -> None:
    user_id = await replica.user("ann")
    verified = await other.login("ann")
    await replica.identity.users.set_disabled(user_id, True)
    await refused(other, "ann")
    await replica.identity.users.set_disabled(user_id, False)
    await other.login("ann")
    # What was verified before stays ended.
    assert not (await other.access.principal_state(verified)).valid


async def test_a_deleted_user_is_refused_and_the_name_is_anothers(replica: Replica, other: Replica) -> None:
    user_id = await replica.user("ann", email="ann@example.com")
    await other.login("ann")
    await replica.identity.users.delete(user_id)
    await refused(other, "ann")
    await refused(other, f"ann#{user_id}")
    assert await replica.user("ann", email="ann@example.com") != user_id
    await other.login("ann")


async def test_a_robot_is_refused_when_it_is_disabled_refreshed_expired_or_gone(
    replica: Replica, other: Replica
) -> None:
    robots = replica.identity.robots
    robot, secret = await robots.create(NewRobot("ci", SYSTEM, (RobotPermission(PROJECT, "*", PULL),), duration=1))
    await other.login("robot$ci", secret)
    await robots.set_disabled(robot.robot_id, True)
    await refused(other, "robot$ci", secret)
    await robots.set_disabled(robot.robot_id, False)
    await other.login("robot$ci", secret)
    fresh = await robots.refresh_secret(robot.robot_id)
    await refused(other, "robot$ci", secret)
    await other.login("robot$ci", fresh)
    async with replica.database.begin() as connection:
        await connection.execute(text("UPDATE robot SET expires_at = now() - interval '1 second'"))
    await refused(other, "robot$ci", fresh)
    async with replica.database.begin() as connection:
        await connection.execute(text("UPDATE robot SET expires_at = now() + interval '1 day'"))
    await other.login("robot$ci", fresh)
    await robots.delete(robot.robot_id)
    await refused(other, "robot$ci", fresh)


async def test_a_credential_is_hashed_once_however_many_ask_at_the_same_time(
    replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    await replica.user("ann")
    passwords = replica.identity._passwords
    verify, calls = passwords.verify, []

    async def counted(encoded: str | None, password: str) -> bool:
        calls.append(password)
        return await verify(encoded, password)

    monkeypatch.setattr(passwords, "verify", counted)
    principals = await asyncio.gather(
        *(replica.login("ann", address=f"192.0.2.{number % 20}") for number in range(200))
    )
    assert len(set(principals)) == 1
    assert calls == [PASSWORD]
    await replica.login("ann")
    assert calls == [PASSWORD]


async def test_a_change_during_a_login_is_seen_by_whoever_comes_after_it(
    replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = await replica.user("ann")
    passwords = replica.identity._passwords
    verify, began, go_on = passwords.verify, asyncio.Event(), asyncio.Event()

    async def slow(encoded: str | None, password: str) -> bool:
        matches = await verify(encoded, password)
        began.set()
        await go_on.wait()
        return matches

    monkeypatch.setattr(passwords, "verify", slow)
    first = asyncio.create_task(replica.login("ann"))
    await began.wait()
    monkeypatch.setattr(passwords, "verify", verify)
    await replica.identity.users.set_password(user_id, "Another-1")
    second = asyncio.create_task(replica.login("ann", address="192.0.2.2"))
    await asyncio.sleep(0.05)
    go_on.set()
    for login in (first, second):
        with pytest.raises(Unauthorized):
            await login


async def test_an_unknown_name_costs_what_a_wrong_password_does(
    replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One hash with the same parameters, so that time does not tell which names exist."""
    await replica.user("ann")
    checked: list[str] = []
    matches = Passwords._matches

    def counted(self: Passwords, encoded: str, password: str) -> bool:
        checked.append(encoded.rpartition("p=1$")[0])
        return matches(self, encoded, password)

    monkeypatch.setattr(Passwords, "_matches", counted)
    await refused(replica, "ann", "Wrong-1234", "192.0.2.1")
    await refused(replica, "nobody", "Wrong-1234", "192.0.2.1")
    assert len(checked) == 2
    assert checked[0] == checked[1] != ""


async def test_guessing_is_slowed_on_all_replicas_together(seeded_url: str, plain_settings: Settings) -> None:
    security = plain_settings.security.model_copy(update={"login_attempts": 4, "login_lockout": 2.0})
    settings = plain_settings.model_copy(update={"security": security})
    async with start(settings, seeded_url) as one, start(settings, seeded_url) as two:
        await one.user("ann")
        await two.login("ann", address="192.0.2.9")
        for replica in (one, two, one, two):
            await refused(replica, "ann", "Wrong-1234", "192.0.2.9")
        for replica in (one, two):
            with pytest.raises(TooManyRequests) as caught:
                await replica.login("ann", "Wrong-1234", "192.0.2.9")
            assert caught.value.status == 429
            assert caught.value.headers["Retry-After"] in ("1", "2")
            # Not even the right password tells itself during the wait, although replica two remembers it.
            with pytest.raises(TooManyRequests):
                await replica.login("ann", PASSWORD, "192.0.2.9")
        # Others are not affected: another address, another account.
        await one.login("ann", address="192.0.2.10")
        await two.login("admin", "Harbor12345", "192.0.2.9")
        await asyncio.sleep(2.1)
        await one.login("ann", address="192.0.2.9")
        await two.login("ann", address="192.0.2.9")


async def test_a_success_forgets_the_failures(seeded_url: str, plain_settings: Settings) -> None:
    security = plain_settings.security.model_copy(update={"login_attempts": 3})
    settings = plain_settings.model_copy(update={"security": security})
    async with start(settings, seeded_url) as replica:
        await replica.user("ann")
        for _ in range(3):
            for _ in range(2):
                await refused(replica, "ann", "Wrong-1234")
            # From another process, where nothing is remembered.
            async with start(settings, seeded_url) as fresh:
                await fresh.login("ann")


async def test_a_hundred_guesses_at_once_are_slowed_too(seeded_url: str, plain_settings: Settings) -> None:
    security = plain_settings.security.model_copy(update={"login_attempts": 5})
    async with start(plain_settings.model_copy(update={"security": security}), seeded_url) as replica:
        await replica.user("ann")
        results = await asyncio.gather(
            *(replica.login("ann", f"Wrong-{number}-xx") for number in range(100)), return_exceptions=True
        )
        kinds = [type(result) for result in results]
        assert kinds.count(Unauthorized) == 5
        assert kinds.count(TooManyRequests) == 95


async def test_a_login_needs_the_first_starts_password_once(database_url: str, plain_settings: Settings) -> None:
    async def first(settings: Settings) -> str | None:
        async with start(settings, database_url) as replica:
            return replica.generated

    unset = plain_settings.model_copy(
        update={"security": plain_settings.security.model_copy(update={"admin_password": None})}
    )
    generated = [password for password in await asyncio.gather(first(unset), first(unset), first(unset)) if password]
    assert len(generated) == 1
    assert await first(plain_settings) is None
    async with start(plain_settings, database_url) as replica:
        await replica.login("admin", generated[0])
        await refused(replica, "admin", "Harbor12345")
        library = await replica.projects.find("library")
        assert (library.project_id, library.public, library.owner_name) == (1, True, "admin")
        assert len(await replica.keys.list()) == 1
        # Whoever comes after does not collide with what was made under a fixed id.
        assert await replica.user("ann") > 1
        assert await replica.projects.create("next", owner_id=1, public=False) > 1
