"""The pages that describe the API, for programs and for people."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from moorage.api.explorer import Explorer
from moorage.asgi import Request, Response

pytestmark = [pytest.mark.unit, pytest.mark.anyio]

PAGE = "/devcenter-api-2.0"


async def ask(path: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Response:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    pairs = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": pairs}
    return await Explorer()(Request(scope, receive))


def header(response: Response, name: str) -> str:
    return dict(response.headers).get(name.encode(), b"").decode()


async def test_the_description_is_json_that_says_where_the_api_is() -> None:
    response = await ask("/swagger.json")
    assert (response.status, header(response, "content-type")) == (200, "application/json")
    made = json.loads(response.body)
    assert (made["openapi"], made["servers"]) == ("3.1.0", [{"url": "/api/v2.0"}])


async def test_the_page_loads_nothing_from_elsewhere_and_runs_no_script_of_its_own() -> None:
    response = await ask(PAGE)
    assert response.status == 200
    page = response.body.decode()
    for address in re.findall(r'(?:src|href)="([^"]*)"', page):
        assert address.startswith(("/", "data:,"))
    assert "<script>" not in page
    policy = header(response, "content-security-policy")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


async def test_everything_the_page_names_is_there() -> None:
    page = (await ask(PAGE)).body.decode()
    for address in re.findall(r'(?:src|href)="(/[^"]*)"', page):
        response = await ask(address)
        assert response.status == 200
        assert response.body


async def test_the_script_asks_no_other_host_to_check_the_description() -> None:
    assert b"validatorUrl: null" in (await ask(f"{PAGE}/start.js")).body


async def test_it_is_packed_for_those_who_can_unpack_it() -> None:
    for path in ("/swagger.json", PAGE, f"{PAGE}/swagger-ui-bundle.js"):
        plain = await ask(path)
        packed = await ask(path, headers={"accept-encoding": "br, gzip"})
        assert header(packed, "content-encoding") == "gzip"
        assert header(plain, "content-encoding") == ""
        assert gzip.decompress(packed.body) == plain.body
        assert header(packed, "etag") == header(plain, "etag")


async def test_it_is_not_sent_again_to_those_who_have_it() -> None:
    etag = header(await ask("/swagger.json"), "etag")
    response = await ask("/swagger.json", headers={"if-none-match": etag})
    assert (response.status, response.body) == (304, b"")


async def test_a_slash_at_the_end_does_not_count() -> None:
    assert (await ask(f"{PAGE}/")).status == 200


@pytest.mark.parametrize(
    "path", [f"{PAGE}/../app.py", f"{PAGE}/LICENSE", f"{PAGE}/swagger-ui.css.gz", "/swagger.json/x"]
)
async def test_there_is_nothing_else(path: str) -> None:
    assert (await ask(path)).status == 404


async def test_it_can_only_be_read() -> None:
    response = await ask("/swagger.json", "POST")
    assert (response.status, header(response, "allow")) == (405, "GET, HEAD")
