"""SQL of browsers' sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.access.principals import Principal, PrincipalKind
from moorage.access.service import ProjectAccess, Question, decided
from moorage.database.driver import Row
from moorage.database.tables import user_session


class Asked(NamedTuple):
    """A session's hash, and the project in which its account's rights are asked; empty: none."""

    digest: bytes
    project: str


class Found(NamedTuple):
    """A session that counts.

    Attributes:
        principal: whose it is.
        access: what that account may do in the project.
        age: seconds since its end was last moved.
    """

    principal: Principal
    access: ProjectAccess
    age: float


class End(NamedTuple):
    """Whose session ends in how many seconds."""

    user_id: int
    seconds: float


# One row per session that has not expired and whose account is as it was at the login. In migration 0021.
SESSIONS = "SELECT * FROM lookup_sessions(%s::int[], %s::text[], %s::text[])"


def sessions_parameters(asked: Sequence[Asked]) -> tuple[Any, ...]:
    """What ``SESSIONS`` is asked with."""
    return list(range(len(asked))), [one.digest.hex() for one in asked], [one.project for one in asked]


def sessions(asked: Sequence[Asked], rows: Sequence[Row]) -> Mapping[Asked, Found | None]:
    """What the rows of ``SESSIONS`` say about each."""
    found: dict[Asked, Found | None] = dict.fromkeys(asked)
    for position, user_id, username, age, *rights in rows:
        principal = Principal(PrincipalKind.USER, user_id, username, rights[_VERSION])
        question = Question(principal.kind, user_id, principal.version, asked[position].project)
        found[asked[position]] = Found(principal, decided([question], [(0, *rights)])[question], age)
    return found


#: One row per session that has not expired.
ENDS = """
SELECT q.ordinal, s.user_id, s.seconds
  FROM unnest(%s::int[], %s::text[]) AS q(ordinal, hash)
  JOIN LATERAL (
      SELECT x.user_id, extract(epoch FROM x.expires_at - now())::float8 AS seconds FROM user_session x
       WHERE x.session_hash = decode(q.hash, 'hex') AND x.expires_at > now() LIMIT 1
  ) AS s ON true
"""


def ends_parameters(digests: Sequence[bytes]) -> tuple[Any, ...]:
    """What ``ENDS`` is asked with."""
    return list(range(len(digests))), [digest.hex() for digest in digests]


def ends(digests: Sequence[bytes], rows: Sequence[Row]) -> Mapping[bytes, End | None]:
    """What the rows of ``ENDS`` say about each."""
    found: dict[bytes, End | None] = dict.fromkeys(digests)
    for position, user_id, seconds in rows:
        found[digests[position]] = End(user_id, seconds)
    return found


#: Place of an account's version among the columns that tell its rights.
_VERSION = 3


async def insert_session(
    connection: AsyncConnection, session_hash: bytes, principal: Principal, lifetime: float
) -> None:
    """Add a session that ends after ``lifetime`` seconds."""
    await connection.execute(
        insert(user_session).values(
            session_hash=session_hash,
            user_id=principal.id,
            version=principal.version,
            expires_at=text("now() + make_interval(secs => :lifetime)").bindparams(lifetime=lifetime),
        )
    )


_RENEW = text(
    """
    UPDATE user_session SET renewed = now(), expires_at = now() + make_interval(secs => :lifetime)
     WHERE session_hash = :hash AND renewed < now() - make_interval(secs => :interval)
    """
)


async def renew_session(connection: AsyncConnection, session_hash: bytes, lifetime: float, interval: float) -> None:
    """Let a session end ``lifetime`` seconds from now, unless that was done within ``interval`` seconds."""
    await connection.execute(_RENEW, {"hash": session_hash, "lifetime": lifetime, "interval": interval})


async def delete_session(connection: AsyncConnection, session_hash: bytes) -> bool:
    """End a session; whether there was one."""
    deleted = await connection.execute(delete(user_session).where(user_session.c.session_hash == session_hash))
    return deleted.rowcount > 0


_PURGE = text(
    """
    DELETE FROM user_session WHERE session_hash IN (
        SELECT session_hash FROM user_session WHERE expires_at < now()
         ORDER BY expires_at LIMIT :most FOR UPDATE SKIP LOCKED)
    """
)


async def purge_sessions(connection: AsyncConnection, most: int) -> int:
    """Remove up to ``most`` sessions that are over; how many."""
    return (await connection.execute(_PURGE, {"most": most})).rowcount
