"""``/c/login``, ``/c/log_out``, ``/c/userExists``, and what a session is good for."""

from __future__ import annotations

import asyncio
import hashlib

import httpx2
import pytest

from moorage.app import Application
from moorage.identity.models import SYSTEM, NewRobot, RobotAction, RobotPermission
from moorage.settings import Settings
from tests.api.browser import ADMIN_PASSWORD, PASSWORD, TOKEN, Browser, cookies_of, events, rows, user
from tests.api.conftest import running
from tests.database.pooler import pooled
from tests.identity.replica import message

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

REFUSED = (401, "UNAUTHORIZED", "unauthorized")


# --- login and logout ----------------------------------------------------------------------------


async def test_a_browser_logs_in_and_out(site: Application) -> None:
    await user(site, "ann")
    browser = Browser(site)
    answer = await browser.log_in("ann")
    assert (answer.status_code, answer.content) == (200, b"")
    assert cookies_of(answer) == {"sid": ["HttpOnly", "Path=/"]}
    assert answer.headers["cache-control"] == "no-store"
    assert len(browser.http.cookies["sid"]) == 32
    assert await browser.who() == "ann"
    stolen = browser.http.cookies["sid"]
    answer = await browser.ask("GET", "/c/log_out")
    assert (answer.status_code, answer.content) == (200, b"")
    assert "sid" not in browser.http.cookies
    assert await browser.who() == ""
    browser.http.cookies.set("sid", stolen)
    assert await browser.who() == ""
    assert await events(site) == [
        ("create", "ann", "harbor-core", True),
        ("login", "ann", "ann", True),
        ("logout", "ann", "ann", True),
    ]


async def test_the_database_has_no_session_id_that_could_be_stolen(site: Application) -> None:
    browser = Browser(site)
    await browser.log_in("admin", ADMIN_PASSWORD)
    session_id = browser.http.cookies["sid"]
    stored = await rows(site, "SELECT session_hash, user_id FROM user_session")
    assert stored == [(hashlib.sha256(session_id.encode()).digest(), 1)]


async def test_over_https_the_cookies_are_secure(site: Application, seeded_url: str) -> None:
    browser = Browser(site, "https://registry.test")
    first = await browser.api("GET", "/systeminfo")
    assert cookies_of(first) == {"_gorilla_csrf": ["HttpOnly", "Max-Age=43200", "Path=/", "SameSite=Strict", "Secure"]}
    assert cookies_of(await browser.log_in("admin", ADMIN_PASSWORD)) == {"sid": ["HttpOnly", "Path=/", "Secure"]}
    assert await browser.who() == "admin"
    # A gateway may end TLS without saying so.
    server = site.settings.server.model_copy(update={"external_url": "https://registry.example.com"})
    async with running(site.settings.model_copy(update={"server": server}), seeded_url) as behind:
        answer = await Browser(behind).ask("GET", "/c/login")
        assert "Secure" in cookies_of(answer)["_gorilla_csrf"]


async def test_an_id_from_before_the_login_is_never_taken_over(site: Application) -> None:
    await user(site, "ann")
    planted = "0123456789abcdef0123456789abcdef"
    browser = Browser(site)
    browser.http.cookies.set("sid", planted, domain="registry.test")
    await browser.log_in("ann")
    first = browser.http.cookies["sid"]
    assert first != planted
    assert (await browser.log_in("admin", ADMIN_PASSWORD)).status_code == 200
    assert await browser.who() == "admin"
    thief = Browser(site)
    for old in (planted, first):
        thief.http.cookies.set("sid", old)
        assert await thief.who() == ""


