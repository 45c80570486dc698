"""``/search`` with ``include``: tags and labels, of what who asks may see. Not in Harbor."""

from __future__ import annotations

from typing import Any

import pytest

from moorage.access.roles import Role
from moorage.app import Application
from moorage.identity.models import SYSTEM, NewRobot, RobotAction, RobotPermission
from moorage.projects.labels import LabelText
from moorage.system import search_queries
from tests.identity.replica import message
from tests.registry.client import Registry
from tests.registry.conftest import application, registry, registry_database, registry_settings, running
from tests.registry.content import image

__all__ = ["application", "registry", "registry_database", "registry_settings", "running"]

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

PASSWORD = "Passw0rd-x1"
ADMIN = ("admin", "Harbor12345")
ANN, BOB, EVE = ("ann", PASSWORD), ("bob", PASSWORD), ("eve", PASSWORD)


@pytest.fixture(scope="module")
async def people(running: Application) -> None:
    """ann is a guest of the private project ``team``, bob one in its repositories ``app/*``; eve is nobody's member."""
    team = (await running.projects.find("team")).project_id
    for name, limits in (("ann", None), ("bob", ["app/*"]), ("eve", [])):
        user = await running.identity.users.create(name, PASSWORD)
        if limits != []:
            await running.projects.members.add(team, user.user_id, Role.GUEST, repositories=limits)


async def search(registry: Registry, part: str, include: str, auth: tuple[str, str] | None) -> dict[str, Any]:
    registry.auth = auth
    answer = await registry.request("GET", "/api/v2.0/search", params={"q": part, "include": include})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def tags(registry: Registry, part: str, auth: tuple[str, str] | None) -> list[str]:
    found = (await search(registry, part, "tags", auth))["tag"]
    return [f"{one['repository_name']}:{one['name']}" for one in found]


async def labels(registry: Registry, part: str, auth: tuple[str, str] | None) -> list[str]:
    return [one["name"] for one in (await search(registry, part, "labels", auth))["label"]]


async def push(registry: Registry, *names: str) -> list[str]:
    registry.auth = ADMIN
    digests = []
    for name in names:
        repository, _, tag = name.partition(":")
        content = image()
        await registry.push(repository, content, tag)
        digests.append(str(content.digest))
    return digests


@pytest.mark.usefixtures("people")
async def test_tags_are_found_by_the_beginning_of_their_names(registry: Registry) -> None:
    _, digest, *_ = await push(registry, "library/web:edge", "team/web:edge-2", "team/web:the-edge", "team/web:Edge")
    assert await tags(registry, "edge", ADMIN) == ["library/web:edge", "team/web:edge-2"]
    assert await tags(registry, "edge-", ADMIN) == ["team/web:edge-2"]
    assert await tags(registry, "edge-2", ADMIN) == ["team/web:edge-2"]
    for none in ("edge-23", "dge", "%", "_dge", "é", "edge\x7f"):
        assert await tags(registry, none, ADMIN) == []
    (found,) = (await search(registry, "edge-2", "tags", ANN))["tag"]
    assert found == {
        "name": "edge-2",
        "repository_name": "team/web",
        "project_id": found["project_id"],
        "project_name": "team",
        "digest": digest,
    }
    (project,) = (await search(registry, "team", "", ANN))["project"]
    assert found["project_id"] == project["project_id"]


@pytest.mark.usefixtures("people")
async def test_only_tags_that_may_be_listed_are_found(registry: Registry, application: Application) -> None:
    await push(registry, "library/web:seen", "team/web:seen", "team/app/web:seen")
    everything = ["library/web:seen", "team/app/web:seen", "team/web:seen"]
    assert await tags(registry, "seen", ADMIN) == everything
    assert await tags(registry, "seen", ANN) == everything
    assert await tags(registry, "seen", BOB) == ["library/web:seen", "team/app/web:seen"]
    for auth in (EVE, None, ("admin", "wrong")):
        assert await tags(registry, "seen", auth) == ["library/web:seen"]
    listing = (RobotAction("tag", "list"),)
    for name, grant, expected in (
        ("whole", RobotPermission("project", "team", listing), everything),
        ("limited", RobotPermission("project", "team", listing, ("app/*",)), everything[:2]),
        ("pulling", RobotPermission("project", "team", (RobotAction("repository", "pull"),)), everything[:1]),
    ):
        robot, secret = await application.identity.robots.create(NewRobot(name, SYSTEM, (grant,)))
        assert await tags(registry, "seen", (robot.name, secret)) == expected


async def test_what_is_gone_is_not_found(registry: Registry) -> None:
    await push(registry, "library/gone:away", "library/gone:away")
    assert await tags(registry, "away", None) == ["library/gone:away"]
    registry.auth = ADMIN
    assert (await registry.request("DELETE", "/v2/library/gone/manifests/away")).status_code == 202
    assert await tags(registry, "away", None) == []


@pytest.mark.usefixtures("people")
async def test_a_name_that_is_everywhere_is_found_where_one_may_look(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_queries, "MOST_TAGS", 5)
    await push(registry, *(f"team/r{number}:latest" for number in range(12)), "team/app/last:latest")
    await push(registry, "library/last:latest")
    assert await tags(registry, "latest", EVE) == ["library/last:latest"]
    assert await tags(registry, "latest", BOB) == ["library/last:latest", "team/app/last:latest"]
    assert len(await tags(registry, "latest", ANN)) == 14


async def test_an_answer_has_twenty_tags_at_most(registry: Registry) -> None:
    await push(registry, *(f"library/many:v{number:02}" for number in range(21)))
    for auth in (ADMIN, None):
        assert await tags(registry, "v", auth) == [f"library/many:v{number:02}" for number in range(20)]


@pytest.mark.usefixtures("people")
async def test_labels_are_found_by_a_part_of_their_names(registry: Registry, application: Application) -> None:
    team = (await application.projects.find("team")).project_id
    add = application.projects.labels.create
    await add(LabelText("Checked", color="#ff0000"), None)
    await add(LabelText("unchecked"), team)
    everything = ["Checked", "unchecked"]
    assert await labels(registry, "CHECK", ADMIN) == everything
    assert await labels(registry, "check", ANN) == everything
    # A role that is limited to some repositories lets see the labels of the project.
    assert await labels(registry, "check", BOB) == everything
    for auth in (EVE, None):
        assert await labels(registry, "check", auth) == ["Checked"]
    assert await labels(registry, "un%", ADMIN) == []
    first, second = (await search(registry, "check", "labels", ANN))["label"]
    assert {key: value for key, value in first.items() if key != "id"} == {
        "name": "Checked",
        "color": "#ff0000",
        "scope": "g",
        "project_id": 0,
        "project_name": "",
    }
    assert (second["scope"], second["project_id"], second["project_name"]) == ("p", team, "team")


async def test_only_what_was_asked_for_is_in_the_answer(registry: Registry) -> None:
    harbor = ["project", "repository"]
    for include, parts in (("", []), ("tags", ["tag"]), ("labels", ["label"]), ("labels, tags", ["tag", "label"])):
        assert list(await search(registry, "a", include, None)) == [*harbor, *parts]
    answer = await registry.request("GET", "/api/v2.0/search", params={"q": "a", "include": "tags,users"})
    assert message(answer) == (
        422,
        "UNPROCESSABLE_ENTITY",
        'validation failure list:\ninclude in query should be a list of [tags labels], not "users"',
    )
