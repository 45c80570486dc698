"""Checks a name and a password, slowly once and fast from then on."""

from __future__ import annotations

import asyncio
import hmac
import os
from typing import NamedTuple

from cachetools import LRUCache

from moorage.access.principals import Principal, PrincipalKind
from moorage.access.service import AccessService, ProjectAccess
from moorage.database.engine import Database
from moorage.errors import Unauthorized
from moorage.events.models import Actor
from moorage.identity import queries
from moorage.identity.models import Account, Identified
from moorage.identity.passwords import MAX_PASSWORD, Passwords
from moorage.identity.robot_names import RobotName, parse_full_name, prefix_of
from moorage.identity.throttle import LoginThrottle, network_of
from moorage.metrics.caches import CacheUse
from moorage.once import SingleFlight, Turns
from moorage.system.configuration import Configurations

#: Longest login name: a project's and a robot's name with the prefix.
MAX_USERNAME = 600

#: Credentials a process remembers.
MAX_REMEMBERED = 10_000


class Login(NamedTuple):
    """What a verified credential is remembered as; ``robot``: its name without the prefix, which may change."""

    principal: Principal
    robot: RobotName | None


class Authenticator:
    """Logins of users and robots.

    A verified credential is remembered as a keyed digest beside the version of its account, and only in this
    process. Each use asks the database whether the account still has that version, is enabled and has not expired
    (one coalesced query), so a change counts at the next request while argon2 runs once.
    """

    def __init__(
        self,
        database: Database,
        access: AccessService,
        passwords: Passwords,
        throttle: LoginThrottle,
        *,
        configurations: Configurations,
    ) -> None:
        self._database = database
        self._access = access
        self._passwords = passwords
        self._throttle = throttle
        self._configurations = configurations
        self._key = os.urandom(32)
        self._remembered: LRUCache[bytes, Login] = LRUCache(MAX_REMEMBERED)
        #: How often a credential was among them, and no hash was made.
        self.use = CacheUse()
        self._verifications: SingleFlight[bytes, bool] = SingleFlight()
        self._turns: Turns[tuple[str, str]] = Turns()

    async def authenticate(
        self, username: str, password: str, address: str, request_id: str = "", project: str = ""
    ) -> Identified:
        """Who that is, and what it may do in a project. A failure is told as an event.

        ``request_id`` says of which request.

        Raises:
            Unauthorized: no such account, a wrong password, or an account that may not log in; which one is not told.
            TooManyRequests: too many failures of this account from this address.
        """
        if not _is_plausible(username, password):
            raise Unauthorized
        digest = self._digest(username, password)
        network = network_of(address)
        if digest in self._remembered:
            self.use.hits += 1
        else:
            self.use.misses += 1
        while True:
            known = self._remembered.get(digest)
            if known is not None:
                access = await self._access_of(known, username, network, project)
                if access is not None:
                    return Identified(known.principal, access)
                self._forget(digest, known)
            # One guess at a time, or a hundred at once would all pass the throttle before the first has failed.
            async with self._turns.take((username, network)):
                if digest not in self._remembered:
                    await self._guess(digest, username, password, Actor(username, address, request_id))
            # Round again: the account may have changed since the hash was read.

    async def _access_of(self, known: Login, username: str, network: str, project: str) -> ProjectAccess | None:
        """What a login may do; None when it does not count any more."""
        # The throttle is asked here too: otherwise a right guess would show during the wait.
        access, named, _ = await asyncio.gather(
            self._access.submit(known.principal, project),
            self._still_named(known, username),
            self._throttle.check(username, network),
        )
        return access if access.valid and named else None

    async def _still_named(self, known: Login, username: str) -> bool:
        """Whether a robot's name is still written so; one round trip with the other questions."""
        if known.robot is None:
            return True
        return parse_full_name(username, prefix_of(await self._configurations.current())) == known.robot

    async def _guess(self, digest: bytes, username: str, password: str, actor: Actor) -> None:
        network = network_of(actor.address)
        failures = await self._throttle.check(username, network)
        if not await self._verifications.get(digest, lambda: self._verify(digest, username, password)):
            await self._throttle.failed(username, network, actor)
            raise Unauthorized
        if failures:
            await self._throttle.succeeded(username, network)

    async def _verify(self, digest: bytes, username: str, password: str) -> bool:
        account, robot = await self._find(username)
        encoded = account.password_hash if account is not None else None
        matches = await self._passwords.verify(encoded, password)
        if account is None or encoded is None or not matches or not account.enabled:
            return False
        if self._passwords.is_outdated(encoded):
            fresh = await self._passwords.hash(password)
            async with self._database.begin() as connection:
                await queries.replace_hash(connection, account, fresh)
        self._remembered[digest] = Login(account.principal, robot)
        return True

    async def _find(self, username: str) -> tuple[Account | None, RobotName | None]:
        """The account, and what a robot is called without prefix."""
        robot = parse_full_name(username, prefix_of(await self._configurations.current()))
        async with self._database.connect() as connection:
            if robot is not None:
                found = await queries.account_of_robot(connection, robot, username)
                if found is not None:
                    return found, robot
            return await queries.account_of_user(connection, username), None

    async def account(self, kind: PrincipalKind, username: str) -> Account | None:
        """The account of a name, looked up as for a login."""
        if kind is PrincipalKind.ROBOT:
            found, _ = await self._find(username)
            return found if found is not None and found.kind is kind else None
        async with self._database.connect() as connection:
            return await queries.account_of_user(connection, username)

    def _forget(self, digest: bytes, known: Login) -> None:
        if self._remembered.get(digest) is known:
            del self._remembered[digest]

    def _digest(self, username: str, password: str) -> bytes:
        # A name has no NUL, so two pairs never share a digest.
        return hmac.digest(self._key, username.encode() + b"\0" + password.encode(), "sha256")


def _is_plausible(username: str, password: str) -> bool:
    """Whether there can be such a credential; what cannot is neither looked up nor counted."""
    if not 0 < len(username) <= MAX_USERNAME or not 0 < len(password) <= MAX_PASSWORD or "\0" in username:
        return False
    try:
        (username + password).encode()
    except UnicodeEncodeError:
        return False
    return True
