"""The driver under SQLAlchemy, for the few statements that run on every push or pull.

The statements are constant text of the caller's own; values only ever travel as parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from psycopg import AsyncClientCursor
from psycopg import AsyncConnection as DriverConnection
from sqlalchemy.ext.asyncio import AsyncConnection

Row = tuple[Any, ...]


async def fetch_all(connection: AsyncConnection, sql: str, parameters: Sequence[Any]) -> list[Row]:
    """Every row of one statement with ``%s`` placeholders, past SQLAlchemy's compilation and result layers."""
    cursor = await driver_of(connection).execute(sql, _sent(parameters), binary=True)
    return await cursor.fetchall()


async def fetch_value(connection: AsyncConnection, sql: str, parameters: Sequence[Any]) -> Any:
    """The one value of a statement that gives one row of one column."""
    return (await fetch_all(connection, sql, parameters))[0][0]


async def fetch_each(connection: AsyncConnection, statements: Sequence[tuple[str, tuple[Any, ...]]]) -> list[list[Row]]:
    """The rows of several statements, in one round trip.

    One alone goes with its parameters beside it. PostgreSQL takes several only as one text, so psycopg then writes the
    values into it, quoted; they run in one implicit transaction, which suits a pooler too.
    """
    if len(statements) == 1:
        return [await fetch_all(connection, *statements[0])]
    cursor: AsyncClientCursor[Row] = AsyncClientCursor(driver_of(connection))
    sql = ";".join(statement for statement, _ in statements)
    await cursor.execute(sql, _sent([value for _, values in statements for value in values]))
    found = [await cursor.fetchall()]
    while cursor.nextset():
        found.append(await cursor.fetchall())
    return found


def driver_of(connection: AsyncConnection) -> DriverConnection[Row]:
    """The driver's connection under one that is open; without the switch of stacks that SQLAlchemy's way costs."""
    return cast("DriverConnection[Row]", connection.sync_connection.connection.driver_connection)  # type: ignore[union-attr]


def _sent(parameters: Sequence[Any]) -> list[Any]:
    """The parameters, lists as PostgreSQL writes them: psycopg looks for the type of each, which takes longer."""
    return [_array(value) if type(value) is list else value for value in parameters]


def _array(values: list[Any]) -> Any:
    """``{1,2}``, to be cast to its type where it stands; the list itself where that would not be the same."""
    kinds = set(map(type, values))
    if kinds == {int}:
        return "{" + ",".join(map(str, values)) + "}"
    if kinds == {str}:
        texts = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
        return '{"' + '","'.join(texts) + '"}'
    return values
