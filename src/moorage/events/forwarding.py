"""Audit rows on their way to a syslog server.

The rows come from the audit log, by a position that is kept beside it: a server that is slow or away holds up nothing,
and gets what it missed when it is back, as long as the rows are there. One process forwards at a time; it has a lease,
so that another takes over when it dies. A message may arrive twice, never not at all.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from pathlib import Path
from uuid import uuid4

import structlog

from moorage.database.engine import Database
from moorage.errors import BadRequest, MoorageError
from moorage.events import audit_queries as queries
from moorage.events.audit import Configuration
from moorage.events.metrics import EventMetrics
from moorage.events.syslog import Endpoint, InvalidEndpoint, SyslogConnection, framed, message

log = structlog.get_logger(__name__)

#: Rows sent at once: what is in memory.
BATCH = 200

#: Seconds somebody's turn lasts after a sign of life. Longer than connecting and sending may take together.
LEASE = 20.0

#: Seconds between two looks, while there is nothing to forward, and while nothing is to be forwarded at all.
IDLE, OFF = 0.3, 1.0

#: Longest wait after an attempt that failed, in seconds; below the lease, so that it is our turn still.
LONGEST_RETRY = 10.0


class Forwarder:
    """Sends what ``audit_log_forward_endpoint`` shall get."""

    def __init__(
        self,
        database: Database,
        configuration: Configuration,
        metrics: EventMetrics,
        authorities: Path | None = None,
        hostname: str | None = None,
    ) -> None:
        """``authorities``: PEM file of who vouches for servers over TLS; ``hostname``: ours, in every message."""
        self._database = database
        self._configuration = configuration
        self._metrics = metrics
        self._authorities = authorities
        self._hostname = hostname or socket.gethostname()
        self._owner = uuid4().hex
        self._connection: SyslogConnection | None = None
        self._endpoint = ""
        self._failures = 0

    async def run(self) -> None:
        """Forward until cancelled."""
        try:
            while True:  # noqa: ASYNC110
                await asyncio.sleep(await self.step())
        finally:
            await self._hang_up()
            with contextlib.suppress(MoorageError):
                async with self._database.begin() as connection:
                    await queries.release(connection, self._owner)

    async def step(self) -> float:
        """Forward a batch; seconds until the next makes sense."""
        try:
            return await self._forward()
        except MoorageError as error:
            log.warning("the audit log waits to be forwarded", error=error.message)
            return OFF
        except (OSError, InvalidEndpoint) as error:
            await self._hang_up()
            self._failures += 1
            self._metrics.forward_failures += 1
            if self._failures == 1:
                log.error("the audit log cannot be forwarded", endpoint=self._endpoint, error=_reason(error))
            return min(0.5 * 2.0 ** min(self._failures, 10), LONGEST_RETRY)
        except Exception as error:
            await self._hang_up()
            log.error("the audit log cannot be forwarded", endpoint=self._endpoint, exc_info=error)
            return LONGEST_RETRY

    async def _forward(self) -> float:
        endpoint, _ = queries.settings_of(await self._configuration())
        if endpoint != self._endpoint:
            await self._hang_up()
            self._endpoint, self._failures = endpoint, 0
        if not endpoint:
            self._metrics.forward_lag = 0
            return OFF
        async with self._database.begin() as connection:
            turn = await queries.lease(connection, self._owner, LEASE)
        if turn is None or turn.position is None:
            await self._hang_up()
            return OFF if turn is None else IDLE
        async with self._database.connect() as connection:
            rows = await queries.after(connection, turn.position, BATCH)
            self._metrics.forward_lag = await queries.last_id(connection) - turn.position
        # Also while there is nothing to send, so that a server that is away is noticed before there is.
        connected = await self._connected()
        if not rows:
            return IDLE
        await connected.send(framed(message(row, hash, self._hostname) for row, hash in rows))
        await self._note(rows[-1][0].id)
        self._metrics.forwarded += len(rows)
        self._metrics.forward_lag = max(self._metrics.forward_lag - len(rows), 0)
        return 0.0 if len(rows) == BATCH else IDLE

    async def _note(self, position: int) -> None:
        """The server has everything up to ``position``; what was kept for that alone is dropped."""
        async with self._database.begin() as connection:
            await queries.hold_chain(connection)
            if not await queries.forwarded(connection, self._owner, position):
                return
            gone = await queries.purge_forwarded(connection, position, BATCH)
            if gone:
                await queries.record_gaps(connection, gone)

    async def _connected(self) -> SyslogConnection:
        if self._connection is not None and self._connection.closed:
            await self._hang_up()
        if self._connection is None:
            self._connection = await SyslogConnection.open(Endpoint.parse(self._endpoint), self._authorities)
            if self._failures:
                log.info("the audit log is forwarded again", endpoint=self._endpoint)
            self._failures = 0
            self._metrics.forward_connected = True
        return self._connection

    async def _hang_up(self) -> None:
        self._metrics.forward_connected = False
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


async def check_endpoint(value: str, authorities: Path | None = None) -> None:
    """Try to connect to what ``audit_log_forward_endpoint`` is to become; empty turns forwarding off (H row 97).

    Raises:
        BadRequest: nobody answers there, in Harbor's words.
    """
    if not value.strip():
        return
    try:
        connection = await SyslogConnection.open(Endpoint.parse(value), authorities)
    except (OSError, TimeoutError, InvalidEndpoint, UnicodeError):
        shown = value[:200]
        raise BadRequest(f"bad request: could not connect to the audit endpoint: {shown}") from None
    await connection.close()


def _reason(error: Exception) -> str:
    return str(error) or (type(error).__doc__ or type(error).__name__).strip()
