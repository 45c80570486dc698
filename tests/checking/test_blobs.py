"""Every kind of damage to blobs is found, goes into quarantine, and heals."""

from __future__ import annotations

from pathlib import Path

import pytest

from moorage.checking.models import Orphans
from moorage.oci.names import digest_of
from moorage.storage import paths
from tests.checking.house import House, kinds, replica_of
from tests.registry.client import code
from tests.registry.content import image, index, random_bytes

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


def flipped(content: bytes) -> bytes:
    return bytes([content[0] ^ 1]) + content[1:]


@pytest.mark.parametrize(
    ("damage", "kind", "problem"),
    [
        (flipped, "corrupt", "its bytes are damaged: they hash to sha256:"),
        (lambda content: content[:100], "corrupt", "it has 100 bytes instead of 256, and they hash to sha256:"),
        (lambda content: content + b"x", "corrupt", "it has 257 bytes instead of 256, and they hash to sha256:"),
        (lambda content: None, "missing", "its bytes are missing"),
    ],
    ids=["flipped", "truncated", "longer", "missing"],
)
async def test_damaged_bytes_are_found_named_and_kept_from_everybody(
    house: House, damage: object, kind: str, problem: str
) -> None:
    made = await house.push("team/app", "v1")
    await house.registry.put_manifest("team/app", made, "v2")
    whole = index([made])
    await house.registry.put_manifest("team/app", whole, "all")
    untouched = await house.push("team/other", "v1")
    layer = made.blobs[1]
    damaged = damage(layer)  # type: ignore[operator]
    digest = house.damage(layer, damaged)

    (finding,) = await house.check()
    assert (finding.kind, finding.name, finding.repaired) == (kind, digest, False)
    assert problem in finding.problem
    named = {(broken.repository, broken.digest, tuple(broken.tags)) for broken in finding.artifacts}
    assert named == {("team/app", made.digest, ("v1", "v2")), ("team/app", whole.digest, ("all",))}
    assert await house.sql("SELECT 1 FROM blob WHERE quarantine_time IS NOT NULL") == [], "it was only asked"

    (finding,) = await house.check(repair=True)
    assert (finding.kind, finding.artifact_count) == (kind, 2)
    assert "in quarantine" in finding.repair
    answer = await house.pull("team/app", layer)
    assert (answer.status_code, code(answer)) == (404, "BLOB_UNKNOWN")
    message = answer.json()["errors"][0]["message"]
    assert digest in message
    assert problem in message
    await house.pulls("team/other", "v1", untouched)
    if damaged is not None:
        (aside,) = house.hands.files(paths.QUARANTINE)
        assert digest.partition(":")[2] in aside
        assert house.hands.get(aside) == damaged, "bytes are moved, never deleted"
    assert house.hands.get(paths.blob(digest)) is None

    ((resource, details),) = await house.events("quarantine")
    assert (resource, details["artifact_count"]) == (digest, 2)
    assert {artifact["digest"] for artifact in details["artifacts"]} == {made.digest, whole.digest}
    assert kinds(await house.check()) == ["quarantined"], "nothing has healed it"
    assert kinds(await house.check(repair=True)) == ["quarantined"]
    assert len(await house.events("quarantine")) == 1


