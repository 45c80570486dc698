"""Adopting what the real CNCF distribution wrote."""

from __future__ import annotations

import asyncio
import os
import shutil

import pytest
from sqlalchemy import text

from moorage.adoption.report import Report
from moorage.oci.names import digest_of
from moorage.storage import paths
from tests.adoption.checks import accessories, assert_readable, everything, rows, tag_history
from tests.adoption.conftest import OpenAdopter, Store
from tests.registry.content import image

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


async def test_a_whole_store_is_readable_byte_for_byte(open_adopter: OpenAdopter, pristine: Store) -> None:
    adopter = await open_adopter({"root": pristine.root})
    report = await adopter.adopt()
    assert list(report.skipped) == []
    await assert_readable(adopter, pristine)
    expected = pristine.expected
    assert report.repositories.adopted == len(expected.repositories) == report.found == report.done
    assert report.manifests.adopted == len(expected.manifests)
    assert report.tags.adopted == len(expected.tags)
    blobs = dict(zip((digest for _, digest in expected.blobs), expected.blobs.values(), strict=True))
    assert report.blobs.adopted == len(blobs)
    assert report.bytes == sum(map(len, blobs.values()))


async def test_rows_are_those_a_push_would_write(open_adopter: OpenAdopter, pristine: Store, database_url: str) -> None:
    adopter = await open_adopter({"root": pristine.root})
    await adopter.adopt()
    adopted = [await rows(adopter, sql) for sql in PUSHED]
    await adopter.clear()
    for (name, _), content in pristine.expected.manifests.items():
        # Children were pushed before their indexes, and the order is kept.
        await adopter.registry.push(name, content)
    for (name, tag), digest in pristine.expected.tags.items():
        await adopter.registry.put_manifest(name, pristine.expected.manifests[name, digest], tag)
    pushed = [await rows(adopter, sql) for sql in PUSHED]
    assert [sorted(table, key=repr) for table in adopted] == [sorted(table, key=repr) for table in pushed]


#: What a push writes, without ids and times.
PUSHED = (
    "SELECT r.name, first_push_time IS NOT NULL, p.name FROM repository r JOIN project p USING (project_id)",
    "SELECT r.name, a.digest, media_type, artifact_type, config_media_type, manifest_size, size, subject_digest,"
    " annotations, state, content FROM artifact a JOIN repository r USING (repository_id)"
    " JOIN manifest m ON m.digest = a.digest",
    "SELECT r.name, a.digest, b.digest, b.size FROM artifact_blob JOIN artifact a USING (artifact_id)"
    " JOIN blob b USING (blob_id) JOIN repository r USING (repository_id)",
    "SELECT r.name, p.digest, position, a.digest, child_digest, platform, urls, c.annotations FROM artifact_child c"
    " JOIN artifact a ON a.artifact_id = child_id JOIN artifact p ON p.artifact_id = parent_id"
    " JOIN repository r ON r.repository_id = p.repository_id",
    "SELECT r.name, a.digest, x.subject_digest, x.type FROM artifact_accessory x"
    " JOIN artifact a USING (artifact_id) JOIN repository r ON r.repository_id = x.repository_id",
    "SELECT r.name, t.name, a.digest FROM tag t JOIN artifact a USING (artifact_id)"
    " JOIN repository r ON r.repository_id = t.repository_id WHERE lifetime_end IS NULL",
)


async def test_a_second_run_changes_nothing(open_adopter: OpenAdopter, damaged: Store) -> None:
    adopter = await open_adopter({"root": damaged.root})
    first = await adopter.adopt()
    before = await everything(adopter)
    second = await adopter.adopt()
    assert await everything(adopter) == before
    for name in ("repositories", "manifests", "tags", "blobs"):
        was, now = getattr(first, name), getattr(second, name)
        assert (now.adopted, now.already_there, now.skipped) == (0, was.adopted, was.skipped), name
    assert second.bytes == 0
    # An index that was adopted without a child is there.
    told = sorted(repr(entry) for entry in first.skipped if entry.kind != "child")
    assert sorted(map(repr, second.skipped)) == told