async def test_whoever_may_not_log_in_is_told_nothing_more(site: Application) -> None:
    await user(site, "ann")
    await site.identity.users.delete(await user(site, "gone"))
    await site.identity.users.set_disabled(await user(site, "idle"), True)
    browser = Browser(site)
    cases = [("ann", "Wrong-1234"), ("ann", ""), ("", PASSWORD), ("nobody", PASSWORD), ("ANN", PASSWORD)]
    cases += [("gone", PASSWORD), ("idle", PASSWORD), ("a" * 5000, "b" * 5000), ("ann\0", PASSWORD)]
    for principal, password in (*cases, ("ann", PASSWORD + "\0")):
        answer = await browser.log_in(principal, password)
        assert message(answer) == REFUSED
        assert "sid" not in cookies_of(answer)
    assert await rows(site, "SELECT 1 FROM user_session") == []


async def test_a_robot_has_no_session(site: Application) -> None:
    grant = RobotPermission(SYSTEM, "/", (RobotAction("catalog", "read"),))
    robot, secret = await site.identity.robots.create(NewRobot("ci", SYSTEM, (grant,)))
    assert message(await Browser(site).log_in(robot.name, secret)) == REFUSED


async def test_failed_logins_are_slowed_and_told_with_the_same_transaction(
    seeded_url: str, plain_settings: Settings
) -> None:
    security = plain_settings.security.model_copy(update={"login_attempts": 3})
    settings = plain_settings.model_copy(update={"security": security})
    roles = ("core", "registry")
    async with running(settings, seeded_url, roles) as one, running(settings, seeded_url, roles) as two:
        await user(one, "ann")
        browser = Browser(one)
        for _ in range(2):
            assert (await browser.log_in("ann", "Wrong-1234")).status_code == 401
        # The two ways in share one count, as do the replicas.
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=two.asgi), base_url="http://x") as http:
            answer = await http.get(
                "/api/v2.0/users/current", auth=("ann", "Wrong-1234"), headers={"X-Request-ID": "the-third"}
            )
            assert answer.status_code == 401
        refused = await Browser(two).log_in("ann")
        assert message(refused)[:2] == (429, "TOO_MANY_REQUEST")
        assert int(refused.headers["retry-after"]) > 0
        for _ in range(5):
            await browser.log_in("ann", "Wrong-1234")
        # What comes during the wait is not written: nobody fills the log by guessing on.
        assert [event for event in await events(one) if event[0] == "login"] == [("login", "ann", "ann", False)] * 3
        told = await rows(one, "SELECT address, request_id FROM outbox WHERE operation = 'login' ORDER BY event_id")
        assert told[2] == ("127.0.0.1", "the-third")


# --- forms ---------------------------------------------------------------------------------------


async def test_the_form_may_be_of_either_kind(site: Application) -> None:
    browser = Browser(site)
    await browser.ask("GET", "/c/login")
    files = {"principal": (None, "admin"), "password": (None, ADMIN_PASSWORD)}
    answer = await browser.ask("POST", "/c/login", files=files)
    assert answer.status_code == 200, answer.text
    assert await browser.who() == "admin"


async def test_another_kind_of_body_is_refused_with_the_kinds_there_are(site: Application) -> None:
    browser = Browser(site)
    await browser.ask("GET", "/c/login")
    body = b'{"principal":"admin","password":"Harbor12345"}'
    for content_type in ("application/json", "text/plain", ""):
        answer = await browser.ask("POST", "/c/login", content=body, headers={"content-type": content_type})
        status, code, text = message(answer)
        assert (status, code) == (415, "UNSUPPORTED_MEDIA_TYPE")
        assert "application/x-www-form-urlencoded" in text
    assert await events(site) == []


URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"


HOSTILE = [
    (URLENCODED, b"", 401),
    (URLENCODED, b"principal=admin&principal=x&password=nope", 401),
    (URLENCODED, b"&".join(b"a=1" for _ in range(5000)), 400),
    (URLENCODED, b"principal=\xff\xfe", 400),
    (URLENCODED, b"principal=%ff%00&password=%00", 401),
    (URLENCODED, b"principal=" + b"a" * 70_000, 400),
    ("multipart/form-data", b"--b--", 400),
    (MULTIPART, b"", 400),
    (MULTIPART, b"--b\r\nno headers\r\n--b--", 400),
    (MULTIPART, b"--b\r\nX: y\r\n\r\nno name\r\n--b--\r\n", 401),
    (MULTIPART, b"--b\r\nContent-Disposition: form-data; name=principal\r\n\r\n\xff\r\n--b--", 400),
    (MULTIPART, b"--b\r\n" * 10_000, 400),
    (MULTIPART + "b" * 100, b"--b--", 400),
]


