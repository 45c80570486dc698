"""Upload sessions against their bytes, and repairs that are cut off, on every kind of storage."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from moorage.oci.names import digest_of
from moorage.storage import paths
from tests.checking.house import House, kinds, replica_of
from tests.registry.client import code
from tests.registry.content import random_bytes

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


async def begun(house: House, content: bytes) -> str:
    """An upload that is half done; its Location."""
    location = await house.registry.start("team/app")
    answer = await house.registry.request("PATCH", location, content=content)
    assert answer.status_code == 202
    return str(answer.headers["location"])


async def test_an_upload_that_goes_on_is_no_finding(house: House) -> None:
    content = random_bytes()
    await house.registry.start("team/app")
    location = await begun(house, content[:100])
    assert await house.check(repair=True) == []
    answer = await house.registry.request("PUT", location, params={"digest": digest_of(content)}, content=content[100:])
    assert answer.status_code == 201
    assert await house.check() == []


@pytest.mark.parametrize("damaged", [None, b"short", b"x" * 100], ids=["missing", "truncated", "other bytes"])
async def test_a_session_whose_bytes_are_damaged_is_ended(house: House, damaged: bytes | None) -> None:
    location = await begun(house, random_bytes(100))
    (path,) = house.hands.files(paths.UPLOADS)
    house.hands.remove(path) if damaged is None else house.hands.put(path, damaged)
    (finding,) = await house.check()
    assert finding.kind == "broken-upload"
    assert "team/app" in finding.problem
    (finding,) = await house.check(repair=True)
    assert finding.repaired
    answer = await house.registry.request("PATCH", location, content=b"more")
    assert (answer.status_code, code(answer)) == (404, "BLOB_UPLOAD_UNKNOWN")
    assert await house.check() == []
    assert house.hands.files(paths.UPLOADS) == []


async def test_bytes_of_an_upload_without_a_session_are_removed_when_old(house: House) -> None:
    await begun(house, random_bytes(100))
    await house.sql("DELETE FROM upload")
    house.hands.put(paths.upload_file(str(uuid4())), b"?")
    house.hands.put(paths.upload_file("not-an-id"), b"?")
    assert await house.check(window=3600) == [], "it may be a blob that is sent in one request"
    assert kinds(await house.check()) == ["abandoned-upload"] * 3
    assert all(finding.repaired for finding in await house.check(repair=True))
    assert house.hands.files(paths.UPLOADS) == []
    assert await house.check() == []


async def test_parts_of_a_bucket_that_nobody_completes_are_dropped(
    house: House, driver: str, request: pytest.FixtureRequest
) -> None:
    if driver != "s3":
        assert [found async for found in house.application.store.unfinished()] == []
        return
    client, bucket = request.getfixturevalue("s3_client"), house.application.settings.storage.s3.bucket
    made = await house.push()
    for path in (paths.blob(digest_of(made.blobs[1])), paths.upload_file(str(uuid4()))):
        client.create_multipart_upload(Bucket=bucket, Key=f"in/here/{path}")
    assert kinds(await house.check()) == ["abandoned-upload", "abandoned-upload"]
    assert all(finding.repaired for finding in await house.check(repair=True))
    assert await house.check() == []
    assert "Uploads" not in client.list_multipart_uploads(Bucket=bucket)
    await house.pulls("team/app", "v1", made)


# --- repairs that are cut off ---------------------------------------------------------------------


class Cut(Exception):
    """The process ends here."""


async def test_a_repair_cut_off_after_bytes_were_moved_is_finished_by_the_next(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await house.push()
    digest = house.damage(made.blobs[1], b"damaged")
    moving = house.application.store.set_aside

    async def cut(path: str) -> None:
        await moving(path)
        raise Cut

    with monkeypatch.context() as patch:
        patch.setattr(house.application.store, "set_aside", cut)
        with pytest.raises(Cut):
            await house.check(repair=True)
    assert await house.sql("SELECT 1 FROM blob WHERE quarantine_time IS NOT NULL") == []
    assert await house.events("quarantine") == []
    (aside,) = house.hands.files(paths.QUARANTINE)
    assert house.hands.get(aside) == b"damaged"
    (finding,) = await house.check(repair=True)
    assert (finding.kind, finding.name) == ("missing", digest)
    assert len(await house.events("quarantine")) == 1
    await house.registry.push_blob("team/app", made.blobs[1])
    await house.pulls("team/app", "v1", made)
    assert await house.check() == []


async def test_healing_cut_off_after_bytes_were_put_in_place_is_finished_by_the_next(
    house: House, replica: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await house.push()
    layer = made.blobs[1]
    house.damage(layer, None)
    source = replica_of(replica, layer)
    committing = house.application.store.commit

    async def cut(*arguments: object) -> None:
        await committing(*arguments)  # type: ignore[arg-type]
        raise Cut

    with monkeypatch.context() as patch:
        patch.setattr(house.application.store, "commit", cut)
        with pytest.raises(Cut):
            await house.check([source], repair=True)
    assert (await house.pull("team/app", layer)).status_code == 404
    (finding,) = await house.check(repair=True)
    assert finding.repaired
    await house.pulls("team/app", "v1", made)
    assert await house.check() == []


async def test_taking_orphans_cut_off_leaves_no_row_behind(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    contents = sorted((random_bytes() for _ in range(3)), key=digest_of)
    for content in contents:
        house.hands.put(paths.blob(digest_of(content)), content)
    moving = house.application.store.set_aside

    async def cut(path: str) -> str | None:
        if path == paths.blob(digest_of(contents[1])):
            raise Cut
        return await moving(path)

    with monkeypatch.context() as patch:
        patch.setattr(house.application.store, "set_aside", cut)
        with pytest.raises(Cut):
            await house.check(repair=True)
    async with house.application.database.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM blob"))).scalar_one() == 0
    assert kinds(await house.check(repair=True)) == ["orphan", "orphan"]
    assert await house.check() == []
    assert len(house.hands.files(paths.QUARANTINE)) == 3
