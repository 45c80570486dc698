"""SQL of repositories."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.driver import fetch_all
from moorage.database.tables import repository


async def find(connection: AsyncConnection, name: str) -> int | None:
    """The id of the repository of that name."""
    return await connection.scalar(select(repository.c.repository_id).where(repository.c.name == name))


async def hold(connection: AsyncConnection, name: str) -> int | None:
    """As ``find``, and kept from being hidden or deleted until the transaction ends.

    First of a push's locks: taken later, by a foreign key, it could wait for a deletion that waits for the push.
    """
    return await connection.scalar(
        select(repository.c.repository_id).where(repository.c.name == name).with_for_update(key_share=True, read=True)
    )


async def create(connection: AsyncConnection, project_id: int, name: str) -> None:
    """Create the repository unless it is there or its project is gone.

    The project's row is locked against deletion; only creation pays for that, not every push.
    """
    await connection.execute(_CREATE, {"project_id": project_id, "name": name})


_CREATE = text(
    """
    INSERT INTO repository (project_id, name)
    SELECT project_id, :name FROM project WHERE project_id = :project_id AND NOT deleted FOR SHARE
    ON CONFLICT (name) DO NOTHING
    """
)


async def hide(connection: AsyncConnection, name: str) -> HiddenRepository | None:
    """Lock a repository that something was pushed to against pushes and forget that; None when there is none.

    A push holds the row by its foreign keys, so this waits for those that run, and those that come wait for this.
    """
    row = (
        await connection.execute(
            select(repository.c.repository_id, repository.c.project_id, repository.c.first_push_time)
            .where(repository.c.name == name, repository.c.first_push_time.is_not(None))
            .with_for_update()
        )
    ).one_or_none()
    if row is None:
        return None
    await connection.execute(
        update(repository).where(repository.c.repository_id == row.repository_id).values(first_push_time=None)
    )
    return HiddenRepository(row.repository_id, row.project_id, row.first_push_time)


@dataclass(frozen=True, slots=True)
class HiddenRepository:
    """A repository that is being deleted."""

    repository_id: int
    project_id: int
    first_push_time: datetime


async def hold_by_id(connection: AsyncConnection, repository_id: int) -> str | None:
    """As ``hold``; the name."""
    return await connection.scalar(
        select(repository.c.name)
        .where(repository.c.repository_id == repository_id)
        .with_for_update(key_share=True, read=True)
    )


async def show(connection: AsyncConnection, repository_id: int, first_push_time: datetime | None) -> None:
    """The repository is one that something was pushed to; ``first_push_time``: when at first, now if unknown."""
    first = func.coalesce(func.least(repository.c.first_push_time, first_push_time), func.now())
    await connection.execute(
        update(repository).where(repository.c.repository_id == repository_id).values(first_push_time=first)
    )


_PAGE = """
SELECT r.name FROM repository r
 WHERE r.name > %s AND EXISTS (SELECT 1 FROM artifact a WHERE a.repository_id = r.repository_id AND a.state = 'live')
 ORDER BY r.name LIMIT %s
"""


async def page(connection: AsyncConnection, last: str, limit: int) -> list[str]:
    """Up to ``limit`` names after ``last`` of repositories that hold an artifact, in byte order."""
    return [name for (name,) in await fetch_all(connection, _PAGE, (last, limit))]
