"""Use cases on robot accounts (H row 27)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.engine import Database
from moorage.database.listing import ListQuery
from moorage.errors import Conflict, NotFound
from moorage.identity import robot_queries as queries
from moorage.identity.models import PROJECT, NewRobot, Robot, RobotPermission
from moorage.identity.passwords import Passwords, check_password, generate_password
from moorage.identity.permissions import EVERY_PROJECT, check_robot
from moorage.identity.robot_names import parse_full_name


class RobotService:
    """Robots by id or full name. A secret is generated here, shown once and kept as a hash."""

    def __init__(self, database: Database, passwords: Passwords, *, prefix: str) -> None:
        self._database = database
        self._passwords = passwords
        self._prefix = prefix

    async def create(self, new: NewRobot) -> tuple[Robot, str]:
        """Make a robot; the robot and its secret.

        Raises:
            BadRequest: a value is not allowed; the texts are Harbor's.
            NotFound: a project it names is not there.
            Conflict: the name is taken.
        """
        new = check_robot(new)
        secret = generate_password()
        values = {
            "name": new.name,
            "description": new.description,
            "creator_type": new.creator_type,
            "creator_ref": new.creator_ref,
            "secret_hash": await self._passwords.hash(secret),
        }
        async with self._database.begin() as connection:
            await _require_projects(connection, new.permissions)
            project = None
            if new.level == PROJECT:
                project = new.permissions[0].namespace
                values["project_id"] = await queries.project_id_of(connection, project)
            robot_id = await queries.create(connection, values, new.duration)
            if robot_id is None:
                # Harbor's text has the project's id before its name.
                name = new.name if project is None else f"{values['project_id']}:{project}+{new.name}"
                raise Conflict(f"robot account {name} already exists")
            await queries.set_permissions(connection, robot_id, new.permissions)
            robot = await queries.find(connection, robot_id, self._prefix)
        assert robot is not None
        return robot, secret

    async def get(self, robot_id: int) -> Robot:
        """A robot.

        Raises:
            NotFound: there is none of that id.
        """
        async with self._database.connect() as connection:
            robot = await queries.find(connection, robot_id, self._prefix)
        if robot is None:
            raise NotFound(f"robot {robot_id} not found")
        return robot

    async def find(self, name: str) -> Robot:
        """A robot by its full name.

        Raises:
            NotFound: there is none of that name.
        """
        parts = parse_full_name(name, self._prefix)
        robot = None
        if parts is not None:
            async with self._database.connect() as connection:
                robot = await queries.find_by_name(connection, parts, self._prefix)
        if robot is None:
            raise NotFound(f"robot {name} not found")
        return robot

    async def list(
        self, query: ListQuery, *, project_id: int | None = None, every_level: bool = False
    ) -> tuple[int, list[Robot]]:
        """How many robots match, and a page of them: a project's, the system's, or all."""
        async with self._database.connect() as connection:
            return await queries.page(connection, query, self._prefix, project_id=project_id, every_level=every_level)

    async def set_disabled(self, robot_id: int, disabled: bool) -> None:
        """Let a robot log in no more, or again.

        Raises:
            NotFound: there is no such robot.
        """
        async with self._database.begin() as connection:
            changed = await queries.change(connection, robot_id, {"disabled": disabled}, ends_credentials=disabled)
        if not changed:
            raise NotFound(f"robot {robot_id} not found")

    async def refresh_secret(self, robot_id: int, secret: str | None = None) -> str:
        """Give a robot another secret, which is returned; the old one no longer counts.

        Raises:
            BadRequest: the given ``secret`` is weak.
            NotFound: there is no such robot.
        """
        if secret is None:
            secret = generate_password()
        check_password(secret, "the secret")
        values = {"secret_hash": await self._passwords.hash(secret)}
        async with self._database.begin() as connection:
            changed = await queries.change(connection, robot_id, values, ends_credentials=True)
        if not changed:
            raise NotFound(f"robot {robot_id} not found")
        return secret

    async def delete(self, robot_id: int) -> None:
        """Delete a robot.

        Raises:
            NotFound: there is no such robot.
        """
        async with self._database.begin() as connection:
            if not await queries.remove(connection, robot_id):
                raise NotFound(f"robot {robot_id} not found")

    async def reach(self, robot_id: int) -> tuple[bool, Sequence[str]]:
        """Whether a robot has rights in every project, and the projects it has rights in by name."""
        async with self._database.connect() as connection:
            return await queries.reach(connection, robot_id)


async def forget_project(connection: AsyncConnection, project_id: int, name: str) -> None:
    """Remove a project's robots and others' rights in it, within the transaction that deletes it."""
    await queries.forget_project(connection, project_id, name)


async def _require_projects(connection: AsyncConnection, permissions: Sequence[RobotPermission]) -> None:
    names = sorted({p.namespace for p in permissions if p.kind == PROJECT} - {EVERY_PROJECT})
    for missing in await queries.missing_projects(connection, names):
        raise NotFound(f"project {missing} not found")
