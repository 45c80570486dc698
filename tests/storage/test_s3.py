"""The S3 driver against a real server: the suite, and what only a bucket can do wrong."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from moorage.errors import BlobUploadInvalid, ServiceUnavailable
from moorage.settings import S3Settings
from moorage.storage import paths
from moorage.storage.protocol import BlobMissing, BlobStore
from moorage.storage.s3 import S3Store
from tests.storage.suite import BlobStoreSuite, MiB, Opener, Upload, content, everything, put, sha256, upload_ids

pytestmark = pytest.mark.integration

PART = 5 * MiB

Make = Callable[..., Awaitable[S3Store]]


@pytest.fixture
async def make(s3: S3Settings, tmp_path: Path) -> AsyncIterator[Make]:
    made: list[S3Store] = []

    async def opened(settings: S3Settings | None = None, **limits: int) -> S3Store:
        made.append(S3Store(settings or s3, tmp_path / "spool", **limits))
        await made[-1].open()
        return made[-1]

    yield opened
    for store in made:
        await store.close()


@pytest.fixture
async def store(make: Make) -> BlobStore:
    return await make()


@pytest.fixture
def reopen(make: Make) -> Opener:
    return make


def keys(client: Any, settings: S3Settings) -> list[str]:
    answer = client.list_objects_v2(Bucket=settings.bucket)
    return [item["Key"] for item in answer.get("Contents", ())]


def multiparts(client: Any, settings: S3Settings) -> list[str]:
    answer = client.list_multipart_uploads(Bucket=settings.bucket)
    return [item["Key"] for item in answer.get("Uploads", ())]


class TestS3Store(BlobStoreSuite):
    """The contract, with parts as small as S3 allows."""

    sizes = (1, 1000, MiB, MiB + 1, PART - 1, PART, PART + 1, 2 * PART, 4 * PART + 12_345)
    locks_processes = False


@pytest.mark.anyio
async def test_the_layout_is_distributions_below_the_prefix(store: BlobStore, s3: S3Settings, s3_client: Any) -> None:
    hexadecimal = hashlib.sha256(b"layout").hexdigest()
    await put(store, b"layout")
    assert keys(s3_client, s3) == [f"some/prefix/docker/registry/v2/blobs/sha256/{hexadecimal[:2]}/{hexadecimal}/data"]


@pytest.mark.anyio
async def test_small_chunks_become_one_segment(
    store: BlobStore, s3: S3Settings, s3_client: Any, reopen: Opener
) -> None:
    """Chunks below S3's least part are gathered across requests and processes."""
    data = content(6 * MiB)
    upload = await Upload.begin(store)
    stores = [store, await reopen()]
    for number, start in enumerate(range(0, len(data), 700_000)):
        await upload.add(data[start : start + 700_000], store=stores[number % 2])
        assert await everything(store.reread(upload.id, upload.state, upload.received)) == data[: upload.received]
    assert all(size >= PART for _, size in upload.state["segments"][:-1])
    assert len(keys(s3_client, s3)) <= 3
    digest = await upload.commit()
    assert digest == sha256(data)
    assert await everything(store.read(digest, 0, len(data))) == data
    assert len(keys(s3_client, s3)) == 1


@pytest.mark.anyio
async def test_segments_are_joined_inside_the_service(store: BlobStore) -> None:
    data = content(4 * PART + 1000)
    upload = await Upload.begin(store)
    for start, stop in [(0, PART), (PART, 3 * PART + 17), (3 * PART + 17, 4 * PART), (4 * PART, len(data))]:
        await upload.add(data[start:stop])
    assert [size for _, size in upload.state["segments"]] == [PART, 2 * PART + 17, len(data) - 3 * PART - 17]
    digest = await upload.commit()
    assert digest == sha256(data)
    assert await everything(store.read(digest, 0, len(data))) == data


@pytest.mark.anyio
async def test_objects_above_the_limit_are_copied_in_parts(make: Make) -> None:
    store = await make(copy_limit=2 * PART)
    data = content(4 * PART + 1)
    digest = await put(store, data)
    assert await everything(store.read(digest, 0, len(data))) == data


@pytest.mark.anyio
async def test_an_attempt_with_more_parts_than_s3_allows_goes_on_in_another_object(make: Make) -> None:
    store = await make(parts=2)
    data = content(5 * PART + 100)
    upload = await (await Upload.begin(store)).add(data)
    assert [size for _, size in upload.state["segments"]] == [2 * PART, 2 * PART, PART + 100]
    assert await everything(store.reread(upload.id, upload.state, len(data))) == data
    assert await upload.commit() == sha256(data)
    assert await everything(store.read(sha256(data), 0, len(data))) == data


@pytest.mark.anyio
async def test_very_many_segments_are_joined_on_the_way(make: Make, s3: S3Settings, s3_client: Any) -> None:
    store = await make(segments=3)
    data = content(5 * PART + 5000)
    upload = await Upload.begin(store)
    for start in range(0, len(data), PART):
        await upload.add(data[start : start + PART])
        assert len(upload.state["segments"]) <= 3
    assert await everything(store.reread(upload.id, upload.state, len(data))) == data
    digest = await upload.commit()
    assert digest == sha256(data)
    assert await everything(store.read(digest, 0, len(data))) == data
    assert len(keys(s3_client, s3)) == 1


