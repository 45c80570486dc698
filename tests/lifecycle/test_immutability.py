"""Immutable tags never change, whoever tries and how."""

from __future__ import annotations

import asyncio

import pytest

from tests.lifecycle.project import OwnProject, error, rule
from tests.registry.client import Registry
from tests.registry.content import image

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


async def test_a_push_moves_no_immutable_tag_and_makes_new_ones(project: OwnProject) -> None:
    first = await project.push("app", "v1", "w1")
    await project.make_rule("v*")
    second = image()
    await project.push("app", made=second)

    refused = await project.put("app", second, "v1")
    message = "Failed to process request due to 'app:v1' configured as immutable."
    assert error(refused) == (412, "PRECONDITION", message)
    assert error(await project.put("app", first, "v1")) == (412, "PRECONDITION", message), (
        "the same again, as in Harbor"
    )
    await project.pulls("app", first, "v1")

    assert (await project.put("app", second, "v2")).status_code == 201
    assert (await project.put("app", second, "w1")).status_code == 201
    assert (await project.put("app", second, "v2")).status_code == 412, "it is there by now"


async def test_of_several_tags_in_one_push_none_moves_when_one_may_not(project: OwnProject) -> None:
    first = await project.push("app", "v1", "latest")
    await project.make_rule("v*")
    second = await project.push("app")
    answer = await project.registry.request(
        "PUT",
        f"/v2/{project.full('app')}/manifests/{second.digest}",
        params=[("tag", "latest"), ("tag", "v1"), ("tag", "new")],
        content=second.content,
        headers={"content-type": second.media_type},
    )
    assert answer.status_code == 412
    assert await project.tags("app") == ["latest", "v1"]
    await project.pulls("app", first, "latest")


async def test_nothing_with_an_immutable_tag_is_deleted(project: OwnProject) -> None:
    made = await project.push("app", "v1", "w1")
    await project.make_rule("v*")
    message = "the tag v1 configured as immutable, cannot be deleted"
    assert error(await project.delete("app", "v1")) == (412, "PRECONDITION", message)
    assert error(await project.delete("app", made.digest)) == (412, "PRECONDITION", message)
    assert error(await project.delete_repository("app")) == (412, "PRECONDITION", message)
    assert (await project.delete("app", "w1")).status_code == 202
    await project.pulls("app", made, "v1")
    assert [entry["resource"] for entry in await project.trash()] == [project.full("app:w1")]


async def test_the_tag_pushed_last_is_the_one_that_keeps_a_repository(project: OwnProject) -> None:
    for tag in ("v2", "v3", "v1", "x"):
        await project.push("app", tag)
    await project.make_rule("v*")
    assert error(await project.delete_repository("app"))[2] == "the tag v1 configured as immutable, cannot be deleted"


async def test_a_rule_that_is_disabled_or_deleted_protects_nothing(project: OwnProject) -> None:
    made = await project.push("app", "v1")
    number = await project.make_rule("v*")
    disabled = rule("v*", disabled=True, id=number)
    assert (await project.api("PUT", f"/immutabletagrules/{number}", json=disabled)).status_code == 200
    assert (await project.put("app", made, "v1")).status_code == 201
    assert (await project.api("PUT", f"/immutabletagrules/{number}", json=rule("v*", id=number))).status_code == 200
    assert (await project.put("app", made, "v1")).status_code == 412
    assert (await project.api("DELETE", f"/immutabletagrules/{number}")).status_code == 200
    assert (await project.put("app", made, "v1")).status_code == 201


