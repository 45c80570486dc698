"""What garbage collection deletes, and what it leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from moorage.app import Application
from moorage.errors import ServiceUnavailable
from moorage.lifecycle.collection_models import Rules
from moorage.oci.names import digest_of
from tests.lifecycle.collecting import AT_ONCE, KEEPING, PATIENT, Told, collect, collect_all, count, listed
from tests.lifecycle.project import OwnProject
from tests.registry.client import Registry
from tests.registry.content import Image, image, index

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

SIGNATURE = "application/vnd.dev.cosign.artifact.sig.v1+json"


def digests(*images: Image) -> set[str]:
    """Of all blobs."""
    return {digest_of(blob) for made in images for blob in made.blobs}


async def stored(application: Application, wanted: set[str]) -> set[str]:
    """Which of the blobs have bytes."""
    return {digest for digest in wanted if await application.store.size(digest) is not None}


async def delete_for_good(project: OwnProject, repository: str, made: Image) -> None:
    assert (await project.delete(repository, made.digest)).status_code == 202
    entry = (await project.trash())[0]
    answer = await project.api("DELETE", f"/trash/{entry['id']}")
    assert answer.status_code == 200, answer.text


# --- blobs ----------------------------------------------------------------------------------------


async def test_bytes_go_when_nothing_needs_them_and_stay_when_something_does(
    project: OwnProject, application: Application
) -> None:
    gone = await project.push("app", "v1")
    shared = gone.blobs[1]
    kept = await project.push("app", "v2", made=image(layer=shared))
    await delete_for_good(project, "app", gone)
    run = await collect(application)
    only = digests(gone) - digests(kept)
    assert (run.blobs, run.manifests) == (1, 1)
    assert run.freed_bytes == len(gone.blobs[0]) + len(gone.content)
    assert await stored(application, digests(gone, kept)) == digests(kept)
    assert await count(application, "SELECT count(*) FROM blob WHERE digest = ANY(:d)", d=list(only)) == 0
    assert await count(application, "SELECT count(*) FROM manifest WHERE digest = :d", d=gone.digest) == 0
    await project.pulls("app", kept, "v2")
    assert (await collect(application)).blobs == 0


async def test_what_is_in_the_trash_keeps_its_bytes_until_its_time_is_over(
    project: OwnProject, application: Application
) -> None:
    made = await project.push("app", "v1")
    await project.delete("app", made.digest)
    assert (await collect(application, KEEPING)).blobs == 0
    (entry,) = await project.trash()
    assert (await project.undelete(entry["id"])).status_code == 200
    await project.pulls("app", made, "v1")

    await project.delete("app", made.digest)
    (entry,) = await project.trash()
    first = await collect(application)
    assert (first.deletions, first.blobs) == (1, 0), "what was dropped in a run is swept by the next"
    assert (await project.undelete(entry["id"])).status_code == 404
    assert await project.trash() == []
    second = await collect(application)
    assert (second.deletions, second.blobs, second.manifests) == (0, 2, 1)
    assert await stored(application, digests(made)) == set()


async def test_an_upload_without_a_manifest_is_kept_for_the_window(
    project: OwnProject, application: Application
) -> None:
    digest = await project.registry.push_blob(project.full("app"), b"nobody needs this")
    assert (await collect(application, PATIENT)).blobs == 0
    assert await stored(application, {digest}) == {digest}
    assert (await collect(application, KEEPING)).blobs == 1
    assert await stored(application, {digest}) == set()
    answer = await project.registry.request("HEAD", f"/v2/{project.full('app')}/blobs/{digest}")
    assert answer.status_code == 404


async def test_who_was_told_that_a_blob_is_there_has_the_time_of_the_window(
    project: OwnProject, application: Application
) -> None:
    content = b"told to be there"
    digest = await project.registry.push_blob(project.full("app"), content)
    async with application.database.begin() as connection:
        await connection.execute(text("UPDATE collection_note SET noted_time = noted_time - interval '3 hours'"))
        await connection.execute(text("UPDATE blob SET touch_time = touch_time - interval '3 hours'"))
    path = f"/v2/{project.full('app')}/blobs/{digest}"
    assert (await project.registry.request("GET", path)).status_code == 200
    due = await collect(application, PATIENT, dry_run=True)
    assert due.blobs == 1, "reading promises nothing"
    assert (await project.registry.request("HEAD", path)).status_code == 200
    assert (await collect(application, PATIENT, dry_run=True)).blobs == 0
    assert (await collect(application, PATIENT)).blobs == 0
    made = image(layer=content)
    await project.registry.push_blob(project.full("app"), made.blobs[0])
    assert (await project.put("app", made, "v1")).status_code == 201
    await project.pulls("app", made, "v1")


@pytest.mark.parametrize("again", ["upload", "mount"])
async def test_what_is_pushed_or_mounted_again_is_as_young_as_new(
    project: OwnProject, application: Application, again: str
) -> None:
    content = f"again by {again}".encode()
    digest = await project.registry.push_blob(project.full("app"), content)
    await project.registry.push_blob(project.full("other"), content)
    async with application.database.begin() as connection:
        await connection.execute(text("UPDATE collection_note SET noted_time = noted_time - interval '3 hours'"))
        await connection.execute(text("UPDATE blob SET touch_time = touch_time - interval '3 hours'"))
    if again == "upload":
        await project.registry.push_blob(project.full("app"), content)
    else:
        path = f"/v2/{project.full('app')}/blobs/uploads/"
        query = {"mount": digest, "from": project.full("other")}
        assert (await project.registry.request("POST", path, params=query)).status_code == 201
    assert (await collect(application, PATIENT)).blobs == 0
    assert await stored(application, {digest}) == {digest}


async def test_a_repository_loses_what_only_others_need(project: OwnProject, application: Application) -> None:
    made = await project.push("app", "v1")
    layer = digest_of(made.blobs[1])
    path = f"/v2/{project.full('copy')}/blobs/uploads/"
    query = {"mount": layer, "from": project.full("app")}
    assert (await project.registry.request("POST", path, params=query)).status_code == 201
    readable = f"/v2/{project.full('copy')}/blobs/{layer}"
    await collect(application, PATIENT)
    assert (await project.registry.request("GET", readable)).status_code == 200
    await collect(application, KEEPING)
    assert (await project.registry.request("GET", readable)).status_code == 404
    await project.pulls("app", made, "v1")


async def test_a_blob_whose_bytes_are_gone_but_not_its_row_is_stored_anew(
    project: OwnProject, application: Application
) -> None:
    """A kill between the bytes and the row."""
    content = b"swept half"
    digest = await project.registry.push_blob(project.full("app"), content)
    async with application.database.begin() as connection:
        values = {"d": digest}
        await connection.execute(
            text(
                "DELETE FROM repository_blob USING blob b WHERE b.digest = :d AND b.blob_id = repository_blob.blob_id"
            ),
            values,
        )
        await connection.execute(
            text("UPDATE blob SET state = 'trash', sweep_end = clock_timestamp() + interval '1 s' WHERE digest = :d"),
            values,
        )
    await application.store.delete(digest)
    assert (await project.registry.request("HEAD", f"/v2/{project.full('app')}/blobs/{digest}")).status_code == 404
    await project.registry.push_blob(project.full("app"), content)
    answer = await project.registry.get(f"{project.full('app')}/blobs/{digest}")
    assert (answer.status_code, answer.content) == (200, content)


async def test_what_an_interrupted_collection_left_is_swept_by_the_next(
    project: OwnProject, application: Application
) -> None:
    digest = await project.registry.push_blob(project.full("app"), b"left in the middle")
    async with application.database.begin() as connection:
        await connection.execute(text("DELETE FROM repository_blob"))
        await connection.execute(
            text("UPDATE blob SET state = 'trash', sweep_end = clock_timestamp() + interval '1 s' WHERE digest = :d"),
            {"d": digest},
        )
    told = Told()
    run = await collect(application, PATIENT, told=told)
    assert run.blobs == 1
    assert told.says("waiting ")
    assert await stored(application, {digest}) == set()


class _Failing:
    """A store whose deletions fail."""

    def __init__(self, application: Application) -> None:
        self._store = application.store

    async def delete(self, digest: str) -> None:
        raise ServiceUnavailable("the storage is away")


async def test_what_the_storage_does_not_delete_is_tried_again(project: OwnProject, application: Application) -> None:
    from moorage.lifecycle.collection import Collector
    from moorage.lifecycle.collection_models import Options

    digest = await project.registry.push_blob(project.full("app"), b"stubborn")
    collector = Collector(application.database, _Failing(application), AT_ONCE)  # type: ignore[arg-type]
    with pytest.raises(ServiceUnavailable, match=f"1 blobs could not be deleted, {digest} for one"):
        await collector.run(Options(), Told())
    assert await stored(application, {digest}) == {digest}
    async with application.database.begin() as connection:
        await connection.execute(text("UPDATE blob SET sweep_end = clock_timestamp()"))
    assert (await collect(application)).blobs == 1
    assert await stored(application, {digest}) == set()


# --- untagged artifacts ---------------------------------------------------------------------------


async def test_untagged_artifacts_go_to_the_trash_only_where_asked(
    project: OwnProject, application: Application
) -> None:
    made = await project.push("app", "v1")
    moved = await project.push("app", "v1")
    assert (await collect(application, KEEPING)).untagged == 0
    assert (await project.pull("app", made.digest)).status_code == 200
    told = Told()
    run = await collect(application, KEEPING, told=told, delete_untagged=True)
    assert run.untagged == 1
    assert told.says("delete the untagged artifact: ProjectID:")
    assert (await project.pull("app", made.digest)).status_code == 404
    await project.pulls("app", moved, "v1")
    (entry,) = await project.trash()
    assert (entry["kind"], entry["digest"], entry["artifact_count"]) == ("artifact", made.digest, 1)
    assert (await project.undelete(entry["id"])).status_code == 200
    await project.pulls("app", made, made.digest)


async def test_children_of_an_index_and_referrers_stay_with_what_they_belong_to(
    project: OwnProject, application: Application
) -> None:
    child, other = await project.push("app"), await project.push("app")
    whole = index([child, other])
    await project.push("app", "all", made=whole)
    referrer = image(subject=whole, config_type=SIGNATURE)
    await project.push("app", made=referrer)
    assert (await collect(application, KEEPING, delete_untagged=True)).untagged == 0
    for made in (child, other, whole, referrer):
        await project.pulls("app", made, made.digest)

    # The index loses its tag: everything goes, and comes back, as one.
    await project.push("app", "all")
    assert (await collect(application, KEEPING, delete_untagged=True)).untagged == 4
    entry = (await project.trash())[0]
    assert (entry["digest"], entry["artifact_count"]) == (whole.digest, 4)
    assert (await project.undelete(entry["id"])).json()["artifact_count"] == 4
    for made in (child, other, whole, referrer):
        await project.pulls("app", made, made.digest)


async def test_a_tagged_child_stays_and_so_does_one_that_another_index_lists(
    project: OwnProject, application: Application
) -> None:
    tagged, shared, lonely = await project.push("app", "one"), await project.push("app"), await project.push("app")
    await project.push("app", made=index([tagged, shared, lonely]))
    await project.push("app", "other", made=index([shared], annotations={"a": "b"}))
    assert (await collect(application, KEEPING, delete_untagged=True)).untagged == 2
    await project.pulls("app", tagged, "one")
    await project.pulls("app", shared, shared.digest)
    assert (await project.pull("app", lonely.digest)).status_code == 404


async def test_a_referrer_goes_when_its_subject_never_came_and_along_with_it_when_it_goes(
    project: OwnProject, application: Application
) -> None:
    never = image()
    early = image(subject=never)
    await project.push("app", made=early)
    subject = await project.push("app", "v1")
    late = image(subject=subject)
    await project.push("app", made=late)
    assert (await collect(application, KEEPING, delete_untagged=True)).untagged == 1
    assert (await project.pull("app", early.digest)).status_code == 404
    assert (await project.pull("app", late.digest)).status_code == 200
    await project.delete("app", subject.digest)
    assert (await project.pull("app", late.digest)).status_code == 404
    assert (await collect(application, KEEPING, delete_untagged=True)).untagged == 0


async def test_an_accessory_with_an_immutable_tag_stays(project: OwnProject, application: Application) -> None:
    subject = await project.push("app")
    signature = image(subject=subject)
    await project.push("app", "keep-me", made=signature)
    await project.make_rule("keep-*")
    assert (await collect(application, KEEPING, delete_untagged=True)).untagged == 1
    await project.pulls("app", signature, "keep-me")


async def test_what_is_younger_than_the_setting_says_is_left(project: OwnProject, application: Application) -> None:
    await project.push("app")
    rules = Rules(timedelta(), timedelta(days=7), untagged_age=timedelta(hours=1))
    assert (await collect(application, rules, delete_untagged=True)).untagged == 0


async def test_an_index_can_be_pushed_although_its_parts_were_collected_before(
    project: OwnProject, application: Application
) -> None:
    parts = [await project.push("app"), await project.push("app")]
    nested = index(parts[:1])
    await project.push("app", made=nested)
    assert (await collect(application, KEEPING, delete_untagged=True)).untagged == 3
    whole = index([nested, parts[1]])
    assert (await project.put("app", whole, "all")).status_code == 201
    for made in (*parts, nested):
        await project.pulls("app", made, made.digest)

    by_hand = await project.push("app")
    await project.delete("app", by_hand.digest)
    assert (await project.put("app", index([by_hand]), "no")).status_code in (400, 404)


async def test_an_untagged_artifact_frees_its_quota_and_tells_that_it_is_gone(
    project: OwnProject, application: Application
) -> None:
    await project.push("app")
    assert await _used(project) > 0
    await collect(application, KEEPING, delete_untagged=True)
    assert await _used(project) == 0
    events = (
        "SELECT count(*) FROM outbox WHERE operation = 'delete' AND resource_type = 'artifact' AND resource LIKE :r"
    )
    rows = "SELECT count(*) FROM audit_log WHERE operation = 'delete' AND resource LIKE :r"
    pattern = f"{project.full('app')}@%"
    assert await count(application, events, r=pattern) + await count(application, rows, r=pattern) >= 1


async def _used(project: OwnProject) -> int:
    summary = (await project.api("GET", "/summary")).json()
    return int(summary["quota"]["used"]["storage"])


# --- deletions ------------------------------------------------------------------------------------


async def test_a_deleted_repository_goes_in_the_end(project: OwnProject, application: Application) -> None:
    made = await project.push("app", "v1")
    await project.delete_repository("app")
    await collect(application, KEEPING)
    named = "SELECT count(*) FROM repository WHERE name = :n"
    assert await count(application, named, n=project.full("app")) == 1
    await collect_all(application)
    assert await count(application, named, n=project.full("app")) == 0
    assert await stored(application, digests(made)) == set()
    await project.push("app", "v1", made=made)
    await project.pulls("app", made, "v1")


async def test_an_empty_repository_that_could_come_back_stays(project: OwnProject, application: Application) -> None:
    made = await project.push("app", "v1")
    await delete_for_good(project, "app", made)
    await project.delete_repository("app")
    for _ in range(3):
        await collect(application, KEEPING)
    (entry,) = await project.trash()
    assert (await project.undelete(entry["id"])).status_code == 200


async def test_a_deleted_project_cannot_come_back_after_its_time(project: OwnProject, application: Application) -> None:
    made = await project.push("app", "v1")
    await project.delete_repository("app")
    answer = await project.registry.request("DELETE", f"/api/v2.0/projects/{project.name}")
    assert answer.status_code == 200, answer.text
    listing = f"/api/v2.0/trash?q=resource={project.name}"
    (entry,) = (await project.registry.request("GET", listing)).json()
    await collect(application, KEEPING)
    assert len((await project.registry.request("GET", listing)).json()) == 1
    await collect(application)
    assert (await project.registry.request("GET", listing)).json() == []
    answer = await project.registry.request("POST", f"/api/v2.0/trash/{entry['id']}/undelete")
    assert answer.status_code == 404
    await collect(application, KEEPING)
    await collect(application, KEEPING)
    assert await stored(application, digests(made)) == set(), "nor can what was deleted in it"


async def test_history_of_a_living_artifact_stays_when_a_tag_s_deletion_is_dropped(
    project: OwnProject, application: Application
) -> None:
    made = await project.push("app", "v1", "v2")
    await project.delete("app", "v1")
    # Those of other tests may be among them.
    assert (await collect(application)).deletions >= 1
    assert await project.trash() == []
    assert [row["tag"] for row in await project.history("app")] == ["v2", "v1"]
    await project.pulls("app", made, "v2")


async def test_an_index_whose_child_was_dropped_says_why_it_cannot_come_back(project: OwnProject) -> None:
    child = await project.push("app")
    whole = index([child])
    await project.push("app", "all", made=whole)
    await project.delete("app", whole.digest)
    await delete_for_good(project, "app", child)
    (entry,) = await project.trash()
    answer = await project.undelete(entry["id"])
    assert answer.status_code == 412
    assert f"{whole.digest} lists {child.digest}, which was deleted" in answer.text
    await project.push("app", made=child)
    await project.push("app", "all", made=whole)
    await project.pulls("app", whole, "all")


async def test_dropping_needs_the_right_to_delete(project: OwnProject) -> None:
    made = await project.push("app", "v1")
    await project.delete("app", made.digest)
    (entry,) = await project.trash()
    stranger = Registry(project.registry.http, None)
    path = f"/api/v2.0/projects/{project.name}/trash/{entry['id']}"
    assert (await stranger.request("DELETE", path)).status_code == 401
    assert (await project.api("DELETE", "/trash/99999999")).status_code == 404
    assert (await project.api("DELETE", "/trash/x")).status_code == 422
    assert (await project.registry.request("DELETE", f"/api/v2.0/trash/{entry['id']}")).status_code == 404
    assert (await project.api("DELETE", f"/trash/{entry['id']}")).status_code == 200
    assert (await project.api("DELETE", f"/trash/{entry['id']}")).status_code == 404
    assert (await project.undelete(entry["id"])).status_code == 404


# --- dry runs, numbers ----------------------------------------------------------------------------


async def test_the_list_of_a_dry_run_is_the_list_of_the_run(project: OwnProject, application: Application) -> None:
    await collect_all(application)  # what other tests left
    gone, other = await project.push("app", "v1"), await project.push("app", "v2")
    await delete_for_good(project, "app", gone)
    await project.delete("app", other.digest)
    await project.push("app", made=index([await project.push("app"), await project.push("app", "kept")]))
    await project.registry.push_blob(project.full("app"), b"abandoned")
    told = Told()
    dry = await collect(application, told=told, dry_run=True, delete_untagged=True)
    planned = await listed(application, dry)
    assert sorted({kind for kind, *_ in planned}) == ["blob", "deletion", "manifest", "untagged"]
    assert (dry.blobs, dry.manifests, dry.untagged, dry.deletions) == (3, 1, 2, 1)
    assert told.says("3 blobs and 1 manifests eligible for deletion")
    assert told.says("The GC could free up ")
    assert (await project.pull("app", "kept")).status_code == 200
    assert (await project.trash())[0]["restorable"]

    told = Told()
    run = await collect(application, told=told, delete_untagged=True)
    assert await listed(application, run) == planned
    assert (run.blobs, run.manifests, run.freed_bytes) == (dry.blobs, dry.manifests, dry.freed_bytes)
    assert told.says("3 blobs and 1 manifests are actually deleted in ")
    assert sum(line.startswith("delete blob from storage: sha256:") for line in told.lines) == 3
    assert told.numbers == {"purged_blobs": 3, "purged_manifests": 1, "freed_space": run.freed_bytes}
    after = await collect(application, dry_run=True)
    kinds = {kind for kind, *_ in await listed(application, after)}
    assert kinds == {"deletion", "blob", "manifest"}, "what the run has freed"


async def test_several_workers_and_a_rate(project: OwnProject, application: Application) -> None:
    wanted = {await project.registry.push_blob(project.full("app"), f"blob {n}".encode()) for n in range(12)}
    rules = Rules(timedelta(), timedelta(), rate=20)
    import time

    began = time.monotonic()
    run = await collect(application, rules, workers=3)
    assert run.blobs == 12
    assert time.monotonic() - began >= 0.5, "twenty in a second, so twelve take more than half of one"
    assert await stored(application, wanted) == set()
