"""A database that was there before quotas is counted when it is migrated."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from alembic import command
from psycopg.sql import SQL, Identifier
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from moorage.database import migrate
from moorage.database.engine import driver_url

pytestmark = pytest.mark.integration

BEFORE = "0008"

CONTENT = """
INSERT INTO user_account (user_id, username) VALUES (1, 'admin');
INSERT INTO project (project_id, name, owner_id) VALUES (1, 'shop', 1), (2, 'team', 1), (3, 'empty', 1);
INSERT INTO repository (repository_id, project_id, name) VALUES (1, 1, 'shop/a'), (2, 1, 'shop/b'), (3, 2, 'team/a');
INSERT INTO blob (blob_id, digest, size) VALUES (1, 'a', 1), (2, 'b', 10), (3, 'c', 100), (4, 'd', 1000);
INSERT INTO repository_blob (repository_id, blob_id)
VALUES (1, 1), (2, 1), (3, 1), (1, 2), (1, 3), (1, 4), (3, 3);
INSERT INTO manifest (digest, content) VALUES ('m', ''), ('n', '');
INSERT INTO artifact (artifact_id, repository_id, project_id, digest, media_type, manifest_size, size, state)
VALUES (1, 1, 1, 'm', 'x', 5, 5, 'live'), (2, 2, 1, 'm', 'x', 5, 5, 'live'), (3, 1, 1, 'n', 'x', 7, 7, 'trash'),
       (4, 3, 2, 'n', 'x', 7, 7, 'live');
INSERT INTO artifact_blob (artifact_id, blob_id) VALUES (1, 1), (2, 1), (3, 1), (3, 2), (4, 3);
"""


@pytest.fixture
def old_url(postgres: str) -> Iterator[str]:
    """A database of the revision before, with content."""
    name = f"old_{uuid4().hex[:12]}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    url = make_url(postgres).set(database=name).render_as_string(hide_password=False)
    engine = create_engine(driver_url(url), poolclass=NullPool, connect_args={"prepare_threshold": None})
    with engine.begin() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, BEFORE)
        connection.exec_driver_sql(CONTENT)
    yield url
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def test_what_is_live_or_was_never_referred_to_counts_once(old_url: str) -> None:
    migrate.upgrade(old_url)
    with psycopg.connect(old_url) as connection:
        found = connection.execute("SELECT project_id, hard, used, quota_usage(project_id) FROM quota").fetchall()
        # shop: blobs a and c and d, which no manifest refers to, and manifest m; b is in the trash only.
        assert sorted(found) == [(1, -1, 1106, 1106), (2, -1, 108, 108), (3, -1, 0, 0)]
        assert connection.execute("SELECT quota_recount()").fetchone() == (0,)


def test_what_was_there_is_released_when_its_last_reference_goes(old_url: str) -> None:
    migrate.upgrade(old_url)
    with psycopg.connect(old_url, autocommit=True) as connection:

        def usage() -> int:
            row = connection.execute("SELECT quota_usage(1)").fetchone()
            assert row is not None
            return int(row[0])

        connection.execute("UPDATE artifact SET state = 'trash' WHERE artifact_id = 1")
        assert usage() == 1106
        connection.execute("UPDATE artifact SET state = 'trash' WHERE artifact_id = 2")
        assert usage() == 1100
        connection.execute("UPDATE artifact SET state = 'live' WHERE artifact_id = 3")
        assert usage() == 1100 + 1 + 10 + 7