async def test_hostile_forms_are_refused(site: Application) -> None:
    browser = Browser(site)
    await browser.ask("GET", "/c/login")
    for content_type, body, status in HOSTILE:
        answer = await browser.ask("POST", "/c/login", content=body, headers={"content-type": content_type})
        assert message(answer)[0] == status, (content_type, body[:50])


async def test_a_password_in_the_address_does_not_count(site: Application) -> None:
    browser = Browser(site)
    await browser.ask("GET", "/c/login")
    answer = await browser.ask("POST", f"/c/login?principal=admin&password={ADMIN_PASSWORD}", data={"x": "y"})
    assert answer.status_code == 401


async def test_other_paths_and_methods_are_refused(site: Application) -> None:
    browser = Browser(site)
    for path in ("/c/nope", "/c", "/c/", "/c/login/x"):
        for method in ("GET", "POST", "HEAD"):
            answer = await browser.ask(method, path)
            assert answer.status_code == 404
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
            assert len(answer.headers[TOKEN]) == 88
    for method, path, allowed in (
        ("GET", "/c/login", "POST"),
        ("POST", "/c/log_out", "GET"),
        ("GET", "/c/userExists", "POST"),
    ):
        answer = await browser.ask(method, path)
        assert message(answer) == (405, "METHOD_NOT_ALLOWED", f"method {method} is not allowed, but [{allowed}] are")
        assert answer.headers["allow"] == allowed


# --- what a session is worth ---------------------------------------------------------------------


@pytest.mark.parametrize("change", ["password", "disabled", "deleted"])
async def test_a_changed_account_ends_its_sessions_on_every_replica(
    site: Application, second: Application, change: str
) -> None:
    user_id = await user(site, "ann")
    laptop, phone, neighbour = Browser(site), Browser(second), Browser(second)
    for browser in (laptop, phone):
        await browser.log_in("ann")
    await neighbour.log_in("admin", ADMIN_PASSWORD)
    for browser in (laptop, laptop.at(second), phone, phone.at(site)):
        assert await browser.who() == "ann"
    if change == "password":
        answer = await laptop.api(
            "PUT", f"/users/{user_id}/password", json={"old_password": PASSWORD, "new_password": "Another-1x"}
        )
        assert answer.status_code == 200, answer.text
    elif change == "disabled":
        await site.identity.users.set_disabled(user_id, True)
    else:
        assert (await neighbour.api("DELETE", f"/users/{user_id}")).status_code == 200
    for browser in (laptop, laptop.at(second), phone, phone.at(site)):
        assert await browser.who() == ""
    assert await neighbour.who() == "admin"
    if change == "disabled":
        # Enabled again, the account has to log in again.
        await site.identity.users.set_disabled(user_id, False)
        assert await phone.who() == ""


async def test_an_administrator_by_session_is_one_only_while_that_is_so(site: Application, second: Application) -> None:
    user_id = await user(site, "ann")
    ann, admin = Browser(site), Browser(second)
    await ann.log_in("ann")
    await admin.log_in("admin", ADMIN_PASSWORD)
    assert (await ann.api("GET", "/users")).status_code == 403
    for flag, status in ((True, 200), (False, 403)):
        body = {"sysadmin_flag": flag}
        assert (await admin.api("PUT", f"/users/{user_id}/sysadmin", json=body)).status_code == 200
        for browser in (ann, ann.at(second)):
            assert (await browser.api("GET", "/users")).status_code == status


