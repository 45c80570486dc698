"""SQL of what the metadata of projects says, but for ``public``, which is a column of the project."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.tables import project, project_metadata

_M = project_metadata.c


async def values(connection: AsyncConnection, project_id: int) -> Mapping[str, str]:
    """Every key of a project with its value."""
    rows = await connection.execute(select(_M.name, _M.value).where(_M.project_id == project_id))
    return {name: value for name, value in rows}


async def is_public(connection: AsyncConnection, project_id: int) -> bool | None:
    """Whether everyone may pull from the project; None when there is none."""
    p = project.c
    found: bool | None = await connection.scalar(select(p.public).where(p.project_id == project_id, ~p.deleted))
    return found


async def add(connection: AsyncConnection, project_id: int, key: str, value: str) -> bool:
    """Set a key that is not set; whether it was not."""
    statement = insert(project_metadata).values(project_id=project_id, name=key, value=value)
    added = await connection.scalar(statement.on_conflict_do_nothing().returning(_M.name))
    return added is not None


async def put(connection: AsyncConnection, project_id: int, wanted: Mapping[str, str]) -> None:
    """Set keys, whether they are set or not."""
    if not wanted:
        return
    rows = [{"project_id": project_id, "name": key, "value": wanted[key]} for key in sorted(wanted)]
    statement = insert(project_metadata).values(rows)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["project_id", "name"], set_={"value": statement.excluded.value})
    )


async def unset(connection: AsyncConnection, project_id: int, keys: Collection[str]) -> bool:
    """Unset keys; whether one of them was set."""
    if not keys:
        return False
    removed = await connection.execute(
        delete(project_metadata).where(_M.project_id == project_id, _M.name.in_(sorted(keys)))
    )
    return removed.rowcount > 0
