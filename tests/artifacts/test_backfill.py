"""Artifacts that came without attributes, and notes that nobody has read."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from moorage.app import Application
from moorage.artifacts.attribute_reader import AttributeReader, Backfill
from moorage.artifacts.settling import Settler
from tests.artifacts.conftest import Api
from tests.registry.client import Registry
from tests.registry.content import image, index

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

LIST = "/projects/team/repositories/a/artifacts"
FORGET = text("UPDATE artifact SET type = NULL, content_media_type = NULL, extra_attrs = NULL, attributes_version = 0")


async def test_attributes_are_filled_in_by_any_number_of_processes(
    application: Application, registry: Registry, api: Api
) -> None:
    for number in range(5):
        await registry.push("team/a", image(config=b'{"architecture":"arm64","x":%d}' % number), f"v{number}")
    before = await api.get(LIST)
    async with application.database.begin() as connection:
        await connection.execute(FORGET)
    assert {one["type"] for one in await api.get(LIST)} == {"UNKNOWN"}
    replicas = [Backfill(application.database, application.artifacts.attributes) for _ in range(3)]
    await asyncio.gather(*(replica.round() for replica in replicas))
    assert await api.get(LIST) == before
    assert await replicas[0].round() is None


async def test_a_config_whose_bytes_are_lost_does_not_keep_its_artifact_unread(
    application: Application, registry: Registry, api: Api
) -> None:
    made = image(config=b'{"architecture":"arm64"}')
    await registry.push("team/a", made, "v1")
    async with application.database.begin() as connection:
        await connection.execute(FORGET)
    await application.store.delete(made.document["config"]["digest"])
    # Nothing of it is remembered here.
    reader = AttributeReader(application.store, application.artifacts.content)
    await Backfill(application.database, reader).round()
    one = await api.get(f"{LIST}/v1")
    assert (one["type"], one["extra_attrs"]["architecture"]) == ("IMAGE", "")


async def test_what_nobody_reads_is_settled_too(application: Application, registry: Registry) -> None:
    one = image()
    await registry.push("team/a", one)
    await registry.push("team/a", index([one]), "idx")
    settlers = [Settler(application.database) for _ in range(3)]
    await asyncio.gather(*(settler.project(None) for settler in settlers))
    async with application.database.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM artifact_unsettled")) == 0
        rows = await connection.execute(text("SELECT shown, tagged FROM artifact ORDER BY artifact_id"))
        assert [tuple(row) for row in rows] == [(1, False), (2, True)]
