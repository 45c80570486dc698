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
    driver = await _driver(connection)
    cursor = await driver.execute(sql, parameters, binary=True)
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
    cursor: AsyncClientCursor[Row] = AsyncClientCursor(await _driver(connection))
    sql = ";".join(statement for statement, _ in statements)
    await cursor.execute(sql, [value for _, values in statements for value in values])
    found = [await cursor.fetchall()]
    while cursor.nextset():
        found.append(await cursor.fetchall())
    return found


async def _driver(connection: AsyncConnection) -> DriverConnection[Row]:
    return cast("DriverConnection[Row]", (await connection.get_raw_connection()).driver_connection)
