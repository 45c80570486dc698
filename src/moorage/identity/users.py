"""Use cases on users (H row 21)."""

from __future__ import annotations

import re
from typing import Any

from moorage.database.engine import Database
from moorage.database.listing import ListQuery
from moorage.errors import BadRequest, Conflict, Forbidden, NotFound
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

    async def set_password(self, user_id: int, password: str, *, old: str | None = None) -> None:
        """Change a password; whatever was verified with the old one no longer counts.

        Args:
            user_id: whose.
            password: the new one.
            old: the present one, where users change their own; None: an administrator does.

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
        await self._update(user_id, {"password_hash": await self._passwords.hash(password)}, ends_credentials=True)

    async def set_disabled(self, user_id: int, disabled: bool) -> None:
        """Let a user log in no more, or again.

        Raises:
            Forbidden: it is the built-in admin.
            NotFound: there is no such user.
        """
        _refuse_admin(user_id, disabled, "disabled")
        await self._update(user_id, {"disabled": disabled}, ends_credentials=disabled)

    async def set_sysadmin(self, user_id: int, sysadmin: bool) -> None:
        """Make a user an administrator of the system, or no more; counts from the next request on.

        Raises:
            Forbidden: the built-in admin stays one.
            NotFound: there is no such user.
        """
        _refuse_admin(user_id, not sysadmin, "deprived of its rights")
        await self._update(user_id, {"sysadmin": sysadmin}, ends_credentials=False)

    async def delete(self, user_id: int) -> None:
        """Delete a user; the name can be used again, projects stay.

        Raises:
            Forbidden: it is the built-in admin.
            NotFound: there is no such user.
        """
        _refuse_admin(user_id, True, "deleted")
        async with self._database.begin() as connection:
            if not await queries.delete_user(connection, user_id):
                raise NotFound(f"user {user_id} not found")

    async def _update(self, user_id: int, values: dict[str, Any], *, ends_credentials: bool) -> None:
        async with self._database.begin() as connection:
            if not await queries.update_user(connection, user_id, values, ends_credentials=ends_credentials):
                raise NotFound(f"user {user_id} not found")


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
