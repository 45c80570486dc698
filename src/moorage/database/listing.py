"""What a list is asked for (filters, order, page), and that as SQL.

The language clients write it in is read by ``api.query_language``; a feature says which columns may be named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, DateTime, Integer, Text, cast

from moorage.errors import BadRequest

Scalar = str | int | bool | datetime


@dataclass(frozen=True, slots=True)
class Exact:
    """``k=v``."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class Contains:
    """``k=~v``: anywhere in the text, in any case."""

    value: str


@dataclass(frozen=True, slots=True)
class Between:
    """``k=[low~high]``; an end that is None is open, ``strict`` leaves the ends themselves out."""

    low: Scalar | None = None
    high: Scalar | None = None
    strict: bool = False


@dataclass(frozen=True, slots=True)
class AnyOf:
    """``k={a b}``."""

    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """``k=(a b)``: for things that have several values of a kind, such as labels."""

    values: tuple[Scalar, ...]


Filter = Exact | Contains | Between | AnyOf | AllOf


@dataclass(frozen=True, slots=True)
class Order:
    """One sort key."""

    key: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class ListQuery:
    """One page of a list. ``page`` counts from 1; a ``page_size`` below 1 asks for everything, as Harbor's does."""

    filters: tuple[tuple[str, Filter], ...] = ()
    order: tuple[Order, ...] = ()
    page: int = 1
    page_size: int = 10

    @property
    def limit(self) -> int | None:
        """Rows of the page; None for all."""
        return self.page_size if self.page_size > 0 else None

    @property
    def offset(self) -> int:
        """Rows before the page."""
        return max(self.page - 1, 0) * max(self.page_size, 0)

    def where(self, *more: tuple[str, Filter]) -> ListQuery:
        """The same with further filters; one for a key that is there replaces it."""
        names = {name for name, _ in more}
        kept = tuple(pair for pair in self.filters if pair[0] not in names)
        return ListQuery((*kept, *more), self.order, self.page, self.page_size)

    def filter_of(self, key: str) -> Filter | None:
        """The filter on a key, in any of its spellings."""
        wanted = spelling(key)
        return next((found for name, found in self.filters if spelling(name) == wanted), None)


#: Everything, in the list's own order.
ALL = ListQuery(page_size=0)


def spelling(key: str) -> str:
    """A key in the one form columns are known by: Harbor takes ``ProjectID`` as well as ``project_id``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", key).lower()


class Columns:
    """The columns of a list that a client may filter and sort by."""

    def __init__(self, columns: Mapping[str, ColumnElement[Any]], *, order: str, unique: str) -> None:
        """``order``: the default, as ``-creation_time``; ``unique`` settles ties, so that pages do not overlap."""
        self._columns = columns
        self._default = Order(order.lstrip("-"), order.startswith("-"))
        self._unique = columns[unique]

    def conditions(self, query: ListQuery) -> list[ColumnElement[bool]]:
        """The filters whose keys are columns; others are ignored, as Harbor ignores them.

        Raises:
            BadRequest: a value is not of its column's type.
        """
        found: list[ColumnElement[bool]] = []
        for name, wanted in query.filters:
            column = self._columns.get(spelling(name))
            if column is not None:
                found.extend(_condition(name, column, wanted))
        return found

    def ordering(self, query: ListQuery) -> list[ColumnElement[Any]]:
        """Sort keys that are columns; otherwise the default."""
        wanted = [order for order in query.order if spelling(order.key) in self._columns] or [self._default]
        keys: list[ColumnElement[Any]] = []
        for order in wanted:
            column = self._columns[spelling(order.key)]
            keys.append(column.desc() if order.descending else column.asc())
        return [*keys, self._unique.asc()]


def _condition(name: str, column: ColumnElement[Any], wanted: Filter) -> Sequence[ColumnElement[bool]]:
    if isinstance(wanted, Exact):
        return (column == _typed(name, column, wanted.value),)
    if isinstance(wanted, Contains):
        text = column if isinstance(column.type, Text) else cast(column, Text)
        return (text.icontains(_storable(name, wanted.value), autoescape=True),)
    if isinstance(wanted, AnyOf):
        return (column.in_([_typed(name, column, value) for value in wanted.values]),) if wanted.values else ()
    if isinstance(wanted, AllOf):
        # Of a column with one value only a list of that one value can be true; Harbor leaves it to each list.
        return ()
    found: list[ColumnElement[bool]] = []
    if wanted.low is not None:
        low = _typed(name, column, wanted.low)
        found.append(column > low if wanted.strict else column >= low)
    if wanted.high is not None:
        high = _typed(name, column, wanted.high)
        found.append(column < high if wanted.strict else column <= high)
    return found


_TRUE, _FALSE = frozenset({"1", "t", "true"}), frozenset({"0", "f", "false"})


def _typed(name: str, column: ColumnElement[Any], value: Scalar) -> Any:
    """The value in the column's type; text that does not convert is the client's mistake, not the database's."""
    try:
        if isinstance(column.type, Boolean):
            return _boolean(value)
        if isinstance(column.type, Integer):
            number = int(value) if isinstance(value, str | int) else None
            largest = 2**63 if isinstance(column.type, BigInteger) else 2**31
            if number is None or not -largest <= number < largest:
                raise ValueError
            return number
        if isinstance(column.type, DateTime):
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except ValueError:
        raise BadRequest(f"invalid value of {name}: {value}") from None
    return _storable(name, value.isoformat() if isinstance(value, datetime) else str(value))


def _boolean(value: Scalar) -> bool:
    text = str(value).lower()
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise ValueError


def _storable(name: str, text: str) -> str:
    if "\0" in text:
        raise BadRequest(f"invalid value of {name}")
    return text
