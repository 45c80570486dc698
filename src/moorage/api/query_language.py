"""Harbor's ``q=`` and ``sort=`` (H rows 7, 8). Pure.

``k=v`` exact, ``k=~v`` anywhere in the text, ``k=[a~b]`` a range with either end open, ``k={a b}`` one of, ``k=(a b)``
all of; a key may carry a comparison in Django's spelling (``k__gte``). Source: Harbor ``src/lib/q/builder.go``.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import unquote_plus

from moorage.database.listing import AllOf, AnyOf, Between, Contains, Exact, Filter, Order, Scalar
from moorage.errors import BadRequest

#: Longest query, and most conditions or sort keys in it.
MAX_QUERY = 8_192
MAX_CONDITIONS = 100

_SYNTAX = 'the query string must contain "=" and the key/value cannot be empty'
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?")
_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def parse_query(text: str) -> tuple[tuple[str, Filter], ...]:
    """The conditions, in order; a key that comes again replaces the one before.

    Args:
        text: the parameter as decoded once. It is decoded a second time, since clients encode it twice.

    Raises:
        BadRequest: with Harbor's text.
    """
    if len(text) > MAX_QUERY:
        raise BadRequest(f"the query string is longer than {MAX_QUERY} characters")
    if not text:
        return ()
    # Where it is not valid encoding, it was not encoded twice.
    decoded = text if _PERCENT.search(text) else unquote_plus(text)
    found: dict[str, tuple[str, Filter]] = {}
    for part in decoded.split(","):
        key, equals, value = part.partition("=")
        if not equals or not key or not value:
            raise BadRequest(_SYNTAX)
        if "\0" in part:
            raise BadRequest(f"invalid value of {key.replace(chr(0), '')[:64]}")
        found[key] = _compared(key, _pattern(value))
    if len(found) > MAX_CONDITIONS:
        raise BadRequest(f"the query string has more than {MAX_CONDITIONS} conditions")
    return tuple(found.values())


def parse_sort(text: str) -> tuple[Order, ...]:
    """The sort keys, in order; ``-`` before one is descending."""
    keys = [key for key in text[:MAX_QUERY].split(",")[:MAX_CONDITIONS] if key.strip("- ")]
    return tuple(Order(key.strip().removeprefix("-"), key.strip().startswith("-")) for key in keys)


def _pattern(value: str) -> Filter:
    first, last = value[0], value[-1]
    if first == "~":
        if len(value) < 2:
            raise _invalid(value)
        return Contains(value[1:])
    if first == "[":
        return _range(value)
    if first == "{":
        if last != "}":
            raise _invalid(value)
        return AnyOf(_items(value))
    if first == "(":
        if last != ")":
            raise _invalid(value)
        return AllOf(_items(value))
    return Exact(value[1:] if first == "\\" else value)


def _range(value: str) -> Between:
    low, tilde, high = value[1:-1].partition("~")
    low, high = low.strip(), high.strip()
    if value[-1] != "]" or not tilde or "~" in high or not (low or high):
        raise _invalid(value)
    return Between(_scalar(low) if low else None, _scalar(high) if high else None)


def _items(value: str) -> tuple[Scalar, ...]:
    return tuple(item for item in map(_scalar, value[1:-1].split(" ")) if item != "")


def _scalar(text: str) -> Scalar:
    """A value by its shape: a time, a number, else text without quotes."""
    if _TIME.fullmatch(text):
        try:
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
        except ValueError:
            pass
    if _INTEGER.fullmatch(text):
        return int(text)
    return text.strip("\"'")


_OPERATORS = frozenset({"exact", "iexact", "contains", "icontains", "in", "gte", "gt", "lte", "lt"})


def _compared(key: str, wanted: Filter) -> tuple[str, Filter]:
    """Key and condition, the comparison in the key applied."""
    name, separator, operator = key.partition("__")
    if not separator or operator not in _OPERATORS or not isinstance(wanted, Exact):
        return (name if separator and operator in _OPERATORS else key), wanted
    value = wanted.value
    if operator in ("contains", "icontains"):
        return name, Contains(str(value))
    if operator == "in":
        return name, AnyOf((value,))
    if operator in ("gte", "gt"):
        return name, Between(low=_scalar(str(value)), strict=operator == "gt")
    if operator in ("lte", "lt"):
        return name, Between(high=_scalar(str(value)), strict=operator == "lt")
    return name, wanted


def _invalid(value: str) -> BadRequest:
    return BadRequest(f"invalid query string value: {value[:200]}")
