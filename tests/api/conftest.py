"""The replicas of the identity tests, and whole applications where what stands before the API matters."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from moorage.app import ROLES, Application
from moorage.settings import Settings
from tests.identity.conftest import other as other
from tests.identity.conftest import replica as replica
from tests.identity.conftest import seeded as seeded
from tests.identity.conftest import seeded_url as seeded_url


@asynccontextmanager
async def running(settings: Settings, url: str, roles: Sequence[str] = ROLES) -> AsyncIterator[Application]:
    """One application on a database that has been started on."""
    application = Application.build(settings, url, roles=roles)
    await application.open()
    try:
        yield application
    finally:
        await application.close()


@pytest.fixture
async def site(seeded_url: str, plain_settings: Settings) -> AsyncIterator[Application]:
    """An application on a database of the test's own, without the role that takes events away from the outbox."""
    async with running(plain_settings, seeded_url, ("core", "registry")) as application:
        yield application


@pytest.fixture
async def second(site: Application, seeded_url: str) -> AsyncIterator[Application]:
    """Another one on the same database."""
    async with running(site.settings, seeded_url, site.roles) as application:
        yield application