async def test_what_a_tag_named_before_is_kept_without_invented_times(
    open_adopter: OpenAdopter, pristine: Store
) -> None:
    adopter = await open_adopter({"root": pristine.root})
    await adopter.adopt()
    named = pristine.expected.named
    history = await tag_history(adopter, "shop/web", "moved")
    assert {digest for digest, _, _ in history} == {named[f"moved {number}"] for number in range(3)}
    assert [(start == end, end is None) for digest, start, end in history if digest != named["moved 2"]] == [
        (True, False),
        (True, False),
    ]
    assert [end for digest, _, end in history if digest == named["moved 2"]] == [None]


async def test_what_was_deleted_stays_deleted(open_adopter: OpenAdopter, pristine: Store) -> None:
    adopter = await open_adopter({"root": pristine.root})
    await adopter.adopt()
    for reference in ("gone", pristine.expected.named["deleted"]):
        assert (await adopter.registry.get(f"shop/web/manifests/{reference}")).status_code == 404


async def test_referrers_and_accessories_are_found(open_adopter: OpenAdopter, pristine: Store) -> None:
    adopter = await open_adopter({"root": pristine.root})
    await adopter.adopt()
    named = pristine.expected.named
    answer = (await adopter.registry.get(f"shop/signed/referrers/{named['signed']}")).json()
    kinds = ("application/vnd.cncf.notary.signature", "application/vnd.example.sbom")
    assert {item["artifactType"]: item["digest"] for item in answer["manifests"]} == {
        kind: named[kind] for kind in kinds
    }
    assert {item["annotations"]["org.example.kind"] for item in answer["manifests"]} == set(kinds)
    assert await accessories(adopter, "shop/signed") == {
        (named["signature"], named["signed"], "signature.cosign"),
        (named[kinds[0]], named["signed"], "signature.notation"),
        (named[kinds[1]], named["signed"], "subject.accessory"),
    }


async def test_blobs_are_read_only_through_repositories_that_linked_them(
    open_adopter: OpenAdopter, pristine: Store
) -> None:
    adopter = await open_adopter({"root": pristine.root})
    await adopter.adopt()
    for name, digest in pristine.expected.blobs:
        if name != "shop/signed":
            continue
        assert (await adopter.registry.get(f"shop/docker/blobs/{digest}")).status_code == 404


async def test_projects_are_private_and_the_owner_administers_them(open_adopter: OpenAdopter, pristine: Store) -> None:
    adopter = await open_adopter({"root": pristine.root})
    await adopter.adopt()
    assert await rows(adopter, "SELECT public, owner_id FROM project WHERE name = 'shop'") == [(False, 1)]
    members = "SELECT entity_id, role FROM project_member JOIN project USING (project_id) WHERE name = 'shop'"
    assert await rows(adopter, members) == [(1, 1)]


async def test_projects_can_be_public_and_chosen(open_adopter: OpenAdopter, pristine: Store) -> None:
    adopter = await open_adopter({"root": pristine.root})
    report = await adopter.adopt(public=True, projects=frozenset({"shop"}))
    assert list(report.notes) == []
    assert await rows(adopter, "SELECT name, public FROM project ORDER BY name") == [("library", True), ("shop", True)]
    names = [row[0] for row in await rows(adopter, "SELECT name FROM repository")]
    assert names
    assert all(name.startswith("shop/") for name in names)


async def test_a_repository_without_a_project_goes_into_the_default_one(
    open_adopter: OpenAdopter, pristine: Store
) -> None:
    adopter = await open_adopter({"root": pristine.root})
    report = await adopter.adopt(default_project="attic")
    assert [(note.kind, note.name, note.reason.partition(":")[0]) for note in report.notes] == [
        ("repository", "busybox", "adopted as attic/busybox")
    ]
    assert (await adopter.registry.get("attic/busybox/manifests/latest")).status_code == 200


async def test_unfinished_uploads_are_counted_and_left(open_adopter: OpenAdopter, pristine: Store) -> None:
    adopter = await open_adopter({"root": pristine.root})
    report = await adopter.adopt()
    assert report.unfinished_uploads == 1
    assert await rows(adopter, "SELECT name FROM repository WHERE name = 'shop/halfway'") == []


