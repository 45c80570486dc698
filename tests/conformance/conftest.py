"""The servers that the suite is run against, one for every kind of storage and number of workers."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.clients.server import Moorage, serve
from tests.conformance.buckets import start_ceph, start_moto


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here is conformance."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.conformance)


@pytest.fixture(scope="session", params=["filesystem", "moto", "ceph"])
def storage(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """Settings of a blob store: a directory, S3 as moto has it, S3 as Ceph's object gateway has it."""
    if request.param == "filesystem":
        yield {}
        return
    with (start_moto if request.param == "moto" else start_ceph)() as bucket:
        yield bucket.settings()


@pytest.fixture(scope="session", params=[1, 3], ids=["one-worker", "three-workers"])
def registry(request: pytest.FixtureRequest, storage: dict[str, str]) -> Iterator[Moorage]:
    """A server with the project ``conformance``."""
    # A thousand access lines would hide the one that matters.
    with serve(workers=request.param, settings={**storage, "MOORAGE_LOG__ACCESS": "false"}) as server:
        server.create_project("conformance")
        yield server


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the end of the server's log where a run failed."""
    report = yield
    server = item.funcargs.get("registry") if isinstance(item, pytest.Function) else None
    if report.failed and isinstance(server, Moorage):
        report.sections.append(("moorage", server.daemon.log_tail()))
    return report
