"""Blobs in S3: when a client is sent there, and when not (OCI trap 34)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest

from moorage.app import Application
from moorage.settings import S3Settings
from tests.registry.client import Registry
from tests.registry.content import image, random_bytes

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


@pytest.fixture
async def on_s3(application: Application, registry_database: str, s3: S3Settings) -> AsyncIterator[Registry]:
    """A registry that keeps its blobs in a bucket and redirects to it."""
    settings = application.settings
    storage = settings.storage.model_copy(update={"driver": "s3", "s3": s3.model_copy(update={"redirect": True})})
    other = Application.build(settings.model_copy(update={"storage": storage}), registry_database)
    await other.open()
    try:
        transport = httpx2.ASGITransport(app=other.asgi)
        async with httpx2.AsyncClient(transport=transport, base_url="http://registry.test") as http:
            yield Registry(http)
    finally:
        await other.close()


async def test_trap_34_a_whole_blob_is_fetched_from_the_bucket_without_credentials(on_s3: Registry) -> None:
    content = random_bytes(300_000)
    digest = await on_s3.push_blob("team/a", content)
    answer = await on_s3.get(f"team/a/blobs/{digest}")
    assert answer.status_code == 307
    assert answer.headers["docker-content-digest"] == digest
    async with httpx2.AsyncClient() as client:
        assert (await client.get(answer.headers["location"])).content == content


async def test_trap_34_a_range_is_never_redirected(on_s3: Registry) -> None:
    content = random_bytes(300_000)
    digest = await on_s3.push_blob("team/a", content)
    for header, expected in (("bytes=10-19", content[10:20]), ("bytes=-5", content[-5:])):
        answer = await on_s3.get(f"team/a/blobs/{digest}", headers={"range": header})
        assert (answer.status_code, answer.content) == (206, expected)
    several = await on_s3.get(f"team/a/blobs/{digest}", headers={"range": "bytes=0-1,5-6"})
    assert several.status_code == 206
    head = await on_s3.request("HEAD", f"/v2/team/a/blobs/{digest}")
    assert (head.status_code, head.headers["content-length"]) == (200, "300000")


async def test_an_upload_in_chunks_smaller_than_s3_takes_ends_in_one_blob(on_s3: Registry) -> None:
    pushed = image(layer=random_bytes(6 * 1024 * 1024))
    location = await on_s3.start("team/a")
    layer = pushed.blobs[1]
    for start in range(0, len(layer), 1_500_000):
        answer = await on_s3.request("PATCH", location, content=layer[start : start + 1_500_000])
        assert answer.status_code == 202
    digest = pushed.document["layers"][0]["digest"]
    assert (await on_s3.request("PUT", location, params={"digest": digest})).status_code == 201
    await on_s3.push_blob("team/a", pushed.blobs[0])
    assert (await on_s3.put_manifest("team/a", pushed, "v1")).status_code == 201
    url = (await on_s3.get(f"team/a/blobs/{digest}")).headers["location"]
    async with httpx2.AsyncClient() as client:
        assert (await client.get(url)).content == layer
