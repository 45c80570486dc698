"""The first contents of a database: the admin, the project ``library``, and a signing key (H row 106)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from moorage.database.engine import Database
from moorage.errors import BadRequest
from moorage.identity import queries
from moorage.identity.keys import SigningKeys
from moorage.identity.models import ADMIN_ID, ADMIN_NAME
from moorage.identity.passwords import Passwords, check_password, generate_password
from moorage.projects import service as projects
from moorage.settings import SecuritySettings

#: Of the advisory lock under which they are made ("moorboo" as a number, for no other use).
BOOTSTRAP_LOCK = 0x6D6F6F72626F6F


@dataclass(frozen=True, slots=True)
class BootstrapReport:
    """What was made. The password is known only now; its hash is what stays."""

    generated_admin_password: str | None


async def bootstrap(database: Database, keys: SigningKeys, settings: SecuritySettings) -> BootstrapReport:
    """Make what is missing; safe to repeat, and for two replicas at once.

    Raises:
        BadRequest: the configured password of the admin is too weak.
        WrongSecretKey: the database's keys were encrypted under another secret key.
    """
    generated = None
    async with database.connect() as connection:
        admin = await queries.user_by_id(connection, ADMIN_ID)
    if admin is None:
        password, is_generated = _first_password(settings)
        passwords = Passwords(settings.password_hash_concurrency)
        try:
            password_hash = await passwords.hash(password)
        finally:
            passwords.close()
        if await _make(database, password_hash) and is_generated:
            generated = password
    await keys.ensure()
    return BootstrapReport(generated)


def _first_password(settings: SecuritySettings) -> tuple[str, bool]:
    if settings.admin_password is None:
        return generate_password(20), True
    password = settings.admin_password.get_secret_value()
    try:
        check_password(password)
    except BadRequest as error:
        raise BadRequest(f"security.admin_password: {error.message}") from None
    return password, False


async def _make(database: Database, password_hash: str) -> bool:
    """The admin and what it owns, in one transaction; whether it was not there."""
    async with database.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": BOOTSTRAP_LOCK})
        values = {
            "user_id": ADMIN_ID,
            "username": ADMIN_NAME,
            "realname": "system admin",
            "comment": "admin user",
            "sysadmin": True,
            "password_hash": password_hash,
        }
        made = await queries.add_admin(connection, values)
        if made:
            await projects.add_library(connection, owner_id=ADMIN_ID)
        return made
