"""Pages of lists, by statements that are built once.

To put a statement together and compile it takes SQLAlchemy several times as long as PostgreSQL takes to answer it. How
a list's statement reads depends only on which columns are filtered and sorted by, and on who asks; so each of these
shapes is built once, kept as text, and asked with other values. A page and how many entries the list has come in one
round trip, as of one moment.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple

from cachetools import LRUCache
from sqlalchemy import BigInteger, ColumnElement, FromClause, Select, func, literal_column, select
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.driver import Row, fetch_all
from moorage.database.listing import Columns, Keys, ListQuery, Tests, parameter

#: Shapes of one list that are kept. Clients choose them, so there must be an end.
KEPT = 256

_DIALECT: Dialect = psycopg.dialect(paramstyle="format")  # type: ignore[no-untyped-call]
_LIMIT, _OFFSET = parameter("page_limit", type_=BigInteger), parameter("page_offset", type_=BigInteger)
_MOST = parameter("page_most", type_=BigInteger)


class Statement:
    """A SELECT as the driver takes it."""

    __slots__ = ("_names", "_sql", "_values")

    def __init__(self, statement: Select[Any]) -> None:
        compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
        self._sql = str(compiled)
        self._names: Sequence[str] = compiled.positiontup or ()
        self._values = dict(compiled.params)

    async def fetch(self, connection: AsyncConnection, values: Mapping[str, Any]) -> list[Row]:
        """Its rows; ``values`` of the parameters that have none of their own."""
        known = {**self._values, **values}
        return await fetch_all(connection, self._sql, [known[name] for name in self._names])


class Statements:
    """Statements that differ in shape, each built once."""

    def __init__(self, build: Callable[..., Select[Any]]) -> None:
        """``build`` makes a statement from what it is given and from nothing else."""
        self._build = build
        self._kept: LRUCache[Hashable, Statement] = LRUCache(KEPT)

    def of(self, *shape: Hashable) -> Statement:
        """The statement built from ``shape``."""
        found = self._kept.get(shape)
        if found is None:
            found = self._kept[shape] = Statement(self._build(*shape))
        return found


class Part(NamedTuple):
    """What of a statement depends on who asks for what, beside filters and order.

    Attributes:
        make: a function of a module, which makes it from ``key`` and from nothing else: it is asked once for each key.
        key: what it depends on.
        values: those of the parameters in it, which are not to be seen in ``key``.
    """

    make: Callable[..., Any]
    key: tuple[Hashable, ...] = ()
    values: Mapping[str, Any] = {}

    @property
    def shape(self) -> Shape:
        """Equal for parts that read the same."""
        return self.make, self.key

    def knowing(self, **values: Any) -> Part:
        """The same with further values."""
        return self._replace(values={**self.values, **values})


Shape = tuple[Callable[..., Any], tuple[Hashable, ...]]


def _everything() -> Sequence[ColumnElement[bool]]:
    return ()


#: A scope without conditions.
EVERYTHING = Part(_everything)


class Pages:
    """A list."""

    def __init__(
        self,
        columns: Columns,
        rows: Select[Any],
        *,
        within: FromClause | None = None,
        key: ColumnElement[Any] | None = None,
        order: Sequence[ColumnElement[Any]] | None = None,
        exact_to: int | None = None,
    ) -> None:
        """
        Args:
            columns: what may be filtered and sorted by.
            rows: what is read, with the conditions that always hold.
            within: the part of its FROM that filters and sort keys need; default: all of it.
            key: tells the rows apart. With it the page is cut by key before the rest is looked up, which spares that
                for what is skipped.
            order: in place of the one asked for.
            exact_to: where counting may end; default: nowhere.
        """
        self._columns = columns
        self._rows = rows
        self._within = rows.get_final_froms() if within is None else [within]
        self._key = key
        self._order = order
        self._exact_to = exact_to
        self._statements = Statements(self._built)

    async def read(
        self, connection: AsyncConnection, query: ListQuery, scope: Part = EVERYTHING, count: Part | None = None
    ) -> tuple[int, list[Row]]:
        """How many entries match, and the rows of the page.

        Args:
            connection: to the database.
            query: filters, order and page.
            scope: makes further conditions.
            count: makes a SELECT of how many match, where that is known without counting.

        Raises:
            BadRequest: a filter has a value it cannot have.
        """
        asked = self._columns.asked(query)
        values = {**asked.values, **scope.values, **(count.values if count else {}), **self._page(query)}
        shape = (asked.tests, asked.order, scope.shape, None if count is None else count.shape)
        if query.limit is None:
            rows = await self.rows(connection, query, scope)
            return len(rows), rows
        rows = await self._statements.of("page", *shape).fetch(connection, values)
        if rows:
            return int(rows[0][-1]), [row[:-1] for row in rows]
        if query.offset == 0:
            return 0, []
        # Before a page that is not there lies everything.
        counted = await self._statements.of("count", *shape).fetch(connection, values)
        return int(counted[0][0]), []

    async def rows(self, connection: AsyncConnection, query: ListQuery, scope: Part = EVERYTHING) -> list[Row]:
        """The rows of the page alone.

        Raises:
            BadRequest: a filter has a value it cannot have.
        """
        asked = self._columns.asked(query)
        part = "all" if query.limit is None else "rows"
        statement = self._statements.of(part, asked.tests, asked.order, scope.shape, None)
        return await statement.fetch(connection, {**asked.values, **scope.values, **self._page(query)})

    def _page(self, query: ListQuery) -> dict[str, int | None]:
        end = query.offset + (query.limit or 0)
        return {
            "page_limit": query.limit,
            "page_offset": query.offset,
            "page_most": None if self._exact_to is None else max(self._exact_to, end + 1),
        }

    def _built(self, part: str, tests: Tests, order: Keys, scope: Shape, count: Shape | None) -> Select[Any]:
        conditions = [*made(scope), *self._columns.where(tests)]
        counted: Select[Any] = self._counted(conditions) if count is None else made(count)
        if part == "count":
            return counted
        by = self._columns.by(order) if self._order is None else self._order
        if self._key is None:
            page = self._cut(self._rows.where(*conditions).order_by(*by), part)
        else:
            keys = self._cut(self._matching(self._key).where(*conditions).order_by(*by), part).subquery()
            page = self._rows.where(self._key.in_(select(keys.c[0]))).order_by(*by)
        return page if part != "page" else page.add_columns(counted.correlate(None).scalar_subquery())

    def _cut(self, statement: Select[Any], part: str) -> Select[Any]:
        return statement if part == "all" else statement.limit(_LIMIT).offset(_OFFSET)

    def _matching(self, *columns: ColumnElement[Any]) -> Select[Any]:
        statement = select(*columns).select_from(*self._within)
        return statement if self._rows.whereclause is None else statement.where(self._rows.whereclause)

    def _counted(self, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
        if self._exact_to is None:
            return self._matching(func.count()).where(*conditions)
        some = self._matching(literal_column("1")).where(*conditions).limit(_MOST)
        return select(func.count()).select_from(some.correlate(None).subquery())


def made(shape: Shape) -> Any:
    """What a part of that shape makes."""
    make, key = shape
    return make(*key)