async def test_basic_authentication_goes_before_the_session_and_falls_back_to_it(site: Application) -> None:
    await user(site, "ann")
    browser = Browser(site)
    await browser.log_in("ann")
    admin = await browser.api("GET", "/users/current", auth=("admin", ADMIN_PASSWORD))
    assert admin.json()["username"] == "admin"
    wrong = await browser.api("GET", "/users/current", auth=("admin", "Wrong-1234"))
    assert wrong.json()["username"] == "ann"


async def test_a_hostile_cookie_is_nobodys(site: Application) -> None:
    cookies = ["sid=", "sid=x", "sid=" + "0" * 32, "sid=" + "A" * 32, "sid=" + "0" * 60_000, "sid=\xff\0'; DROP", ";=;"]
    transport = httpx2.ASGITransport(app=site.asgi)
    async with httpx2.AsyncClient(transport=transport, base_url="http://registry.test") as http:
        for cookie in cookies:
            headers = [(b"cookie", cookie.encode("latin-1"))]
            answer = await http.get("/api/v2.0/users/current", headers=headers)
            assert message(answer) == REFUSED
            assert (await http.get("/c/log_out", headers=headers)).status_code == 200
            assert (await http.get("/v2/", headers=headers)).status_code == 401
    assert await events(site) == []


async def test_a_session_pulls_too(site: Application) -> None:
    browser = Browser(site)
    assert (await browser.ask("GET", "/v2/")).status_code == 401
    await browser.log_in("admin", ADMIN_PASSWORD)
    assert (await browser.ask("GET", "/v2/")).status_code == 200
    assert (await browser.ask("GET", "/v2/_catalog")).json() == {"repositories": []}
    token = await browser.ask("GET", "/service/token?service=harbor-registry&scope=registry:catalog:*")
    assert token.status_code == 200
    answer = await browser.http.get("/v2/_catalog", headers={"authorization": f"Bearer {token.json()['token']}"})
    assert answer.status_code == 200


# --- its time ------------------------------------------------------------------------------------


async def age(site: Application, seconds: int) -> None:
    """Let that much time pass for every session."""
    sql = (
        "UPDATE user_session SET renewed = renewed - make_interval(secs => :s),"
        " expires_at = expires_at - make_interval(secs => :s)"
    )
    await rows(site, sql, s=seconds)


async def left(site: Application) -> int:
    """Seconds the session has left."""
    return round((await rows(site, "SELECT extract(epoch FROM expires_at - now())::float8 FROM user_session"))[0][0])


async def test_a_session_lasts_while_it_is_used(site: Application, second: Application) -> None:
    browser = Browser(site)
    await browser.log_in("admin", ADMIN_PASSWORD)
    for _ in range(3):
        await age(site, 50 * 60)
        assert await browser.at(second).who() == "admin"
        assert await left(site) == pytest.approx(3600, abs=5)
    await age(site, 61 * 60)
    assert await browser.who() == ""
    assert (await browser.log_in("admin", ADMIN_PASSWORD)).status_code == 200
    assert await browser.who() == "admin"


async def test_a_session_is_not_written_by_every_request(site: Application) -> None:
    browser = Browser(site)
    await browser.log_in("admin", ADMIN_PASSWORD)
    written = "SELECT xmin::text FROM user_session"
    before = await rows(site, written)
    await age(site, 50)
    aged = await rows(site, written)
    assert aged != before
    await asyncio.gather(*(browser.who() for _ in range(10)))
    assert await rows(site, written) == aged
    await age(site, 20)
    await asyncio.gather(*(browser.who() for _ in range(10)))
    renewed = await rows(site, written)
    await browser.who()
    assert await rows(site, written) == renewed
    assert await left(site) == pytest.approx(3600, abs=5)


