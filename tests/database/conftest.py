"""PostgreSQL servers to stop, kill and put behind a pooler."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from tests.database.pooler import pooled

from moorage.database.embedded import EmbeddedPostgres


@pytest.fixture(scope="session")
def made() -> Iterator[Path]:
    """A data directory after its first start; making one takes longer than all that most tests do with it."""
    with tempfile.TemporaryDirectory(prefix="moorage-test-") as directory:
        server = EmbeddedPostgres(Path(directory))
        server.start()
        server.stop()
        yield Path(directory)


@pytest.fixture
def fresh() -> Iterator[Path]:
    """An empty data directory with a path short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="moorage-test-") as directory:
        yield Path(directory)


@pytest.fixture
def table() -> str:
    """The name of a table no other test has made."""
    return f"kept_{uuid4().hex}"


@pytest.fixture
def events() -> list[str]:
    """What the embedded server told."""
    return []


@pytest.fixture
def server(made: Path, events: list[str]) -> Iterator[EmbeddedPostgres]:
    """An embedded server of the test's own, started."""
    server = EmbeddedPostgres(made, on_event=events.append)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def pooled_url(database_url: str, tmp_path: Path) -> Iterator[str]:
    """The test's database through PgBouncer in transaction mode."""
    with pooled(database_url, tmp_path) as url:
        yield url
