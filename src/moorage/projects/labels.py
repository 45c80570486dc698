"""Use cases on labels, and on what they are on (H row 60)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from moorage.database.engine import Database
from moorage.database.listing import ListQuery
from moorage.errors import BadRequest, Conflict, NotFound
from moorage.events.models import SYSTEM, Actor, Event
from moorage.events.service import record
from moorage.projects import label_queries, queries
from moorage.projects.models import Label

#: Harbor's columns; it fails on what is longer.
MAX_NAME = 128
MAX_COLOR = 16
MAX_DESCRIPTION = 4_096


@dataclass(frozen=True, slots=True)
class LabelText:
    """What a client says about a label. A colour is usually ``#RRGGBB``, but Harbor takes any word."""

    name: str
    description: str = ""
    color: str = ""


@dataclass(frozen=True, slots=True)
class Labelled:
    """An artifact that a label is put on: its id, its project, and its name as users know it."""

    artifact_id: int
    project_id: int
    name: str


class LabelService:
    """Labels by id; a ``project_id`` of None is the whole system."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, text: LabelText, project_id: int | None, *, actor: Actor = SYSTEM) -> int:
        """A new label; its id.

        Raises:
            BadRequest: a text is not allowed.
            Conflict: the name is taken.
            NotFound: there is no such project.
        """
        _check(text)
        async with self._database.begin() as connection:
            if project_id is not None and await queries.hold(connection, project_id) is None:
                raise NotFound(f"project {project_id} not found")
            label_id = await label_queries.add(connection, {**_values(text), "project_id": project_id})
            if label_id is None:
                raise _taken(text.name)
            await record(connection, actor, _event("create", text.name, project_id))
        return label_id

    async def get(self, label_id: int) -> Label:
        """A label.

        Raises:
            NotFound: there is none of that id.
        """
        async with self._database.connect() as connection:
            label = await label_queries.find(connection, label_id)
        if label is None:
            raise _not_found(label_id)
        return label

    async def list(self, project_id: int | None, query: ListQuery) -> tuple[int, list[Label]]:
        """How many labels match, and a page of them."""
        async with self._database.connect() as connection:
            return await label_queries.page(connection, project_id, query)

    async def update(self, label_id: int, text: LabelText, *, actor: Actor = SYSTEM) -> None:
        """Give a label another name, description and colour.

        Raises:
            BadRequest: a text is not allowed.
            Conflict: the name is taken.
            NotFound: there is no such label.
        """
        _check(text)
        try:
            async with self._database.begin() as connection:
                label = await label_queries.hold(connection, label_id, change=True)
                if label is None:
                    raise _not_found(label_id)
                if await label_queries.is_taken(connection, label.project_id, text.name, label_id):
                    raise _taken(text.name)
                await label_queries.change(connection, label_id, _values(text))
                await record(connection, actor, _event("update", text.name, label.project_id))
        except IntegrityError:
            # Somebody else took the name meanwhile.
            raise _taken(text.name) from None

    async def delete(self, label_id: int, *, actor: Actor = SYSTEM) -> None:
        """Delete a label, off everything it is on.

        Raises:
            NotFound: there is no such label.
        """
        async with self._database.begin() as connection:
            label = await label_queries.find(connection, label_id)
            if label is None or not await label_queries.remove(connection, label_id):
                raise _not_found(label_id)
            await record(connection, actor, _event("delete", label.name, label.project_id))

    async def attach(self, artifact: Labelled, label_id: int, *, actor: Actor = SYSTEM) -> None:
        """Put a label of the system or of the artifact's project on an artifact.

        Raises:
            Conflict: it is on it.
            NotFound: there is no such label, or it is another project's, or the artifact is gone.
        """
        try:
            async with self._database.begin() as connection:
                label = await label_queries.hold(connection, label_id)
                if label is None:
                    raise _not_found(label_id)
                if label.project_id not in (None, artifact.project_id):
                    raise NotFound(f"project id {artifact.project_id}, label {label_id} not found")
                if not await label_queries.attach(connection, artifact.artifact_id, label_id):
                    raise Conflict(f"label {label_id} is already added to the artifact {artifact.artifact_id}")
                await record(connection, actor, _labelled("create", artifact, label.name))
        except IntegrityError:
            raise NotFound(f"artifact {artifact.name} not found") from None

    async def detach(self, artifact: Labelled, label_id: int, *, actor: Actor = SYSTEM) -> None:
        """Take a label off an artifact.

        Raises:
            NotFound: it is not on it.
        """
        async with self._database.begin() as connection:
            label = await label_queries.find(connection, label_id)
            if label is None or not await label_queries.detach(connection, artifact.artifact_id, label_id):
                raise NotFound(f"reference with label {label_id} and artifact {artifact.artifact_id} not found")
            await record(connection, actor, _labelled("delete", artifact, label.name))


def _check(text: LabelText) -> None:
    if not text.name:
        raise BadRequest("cannot be empty")
    for what, value, most in (
        ("name", text.name, MAX_NAME),
        ("description", text.description, MAX_DESCRIPTION),
        ("color", text.color, MAX_COLOR),
    ):
        if len(value) > most:
            raise BadRequest(f"the {what} of a label has at most {most} characters")
        if "\0" in value:
            raise BadRequest(f"the {what} of a label contains an illegal character")


def _values(text: LabelText) -> dict[str, str]:
    return {"name": text.name, "description": text.description, "color": text.color}


def _event(operation: str, name: str, project_id: int | None) -> Event:
    return Event(operation, "label", name, project_id)


def _labelled(operation: str, artifact: Labelled, label: str) -> Event:
    return Event(operation, "artifact-label", artifact.name, artifact.project_id, {"label": label})


def _taken(name: str) -> Conflict:
    return Conflict(f"label {name} already exists")


def _not_found(label_id: int) -> NotFound:
    return NotFound(f"label {label_id} not found")
