"""What pushes, pulls and deletions tell, and what they count."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from moorage.app import Application
from moorage.artifacts.models import StoredManifest
from moorage.artifacts.pulls import PullStatistics
from moorage.events.metrics import EventMetrics
from tests.registry.client import Registry
from tests.registry.content import image

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

LOG = """
SELECT operation, resource_type, resource, description, username, address, succeeded, project_id
  FROM audit_log WHERE resource LIKE 'team%' ORDER BY id
"""


async def rows(application: Application, sql: str, **values: Any) -> list[tuple[Any, ...]]:
    async with application.database.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(sql), values)]


@pytest.fixture
async def registry(registry: Registry, application: Application) -> AsyncIterator[Registry]:
    """A registry whose log is empty."""
    await application.pulls.flush()
    async with application.database.begin() as connection:
        await connection.execute(text("TRUNCATE outbox, audit_log, audit_chain, audit_count, configuration"))
    yield registry
    async with application.database.begin() as connection:
        await connection.execute(text("TRUNCATE configuration"))


async def log(application: Application) -> list[tuple[Any, ...]]:
    while await application.pulls.flush():
        pass
    for _ in range(200):
        await application.dispatcher.drain()
        if not await rows(application, "SELECT 1 FROM outbox"):
            break
        await asyncio.sleep(0.02)
    return [row[:4] for row in await rows(application, LOG)]


async def configure(application: Application, key: str) -> None:
    async with application.database.begin() as connection:
        await connection.execute(text("INSERT INTO configuration (key, value) VALUES (:key, 'true')"), {"key": key})


async def test_a_push_a_pull_and_the_deletions_are_logged_as_harbor_words_them(
    registry: Registry, application: Application
) -> None:
    one = image()
    await registry.push("team/a", one, "v1")
    assert (await registry.get("team/a/manifests/v1")).status_code == 200
    assert (await registry.get(f"team/a/manifests/{one.digest}")).status_code == 200
    await log(application)
    await registry.request("DELETE", "/v2/team/a/manifests/v1")
    await registry.request("DELETE", f"/v2/team/a/manifests/{one.digest}")
    await registry.push("team/a", image(), "v2")
    await registry.request("DELETE", "/api/v2.0/projects/team/repositories/a")
    found = await log(application)
    assert found[0] == ("create", "artifact", "team/a:v1", f"push artifact: team/a@{one.digest}")
    assert set(found[1:3]) == {
        ("pull", "artifact", "team/a:v1", f"pull artifact: team/a@{one.digest}"),
        ("pull", "artifact", f"team/a@{one.digest}", f"pull artifact: team/a@{one.digest}"),
    }
    assert found[3:5] == [
        ("delete", "tag", "team/a:v1", "delete tag: team/a:v1"),
        ("delete", "artifact", f"team/a@{one.digest}", f"delete artifact: team/a@{one.digest}"),
    ]
    assert found[5][:3] == ("create", "artifact", "team/a:v2")
    assert found[6] == ("delete", "repository", "team/a", "delete repository: team/a")
    everything = await rows(application, LOG)
    assert {row[4:7] for row in everything} == {("admin", "127.0.0.1", True)}
    assert len({row[7] for row in everything}) == 1


async def test_a_push_by_digest_and_with_several_tags_is_one_event(
    registry: Registry, application: Application
) -> None:
    one = image()
    await registry.push("team/a", one)
    await registry.put_manifest("team/a", one, params={"tag": ["x", "y"]})
    names = [row[2] for row in await log(application)]
    assert names == [f"team/a@{one.digest}", "team/a:x"]


async def test_what_is_refused_is_not_logged_as_done(registry: Registry, application: Application) -> None:
    assert (await registry.put_manifest("team/a", image(), "v1")).status_code == 400
    assert (await registry.request("DELETE", "/v2/team/a/manifests/v9")).status_code == 404
    assert await log(application) == []


async def test_the_event_of_a_push_tells_later_consumers_what_was_pushed(
    registry: Registry, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []
    writer = application.dispatcher._consumers["audit"]
    consume = writer.consume

    async def listen(connection: Any, events: Any) -> None:
        told.extend(events)
        await consume(connection, events)

    monkeypatch.setattr(writer, "consume", listen)
    one = image()
    await registry.push("team/a", one, "v1")
    await log(application)
    (recorded,) = told
    details = dict(recorded.event.details)
    assert details.pop("artifact_id") > 0
    assert details.pop("size") == len(one.content) + sum(map(len, one.blobs))
    assert details == {
        "repository": "team/a",
        "digest": one.digest,
        "tags": ["v1"],
        "media_type": one.media_type,
        "artifact_type": "application/vnd.oci.image.config.v1+json",
    }
    assert recorded.actor.request_id


# --- statistics ---------------------------------------------------------------------------------

STORED = "SELECT artifact_id, repository_id, digest, media_type, manifest_size FROM artifact WHERE state = 'live'"
COUNTS = "SELECT pull_count FROM repository WHERE name = 'team/a'"
TIMES = """
SELECT t.name, t.pull_time IS NOT NULL, a.pull_time IS NOT NULL
  FROM tag t JOIN artifact a USING (artifact_id) JOIN repository r ON r.repository_id = t.repository_id
 WHERE r.name = 'team/a' AND t.lifetime_end IS NULL ORDER BY t.name
