"""Reading and writing cookies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moorage.asgi import Request
from moorage.identity.cookies import cookie, cookie_header, is_secure

pytestmark = pytest.mark.unit


def request(*headers: str, scheme: str = "http") -> Request:
    async def receive() -> dict[str, object]:
        raise AssertionError

    pairs = [(b"cookie", value.encode("utf-8", "surrogatepass")) for value in headers]
    return Request({"method": "GET", "path": "/", "query_string": b"", "headers": pairs, "scheme": scheme}, receive)


@pytest.mark.parametrize(
    ("headers", "value"),
    [
        ((), None),
        (("",), None),
        (("sid",), None),
        (("sid=",), ""),
        (("sid=a",), "a"),
        (('sid="a"',), "a"),
        (("x=1; sid=a; y=2",), "a"),
        (("x=1;sid=a",), "a"),
        (("sid=a; sid=b",), "a"),
        (("xsid=b; SID=c",), None),
        (("x=1", "sid=a"), "a"),
        (("sid=a=b",), "a=b"),
        ((";;=;sid=a",), "a"),
    ],
)
def test_the_first_cookie_of_the_name_counts(headers: tuple[str, ...], value: str | None) -> None:
    assert cookie(request(*headers), "sid") == value


@given(st.lists(st.text(), max_size=3))
def test_any_header_is_read(headers: list[str]) -> None:
    cookie(request(*headers), "sid")


def test_a_cookie_is_written_with_its_attributes() -> None:
    assert cookie_header("sid", "a", secure=False) == (b"set-cookie", b"sid=a; Path=/; HttpOnly")
    strict = cookie_header("t", "b", secure=True, same_site="Strict", max_age=5)
    assert strict == (b"set-cookie", b"t=b; Path=/; Max-Age=5; HttpOnly; Secure; SameSite=Strict")


@pytest.mark.parametrize(
    ("scheme", "external_url", "secure"),
    [
        ("http", None, False),
        ("https", None, True),
        ("http", "http://registry.example.com", False),
        ("http", "HTTPS://registry.example.com", True),
        ("https", "http://registry.example.com", True),
    ],
)
def test_a_cookie_is_secure_where_the_browser_speaks_https(scheme: str, external_url: str | None, secure: bool) -> None:
    assert is_secure(request(scheme=scheme), external_url) is secure
