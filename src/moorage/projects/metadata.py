"""Use cases on the metadata of a project, key by key (H row 34)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.engine import Database
from moorage.errors import BadRequest, Conflict, NotFound
from moorage.events.models import SYSTEM, Actor, Event
from moorage.events.service import record
from moorage.projects import metadata_queries, queries
from moorage.projects.keys import PUBLIC, RETENTION, normal_value


class MetadataService:
    """Keys and values of a project. ``public`` is always there: a project is open to everyone, or it is not."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def values(self, project_id: int) -> Mapping[str, str]:
        """Every key with its value.

        Raises:
            NotFound: there is no such project.
        """
        async with self._database.connect() as connection:
            public = await metadata_queries.is_public(connection, project_id)
            if public is None:
                raise _not_found(project_id)
            return {**await metadata_queries.values(connection, project_id), PUBLIC: str(public).lower()}

    async def add(self, project_id: int, key: str, value: str, *, actor: Actor = SYSTEM) -> None:
        """Set a key that is not set.

        Raises:
            BadRequest: there is no such key, or the value is none of its.
            Conflict: it is set.
            NotFound: there is no such project.
        """
        value = normal_value(key, value)
        async with self._database.begin() as connection:
            name = await _change(connection, project_id)
            if key == PUBLIC or not await metadata_queries.add(connection, project_id, key, value):
                raise Conflict(f"metadata {key} already exists for project {project_id}")
            await record(connection, actor, _changed(project_id, name, key))

    async def put(self, project_id: int, key: str, value: str, *, actor: Actor = SYSTEM) -> None:
        """Set a key, whether it is set or not.

        Raises:
            BadRequest: there is no such key, or the value is none of its.
            NotFound: there is no such project.
        """
        value = normal_value(key, value)
        async with self._database.begin() as connection:
            name = await _change(connection, project_id, public=value == "true" if key == PUBLIC else None)
            if key != PUBLIC:
                await metadata_queries.put(connection, project_id, {key: value})
            await record(connection, actor, _changed(project_id, name, key))

    async def remove(self, project_id: int, key: str, *, actor: Actor = SYSTEM) -> None:
        """Unset a key; without ``public`` a project is for its members only.

        Raises:
            BadRequest: it is kept by whoever made a retention policy.
            NotFound: there is no such project.
        """
        if key == RETENTION:
            raise BadRequest(f"invalid key: {key}")
        async with self._database.begin() as connection:
            name = await _change(connection, project_id, public=False if key == PUBLIC else None)
            # What the database cannot hold is not set.
            unset = "\0" not in key and await metadata_queries.unset(connection, project_id, [key])
            if unset or key == PUBLIC:
                await record(connection, actor, _changed(project_id, name, key))


async def set_retention(connection: AsyncConnection, project_id: int, policy_id: int | None) -> None:
    """Note in a project's metadata which retention policy it has, within the caller's transaction."""
    if policy_id is None:
        await metadata_queries.unset(connection, project_id, [RETENTION])
    else:
        await metadata_queries.put(connection, project_id, {RETENTION: str(policy_id)})


async def _change(connection: AsyncConnection, project_id: int, *, public: bool | None = None) -> str:
    name = await queries.change(connection, project_id, public=public)
    if name is None:
        raise _not_found(project_id)
    return name


def _changed(project_id: int, name: str, key: str) -> Event:
    return Event("update", "project", name, project_id, {"changed": [f"metadata.{key}"]})


def _not_found(project_id: int) -> NotFound:
    return NotFound(f"project {project_id} not found")
