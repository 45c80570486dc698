"""SQL of users, logins and failed logins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Text, cast, delete, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.access.principals import PrincipalKind
from moorage.database.driver import Row
from moorage.database.listing import Columns, ListQuery, parameter
from moorage.database.pages import EVERYTHING, Pages
from moorage.database.tables import (
    login_failure,
    project_member,
    robot,
    user_account,
    user_group_member,
    user_session,
)
from moorage.database.tables import project as project_table
from moorage.identity.models import Account, User
from moorage.identity.robot_names import RobotName

# --- logins --------------------------------------------------------------------------------------


async def account_of_user(connection: AsyncConnection, username: str) -> Account | None:
    """The user who logs in under that name."""
    u = user_account.c
    row = (
        await connection.execute(
            select(u.user_id, u.version, u.password_hash, u.disabled).where(u.username == username, ~u.deleted)
        )
    ).one_or_none()
    if row is None:
        return None
    return Account(PrincipalKind.USER, row.user_id, username, row.version, row.password_hash, not row.disabled)


async def account_of_robot(connection: AsyncConnection, name: RobotName, full_name: str) -> Account | None:
    """The robot of that name."""
    r = robot.c
    query = select(
        r.robot_id,
        r.version,
        r.secret_hash,
        (~r.disabled & (r.expires_at.is_(None) | (r.expires_at > func.now()))).label("enabled"),
    ).where(r.name == name.name)
    if name.project is None:
        query = query.where(r.project_id.is_(None))
    else:
        p = project_table.c
        query = query.join(project_table, p.project_id == r.project_id).where(p.name == name.project, ~p.deleted)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    return Account(PrincipalKind.ROBOT, row.robot_id, full_name, row.version, row.secret_hash, row.enabled)


async def replace_hash(connection: AsyncConnection, account: Account, encoded: str) -> None:
    """Keep the same secret under another hash, unless it was changed meanwhile. What was verified stays so."""
    if account.kind is PrincipalKind.USER:
        table, key, column = user_account, user_account.c.user_id, user_account.c.password_hash
    else:
        table, key, column = robot, robot.c.robot_id, robot.c.secret_hash
    await connection.execute(
        update(table).where(key == account.id, column == account.password_hash).values({column.name: encoded})
    )


# One row per account and address that has failed of late: how often, and how many seconds are left to wait when
# that was too often.
FAILURES = """
SELECT q.position, f.failures,
       CASE WHEN f.failures >= q.attempts THEN extract(epoch FROM f.last_failure - now())::float8 + q.lockout ELSE 0 END
  FROM unnest(%s::int[], %s::text[], %s::text[], %s::int[], %s::float8[])
       AS q(position, account, address, attempts, lockout)
  JOIN login_failure f ON f.account = q.account AND f.address = q.address
 WHERE f.last_failure > now() - make_interval(secs => q.lockout)
"""

#: An account's name and an address.
Guess = tuple[str, str]
#: How many failures count, and seconds to wait.
Failures = tuple[int, float]


def failures_parameters(guesses: Sequence[Guess], attempts: int, lockout: float) -> tuple[Any, ...]:
    """What ``FAILURES`` is asked with: ``attempts`` within ``lockout`` seconds are too many."""
    count = len(guesses)
    accounts, addresses = [account for account, _ in guesses], [address for _, address in guesses]
    return list(range(count)), accounts, addresses, [attempts] * count, [lockout] * count


def failures(guesses: Sequence[Guess], rows: Sequence[Row]) -> Mapping[Guess, Failures]:
    """What the rows of ``FAILURES`` say about each account and address."""
    found = {guesses[position]: (count, float(wait)) for position, count, wait in rows}
    return {guess: found.get(guess, (0, 0.0)) for guess in guesses}


_ADD_FAILURE = text(
    """
    INSERT INTO login_failure (account, address, failures, last_failure)
    VALUES (:account, :address, 1, now())
    ON CONFLICT (account, address) DO UPDATE SET
        failures = CASE WHEN login_failure.last_failure > now() - make_interval(secs => :lockout)
                        THEN least(login_failure.failures + 1, 1000000) ELSE 1 END,
        last_failure = now()
    """
)


async def add_failure(connection: AsyncConnection, guess: Guess, lockout: float) -> None:
    """Count one more; failures further back than ``lockout`` seconds no longer count."""
    await connection.execute(_ADD_FAILURE, {"account": guess[0], "address": guess[1], "lockout": lockout})


async def clear_failures(connection: AsyncConnection, guess: Guess) -> None:
    """Forget the failures of an account and address."""
    f = login_failure.c
    await connection.execute(delete(login_failure).where(f.account == guess[0], f.address == guess[1]))


_PURGE_FAILURES = text(
    """
    DELETE FROM login_failure WHERE (account, address) IN (
        SELECT account, address FROM login_failure WHERE last_failure < now() - make_interval(secs => :lockout)
         ORDER BY last_failure LIMIT 1000 FOR UPDATE SKIP LOCKED)
    """
)


async def purge_failures(connection: AsyncConnection, lockout: float) -> None:
    """Remove some rows that no longer count."""
    await connection.execute(_PURGE_FAILURES, {"lockout": lockout})


# --- users ---------------------------------------------------------------------------------------

_USER = (
    user_account.c.user_id,
    user_account.c.username,
    user_account.c.email,
    user_account.c.realname,
    user_account.c.comment,
    user_account.c.sysadmin,
    user_account.c.disabled,
    user_account.c.creation_time,
    user_account.c.update_time,
)

_COLUMNS = Columns(
    {column.name: column for column in _USER} | {"sysadmin_flag": user_account.c.sysadmin},
    order="username",
    unique="user_id",
)


def _user(row: Any) -> User:
    return User(**row._mapping)


async def create_user(connection: AsyncConnection, values: Mapping[str, Any]) -> int | None:
    """The new user's id; None when the name or the e-mail address is taken."""
    statement = insert(user_account).values(values).on_conflict_do_nothing().returning(user_account.c.user_id)
    found: int | None = await connection.scalar(statement)
    return found


