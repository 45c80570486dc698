"""Protection against cross-site requests, as browsers, scripts and Terraform meet it (H row 17)."""

from __future__ import annotations

import httpx2
import pytest

from moorage.app import Application
from moorage.identity.csrf import CsrfTokens, mask
from tests.api.browser import ADMIN_PASSWORD, TOKEN, Browser, cookies_of, rows, user
from tests.identity.replica import ADMIN, message

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

MISSING = (403, "FORBIDDEN", "CSRF token not found in request")
INVALID = (403, "FORBIDDEN", "CSRF token invalid")
COOKIE = {"_gorilla_csrf": ["HttpOnly", "Max-Age=43200", "Path=/", "SameSite=Strict"]}


def client(site: Application) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=site.asgi), base_url="http://registry.test")


async def test_a_login_without_a_token_is_refused_and_told_how_to_do_it(site: Application) -> None:
    http = client(site)
    form = {"principal": "admin", "password": ADMIN_PASSWORD}
    for path in ("/c/login", "/c/userExists"):
        answer = await client(site).post(path, data=form)
        assert message(answer) == MISSING
        assert cookies_of(answer) == COOKIE
        assert len(answer.headers[TOKEN]) == 88
    # Read the token of the 403, and try again.
    refused = await http.post("/c/login", data=form)
    answer = await http.post("/c/login", data=form, headers={TOKEN: refused.headers[TOKEN]})
    assert answer.status_code == 200
    # The token in the cookie stays; only its mask is another.
    assert list(cookies_of(answer)) == ["sid"]
    assert answer.headers[TOKEN] != refused.headers[TOKEN]
    assert answer.headers["vary"] == "Cookie"


async def test_scripts_need_no_token(site: Application) -> None:
    http = client(site)
    answer = await http.post("/api/v2.0/projects", auth=ADMIN, json={"project_name": "shop"})
    assert answer.status_code == 201
    assert TOKEN not in answer.headers
    assert cookies_of(answer) == {}
    answer = await http.post("/v2/shop/a/blobs/uploads/", auth=ADMIN)
    assert answer.status_code == 202
    assert TOKEN not in answer.headers
    assert (await http.get("/v2")).headers.get(TOKEN) is None
    data = {"grant_type": "password", "service": "harbor-registry", "username": "admin", "password": ADMIN_PASSWORD}
    assert (await http.post("/service/token", data=data)).status_code == 200
    assert cookies_of(await http.get("/api/v2.0/systeminfo", auth=ADMIN)) == {}


async def test_terraform_retries_with_the_token_of_the_403(site: Application) -> None:
    # Its client keeps the cookies of a login, sends basic authentication besides, and has no token at first.
    browser = Browser(site)
    await browser.log_in("admin", ADMIN_PASSWORD)
    http = client(site)
    http.cookies.set("sid", browser.http.cookies["sid"], domain="registry.test")
    body = {"project_name": "shop"}
    refused = await http.post("/api/v2.0/projects", auth=ADMIN, json=body)
    assert message(refused) == MISSING
    retried = await http.post("/api/v2.0/projects", auth=ADMIN, json=body, headers={TOKEN: refused.headers[TOKEN]})
    assert retried.status_code == 201
    # It keeps the token of its last answer for the next request.
    removed = await http.delete(retried.headers["location"], auth=ADMIN, headers={TOKEN: retried.headers[TOKEN]})
    assert removed.status_code == 200


