"""Damage to rows and manifests is found and repaired; a second look finds nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from moorage.oci.names import digest_of
from tests.checking.house import House, kinds, replica_of
from tests.registry.client import code
from tests.registry.content import image, index

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


@pytest.fixture(scope="module", params=["filesystem"])
def driver(request: pytest.FixtureRequest) -> str:
    """Rows are the same on every kind of storage."""
    return str(request.param)


# --- manifests ------------------------------------------------------------------------------------


async def test_a_damaged_manifest_is_refused_and_healed_by_a_push(house: House) -> None:
    made = await house.push()
    await house.sql("UPDATE manifest SET content = :content", content=made.content + b" ")
    house.application.artifacts._contents.clear()
    answer = await house.registry.get("team/app/manifests/v1")
    assert (answer.status_code, code(answer)) == (404, "MANIFEST_UNKNOWN")
    assert made.digest in answer.json()["errors"][0]["message"]
    (finding,) = await house.check(repair=True)
    assert (finding.kind, finding.name, finding.repaired) == ("manifest", made.digest, False)
    assert [(broken.repository, broken.tags) for broken in finding.artifacts] == [("team/app", ["v1"])]
    assert (await house.registry.put_manifest("team/app", made, "v1")).status_code == 201
    await house.pulls("team/app", "v1", made)
    assert await house.check() == []


@pytest.mark.parametrize("damage", ["UPDATE manifest SET content = ''", "DELETE FROM manifest"])
async def test_a_manifest_is_healed_from_a_source(house: House, replica: Path, damage: str) -> None:
    made = await house.push()
    await house.sql(damage)
    assert "manifest" in kinds(await house.check())
    (finding,) = await house.check([replica_of(replica, made.content)], repair=True)
    assert finding.repaired
    house.application.artifacts._contents.clear()
    await house.pulls("team/app", "v1", made)
    assert await house.check() == []


async def test_a_wrong_manifest_size_is_corrected(house: House) -> None:
    made = await house.push()
    await house.sql("UPDATE artifact SET manifest_size = 1")
    assert kinds(await house.check()) == ["manifest"]
    assert kinds(await house.check(repair=True)) == ["manifest"]
    assert await house.check() == []
    await house.pulls("team/app", "v1", made)


# --- references -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM artifact_blob",
        "DELETE FROM repository_blob",
        "DELETE FROM artifact_blob; DELETE FROM repository_blob; DELETE FROM project_blob",
        "DELETE FROM blob; DELETE FROM artifact_blob; DELETE FROM repository_blob; DELETE FROM project_blob",
        "DELETE FROM blob",
    ],
    ids=["references", "links", "both", "rows and references", "rows alone"],
)
async def test_lost_references_are_made_again_from_the_manifest(house: House, damage: str) -> None:
    made = await house.push()
    for statement in damage.split("; "):
        await house.sql(statement)
    (finding, *_) = await house.check()
    assert (finding.kind, finding.artifacts[0].tags) == ("reference", ["v1"])
    report = await house.report(repair=True)
    assert report.open == 0, list(report)
    report.close()
    await house.pulls("team/app", "v1", made)
    assert await house.check() == []


async def test_a_blob_whose_row_and_bytes_are_lost_is_in_quarantine_until_it_is_pushed(
    house: House, replica: Path
) -> None:
    made = await house.push()
    config, layer = made.blobs
    house.damage(config, None)
    house.damage(layer, None)
    await house.sql("DELETE FROM blob")
    await house.check([replica_of(replica, config)], repair=True)
    assert (await house.pull("team/app", config)).content == config
    answer = await house.pull("team/app", layer)
    assert (answer.status_code, code(answer)) == (404, "BLOB_UNKNOWN")
    assert "its row and its bytes were missing" in answer.json()["errors"][0]["message"]
    (finding,) = await house.check()
    assert (finding.kind, finding.name, finding.artifacts[0].digest) == ("quarantined", digest_of(layer), made.digest)
    await house.registry.push_blob("team/app", layer)
    await house.pulls("team/app", "v1", made)
    assert await house.check() == []


async def test_the_children_of_an_index_are_listed_again(house: House) -> None:
    child, other = await house.push(tag="v1"), await house.push(tag="v2")
    whole = index([child, other])
    await house.registry.put_manifest("team/app", whole, "all")
    await house.sql("DELETE FROM artifact_child WHERE position = 1")
    (finding,) = await house.check()
    assert (finding.kind, finding.artifacts[0].tags) == ("reference", ["all"])
    assert other.digest in finding.problem
    assert (await house.check(repair=True))[0].repaired
    assert await house.check() == []
    await house.sql("DELETE FROM artifact WHERE digest = :digest", digest=other.digest)
    findings = await house.check(repair=True)
    assert "must be pushed again" in next(found.repair for found in findings if found.kind == "reference")


async def test_rows_that_name_what_is_not_there_are_removed(house: House) -> None:
    made = await house.push()
    await house.sql("INSERT INTO repository_blob SELECT repository_id, 424242 FROM repository")
    await house.sql("INSERT INTO artifact_blob (artifact_id, blob_id) VALUES (424242, 424243)")
    await house.sql(
        "INSERT INTO tag (repository_id, name, artifact_id) SELECT repository_id, 'gone', 424242 FROM repository"
    )
    await house.sql("INSERT INTO project_manifest VALUES ('sha256:1', 1, 5)")
    findings = await house.check()
    assert kinds(findings) == ["dangling"] * 5 + ["quota"]
    assert "its blob_id names 424242, which is not in blob" in {finding.problem for finding in findings}
    report = await house.report(repair=True)
    assert report.open == 0
    report.close()
    assert await house.check() == []
    await house.pulls("team/app", "v1", made)
    assert (await house.registry.get("team/app/tags/list")).json()["tags"] == ["v1"]


async def test_an_accessory_may_come_before_its_subject(house: House) -> None:
    subject = image()
    await house.push(tag="signature", made=image(subject=subject))
    assert await house.check() == []


async def test_a_tag_of_a_deleted_artifact_is_ended(house: House) -> None:
    made = await house.push()
    await house.sql("UPDATE artifact SET state = 'trash', trash_time = now()")
    (finding,) = await house.check()
    assert (finding.kind, finding.name) == ("tag", "team/app:v1")
    assert "is deleted" in finding.problem
    assert (await house.check(repair=True))[0].repaired
    assert await house.check() == []
    assert await house.sql("SELECT ended_by FROM tag") == [("harbor-core",)], "its history stays"
    await house.push(made=made)


async def test_what_lies_in_the_trash_is_no_finding(house: House) -> None:
    made = await house.push()
    await house.registry.request("DELETE", f"/v2/team/app/manifests/{made.digest}")
    assert await house.check(repair=True) == []


async def test_a_wrong_quota_is_counted_again(house: House) -> None:
    await house.push()
    await house.sql("UPDATE quota SET used = used + 7 WHERE project_id = (SELECT min(project_id) FROM quota)")
    (finding,) = await house.check()
    assert finding.kind == "quota"
    assert (await house.check(repair=True))[0].repaired
    assert await house.check() == []
