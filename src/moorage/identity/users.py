"""Use cases on users (H row 21)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError

from moorage.database.engine import Database
from moorage.database.listing import Contains, ListQuery
from moorage.errors import BadRequest, Conflict, Forbidden, NotFound
from moorage.events.models import SYSTEM, Actor, Event
from moorage.events.service import record
from moorage.identity import queries
from moorage.identity.models import ADMIN_ID, User
from moorage.identity.passwords import Passwords, check_password
from moorage.identity.robot_names import prefix_of
from moorage.system.configuration import Configurations

MAX_NAME = 255
MAX_COMMENT = 30

#: Harbor's own, and those nobody could log in with: ":" ends the name in basic authentication.
_ILLEGAL = re.compile(r'[,"~#%$:\x00-\x1f\x7f]')
_ILLEGAL_IN_REALNAME = re.compile(r'[,"~#%$\x00-\x1f\x7f]')
_EMAIL = re.compile(r"[^\s@,\"<>()\[\]\\:;]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}")


class UserService:
    """Users by id or name."""

    def __init__(self, database: Database, passwords: Passwords, configurations: Configurations) -> None:
        self._database = database
        self._passwords = passwords
        self._configurations = configurations

    async def create(
        self,
        username: str,
        password: str,
        *,
        email: str | None = None,
        realname: str | None = None,
        comment: str = "",
        sysadmin: bool = False,
        actor: Actor = SYSTEM,
    ) -> User:
        """Make a user. Without a ``realname`` it is the name; an ``email`` is not needed.

        Raises:
            BadRequest: a value is not allowed; the texts are Harbor's.
            Conflict: name or e-mail address is taken.
        """
        realname = username if realname is None else realname
        check_password(password)
        _check_username(username, prefix_of(await self._configurations.current()))
        _check_profile(email, realname, comment)
        values = {
            "username": username,
            "email": email,
            "realname": realname,
            "comment": comment,
            "sysadmin": sysadmin,
            "password_hash": await self._passwords.hash(password),
        }
        async with self._database.begin() as connection:
            user_id = await queries.create_user(connection, values)
            if user_id is None:
                raise Conflict(f"user {username} or email {email or ''} already exists")
            user = await queries.user_by_id(connection, user_id)
            await record(connection, actor, Event("create", "user", username))
        assert user is not None
        return user

    async def get(self, user_id: int) -> User:
        """A user.

        Raises:
            NotFound: there is none of that id.
        """
        async with self._database.connect() as connection:
            user = await queries.user_by_id(connection, user_id)
        if user is None:
            raise NotFound(f"user {user_id} not found")
        return user

    async def find(self, username: str) -> User:
        """A user by name.

        Raises:
            NotFound: there is none of that name.
        """
        async with self._database.connect() as connection:
            user = await queries.user_by_name(connection, username)
        if user is None:
            raise NotFound(f"user {username} not found")
        return user

    async def list(self, query: ListQuery) -> tuple[int, list[User]]:
        """How many users match, and a page of them."""
        async with self._database.connect() as connection:
            return await queries.users(connection, query)

    async def search(self, name: str, query: ListQuery) -> tuple[int, Sequence[User]]:
        """As ``list``, of the users whose name contains ``name`` in any case, the nearest first."""
        async with self._database.connect() as connection:
            return await queries.users(connection, query.where(("username", Contains(name))), nearest=name)

    async def exists(self, *, username: str | None = None, email: str | None = None) -> bool:
        """Whether there is a user of that name, or of that address in any case."""
        async with self._database.connect() as connection:
            return await queries.user_exists(connection, username=username, email=email)

    async def set_profile(
        self, user_id: int, *, email: str, realname: str, comment: str, actor: Actor = SYSTEM
    ) -> None:
        """Change what a user says about itself.

        Raises:
            BadRequest: a value is not allowed; the texts are Harbor's.
            Conflict: another user has the address.
            NotFound: there is no such user.
        """
        _check_profile(email, realname, comment)
        values = {"email": email, "realname": realname, "comment": comment}
        try:
            await self._update(user_id, values, actor=actor)
        except IntegrityError:
            raise Conflict(f"email {email} already exists") from None

    async def set_password(self, user_id: int, password: str, *, old: str | None = None, actor: Actor = SYSTEM) -> None:
        """Change a password; whatever was verified with the old one no longer counts, and every session ends.

        Args:
            user_id: whose.
            password: the new one.
            old: the present one, where users change their own; None: an administrator does, or it was checked.
            actor: who does it.

        Raises:
            BadRequest: the new one is weak, or the same.
            Forbidden: ``old`` is wrong.
            NotFound: there is no such user.
        """
        check_password(password)
        await self.get(user_id)
        async with self._database.connect() as connection:
            present = await queries.password_hash(connection, user_id)
        if old is not None and not await self._passwords.verify(present, old):
            raise Forbidden("Current password is incorrect")
        if await self._passwords.verify(present, password):
            raise BadRequest("New password is identical to old password")
        values = {"password_hash": await self._passwords.hash(password)}
        await self._update(user_id, values, ends_credentials=True, what="change user password", actor=actor)

    async def set_disabled(self, user_id: int, disabled: bool, *, actor: Actor = SYSTEM) -> None:
        """Let a user log in no more, or again; its sessions end.

        Raises:
            Forbidden: it is the built-in admin.
            NotFound: there is no such user.
        """
        _refuse_admin(user_id, disabled, "disabled")
        what = "disable user" if disabled else "enable user"
        await self._update(user_id, {"disabled": disabled}, ends_credentials=disabled, what=what, actor=actor)

    async def set_sysadmin(self, user_id: int, sysadmin: bool, *, actor: Actor = SYSTEM) -> None:
        """Make a user an administrator of the system, or no more; counts from the next request on.

        Raises:
            Forbidden: the built-in admin stays one.
            NotFound: there is no such user.
        """
        _refuse_admin(user_id, not sysadmin, "deprived of its rights")
        what = "add/remove user as system administrator"
        await self._update(user_id, {"sysadmin": sysadmin}, what=what, actor=actor)

    async def delete(self, user_id: int, *, actor: Actor = SYSTEM) -> None:
        """Delete a user; the name can be used again, projects stay.

        Raises:
            Forbidden: it is the built-in admin.
            NotFound: there is no such user.
        """
        _refuse_admin(user_id, True, "deleted")
        async with self._database.begin() as connection:
            username = await queries.delete_user(connection, user_id)
            if username is None:
                raise NotFound(f"user {user_id} not found")
            await record(connection, actor, Event("delete", "user", username))

    async def _update(
        self,
        user_id: int,
        values: dict[str, Any],
        *,
        ends_credentials: bool = False,
        what: str = "",
        actor: Actor,
    ) -> None:
        """``what``: the end of the audit log's sentence about it, as Harbor words it."""
        async with self._database.begin() as connection:
            username = await queries.update_user(connection, user_id, values, ends_credentials=ends_credentials)
            if username is None:
                raise NotFound(f"user with id {user_id} not found")
            details = {"description": what} if what else None
            await record(connection, actor, Event("update", "user", username, details=details))


def _check_username(username: str, robot_prefix: str) -> None:
    if not 0 < len(username) <= MAX_NAME:
        raise BadRequest("username with illegal length")
    if _ILLEGAL.search(username):
        raise BadRequest("username contains illegal characters")
    if username.startswith(robot_prefix):
        raise BadRequest(f"username begins with {robot_prefix}, as only those of robot accounts do")


def _check_profile(email: str | None, realname: str, comment: str) -> None:
    if email is not None and not email:
        raise BadRequest("email can't be empty")
    if email is not None and (len(email) > MAX_NAME or _EMAIL.fullmatch(email) is None):
        raise BadRequest("email with illegal format")
    if not 0 < len(realname) <= MAX_NAME:
        raise BadRequest("realname with illegal length")
    if _ILLEGAL_IN_REALNAME.search(realname):
        raise BadRequest("realname contains illegal characters")
    if len(comment) > MAX_COMMENT:
        raise BadRequest("comment with illegal length")
    if "\0" in comment:
        raise BadRequest("comment contains illegal characters")


def _refuse_admin(user_id: int, change: bool, done: str) -> None:
    if change and user_id == ADMIN_ID:
        raise Forbidden(f"User with ID {ADMIN_ID} cannot be {done}")
