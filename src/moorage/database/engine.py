"""Connections to the one PostgreSQL.

Everything here holds behind a pooler in transaction mode: no prepared statements, no session state. A statement
timeout therefore cannot be a connection option (a pooler refuses the startup parameter, or leaks it to others). It
travels with ``BEGIN`` in one round trip, and reads outside a transaction are bounded on this side.
"""

from __future__ import annotations

import asyncio
import math
import random
import select
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import psycopg
from psycopg import pq
from psycopg.pq.abc import PGconn
from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from moorage.database.driver import driver_of
from moorage.database.failures import explain, lost_connection, too_slow, unavailable
from moorage.database.metrics import DatabaseUse
from moorage.errors import ServiceUnavailable, TransactionConflict
from moorage.settings import DatabaseSettings

T = TypeVar("T")

#: How often a transaction that can be repeated is tried, and seconds between two tries.
TRIES = 3
PAUSE = (0.01, 0.05)

#: Seconds after which a peer that does not acknowledge is given up: a failed-over address answers nothing at all.
PEER_TIMEOUT = 20


class Database:
    """A pool of connections, and the two ways to use one."""

    def __init__(self, settings: DatabaseSettings, url: str | None = None) -> None:
        """``url`` goes before ``settings.url`` (the embedded server's).

        Raises:
            ValueError: there is no URL at all.
        """
        configured = url or (settings.url.get_secret_value() if settings.url else None)
        if configured is None:
            raise ValueError("no database URL")
        self._url = driver_url(configured)
        self._settings = settings
        self._engine: AsyncEngine | None = None
        #: How the pool does.
        self.use = DatabaseUse()
        milliseconds = math.ceil(settings.statement_timeout * 1000)
        # A simple query of two statements: as many round trips as BEGIN alone.
        self._begin = f"BEGIN; SET LOCAL statement_timeout = {milliseconds}"

    async def open(self) -> None:
        """Make the pool. Connects to nothing yet, so that a server can start before its database."""
        settings = self._settings
        engine = create_async_engine(
            self._url,
            connect_args={
                "prepare_threshold": None,
                # Transactions are begun explicitly; a read is one round trip.
                "autocommit": True,
                "connect_timeout": max(2, math.ceil(settings.connect_timeout)),
                "application_name": "moorage",
                "client_encoding": "UTF8",
                "keepalives_idle": PEER_TIMEOUT,
                "keepalives_interval": 5,
                "keepalives_count": 3,
                "tcp_user_timeout": PEER_TIMEOUT * 1000,
            },
            pool_size=settings.pool_size,
            max_overflow=0,
            pool_timeout=settings.connect_timeout,
            # The last used first: the others may go idle, and a pooler behind can let them go.
            pool_use_lifo=True,
            # Transactions are begun and ended here, by hand: what comes back to the pool has none open.
            pool_reset_on_return=None,
            skip_autocommit_rollback=True,
            use_native_hstore=False,
        )
        pool = engine.sync_engine.pool
        assert isinstance(pool, QueuePool)
        self.use.pool = pool
        event.listen(engine.sync_engine, "checkout", _refuse_stale)
        self._engine = engine

    async def close(self) -> None:
        """Close every connection."""
        if self._engine is not None:
            self.use.pool = None
            await self._engine.dispose()
            self._engine = None

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """A connection in one transaction: committed at the exit, rolled back by an exception.

        Raises:
            ServiceUnavailable: the database is away, has no connection free, or a statement took too long.
            TransactionConflict: it met another transaction that changed the same things; nothing was done.
            InsufficientStorage: the database's disk is full.
        """
        connection = await self._begun()
        try:
            yield connection
            driver = driver_of(connection)
            await driver.commit()
        except BaseException as error:
            _committed.pop(connection, None)
            await self._abort(connection, error)
            raise
        callbacks = _committed.pop(connection, ())
        await connection.close()
        for callback in callbacks:
            callback()

    async def repeat(self, work: Callable[[AsyncConnection], Awaitable[T]], tries: int = TRIES) -> T:
        """Run ``work`` in a transaction, again where it met another that changed the same things.

        So it must have no other effects than those of the transaction.

        Raises:
            TransactionConflict: it met others as often as it was tried.
            ServiceUnavailable: as ``begin``.
        """
        for last in (*[False] * (tries - 1), True):
            try:
                async with self.begin() as connection:
                    return await work(connection)
            except TransactionConflict:
                if last:
                    raise
            # The other one shall have gone on by then; at once, it could be met again.
            await asyncio.sleep(random.uniform(*PAUSE))
        raise AssertionError("unreachable")

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reads: every statement stands alone. The block may last ``statement_timeout``.

        Raises:
            ServiceUnavailable: as ``begin``.
        """
        connection = await self._connection()
        limit = self._settings.statement_timeout
        try:
            async with asyncio.timeout(limit or None) as deadline:
                yield connection
        except BaseException as error:
            if isinstance(error, TimeoutError) and deadline.expired():
                await _give_back(connection, error)
                slow = too_slow(limit)
                self.use.failed(slow)
                raise slow from error
            await self._abort(connection, error)
            raise
        await connection.close()

    async def ping(self) -> None:
        """Ask the database for nothing.

        Raises:
            ServiceUnavailable: it does not answer; the message says why.
        """
        async with self.connect() as connection:
            driver = driver_of(connection)
            await driver.execute("SELECT 1")

    async def _begun(self) -> AsyncConnection:
        """A connection in a new transaction.

        Until BEGIN is answered nothing was asked, so a connection that turns out dead is replaced, once.
        """
        for last in (False, True):
            connection = await self._connection()
            try:
                driver = driver_of(connection)
                await driver.execute(self._begin)
            except BaseException as error:
                if last or not lost_connection(error):
                    await self._abort(connection, error)
                    raise
                await _discard(connection)
            else:
                return connection
        raise AssertionError("unreachable")

    async def _connection(self) -> AsyncConnection:
        if self._engine is None:
            raise ServiceUnavailable("the database is not open")
        with self.use.waiting_for():
            try:
                return await self._engine.connect()
            except Exception as error:
                translated = explain(error, self._settings.statement_timeout)
                if translated is None and isinstance(error, OSError):
                    translated = unavailable(error)
                if translated is None:
                    raise
                self.use.failed(translated)
                raise translated from error

    async def _abort(self, connection: AsyncConnection, error: BaseException) -> None:
        """Give the connection back and raise what the caller of a failed block should see, if it is something else."""
        await _give_back(connection, error)
        if translated := explain(error, self._settings.statement_timeout):
            self.use.failed(translated)
            raise translated from error


#: What to call after the commit, by the connection of an open transaction.
_committed: WeakKeyDictionary[AsyncConnection, list[Callable[[], None]]] = WeakKeyDictionary()


def on_commit(connection: AsyncConnection, callback: Callable[[], None]) -> None:
    """Have something small done once the transaction of ``Database.begin`` is committed; not if it is rolled back.

    Nothing may depend on it: a kill comes between the commit and the call.
    """
    callbacks = _committed.setdefault(connection, [])
    if callback not in callbacks:
        callbacks.append(callback)


def driver_url(url: str) -> URL:
    """A ``postgresql://`` URL for SQLAlchemy over psycopg 3."""
    return make_url(url).set(drivername="postgresql+psycopg")


