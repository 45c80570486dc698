"""Health asks every component, and waits for none of them for ever."""

from __future__ import annotations

import asyncio

import pytest

from moorage import probes
from moorage.errors import ServiceUnavailable
from moorage.system.models import Component, Configuration
from moorage.system.service import SystemService

pytestmark = [pytest.mark.unit, pytest.mark.anyio]


async def good() -> None:
    pass


async def failing() -> None:
    raise ServiceUnavailable("the bucket is gone")


async def broken() -> None:
    raise ConnectionRefusedError("refused")


async def hanging() -> None:
    await asyncio.sleep(60)


async def test_every_component_is_asked_in_the_order_of_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "TIMEOUT", 0.05)
    checks = {"registry": failing, "core": good, "jobservice": hanging, "database": broken}
    found = await SystemService(Configuration("0.1.0", "s3"), checks).health()
    assert found == [
        Component("core", ""),
        Component("database", "refused"),
        Component("jobservice", "no answer within 0.05 s"),
        Component("registry", "the bucket is gone"),
    ]
    assert [component.healthy for component in found] == [True, False, False, False]
