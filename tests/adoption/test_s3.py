"""Adopting a store that lies in a bucket."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from moorage.settings import S3Settings
from tests.adoption.checks import assert_readable, everything
from tests.adoption.conftest import OpenAdopter, Store

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


@pytest.fixture
def bucket(s3: S3Settings, s3_client: Any) -> S3Settings:
    """An empty bucket."""
    return s3


def upload(client: Any, settings: S3Settings, root: Path) -> None:
    """Put a directory into a bucket: distribution's keys are its paths."""
    for path in root.rglob("*"):
        if path.is_file():
            key = f"{settings.prefix.strip('/')}/{path.relative_to(root)}"
            client.put_object(Bucket=settings.bucket, Key=key, Body=path.read_bytes())


def storage(settings: S3Settings) -> dict[str, object]:
    return {"driver": "s3", "s3": settings}


async def test_a_whole_store_is_readable_byte_for_byte(
    open_adopter: OpenAdopter, pristine: Store, bucket: S3Settings, s3_client: Any
) -> None:
    await asyncio.to_thread(upload, s3_client, bucket, pristine.root)
    adopter = await open_adopter(storage(bucket))
    report = await adopter.adopt(verify=True)
    assert list(report.skipped) == []
    assert report.tags.adopted == len(pristine.expected.tags)
    # Before anything is pulled, which is counted some time later.
    before = await everything(adopter)
    again = await adopter.adopt()
    assert await everything(adopter) == before
    assert again.manifests.already_there == len(pristine.expected.manifests)
    await assert_readable(adopter, pristine)


async def test_damage_is_reported_as_on_a_directory(
    open_adopter: OpenAdopter, damaged: Store, bucket: S3Settings, s3_client: Any
) -> None:
    await asyncio.to_thread(upload, s3_client, bucket, damaged.root)
    in_bucket = await (await open_adopter(storage(bucket))).adopt(dry_run=True)
    in_directory = await (await open_adopter({"root": damaged.root})).adopt()
    assert sorted(map(repr, in_bucket.skipped)) == sorted(map(repr, in_directory.skipped))
    assert in_bucket.manifests == in_directory.manifests
    assert in_bucket.tags == in_directory.tags
    assert in_bucket.blobs == in_directory.blobs
    assert in_bucket.bytes == in_directory.bytes
