"""Brings the schema to the state this release knows, and refuses one it does not.

Uses a direct connection (not a transaction pooler's, though it would work), one transaction for all revisions that
are missing: after a failure, or a kill, the schema is the one before.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from moorage import __version__
from moorage.database.engine import driver_url
from moorage.database.failures import unavailable
from moorage.errors import MoorageError

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = Path(__file__).parent / "migrations"

#: Of the advisory lock that serialises upgrades by several replicas ("moorage" as a number, for no other use).
UPGRADE_LOCK = 0x6D6F6F72616765


class SchemaTooNew(MoorageError):
    """the database's schema is newer than this release"""


class SchemaOutdated(MoorageError):
    """the database's schema is older than this release: run `moorage db migrate`"""


@dataclass(frozen=True, slots=True)
class SchemaState:
    """``current`` is the database's revision, None when it is empty; ``pending`` are those it lacks, oldest first."""

    current: str | None
    head: str
    pending: tuple[str, ...]


def upgrade(url: str) -> SchemaState:
    """Apply every missing revision; another replica that does the same at the same time is waited for.

    Returns:
        The state before.

    Raises:
        SchemaTooNew: the database is beyond this release.
        ServiceUnavailable: it cannot be reached.
    """
    from alembic import command

    with _transaction(url) as connection:
        # Held until the commit: whoever comes second finds nothing left to do.
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
        state = _state(connection)
        if state.pending:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    return state


def current(url: str) -> SchemaState:
    """What the database has and what it lacks.

    Raises:
        SchemaTooNew: the database is beyond this release.
        ServiceUnavailable: it cannot be reached.
    """
    with _transaction(url) as connection:
        return _state(connection)


def check(url: str) -> None:
    """Refuse a database this release cannot work with.

    Raises:
        SchemaTooNew: it was migrated by a newer release.
        SchemaOutdated: it has yet to be migrated.
        ServiceUnavailable: it cannot be reached.
    """
    state = current(url)
    if state.pending:
        found = f"is at revision {state.current}" if state.current else "is empty"
        raise SchemaOutdated(
            f"the database {found}, and Moorage {__version__} needs revision {state.head}: run `moorage db migrate`"
        )


def _state(connection: Connection) -> SchemaState:
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(_config())
    head = scripts.get_current_head()
    assert head is not None
    found = MigrationContext.configure(connection).get_current_revision()
    newest_first = [revision.revision for revision in scripts.walk_revisions()]
    if found is not None and found not in newest_first:
        raise SchemaTooNew(
            f"the database is at schema revision {found}, which Moorage {__version__} does not know (its newest is"
            f" {head}): a newer release migrated it. Start that release or a later one, or restore a backup from before"
            " the upgrade; nothing was changed"
        )
    missing = newest_first if found is None else newest_first[: newest_first.index(found)]
    return SchemaState(found, head, tuple(reversed(missing)))


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    # A percent sign in the path is none of configparser's business.
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config


@contextmanager
def _transaction(url: str) -> Iterator[Connection]:
    engine = create_engine(
        driver_url(url),
        poolclass=NullPool,
        connect_args={"prepare_threshold": None, "connect_timeout": 10, "application_name": "moorage-migrate"},
        use_native_hstore=False,
    )
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        if error.orig is not None and getattr(error.orig, "sqlstate", None) is None:
            raise unavailable(error.orig) from error
        raise
    finally:
        engine.dispose()
