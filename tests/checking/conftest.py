"""A whole registry on each kind of storage, and hands that reach into it.

One per module and storage, emptied before each test. That on a directory is behind PgBouncer.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import text

from moorage.app import Application, bootstrap
from moorage.settings import Settings
from tests.checking.house import Bucket, Directory, Hands, House, Memory
from tests.conftest import new_database, settings_for
from tests.database.pooler import pooled
from tests.registry.client import Registry
from tests.storage.conftest import s3_client, s3_endpoint, s3_keys

__all__ = ["s3_client", "s3_endpoint", "s3_keys"]

#: Everything that depends on these goes with them.
_EMPTY = text("TRUNCATE repository, blob, manifest, upload, outbox, checking_run CASCADE")


@pytest.fixture(scope="module", params=["filesystem", "s3", "memory"])
def driver(request: pytest.FixtureRequest) -> str:
    """The kind of storage."""
    return str(request.param)


@pytest.fixture(scope="module")
def house_database(
    driver: str, postgres: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """URL of the module's database."""
    with new_database(postgres, template) as url:
        if driver != "filesystem":
            yield url
            return
        with pooled(url, tmp_path_factory.mktemp("pooler")) as behind:
            yield behind


@pytest.fixture(scope="module")
def house_settings(driver: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the module's registry."""
    settings = settings_for(tmp_path_factory.mktemp("registry"))
    storage: dict[str, Any] = {"driver": driver}
    if driver == "s3":
        client, keys = request.getfixturevalue("s3_client"), request.getfixturevalue("s3_keys")
        bucket = f"test-{uuid4().hex}"
        client.create_bucket(Bucket=bucket)
        storage["s3"] = {
            "bucket": bucket,
            "endpoint": request.getfixturevalue("s3_endpoint"),
            "access_key": keys[0],
            "secret_key": keys[1],
            "prefix": "/in/here/",
        }
    return Settings.model_validate({"data": settings.data, "security": settings.security, "storage": storage})


@pytest.fixture(scope="module")
async def running(house_settings: Settings, house_database: str) -> AsyncIterator[Application]:
    """The module's application, without what runs beside requests, with the project ``team``."""
    await bootstrap(house_settings, house_database)
    application = Application.build(house_settings, house_database, roles=("core", "registry"))
    await application.open()
    try:
        admin = await application.identity.authenticate("admin", "Harbor12345", "")
        await application.projects.create("team", owner_id=admin.id, public=False)
        yield application
    finally:
        await application.close()


@pytest.fixture
async def house(running: Application, driver: str, request: pytest.FixtureRequest) -> AsyncIterator[House]:
    """The registry, holding nothing."""
    async with running.database.begin() as connection:
        await connection.execute(_EMPTY)
        await connection.execute(text("UPDATE quota SET used = 0"))
        await connection.execute(text("DELETE FROM quota_change"))
    settings = running.settings
    hands: Hands
    if driver == "s3":
        hands = Bucket(request.getfixturevalue("s3_client"), settings.storage.s3)
    elif driver == "memory":
        hands = Memory(running.store)
    else:
        hands = Directory(settings.data / "storage")
    hands.clear()
    transport = httpx2.ASGITransport(app=running.asgi, raise_app_exceptions=True)
    async with httpx2.AsyncClient(transport=transport, base_url="http://registry.test") as http:
        yield House(running, Registry(http), hands)


@pytest.fixture
def replica(tmp_path: Path) -> Iterator[Path]:
    """A directory that has copies of blobs."""
    root = tmp_path / "replica"
    root.mkdir()
    yield root
    shutil.rmtree(root)
