"""How the built portal reaches a browser."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from moorage.asgi import Message, Request, Response
from moorage.edge import Edge
from moorage.metrics.operations import OperationMetrics
from moorage.portal.app import Portal
from moorage.portal.files import read_files
from tests.portal.built import ICON, PACKED, PAGE, SCRIPT, build

pytestmark = [pytest.mark.unit, pytest.mark.anyio]

MAIN = "/assets/main-1a2b3c4d.js"


@pytest.fixture
def portal(tmp_path: Path) -> Portal:
    return Portal(read_files(build(tmp_path / "assets")))


def request(path: str, method: str, headers: Mapping[str, str]) -> Request:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": method, "path": path, "query_string": b"", "headers": pairs}, receive)


async def ask(portal: Portal, path: str, method: str = "GET", **headers: str) -> Response:
    return await portal(request(path, method, {name.replace("_", "-"): value for name, value in headers.items()}))


def header(response: Response, name: str) -> str:
    return dict(response.headers).get(name.encode(), b"").decode()


@pytest.mark.parametrize(
    "path", ["/", "/harbor", "/harbor/projects/1/repositories", "/account/sign-in", "/oidc-onboard", "/license"]
)
async def test_every_address_of_a_person_is_the_page(portal: Portal, path: str) -> None:
    response = await ask(portal, path)
    assert (response.status, response.body) == (200, PAGE)
    assert header(response, "content-type") == "text/html; charset=utf-8"
    assert header(response, "cache-control") == "no-cache"


async def test_the_page_may_load_nothing_from_elsewhere_and_be_in_no_frame(portal: Portal) -> None:
    response = await ask(portal, "/")
    policy = dict(part.strip().split(" ", 1) for part in header(response, "content-security-policy").split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert set(" ".join(policy.values()).split()) == {"'none'", "'self'", "data:"}
    assert header(response, "x-content-type-options") == "nosniff"
    assert header(response, "x-frame-options") == "DENY"
    assert header(response, "cross-origin-opener-policy") == "same-origin"
    assert header(response, "referrer-policy")
    assert "camera=()" in header(response, "permissions-policy")


async def test_a_page_that_did_not_change_is_not_sent_again(portal: Portal) -> None:
    etag = header(await ask(portal, "/harbor"), "etag")
    for known in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
        response = await ask(portal, "/account", if_none_match=known)
        assert (response.status, response.body) == (304, b"")
        assert header(response, "etag") == etag
    assert (await ask(portal, "/", if_none_match='"other"')).status == 200


async def test_a_new_build_has_another_validator(tmp_path: Path) -> None:
    directory = build(tmp_path)
    before = header(await ask(Portal(read_files(directory)), "/"), "etag")
    (directory / "index.html").write_bytes(PAGE.replace(b"1a2b3c4d", b"99999999"))
    assert header(await ask(Portal(read_files(directory)), "/"), "etag") != before


async def test_a_page_goes_on_as_it_was_while_another_is_built(portal: Portal, tmp_path: Path) -> None:
    (tmp_path / "assets/index.html").write_bytes(b"half a pa")
    (tmp_path / f"assets{MAIN}").unlink()
    assert (await ask(portal, "/")).body == PAGE
    assert (await ask(portal, MAIN)).status == 404


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0.5, gzip;q=0.9", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0, gzip;q=0", ""),
        ("*", "br"),
        ("*;q=0", ""),
        ("br;q=0, *;q=0.1", "gzip"),
        ("identity, br;q=0.5", ""),
        ("identity;q=0.2, br;q=0.5", "br"),
        ("GZIP ; Q=1", "gzip"),
        ("br;q=nan, gzip;q=much", ""),
        ("deflate, zstd", ""),
        ("", ""),
    ],
)
async def test_a_file_is_sent_in_the_form_the_client_wants_most(portal: Portal, accepted: str, coding: str) -> None:
    response = await ask(portal, MAIN, accept_encoding=accepted)
    assert header(response, "content-encoding") == coding
    assert header(response, "vary") == "accept-encoding"
    assert header(response, "content-type") == "text/javascript; charset=utf-8"
    assert response.file is not None
    content = response.file.read_bytes()
    assert int(header(response, "content-length")) == len(content)
    if coding != "gzip":
        assert content == (PACKED if coding else SCRIPT)


async def test_what_has_a_hash_in_its_name_is_kept_for_good(portal: Portal) -> None:
    response = await ask(portal, MAIN)
    assert header(response, "cache-control") == "public, max-age=31536000, immutable"
    assert (await ask(portal, MAIN, if_none_match=header(response, "etag"))).status == 304


async def test_what_is_not_packed_is_sent_as_it_is(portal: Portal) -> None:
    response = await ask(portal, "/assets/logo-55667788.png", accept_encoding="br, gzip")
    assert (response.status, header(response, "content-encoding")) == (200, "")
    assert header(response, "content-type") == "image/png"
    icon = await ask(portal, "/favicon.svg")
    assert (icon.body, header(icon, "content-type"), header(icon, "cache-control")) == (
        ICON,
        "image/svg+xml",
        "no-cache",
    )


@pytest.mark.parametrize(
    "path",
    [
        "/assets/main-00000000.js",
        "/assets/",
        "/assets",
        "/assets/main-1a2b3c4d.js.br",
        "/assets/main-1a2b3c4d.js/",
        "/assets/../index.html",
        "/assets/../../app.py",
        "/assets/..\\..\\app.py",
        "/assets/main-1a2b3c4d.js\0",
        "/assets//main-1a2b3c4d.js",
        "//",
        "//etc/passwd",
        "/favicon.svg/more",
        "*",
        "",
    ],
)
async def test_what_is_no_file_of_the_portal_is_not_found(portal: Portal, path: str) -> None:
    response = await ask(portal, path)
    assert response.status == 404
    assert header(response, "content-type").startswith("application/json")


async def test_only_reading_is_possible(portal: Portal) -> None:
    for path in ("/", MAIN):
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            response = await ask(portal, path, method)
            assert (response.status, header(response, "allow")) == (405, "GET, HEAD")


async def test_without_a_build_the_pages_say_how_to_make_one(tmp_path: Path) -> None:
    portal = Portal(read_files(tmp_path / "nothing"))
    assert not portal.built
    for path in ("/", "/harbor/projects"):
        response = await ask(portal, path)
        assert response.status == 503
        assert b"make portal" in response.body
    assert (await ask(portal, MAIN)).status == 404


async def nothing() -> None:
    pass


async def test_the_edge_brings_the_root_here_and_leaves_unknown_paths_as_they_are(portal: Portal) -> None:
    edge = Edge(dict.fromkeys(portal.segments, portal), {}, startup=nothing, shutdown=nothing)
    assert (await through(edge, "/"))[::2] == (200, PAGE)
    assert (await through(edge, "/favicon.svg"))[::2] == (200, ICON)
    for path in ("/unknown", "/harborx", "/indexhtml/x", "*"):
        status, headers, body = await through(edge, path)
        assert (status, headers[b"content-type"]) == (404, b"application/json; charset=utf-8")
        assert b"no such path" in body
    status, headers, body = await through(edge, "/", "HEAD")
    assert (status, headers[b"content-length"], body) == (200, b"%d" % len(PAGE), b"")


async def test_requests_are_counted_under_a_name_of_their_own(tmp_path: Path) -> None:
    metrics, registry = OperationMetrics(), CollectorRegistry()
    registry.register(metrics)
    portal = Portal(read_files(build(tmp_path)), metrics)
    edge = Edge(dict.fromkeys(portal.segments, portal), {}, startup=nothing, shutdown=nothing, metrics=metrics)
    for path in ("/", "/harbor/projects", "/assets/none.js"):
        await through(edge, path)
    total = "harbor_core_http_request_total"
    counted = {"method": "GET", "operation": "portal"}
    assert registry.get_sample_value(total, {**counted, "code": "200"}) == 2
    assert registry.get_sample_value(total, {**counted, "code": "404"}) == 1
    assert (registry.get_sample_value("moorage_http_sent_bytes_total", {"interface": "other"}) or 0) > 2 * len(PAGE)


async def through(edge: Edge, path: str, method: str = "GET") -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    asked = request(path, method, {})
    await edge(asked.scope, asked.receive, send)
    return sent[0]["status"], dict(sent[0]["headers"]), b"".join(message.get("body", b"") for message in sent[1:])
