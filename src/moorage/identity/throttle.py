"""Guessing passwords is slow: failed logins are counted per account and address, for all replicas together."""

from __future__ import annotations

import ipaddress
import math
import time
from collections.abc import Sequence
from typing import Any

from moorage.database.engine import Database
from moorage.database.reader import Lane, Reader
from moorage.errors import TooManyRequests
from moorage.events.models import Actor, Event
from moorage.events.service import record
from moorage.identity import queries
from moorage.identity.queries import Failures, Guess

#: Seconds between two removals of rows that no longer count.
PURGE_INTERVAL = 600.0


def network_of(address: str) -> str:
    """The address guesses are counted under: an IPv6 customer has a /64 at least, and would never be slowed."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


class LoginThrottle:
    """Counts failures in the database and refuses the next guess when there were too many."""

    def __init__(self, database: Database, reader: Reader, *, attempts: int, lockout: float) -> None:
        """``attempts`` failures within ``lockout`` seconds of each other, then a wait of ``lockout`` seconds."""
        self._database = database
        self._attempts = attempts
        self._lockout = lockout
        self._failures: Lane[Guess, Failures] = reader.lane(queries.FAILURES, self._parameters, queries.failures)
        self._purged = time.monotonic()

    async def check(self, account: str, network: str) -> int:
        """How many failures count at the moment.

        Raises:
            TooManyRequests: too many; the header says how many seconds to wait.
        """
        if not self._lockout:
            return 0
        count, wait = await self._failures.get((account, network))
        if wait > 0:
            seconds = math.ceil(wait)
            raise TooManyRequests(
                f"too many failed logins: try again in {seconds} seconds", headers={"Retry-After": str(seconds)}
            )
        return count

    async def failed(self, account: str, network: str, actor: Actor) -> None:
        """Count a failure, and tell that there was one; what comes during the wait is neither counted nor told."""
        async with self._database.begin() as connection:
            if self._lockout:
                await queries.add_failure(connection, (account, network), self._lockout)
            await record(connection, actor, Event("login", "user", account, succeeded=False))
        if self._lockout and time.monotonic() - self._purged > PURGE_INTERVAL:
            self._purged = time.monotonic()
            async with self._database.begin() as connection:
                await queries.purge_failures(connection, self._lockout)

    async def succeeded(self, account: str, network: str) -> None:
        """Forget the failures."""
        async with self._database.begin() as connection:
            await queries.clear_failures(connection, (account, network))

    def _parameters(self, guesses: Sequence[Guess]) -> tuple[Any, ...]:
        return queries.failures_parameters(guesses, self._attempts, self._lockout)
