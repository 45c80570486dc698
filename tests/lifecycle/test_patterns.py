"""Patterns of rules: Harbor's, and in a time that is bounded."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moorage.lifecycle.patterns import MAX_ALTERNATIVES, MAX_LENGTH, PatternInvalid, compile_pattern, matches

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("pattern", "chosen", "not_chosen"),
    [
        ("v*", ["v", "v1", "v1.0-rc"], ["w1", "xv1", "v/1"]),
        ("**", ["v1", "a/b", "a/b/c"], []),
        ("*", ["v1", ".hidden"], ["a/b"]),
        ("a/**", ["a/b", "a/b/c"], ["a", "b/a", "ab/c"]),
        ("**/b", ["b", "a/b", "a/c/b"], ["ab", "b/a"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["ab", "a/xb"]),
        ("**/a/**/b/*", ["a/b/c", "x/a/y/b/c", "a/a/b/b/c"], ["a/b", "b/a/c"]),
        ("v?", ["v1"], ["v", "v10", "v/"]),
        ("v[0-9]", ["v1"], ["va", "v"]),
        ("v[^0-9]", ["va", "v-"], ["v1", "v/"]),
        ("[!a]", ["!", "a"], ["b"]),
        ("{v,w}*", ["v1", "w1"], ["x1"]),
        ("{a,b/c}", ["a", "b/c"], ["b", "c"]),
        ("{,v}1", ["1", "v1"], ["w1"]),
        ("{a,{b,c}d}", ["a", "bd", "cd"], ["b", "d"]),
        ("{v}", ["v"], ["{v}"]),
        ("a,b}", ["a,b}"], ["a"]),
        (r"\*", ["*"], ["a"]),
        (r"\{a\}", ["{a}"], ["a"]),
        ("[{]", ["{"], ["a"]),
        ("a**b", ["ab", "axb"], ["a/b"]),
        ("v1.0", ["v1.0"], ["v1x0"]),
        ("*-*-rc*", ["a-b-rc1", "a-b-c-rc", "-rc-rc"], ["a-rc1"]),
    ],
)
def test_a_pattern_chooses_what_harbor_would(pattern: str, chosen: list[str], not_chosen: list[str]) -> None:
    assert [name for name in [*chosen, *not_chosen] if matches(pattern, name)] == chosen


@pytest.mark.parametrize("pattern", ["[", "v[a", "[]", "[^]", "[a-]", "[-a]", "{a", "{a,{b}", "v\\", "[\\]"])
def test_a_malformed_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(PatternInvalid):
        compile_pattern(pattern)


def test_a_pattern_is_neither_too_long_nor_stands_for_too_much() -> None:
    compile_pattern("a" * MAX_LENGTH)
    compile_pattern("{a,b}" * 6)
    assert MAX_ALTERNATIVES == 2**6
    for pattern in ("a" * (MAX_LENGTH + 1), "{a,b}" * 7, "{a,b}" * 50):
        with pytest.raises(PatternInvalid):
            compile_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("*a" * 100 + "b*", "a" * 255),
        ("*a" * 127, "a" * 255 + "b"),
        ("**/a/" * 50 + "b", "a/" * 127 + "c"),
        ("**/*a*a/" * 30 + "b", "aaaa/" * 50 + "c"),
        ("{a,b}" * 6 + "**/*a*a*a*b" * 15, "a/" * 120 + "a" * 15),
    ],
)
def test_no_pattern_takes_long(pattern: str, name: str) -> None:
    compiled = compile_pattern(pattern)
    started = time.process_time()
    compiled.fullmatch(name)
    assert time.process_time() - started < 0.5


def _naive(pattern: list[str], name: list[str]) -> bool:
    """By definition: components, and double stars for any number of them."""
    if not pattern:
        return not name
    if pattern[0] == "**":
        if len(pattern) == 1:
            return bool(name)
        return any(_naive(pattern[1:], name[skipped:]) for skipped in range(len(name)))
    return bool(name) and _naive_component(pattern[0], name[0]) and _naive(pattern[1:], name[1:])


def _naive_component(pattern: str, name: str) -> bool:
    if not pattern:
        return not name
    if pattern[0] == "*":
        return any(_naive_component(pattern[1:], name[skipped:]) for skipped in range(len(name) + 1))
    return bool(name) and pattern[0] in ("?", name[0]) and _naive_component(pattern[1:], name[1:])


COMPONENT = st.text("ab*?", min_size=1, max_size=5)
NAME = st.lists(st.text("ab", min_size=1, max_size=4), min_size=1, max_size=5)


@given(st.lists(st.one_of(st.just("**"), COMPONENT), min_size=1, max_size=5), NAME)
def test_the_bounded_way_finds_what_trying_everything_finds(pattern: list[str], name: list[str]) -> None:
    assert matches("/".join(pattern), "/".join(name)) == _naive(pattern, name)
