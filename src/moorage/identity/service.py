"""Accounts: who logs in, users and robots."""

from __future__ import annotations

from moorage.access.principals import ANONYMOUS, Principal, PrincipalKind
from moorage.access.service import AccessService
from moorage.asgi import Request
from moorage.database.engine import Database
from moorage.database.reader import Reader
from moorage.errors import Unauthorized
from moorage.events.models import Actor
from moorage.identity.authenticator import MAX_USERNAME, Authenticator
from moorage.identity.basic import basic_credentials
from moorage.identity.cookies import SESSION_COOKIE, cookie
from moorage.identity.groups import GroupService
from moorage.identity.models import Account, Identified
from moorage.identity.passwords import Passwords
from moorage.identity.robots import RobotService
from moorage.identity.session_queries import Found
from moorage.identity.sessions import SessionService
from moorage.identity.throttle import LoginThrottle
from moorage.identity.users import UserService
from moorage.settings import SecuritySettings
from moorage.system.configuration import Configurations

__all__ = ["IdentityService"]

#: With any value: a page asked by itself, nobody is using it (H row 16).
NO_RENEWAL = b"x-harbor-no-session-renewal"


class IdentityService:
    """Logins, and what is behind them as ``users``, ``groups``, ``robots`` and ``sessions``."""

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
        self._access = access
        self._authenticator = Authenticator(database, access, passwords, throttle, configurations=configurations)
        self.users = UserService(database, passwords, configurations)
        self.groups = GroupService(database)
        self.robots = RobotService(database, passwords, configurations)
        self.sessions = SessionService(database, reader, configurations)
        #: Of the memory of verified credentials.
        self.use = self._authenticator.use

    async def principal_of(self, request: Request) -> Principal:
        """As ``identify``, without rights."""
        return (await self.identify(request)).principal

    async def identify(self, request: Request, project: str = "") -> Identified:
        """Who asks: by basic authentication, else by a session (H row 18). Wrong credentials are nobody's.

        What it may do in the project of that name comes with it, in the same round trip.

        Raises:
            TooManyRequests: the account failed too often from this address.
        """
        header = request.header(b"authorization")
        if header is not None:
            try:
                username, password = basic_credentials(header)
                return await self._authenticator.authenticate(
                    username, password, request.address, request.request_id, project
                )
            except Unauthorized:
                pass
        found = await self._session_of(request, project)
        if found is None:
            return Identified(ANONYMOUS, await self._access.project_access(ANONYMOUS, project))
        return Identified(found.principal, found.access)

    async def session_of(self, request: Request) -> Principal:
        """Who asks by the session's cookie alone."""
        found = await self._session_of(request)
        return ANONYMOUS if found is None else found.principal

    async def _session_of(self, request: Request, project: str = "") -> Found | None:
        session_id = cookie(request, SESSION_COOKIE)
        if session_id is None:
            return None
        return await self.sessions.find(session_id, project, renew=not request.header(NO_RENEWAL))

    async def session_ends_in(self, request: Request, principal: Principal) -> float | None:
        """Seconds until the session of the request's cookie ends; None when it is none of that account."""
        session_id = cookie(request, SESSION_COOKIE)
        if session_id is None or principal.kind is not PrincipalKind.USER:
            return None
        return await self.sessions.ends_in(session_id, principal.id)

    async def log_in(self, username: str, password: str, request: Request) -> str:
        """Begin a session; its id. The one the browser has, if any, ends.

        Raises:
            Unauthorized: no such user, a wrong password, or one that may not log in.
            TooManyRequests: this account failed too often from this address.
        """
        principal = await self.authenticate(username, password, request.address, request.request_id)
        if principal.kind is not PrincipalKind.USER:
            # Robots have no sessions (H row 27).
            raise Unauthorized
        actor = Actor(principal.name, request.address, request.request_id)
        return await self.sessions.begin(principal, actor, instead_of=cookie(request, SESSION_COOKIE))

    async def authenticate(self, username: str, password: str, address: str, request_id: str = "") -> Principal:
        """The account of a name and a password.

        Args:
            username: a user's name, or a robot's full one.
            password: the password or secret.
            address: where the request came from, for throttling.
            request_id: of the request, for the event a failure is told as.

        Raises:
            Unauthorized: no such account, a wrong password, or one that may not log in.
            TooManyRequests: this account failed too often from this address.
        """
        return (await self._authenticator.authenticate(username, password, address, request_id)).principal

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
