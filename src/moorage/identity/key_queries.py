"""SQL of the keys that sign tokens, and of refresh tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.access.principals import Principal, PrincipalKind
from moorage.database.tables import refresh_token, signing_key, user_account

#: Of the advisory lock under which keys are made ("moorkey" as a number, for no other use).
KEY_LOCK = 0x6D6F6F726B6579


async def lock_keys(connection: AsyncConnection) -> None:
    """Be the only one who makes a key, until the transaction ends."""
    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": KEY_LOCK})


async def signing_keys(connection: AsyncConnection) -> Sequence[Row[Any]]:
    """Every key, oldest first."""
    rows = await connection.execute(select(signing_key).order_by(signing_key.c.creation_time, signing_key.c.kid))
    return rows.all()


async def retire_signing_keys(connection: AsyncConnection, algorithm: str) -> None:
    """Let the keys of an algorithm sign no more."""
    k = signing_key.c
    await connection.execute(
        update(signing_key).where(k.retire_time.is_(None), k.algorithm == algorithm).values(retire_time=func.now())
    )


async def insert_signing_key(
    connection: AsyncConnection, *, kid: str, algorithm: str, private_key: bytes, public_key: str
) -> None:
    """Add a key that signs from now on."""
    await connection.execute(
        insert(signing_key).values(
            kid=kid, algorithm=algorithm, private_key=private_key, public_key=public_key, creation_time=func.now()
        )
    )


async def delete_retired_keys(connection: AsyncConnection, seconds: float) -> None:
    """Remove keys that have not signed for that long."""
    k = signing_key.c
    await connection.execute(delete(signing_key).where(k.retire_time < func.now() - _interval(seconds)))


async def insert_refresh_token(
    connection: AsyncConnection,
    *,
    token_hash: bytes,
    principal: Principal,
    service: str,
    client_id: str,
    lifetime: float,
) -> None:
    """Keep a refresh token's hash for ``lifetime`` seconds, and drop some that are no longer valid."""
    await connection.execute(
        insert(refresh_token).values(
            token_hash=token_hash,
            principal_kind=str(principal.kind),
            principal_id=principal.id,
            principal_version=principal.version,
            service=service,
            client_id=client_id,
            expires_at=func.now() + _interval(lifetime),
        )
    )
    await connection.execute(_PURGE)


_PURGE = text(
    """
    DELETE FROM refresh_token WHERE token_hash IN (
        SELECT token_hash FROM refresh_token WHERE expires_at < now()
         ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED)
    """
)


async def refreshed_principal(connection: AsyncConnection, token_hash: bytes, service: str) -> Principal | None:
    """The account a refresh token was given to, as of then; None for one that is unknown or has expired."""
    t = refresh_token.c
    row = (
        await connection.execute(
            select(
                t.principal_kind,
                t.principal_id,
                t.principal_version,
                user_account.c.username,
            )
            .join(user_account, user_account.c.user_id == t.principal_id)
            .where(
                t.token_hash == token_hash,
                t.service == service,
                t.expires_at > func.now(),
                # Robots are given none: their secret is made for machines as it is.
                t.principal_kind == str(PrincipalKind.USER),
            )
        )
    ).one_or_none()
    if row is None:
        return None
    return Principal(PrincipalKind(row.principal_kind), row.principal_id, row.username, row.principal_version)


def _interval(seconds: float) -> ColumnElement[Any]:
    return func.make_interval(0, 0, 0, 0, 0, 0, seconds)
