"""Schema revisions: complete, serialised, and refused when they are not ours."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from psycopg.sql import SQL, Identifier
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from moorage.database import migrate
from moorage.database.engine import driver_url
from moorage.database.migrate import SchemaOutdated, SchemaTooNew
from moorage.database.tables import metadata
from moorage.errors import ServiceUnavailable

pytestmark = pytest.mark.integration

#: What a schema consists of, beyond what Alembic compares: defaults, collations, checks, conditions of indexes.
#: Functions and triggers are in the revisions alone, and so is Procrastinate's queue, which is not ours to describe.
COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name, is_identity
FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'
  AND table_name NOT LIKE 'procrastinate%'
"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND contype <> 't' AND conrelid::regclass::text <> 'alembic_version'
  AND conrelid::regclass::text NOT LIKE 'procrastinate%'
"""
INDEXES = """
SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'
  AND tablename NOT LIKE 'procrastinate%'
"""


@pytest.fixture
def empty_url(postgres: str) -> Iterator[str]:
    """A database without a schema."""
    name = f"empty_{uuid4().hex[:12]}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    yield make_url(postgres).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def connect(url: str) -> Connection:
    return create_engine(driver_url(url), poolclass=NullPool).connect()


def described(connection: Connection) -> set[tuple[object, ...]]:
    return {tuple(row) for statement in (COLUMNS, CONSTRAINTS, INDEXES) for row in connection.execute(text(statement))}


def is_ours(name: str | None, kind: str, parents: object) -> bool:
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


def test_alembic_finds_no_difference_between_the_tables_and_a_migrated_database(database_url: str) -> None:
    with connect(database_url) as connection:
        options = {"compare_type": True, "compare_server_default": True, "include_name": is_ours}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_postgresql_finds_no_difference_either(database_url: str, empty_url: str) -> None:
    with connect(empty_url) as connection:
        metadata.create_all(connection)
        connection.commit()
        from_tables = described(connection)
    with connect(database_url) as connection:
        from_revisions = described(connection)
    assert from_revisions == from_tables


def test_an_empty_database_is_migrated_once(empty_url: str) -> None:
    before = migrate.upgrade(empty_url)
    assert before.current is None
    assert before.pending[-1] == before.head
    after = migrate.current(empty_url)
    assert after.current == after.head
    assert after.pending == ()
    migrate.check(empty_url)
    assert migrate.upgrade(empty_url).pending == ()


def test_replicas_that_migrate_at_the_same_time_wait_for_each_other(empty_url: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        states = list(threads.map(migrate.upgrade, [empty_url] * 4))
    assert sorted(state.current is None for state in states) == [False, False, False, True]


def test_an_unmigrated_database_is_refused_with_the_command_to_run(empty_url: str) -> None:
    with pytest.raises(SchemaOutdated, match="moorage db migrate"):
        migrate.check(empty_url)


def test_a_newer_schema_is_refused_with_its_revision_and_left_alone(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for use in (migrate.check, migrate.upgrade, migrate.current):
        with pytest.raises(SchemaTooNew, match=r"9999.*newer release"):
            use(database_url)
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]


def test_migration_works_through_a_transaction_pooler(pooled_url: str, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    assert migrate.upgrade(pooled_url).current is None
    migrate.check(pooled_url)


def test_a_database_that_is_away_is_told_as_such() -> None:
    with pytest.raises(ServiceUnavailable, match="not available"):
        migrate.check("postgresql://nobody@127.0.0.1:1/nothing")


def test_a_failed_revision_leaves_the_schema_as_it_was(empty_url: str) -> None:
    with psycopg.connect(empty_url) as connection:
        # In the way of a table in the middle of the first revision.
        connection.execute("CREATE TABLE tag (unrelated integer)")
    with pytest.raises(Exception, match="already exists"):
        migrate.upgrade(empty_url)
    with psycopg.connect(empty_url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert tables == [("tag",)]
