"""What the API tells of the storage's integrity."""

from __future__ import annotations

import pytest

from moorage.oci.names import digest_of
from tests.checking.house import House
from tests.registry.content import image, index, random_bytes

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


@pytest.fixture(scope="module", params=["filesystem"])
def driver(request: pytest.FixtureRequest) -> str:
    """The API is the same on every kind of storage."""
    return str(request.param)


async def test_a_registry_that_was_never_checked_says_so(house: House) -> None:
    answer = await house.api("/system/integrity")
    assert (answer.status_code, answer.json()) == (200, {"quarantined_blobs": 0})
    await house.push()
    report = await house.report()
    report.close()
    overview = (await house.api("/system/integrity")).json()
    assert overview["quarantined_blobs"] == 0
    assert overview["oldest_verification"].endswith("Z")
    assert overview["last_fsck"]["complete"]
    assert (overview["last_fsck"]["verified_blobs"], overview["last_fsck"]["findings"]) == (2, 0)
    assert "last_scrub" not in overview


async def test_blobs_in_quarantine_are_listed_with_everything_they_break(house: House) -> None:
    shared = random_bytes()
    pushed = []
    for number in range(3):
        made = image(layer=shared)
        pushed.append(await house.push(f"team/app{number}", "v1", made))
    whole = index([pushed[0]])
    await house.registry.put_manifest("team/app0", whole, "all")
    other = await house.push("team/other", "v1")
    await house.registry.request("DELETE", f"/v2/team/app2/manifests/{pushed[2].digest}")
    house.damage(shared, None)
    house.damage(other.blobs[1], b"?")
    await house.check(repair=True)

    answer = await house.api("/system/integrity/blobs?sort=-size&page_size=1")
    assert (answer.status_code, answer.headers["x-total-count"]) == (200, "2")
    assert 'rel="next"' in answer.headers["link"]
    found = {blob["digest"]: blob for blob in (await house.api("/system/integrity/blobs")).json()}
    assert found.keys() == {digest_of(shared), digest_of(other.blobs[1])}
    blob = found[digest_of(shared)]
    assert (blob["reason"], blob["artifact_count"], blob["size"]) == ("its bytes are missing", 3, 256)
    filtered = await house.api("/system/integrity/blobs?q=reason=~missing")
    assert [blob["digest"] for blob in filtered.json()] == [digest_of(shared)]

    answer = await house.api(f"/system/integrity/blobs/{digest_of(shared)}/artifacts")
    assert answer.headers["x-total-count"] == "3"
    assert {(a["repository"], a["digest"], tuple(a["tags"])) for a in answer.json()} == {
        ("team/app0", pushed[0].digest, ("v1",)),
        ("team/app0", whole.digest, ("all",)),
        ("team/app1", pushed[1].digest, ("v1",)),
    }
    await house.registry.push_blob("team/app1", shared)
    gone = await house.api(f"/system/integrity/blobs/{digest_of(shared).replace(':', '%3A')}/artifacts")
    assert (gone.status_code, gone.json()["errors"][0]["code"]) == (404, "NOT_FOUND")
    invalid = await house.api("/system/integrity/blobs/nonsense/artifacts")
    assert invalid.status_code == 400
