"""Harbor's ``q=`` and ``sort=``."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moorage.api.query_language import MAX_CONDITIONS, parse_query, parse_sort
from moorage.database.listing import AllOf, AnyOf, Between, Contains, Exact, Filter, Order, spelling
from moorage.errors import BadRequest

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("k=v", (("k", Exact("v")),)),
        ("k=v=w", (("k", Exact("v=w")),)),
        ("k=~v", (("k", Contains("v")),)),
        ("k=~~v", (("k", Contains("~v")),)),
        (r"k=\~v", (("k", Exact("~v")),)),
        ("k=[1~5]", (("k", Between(1, 5)),)),
        ("k=[1~]", (("k", Between(1, None)),)),
        ("k=[~b]", (("k", Between(None, "b")),)),
        (
            "t=[2026-08-21T09:11:12~]",
            (("t", Between(datetime(2026, 8, 21, 9, 11, 12, tzinfo=UTC), None)),),
        ),
        ("k={a 2 'c' \"d\"}", (("k", AnyOf(("a", 2, "c", "d"))),)),
        ("k={a  b}", (("k", AnyOf(("a", "b"))),)),
        ("k=(a b)", (("k", AllOf(("a", "b"))),)),
        ("a=1,b=~2", (("a", Exact("1")), ("b", Contains("2")))),
        ("a=1,a=2", (("a", Exact("2")),)),
        ("tags%3Dnil", (("tags", Exact("nil")),)),
        ("k=a%20b", (("k", Exact("a b")),)),
        ("k=100%", (("k", Exact("100%")),)),
        ("k__icontains=v", (("k", Contains("v")),)),
        ("k__gte=5", (("k", Between(low=5)),)),
        ("k__lt=5", (("k", Between(high=5, strict=True)),)),
        ("k__in=v", (("k", AnyOf(("v",))),)),
        ("k__exact=v", (("k", Exact("v")),)),
        ("k__regex=v", (("k__regex", Exact("v")),)),
    ],
)
def test_a_query_is_read_as_harbor_reads_it(text: str, expected: tuple[tuple[str, Filter], ...]) -> None:
    assert parse_query(text) == expected


@pytest.mark.parametrize("text", ["k", "=v", "k=", "a=1,", ",a=1", "a=1,,b=2"])
def test_a_condition_has_a_key_and_a_value(text: str) -> None:
    with pytest.raises(BadRequest, match="the query string must contain"):
        parse_query(text)


@pytest.mark.parametrize("text", ["k=~", "k=[1~", "k=[1]", "k=[~]", "k=[1~2~3]", "k={a", "k=(a"])
def test_a_pattern_is_complete(text: str) -> None:
    with pytest.raises(BadRequest, match="invalid query string value"):
        parse_query(text)


def test_a_query_has_limits() -> None:
    with pytest.raises(BadRequest):
        parse_query(",".join(f"k{number}=1" for number in range(MAX_CONDITIONS + 1)))
    with pytest.raises(BadRequest):
        parse_query("k=" + "x" * 10_000)


@given(st.text(max_size=200))
def test_any_text_is_a_query_or_refused(text: str) -> None:
    with suppress(BadRequest):
        parse_query(text)
    parse_sort(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("name", (Order("name"),)),
        ("name,-update_time", (Order("name"), Order("update_time", True))),
        ("-,,name", (Order("name"),)),
    ],
)
def test_sort_keys(text: str, expected: tuple[Order, ...]) -> None:
    assert parse_sort(text) == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("ProjectID", "project_id"),
        ("CreationTime", "creation_time"),
        ("name", "name"),
        ("op_time", "op_time"),
        ("CVEID", "cveid"),
    ],
)
def test_a_key_has_several_spellings(key: str, expected: str) -> None:
    assert spelling(key) == expected
