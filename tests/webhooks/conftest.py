"""A whole registry on a database of the test's own, directly or through PgBouncer, and a receiver."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from moorage.app import Application
from moorage.jobs.worker import Pace, Worker
from moorage.settings import Settings
from tests.database.pooler import pooled
from tests.identity.conftest import seeded as seeded
from tests.identity.conftest import seeded_url as seeded_url
from tests.registry.client import Registry
from tests.registry.content import Image, image
from tests.webhooks.receiver import Receiver, receiving

#: As production's, in less time.
QUICK = Pace(lease=10.0, heartbeat=0.3, watch=0.2, longest=0.1, recover=0.3, grace=0.5)

ALL = [
    "PUSH_ARTIFACT",
    "PULL_ARTIFACT",
    "DELETE_ARTIFACT",
    "QUOTA_EXCEED",
    "QUOTA_WARNING",
    "SCANNING_FAILED",
    "SCANNING_STOPPED",
    "SCANNING_COMPLETED",
    "REPLICATION",
    "TAG_RETENTION",
]


@dataclass
class Site:
    """An application whose events and jobs are dispatched when the test says so, and its project ``shop``."""

    application: Application
    registry: Registry
    receiver: Receiver
    url: str
    project_id: int = 0
    _workers: list[Worker] = field(default_factory=list)

    async def api(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """A request below the project."""
        return await self.registry.request(method, f"/api/v2.0/projects/shop{path}", **more)

    async def policy(self, name: str = "all", path: str = "/hook", **more: Any) -> int:
        """A policy with one target; ``target`` adds to that."""
        target = {"type": "http", "address": f"{self.receiver.url}{path}", **more.pop("target", {})}
        body = {"name": name, "enabled": True, "event_types": ALL, "targets": [target], **more}
        answer = await self.api("POST", "/webhook/policies", json=body)
        assert answer.status_code == 201, answer.text
        return int(answer.headers["location"].rpartition("/")[2])

    async def push(self, repository: str = "app", *tags: str, made: Image | None = None) -> Image:
        """Push an image under tags."""
        made = made or image()
        for tag in tags or (made.digest,):
            await self.registry.push(f"shop/{repository}", made, tag)
        return made

    async def configure(self, **values: Any) -> None:
        """Set keys of Harbor's configuration."""
        answer = await self.registry.request("PUT", "/api/v2.0/configurations", json=values)
        assert answer.status_code == 200, answer.text

    async def dispatch(self) -> None:
        """Hand every event to its consumers."""
        while await self.application.pulls.flush():
            pass
        for _ in range(200):
            await self.application.dispatcher.drain()
            if not await self.rows("SELECT 1 FROM outbox"):
                return
            await asyncio.sleep(0.02)

    async def deliver(self, *, delayed: bool = False) -> None:
        """Dispatch, and run what is due, one after the other; ``delayed``: also what waits for its next attempt."""
        await self.dispatch()
        await Worker(self.application.database, self.application.jobs, concurrency=1, pace=QUICK).drain(delayed=delayed)

    async def executions(self, policy_id: int, query: str = "") -> list[dict[str, Any]]:
        answer = await self.api("GET", f"/webhook/policies/{policy_id}/executions{query}")
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()
        return found

    async def task(self, policy_id: int, execution_id: int) -> dict[str, Any]:
        """The one task of an execution."""
        answer = await self.api("GET", f"/webhook/policies/{policy_id}/executions/{execution_id}/tasks")
        (found,) = answer.json()
        return dict(found)

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        async with self.application.database.begin() as connection:
            result = await connection.execute(text(sql), values)
            return [tuple(row) for row in result] if result.returns_rows else []


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


@pytest.fixture
def webhook_settings(plain_settings: Settings) -> Settings:
    """Receivers on this machine are let through; what fails is tried three times."""
    return Settings.model_validate(
        {
            **plain_settings.model_dump(),
            "server": {"external_url": "https://reg.example"},
            "security": {"admin_password": "Harbor12345", "secret_key": "a-secret-key-of-the-tests"},
            "egress": {"allow": ["127.0.0.0/8"]},
            "webhooks": {"attempts": 3, "timeout": 2},
        }
    )


@pytest.fixture(params=["direct", "pooled"])
def site_url(request: pytest.FixtureRequest, seeded_url: str, tmp_path: Path) -> Iterator[str]:
    """The test's database, as production reaches it and past the pooler."""
    if request.param == "direct":
        yield seeded_url
        return
    with pooled(seeded_url, tmp_path, size=10) as url:
        yield url


async def _site(settings: Settings, url: str, receiver: Receiver) -> AsyncIterator[Site]:
    application = Application.build(settings, url, roles=("core", "registry"))
    await application.open()
    transport = httpx2.ASGITransport(app=application.asgi, raise_app_exceptions=True)
    try:
        async with httpx2.AsyncClient(transport=transport, base_url="http://registry.test") as http:
            made = Site(application, Registry(http), receiver, url)
            made.project_id = await application.projects.create("shop", owner_id=1, public=False)
            await made.dispatch()
            yield made
    finally:
        await application.close()


@pytest.fixture
async def site(webhook_settings: Settings, site_url: str, receiver: Receiver) -> AsyncIterator[Site]:
    """One, directly and through PgBouncer."""
    async for made in _site(webhook_settings, site_url, receiver):
        yield made


@pytest.fixture
async def direct(webhook_settings: Settings, seeded_url: str, receiver: Receiver) -> AsyncIterator[Site]:
    """One, only directly."""
    async for made in _site(webhook_settings, seeded_url, receiver):
        yield made
