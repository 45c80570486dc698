"""What a list is asked for (filters, order, page), and that as SQL.

The language clients write it in is read by ``api.query_language``; a feature says which columns may be named.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Boolean,
    ColumnElement,
    DateTime,
    Integer,
    Text,
    any_,
    bindparam,
    cast,
    literal,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

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


Tests = tuple[tuple[str, str], ...]
Keys = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A query in terms of a list's columns.

    Attributes:
        tests: what is asked of which column, as ``("name", "~")``; for each a value.
        order: the sort keys, and whether each is descending.
        values: what the columns are compared with, by the names of the parameters.
    """

    tests: Tests
    order: Keys
    values: Mapping[str, Any]


class Columns:
    """The columns of a list that a client may filter and sort by."""

    def __init__(self, columns: Mapping[str, ColumnElement[Any]], *, order: str, unique: str) -> None:
        """``order``: the default, as ``-creation_time``; ``unique`` settles ties, so that pages do not overlap."""
        self._columns = columns
        self._default = ((order.lstrip("-"), order.startswith("-")),)
        self._unique = columns[unique]

    def asked(self, query: ListQuery) -> Asked:
        """The filters and sort keys that are columns; others are ignored, as Harbor ignores them.

        Raises:
            BadRequest: a value is not of its column's type.
        """
        tests: list[tuple[str, str]] = []
        values: dict[str, Any] = {}
        for name, wanted in query.filters:
            key = spelling(name)
            column = self._columns.get(key)
            if column is not None:
                for test, value in _tests(name, column, wanted):
                    values[_parameter(len(tests))] = value
                    tests.append((key, test))
        keys = ((spelling(order.key), order.descending) for order in query.order)
        return Asked(tuple(tests), tuple(key for key in keys if key[0] in self._columns) or self._default, values)

    def where(self, tests: Tests) -> list[ColumnElement[bool]]:
        """The filters, with parameters of the names in ``Asked.values`` in place of these values."""
        return [
            _compared(self._columns[key], test, partial(parameter, _parameter(number)))
            for number, (key, test) in enumerate(tests)
        ]

    def by(self, order: Keys) -> list[ColumnElement[Any]]:
        """The order."""
        keys = ((self._columns[key], descending) for key, descending in order)
        return [*(column.desc() if descending else column.asc() for column, descending in keys), self._unique.asc()]

    def conditions(self, query: ListQuery) -> list[ColumnElement[bool]]:
        """The filters with their values, for a statement that is not kept.

        Raises:
            BadRequest: a value is not of its column's type.
        """
        asked = self.asked(query)
        return [
            _compared(self._columns[key], test, partial(literal, value))
            for (key, test), value in zip(asked.tests, asked.values.values(), strict=True)
        ]

    def ordering(self, query: ListQuery) -> list[ColumnElement[Any]]:
        """Sort keys that are columns; otherwise the default."""
        return self.by(self.asked(query).order)


def parameter(name: str, type_: TypeEngine[Any] | type[TypeEngine[Any]]) -> BindParameter[Any]:
    """A parameter of a statement that is kept; its value comes when the statement is asked."""
    return bindparam(name, type_=type_, required=False)


def _parameter(number: int) -> str:
    return f"filter_{number}"


def _tests(name: str, column: ColumnElement[Any], wanted: Filter) -> Iterator[tuple[str, Any]]:
    """What a filter asks of its column, and the values in the column's type."""
    if isinstance(wanted, Exact):
        yield "=", _typed(name, column, wanted.value)
    elif isinstance(wanted, Contains):
        yield "~", escaped(_storable(name, wanted.value))
    elif isinstance(wanted, AnyOf):
        values = [_typed(name, column, value) for value in wanted.values]
        if len(values) == 1:
            # An index tells the order of the rows with one value, not of those with one of an array.
            yield "=", values[0]
        elif values:
            yield "in", values
    elif isinstance(wanted, Between):
        if wanted.low is not None:
            yield ">" if wanted.strict else ">=", _typed(name, column, wanted.low)
        if wanted.high is not None:
            yield "<" if wanted.strict else "<=", _typed(name, column, wanted.high)
    # AllOf: of a column with one value only a list of that one value can be true; Harbor leaves it to each list.


_COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def _compared(column: ColumnElement[Any], test: str, value: Callable[..., ColumnElement[Any]]) -> ColumnElement[bool]:
    """A test as SQL; ``value`` makes the other side of the type that is needed."""
    if test == "~":
        text = column if isinstance(column.type, Text) else cast(column, Text)
        return text.icontains(value(type_=Text()), escape=ESCAPE)
    if test == "in":
        return column == any_(value(type_=ARRAY(column.type)))
    found: ColumnElement[bool] = _COMPARISONS[test](column, value(type_=column.type))
    return found


#: Before what stands for itself in a pattern of LIKE.
ESCAPE = "/"


def escaped(text: str) -> str:
    """A text as a pattern of LIKE that it alone matches."""
    for character in (ESCAPE, "%", "_"):
        text = text.replace(character, ESCAPE + character)
    return text


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
