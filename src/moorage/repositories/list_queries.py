"""SQL of the lists of repositories (H row 50). One that only has blobs is none yet."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.access.reach import Reach
from moorage.access.repositories import Repositories
from moorage.database.listing import Columns, ListQuery, parameter
from moorage.database.pages import EVERYTHING, Pages, Part
from moorage.database.tables import repository
from moorage.repositories.models import Repository

_R = repository.c

_COLUMNS = Columns(
    {
        "id": _R.repository_id,
        "repository_id": _R.repository_id,
        "project_id": _R.project_id,
        "name": _R.name,
        "description": _R.description,
        "pull_count": _R.pull_count,
        "creation_time": _R.creation_time,
        "update_time": _R.update_time,
    },
    order="-creation_time",
    unique="id",
)

_SELECTED = (
    _R.repository_id,
    _R.project_id,
    _R.name,
    _R.description,
    _R.pull_count,
    _R.creation_time,
    _R.update_time,
)
_PUSHED = _R.first_push_time.is_not(None)


async def pushed(connection: AsyncConnection, name: str) -> Repository | None:
    """The repository of that name."""
    row = (await connection.execute(select(*_SELECTED).where(_R.name == name, _PUSHED))).one_or_none()
    return None if row is None else Repository(*row)


_PAGES = Pages(_COLUMNS, select(*_SELECTED).where(_PUSHED))


async def page(connection: AsyncConnection, query: ListQuery, scope: Part) -> tuple[int, list[Repository]]:
    """How many repositories match, and the page."""
    total, rows = await _PAGES.read(connection, query, scope)
    return total, [Repository(*row) for row in rows]


def of_project(project_id: int, project: str, allowed: Repositories | None) -> Part:
    """The repositories of a project, or those that are ``allowed``."""
    return Part(_of_project, () if allowed is None else (project, allowed), {"project_id": project_id})


def _of_project(project: str = "", allowed: Repositories | None = None) -> Sequence[ColumnElement[bool]]:
    whole = _R.project_id == parameter("project_id", type_=BigInteger)
    return [whole] if allowed is None else [whole, allowed.condition(_R.name, project)]


def readable(reach: Reach) -> Part:
    """The repositories an account may list."""
    return EVERYTHING if reach.everywhere else Part(_readable, (reach,))


def _readable(reach: Reach) -> Sequence[ColumnElement[bool]]:
    return [reach.condition(_R.project_id, _R.name)]


async def describe(connection: AsyncConnection, name: str, description: str) -> Repository | None:
    """Set a repository's description; the repository, None when there is none."""
    changed = (
        update(repository)
        .where(_R.name == name, _PUSHED)
        .values(description=description, update_time=func.now())
        .returning(*_SELECTED)
    )
    row = (await connection.execute(changed)).one_or_none()
    return None if row is None else Repository(*row)


async def touch(connection: AsyncConnection, repository_id: int) -> None:
    """Note that something in a repository has changed."""
    await connection.execute(update(repository).where(_R.repository_id == repository_id).values(update_time=func.now()))
