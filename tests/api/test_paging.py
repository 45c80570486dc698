"""``X-Total-Count`` and ``Link``."""

from __future__ import annotations

import pytest

from moorage.api.operations import methods_of, operations
from moorage.api.paging import page_headers
from moorage.api.times import timestamp
from moorage.database.listing import ListQuery

pytestmark = pytest.mark.unit


def link(page: int, size: int, total: int, *query: tuple[str, str]) -> str | None:
    return page_headers("/p", query, ListQuery(page=page, page_size=size), total).get("Link")


@pytest.mark.parametrize(
    ("page", "size", "total", "expected"),
    [
        (1, 10, 0, None),
        (1, 10, 10, None),
        (1, 10, 11, '</p?page=2&page_size=10>; rel="next"'),
        (2, 10, 11, '</p?page=1&page_size=10>; rel="prev"'),
        (2, 1, 3, '</p?page=1&page_size=1>; rel="prev" , </p?page=3&page_size=1>; rel="next"'),
        (9, 10, 11, None),
        (1, 0, 11, None),
    ],
)
def test_links(page: int, size: int, total: int, expected: str | None) -> None:
    assert link(page, size, total) == expected


def test_other_parameters_are_kept_in_order_and_decoded() -> None:
    found = link(1, 1, 2, ("sort", "-name"), ("q", "name=~a"), ("page", "1"), ("page_size", "1"))
    assert found == '</p?page=2&page_size=1&q=name=~a&sort=-name>; rel="next"'


def test_a_parameter_cannot_break_the_header() -> None:
    assert (
        link(1, 1, 2, ("q", "a\r\nSet-Cookie: x\u00e9"))
        == '</p?page=2&page_size=1&q=a%0D%0ASet-Cookie:%20x%C3%A9>; rel="next"'
    )


def test_times_are_in_milliseconds_and_utc() -> None:
    from datetime import datetime, timedelta, timezone

    moment = datetime(2026, 8, 21, 11, 11, 12, 5_999, timezone(timedelta(hours=2)))
    assert timestamp(moment) == "2026-08-21T09:11:12.005Z"
    assert timestamp(None) == "0001-01-01T00:00:00.000Z"


def test_every_operation_of_harbor_is_in_the_table() -> None:
    table = operations()
    assert (len(table), sum(map(len, table.values()))) == (135, 203)


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/projects", ("GET", "HEAD", "POST")),
        ("/projects/x/", ("GET", "PUT", "DELETE")),
        ("/users/current", ("GET",)),
        ("/users/7", ("GET", "PUT", "DELETE")),
        ("/users/current/permissions", ("GET",)),
        ("/users/current/password", ("PUT",)),
        ("/robots/1/2", ()),
        ("/", ()),
        ("/projects/p/repositories/a%252Fb/artifacts/v1/scan/stop", ("POST",)),
        ("/projects/p/repositories/r/artifacts/v1/scan/7/log", ("GET",)),
    ],
)
def test_an_operation_is_found_by_its_path(path: str, methods: tuple[str, ...]) -> None:
    assert methods_of(path) == methods
