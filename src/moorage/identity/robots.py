"""Use cases on robot accounts (H row 27)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.engine import Database
from moorage.database.listing import ListQuery
from moorage.errors import BadRequest, Conflict, NotFound
from moorage.events import service as events
from moorage.events.models import SYSTEM as SYSTEM_ACTOR
from moorage.events.models import Actor, Event
from moorage.identity import robot_queries as queries
from moorage.identity.models import CREATED_BY_ROBOT, PROJECT, NewRobot, Robot, RobotChange, RobotPermission
from moorage.identity.passwords import Passwords, check_password, generate_password
from moorage.identity.permissions import (
    EVERY_PROJECT,
    check_description,
    check_grants,
    check_robot,
    require_subset,
    with_kept_limits,
)
from moorage.identity.robot_names import parse_full_name, prefix_of
from moorage.system.configuration import Configurations


class RobotService:
    """Robots by id or full name. A secret is shown once and kept as a hash.

    What a robot is called begins with the configuration's ``robot_name_prefix``, as it is now.
    """

    def __init__(self, database: Database, passwords: Passwords, configurations: Configurations) -> None:
        self._database = database
        self._passwords = passwords
        self._configurations = configurations

    async def create(self, new: NewRobot, *, actor: Actor = SYSTEM_ACTOR) -> tuple[Robot, str]:
        """Make a robot; the robot and its secret.

        Raises:
            BadRequest: a value is not allowed; the texts are Harbor's.
            Denied: its creator is a robot that does not have all of these permissions itself.
            NotFound: a project it names is not there.
            Conflict: the name is taken.
        """
        new = check_robot(new)
        secret = generate_password()
        prefix = await self._prefix()
        values = {
            "name": new.name,
            "description": new.description,
            "disabled": new.disabled,
            "creator_type": new.creator_type,
            "creator_ref": new.creator_ref,
            "secret_hash": await self._passwords.hash(secret),
        }
        async with self._database.begin() as connection:
            if new.creator_type == CREATED_BY_ROBOT:
                require_subset(new.permissions, await queries.find(connection, new.creator_ref, prefix))
            await _require_projects(connection, new.permissions)
            project = None
            if new.level == PROJECT:
                project = new.permissions[0].namespace
                values["project_id"] = await queries.project_id_of(connection, project)
                if values["project_id"] is None:
                    raise NotFound(f"project {project} not found")
            robot_id = await queries.create(connection, values, new.duration)
            if robot_id is None:
                # Harbor's text has the project's id before its name.
                name = new.name if project is None else f"{values['project_id']}:{project}+{new.name}"
                raise Conflict(f"robot account {name} already exists")
            await queries.set_permissions(connection, robot_id, new.permissions)
            robot = await queries.find(connection, robot_id, prefix)
            assert robot is not None
            await events.record(connection, actor, _event("create", robot))
        return robot, secret

    async def get(self, robot_id: int) -> Robot:
        """A robot.

        Raises:
            NotFound: there is none of that id.
        """
        prefix = await self._prefix()
        async with self._database.connect() as connection:
            robot = await queries.find(connection, robot_id, prefix)
        if robot is None:
            raise _not_found(robot_id)
        return robot

    async def find(self, name: str) -> Robot:
        """A robot by its full name.

        Raises:
            NotFound: there is none of that name.
        """
        prefix = await self._prefix()
        parts = parse_full_name(name, prefix)
        robot = None
        if parts is not None:
            async with self._database.connect() as connection:
                robot = await queries.find_by_name(connection, parts, prefix)
        if robot is None:
            raise NotFound(f"robot {name} not found")
        return robot

    async def list(
        self, query: ListQuery, *, project_id: int | None = None, every_level: bool = False
    ) -> tuple[int, list[Robot]]:
        """How many robots match, and a page of them: a project's, the system's, or all."""
        prefix = await self._prefix()
        async with self._database.connect() as connection:
            return await queries.page(connection, query, prefix, project_id=project_id, every_level=every_level)

    async def update(self, robot_id: int, change: RobotChange, *, by: int | None, actor: Actor = SYSTEM_ACTOR) -> None:
        """Change a robot; what it may do, or that it may do nothing, counts from the next request on.

        Args:
            robot_id: which.
            change: what it is to be.
            by: the robot that does it, whose own permissions are then the most it can give; None: nobody limits that.
            actor: who does it.

        Raises:
            BadRequest: a value is not allowed, or it would become a robot of another project.
            Denied: ``by`` does not have all of these permissions itself.
            NotFound: the robot, or a project it names, is not there.
        """
        check_description(change.description)
        prefix = await self._prefix()
        async with self._database.begin() as connection:
            robot = await queries.find(connection, robot_id, prefix, lock=True)
            if robot is None:
                raise _not_found(robot_id)
            duration = robot.duration if change.duration is None else change.duration
            check_grants(robot.level, duration, change.permissions)
            await _require_projects(connection, change.permissions)
            if robot.level == PROJECT and change.permissions[0].namespace != robot.project_name:
                raise BadRequest("cannot update the project id of robot")
            permissions = with_kept_limits(robot.permissions, change.permissions, change.keeps)
            if by is not None:
                require_subset(permissions, await queries.find(connection, by, prefix))
            values: dict[str, Any] = {"description": change.description, "disabled": change.disabled}
            if duration != robot.duration:
                values["duration"] = duration
            await queries.change(connection, robot_id, values, ends_credentials=change.disabled)
            await queries.set_permissions(connection, robot_id, permissions)
            await events.record(connection, actor, _event("update", robot))

    async def set_disabled(self, robot_id: int, disabled: bool, *, actor: Actor = SYSTEM_ACTOR) -> None:
        """Let a robot log in no more, or again.

        Raises:
            NotFound: there is no such robot.
        """
        await self._change(robot_id, {"disabled": disabled}, ends_credentials=disabled, actor=actor)

    async def refresh_secret(self, robot_id: int, secret: str | None = None, *, actor: Actor = SYSTEM_ACTOR) -> str:
        """Give a robot another secret, which is returned; the old one no longer counts.

        Raises:
            BadRequest: the given ``secret`` is weak.
            NotFound: there is no such robot.
        """
        if secret is None:
            secret = generate_password()
        check_password(secret, "the secret")
        values = {"secret_hash": await self._passwords.hash(secret)}
        await self._change(robot_id, values, ends_credentials=True, actor=actor)
        return secret

    async def delete(self, robot_id: int, *, actor: Actor = SYSTEM_ACTOR) -> None:
        """Delete a robot.

        Raises:
            NotFound: there is no such robot.
        """
        prefix = await self._prefix()
        async with self._database.begin() as connection:
            robot = await queries.find(connection, robot_id, prefix, lock=True)
            if robot is None:
                raise _not_found(robot_id)
            await queries.remove(connection, robot_id)
            await events.record(connection, actor, _event("delete", robot))

    async def reach(self, robot_id: int) -> tuple[bool, Sequence[str]]:
        """Whether a robot has rights in every project, and the projects it has rights in by name."""
        async with self._database.connect() as connection:
            return await queries.reach(connection, robot_id)

    async def _change(self, robot_id: int, values: dict[str, Any], *, ends_credentials: bool, actor: Actor) -> None:
        prefix = await self._prefix()
        async with self._database.begin() as connection:
            changed = await queries.change(connection, robot_id, values, ends_credentials=ends_credentials)
            robot = await queries.find(connection, robot_id, prefix) if changed else None
            if robot is None:
                raise _not_found(robot_id)
            await events.record(connection, actor, _event("update", robot))

    async def _prefix(self) -> str:
        return prefix_of(await self._configurations.current())


async def forget_project(connection: AsyncConnection, project_id: int, name: str) -> None:
    """Remove a project's robots and others' rights in it, within the transaction that deletes it."""
    await queries.forget_project(connection, project_id, name)


async def _require_projects(connection: AsyncConnection, permissions: Sequence[RobotPermission]) -> None:
    names = sorted({p.namespace for p in permissions if p.kind == PROJECT} - {EVERY_PROJECT})
    for name in names:
        if "\0" in name:
            raise NotFound("project not found: its name contains U+0000")
    for missing in await queries.missing_projects(connection, names):
        raise NotFound(f"project {missing} not found")


def _event(operation: str, robot: Robot) -> Event:
    return Event(operation, "robot", robot.name, robot.project_id)


def _not_found(robot_id: int) -> NotFound:
    return NotFound(f"robot {robot_id} not found")