async def test_a_page_that_asks_by_itself_keeps_no_session_alive(site: Application) -> None:
    browser = Browser(site)
    await browser.log_in("admin", ADMIN_PASSWORD)
    await age(site, 50 * 60)
    polling = {"X-Harbor-No-Session-Renewal": "true"}
    answer = await browser.api("GET", "/users/current", headers=polling)
    assert answer.status_code == 200
    assert await left(site) == pytest.approx(600, abs=5)
    await age(site, 10 * 60 + 1)
    assert (await browser.api("GET", "/users/current", headers=polling)).status_code == 401


async def test_the_time_is_configured_while_everything_runs(site: Application) -> None:
    await rows(site, "INSERT INTO configuration (key, value) VALUES ('session_timeout', '5')")
    browser = Browser(site)
    await browser.log_in("admin", ADMIN_PASSWORD)
    assert await left(site) == pytest.approx(300, abs=5)
    await rows(site, "UPDATE configuration SET value = '1000000000000'")
    await age(site, 100)
    assert await browser.who() == "admin"
    assert await left(site) > 3 * 10**8


async def test_sessions_hold_behind_a_pooler_in_transaction_mode(
    seeded_url: str, plain_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pooled(seeded_url, tmp_path_factory.mktemp("pooler")) as behind:
        async with running(plain_settings, behind) as one, running(plain_settings, behind) as two:
            browser = Browser(one)
            assert (await browser.log_in("admin", ADMIN_PASSWORD)).status_code == 200
            await age(one, 100)
            asked = [browser.who() for _ in range(20)] + [browser.at(two).who() for _ in range(20)]
            # Beside others, so that one round trip carries the statements of several lanes.
            asked += [Browser(one).who() for _ in range(5)]
            guest = browser.http.get("/api/v2.0/users/current", auth=("admin", ADMIN_PASSWORD))
            names = await asyncio.gather(*asked, guest)
            assert names[:-1] == ["admin"] * 40 + [""] * 5
            await browser.ask("GET", "/c/log_out")
            assert await browser.at(two).who() == ""


async def test_sessions_that_are_over_are_cleaned_up_in_batches(site: Application) -> None:
    browser = Browser(site)
    await browser.log_in("admin", ADMIN_PASSWORD)
    await rows(
        site,
        "INSERT INTO user_session (session_hash, user_id, version, expires_at)"
        " SELECT sha256(n::text::bytea), 1, 1, now() - interval '1 second' FROM generate_series(1, 1234) n",
    )

    async def purge() -> int:
        return sum([count async for count in site.identity.sessions.purge()])

    assert sum(await asyncio.gather(purge(), purge())) == 1234
    assert await rows(site, "SELECT count(*) FROM user_session") == [(1,)]
    assert await browser.who() == "admin"


# --- userExists ----------------------------------------------------------------------------------


async def test_who_exists_is_told_to_administrators_or_with_self_registration(site: Application) -> None:
    await user(site, "ann")
    ann, admin = Browser(site), Browser(site)
    await ann.log_in("ann")
    await admin.log_in("admin", ADMIN_PASSWORD)

    async def exists(browser: Browser, target: str, value: str) -> httpx2.Response:
        return await browser.ask("POST", "/c/userExists", data={"target": target, "value": value})

    closed = (412, "PRECONDITION", "self registration deactivated, only sysadmin can check user existence")
    assert message(await exists(ann, "username", "ann")) == closed
    cases = [("username", "ann", True), ("username", "ANN", False), ("email", "Ann@Example.com", True)]
    cases += [("email", "bob@example.com", False), ("username", "a" * 5000, False), ("username", "a\0", False)]
    for target, value, known in cases:
        answer = await exists(admin, target, value)
        assert (answer.status_code, answer.json()) == (200, known)
    for target, value in (("", "x"), ("password", "x"), ("username", "")):
        assert message(await exists(admin, target, value))[0] == 400
    await rows(site, "INSERT INTO configuration (key, value) VALUES ('self_registration', 'true')")
    stranger = Browser(site)
    await stranger.ask("GET", "/c/login")
    assert (await exists(stranger, "username", "ann")).json() is True
