"""Replicas on a database of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from moorage.settings import Settings
from tests.identity.replica import Replica
from tests.identity.replica import replica as start


@pytest.fixture
async def replica(database_url: str, plain_settings: Settings) -> AsyncIterator[Replica]:
    """One replica."""
    async with start(plain_settings, database_url) as started:
        yield started


@pytest.fixture
async def other(replica: Replica, database_url: str) -> AsyncIterator[Replica]:
    """A second one on the same database."""
    async with start(replica.settings, database_url) as started:
        yield started