async def test_a_dry_run_tells_the_same_and_writes_nothing(open_adopter: OpenAdopter, damaged: Store) -> None:
    adopter = await open_adopter({"root": damaged.root})
    before = await everything(adopter)
    rehearsed = await adopter.adopt(dry_run=True)
    assert await everything(adopter) == before
    done = await adopter.adopt()
    assert summary(rehearsed) == summary(done)


async def test_an_interrupted_run_is_finished_by_the_next(
    open_adopter: OpenAdopter, pristine: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopter = await open_adopter({"root": pristine.root})

    class Killed(Exception):
        pass

    for stage in ("blobs.BlobAdoption", "manifests.ManifestAdoption", "tags.TagAdoption"):
        with monkeypatch.context() as patch:

            async def die(*args: object) -> None:
                raise Killed

            patch.setattr(f"moorage.adoption.{stage}.adopt", die)
            with pytest.raises(Killed):
                await adopter.adopt()
    await adopter.adopt()
    await assert_readable(adopter, pristine)


# --- damage ---------------------------------------------------------------------------------------


async def test_everything_that_is_whole_is_adopted_from_a_damaged_store(
    open_adopter: OpenAdopter, damaged: Store
) -> None:
    adopter = await open_adopter({"root": damaged.root})
    await adopter.adopt()
    await assert_readable(adopter, damaged)


async def test_everything_skipped_is_reported_with_its_reason(open_adopter: OpenAdopter, damaged: Store) -> None:
    adopter = await open_adopter({"root": damaged.root})
    report = await adopter.adopt()
    named = damaged.expected.named
    skipped = {(entry.kind, entry.name): entry.reason for entry in report.skipped}
    schema1 = skipped.pop(("manifest", f"damaged/old@{named['schema 1']}"))
    assert schema1.startswith("Docker schema 1 manifests are not supported")
    no_json = skipped.pop(("manifest", f"damaged/old@{named['no JSON']}"))
    assert no_json.startswith("unmarshal manifest failed")
    rotten = skipped.pop(("manifest", f"damaged/manifest@{named['rotten']}"))
    assert rotten.startswith("its bytes are damaged: they hash to sha256:")
    size = len(image().blobs[1])
    assert skipped == {
        ("repository", "hello"): "it has no project, and the store has another library/hello",
        ("blob", f"damaged/no-bytes@{named['no bytes']}"): "its bytes are missing from the store",
        ("manifest", f"damaged/no-bytes@{named['no bytes, manifest']}"): (
            f"the blob {named['no bytes']} is not in the repository"
        ),
        ("tag", "damaged/no-bytes:1"): f"the manifest {named['no bytes, manifest']} is not in the repository",
        ("manifest", f"damaged/short@{named['short, manifest']}"): (
            f"the blob {named['short']} has 100 bytes, not {size}"
        ),
        ("tag", "damaged/short:1"): f"the manifest {named['short, manifest']} is not in the repository",
        ("tag", "damaged/manifest:1"): f"the manifest {named['rotten']} is not in the repository",
        ("tag", "damaged/tag:lost"): (
            "its link is damaged (it holds '" + r"\x00" * 40 + "'…), so what it named is unknown"
        ),
        ("child", f"damaged/sparse@{named['sparse child']}"): (
            f"missing; the index {named['sparse']} is adopted without it"
        ),
        ("manifest", f"damaged/old@{named['NUL']}"): "unmarshal manifest failed: text must not contain U+0000",
    }
    assert (report.manifests.skipped, report.tags.skipped, report.blobs.skipped) == (6, 4, 1)


async def test_a_damaged_link_is_mended_by_its_place(open_adopter: OpenAdopter, damaged: Store) -> None:
    adopter = await open_adopter({"root": damaged.root})
    report = await adopter.adopt()
    notes = {(note.kind, note.name): note.reason for note in report.notes}
    assert notes["blob", f"damaged/link@{damaged.expected.named['link']}"] == (
        "its link was damaged (it is empty); the directory it lies in names the same digest"
    )


async def test_directories_that_are_no_repositories_are_reported(open_adopter: OpenAdopter, copied: Store) -> None:
    repositories = copied.root / paths.REPOSITORIES
    long = "shop/" + "/".join(["n" * 200] * 2)
    for name in ("shop/Web", "shop/\udcff", long, "Shop"):
        (repositories / name / "_layers").mkdir(parents=True)
    for algorithm in ("sha256", "md5"):
        (repositories / "shop/web/_layers" / algorithm / "abc").mkdir(parents=True)
    (repositories / "shop/web/_manifests/tags/-").mkdir()
    (repositories / "shop/web/_manifests/tags/empty").mkdir()
    adopter = await open_adopter({"root": copied.root})
    report = await adopter.adopt()
    no_digest = "not a digest of a supported algorithm (sha256, sha512)"
    assert {(entry.kind, entry.name, entry.reason) for entry in report.skipped} == {
        ("repository", "shop/Web", "not a valid repository name"),
        ("repository", "shop/\\udcff", "not a valid repository name"),
        ("repository", "Shop", "not a valid repository name"),
        ("repository", long, "not a valid repository name, or longer than 255 characters"),
        ("blob", "shop/web@sha256:abc", no_digest),
        ("blob", "shop/web@md5:abc", no_digest),
        ("tag", "shop/web:-", "not a valid tag name"),
        ("tag", "shop/web:empty", "it names nothing: its link is missing"),
    }
    await assert_readable(adopter, copied)


async def test_a_project_that_may_not_be_made_is_reported(open_adopter: OpenAdopter, copied: Store) -> None:
    repositories = copied.root / paths.REPOSITORIES
    shutil.move(repositories / "shop", repositories / "two__underscores")
    adopter = await open_adopter({"root": copied.root})
    report = await adopter.adopt()
    reason = "project two__underscores: project name is not in lower case or contains illegal characters"
    assert {entry.reason for entry in report.skipped} == {reason}
    assert report.repositories.adopted == 2


async def test_what_lies_in_the_trash_is_taken_out_again(open_adopter: OpenAdopter, pristine: Store) -> None:
    """Another repository may have let go of a blob here that this one needs."""
    adopter = await open_adopter({"root": pristine.root})
    await adopter.adopt()
    async with adopter.application.database.begin() as connection:
        await connection.execute(text("TRUNCATE repository CASCADE"))
        await connection.execute(text("UPDATE blob SET state = 'trash'"))
    report = await adopter.adopt()
    assert list(report.skipped) == []
    assert await rows(adopter, "SELECT DISTINCT state FROM blob") == [("live",)]
    await assert_readable(adopter, pristine)


async def test_verify_finds_bytes_that_changed(open_adopter: OpenAdopter, copied: Store) -> None:
    (name, digest), blob = next(iter(copied.expected.blobs.items()))
    (copied.root / paths.blob(digest)).write_bytes(bytes(len(blob)))
    adopter = await open_adopter({"root": copied.root})
    report = await adopter.adopt(verify=True)
    problems = [entry for entry in report.skipped if entry.kind == "blob"]
    assert {entry.reason for entry in problems} == {
        f"its bytes are damaged: they hash to {digest_of(bytes(len(blob)))}"
    }
    assert f"{name}@{digest}" in {entry.name for entry in problems}
    assert await rows(adopter, "SELECT count(*) FROM blob WHERE verified_time IS NULL") == [(0,)]
    assert (await adopter.registry.get(f"{name}/blobs/{digest}")).status_code == 404


async def test_verify_looks_at_what_was_adopted_without_it(open_adopter: OpenAdopter, copied: Store) -> None:
    adopter = await open_adopter({"root": copied.root})
    await adopter.adopt()
    (name, digest), blob = next(iter(copied.expected.blobs.items()))
    (copied.root / paths.blob(digest)).write_bytes(bytes(len(blob)))
    report = await adopter.adopt(verify=True)
    assert f"{name}@{digest}" in {entry.name for entry in report.skipped}
    assert await rows(adopter, "SELECT digest FROM blob WHERE verified_time IS NULL") == [(digest,)]


# --- both registries go on ------------------------------------------------------------------------


def move(store: Store, name: str, tag: str, digest: str) -> None:
    """Let the store's tag name another of its manifests, as distribution does it."""
    index = store.root / paths.tag_index(name, tag) / digest.partition(":")[2] / "link"
    index.parent.mkdir(parents=True, exist_ok=True)
    for path in (index, store.root / paths.tag_current_link(name, tag)):
        path.write_text(digest)


async def test_a_tag_that_moves_on_in_the_store_is_followed(open_adopter: OpenAdopter, copied: Store) -> None:
    adopter = await open_adopter({"root": copied.root})
    await adopter.adopt()
    named = copied.expected.named
    move(copied, "shop/web", "moved", named["moved 0"])
    report = await adopter.adopt()
    assert (report.tags.adopted, report.tags.skipped) == (1, 0)
    answer = await adopter.registry.get("shop/web/manifests/moved")
    assert answer.headers["docker-content-digest"] == named["moved 0"]
    history = await tag_history(adopter, "shop/web", "moved")
    ((began, ended),) = [(start, end) for digest, start, end in history if digest == named["moved 2"]]
    (current,) = [start for _, start, end in history if end is None]
    assert ended is not None
    assert began < ended <= current


async def test_a_tag_that_was_pushed_here_stays(open_adopter: OpenAdopter, copied: Store) -> None:
    adopter = await open_adopter({"root": copied.root})
    await adopter.adopt()
    named = copied.expected.named
    mine = image()
    await adopter.registry.push("shop/web", mine, "moved")
    report = await adopter.adopt()
    assert (report.tags.adopted, report.tags.skipped) == (0, 0)
    other = copied.expected.tags["shop/web", "nested"]
    move(copied, "shop/web", "moved", other)
    report = await adopter.adopt()
    assert [(entry.name, entry.reason) for entry in report.skipped] == [
        ("shop/web:moved", f"it was pushed here and names {mine.digest}, in the store it names {other}")
    ]
    answer = await adopter.registry.get("shop/web/manifests/moved")
    assert answer.headers["docker-content-digest"] == mine.digest != named["moved 2"]


async def test_what_was_deleted_here_does_not_come_back(open_adopter: OpenAdopter, copied: Store) -> None:
    adopter = await open_adopter({"root": copied.root})
    await adopter.adopt()
    digest = copied.expected.tags["library/hello", "1.0"]
    for reference in ("1.0", digest):
        answer = await adopter.registry.request("DELETE", f"/v2/library/hello/manifests/{reference}")
        assert answer.status_code == 202, answer.text
    report = await adopter.adopt()
    assert (report.manifests.adopted, report.tags.adopted, len(report.skipped)) == (0, 0, 0)
    for reference in ("1.0", "latest", digest):
        assert (await adopter.registry.get(f"library/hello/manifests/{reference}")).status_code == 404


async def test_pushes_go_on_meanwhile(open_adopter: OpenAdopter, pristine: Store) -> None:
    adopter = await open_adopter({"root": pristine.root})
    expected = pristine.expected
    created = await adopter.registry.request(
        "PUT", "/v2/library/hello/manifests/x", content=os.urandom(8), headers={"content-type": "application/json"}
    )
    assert created.status_code == 400

    async def push() -> None:
        for digest in [digest for name, digest in expected.manifests if name == "library/hello"] * 5:
            await adopter.registry.push("library/hello", expected.manifests["library/hello", digest], "1.0")
            await adopter.registry.push("library/hello", image(), "pushed")

    report, _ = await asyncio.gather(adopter.adopt(), push())
    assert {entry.name for entry in report.skipped} <= {"library/hello:1.0", "library/hello:latest"}
    for (name, digest), content in expected.manifests.items():
        assert (await adopter.registry.get(f"{name}/manifests/{digest}")).content == content.content


def summary(report: Report) -> object:
    """What two runs must agree on."""
    counts = [report.repositories, report.manifests, report.tags, report.blobs]
    entries = [sorted(map(repr, report.skipped)), sorted(map(repr, report.notes))]
    return counts, report.bytes, report.unfinished_uploads, entries