"""


async def test_pulls_are_counted_and_their_times_noted(registry: Registry, application: Application) -> None:
    one, two = image(), image()
    for content, tag in ((one, "a"), (one, "b"), (two, "c")):
        await registry.push("team/a", content, tag)
    for reference in ("a", "a", one.digest):
        await registry.get(f"team/a/manifests/{reference}")
    await registry.request("HEAD", "/v2/team/a/manifests/c")
    await registry.get("team/a/manifests/nothing")
    pulled = {row[2] for row in await log(application) if row[0] == "pull"}
    assert pulled == {"team/a:a", f"team/a@{one.digest}"}
    assert await rows(application, COUNTS) == [(3,)]
    assert await rows(application, TIMES) == [("a", True, True), ("b", False, True), ("c", False, False)]


async def test_a_client_that_has_the_manifest_already_uses_it_too(registry: Registry, application: Application) -> None:
    one = image()
    await registry.push("team/a", one, "v1")
    answer = await registry.get("team/a/manifests/v1", headers={"if-none-match": one.digest})
    assert answer.status_code == 304
    await log(application)
    assert await rows(application, COUNTS) == [(1,)]


async def test_pulls_of_one_client_within_a_second_are_one_event_that_tells_their_number(
    registry: Registry, application: Application
) -> None:
    await registry.push("team/a", image(), "v1")
    await log(application)
    pulls = PullStatistics(application.database, application.configurations.current, EventMetrics())
    (stored,) = await rows(application, STORED)
    for number in range(1_000):
        address = "192.0.2.1" if number % 2 else "192.0.2.2"
        pulls.add(StoredManifest(*stored), "team/a", "v1", 1, "ann", address, f"request-{number}")
    await pulls.flush()
    counts = await rows(application, "SELECT address, details ->> 'count', request_id FROM outbox ORDER BY address")
    if counts:
        assert counts == [("192.0.2.1", "500", "request-1"), ("192.0.2.2", "500", "request-0")]
    assert await rows(application, COUNTS) == [(1_000,)]


@pytest.mark.parametrize("key", ["pull_count_update_disable", "pull_time_update_disable", "pull_audit_log_disable"])
async def test_each_part_of_the_statistics_can_be_turned_off(
    registry: Registry, application: Application, key: str
) -> None:
    await registry.push("team/a", image(), "v1")
    await configure(application, key)
    await registry.get("team/a/manifests/v1")
    pulls = [row for row in await log(application) if row[0] == "pull"]
    assert len(pulls) == (0 if key == "pull_audit_log_disable" else 1)
    assert await rows(application, COUNTS) == [(0 if key == "pull_count_update_disable" else 1,)]
    assert await rows(application, TIMES) == [("v1", *[key != "pull_time_update_disable"] * 2)]


async def test_a_repository_somebody_holds_is_counted_later_and_nobody_waits(
    registry: Registry, application: Application
) -> None:
    await registry.push("team/a", image(), "v1")
    async with application.database.begin() as connection:
        await connection.execute(text("SELECT 1 FROM repository WHERE name = 'team/a' FOR UPDATE"))
        await connection.execute(text("SELECT 1 FROM artifact FOR UPDATE"))
        await registry.get("team/a/manifests/v1")
        async with asyncio.timeout(5):
            await application.pulls.flush()
        assert await rows(application, COUNTS) == [(0,)]
    await log(application)
    assert await rows(application, COUNTS) == [(1,)]
    assert await rows(application, TIMES) == [("v1", True, True)]


async def test_statistics_of_what_was_deleted_meanwhile_are_forgotten(
    registry: Registry, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    await registry.push("team/a", image(), "v1")
    await registry.get("team/a/manifests/v1")
    async with application.database.begin() as connection:
        await connection.execute(text("TRUNCATE repository CASCADE"))
    monkeypatch.setattr("moorage.artifacts.pulls.LONGEST", -1.0)
    await application.pulls._try()
    pulls = application.pulls
    assert [pulls._counts, pulls._artifacts, pulls._tags] == [{}, {}, {}]


async def test_pulls_beyond_what_memory_is_given_for_are_dropped_and_counted(
    registry: Registry, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moorage.artifacts.pulls.MOST", 10)
    metrics = EventMetrics()
    pulls = PullStatistics(application.database, application.configurations.current, metrics)
    for number in range(15):
        pulls.add(StoredManifest(1, 1, "sha256:x", "y", 1), "team/a", "", 1, f"user-{number}", "", "")
    assert metrics.pulls_dropped == 5


async def test_two_flushes_at_once_count_each_pull_once(registry: Registry, application: Application) -> None:
    await registry.push("team/a", image(), "v1")
    for _ in range(5):
        await registry.get("team/a/manifests/v1")
        await asyncio.gather(*(application.pulls.flush() for _ in range(4)))
    assert await rows(application, COUNTS) == [(5,)]


async def test_a_stop_writes_what_is_left(registry: Registry, application: Application) -> None:
    await registry.push("team/a", image(), "v1")
    other = Application.build(application.settings, application.database._url.render_as_string(hide_password=False))
    await other.open()
    (stored,) = await rows(
        application, "SELECT artifact_id, repository_id, digest, media_type, manifest_size FROM artifact"
    )
    from moorage.artifacts.models import StoredManifest

    other.pulls.add(StoredManifest(*stored), "team/a", "v1", 1, "ann", "", "")
    await other.close()
    assert await rows(application, COUNTS) == [(1,)]