@pytest.mark.parametrize(
    ("tags", "repositories", "kept"),
    [
        (("matches", "v*"), ("repoMatches", "app"), {"app:v1"}),
        (("matches", "v*"), ("repoMatches", "**"), {"app:v1", "team/app:v1"}),
        (("matches", "v*"), ("repoMatches", "*"), {"app:v1"}),
        (("matches", "v*"), ("repoExcludes", "team/**"), {"app:v1"}),
        (("excludes", "v*"), ("repoMatches", "**"), {"app:w1", "team/app:w1"}),
        (("matches", "{v,w}1"), ("repoMatches", "team/*"), {"team/app:v1", "team/app:w1"}),
    ],
)
async def test_selectors_say_which(
    project: OwnProject, tags: tuple[str, str], repositories: tuple[str, str], kept: set[str]
) -> None:
    made = image()
    for repository in ("app", "team/app"):
        await project.push(repository, "v1", "w1", made=made)
    await project.make_rule(
        tag_selectors=[{"kind": "doublestar", "decoration": tags[0], "pattern": tags[1]}],
        scope_selectors={
            "repository": [{"kind": "doublestar", "decoration": repositories[0], "pattern": repositories[1]}]
        },
    )
    refused = set()
    for repository in ("app", "team/app"):
        for tag in ("v1", "w1"):
            if (await project.put(repository, made, tag)).status_code == 412:
                refused.add(f"{repository}:{tag}")
    assert refused == kept


async def test_a_rule_of_one_project_is_none_of_another(project: OwnProject, registry: Registry) -> None:
    await project.make_rule("**")
    made = image()
    for _ in range(2):
        await registry.push("team/app", made, "v1")


async def test_of_two_first_pushes_at_once_one_makes_the_tag(project: OwnProject, replica: Registry) -> None:
    await project.make_rule("v*")
    one, two = await project.push("app"), await project.push("app")
    for number in range(5):
        answers = await asyncio.gather(
            project.put("app", one, f"v{number}"), replica.put_manifest(project.full("app"), two, f"v{number}")
        )
        assert sorted(answer.status_code for answer in answers) == [201, 412]
        winner = one if answers[0].status_code == 201 else two
        await project.pulls("app", winner, f"v{number}")


async def test_a_rule_counts_for_what_begins_after_it_on_every_replica(project: OwnProject, replica: Registry) -> None:
    made = await project.push("app", "v1")
    await project.make_rule("v*")
    assert (await replica.put_manifest(project.full("app"), made, "v1")).status_code == 412


async def test_a_tag_goes_back_to_nothing_else_while_it_is_immutable(project: OwnProject) -> None:
    old = await project.push("app", "v1")
    new = await project.push("app", "v1")
    await project.make_rule("v*")
    path = "/repositories/app/tags/v1/revert"
    assert (await project.api("POST", path, json={"digest": old.digest})).status_code == 412
    assert (await project.api("POST", path, json={"digest": new.digest})).status_code == 200, "it names that"
    await project.pulls("app", new, "v1")


async def test_a_copy_makes_tags_and_confirms_them_but_moves_no_immutable_one(project: OwnProject) -> None:
    first = await project.push("app", "v1")
    await project.push("other", "v1")
    await project.make_rule("v*")

    async def copy(target: str, source: str) -> int:
        path = f"/repositories/{target}/artifacts?from={project.full(source)}"
        return (await project.api("POST", path)).status_code

    assert await copy("app", "app:v1") == 201
    assert await copy("new", "app:v1") == 201
    assert await copy("app", "other:v1") == 412
    await project.pulls("app", first, "v1")
    await project.pulls("new", first, "v1")


async def test_lists_show_which_tags_are_immutable(project: OwnProject) -> None:
    await project.push("app", "v1", "w1")
    await project.make_rule("v*")
    shown = await project.api("GET", "/repositories/app/artifacts/v1/tags?with_immutable_status=true")
    assert {tag["name"]: tag["immutable"] for tag in shown.json()} == {"v1": True, "w1": False}
    answer = await project.api("DELETE", "/repositories/app/artifacts/v1/tags/v1")
    assert error(answer) == (412, "PRECONDITION", "the tag v1 configured as immutable, cannot be deleted")
    assert error(await project.api("DELETE", "/repositories/app/artifacts/w1"))[0] == 412
