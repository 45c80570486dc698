"""What a project holds is counted exactly, and a limit is a limit, whoever pushes, deletes and restores."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.app import Application
from moorage.database.listing import ListQuery, Order
from moorage.database.tables import outbox, quota_change, quota_work
from moorage.errors import BadRequest, NotFound, QuotaExceeded
from moorage.oci.names import digest_of
from moorage.settings import Settings
from tests.registry.client import Registry, code
from tests.registry.conftest import (
    QUIET,
    application,
    opened,
    registry,
    registry_database,
    registry_settings,
    replica,
)
from tests.registry.content import Image, image, index, random_bytes

__all__ = ["application", "registry", "registry_database", "registry_settings", "replica"]

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


@pytest.fixture(scope="module")
async def running(registry_settings: Settings, registry_database: str) -> AsyncIterator[Application]:
    """The module's application, without the role that would take events away from the outbox and fold the ledger."""
    async with opened(registry_settings, registry_database, QUIET) as made:
        await made.projects.create("team", owner_id=1, public=False)
        yield made


@pytest.fixture
async def project(application: Application) -> int:
    """An empty project named ``shop`` without a limit, whatever the test before left."""
    async with application.database.begin() as connection:
        for statement in (
            "TRUNCATE quota_change, outbox",
            "UPDATE quota SET used = 0, hard = -1",
            "UPDATE project SET deleted = true WHERE name = 'shop'",
        ):
            await connection.execute(text(statement))
    return await application.projects.create("shop", owner_id=1, public=False)


async def used(application: Application, project: int) -> int:
    """The usage, which every way to find it out agrees on."""
    found = (await application.quotas.get(project)).used
    assert await application.quotas.recount() == 0
    assert (await application.quotas.get(project)).used == found
    async with application.database.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM quota_work")) == 0
    return found


def size(*images: Image) -> int:
    """Bytes of the distinct blobs and manifests of images."""
    contents = {digest_of(blob): len(blob) for made in images for blob in made.blobs}
    return sum(contents.values()) + sum({made.digest: len(made.content) for made in images}.values())


async def events(application: Application, operation: str) -> Sequence[Any]:
    """What was recorded about quotas."""
    async with application.database.connect() as connection:
        rows = await connection.execute(
            select(outbox).where(outbox.c.resource_type == "quota", outbox.c.operation == operation)
        )
        return rows.all()


# --- counting -------------------------------------------------------------------------------------


async def test_content_counts_once_however_many_repositories_and_tags_have_it(
    application: Application, registry: Registry, project: int
) -> None:
    made = image(layers=2)
    for name, tag in (("shop/a", "v1"), ("shop/a", "v2"), ("shop/b", "v1")):
        await registry.push(name, made, tag)
        assert await used(application, project) == size(made)


async def test_shared_layers_count_once_and_an_index_its_own_bytes(
    application: Application, registry: Registry, project: int
) -> None:
    layer = random_bytes(3000)
    first, second = image(layer=layer), image(layer=layer)
    await registry.push("shop/a", first)
    await registry.push("shop/a", second)
    listed = index([first, second])
    await registry.push("shop/a", listed, "all")
    assert await used(application, project) == size(first, second, listed)


async def test_a_blob_counts_from_when_it_is_there_and_no_longer_when_it_is_taken_out(
    application: Application, registry: Registry, project: int
) -> None:
    digest = await registry.push_blob("shop/a", random_bytes(1000))
    assert await used(application, project) == 1000
    answer = await registry.request("POST", f"/v2/shop/b/blobs/uploads/?mount={digest}&from=shop/a")
    assert answer.status_code == 201
    assert await used(application, project) == 1000
    for name in ("a", "b"):
        assert (await registry.request("DELETE", f"/v2/shop/{name}/blobs/{digest}")).status_code == 202
    assert await used(application, project) == 0


async def test_another_project_s_content_counts_there(
    application: Application, registry: Registry, project: int
) -> None:
    other = (await application.projects.find("team")).project_id
    made = image()
    await registry.push("team/a", made)
    assert await used(application, project) == 0
    await registry.push("shop/a", made)
    assert await used(application, project) == await used(application, other) == size(made)
    await registry.request("DELETE", f"/v2/team/a/manifests/{made.digest}")
    assert (await used(application, other), await used(application, project)) == (0, size(made))


