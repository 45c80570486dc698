"""SQL of projects and their metadata."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.access.roles import Role
from moorage.database.listing import Columns, ListQuery
from moorage.database.tables import project, project_member, project_metadata, repository, user_account
from moorage.projects.models import Project, Viewer

_P, _M = project.c, project_member.c

# What one page needs beside the rows themselves: answered per shown project, in the same statement.
_REPO_COUNT = (
    select(func.count())
    .select_from(repository)
    .where(repository.c.project_id == _P.project_id, repository.c.first_push_time.is_not(None))
    .scalar_subquery()
)
_METADATA = (
    select(func.coalesce(func.jsonb_object_agg(project_metadata.c.name, project_metadata.c.value), text("'{}'::jsonb")))
    .where(project_metadata.c.project_id == _P.project_id)
    .scalar_subquery()
)

_COLUMNS = Columns(
    {
        "project_id": _P.project_id,
        "name": _P.name,
        "owner_id": _P.owner_id,
        "owner": user_account.c.username,
        "public": _P.public,
        "creation_time": _P.creation_time,
        "update_time": _P.update_time,
    },
    order="name",
    unique="project_id",
)

_WITH_OWNER = project.join(user_account, user_account.c.user_id == _P.owner_id)


def _is_member(user_id: int) -> ColumnElement[bool]:
    return exists().where(_M.project_id == _P.project_id, _M.entity_type == "u", _M.entity_id == user_id)


def _visible(viewer: Viewer) -> list[ColumnElement[bool]]:
    if viewer.everything:
        return []
    ways: list[ColumnElement[bool]] = [_P.public]
    if viewer.user_id is not None:
        ways.append(_is_member(viewer.user_id))
    if viewer.names:
        ways.append(_P.name.in_(viewer.names))
    return [or_(*ways)]


def visible_to(viewer: Viewer) -> list[ColumnElement[bool]]:
    """Conditions on ``project`` for what the viewer may see; none for everything."""
    return _visible(viewer)


def _roles_of(user_id: int | None) -> ColumnElement[Any]:
    if user_id is None:
        return literal(None)
    roles = select(func.array_agg(aggregate_order_by(_M.role, _M.role.asc())))
    return roles.where(_M.project_id == _P.project_id, _M.entity_type == "u", _M.entity_id == user_id).scalar_subquery()


def _select(user_id: int | None) -> Any:
    return select(
        _P.project_id,
        _P.name,
        _P.public,
        _P.owner_id,
        user_account.c.username.label("owner_name"),
        _P.creation_time,
        _P.update_time,
        _REPO_COUNT.label("repo_count"),
        _METADATA.label("metadata"),
        _roles_of(user_id).label("roles"),
    ).select_from(_WITH_OWNER)


def _project(row: Any) -> Project:
    values = dict(row._mapping)
    values["roles"] = tuple(Role(role) for role in values["roles"] or ())
    return Project(**values)


async def find(
    connection: AsyncConnection, *, project_id: int | None = None, name: str | None = None, user_id: int | None = None
) -> Project | None:
    """The project of that id or name, with the roles ``user_id`` has in it."""
    wanted = _P.project_id == project_id if project_id is not None else _P.name == name
    row = (await connection.execute(_select(user_id).where(wanted, ~_P.deleted))).one_or_none()
    return None if row is None else _project(row)


async def page(connection: AsyncConnection, query: ListQuery, viewer: Viewer) -> tuple[int, list[Project]]:
    """How many projects match that the viewer may see, and the page: two statements whatever its size."""
    conditions = [~_P.deleted, *_visible(viewer), *_COLUMNS.conditions(query)]
    total = await connection.scalar(select(func.count()).select_from(_WITH_OWNER).where(*conditions))
    rows = await connection.execute(
        _select(viewer.user_id)
        .where(*conditions)
        .order_by(*_COLUMNS.ordering(query))
        .limit(query.limit)
        .offset(query.offset)
    )
    return total or 0, [_project(row) for row in rows]


async def name_of(connection: AsyncConnection, project_id: int) -> str | None:
    """The name of the project of that id."""
    found: str | None = await connection.scalar(select(_P.name).where(_P.project_id == project_id, ~_P.deleted))
    return found


async def create(connection: AsyncConnection, values: Mapping[str, Any]) -> int | None:
    """The new project's id; None when the name is taken."""
    statement = insert(project).values(values).on_conflict_do_nothing().returning(_P.project_id)
    found: int | None = await connection.scalar(statement)
    return found


async def advance_ids(connection: AsyncConnection) -> None:
    """Continue after the id that was given by hand."""
    await connection.execute(_ADVANCE)


_ADVANCE = text("SELECT setval(pg_get_serial_sequence('project', 'project_id'), (SELECT max(project_id) FROM project))")


async def add_metadata(connection: AsyncConnection, project_id: int, metadata: Mapping[str, str]) -> None:
    """Keep a new project's metadata."""
    rows = [{"project_id": project_id, "name": name, "value": value} for name, value in metadata.items()]
    if rows:
        await connection.execute(insert(project_metadata), rows)


async def set_public(connection: AsyncConnection, project_id: int, public: bool) -> bool:
    """Open or close a project; whether there is one."""
    changed = await connection.execute(
        update(project).where(_P.project_id == project_id, ~_P.deleted).values(public=public, update_time=func.now())
    )
    return changed.rowcount > 0


async def lock(connection: AsyncConnection, project_id: int) -> str | None:
    """The name of the project, whose row is ours until the transaction ends: no repository is made in it meanwhile."""
    statement = select(_P.name).where(_P.project_id == project_id, ~_P.deleted).with_for_update()
    found: str | None = await connection.scalar(statement)
    return found


async def holds_repositories(connection: AsyncConnection, project_id: int) -> bool:
    """Whether something was pushed. Waits for pushes that are under way, and holds up those that are not."""
    of_project = repository.c.project_id == project_id
    pushed = repository.c.first_push_time.is_not(None)
    if await connection.scalar(select(exists().where(of_project, pushed))):
        return True
    # What is left has blobs at most; a first manifest may be on its way into it.
    rows = await connection.execute(
        select(pushed).where(of_project).order_by(repository.c.repository_id).with_for_update()
    )
    return any(rows.scalars())


async def delete_project(connection: AsyncConnection, project_id: int) -> None:
    """Keep the row, so that the name can be used again and what names the id still can; drop what hangs on it."""
    await connection.execute(delete(repository).where(repository.c.project_id == project_id))
    await connection.execute(delete(project_member).where(_M.project_id == project_id))
    await connection.execute(delete(project_metadata).where(project_metadata.c.project_id == project_id))
    await connection.execute(
        update(project).where(_P.project_id == project_id).values(deleted=True, update_time=func.now())
    )
