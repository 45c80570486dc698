"""Replicas on a database of the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest

from moorage.settings import Settings
from tests.conftest import _with_database, new_database, settings_for
from tests.identity.replica import Replica
from tests.identity.replica import replica as start


@pytest.fixture(scope="session")
def seeded(postgres: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Name of a database that has been started on once; to hash and to make keys for every test takes longer."""
    # Other directories import these fixtures, and each then has its own.
    name = f"{template}_{uuid4().hex[:8]}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    settings = settings_for(tmp_path_factory.mktemp("seed"))

    async def seed() -> None:
        async with start(settings, _with_database(postgres, name)):
            pass

    # In a thread: tests that do not await use it too, and those that do have a loop of their own in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, seed()).result()
    return name


@pytest.fixture
def seeded_url(postgres: str, seeded: str) -> Iterator[str]:
    """URL of a copy of it."""
    with new_database(postgres, seeded) as url:
        yield url


@pytest.fixture
async def replica(seeded_url: str, plain_settings: Settings) -> AsyncIterator[Replica]:
    """One replica."""
    async with start(plain_settings, seeded_url) as started:
        yield started


@pytest.fixture
async def other(replica: Replica, seeded_url: str) -> AsyncIterator[Replica]:
    """A second one on the same database."""
    async with start(replica.settings, seeded_url) as started:
        yield started
