"""Health asks every component, and waits for none of them for ever."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from moorage import probes
from moorage.errors import NotFound, ServiceUnavailable
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


async def test_the_disk_blobs_are_kept_on_is_measured(tmp_path: Path) -> None:
    # The directory is made with the first blob.
    directory = tmp_path / "storage" / "blobs"
    volume = await SystemService(Configuration("0.1.0", "filesystem", volume=directory), {}).volume()
    assert volume is not None
    found = os.statvfs(tmp_path)
    assert volume.total == found.f_blocks * found.f_frsize
    assert 0 < volume.free <= volume.total
    assert await SystemService(Configuration("0.1.0", "s3"), {}).volume() is None


async def test_the_certificate_is_handed_out_when_it_is_there(tmp_path: Path) -> None:
    path = tmp_path / "ca.crt"
    system = SystemService(Configuration("0.1.0", "s3", ca_certificate=path), {})
    assert not system.has_certificate()
    with pytest.raises(NotFound) as caught:
        await system.certificate()
    assert caught.value.message == f"resource not found: cert not found in path: {path}"
    path.write_bytes(b"-----BEGIN CERTIFICATE-----")
    assert system.has_certificate()
    assert await system.certificate() == b"-----BEGIN CERTIFICATE-----"
