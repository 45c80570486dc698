"""One started server for everything here, as a user starts it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from tests.clients.server import ADMIN, Moorage, serve


@pytest.fixture(scope="session")
def moorage() -> Iterator[Moorage]:
    """A server with one worker, an embedded PostgreSQL and a directory."""
    with serve(workers=1) as server:
        yield server


@pytest.fixture(scope="session")
def admin(moorage: Moorage) -> Iterator[httpx2.Client]:
    """The administrator's requests."""
    with httpx2.Client(base_url=moorage.url, auth=(ADMIN.name, ADMIN.password), timeout=60) as client:
        yield client
