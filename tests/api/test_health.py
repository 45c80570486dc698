"""Health of a whole registry, whose every part is asked."""

from __future__ import annotations

import asyncio

import pytest

from moorage.app import Application
from moorage.portal.app import Portal
from tests.registry.client import Registry
from tests.registry.conftest import application, registry, registry_database, registry_settings, running

__all__ = ["application", "registry", "registry_database", "registry_settings", "running"]

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


async def test_background_work_that_has_ended_is_told(registry: Registry, application: Application) -> None:
    answer = await registry.request("GET", "/api/v2.0/health", auth=None)
    built = ["portal"] if Portal().built else []
    names = ("core", "database", "jobservice", *built, "registry")
    assert answer.json() == {
        "status": "healthy",
        "components": [{"name": name, "status": "healthy"} for name in names],
    }
    ended = asyncio.create_task(asyncio.sleep(0))
    await ended
    application._background.append(ended)
    try:
        body = (await registry.request("GET", "/api/v2.0/health", auth=None)).json()
    finally:
        application._background.remove(ended)
    assert body["status"] == "unhealthy"
    assert [component for component in body["components"] if component["status"] == "unhealthy"] == [
        {
            "name": "jobservice",
            "status": "unhealthy",
            "error": "the background work of this process has ended",
        }
    ]