async def test_usage_falls_when_the_last_reference_goes(
    application: Application, registry: Registry, project: int
) -> None:
    layer = random_bytes(3000)
    first, second = image(layer=layer), image(layer=layer)
    await registry.push("shop/a", first, "v1")
    await registry.push("shop/b", second, "v1")
    await registry.push("shop/b", first, "v2")
    await registry.request("DELETE", f"/v2/shop/a/manifests/{first.digest}")
    assert await used(application, project) == size(first, second)
    await registry.request("DELETE", f"/v2/shop/b/manifests/{first.digest}")
    assert await used(application, project) == size(second)
    # A tag alone takes nothing along.
    await registry.request("DELETE", "/v2/shop/b/manifests/v1")
    assert await used(application, project) == size(second)
    await application.artifacts.delete_repository("shop/b")
    assert await used(application, project) == 0


async def test_a_deleted_repository_takes_along_what_no_manifest_refers_to(
    application: Application, registry: Registry, project: int
) -> None:
    made, kept = image(), image()
    await registry.push("shop/a", made, "v1")
    await registry.push_blob("shop/a", random_bytes(500))
    await registry.push("shop/b", kept, "v1")
    await application.artifacts.delete_repository("shop/a")
    assert await used(application, project) == size(kept)


async def test_a_deleted_project_has_no_quota(application: Application, registry: Registry, project: int) -> None:
    await registry.push_blob("shop/a", random_bytes(500))
    await application.projects.delete(project)
    total, quotas = await application.quotas.list(ListQuery(page_size=-1))
    assert project not in {quota.project_id for quota in quotas}
    assert total == len(quotas)
    with pytest.raises(NotFound, match=f"quota {project} not found"):
        await application.quotas.get(project)
    again = await application.projects.create("shop", owner_id=1, public=False)
    assert await used(application, again) == 0


async def test_what_is_brought_back_counts_again(application: Application, registry: Registry, project: int) -> None:
    made = image(layers=2)
    await registry.push("shop/a", made, "v1")
    await registry.request("DELETE", f"/v2/shop/a/manifests/{made.digest}")
    assert await used(application, project) == 0
    # The client finds the blobs and sends the manifest alone.
    assert (await registry.put_manifest("shop/a", made, "v2")).status_code == 201
    assert await used(application, project) == size(made)
    async with application.database.begin() as connection:
        await connection.execute(text("UPDATE artifact SET state = 'trash' WHERE project_id = :p"), {"p": project})
    assert await used(application, project) == 0
    async with application.database.begin() as connection:
        await connection.execute(text("UPDATE artifact SET state = 'live' WHERE project_id = :p"), {"p": project})
    assert await used(application, project) == size(made)


async def test_what_is_swept_does_not_count_whatever_state_it_was_in(
    application: Application, registry: Registry, project: int
) -> None:
    made, other = image(), image()
    await registry.push("shop/a", made, "v1")
    await registry.push("shop/a", other, "v2")
    async with application.database.begin() as connection:
        await connection.execute(text("DELETE FROM artifact WHERE digest = :d"), {"d": made.digest})
    assert await used(application, project) == size(other)
    async with application.database.begin() as connection:
        await connection.execute(text("DELETE FROM repository WHERE name = 'shop/a'"))
    assert await used(application, project) == 0
    async with application.database.begin() as connection:
        await connection.execute(text("DELETE FROM blob"))
        await connection.execute(text("DELETE FROM manifest"))


