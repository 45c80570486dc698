"""What lists of the job service are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moorage.database.listing import AllOf, AnyOf, Between, Contains, Exact, Filter, ListQuery, Order

Filters = Mapping[str, Any] | ListQuery | None
Sort = str | Sequence[Order] | None


def list_query(filters: Filters, sort: Sort) -> ListQuery:
    """Filters by column (a plain value: equal to it) and sort keys (``-start_time``) in the form lists take."""
    if isinstance(filters, ListQuery):
        return filters if sort is None else ListQuery(filters.filters, _orders(sort))
    return ListQuery(tuple((key, _filter(value)) for key, value in (filters or {}).items()), _orders(sort))


def _filter(value: Any) -> Filter:
    if isinstance(value, Exact | Contains | Between | AnyOf | AllOf):
        return value
    return AnyOf(tuple(value)) if isinstance(value, list | tuple | set | frozenset) else Exact(value)


def _orders(sort: Sort) -> tuple[Order, ...]:
    if isinstance(sort, str):
        return tuple(
            Order(key.strip().lstrip("-"), key.strip().startswith("-")) for key in sort.split(",") if key.strip()
        )
    return tuple(sort or ())
