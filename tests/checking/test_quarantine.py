"""What is the same on every kind of storage: samples, rates, sizes, and what people do by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from moorage.checking.models import Orphans
from moorage.checking.sources import open_sources
from moorage.oci.names import digest_of
from moorage.storage import paths
from tests.checking.house import House, kinds, replica_of
from tests.registry.content import random_bytes

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


@pytest.fixture(scope="module", params=["filesystem"])
def driver(request: pytest.FixtureRequest) -> str:
    """One will do."""
    return str(request.param)


def flipped(content: bytes) -> bytes:
    return bytes([content[0] ^ 1]) + content[1:]


async def test_what_is_whole_is_no_finding_and_is_noted_as_verified(house: House) -> None:
    made = await house.push()
    report = await house.report()
    assert (list(report), report.complete) == ([], True)
    assert (report.blobs, report.verified_blobs, report.manifests) == (2, 2, 1)
    assert report.verified_bytes == sum(map(len, made.blobs))
    report.close()
    assert await house.sql("SELECT count(*) FROM blob WHERE verified_time IS NULL") == [(0,)]


async def test_a_source_that_is_damaged_itself_heals_nothing(house: House, replica: Path) -> None:
    made = await house.push()
    layer = made.blobs[1]
    digest = house.damage(layer, None)
    source = replica_of(replica, layer)
    (replica / paths.blob(digest)).write_bytes(flipped(layer))
    (finding,) = await house.check([source], repair=True)
    assert not finding.repaired
    assert "damaged as well" in finding.repair
    assert house.hands.get(paths.blob(digest)) is None
    assert house.hands.files(paths.UPLOADS) == []
    (replica / paths.blob(digest)).write_bytes(layer)
    (finding,) = await house.check([source], repair=True)
    assert (finding.kind, finding.repaired) == ("quarantined", True)
    await house.pulls("team/app", "v1", made)


async def test_sources_are_named_by_the_settings(house: House, replica: Path) -> None:
    settings = house.application.settings
    integrity = settings.integrity.model_copy(update={"sources": (str(replica),)})
    made = await house.push()
    house.damage(made.blobs[1], None)
    replica_of(replica, made.blobs[1])
    async with open_sources(settings.model_copy(update={"integrity": integrity})) as sources:
        (finding,) = await house.check(sources, repair=True)
    assert finding.repaired
    assert str(replica) in finding.repair
    await house.pulls("team/app", "v1", made)


async def test_bytes_put_back_by_hand_are_given_out_again(house: House) -> None:
    made = await house.push()
    layer = made.blobs[1]
    digest = house.damage(layer, None)
    await house.check(repair=True)
    house.hands.put(paths.blob(digest), layer)
    (finding,) = await house.check()
    assert finding.kind == "quarantined"
    (finding,) = await house.check(repair=True)
    assert finding.repaired
    await house.pulls("team/app", "v1", made)
    assert await house.check() == []


async def test_damaged_bytes_put_back_by_hand_stay_in_quarantine(house: House) -> None:
    made = await house.push()
    digest = house.damage(made.blobs[1], None)
    await house.check(repair=True)
    house.hands.put(paths.blob(digest), b"something else")
    (finding,) = await house.check(repair=True)
    assert (finding.kind, finding.repaired) == ("quarantined", False)
    assert house.hands.get(paths.blob(digest)) is None
    await house.registry.push_blob("team/app", made.blobs[1])
    await house.pulls("team/app", "v1", made)


async def test_a_row_with_a_wrong_size_is_corrected_and_so_is_what_counts(house: House) -> None:
    made = await house.push()
    digest = digest_of(made.blobs[1])
    before = await house.sql("SELECT quota_usage(project_id) FROM project WHERE name = 'team'")
    await house.sql("UPDATE blob SET size = 1000 WHERE digest = :digest", digest=digest)
    await house.sql("UPDATE project_blob SET size = 1000 WHERE size = 256")
    findings = await house.check()
    assert kinds(findings) == ["quota", "size"]
    assert "it has 256 bytes, and its row says 1000" in {finding.problem for finding in findings}
    assert kinds(await house.check(repair=True)) == ["quota", "size"]
    assert await house.check() == []
    assert await house.sql("SELECT quota_usage(project_id) FROM project WHERE name = 'team'") == before
    await house.pulls("team/app", "v1", made)


async def test_a_sample_compares_every_size_and_hashes_some(house: House) -> None:
    for _ in range(5):
        await house.push("team/app", "v1")
    made = await house.push("team/app", "v2")
    report = await house.report(sample=0.0)
    assert (report.blobs, report.verified_blobs, report.findings) == (12, 0, 0)
    report.close()
    house.damage(made.blobs[0], None)
    house.damage(made.blobs[1], made.blobs[1][:7])
    assert kinds(await house.check(sample=0.0)) == ["corrupt", "missing"]


async def test_the_rate_is_kept(house: House) -> None:
    for _ in range(3):
        await house.registry.push_blob("team/app", random_bytes(100_000))
    report = await house.report(rate=200_000)
    assert report.verified_bytes == 300_000
    assert report.seconds > 0.4, "300 kB at 200 kB/s, of which one second's worth may come at once"
    report.close()


async def test_bytes_without_a_row_are_deleted_only_when_asked(house: House) -> None:
    content = random_bytes()
    house.hands.put(paths.blob(digest_of(content)), content)
    (finding,) = await house.check(repair=True, orphans=Orphans.REMOVE)
    assert (finding.repair, finding.repaired) == ("deleted", True)
    assert house.hands.files(paths.ROOT) == []


async def test_what_another_registry_on_the_store_has_is_left_alone(house: House) -> None:
    content = random_bytes()
    digest = digest_of(content)
    house.hands.put(paths.blob(digest), content)
    house.hands.put(paths.layer_link("library/theirs", digest), digest.encode())
    (finding,) = await house.check(repair=True)
    assert (finding.kind, finding.repaired) == ("orphan", False)
    assert "another registry" in finding.repair
    assert house.hands.get(paths.blob(digest)) == content
    made = await house.push()
    house.hands.put(paths.blob(made.digest), made.content)
    report = await house.report()
    assert (kinds(list(report)), report.foreign_manifests) == (["orphan"], 1), "an adopted manifest is no orphan"
    report.close()
    house.hands.remove(paths.layer_link("library/theirs", digest))


async def test_a_quarantined_blob_can_be_deleted_from_a_repository(house: House) -> None:
    content = random_bytes()
    digest = await house.registry.push_blob("team/app", content)
    house.damage(content, None)
    await house.check(repair=True)
    assert (await house.registry.request("DELETE", f"/v2/team/app/blobs/{digest}")).status_code == 202
