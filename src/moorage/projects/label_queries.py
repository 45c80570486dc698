"""SQL of labels, and of what they are on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.listing import Columns, ListQuery, parameter
from moorage.database.pages import Pages, Part
from moorage.database.tables import artifact_label, label
from moorage.projects.models import Label

_L, _AL = label.c, artifact_label.c

_SELECT = select(_L.label_id, _L.name, _L.description, _L.color, _L.project_id, _L.creation_time, _L.update_time)

_COLUMNS = Columns(
    {
        "id": _L.label_id,
        "name": _L.name,
        "description": _L.description,
        "color": _L.color,
        "creation_time": _L.creation_time,
        "update_time": _L.update_time,
    },
    order="name",
    unique="id",
)


def _label(row: Any) -> Label:
    return Label(**dict(row._mapping))


async def find(connection: AsyncConnection, label_id: int) -> Label | None:
    """The label of that id."""
    row = (await connection.execute(_SELECT.where(_L.label_id == label_id))).one_or_none()
    return None if row is None else _label(row)


async def hold(connection: AsyncConnection, label_id: int, *, change: bool = False) -> Label | None:
    """As ``find``, and kept from being deleted until the transaction ends; ``change``: from being changed as well."""
    statement = _SELECT.where(_L.label_id == label_id).with_for_update(key_share=not change, read=not change)
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else _label(row)


async def page(connection: AsyncConnection, project_id: int | None, query: ListQuery) -> tuple[int, list[Label]]:
    """How many labels of a project, or of the system, match; and the page. Both walk one index in order."""
    scope = Part(_of_system) if project_id is None else Part(_of_project, values={"project_id": project_id})
    total, rows = await _PAGES.read(connection, query, scope)
    return total, [Label(*row) for row in rows]


# The project is the same for all of them, but named first it lets PostgreSQL see that the index is in this order: of a
# column that is null it does not know.
_PAGES = Pages(_COLUMNS, _SELECT.order_by(_L.project_id.asc()))


def _of_system() -> Sequence[ColumnElement[bool]]:
    return [_L.project_id.is_(None)]


def _of_project() -> Sequence[ColumnElement[bool]]:
    return [_L.project_id == parameter("project_id", type_=BigInteger)]


async def add(connection: AsyncConnection, values: Mapping[str, Any]) -> int | None:
    """The new label's id; None when the name is taken."""
    statement = insert(label).values(values).on_conflict_do_nothing().returning(_L.label_id)
    found: int | None = await connection.scalar(statement)
    return found


async def is_taken(connection: AsyncConnection, project_id: int | None, name: str, label_id: int) -> bool:
    """Whether another label beside it has that name."""
    statement = select(_L.label_id).where(_L.project_id == project_id, _L.name == name, _L.label_id != label_id)
    return await connection.scalar(statement) is not None


async def change(connection: AsyncConnection, label_id: int, values: Mapping[str, Any]) -> None:
    """Change a label."""
    await connection.execute(update(label).where(_L.label_id == label_id).values(**values, update_time=func.now()))


async def remove(connection: AsyncConnection, label_id: int) -> bool:
    """Delete a label, off everything it is on; whether there was one."""
    removed = await connection.execute(delete(label).where(_L.label_id == label_id))
    return removed.rowcount > 0


async def attach(connection: AsyncConnection, artifact_id: int, label_id: int) -> bool:
    """Put a label on an artifact; whether it was not on it."""
    statement = insert(artifact_label).values(artifact_id=artifact_id, label_id=label_id)
    added = await connection.scalar(statement.on_conflict_do_nothing().returning(_AL.label_id))
    return added is not None


async def detach(connection: AsyncConnection, artifact_id: int, label_id: int) -> bool:
    """Take a label off an artifact; whether it was on it."""
    removed = await connection.execute(
        delete(artifact_label).where(_AL.artifact_id == artifact_id, _AL.label_id == label_id)
    )
    return removed.rowcount > 0
