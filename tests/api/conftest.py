"""The replicas of the identity tests, and whole applications where what stands before the API matters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from moorage.app import Application
from moorage.settings import Settings
from tests.identity.conftest import other as other
from tests.identity.conftest import replica as replica
from tests.identity.conftest import seeded as seeded
from tests.identity.conftest import seeded_url as seeded_url


@asynccontextmanager
async def running(settings: Settings, url: str) -> AsyncIterator[Application]:
    """One application on a database that has been started on."""
    application = Application.build(settings, url)
    await application.open()
    try:
        yield application
    finally:
        await application.close()


@pytest.fixture
async def site(seeded_url: str, plain_settings: Settings) -> AsyncIterator[Application]:
    """An application on a database of the test's own."""
    async with running(plain_settings, seeded_url) as application:
        yield application


@pytest.fixture
async def second(site: Application, seeded_url: str) -> AsyncIterator[Application]:
    """Another one on the same database."""
    async with running(site.settings, seeded_url) as application:
        yield application
