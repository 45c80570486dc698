"""Byte ranges (OCI trap 21) and chunk ranges (OCI traps 7 and 8)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moorage.errors import RangeInvalid
from moorage.oci.ranges import MAX_RANGES, ByteRange, parse_chunk_range, parse_ranges

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=500-1499", [ByteRange(500, 1500)]),
        ("bytes=500-", [ByteRange(500, 2048)]),
        ("bytes=-500", [ByteRange(1548, 2048)]),
        ("bytes=2000-5000", [ByteRange(2000, 2048)]),
        ("bytes=-5000", [ByteRange(0, 2048)]),
        ("bytes=0-0,2-3, -1", [ByteRange(0, 1), ByteRange(2, 4), ByteRange(2047, 2048)]),
        ("bytes=0-1,9999-", [ByteRange(0, 2)]),
        ("BYTES=0-0", [ByteRange(0, 1)]),
    ],
)
def test_trap_21_a_satisfiable_range_is_clamped_to_the_blob(header: str, expected: list[ByteRange]) -> None:
    assert parse_ranges(header, 2048) == expected


@pytest.mark.parametrize("header", ["bytes=500-0", "bytes=2048-", "bytes=9999-10000", "bytes=-0", "bytes=,"])
def test_trap_21_an_unsatisfiable_range_names_the_size(header: str) -> None:
    with pytest.raises(RangeInvalid) as caught:
        parse_ranges(header, 2048)
    assert caught.value.headers["Content-Range"] == "bytes */2048"


@pytest.mark.parametrize("header", ["", "items=0-1", "bytes", "bytes=a-b", "bytes=1-2-3", "bytes=-", "bytes=--1"])
def test_what_is_no_byte_range_is_ignored(header: str) -> None:
    assert parse_ranges(header, 10) is None


def test_too_many_ranges_are_refused() -> None:
    with pytest.raises(RangeInvalid):
        parse_ranges("bytes=" + ",".join(["0-0"] * (MAX_RANGES + 1)), 10)


@given(st.text(max_size=80), st.integers(0, 5000))
def test_any_header_gives_ranges_within_the_blob_or_a_refusal(text: str, size: int) -> None:
    for header in (text, f"bytes={text}"):
        try:
            ranges = parse_ranges(header, size)
        except RangeInvalid:
            continue
        assert ranges is None or all(0 <= part.start < part.stop <= size for part in ranges)


@pytest.mark.parametrize("header", ["0-99", "bytes 0-99/100", "bytes 0-99/*", "bytes=0-99"])
def test_a_chunk_range_is_read_in_every_form_clients_send(header: str) -> None:
    assert parse_chunk_range(header) == (0, 99)


@pytest.mark.parametrize("header", ["", "5-4", "a-b", "0-", "-5", "bytes */5"])
def test_a_malformed_chunk_range_is_refused(header: str) -> None:
    with pytest.raises(RangeInvalid):
        parse_chunk_range(header)
