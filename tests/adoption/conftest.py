"""Stores made by the real registry, and services to adopt them with."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text

from moorage.adoption.models import Options
from moorage.adoption.report import Report
from moorage.adoption.service import AdoptionService
from moorage.app import Application, bootstrap
from moorage.settings import Settings
from tests.adoption.peer import distribution
from tests.adoption.store import Expected, Maker, make_damaged, make_whole
from tests.conftest import settings_for
from tests.registry.client import Registry
from tests.storage.conftest import s3, s3_client, s3_endpoint, s3_keys

__all__ = ["s3", "s3_client", "s3_endpoint", "s3_keys"]


@dataclass(frozen=True)
class Store:
    """A directory with ``docker/`` in it, and what is expected of it."""

    root: Path
    expected: Expected


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store with nothing wrong; not to be changed."""
    return _made(tmp_path_factory.mktemp("pristine"), [make_whole])


@pytest.fixture(scope="session")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store with everything wrong that can be, beside what is not; not to be changed."""
    return _made(tmp_path_factory.mktemp("damaged"), [make_whole, make_damaged])


@pytest.fixture
def copied(pristine: Store, tmp_path: Path) -> Store:
    """The pristine store, to be changed."""
    shutil.copytree(pristine.root, tmp_path / "copied")
    return Store(tmp_path / "copied", pristine.expected)


def _made(directory: Path, steps: list[Callable[[Maker], Awaitable[None]]]) -> Store:
    async def make(url: str) -> Expected:
        maker = Maker(url, directory / "store")
        async with maker.registry.http:
            for step in steps:
                await step(maker)
        return maker.expected

    with distribution(directory) as url:
        expected = asyncio.run(make(url))
    return Store(directory / "store", expected)


class Adopter:
    """A Moorage over a store."""

    def __init__(self, application: Application, registry: Registry) -> None:
        self.application = application
        self.registry = registry
        self.reports: list[Report] = []
        self.service = AdoptionService(
            application.database, application.store, application.projects, application.settings.registry
        )

    async def adopt(self, *, harbor_database: str | None = None, dry_run: bool = False, **options: object) -> Report:
        """Adopt; the finished report."""
        report = Report()
        self.reports.append(report)
        owner = await self.application.identity.users.find("admin")
        await self.service.run(
            Options(owner_id=owner.user_id, **options),  # type: ignore[arg-type]
            report,
            harbor_database=harbor_database,
            dry_run=dry_run,
        )
        assert report.complete
        return report

    async def clear(self) -> None:
        """Take away all content, and leave projects and bytes."""
        async with self.application.database.begin() as connection:
            await connection.execute(
                text("TRUNCATE repository, blob, repository_blob, manifest, artifact, tag CASCADE")
            )


OpenAdopter = Callable[[dict[str, object]], Awaitable[Adopter]]


@pytest.fixture
async def open_adopter(database_url: str, tmp_path: Path) -> AsyncIterator[OpenAdopter]:
    """Opens a Moorage, given its storage settings."""
    opened: list[Adopter] = []

    async def open_one(storage: dict[str, object]) -> Adopter:
        plain = settings_for(tmp_path / "data")
        settings = Settings.model_validate({"data": plain.data, "security": plain.security, "storage": storage})
        await bootstrap(settings, database_url)
        application = Application.build(settings, database_url, roles=("registry",))
        await application.open()
        transport = httpx2.ASGITransport(app=application.asgi, raise_app_exceptions=True)
        http = httpx2.AsyncClient(transport=transport, base_url="http://registry.test")
        adopter = Adopter(application, Registry(http))
        opened.append(adopter)
        return adopter

    yield open_one
    for adopter in opened:
        for report in adopter.reports:
            report.close()
        await adopter.registry.http.aclose()
        await adopter.application.close()
