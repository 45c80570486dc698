"""Accounts: who logs in, users and robots."""

from __future__ import annotations

from moorage.access.principals import Principal, PrincipalKind
from moorage.access.service import AccessService
from moorage.database.engine import Database
from moorage.database.reader import Reader
from moorage.identity.authenticator import MAX_USERNAME, Authenticator
from moorage.identity.models import Account
from moorage.identity.passwords import Passwords
from moorage.identity.robots import RobotService
from moorage.identity.throttle import LoginThrottle
from moorage.identity.users import UserService
from moorage.settings import SecuritySettings
from moorage.system.configuration import Configurations

__all__ = ["IdentityService"]


class IdentityService:
    """Logins, and the accounts behind them as ``users`` and ``robots``."""

    def __init__(
        self,
        database: Database,
        access: AccessService,
        settings: SecuritySettings,
        reader: Reader | None = None,
        configurations: Configurations | None = None,
    ) -> None:
        """``reader``: that of ``access``, so that a login costs one round trip; default: one of its own."""
        passwords = Passwords(settings.password_hash_concurrency)
        reader = reader or Reader(database)
        configurations = configurations or Configurations(reader)
        throttle = LoginThrottle(database, reader, attempts=settings.login_attempts, lockout=settings.login_lockout)
        self._passwords = passwords
        self._authenticator = Authenticator(database, access, passwords, throttle, configurations=configurations)
        self.users = UserService(database, passwords, configurations)
        self.robots = RobotService(database, passwords, configurations)

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

    async def account(self, kind: PrincipalKind, name: str) -> Account | None:
        """The account that logs in under a name, without a login; None: there is none."""
        if kind is PrincipalKind.ANONYMOUS or not 0 < len(name) <= MAX_USERNAME or "\0" in name:
            return None
        return await self._authenticator.account(kind, name)

    async def why_ended(self, account: Account) -> str:
        """Why an account that exists may do nothing: ``disabled`` or ``expired``."""
        if account.kind is PrincipalKind.ROBOT and not (await self.robots.get(account.id)).disabled:
            return "expired"
        return "disabled"

    def close(self) -> None:
        """End the threads passwords are checked in."""
        self._passwords.close()
