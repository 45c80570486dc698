"""``/session``: what a browser asks before it shows anything."""

from __future__ import annotations

from typing import Any

import pytest

from moorage.app import Application
from moorage.identity.models import SYSTEM, NewRobot, RobotAction, RobotPermission
from tests.api.browser import ADMIN_PASSWORD, Browser, cookies_of, rows, user

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

PARTS = ["system", "user", "permissions", "expires_in", "trash_days"]
TIMEOUT = 60 * 60


async def session(browser: Browser, **more: Any) -> dict[str, Any]:
    answer = await browser.api("GET", "/session", **more)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    assert list(body) == PARTS
    return body


async def answered(browser: Browser, path: str, **more: Any) -> Any:
    return (await browser.api("GET", path, **more)).json()


def without_time(system: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in system.items() if key != "current_time"}


async def test_nobody_is_told_how_to_log_in(site: Application) -> None:
    browser = Browser(site)
    found = await session(browser)
    assert found == {
        "system": await answered(browser, "/systeminfo"),
        "user": None,
        "permissions": [],
        "expires_in": None,
        "trash_days": None,
    }
    assert found["system"]["auth_mode"] == "db_auth"
    assert "harbor_version" not in found["system"]


async def test_the_first_question_of_a_browser_brings_what_a_login_needs(site: Application) -> None:
    browser = Browser(site)
    first = await browser.api("GET", "/session")
    assert list(cookies_of(first)) == ["_gorilla_csrf"]
    await session(browser)
    answer = await browser.ask("POST", "/c/login", data={"principal": "admin", "password": ADMIN_PASSWORD})
    assert answer.status_code == 200
    assert (await session(browser))["user"]["username"] == "admin"


async def test_it_tells_what_the_single_questions_tell(site: Application) -> None:
    await user(site, "ann")
    for name, password in (("admin", ADMIN_PASSWORD), ("ann", "Passw0rd-x1")):
        browser = Browser(site)
        assert (await browser.log_in(name, password)).status_code == 200
        found = await session(browser)
        assert without_time(found["system"]) == without_time(await answered(browser, "/systeminfo"))
        assert found["system"]["harbor_version"]
        assert found["user"] == await answered(browser, "/users/current")
        assert found["permissions"] == await answered(browser, "/users/current/permissions?scope=/system")
        assert ({"resource": "user", "action": "list"} in found["permissions"]) is (name == "admin")


async def test_a_session_tells_when_it_ends_and_is_prolonged_only_by_who_uses_it(site: Application) -> None:
    browser, polling = Browser(site), {"X-Harbor-No-Session-Renewal": "true"}
    await browser.log_in("admin", ADMIN_PASSWORD)
    assert TIMEOUT - 30 < (await session(browser))["expires_in"] <= TIMEOUT
    aged = "UPDATE user_session SET renewed = now() - interval '20 min', expires_at = now() + interval '40 min'"
    await rows(site, aged)
    for _ in range(2):
        assert 39 * 60 < (await session(browser, headers=polling))["expires_in"] <= 40 * 60
    assert TIMEOUT - 30 < (await session(browser))["expires_in"] <= TIMEOUT
    await rows(site, "UPDATE user_session SET expires_at = now() - interval '1 second'")
    over = await session(browser, headers=polling)
    assert (over["user"], over["expires_in"]) == (None, None)


async def test_without_a_session_of_ones_own_there_is_no_end(site: Application) -> None:
    await user(site, "ann")
    scripted = Browser(site)
    found = await session(scripted, auth=("ann", "Passw0rd-x1"))
    assert (found["user"]["username"], found["expires_in"]) == ("ann", None)
    browser = Browser(site)
    await browser.log_in("admin", ADMIN_PASSWORD)
    found = await session(browser, auth=("ann", "Passw0rd-x1"))
    assert (found["user"]["username"], found["expires_in"]) == ("ann", None)
    assert (await session(scripted, auth=("ann", "wrong")))["user"] is None


async def test_a_robot_is_no_user_but_has_rights(site: Application) -> None:
    grant = RobotPermission("system", "/", (RobotAction("user", "list"),))
    robot, secret = await site.identity.robots.create(NewRobot("reader", SYSTEM, (grant,)))
    found = await session(Browser(site), auth=(robot.name, secret))
    assert (found["user"], found["permissions"]) == (None, [{"resource": "user", "action": "list"}])
    assert found["system"]["harbor_version"]


async def test_it_tells_what_is_allowed_in_a_project_that_is_asked_for(site: Application) -> None:
    admin, nobody = Browser(site), Browser(site)
    await admin.log_in("admin", ADMIN_PASSWORD)
    found = (await answered(admin, "/session?project_id=1"))["project_permissions"]
    assert found == await answered(admin, "/users/current/permissions?scope=/project/1&relative=true")
    assert {"resource": "repository", "action": "delete"} in found
    asked = await answered(admin, "/session?project_id=1")
    assert asked["project"] == await answered(admin, "/projects/1")
    assert asked["trash_days"] == site.settings.trash.retention_days
    public = (await answered(nobody, "/session?project_id=1"))["project_permissions"]
    assert {"resource": "repository", "action": "list"} in public
    assert {"resource": "repository", "action": "delete"} not in public
    assert (await answered(nobody, "/session?project_id=1"))["project"]["name"] == "library"
    await admin.api("POST", "/projects", json={"project_name": "hidden"})
    for project_id in (2, 999999):
        found = await answered(nobody, f"/session?project_id={project_id}")
        assert (found["project_permissions"], found.get("project")) == ([], None)
    assert (await admin.api("GET", "/session?project_id=one")).status_code == 422
