"""What a failing database means to a caller: come back later, a project is full, or a fault of the program."""

from __future__ import annotations

import psycopg
from psycopg import errors as pg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from moorage.errors import (
    BadRequest,
    BlobBeingSwept,
    InsufficientStorage,
    MoorageError,
    QuotaExceeded,
    ServiceUnavailable,
    TransactionConflict,
)

#: SQLSTATE classes and codes of a server, pooler or connection that is away, going, starting or full, and of a
#: former primary that became a replica while a connection to it was open.
_AWAY_CLASSES = ("08", "57P", "53")
_READ_ONLY = "25006"

#: Of the functions that keep the limits of projects (migration 0009).
_QUOTA = "MQ001"
#: Of the function that holds the blob of an upload (migration 0016).
_SWEPT = "MG001"
_UNFIT = (pg.NumericValueOutOfRange, pg.CharacterNotInRepertoire, pg.UntranslatableCharacter)

#: Of a transaction that PostgreSQL ended so that another could go on: a deadlock, or no order in which both could run.
_CONFLICTS = ("40P01", "40001")

RETRY = {"Retry-After": "1"}


def explain(error: BaseException, statement_timeout: float) -> MoorageError | None:
    """The error a client should see in place of ``error``.

    None when it is about neither the state of the database nor a value that it cannot keep.
    """
    if isinstance(error, PoolTimeout):
        return ServiceUnavailable("the database is busy: no connection became free in time", headers=RETRY)
    cause = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(cause, psycopg.Error):
        return None
    if isinstance(cause, pg.QueryCanceled):
        return too_slow(statement_timeout)
    if isinstance(cause, _UNFIT) or (isinstance(cause, psycopg.DataError) and cause.sqlstate is None):
        # A NUL in a text, a number beyond its column: for what the use case did not look at.
        return BadRequest("the request has a value that cannot be kept")
    if isinstance(cause, pg.DiskFull):
        return InsufficientStorage("the database's disk is full: free some space, then try again")
    state = cause.sqlstate
    if state is None:
        # libpq's own errors: refused, closed, timed out.
        if isinstance(cause, psycopg.OperationalError):
            return unavailable(cause)
        return None
    if state == _QUOTA:
        project_id, added, used, hard = map(int, (cause.diag.message_detail or "").split())
        return QuotaExceeded(project_id, added=added, used=used, hard=hard)
    if state == _SWEPT:
        return BlobBeingSwept(headers={"Retry-After": "60"})
    if state in _CONFLICTS:
        return TransactionConflict(headers=RETRY)
    if state == _READ_ONLY or state.startswith(_AWAY_CLASSES):
        return unavailable(cause)
    return None


def lost_connection(error: BaseException) -> bool:
    """Whether the connection the error came from must not be used again."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(cause, psycopg.Error):
        return False
    state = cause.sqlstate
    if state is None:
        return isinstance(cause, psycopg.OperationalError)
    return state == _READ_ONLY or state.startswith(("08", "57P"))


def unavailable(cause: BaseException) -> ServiceUnavailable:
    """The database is away. The message tells why in the first line of the driver's, which names no secret."""
    reason = (str(cause).strip() or type(cause).__name__).splitlines()[0]
    return ServiceUnavailable(f"the database is not available: {reason}", headers=RETRY)


def too_slow(limit: float) -> ServiceUnavailable:
    """A statement was cancelled for taking too long."""
    return ServiceUnavailable(f"the database did not answer within {limit:g} s", headers=RETRY)
