"""Patterns of repositories: what they match, in Python and in PostgreSQL, and what they may be."""

from __future__ import annotations

import re
import time
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import ARRAY, Text, cast, create_engine, func, select

from moorage.access.repositories import MAX_LENGTH, MAX_PATTERNS, NONE, Repositories, check_patterns
from moorage.database.engine import driver_url
from moorage.errors import BadRequest

unit = pytest.mark.unit


@unit
@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("base", "base", "base2 bas base/x x/base"),
        ("app/*", "app/web app/a.b_c-d", "app app/web/dev application/x"),
        ("team-*/cache", "team-a/cache team-/cache", "team/cache team-a/cache2 team-a/b/cache"),
        ("vendor/**", "vendor/a vendor/a/b/c", "vendor vendors/a"),
        ("**", "a a/b a/b/c", ""),
        ("*", "a abc", "a/b"),
        ("a*b*c", "abc axbxc abbcc", "ab acb abc/d"),
        ("*-dev", "web-dev -dev-dev", "web-dev2 web-dev/x"),
        ("a*a", "aa aba aaa", "a ab"),
    ],
)
def test_a_pattern_matches_within_components(pattern: str, yes: str, no: str) -> None:
    found = Repositories([pattern])
    assert [name for name in yes.split() if not found.matches(name)] == []
    assert [name for name in no.split() if found.matches(name)] == []


@unit
def test_several_patterns_add_up_and_none_is_nothing() -> None:
    found = Repositories(["base", "app/*"])
    assert [name for name in ("base", "app/web", "x") if found.matches(name)] == ["base", "app/web"]
    assert [name for name in ("", "x") if NONE.matches(name)] == []


def _plain(pattern: str, name: str) -> bool:
    """The definition, as a regular expression that may take its time."""
    *before, last = pattern.split("/")
    parts = before if last == "**" else [*before, last]
    text = "/".join("[^/]*".join(map(re.escape, part.split("*"))) for part in parts)
    if last == "**":
        text += "/.+" if before else ".+"
    return re.fullmatch(text, name) is not None


@unit
@given(
    st.lists(st.text("ab*", min_size=1, max_size=4).filter(lambda part: "**" not in part), min_size=1, max_size=3),
    st.booleans(),
    st.text("aab/", min_size=1, max_size=10),
)
def test_the_matcher_agrees_with_the_definition(parts: list[str], below: bool, name: str) -> None:
    pattern = "/".join([*parts, "**"] if below else parts)
    assert Repositories([pattern]).matches(name) == _plain(pattern, name)


@unit
def test_no_pattern_makes_matching_slow() -> None:
    found = Repositories(["*".join("aaaaaaaaa") + "b", "*a" * 8, "*a*/" * 4 + "**"] * 16)
    started = time.perf_counter()
    for name in ("a" * 254 + "c", "a/" * 127 + "c", "ab" * 127):
        found.matches(name)
    assert time.perf_counter() - started < 0.1


@unit
@pytest.mark.parametrize(
    "pattern",
    [
        *("", "/", "a//b", "/a", "a/", "App", "a b", "a***", "a**b", "**/a", "a/**/b", "a\0", "a\nb"),
        *("(a+)+", "a|b", "[ab]", "a" * (MAX_LENGTH + 1), "*a" * 9, "\u00e4"),
    ],
)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(BadRequest, match="bad request repositories"):
        check_patterns([pattern])


@unit
def test_patterns_are_kept_in_order_each_once_and_neither_none_nor_too_many() -> None:
    assert check_patterns(["b", "a/*", "b"]) == ("b", "a/*")
    for wrong in ([], [f"a{number}" for number in range(MAX_PATTERNS + 1)]):
        with pytest.raises(BadRequest):
            check_patterns(wrong)


@unit
def test_a_set_covers_only_patterns_that_lie_within_it() -> None:
    found = Repositories(["base", "app/*", "vendor/**"])
    assert all(found.covers(pattern) for pattern in ("base", "app/*", "app/web", "vendor/a", "vendor/*", "vendor/a/**"))
    assert not any(found.covers(pattern) for pattern in ("*", "**", "app/**", "app/a/b", "base*", "vendor", "vendor*"))
    assert Repositories(["**"]).covers("a/*")


@pytest.mark.integration
def test_postgresql_finds_the_same_repositories(postgres: str) -> None:
    names = ["/".join(parts) for length in (1, 2, 3) for parts in product(("a", "ab", "b-a", "b.c"), repeat=length)]
    sets = [
        ["a"],
        ["a*"],
        ["*a"],
        ["*/a"],
        ["a/**"],
        ["**"],
        ["*b*", "a/b-*/a"],
        ["b.c", "b.c/*"],
        ["*.*/*"],
        ["b*c/a"],
    ]
    engine = create_engine(driver_url(postgres))
    every = [f"{project}/{name}" for name in names for project in ("shop", "shopx")]
    listed = func.unnest(cast(every, ARRAY(Text))).column_valued("name")
    with engine.connect() as connection:
        for patterns in sets:
            found = Repositories(patterns)
            for project in ("shop", None):
                rows = connection.scalars(select(listed).where(found.condition(listed, project)))
                expected = [name for name in every if found.matches(name.partition("/")[2])]
                if project is not None:
                    expected = [name for name in expected if name.startswith("shop/")]
                assert list(rows) == expected, (patterns, project)
    engine.dispose()