async def test_every_change_by_a_session_needs_the_token_of_its_cookie(site: Application) -> None:
    browser = Browser(site)
    await browser.log_in("admin", ADMIN_PASSWORD)
    mine, other = browser.token, Browser(site)
    await other.ask("GET", "/c/login")
    unsafe = [("POST", "/api/v2.0/projects"), ("PUT", "/api/v2.0/users/1"), ("DELETE", "/api/v2.0/users/7")]
    unsafe += [("PATCH", "/api/v2.0/robots/1"), ("POST", "/v2/library/a/blobs/uploads/"), ("POST", "/service/token")]
    for method, path in unsafe:
        for token in (other.token, "x", "A" * 88, mine[:-4], mine + "AAAA", "\xff" * 88):
            headers = [(b"x-harbor-csrf-token", token.encode("latin-1"))]
            answer = await browser.http.request(method, path, headers=headers)
            assert message(answer) == INVALID
            # It gives the token that would have done.
            assert answer.headers[TOKEN]
            assert cookies_of(answer) == {}
        assert message(await browser.http.request(method, path)) == MISSING
    for method in ("GET", "HEAD", "OPTIONS"):
        answer = await browser.http.request(method, "/api/v2.0/projects")
        assert answer.status_code != 403
        assert answer.headers[TOKEN]
    answer = await browser.http.post("/v2/library/a/blobs/uploads/", headers={TOKEN: mine})
    assert answer.status_code == 202


async def test_the_cookie_of_a_session_that_is_over_needs_a_token_as_well(site: Application) -> None:
    http = client(site)
    http.cookies.set("sid", "0" * 32)
    answer = await http.post("/api/v2.0/projects", auth=ADMIN, json={"project_name": "shop"})
    assert message(answer) == MISSING


@pytest.mark.parametrize("cookie", ["", "x", "é", "A" * 50_000, "MTIz", "=" * 20])
async def test_a_hostile_csrf_cookie_is_replaced(site: Application, cookie: str) -> None:
    http = client(site)
    headers = [(b"cookie", f"sid={'0' * 32}; _gorilla_csrf={cookie}".encode("latin-1"))]
    answer = await http.post("/api/v2.0/projects", headers=headers, json={"project_name": "shop"})
    assert message(answer) == MISSING
    assert cookies_of(answer) == COOKIE


async def test_a_cookie_signed_with_another_key_is_worth_nothing(site: Application) -> None:
    forged = CsrfTokens(b"the-key-of-somebody-else")
    token = forged.new()
    http = client(site)
    http.cookies.set("_gorilla_csrf", forged.to_cookie(token))
    answer = await http.post("/c/login", data={"principal": "admin"}, headers={TOKEN: mask(token)})
    assert message(answer) == INVALID


async def test_a_token_in_a_form_does_not_count(site: Application) -> None:
    http = client(site)
    token = (await http.get("/c/login")).headers[TOKEN]
    form = {"principal": "admin", "password": ADMIN_PASSWORD, "gorilla.csrf.Token": token}
    assert message(await http.post("/c/login", data=form)) == MISSING


async def test_replicas_take_each_others_tokens(site: Application, second: Application) -> None:
    browser = Browser(site)
    await browser.log_in("admin", ADMIN_PASSWORD)
    answer = await browser.at(second).api("POST", "/projects", json={"project_name": "shop"})
    assert answer.status_code == 201


async def test_a_person_registers_at_the_portal_and_no_script_does(site: Application) -> None:
    await user(site, "bob")
    await rows(site, "INSERT INTO configuration (key, value) VALUES ('self_registration', 'true')")
    body = {"username": "ann", "password": "Passw0rd-x1", "email": "ann@example.com", "realname": "Ann"}
    refused = (403, "FORBIDDEN", "self-registration cannot be triggered via API")
    http = client(site)
    assert message(await http.post("/api/v2.0/users", json=body)) == refused
    assert message(await http.post("/api/v2.0/users", json=body, auth=("bob", "Passw0rd-x1"))) == refused
    assert message(await http.post("/api/v2.0/users", json=body, headers={TOKEN: "A" * 88})) == refused
    browser = Browser(site)
    for _ in range(2):
        await browser.api("GET", "/systeminfo")
    assert (await browser.api("POST", "/users", json=body)).status_code == 201
    told = await rows(site, "SELECT operator FROM outbox WHERE operation = 'create' AND resource = 'ann'")
    assert told == [("ann",)]
    assert (await browser.log_in("ann")).status_code == 200
    assert await browser.who() == "ann"
    await rows(site, "UPDATE configuration SET value = 'false'")
    stranger = Browser(site)
    for _ in range(2):
        await stranger.api("GET", "/systeminfo")
    assert message(await stranger.api("POST", "/users", json=body)) == (401, "UNAUTHORIZED", "unauthorized")