def _is_broken(connection: AsyncConnection) -> bool:
    return connection.closed or connection.invalidated or driver_of(connection).closed


async def _give_back(connection: AsyncConnection, error: BaseException) -> None:
    """After a failure: end what is open; a connection on which even that fails is not used again."""
    if lost_connection(error) or _is_broken(connection):
        await _discard(connection)
        return
    driver = driver_of(connection)
    try:
        await driver.rollback()
    except psycopg.Error:
        await _discard(connection)
    else:
        await connection.close()


async def _discard(connection: AsyncConnection) -> None:
    """Take the connection out of the pool."""
    if not connection.closed:
        if not connection.invalidated:
            await connection.invalidate()
        await connection.close()


def _refuse_stale(adapted: Any, record: Any, proxy: Any) -> None:
    """Refuse a pooled connection whose server has gone, without a round trip.

    A server that stops says so and closes, so an idle socket with something to read is a connection to look at:
    after a restart every pooled one is replaced before a statement fails on it.
    """
    connection: PGconn = adapted.driver_connection.pgconn
    if connection.status != pq.ConnStatus.OK:
        raise InvalidatePoolError
    poll = select.poll()
    poll.register(connection.socket, select.POLLIN)
    for _ in range(4):
        if not poll.poll(0):
            return
        # A notice or a changed parameter is read and forgotten; a farewell leaves the end of the stream behind.
        try:
            connection.consume_input()
        except psycopg.Error:
            break
        if connection.status != pq.ConnStatus.OK:
            break
    raise InvalidatePoolError
