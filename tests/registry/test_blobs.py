"""Blobs: ranges, conditions, links and leaks."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import text

from moorage.app import Application
from moorage.errors import BlobUploadUnknown
from moorage.oci.names import digest_of
from tests.registry.client import Registry, code
from tests.registry.content import image, random_bytes

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

NOWHERE = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("header", "status", "content_range", "part"),
    [
        ("bytes=500-1499", 206, "bytes 500-1499/2048", slice(500, 1500)),
        ("bytes=500-", 206, "bytes 500-2047/2048", slice(500, None)),
        ("bytes=-500", 206, "bytes 1548-2047/2048", slice(1548, None)),
        ("bytes=2000-5000", 206, "bytes 2000-2047/2048", slice(2000, None)),
        ("bytes=-9999", 206, "bytes 0-2047/2048", slice(None)),
        ("bytes=500-0", 416, "bytes */2048", None),
        ("bytes=2048-", 416, "bytes */2048", None),
        ("lines=1-2", 200, None, slice(None)),
    ],
)
async def test_trap_21_single_ranges(
    registry: Registry, header: str, status: int, content_range: str | None, part: slice | None
) -> None:
    content = random_bytes(2048)
    digest = await registry.push_blob("team/a", content)
    answer = await registry.get(f"team/a/blobs/{digest}", headers={"range": header})
    assert answer.status_code == status
    assert answer.headers.get("content-range") == content_range
    if part is not None:
        assert answer.content == content[part]
        assert answer.headers["content-length"] == str(len(answer.content))


async def test_multiple_ranges_come_as_parts_in_the_order_asked_for(registry: Registry) -> None:
    content = random_bytes(100_000)
    digest = await registry.push_blob("team/a", content)
    wanted = [(9, 17), (50_000, 60_000), (0, 0), *((n * 10, n * 10 + 4) for n in range(64))]
    header = "bytes=" + ",".join(f"{first}-{last}" for first, last in wanted)
    answer = await registry.get(f"team/a/blobs/{digest}", headers={"range": header})
    assert answer.status_code == 206
    assert answer.headers["content-length"] == str(len(answer.content))
    raw = f"content-type: {answer.headers['content-type']}\r\n".encode() + answer.content
    message = email.message_from_bytes(raw, policy=email.policy.HTTP)
    parts = list(message.iter_parts())
    assert [part["content-range"] for part in parts] == [f"bytes {a}-{b}/100000" for a, b in wanted]
    assert [part.get_payload(decode=True) for part in parts] == [content[a : b + 1] for a, b in wanted]


async def test_if_range_of_another_blob_sends_everything(registry: Registry) -> None:
    content = random_bytes()
    digest = await registry.push_blob("team/a", content)
    stale = await registry.get(f"team/a/blobs/{digest}", headers={"range": "bytes=0-1", "if-range": f'"{NOWHERE}"'})
    assert (stale.status_code, stale.content) == (200, content)
    fresh = await registry.get(f"team/a/blobs/{digest}", headers={"range": "bytes=0-1", "if-range": f'"{digest}"'})
    assert (fresh.status_code, fresh.content) == (206, content[:2])


@pytest.mark.parametrize("form", ['"{}"', "{}", 'W/"{}"', '"x", "{}"', "*"])
async def test_what_the_client_has_is_not_sent_again(registry: Registry, form: str) -> None:
    pushed = image()
    await registry.push("team/a", pushed, "v1")
    blob = digest_of(pushed.blobs[1])
    for path, digest in ((f"blobs/{blob}", blob), ("manifests/v1", pushed.digest)):
        answer = await registry.get(f"team/a/{path}", headers={"if-none-match": form.format(digest)})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == f'"{digest}"'
        other = await registry.get(f"team/a/{path}", headers={"if-none-match": f'"{NOWHERE}"'})
        assert other.status_code == 200


async def test_a_manifest_is_sent_whole_whatever_range_is_asked_for(registry: Registry) -> None:
    pushed = image()
    await registry.push("team/a", pushed, "v1")
    for header in ("bytes=0-", "bytes=5-9", "nonsense"):
        answer = await registry.get("team/a/manifests/v1", headers={"range": header})
        assert (answer.status_code, answer.content) == (200, pushed.content)


async def test_nothing_is_ever_compressed(registry: Registry) -> None:
    pushed = image(layer=b"a" * 100_000)
    await registry.push("team/a", pushed, "v1")
    for path in ("manifests/v1", f"blobs/{digest_of(pushed.blobs[1])}"):
        answer = await registry.get(f"team/a/{path}", headers={"accept-encoding": "zstd, gzip, br"})
        assert "content-encoding" not in answer.headers


async def test_a_blob_cannot_be_read_through_a_repository_it_was_not_pushed_to(registry: Registry) -> None:
    digest = await registry.push_blob("team/a", random_bytes())
    await registry.push("team/b", image(), "v1")
    answer = await registry.get(f"team/b/blobs/{digest}")
    assert (answer.status_code, code(answer)) == (404, "BLOB_UNKNOWN")


async def test_a_manifest_cannot_refer_to_a_blob_of_another_repository(registry: Registry) -> None:
    pushed = image()
    await registry.push("team/a", pushed, "v1")
    answer = await registry.put_manifest("team/b", pushed, "v1")
    assert (answer.status_code, code(answer)) == (400, "MANIFEST_BLOB_UNKNOWN")
    assert digest_of(pushed.blobs[0]) in answer.json()["errors"][0]["message"]


async def test_a_blob_a_manifest_needs_is_not_deleted(registry: Registry) -> None:
    pushed = image()
    await registry.push("team/a", pushed, "v1")
    layer = digest_of(pushed.blobs[1])
    refused = await registry.request("DELETE", f"/v2/team/a/blobs/{layer}")
    assert refused.status_code == 412
    assert pushed.digest in refused.text
    assert (await registry.get(f"team/a/blobs/{layer}")).status_code == 200


async def test_an_upload_belongs_to_its_repository(registry: Registry) -> None:
    location = await registry.start("team/a")
    other = location.replace("/team/a/", "/team/b/")
    answer = await registry.request("PATCH", other, content=b"x")
    assert (answer.status_code, code(answer)) == (404, "BLOB_UPLOAD_UNKNOWN")


async def test_a_cancelled_upload_is_gone(registry: Registry) -> None:
    location = await registry.start("team/a")
    await registry.request("PATCH", location, content=b"x")
    assert (await registry.request("DELETE", location)).status_code == 204
    for method in ("GET", "PATCH", "DELETE"):
        assert (await registry.request(method, location)).status_code == 404


async def test_a_failed_closing_request_can_be_sent_again(registry: Registry) -> None:
    location = await registry.start("team/a")
    await registry.request("PATCH", location, content=b"12345")
    bad = await registry.request("PUT", location, params={"digest": NOWHERE}, content=b"67")
    assert bad.status_code == 400
    assert (await registry.request("GET", location)).headers["range"] == "0-4"
    good = await registry.request("PUT", location, params={"digest": digest_of(b"1234567")}, content=b"67")
    assert good.status_code == 201


async def test_a_closed_upload_cannot_be_closed_twice(registry: Registry) -> None:
    location = await registry.start("team/a")
    digest = digest_of(b"x")
    assert (await registry.request("PUT", location, params={"digest": digest}, content=b"x")).status_code == 201
    assert (await registry.request("PUT", location, params={"digest": digest}, content=b"x")).status_code == 404


async def test_an_upload_continues_in_another_process_with_the_right_digest(
    registry: Registry, replica: Registry
) -> None:
    """The other process has no hash state and must find it again."""
    location = await registry.start("team/a")
    await registry.request("PATCH", location, content=b"one ")
    await replica.request("PATCH", location, content=b"two ")
    await registry.request("PATCH", location, content=b"three")
    digest = digest_of(b"one two three")
    assert (await replica.request("PUT", location, params={"digest": digest})).status_code == 201
    assert (await registry.get(f"team/a/blobs/{digest}")).content == b"one two three"


async def test_two_writers_of_one_upload_cannot_mix_their_bytes(registry: Registry) -> None:
    location = await registry.start("team/a")

    async def slow(content: bytes) -> AsyncIterator[bytes]:
        for position in range(0, len(content), 1000):
            yield content[position : position + 1000]
            await asyncio.sleep(0)

    bodies = [bytes([n]) * 50_000 for n in range(4)]
    answers = await asyncio.gather(
        *(registry.request("PATCH", location, content=slow(body)) for body in bodies), return_exceptions=False
    )
    accepted = [body for body, answer in zip(bodies, answers, strict=True) if answer.status_code == 202]
    assert accepted
    assert {answer.status_code for answer in answers} <= {202, 409}
    received = int((await registry.request("GET", location)).headers["range"].partition("-")[2]) + 1
    assert received == sum(map(len, accepted))
    # Accepted one after another, in whatever order.
    first = await registry.request("PUT", location, params={"digest": NOWHERE})
    computed = first.json()["errors"][0]["detail"]["computed"]
    done = await registry.request("PUT", location, params={"digest": computed})
    assert done.status_code == 201
    stored = (await registry.get(f"team/a/blobs/{computed}")).content
    runs = [stored[n : n + 50_000] for n in range(0, len(stored), 50_000)]
    assert sorted(runs) == sorted(accepted)


async def test_uploads_have_limits(application: Application, registry_database: str) -> None:
    settings = application.settings
    few = settings.registry.model_copy(update={"blob_size": 10, "uploads_per_principal": 2})
    limited = Application.build(settings.model_copy(update={"registry": few}), registry_database)
    await limited.open()
    try:
        transport = httpx2.ASGITransport(app=limited.asgi)
        async with httpx2.AsyncClient(transport=transport, base_url="http://registry.test") as http:
            client = Registry(http)
            location = await client.start("team/a")
            over = await client.request("PATCH", location, content=b"x" * 11)
            assert (over.status_code, code(over)) == (413, "SIZE_INVALID")
            await client.start("team/a")
            third = await client.request("POST", "/v2/team/a/blobs/uploads/")
            assert (third.status_code, code(third)) == (429, "TOOMANYREQUESTS")
    finally:
        await limited.close()


async def test_untouched_uploads_are_purged_and_others_stay(registry: Registry, application: Application) -> None:
    old, young = await registry.start("team/a"), await registry.start("team/a")
    await registry.request("PATCH", old, content=b"x")
    await registry.request("PATCH", young, content=b"x")
    async with application.database.begin() as connection:
        await connection.execute(
            text("UPDATE upload SET update_time = now() - interval '8 days' WHERE upload_id = :id"),
            {"id": old.rpartition("/")[2].partition("?")[0]},
        )
    assert sum([count async for count in application.uploads.purge(7 * 86400)]) == 1
    assert (await registry.request("GET", old)).status_code == 404
    assert (await registry.request("GET", young)).status_code == 204


async def test_a_closing_request_that_came_late_takes_nothing_along(
    registry: Registry, application: Application
) -> None:
    """It saw the session as it was before a chunk that has been acknowledged since."""
    location = await registry.start("team/a")
    upload_id = UUID(location.rpartition("/")[2].partition("?")[0])
    stale = await application.uploads.submit(upload_id, "team/a")
    assert stale is not None
    assert (await registry.request("PATCH", location, content=b"12345")).status_code == 202
    with pytest.raises(BlobUploadUnknown):
        await application.uploads.finish(stale, digest_of(b""), None, None, 0)
    assert (await registry.request("GET", location)).headers["range"] == "0-4"
    done = await registry.request("PUT", location, params={"digest": digest_of(b"12345")})
    assert done.status_code == 201


@pytest.mark.parametrize(
    ("before", "now", "status"),
    [
        (b"0123456789", b"abcdefghij", 201),
        (b"9876543210", b"abcdefghij", 404),
        (b"0123456789", b"jihgfedcba", 404),
        (b"0123456789", b"abcdefghijk", 404),
        (b"0123456789", b"abcdefghi", 404),
        (b"0123456789abcdefghijk", b"l", 404),
    ],
    ids=["all of it", "another beginning", "another end", "more", "less", "more before"],
)
async def test_an_upload_that_lost_its_bytes_ends_as_a_stored_blob_only_for_who_has_its_content(
    registry: Registry, application: Application, before: bytes, now: bytes, status: int
) -> None:
    """As after a death between the storing of a blob and the commit of its rows; here somebody else stored it."""
    digest = await registry.push_blob("team/b", b"0123456789abcdefghij")
    location = await registry.start("team/a")
    assert (await registry.request("PATCH", location, content=before)).status_code == 202
    await application.store.abort(location.rpartition("/")[2].partition("?")[0], {})
    done = await registry.request("PUT", location, params={"digest": digest}, content=now)
    assert done.status_code == status
    assert (await registry.get(f"team/a/blobs/{digest}")).status_code == (200 if status == 201 else 404)
    assert (await registry.request("GET", location)).status_code == 404
