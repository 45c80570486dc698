"""A whole registry in this process, one per module, emptied before each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

import httpx2
import pytest
from sqlalchemy import text

from moorage.app import ROLES, Application, bootstrap
from moorage.settings import Settings
from tests.conftest import new_database, settings_for
from tests.database.pooler import pooled
from tests.registry.client import Registry
from tests.storage.conftest import s3, s3_client, s3_endpoint, s3_keys

__all__ = ["s3", "s3_client", "s3_endpoint", "s3_keys"]

#: Everything that depends on these goes with them.
_EMPTY = text("TRUNCATE repository, blob, manifest, upload, login_failure CASCADE")


#: Without those that run jobs and take events away: a test sees what was started and told.
QUIET = ("core", "registry")


@asynccontextmanager
async def opened(settings: Settings, database_url: str, roles: Sequence[str] = ROLES) -> AsyncIterator[Application]:
    """An application on a database that has just been made."""
    await bootstrap(settings, database_url)
    application = Application.build(settings, database_url, roles=roles)
    await application.open()
    try:
        yield application
    finally:
        await application.close()


@pytest.fixture(scope="module")
def registry_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the module's registry."""
    return settings_for(tmp_path_factory.mktemp("registry"))


@pytest.fixture(scope="module", params=["direct", "pooler"])
def registry_database(
    request: pytest.FixtureRequest, postgres: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """URL of the module's database: everything holds without and behind PgBouncer in transaction mode."""
    with new_database(postgres, template) as url:
        if request.param == "direct":
            yield url
            return
        with pooled(url, tmp_path_factory.mktemp("pooler")) as behind:
            yield behind


@pytest.fixture(scope="module")
async def running(registry_settings: Settings, registry_database: str) -> AsyncIterator[Application]:
    """The module's application, with the projects ``library`` (public) and ``team`` (private)."""
    async with opened(registry_settings, registry_database) as application:
        admin = await application.identity.authenticate("admin", "Harbor12345", "")
        await application.projects.create("team", owner_id=admin.id, public=False)
        yield application


@pytest.fixture
async def application(running: Application) -> Application:
    """The application, holding nothing."""
    async with running.database.begin() as connection:
        await connection.execute(_EMPTY)
    return running


@pytest.fixture
async def replica(application: Application, registry_database: str) -> AsyncIterator[Registry]:
    """A client of another process on the same database and store."""
    other = Application.build(application.settings, registry_database)
    await other.open()
    try:
        async with _client(other) as http:
            yield Registry(http)
    finally:
        await other.close()


@pytest.fixture
async def registry(application: Application) -> AsyncIterator[Registry]:
    """A client of the application, over ASGI."""
    async with _client(application) as http:
        yield Registry(http)


def _client(application: Application) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=application.asgi, raise_app_exceptions=True)
    return httpx2.AsyncClient(transport=transport, base_url="http://registry.test")