async def test_what_a_failed_transaction_did_does_not_count(
    application: Application, registry: Registry, project: int
) -> None:
    made = image()
    for blob in made.blobs:
        await registry.push_blob("shop/a", blob)
    before = await used(application, project)

    async def fail() -> None:
        async with application.database.begin() as connection:
            await connection.execute(text("DELETE FROM repository_blob"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await used(application, project) == before


async def test_a_push_and_deletions_of_what_it_shares_leave_an_exact_sum(
    application: Application, registry: Registry, replica: Registry, project: int
) -> None:
    layer = random_bytes(2000)
    for _ in range(10):
        old, older, new = image(layer=layer), image(layer=layer), image(layer=layer)
        await registry.push("shop/a", old, "old")
        await registry.push("shop/b", older, "older")
        for blob in new.blobs:
            await registry.push_blob("shop/c", blob)
        answers = await asyncio.gather(
            replica.put_manifest("shop/c", new, "new"),
            registry.request("DELETE", f"/v2/shop/a/manifests/{old.digest}"),
            replica.request("DELETE", f"/v2/shop/b/manifests/{older.digest}"),
        )
        assert [answer.status_code for answer in answers] == [201, 202, 202]
        assert await used(application, project) == size(new)
        deleted, put = await asyncio.gather(
            registry.request("DELETE", f"/v2/shop/c/manifests/{new.digest}"),
            replica.put_manifest("shop/c", new, "again"),
        )
        assert (deleted.status_code, put.status_code) == (202, 201)
        there = (await registry.request("HEAD", f"/v2/shop/c/manifests/{new.digest}")).status_code == 200
        assert await used(application, project) == (size(new) if there else 0)
        if there:
            await registry.request("DELETE", f"/v2/shop/c/manifests/{new.digest}")


async def half_a_push(connection: AsyncConnection, name: str, blob: str) -> None:
    """As far as the push of a manifest that refers to a blob gets before it commits, its counting included."""
    for statement in (
        "INSERT INTO manifest (digest, content) VALUES ('sha256:00', '')",
        "INSERT INTO artifact (repository_id, project_id, digest, media_type, manifest_size, size)"
        " SELECT repository_id, project_id, 'sha256:00', 'x', 1, 1 FROM repository WHERE name = :name",
        "INSERT INTO artifact_blob (artifact_id, blob_id)"
        " SELECT a.artifact_id, b.blob_id FROM artifact a, blob b WHERE a.digest = 'sha256:00' AND b.digest = :blob",
        "SET CONSTRAINTS ALL IMMEDIATE",
    ):
        wanted = {"name": name, "blob": blob}
        await connection.execute(text(statement), {key: wanted[key] for key in wanted if f":{key}" in statement})


async def test_a_deletion_waits_for_a_push_that_refers_to_the_same(
    application: Application, registry: Registry, replica: Registry, project: int
) -> None:
    made = image()
    await registry.push("shop/a", made, "v1")
    async with application.database.begin() as connection:
        await half_a_push(connection, "shop/a", digest_of(made.blobs[1]))
        deletion = asyncio.create_task(replica.request("DELETE", f"/v2/shop/a/manifests/{made.digest}"))
        await asyncio.sleep(0.3)
        assert not deletion.done()
    assert (await deletion).status_code == 202
    assert await used(application, project) == len(made.blobs[1]) + 1


async def test_a_push_waits_for_a_deletion_of_the_last_that_referred_to_the_same(
    application: Application, registry: Registry, replica: Registry, project: int
) -> None:
    layer = random_bytes(700)
    old, new = image(layer=layer), image(layer=layer)
    await registry.push("shop/a", old, "v1")
    for blob in new.blobs:
        await registry.push_blob("shop/b", blob)
    async with application.database.begin() as connection:
        await connection.execute(text("UPDATE artifact SET state = 'trash' WHERE digest = :d"), {"d": old.digest})
        await connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        push = asyncio.create_task(replica.put_manifest("shop/b", new, "v1"))
        await asyncio.sleep(0.3)
        assert not push.done()
    assert (await push).status_code == 201
    assert await used(application, project) == size(new)


async def test_of_two_deletions_the_second_finds_that_nothing_is_left(
    application: Application, registry: Registry, replica: Registry, project: int
) -> None:
    layer = random_bytes(700)
    first, second = image(layer=layer), image(layer=layer)
    await registry.push("shop/a", first, "v1")
    await registry.push("shop/b", second, "v1")
    async with application.database.begin() as connection:
        await connection.execute(text("UPDATE artifact SET state = 'trash' WHERE digest = :d"), {"d": first.digest})
        await connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        deletion = asyncio.create_task(replica.request("DELETE", f"/v2/shop/b/manifests/{second.digest}"))
        await asyncio.sleep(0.3)
        assert not deletion.done()
    assert (await deletion).status_code == 202
    assert await used(application, project) == 0


async def test_the_ledger_is_folded_without_changing_the_sum(
    application: Application, registry: Registry, project: int
) -> None:
    made = [image() for _ in range(5)]

    async def fold() -> None:
        for _ in range(20):
            await application.quotas.roll_up()
            await asyncio.sleep(0)

    await asyncio.gather(*(registry.push("shop/a", one) for one in made), fold(), fold())
    await application.quotas.roll_up()
    async with application.database.connect() as connection:
        assert (await connection.execute(select(quota_change))).all() == []
        assert (await connection.execute(select(quota_work))).all() == []
    assert (await application.quotas.get(project)).used == size(*made)


async def test_a_recount_corrects_a_sum_that_is_wrong(
    application: Application, registry: Registry, project: int
) -> None:
    made = image()
    await registry.push("shop/a", made)
    async with application.database.begin() as connection:
        await connection.execute(text("UPDATE quota SET used = used + 7 WHERE project_id = :p"), {"p": project})
    assert (await application.quotas.get(project)).used == size(made) + 7
    assert await application.quotas.recount() == 1
    assert (await application.quotas.get(project)).used == size(made)


# --- limits ---------------------------------------------------------------------------------------


async def test_a_blob_that_does_not_fit_is_refused_before_it_is_stored(
    application: Application, registry: Registry, project: int
) -> None:
    made = image(layer=random_bytes(3000))
    await registry.push("shop/a", made, "v1")
    await application.quotas.set_limit(project, 5000)
    content = random_bytes(5000)
    digest = digest_of(content)
    location = await registry.start("shop/a")
    for _ in range(2):
        answer = await registry.request("PUT", location, params={"digest": digest}, content=content)
        assert (answer.status_code, code(answer)) == (403, "DENIED")
        assert answer.json()["errors"][0]["message"] == (
            "adding 4.9 KiB of storage resource, which when updated to current usage of "
            f"{size(made) / 1024:.1f} KiB will exceed the configured upper limit of 4.9 KiB."
        )
    answer = await registry.request("POST", f"/v2/shop/a/blobs/uploads/?digest={digest}", content=content)
    assert (answer.status_code, code(answer)) == (403, "DENIED")
    path = application.blobs.path(digest)
    assert path is not None
    assert not path.exists()
    assert await used(application, project) == size(made)
    refusals = await events(application, "exceed")
    assert [(row.resource, row.succeeded, row.project_id, row.operator) for row in refusals] == (
        [("shop/a", False, project, "admin")] * 3
    )
    # With room it goes on where it was.
    await application.quotas.set_limit(project, -1)
    answer = await registry.request("PUT", location, params={"digest": digest}, content=content)
    assert answer.status_code == 201


async def test_a_limit_is_reached_to_the_byte(application: Application, registry: Registry, project: int) -> None:
    made = image(layers=2)
    await application.quotas.set_limit(project, size(made))
    await registry.push("shop/a", made, "v1")
    assert await used(application, project) == size(made)
    answer = await registry.request("POST", "/v2/shop/a/blobs/uploads/")
    assert answer.status_code == 202
    answer = await registry.request("PUT", answer.headers["location"], params={"digest": digest_of(b"1")}, content=b"1")
    assert answer.status_code == 403
    # What is there already adds nothing.
    await registry.push("shop/b", made, "v1")
    # An empty blob adds nothing either.
    await registry.push_blob("shop/a", b"")
    assert await used(application, project) == size(made)


async def test_a_manifest_that_does_not_fit_is_refused_whether_its_blobs_are_there_or_not(
    application: Application, registry: Registry, project: int
) -> None:
    made, absent = image(), image(layer=random_bytes(2000))
    for blob in made.blobs:
        await registry.push_blob("shop/a", blob)
    blobs = await used(application, project)
    await application.quotas.set_limit(project, blobs)
    answer = await registry.put_manifest("shop/a", made, "v1")
    assert (answer.status_code, code(answer)) == (403, "DENIED")
    answer = await registry.put_manifest("shop/a", absent, "v2")
    assert (answer.status_code, code(answer)) == (403, "DENIED")
    assert answer.json()["errors"][0]["message"].startswith(f"adding {size(absent) / 1024:.1f} KiB of storage resource")
    assert (await registry.get("shop/a/manifests/v1")).status_code == 404
    assert await used(application, project) == blobs
    refusals = await events(application, "exceed")
    assert [row.details["tag"] for row in refusals] == ["v1", "v2"]
    assert refusals[1].details["details"] == answer.json()["errors"][0]["message"]
    await application.quotas.set_limit(project, blobs + 10_000)
    assert code(await registry.put_manifest("shop/a", absent, "v2")) == "MANIFEST_BLOB_UNKNOWN"


async def test_a_mount_that_does_not_fit_is_refused(application: Application, registry: Registry, project: int) -> None:
    digest = await registry.push_blob("team/a", random_bytes(1000))
    await application.quotas.set_limit(project, 999)
    answer = await registry.request("POST", f"/v2/shop/a/blobs/uploads/?mount={digest}&from=team/a")
    assert (answer.status_code, code(answer)) == (403, "DENIED")
    await application.quotas.set_limit(project, 1000)
    answer = await registry.request("POST", f"/v2/shop/a/blobs/uploads/?mount={digest}&from=team/a")
    assert answer.status_code == 201


async def test_nothing_is_let_into_a_project_beyond_its_limit_but_what_adds_nothing(
    application: Application, registry: Registry, project: int
) -> None:
    made = image()
    await registry.push("shop/a", made, "v1")
    await application.quotas.set_limit(project, 1)
    answer = await registry.request("POST", "/v2/shop/a/blobs/uploads/")
    assert (answer.status_code, code(answer)) == (403, "DENIED")
    assert answer.json()["errors"][0]["message"].startswith("subtracting 0 B of storage resource")
    assert (await registry.put_manifest("shop/a", made, "again")).status_code == 201
    assert (await registry.request("DELETE", f"/v2/shop/a/manifests/{made.digest}")).status_code == 202
    assert await used(application, project) == 0


async def test_what_is_brought_back_must_fit(application: Application, registry: Registry, project: int) -> None:
    made = image()
    await registry.push("shop/a", made, "v1")
    await registry.request("DELETE", f"/v2/shop/a/manifests/{made.digest}")
    await application.quotas.set_limit(project, size(made) - 1)
    restore = text("UPDATE artifact SET state = 'live' WHERE project_id = :p")
    with pytest.raises(QuotaExceeded):
        async with application.database.begin() as connection:
            await connection.execute(restore, {"p": project})
    await application.quotas.set_limit(project, size(made))
    async with application.database.begin() as connection:
        await connection.execute(restore, {"p": project})
    assert await used(application, project) == size(made)


async def test_of_two_blobs_that_fit_only_alone_one_is_refused(
    application: Application, registry: Registry, replica: Registry, project: int
) -> None:
    for round_ in range(8):
        await application.quotas.set_limit(project, 1000 * (round_ + 1) + 500)
        contents = [random_bytes(1000), random_bytes(1000)]
        locations = [await registry.start("shop/a"), await registry.start("shop/b")]
        answers = await asyncio.gather(
            *(
                client.request("PUT", location, params={"digest": digest_of(content)}, content=content)
                for client, location, content in zip((registry, replica), locations, contents, strict=True)
            )
        )
        assert sorted(answer.status_code for answer in answers) == [201, 403]
        assert await used(application, project) == 1000 * (round_ + 1)


async def test_of_two_transactions_that_look_before_either_commits_one_is_refused(
    application: Application, registry: Registry, project: int
) -> None:
    """The early look cannot know of the other; the one at the commit does."""
    digests = [await registry.push_blob("team/a", random_bytes(1000)) for _ in range(2)]
    await application.quotas.set_limit(project, 1500)
    both_have_looked = asyncio.Barrier(2)

    async def link(name: str, digest: str) -> None:
        async with application.database.begin() as connection:
            await connection.execute(
                text("INSERT INTO repository (project_id, name) VALUES (:p, :n)"), {"p": project, "n": name}
            )
            await connection.execute(
                text(
                    "INSERT INTO repository_blob (repository_id, blob_id)"
                    " SELECT r.repository_id, b.blob_id FROM repository r, blob b WHERE r.name = :n AND b.digest = :d"
                ),
                {"n": name, "d": digest},
            )
            await both_have_looked.wait()

    results = await asyncio.gather(link("shop/a", digests[0]), link("shop/b", digests[1]), return_exceptions=True)
    assert sorted(map(repr, map(type, results))) == sorted(map(repr, (QuotaExceeded, type(None))))
    assert await used(application, project) == 1000


async def test_pushes_to_a_project_without_a_limit_do_not_wait_for_each_other(
    application: Application, registry: Registry, project: int
) -> None:
    layer = random_bytes(1000)
    first, second = image(layer=layer), image(layer=layer)
    for made, name in ((first, "shop/a"), (second, "shop/b")):
        for blob in made.blobs:
            await registry.push_blob(name, blob)
    async with application.database.begin() as connection:
        await half_a_push(connection, "shop/a", digest_of(layer))
        async with asyncio.timeout(10):
            assert (await registry.put_manifest("shop/b", second, "v1")).status_code == 201
            assert (await registry.put_manifest("shop/c", second, "v1")).status_code == 400
            await registry.push("shop/d", image(), "v1")


async def test_quotas_that_are_off_refuse_nothing_and_count_on(
    application: Application, registry: Registry, project: int
) -> None:
    await application.quotas.set_limit(project, 1)
    set_to = text(
        "INSERT INTO configuration (key, value) VALUES ('quota_per_project_enable', CAST(:v AS jsonb))"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value"
    )
    made = image()
    try:
        async with application.database.begin() as connection:
            await connection.execute(set_to, {"v": "false"})
        await registry.push("shop/a", made, "v1")
        assert await used(application, project) == size(made)
        unlimited = await application.projects.create("off", owner_id=1, public=False)
        assert await application.quotas.find(unlimited) is None
    finally:
        async with application.database.begin() as connection:
            await connection.execute(text("DELETE FROM configuration WHERE key = 'quota_per_project_enable'"))
    assert (await registry.request("POST", "/v2/shop/a/blobs/uploads/")).status_code == 403
    found = await application.quotas.find(unlimited)
    assert found is not None
    assert (found.hard, found.used) == (-1, 0)
    await application.projects.delete(unlimited)


async def test_a_push_that_nearly_fills_a_project_is_recorded(
    application: Application, registry: Registry, project: int
) -> None:
    first, second = image(layer=random_bytes(1000)), image(layer=random_bytes(1000))
    await application.quotas.set_limit(project, size(first, second) + 100)
    await registry.push("shop/a", first, "v1")
    assert await events(application, "warn") == []
    await registry.push("shop/a", second, "v2")
    (warning,) = await events(application, "warn")
    assert (warning.resource, warning.project_id, warning.operator) == ("shop/a", project, "admin")
    assert warning.details == {
        "repository": "shop/a",
        "tag": "v2",
        "digest": second.digest,
        "details": f"quota usage reach 85%: resource storage used {size(first, second) / 1024:.1f} KiB"
        f" of {(size(first, second) + 100) / 1024:.1f} KiB",
    }
    # Nothing new, no warning.
    await registry.push("shop/a", second, "v3")
    assert len(await events(application, "warn")) == 1


# --- the service ----------------------------------------------------------------------------------


async def test_limits_are_set_and_recorded(application: Application, project: int) -> None:
    for wrong in (0, -2, 1024**5 + 1):
        with pytest.raises(BadRequest):
            await application.quotas.set_limit(project, wrong)
    with pytest.raises(NotFound, match="quota 99999999 not found"):
        await application.quotas.set_limit(99999999, 5)
    await application.quotas.set_limit(project, 7)
    assert (await application.quotas.get(project)).hard == 7
    (change,) = await events(application, "update")
    assert (change.resource, change.project_id, change.details) == ("shop", project, {"hard": {"storage": 7}})


async def test_a_new_project_has_the_configured_limit_or_its_own(application: Application, project: int) -> None:
    assert (await application.quotas.get(project)).hard == -1
    async with application.database.begin() as connection:
        await connection.execute(text("INSERT INTO configuration (key, value) VALUES ('storage_per_project', '1024')"))
    try:
        plain = await application.projects.create("plain", owner_id=1, public=False)
        own = await application.projects.create("own", owner_id=1, public=False, storage_limit=-1)
        assert (await application.quotas.get(plain)).hard == 1024
        assert (await application.quotas.get(own)).hard == -1
    finally:
        async with application.database.begin() as connection:
            await connection.execute(text("DELETE FROM configuration WHERE key = 'storage_per_project'"))
    await application.projects.delete(plain)
    await application.projects.delete(own)


async def test_a_list_is_ordered_by_what_is_used_and_allowed(
    application: Application, registry: Registry, project: int
) -> None:
    await registry.push_blob("shop/a", random_bytes(900))
    await registry.push_blob("team/a", random_bytes(300))
    await application.quotas.set_limit(project, 5000)

    async def names(key: str, *, descending: bool = True) -> list[str]:
        total, quotas = await application.quotas.list(ListQuery(order=(Order(key, descending),)))
        assert total == len(quotas) == 3
        return [quota.project_name for quota in quotas]

    assert await names("used.storage") == ["shop", "team", "library"]
    assert (await names("hard.storage"))[0] == "shop"
    assert (await names("hard.storage", descending=False))[2] == "shop"
    assert await application.quotas.list(ListQuery(), reference="bogus") == (0, [])
    assert await application.quotas.list(ListQuery(), reference_id="99999999") == (0, [])
    total, (only,) = await application.quotas.list(ListQuery(), reference="project", reference_id=str(project))
    assert (total, only.project_id, only.used) == (1, project, 900)
