"""What was deleted comes back as it was, or a clear answer says why not."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from tests.lifecycle.project import OwnProject, error
from tests.registry.client import Registry
from tests.registry.content import image, index

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


async def test_a_tag_comes_back(project: OwnProject) -> None:
    made = await project.push("app", "v1", "v2")
    assert (await project.delete("app", "v1")).status_code == 202
    (entry,) = await project.trash()
    assert entry["kind"] == "tag"
    assert entry["resource"] == project.full("app:v1")
    assert (entry["digest"], entry["tags"], entry["deleted_by"]) == (made.digest, ["v1"], "admin")
    assert entry["restorable"]

    answer = await project.undelete(entry["id"])
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "kind": "tag",
        "resource": project.full("app:v1"),
        "artifact_count": 0,
        "tags": ["v1"],
        "skipped": [],
    }
    await project.pulls("app", made, "v1")
    assert await project.trash() == []
    assert error(await project.undelete(entry["id"])) == (404, "NOT_FOUND", f"deletion {entry['id']} not found")


async def test_an_artifact_comes_back_with_its_tags_but_not_with_those_deleted_before(project: OwnProject) -> None:
    made = await project.push("app", "v1", "v2", "old")
    await project.delete("app", "old")
    await project.delete("app", made.digest)
    assert await project.tags("app") == []
    entry, older = await project.trash()
    assert (entry["kind"], entry["artifact_count"], entry["tag_count"]) == ("artifact", 1, 2)

    too_early = await project.undelete(older["id"])
    assert error(too_early) == (
        412,
        "PRECONDITION",
        f"what the tag old named, {made.digest}, was deleted after it: bring that back first (deletion {entry['id']})",
    )
    assert (await project.undelete(entry["id"])).json()["tags"] == ["v1", "v2"]
    await project.pulls("app", made, "v2")
    assert (await project.undelete(older["id"])).status_code == 200
    assert await project.tags("app") == ["old", "v1", "v2"]


async def test_a_tag_that_is_in_use_again_is_a_conflict_that_can_be_left_out(project: OwnProject) -> None:
    made = await project.push("app", "v1", "v2")
    await project.delete("app", made.digest)
    other = await project.push("app", "v1")
    (entry,) = await project.trash()
    assert error(await project.undelete(entry["id"])) == (
        409,
        "CONFLICT",
        "the tag v1 exists again under the repository: delete it first, or leave it out",
    )
    assert (await project.pull("app", made.digest)).status_code == 404, "nothing was done"
    answer = await project.undelete(entry["id"], on_conflict="skip")
    assert (answer.json()["tags"], answer.json()["skipped"]) == (["v2"], ["v1"])
    await project.pulls("app", made, "v2")
    await project.pulls("app", other, "v1")

    (left,) = await project.trash()
    assert (left["id"], left["artifact_count"], left["tags"]) == (entry["id"], 0, ["v1"])
    await project.delete("app", "v1")
    assert (await project.undelete(entry["id"])).status_code == 200
    await project.pulls("app", made, "v1")


async def test_one_can_say_which_tags_come_back(project: OwnProject) -> None:
    made = await project.push("app", "v1", "v2", "v3")
    await project.delete("app", made.digest)
    (entry,) = await project.trash()
    assert error(await project.undelete(entry["id"], tags=["v1", "nope"])) == (
        400,
        "BAD_REQUEST",
        "the deletion took no tag nope away",
    )
    assert (await project.undelete(entry["id"], tags=["v2"])).json()["tags"] == ["v2"]
    assert await project.tags("app") == ["v2"]
    (left,) = await project.trash()
    assert left["tags"] == ["v1", "v3"]


async def test_a_repository_comes_back_with_what_its_deletion_took_and_nothing_else(project: OwnProject) -> None:
    gone = await project.push("team/app", "gone")
    kept = await project.push("team/app", "v1", "v2")
    untagged = await project.push("team/app")
    whole = index([kept, untagged])
    await project.push("team/app", "all", made=whole)
    await project.delete("team/app", gone.digest)
    assert (await project.delete_repository("team/app")).status_code == 200
    assert (await project.delete_repository("team/app")).status_code == 404

    entry, _ = await project.trash()
    assert (entry["kind"], entry["resource"]) == ("repository", project.full("team/app"))
    assert (entry["artifact_count"], entry["tags"]) == (3, ["all", "v1", "v2"])
    assert (await project.undelete(entry["id"])).json()["artifact_count"] == 3
    for made, reference in ((kept, "v1"), (kept, "v2"), (untagged, untagged.digest), (whole, "all")):
        await project.pulls("team/app", made, reference)
    assert (await project.pull("team/app", "gone")).status_code == 404
    assert await project.tags("team/app") == ["all", "v1", "v2"]


async def test_a_repository_that_was_pushed_to_again_gets_the_rest_back(project: OwnProject) -> None:
    old = await project.push("app", "v1", "v2")
    await project.delete_repository("app")
    new = await project.push("app", "v1")
    (entry,) = await project.trash()
    assert (await project.undelete(entry["id"])).status_code == 409
    assert (await project.undelete(entry["id"], on_conflict="skip")).json()["tags"] == ["v2"]
    await project.pulls("app", new, "v1")
    await project.pulls("app", old, "v2")


async def test_what_was_pushed_again_is_not_taken_back_in_time(project: OwnProject) -> None:
    made = await project.push("app", "v1")
    await project.delete("app", made.digest)
    await project.push("app", "v2", made=made)
    (entry,) = await project.trash()
    assert (await project.undelete(entry["id"])).json()["tags"] == ["v1"]
    assert await project.tags("app") == ["v1", "v2"]

    other = await project.push("app")
    await project.delete("app", other.digest)
    await project.push("app", made=other)
    (entry,) = await project.trash()
    assert error(await project.undelete(entry["id"])) == (
        409,
        "CONFLICT",
        f"{project.full('app')}@{other.digest} is there again: nothing is left to bring back",
    )


async def test_an_index_needs_what_it_lists(project: OwnProject) -> None:
    child = await project.push("app", "child")
    whole = await project.push("app", "all", made=index([child]))
    await project.delete("app", whole.digest)
    await project.delete("app", child.digest)
    of_child, of_index = await project.trash()
    assert error(await project.undelete(of_index["id"])) == (
        412,
        "PRECONDITION",
        f"{whole.digest} lists {child.digest}, which was deleted: bring that back first (deletion {of_child['id']})",
    )
    for entry in (of_child, of_index):
        assert (await project.undelete(entry["id"])).status_code == 200
    await project.pulls("app", whole, "all")
    await project.pulls("app", child, "child")


async def test_blobs_that_were_taken_out_meanwhile_come_back_too(project: OwnProject) -> None:
    made = await project.push("app", "v1")
    await project.delete("app", made.digest)
    layer = made.document["layers"][0]["digest"]
    path = f"/v2/{project.full('app')}/blobs/{layer}"
    assert (await project.registry.request("DELETE", path)).status_code == 202
    assert (await project.registry.request("GET", path)).status_code == 404
    (entry,) = await project.trash()
    assert (await project.undelete(entry["id"])).status_code == 200
    await project.pulls("app", made, "v1")
    assert (await project.registry.request("DELETE", path)).status_code == 412


async def test_after_the_time_is_over_nothing_comes_back(project: OwnProject) -> None:
    await project.push("app", "v1")
    await project.delete("app", "v1")
    (entry,) = await project.trash()
    async with project.application.database.begin() as connection:
        await connection.execute(
            text("UPDATE trash SET deletion_time = deletion_time - interval '7 days' WHERE trash_id = :id"),
            {"id": entry["id"]},
        )
    (entry,) = await project.trash()
    assert not entry["restorable"]
    status, code, message = error(await project.undelete(entry["id"]))
    assert (status, code) == (412, "PRECONDITION")
    assert "what was deleted can be brought back for 7 days" in message
    (told,) = (await project.pull("app", "v1")).json()["errors"]
    assert "could be brought back until" in told["message"]
    assert "undelete" not in told["detail"]["deletion"]


async def test_of_two_who_bring_back_the_same_one_does(project: OwnProject, replica: Registry) -> None:
    made = await project.push("app", "v1", "v2")
    await project.delete_repository("app")
    (entry,) = await project.trash()
    path = f"/api/v2.0/projects/{project.name}/trash/{entry['id']}/undelete"
    answers = await asyncio.gather(project.registry.request("POST", path), replica.request("POST", path))
    assert sorted(answer.status_code for answer in answers) == [200, 404]
    await project.pulls("app", made, "v1")


async def test_a_pull_that_fails_on_something_deleted_says_so(project: OwnProject) -> None:
    made = await project.push("app", "v1")
    await project.delete("app", "v1")
    (entry,) = await project.trash()
    answer = await project.pull("app", "v1")
    assert answer.status_code == 404
    (told,) = answer.json()["errors"]
    assert told["code"] == "MANIFEST_UNKNOWN"
    assert told["message"].startswith(f"artifact {project.full('app:v1')} not found: the tag {project.full('app:v1')}")
    assert " by admin; it can be brought back until " in told["message"]
    deletion = told["detail"].pop("deletion")
    assert told["detail"] == {"reference": "v1"}
    assert deletion.pop("deletion_time") < deletion.pop("restorable_until")
    assert deletion == {
        "id": entry["id"],
        "kind": "tag",
        "resource": project.full("app:v1"),
        "restorable": True,
        "deleted_by": "admin",
        "undelete": f"POST /api/v2.0/projects/{project.name}/trash/{entry['id']}/undelete",
    }
    assert (await project.registry.request("POST", deletion["undelete"].partition(" ")[2])).status_code == 200
    await project.pulls("app", made, "v1")

    await project.delete("app", made.digest)
    for reference in ("v1", made.digest):
        (told,) = (await project.pull("app", reference)).json()["errors"]
        assert told["detail"]["deletion"]["kind"] == "artifact"
    await project.push("app", "v2", made=made)
    await project.delete_repository("app")
    (told,) = (await project.pull("app", "v2")).json()["errors"]
    assert f"the repository {project.full('app')} was deleted" in told["message"]


async def test_a_pull_of_what_never_was_or_moved_on_says_nothing_of_deletions(project: OwnProject) -> None:
    made = await project.push("app", "v1")
    for reference in ("nope", "sha256:" + "0" * 64):
        (told,) = (await project.pull("app", reference)).json()["errors"]
        assert told["detail"] == {"reference": reference}
    await project.delete("app", "v1")
    await project.push("app", "v1")
    assert (await project.pull("app", "v1")).status_code == 200
    assert (await project.pull("app", made.digest)).status_code == 200


async def test_who_may_not_read_learns_nothing(project: OwnProject) -> None:
    await project.push("app", "v1")
    await project.delete("app", "v1")
    answer = await project.registry.get(f"{project.full('app')}/manifests/v1", auth=None)
    assert answer.status_code == 401
    assert "deleted" not in answer.text


async def test_anybody_who_may_read_learns_of_a_deletion_but_not_whose(project: OwnProject) -> None:
    made = image()
    await project.registry.push("library/app", made, "v1")
    await project.registry.request("DELETE", "/v2/library/app/manifests/v1")
    token = (
        await project.registry.http.get("/service/token?service=harbor-registry&scope=repository:library/app:pull")
    ).json()["token"]
    answer = await project.registry.get(
        "library/app/manifests/v1", auth=None, headers={"authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 404
    (told,) = answer.json()["errors"]
    assert "was deleted at" in told["message"]
    assert "admin" not in answer.text


async def test_the_history_of_a_tag_tells_all_of_it(project: OwnProject) -> None:
    first = await project.push("app", "v1")
    second = await project.push("app", "v1")
    await project.delete("app", "v1")
    (entry,) = await project.trash()
    await project.undelete(entry["id"])
    revert = "/repositories/app/tags/v1/revert"
    assert (await project.api("POST", revert, json={"digest": first.digest})).status_code == 200
    assert (await project.api("POST", revert, json={"digest": first.digest})).status_code == 200, "it does already"
    await project.push("app", "other")

    lifetimes = await project.history("app", "?q=tag=v1")
    told = [
        (
            one["operation"],
            one["digest"],
            one.get("previous_digest"),
            one.get("end_operation"),
            one.get("end_operator"),
            one["current"],
        )
        for one in lifetimes
    ]
    assert told == [
        ("revert", first.digest, second.digest, None, None, True),
        ("undelete", second.digest, None, "move", "admin", False),
        ("push", second.digest, first.digest, "delete", "admin", False),
        ("push", first.digest, None, "move", "admin", False),
    ]
    assert {one["operator"] for one in lifetimes} == {"admin"}
    await project.pulls("app", first, "v1")
    answer = await project.api("GET", "/repositories/app/taghistory?page_size=2&page=2&sort=start_time")
    assert answer.headers["x-total-count"] == "5"
    assert [one["tag"] for one in answer.json()] == ["v1", "v1"]
    assert 'rel="prev"' in answer.headers["link"]


async def test_a_tag_goes_back_only_to_what_it_named_and_what_is_there(project: OwnProject) -> None:
    first = await project.push("app", "v1")
    second = await project.push("app", "v1")
    other = await project.push("app", "w1")
    revert = "/repositories/app/tags/v1/revert"
    answer = await project.api("POST", revert, json={"digest": other.digest})
    assert error(answer)[:2] == (404, "NOT_FOUND")
    await project.delete("app", first.digest)
    (entry,) = await project.trash()
    assert error(await project.api("POST", revert, json={"digest": first.digest})) == (
        409,
        "CONFLICT",
        f"artifact {project.full('app')}@{first.digest} was deleted: bring it back first (deletion {entry['id']})",
    )
    await project.pulls("app", second, "v1")
    await project.delete("app", "v1")
    assert (await project.api("POST", revert, json={"digest": second.digest})).status_code == 200
    await project.pulls("app", second, "v1")
    for body in ({}, {"digest": "x"}, {"digest": 1}, {"digest": "sha256:" + "0" * 63}):
        assert (await project.api("POST", revert, json=body)).status_code in (400, 422)
    assert (await project.api("POST", revert, json={"digest": "sha256:" + "0" * 64})).status_code == 404
    missing = await project.api("POST", "/repositories/none/tags/v1/revert", json={"digest": first.digest})
    assert missing.status_code == 404


async def test_every_undoing_is_recorded(project: OwnProject) -> None:
    first = await project.push("app", "v1")
    await project.push("app", "v1")
    await project.api("POST", "/repositories/app/tags/v1/revert", json={"digest": first.digest})
    await project.delete("app", "v1")
    (entry,) = await project.trash()
    await project.undelete(entry["id"])
    number = await project.make_rule("x*")
    await project.api("DELETE", f"/immutabletagrules/{number}")
    told = [
        ("update", f"update tag: {project.full('app:v1')}, back to {first.digest}"),
        ("delete", f"delete tag: {project.full('app:v1')}"),
        ("create", f"create tag: {project.full('app:v1')}, brought back from the trash"),
        ("create", f"create immutable tag rule with name: {number}"),
        ("delete", f"delete immutable tag rule with name: {number}"),
    ]
    found: list[tuple[str, str]] = []
    for _ in range(100):
        answer = await project.api("GET", "/auditlog-exts?page_size=100")
        found = [(row["operation"], row["operation_description"]) for row in reversed(answer.json())]
        found = [row for row in found if not row[1].startswith(("push ", "create project", "pull "))]
        if len(found) == len(told):
            break
        await asyncio.sleep(0.1)
    assert found == told


async def test_an_empty_repository_comes_back_empty(project: OwnProject) -> None:
    made = await project.push("app")
    await project.delete("app", made.digest)
    assert (await project.delete_repository("app")).status_code == 200
    of_repository, of_artifact = await project.trash()
    assert (await project.undelete(of_repository["id"])).status_code == 200
    assert (await project.delete_repository("app")).status_code == 200, "it is there"
    assert (await project.undelete(of_artifact["id"])).status_code == 200
    await project.pulls("app", made, made.digest)


async def test_what_the_api_deletes_with_an_artifact_comes_back_with_it(project: OwnProject) -> None:
    children = [await project.push("app"), await project.push("app")]
    whole = await project.push("app", "all", made=index(children))
    signature = await project.push("app", made=image(subject=whole))
    before = (await project.api("GET", "/repositories/app")).json()["artifact_count"]
    assert (await project.api("DELETE", "/repositories/app/artifacts/all")).status_code == 200
    (entry,) = await project.trash()
    assert (entry["artifact_count"], entry["tags"]) == (4, ["all"])
    assert (await project.undelete(entry["id"])).status_code == 200
    for made in (*children, whole, signature):
        await project.pulls("app", made, made.digest)
    await project.pulls("app", whole, "all")
    assert (await project.api("GET", "/repositories/app")).json()["artifact_count"] == before

    assert (await project.api("DELETE", "/repositories/app/artifacts/all/tags/all")).status_code == 200
    (entry,) = await project.trash()
    assert (await project.undelete(entry["id"])).json()["tags"] == ["all"]
