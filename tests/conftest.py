"""What every test may use: a real PostgreSQL, and whole registries in this process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from moorage.database.embedded import EmbeddedPostgres
from moorage.database.migrate import upgrade
from moorage.settings import Settings

settings.register_profile(
    "moorage", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("moorage")


#: Directories whose tests share what there can be only one of on a machine, such as a docker engine.
ALONE = ("clients", "conformance")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With several processes, a module's tests stay in one, and so do those of a directory that shares servers."""
    root = Path(__file__).parent
    for item in items:
        path = item.path.relative_to(root)
        item.add_marker(pytest.mark.xdist_group(path.parts[0] if path.parts[0] in ALONE else str(path)))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Tests that await run on asyncio, as the server does."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a PostgreSQL server's maintenance database; one server for the whole run."""
    external = os.environ.get("MOORAGE_TEST_DATABASE_URL")
    if external:
        yield external
        return
    server = EmbeddedPostgres(tmp_path_factory.mktemp("pg"))
    server.start()
    with psycopg.connect(server.url, autocommit=True) as connection:
        # Made for the run and thrown away with it; tests of durability start servers of their own.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    try:
        yield server.url
    finally:
        server.stop()


@pytest.fixture(scope="session")
def template(postgres: str) -> str:
    """Name of a migrated, empty database that others are copied from."""
    name = f"template_{uuid4().hex[:12]}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    upgrade(_with_database(postgres, name))
    return name


@contextmanager
def new_database(postgres: str, template: str) -> Iterator[str]:
    """URL of a migrated, empty database, dropped afterwards."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield _with_database(postgres, name)
    finally:
        with psycopg.connect(postgres, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def database_url(postgres: str, template: str) -> Iterator[str]:
    """URL of a migrated, empty database of the test's own."""
    with new_database(postgres, template) as url:
        yield url


def settings_for(data: Path) -> Settings:
    """Settings of a registry with its data in a directory and the admin's password ``Harbor12345``."""
    return Settings.model_validate(
        {
            "data": data,
            "security": {"admin_password": "Harbor12345", "secret_key": "a-secret-key-of-the-tests"},
        }
    )


@pytest.fixture
def plain_settings(tmp_path: Path) -> Settings:
    """Settings of a registry in the test's directory."""
    return settings_for(tmp_path)


def _with_database(url: str, name: str) -> str:
    parts = psycopg.conninfo.conninfo_to_dict(url)
    parts["dbname"] = name
    host = str(parts.pop("host", "localhost"))
    user, port = parts.pop("user", "postgres"), parts.pop("port", None)
    query = f"?host={host}" + (f"&port={port}" if port else "")
    return f"postgresql://{user}@/{name}{query}"
