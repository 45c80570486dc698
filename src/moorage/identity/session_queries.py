"""SQL of browsers' sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.access.principals import Principal, PrincipalKind
from moorage.database.driver import Row
from moorage.database.tables import user_session


class Found(NamedTuple):
    """A session that counts: whose it is, and seconds since its end was last moved."""

    principal: Principal
    age: float


# One row per session that has not expired and whose account is as it was at the login.
SESSIONS = """
SELECT q.position, u.user_id, u.username, u.version, extract(epoch FROM now() - s.renewed)::float8
  FROM unnest(%s::int[], %s::text[]) AS q(position, hash)
  JOIN user_session s ON s.session_hash = decode(q.hash, 'hex') AND s.expires_at > now()
  JOIN user_account u ON u.user_id = s.user_id AND u.version = s.version AND NOT u.disabled AND NOT u.deleted
"""


def sessions_parameters(hashes: Sequence[bytes]) -> tuple[Any, ...]:
    """What ``SESSIONS`` is asked with."""
    return list(range(len(hashes))), [digest.hex() for digest in hashes]


def sessions(hashes: Sequence[bytes], rows: Sequence[Row]) -> Mapping[bytes, Found | None]:
    """What the rows of ``SESSIONS`` say about each hash."""
    found: dict[bytes, Found | None] = dict.fromkeys(hashes)
    for position, user_id, username, version, age in rows:
        found[hashes[position]] = Found(Principal(PrincipalKind.USER, user_id, username, version), age)
    return found


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
