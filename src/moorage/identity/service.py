"""Accounts: who logs in, users and robots."""

from __future__ import annotations

from moorage.access.principals import Principal
from moorage.access.service import AccessService
from moorage.database.engine import Database
from moorage.database.reader import Reader
from moorage.identity.authenticator import Authenticator
from moorage.identity.passwords import Passwords
from moorage.identity.robots import RobotService
from moorage.identity.throttle import LoginThrottle
from moorage.identity.users import UserService
from moorage.settings import SecuritySettings

__all__ = ["IdentityService"]


class IdentityService:
    """Logins, and the accounts behind them as ``users`` and ``robots``."""

    def __init__(
        self, database: Database, access: AccessService, settings: SecuritySettings, reader: Reader | None = None
    ) -> None:
        """``reader``: that of ``access``, so that a login costs one round trip; default: one of its own."""
        passwords = Passwords(settings.password_hash_concurrency)
        reader = reader or Reader(database)
        throttle = LoginThrottle(database, reader, attempts=settings.login_attempts, lockout=settings.login_lockout)
        prefix = settings.robot_name_prefix
        self._passwords = passwords
        self._authenticator = Authenticator(database, access, passwords, throttle, robot_prefix=prefix)
        self.users = UserService(database, passwords, robot_prefix=prefix)
        self.robots = RobotService(database, passwords, prefix=prefix)

    async def authenticate(self, username: str, password: str, address: str) -> Principal:
        """The account of a name and a password.

        Args:
            username: a user's name, or a robot's full one.
            password: the password or secret.
            address: where the request came from, for throttling.

        Raises:
            Unauthorized: no such account, a wrong password, or one that may not log in.
            TooManyRequests: this account failed too often from this address.
        """
        return await self._authenticator.authenticate(username, password, address)

    def close(self) -> None:
        """End the threads passwords are checked in."""
        self._passwords.close()
