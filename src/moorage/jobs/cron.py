"""Cron lines of six fields, the first one seconds, as Harbor takes them (H row 83); in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from croniter import CroniterBadDateError, croniter

from moorage.errors import BadRequest

#: Name, lowest, highest and the names of values of each field after the seconds.
_FIELDS = (
    ("minutes", 0, 59, ()),
    ("hours", 0, 23, ()),
    ("day of month", 1, 31, ()),
    ("month", 1, 12, ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")),
    ("day of week", 0, 6, ("sun", "mon", "tue", "wed", "thu", "fri", "sat")),
)
_PART = re.compile(r"(\*|\?|(?P<low>[0-9]{1,2}|[a-z]{3})(-(?P<high>[0-9]{1,2}|[a-z]{3}))?)(/(?P<step>[0-9]{1,2}))?")

#: No line is longer; a list of every minute takes less.
LONGEST = 256


def normalized(cron: str, what: str = "job") -> str:
    """The line in six fields. Five are taken too: a second of ``0`` is put in front.

    Args:
        cron: the line.
        what: what it is to schedule, for the message: ``gc``, ``tag retention``, ``log rotation purge``.

    Raises:
        BadRequest: it is none; the message is Harbor's.
    """
    try:
        return _normalized(cron)
    except ValueError as error:
        raise BadRequest(f"invalid cron string for scheduled {what}: {cron[:LONGEST]}, error: {error}") from None


def next_run(cron: str, after: datetime) -> datetime:
    """The first time after another that a normalized line names, in UTC.

    Raises:
        ValueError: there is none (30 February).
    """
    try:
        found = croniter(_for_croniter(cron), after.astimezone(UTC)).get_next(datetime)
    except CroniterBadDateError:
        raise ValueError("it names no day that ever comes") from None
    return found.astimezone(UTC)


def _normalized(cron: str) -> str:
    if len(cron) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    fields = cron.split()
    if not fields:
        raise ValueError("empty cron string is invalid")
    if len(fields) == 5:
        fields.insert(0, "0")
    if len(fields) != 6:
        raise ValueError(f"expected exactly 6 fields, found {len(fields)}: [{' '.join(fields)}]")
    if fields[0].lstrip("0"):
        raise ValueError("the 1st field (indicating Seconds of time) of the cron setting must be 0")
    for text, (name, low, high, names) in zip(fields[1:], _FIELDS, strict=True):
        for part in text.lower().split(","):
            _check(part, name, low, high, names)
    line = " ".join(["0", *fields[1:]])
    next_run(line, datetime.now(UTC))
    return line


def _check(part: str, name: str, lowest: int, highest: int, names: tuple[str, ...]) -> None:
    match = _PART.fullmatch(part)
    if match is None:
        raise ValueError(f"failed to parse {part!r} as {name}")
    low = _value(match["low"], lowest, names) if match["low"] else lowest
    high = _value(match["high"], lowest, names) if match["high"] else (low if match["low"] else highest)
    if low is None or high is None:
        raise ValueError(f"failed to parse {part!r} as {name}")
    if low < lowest:
        raise ValueError(f"beginning of range ({low}) below minimum ({lowest}): {part}")
    if high > highest:
        raise ValueError(f"end of range ({high}) above maximum ({highest}): {part}")
    if low > high:
        raise ValueError(f"beginning of range ({low}) beyond end of range ({high}): {part}")
    if match["step"] is not None and int(match["step"]) == 0:
        raise ValueError(f"step of range should be a positive number: {part}")


def _value(text: str, lowest: int, names: tuple[str, ...]) -> int | None:
    if text.isdigit():
        return int(text)
    return lowest + names.index(text) if text in names else None


def _for_croniter(cron: str) -> str:
    """Without the seconds, ``?`` being ``*``: what both understand alike."""
    fields = zip(cron.lower().split()[1:], _FIELDS, strict=True)
    return " ".join(
        ",".join(_part_for_croniter(part, low, names) for part in text.split(","))
        for text, (_, low, _, names) in fields
    )


def _part_for_croniter(part: str, lowest: int, names: tuple[str, ...]) -> str:
    """A range of one value is that value; croniter takes it for the whole field (Harbor's robfig/cron does not)."""
    match = _PART.fullmatch(part)
    if (
        match is not None
        and match["high"]
        and _value(match["low"], lowest, names) == _value(match["high"], lowest, names)
    ):
        return match["low"]
    return part.replace("?", "*")