async def test_a_push_of_the_same_digest_heals(house: House) -> None:
    made = await house.push()
    layer = made.blobs[1]
    digest = house.damage(layer, flipped(layer))
    await house.check(repair=True)

    head = await house.registry.request("HEAD", f"/v2/team/app/blobs/{digest}")
    assert head.status_code == 404, "a push must not believe that it is there"
    mount = await house.registry.request(
        "POST", "/v2/team/other/blobs/uploads/", params={"mount": digest, "from": "team/app"}
    )
    assert mount.status_code == 202, "it cannot be mounted either"
    anywhere = await house.registry.request("POST", "/v2/team/other/blobs/uploads/", params={"mount": digest})
    assert anywhere.status_code == 202
    refused = await house.registry.put_manifest("team/app", made, "v2")
    assert (refused.status_code, code(refused)) == (400, "MANIFEST_BLOB_UNKNOWN")
    copied = await house.registry.request(
        "POST", "/api/v2.0/projects/team/repositories/copy/artifacts", params={"from": "team/app:v1"}
    )
    assert (copied.status_code, digest in copied.text) == (400, True), "nothing broken is multiplied"

    await house.registry.push_blob("team/app", layer)
    await house.pulls("team/app", "v1", made)
    ((resource, details),) = await house.events("heal")
    assert resource == digest
    assert "damaged" in details["reason"]
    assert await house.check() == []
    assert len(house.hands.files(paths.QUARANTINE)) == 1, "what was moved aside stays for people to look at"


async def test_a_push_in_one_request_heals_what_was_truncated(house: House) -> None:
    made = await house.push()
    layer = made.blobs[1]
    digest = house.damage(layer, layer[:10])
    await house.check(repair=True)
    answer = await house.registry.request(
        "POST", "/v2/team/app/blobs/uploads/", params={"digest": digest}, content=layer
    )
    assert answer.status_code == 201
    await house.pulls("team/app", "v1", made)
    assert await house.check() == []


async def test_what_a_source_has_is_healed_at_once(house: House, replica: Path) -> None:
    made = await house.push()
    config, layer = made.blobs
    house.damage(layer, flipped(layer))
    house.damage(config, None)
    source = replica_of(replica, layer, config)
    findings = await house.check([source], repair=True)
    assert kinds(findings) == ["corrupt", "missing"]
    assert all(finding.repaired and "the replica" in finding.repair for finding in findings)
    await house.pulls("team/app", "v1", made)
    assert len(await house.events("heal")) == 2
    assert await house.check([source]) == []
    assert house.hands.files(paths.UPLOADS) == []


async def test_bytes_without_a_row_are_moved_aside_when_they_are_old_enough(house: House) -> None:
    content = random_bytes()
    digest = digest_of(content)
    house.hands.put(paths.blob(digest), content)
    (finding,) = await house.check()
    assert (finding.kind, finding.name) == ("orphan", digest)
    (finding,) = await house.check(repair=True, window=3600)
    assert "too young" in finding.repair
    (finding,) = await house.check(repair=True, orphans=Orphans.KEEP)
    assert not finding.repaired
    (finding,) = await house.check(repair=True)
    assert finding.repaired
    (aside,) = house.hands.files(paths.QUARANTINE)
    assert house.hands.get(aside) == content
    assert await house.check() == []
    assert await house.registry.push_blob("team/app", content) == digest
    assert await house.check() == []


async def test_files_that_are_no_blobs_are_moved_aside(house: House) -> None:
    made = await house.push()
    beside = f"{paths.blob_directory(digest_of(made.blobs[1]))}/data.bak"
    misplaced = f"{paths.BLOBS}/sha256/00/{'ab' * 32}/data"
    for path in (beside, misplaced, f"{paths.BLOBS}/README"):
        house.hands.put(path, b"?")
    assert kinds(await house.check()) == ["stray", "stray", "stray"]
    assert await house.check(window=3600) == [], "whoever put them there may not be done"
    assert all(finding.repaired for finding in await house.check(repair=True))
    assert len(house.hands.files(paths.QUARANTINE)) == 3
    assert await house.check() == []
    await house.pulls("team/app", "v1", made)


async def test_blobs_of_both_algorithms_are_compared_in_one_order(house: House) -> None:
    for algorithm in ("sha512", "sha256"):
        for _ in range(3):
            made = image(algorithm=algorithm)
            await house.registry.push("team/app", made, made.digest)
    report = await house.report()
    assert (report.blobs, report.verified_blobs, report.findings) == (12, 12, 0)
    report.close()
