"""One Moorage for all clients, its accounts, and what several client modules share."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.clients.engine import Engine, start_engine
from tests.clients.layouts import Layout
from tests.clients.server import ADMIN, Login, Moorage, serve
from tests.clients.suite import PROJECT
from tests.clients.wire import Wire


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here runs clients of other projects."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.clients)


@pytest.fixture(scope="session")
def moorage() -> Iterator[Moorage]:
    """A server with two workers, an embedded PostgreSQL and a directory; the private project ``clients``."""
    with serve(workers=2) as server:
        server.create_project(PROJECT)
        yield server


@pytest.fixture(scope="session")
def engine(moorage: Moorage) -> Iterator[Engine]:
    """A docker engine that takes Docker Hub's images from Moorage."""
    with start_engine(mirrors=[moorage.url]) as engine:
        yield engine


@pytest.fixture(scope="session")
def admin() -> Login:
    """May do everything."""
    return ADMIN


@pytest.fixture(scope="session")
def maintainer(moorage: Moorage) -> Login:
    """May push, pull and delete in the project."""
    return _member(moorage, "maintainer", "maintainer")


@pytest.fixture(scope="session")
def guest(moorage: Moorage) -> Login:
    """May pull from the project."""
    return _member(moorage, "guest", "guest")


@pytest.fixture(scope="session")
def outsider(moorage: Moorage) -> Login:
    """Is a member of nothing."""
    return moorage.create_user("outsider")


@pytest.fixture
def wire(moorage: Moorage) -> Iterator[Wire]:
    """Requests of the admin, to see what the registry really has."""
    wire = Wire(moorage)
    yield wire
    wire.close()


@pytest.fixture
def short_home() -> Iterator[Path]:
    """A home directory with a short path: podman refuses long ones for its sockets."""
    directory = Path(tempfile.mkdtemp(prefix="moorage-"))
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """An empty OCI layout of the test's own."""
    return Layout(tmp_path / "layout")


@pytest.fixture(scope="session")
def busybox_layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """A layout with one image, tagged ``test``; not to be written to."""
    layout = Layout(tmp_path_factory.mktemp("layouts") / "busybox")
    layout.busybox("test")
    return layout


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the end of the server's log where a test failed."""
    report = yield
    server = item.funcargs.get("moorage") if isinstance(item, pytest.Function) else None
    if report.failed and isinstance(server, Moorage):
        report.sections.append(("moorage", server.daemon.log_tail()))
    return report


def _member(moorage: Moorage, name: str, role: str) -> Login:
    login = moorage.create_user(name)
    moorage.add_member(PROJECT, name, role)
    return login
