"""Cron lines, as Harbor takes them and tells what is wrong with them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from moorage.errors import BadRequest
from moorage.jobs.cron import next_run, normalized

pytestmark = pytest.mark.unit

#: A Wednesday.
NOW = datetime(2025, 1, 15, 10, 30, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("0 0 0 * * *", "0 0 0 * * *"),
        ("0 0 * * *", "0 0 0 * * *"),
        ("  0   */5 *  * * ? ", "0 */5 * * * ?"),
        ("00 0 0 * * SUN", "0 0 0 * * SUN"),
        ("0 0,30 8-18/2 1 JAN-mar 1-5", "0 0,30 8-18/2 1 JAN-mar 1-5"),
    ],
)
def test_six_fields_are_kept_and_five_get_a_second(line: str, wanted: str) -> None:
    assert normalized(line) == wanted


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", "empty cron string is invalid"),
        ("bad", "expected exactly 6 fields, found 1: [bad]"),
        ("* * * *", "expected exactly 6 fields, found 4: [* * * *]"),
        ("1 0 0 * * *", "the 1st field (indicating Seconds of time) of the cron setting must be 0"),
        ("* 0 0 * * *", "the 1st field (indicating Seconds of time) of the cron setting must be 0"),
        ("0 60 0 * * *", "end of range (60) above maximum (59): 60"),
        ("0 0 24 * * *", "end of range (24) above maximum (23): 24"),
        ("0 0 0 0 * *", "beginning of range (0) below minimum (1): 0"),
        ("0 0 0 * 13 *", "end of range (13) above maximum (12): 13"),
        ("0 0 0 * * 7", "end of range (7) above maximum (6): 7"),
        ("0 0 5-3 * * *", "beginning of range (5) beyond end of range (3): 5-3"),
        ("0 */0 0 * * *", "step of range should be a positive number: */0"),
        ("0 0 0 L * *", "failed to parse 'l' as day of month"),
        ("0 0 0 * * 1#2", "failed to parse '1#2' as day of week"),
        ("0 R 0 * * *", "failed to parse 'r' as minutes"),
        ("0 0 0 * foo *", "failed to parse 'foo' as month"),
        ("0 0 0 30 2 *", "it names no day that ever comes"),
        ("@daily", "expected exactly 6 fields, found 1: [@daily]"),
        ("0 0,,1 * * * *", "failed to parse '' as minutes"),
        ("0 \u0661 * * * *", "failed to parse '\u0661' as minutes"),
    ],
)
def test_what_is_wrong_is_told_in_harbors_words(line: str, reason: str) -> None:
    with pytest.raises(BadRequest) as caught:
        normalized(line, "gc")
    assert caught.value.message == f"invalid cron string for scheduled gc: {line}, error: {reason}"


def test_a_line_has_an_end() -> None:
    with pytest.raises(BadRequest, match="longer than 256"):
        normalized("0 " + "1," * 500 + "1 * * * *")


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("0 0 * * * *", datetime(2025, 1, 15, 11, 0, tzinfo=UTC)),
        ("0 31 10 * * *", datetime(2025, 1, 15, 10, 31, tzinfo=UTC)),
        ("0 30 10 * * *", datetime(2025, 1, 16, 10, 30, tzinfo=UTC)),
        ("0 0 0 * * 0", datetime(2025, 1, 19, tzinfo=UTC)),
        ("0 0 0 29 2 ?", datetime(2028, 2, 29, tzinfo=UTC)),
        ("0 0 0 20 * MON", datetime(2025, 1, 20, tzinfo=UTC)),
        ("0 0 0 1 FEB *", datetime(2025, 2, 1, tzinfo=UTC)),
        ("0 10-20/5 9 * * *", datetime(2025, 1, 16, 9, 10, tzinfo=UTC)),
        # A range of one value is that value, as robfig's cron reads it; it is not the whole field.
        ("0 5-5 * * * *", datetime(2025, 1, 15, 11, 5, tzinfo=UTC)),
        ("0 5-5/2 * * * *", datetime(2025, 1, 15, 11, 5, tzinfo=UTC)),
        ("0 5-5/2,50-50 * * * *", datetime(2025, 1, 15, 10, 50, tzinfo=UTC)),
        ("0 0 3-3 * * *", datetime(2025, 1, 16, 3, 0, tzinfo=UTC)),
        ("0 0 0 20-20 2-feb ?", datetime(2025, 2, 20, tzinfo=UTC)),
        ("0 0 0 * * Mon-1", datetime(2025, 1, 20, tzinfo=UTC)),
    ],
)
def test_the_next_run_is_in_utc(line: str, wanted: datetime) -> None:
    assert next_run(normalized(line), NOW) == wanted


def test_both_days_given_means_either() -> None:
    """As robfig's cron, and cron since its seventh edition: 20th of a month, or a Friday."""
    assert next_run("0 0 0 20 * 5", NOW) == datetime(2025, 1, 17, tzinfo=UTC)
