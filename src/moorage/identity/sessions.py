"""Sessions of browsers (H rows 14-16): rows, so that they hold on every replica and survive each of them."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import AsyncGenerator

from moorage.access.principals import Principal
from moorage.database.engine import Database
from moorage.database.reader import Lane, Reader
from moorage.events.models import Actor, Event
from moorage.events.service import record
from moorage.identity import session_queries as queries
from moorage.identity.session_queries import Asked, End, Found
from moorage.system.configuration import Configurations

#: Seconds between two times a session's end is moved: it is not written by every request.
RENEWAL_INTERVAL = 60.0

#: Minutes no session outlasts without a request: ten years.
MAX_TIMEOUT = 10 * 366 * 24 * 60

#: Sessions removed in one transaction.
PURGE_BATCH = 500

#: 128 random bits, in the form of Harbor's.
_SESSION_ID = re.compile(r"[0-9a-f]{32}")


class SessionService:
    """Sessions by the id a browser holds; only a hash of it is stored.

    A session counts while it has not expired and the account is enabled and of the version it had at the login, which
    is asked with every request (one coalesced query). So a changed password or a disabled account ends its sessions
    at the next request on every replica.
    """

    def __init__(self, database: Database, reader: Reader, configurations: Configurations) -> None:
        self._database = database
        self._configurations = configurations
        self._lane: Lane[Asked, Found | None] = reader.lane(
            queries.SESSIONS, queries.sessions_parameters, queries.sessions
        )
        self._ends: Lane[bytes, End | None] = reader.lane(queries.ENDS, queries.ends_parameters, queries.ends)
        self._renewing: set[bytes] = set()

    async def begin(self, principal: Principal, actor: Actor, *, instead_of: str | None = None) -> str:
        """A new session of an account that has just logged in; its id.

        Args:
            principal: the account.
            actor: the same, as events name it.
            instead_of: the id the browser had before. That session ends: an id somebody else may have planted is
                never taken over.
        """
        session_id = secrets.token_hex(16)
        lifetime = await self._lifetime()
        async with self._database.begin() as connection:
            if instead_of is not None and _is_id(instead_of):
                await queries.delete_session(connection, _hash(instead_of))
            await queries.insert_session(connection, _hash(session_id), principal, lifetime)
            await record(connection, actor, Event("login", "user", principal.name))
        return session_id

    async def find(self, session_id: str, project: str = "", *, renew: bool = True) -> Found | None:
        """Whose session it is; None when it is nobody's, or over.

        Args:
            session_id: what the cookie says.
            project: in which the rights of the account are told.
            renew: its time begins anew; False for requests nobody made by hand.
        """
        if not _is_id(session_id):
            return None
        digest = _hash(session_id)
        found = await self._lane.get(Asked(digest, project))
        if found is None:
            return None
        if renew and found.age > RENEWAL_INTERVAL and digest not in self._renewing:
            await self._renew(digest)
        return found

    async def ends_in(self, session_id: str, user_id: int) -> float | None:
        """Seconds until a session ends by itself; None when it is none of that user."""
        if not _is_id(session_id):
            return None
        end = await self._ends.get(_hash(session_id))
        return end.seconds if end is not None and end.user_id == user_id else None

    async def end(self, session_id: str, actor: Actor) -> None:
        """Log out; nothing happens to an id that is nobody's.

        ``actor``: whose session it is.
        """
        if not _is_id(session_id):
            return
        async with self._database.begin() as connection:
            if await queries.delete_session(connection, _hash(session_id)):
                await record(connection, actor, Event("logout", "user", actor.name))

    async def purge(self) -> AsyncGenerator[int, None]:
        """Remove the sessions that are over, in small transactions; yields how many each removed."""
        while True:
            async with self._database.begin() as connection:
                removed = await queries.purge_sessions(connection, PURGE_BATCH)
            yield removed
            if removed < PURGE_BATCH:
                return

    async def _renew(self, digest: bytes) -> None:
        # Of the requests a page makes at once, one writes.
        self._renewing.add(digest)
        try:
            lifetime = await self._lifetime()
            async with self._database.begin() as connection:
                await queries.renew_session(connection, digest, lifetime, RENEWAL_INTERVAL)
        finally:
            self._renewing.discard(digest)

    async def _lifetime(self) -> float:
        """Seconds; the configuration has minutes."""
        minutes = int((await self._configurations.current())["session_timeout"])
        return min(max(1, minutes), MAX_TIMEOUT) * 60.0


def _is_id(session_id: str) -> bool:
    return _SESSION_ID.fullmatch(session_id) is not None


def _hash(session_id: str) -> bytes:
    return hashlib.sha256(session_id.encode("ascii")).digest()