async def user_by_id(connection: AsyncConnection, user_id: int) -> User | None:
    """The user, unless deleted."""
    rows = await connection.execute(select(*_USER).where(user_account.c.user_id == user_id, ~user_account.c.deleted))
    row = rows.one_or_none()
    return None if row is None else _user(row)


async def user_by_name(connection: AsyncConnection, username: str) -> User | None:
    """The user of that name, unless deleted."""
    rows = await connection.execute(select(*_USER).where(user_account.c.username == username, ~user_account.c.deleted))
    row = rows.one_or_none()
    return None if row is None else _user(row)


async def users(connection: AsyncConnection, query: ListQuery, *, nearest: str | None = None) -> tuple[int, list[User]]:
    """How many users match, and the page.

    ``nearest``: a text the names contain; the name that is this text comes first, then the shorter ones.
    """
    if nearest is None:
        total, rows = await _PAGES.read(connection, query)
    else:
        total, rows = await _NEAREST.read(connection, query, EVERYTHING.knowing(nearest=nearest))
    return total, [User(*row) for row in rows]


_NAME = user_account.c.username
_PAGES = Pages(_COLUMNS, select(*_USER).where(~user_account.c.deleted))
_NEAREST = Pages(
    _COLUMNS,
    select(*_USER).where(~user_account.c.deleted),
    order=(parameter("nearest", type_=Text) != _NAME, func.length(_NAME), _NAME),
)


async def password_hash(connection: AsyncConnection, user_id: int) -> str | None:
    """The user's hash; None when there is none, or no user."""
    u = user_account.c
    return await connection.scalar(select(u.password_hash).where(u.user_id == user_id, ~u.deleted))


async def user_exists(connection: AsyncConnection, *, username: str | None, email: str | None) -> bool:
    """Whether a user has the name or the address."""
    u = user_account.c
    wanted = u.username == username if username is not None else func.lower(u.email) == func.lower(email)
    return bool(await connection.scalar(select(literal(True)).where(~u.deleted, wanted).limit(1)))


async def update_user(
    connection: AsyncConnection, user_id: int, values: Mapping[str, Any], *, ends_credentials: bool
) -> str | None:
    """Change a user; its name, None when there is none. ``ends_credentials``: nothing verified before counts any more.

    Raises:
        IntegrityError: another user has the address.
    """
    u = user_account.c
    statement = (
        update(user_account)
        .where(u.user_id == user_id, ~u.deleted)
        .values(**values, update_time=func.now())
        .returning(u.username)
    )
    if ends_credentials:
        statement = statement.values(version=u.version + 1)
    found: str | None = await connection.scalar(statement)
    return found


async def delete_user(connection: AsyncConnection, user_id: int) -> str | None:
    """Keep the row, since projects and robots name it, and free name and address; the name it had.

    The name becomes ``name#id`` (H row 21): a later user of that name is not taken for this one. None: there is no
    such user.
    """
    u = user_account.c
    suffix = "#" + cast(u.user_id, Text)
    deleted = await connection.execute(
        update(user_account)
        .where(u.user_id == user_id, ~u.deleted)
        .values(
            deleted=True,
            disabled=True,
            sysadmin=False,
            password_hash=None,
            username=u.username + suffix,
            email=None,
            version=u.version + 1,
            update_time=func.now(),
        )
        .returning(u.username)
    )
    name: str | None = deleted.scalar_one_or_none()
    m, member = project_member.c, user_group_member.c
    await connection.execute(delete(project_member).where(m.entity_type == "u", m.entity_id == user_id))
    await connection.execute(delete(user_group_member).where(member.user_id == user_id))
    await connection.execute(delete(user_session).where(user_session.c.user_id == user_id))
    return None if name is None else name.removesuffix(f"#{user_id}")


async def add_admin(connection: AsyncConnection, values: Mapping[str, Any]) -> bool:
    """Insert the first account under its fixed id; whether it was not there."""
    added = await connection.execute(
        insert(user_account)
        .values(values)
        .on_conflict_do_nothing(index_elements=["user_id"])
        .returning(user_account.c.user_id)
    )
    if added.scalar_one_or_none() is None:
        return False
    await connection.execute(_ADVANCE_USERS)
    return True


_ADVANCE_USERS = text(
    "SELECT setval(pg_get_serial_sequence('user_account', 'user_id'), (SELECT max(user_id) FROM user_account))"
)