@pytest.mark.anyio
async def test_two_processes_write_at_once_and_neither_spoils_the_other(store: BlobStore, reopen: Opener) -> None:
    other = await reopen()
    upload = await (await Upload.begin(store)).add(b"start ")
    mine, theirs = content(PART + 10), content(PART + 10, seed=1)
    async with (
        store.write(upload.id, upload.state, upload.received) as winner,
        other.write(upload.id, upload.state, upload.received) as loser,
    ):
        for start in range(0, len(mine), 500_000):
            await winner.write(mine[start : start + 500_000])
            await loser.write(theirs[start : start + 500_000])
    upload.received, upload.state = winner.received, winner.state
    digest = await upload.commit(sha256(b"start " + mine))
    assert await everything(store.read(digest, 0, upload.received)) == b"start " + mine


@pytest.mark.anyio
async def test_commit_goes_on_where_a_crash_stopped_it(
    store: BlobStore, reopen: Opener, s3: S3Settings, s3_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = content(2 * PART)
    upload = await (await Upload.begin(store)).add(data)

    async def crash(*_: Any, **__: Any) -> None:
        raise SystemExit

    for method in ("compose", "delete"):  # before the copy; after the copy, before the upload is removed
        with monkeypatch.context() as patch:
            patch.setattr(store._bucket, method, crash)  # type: ignore[attr-defined]
            with pytest.raises(SystemExit):
                await upload.commit()
    assert len(keys(s3_client, s3)) == 2
    await upload.commit(store=await reopen())
    await upload.commit()
    assert await everything(store.read(sha256(data), 0, len(data))) == data
    assert len(keys(s3_client, s3)) == 1


@pytest.mark.anyio
async def test_a_failed_attempt_is_as_if_it_had_not_been(
    store: BlobStore, s3: S3Settings, s3_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = await (await Upload.begin(store)).add(b"kept")
    running = hashlib.sha256(b"kept")
    sent = store._bucket.upload_part  # type: ignore[attr-defined]

    async def failing(path: str, multipart: str, number: int, data: bytes) -> str:
        if number == 2:
            raise ServiceUnavailable("the bucket is on fire")
        return str(await sent(path, multipart, number, data))

    monkeypatch.setattr(store._bucket, "upload_part", failing)  # type: ignore[attr-defined]
    with pytest.raises(ServiceUnavailable, match="on fire"):
        async with store.write(upload.id, upload.state, upload.received, observe=running.update) as writer:
            await writer.write(content(4 * PART))
    assert writer.received == 4
    assert writer.state == upload.state
    assert multiparts(s3_client, s3) == []
    monkeypatch.undo()
    data = content(3 * PART)
    await upload.add(data)
    assert await upload.commit() == sha256(b"kept" + data)


@pytest.mark.anyio
async def test_what_a_killed_process_left_is_listed_and_purged(
    store: BlobStore, s3: S3Settings, s3_client: Any
) -> None:
    orphan = str(uuid4())
    key = f"some/prefix/{paths.upload_file(orphan, 'segment')}"
    started = s3_client.create_multipart_upload(Bucket=s3.bucket, Key=key)
    s3_client.upload_part(Bucket=s3.bucket, Key=key, UploadId=started["UploadId"], PartNumber=1, Body=b"x")
    other = await (await Upload.begin(store)).add(b"alive")
    assert await upload_ids(store) == {orphan, other.id}
    await store.abort(orphan, {})
    assert await upload_ids(store) == {other.id}
    assert multiparts(s3_client, s3) == []


@pytest.mark.anyio
async def test_a_state_that_does_not_fit_the_offset_is_refused(store: BlobStore) -> None:
    upload = await (await Upload.begin(store)).add(b"0123456789")
    with pytest.raises(BlobUploadInvalid):
        await store.write(upload.id, upload.state, 5).__aenter__()


@pytest.mark.anyio
async def test_a_segment_that_vanished_is_missing_not_short(store: BlobStore, s3: S3Settings, s3_client: Any) -> None:
    upload = await (await Upload.begin(store)).add(b"0123456789")
    for key in keys(s3_client, s3):
        s3_client.delete_object(Bucket=s3.bucket, Key=key)
    with pytest.raises(BlobMissing):
        await everything(store.reread(upload.id, upload.state, 10))


@pytest.mark.anyio
async def test_a_whole_blob_can_be_fetched_by_a_presigned_url(make: Make, s3: S3Settings) -> None:
    plain = await make()
    digest = await put(plain, b"redirected")
    assert await plain.redirect_url(digest) is None
    store = await make(s3.model_copy(update={"redirect": True}))
    url = await store.redirect_url(digest)
    assert url is not None
    assert "X-Amz-Signature=" in url
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert answer.status == 200
        assert await answer.read() == b"redirected"


@pytest.mark.anyio
async def test_ping_says_what_is_wrong(make: Make, s3: S3Settings) -> None:
    await (await make()).ping()
    lost = await make(s3.model_copy(update={"bucket": "no-such-bucket"}))
    with pytest.raises(ServiceUnavailable, match="bucket no-such-bucket at http"):
        await lost.ping()
    away = await make(s3.model_copy(update={"endpoint": "http://127.0.0.1:9"}))
    with pytest.raises(ServiceUnavailable, match="EndpointConnectionError"):
        await away.ping()


@pytest.mark.anyio
async def test_slow_clients_spool_to_disk_and_leave_nothing_there(store: BlobStore, tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    upload = await (await Upload.begin(store)).add(*[content(100_000)] * 120)
    await upload.abort()
    assert os.listdir(tmp_path / "spool") == []
    await asyncio.sleep(0)
    assert len(os.listdir("/proc/self/fd")) <= before + 10  # pooled connections
