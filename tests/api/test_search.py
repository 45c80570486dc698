"""Search and statistics over what who asks may see (H row 61)."""

from __future__ import annotations

from typing import Any

import pytest

from moorage.access.roles import Role
from moorage.app import Application
from moorage.identity.models import SYSTEM, NewRobot, RobotAction, RobotPermission
from tests.identity.replica import message
from tests.registry.client import Registry
from tests.registry.conftest import application, registry, registry_database, registry_settings, running
from tests.registry.content import Image, image, index

__all__ = ["application", "registry", "registry_database", "registry_settings", "running"]

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

PASSWORD = "Passw0rd-x1"
ANN, EVE = ("ann", PASSWORD), ("eve", PASSWORD)


@pytest.fixture(scope="module")
async def people(running: Application) -> None:
    """ann is a guest of the private project ``team``; eve is nobody's member."""
    team = await running.projects.find("team")
    for name in ("ann", "eve"):
        user = await running.identity.users.create(name, PASSWORD)
        if name == "ann":
            await running.projects.members.add(team.project_id, user.user_id, Role.GUEST)


async def search(registry: Registry, part: str, auth: tuple[str, str] | None) -> dict[str, Any]:
    registry.auth = auth
    answer = await registry.request("GET", "/api/v2.0/search", params={"q": part})
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == ["project", "repository"]
    body: dict[str, Any] = answer.json()
    return body


async def names(registry: Registry, part: str, auth: tuple[str, str] | None) -> tuple[list[str], list[str]]:
    found = await search(registry, part, auth)
    return [p["name"] for p in found["project"]], [r["repository_name"] for r in found["repository"]]


async def push(registry: Registry, *repositories: str) -> list[Image]:
    pushed = [image() for _ in repositories]
    registry.auth = ("admin", "Harbor12345")
    for name, content in zip(repositories, pushed, strict=True):
        await registry.push(name, content, "v1")
    return pushed


@pytest.mark.usefixtures("people")
async def test_only_what_may_be_seen_is_found(registry: Registry) -> None:
    await push(registry, "team/web", "library/web", "library/other")
    await registry.push_blob("library/web-to-be", b"only a blob")
    admin = ("admin", "Harbor12345")
    assert await names(registry, "web", admin) == ([], ["library/web", "team/web"])
    assert await names(registry, "web", ANN) == ([], ["library/web", "team/web"])
    for auth in (EVE, None, ("admin", "wrong")):
        assert await names(registry, "web", auth) == ([], ["library/web"])
    assert await names(registry, "TEAM", ANN) == (["team"], ["team/web"])
    assert await names(registry, "team", EVE) == ([], [])
    assert await names(registry, "none", admin) == ([], [])


@pytest.mark.usefixtures("people")
async def test_what_is_said_of_what_was_found(registry: Registry) -> None:
    await push(registry, "team/web", "library/web")
    never = "0001-01-01T00:00:00.000Z"
    found = await search(registry, "team", ANN)
    (project,) = found["project"]
    assert project["creation_time"] == project["update_time"]
    del project["creation_time"], project["update_time"]
    assert project == {
        "project_id": project["project_id"],
        "name": "team",
        "owner_id": 1,
        "repo_count": 1,
        "metadata": {"public": "false"},
        "cve_allowlist": {"items": None, "creation_time": never, "update_time": never},
        "current_user_role_id": 3,
        "current_user_role_ids": [3],
    }
    assert found["repository"] == [
        {
            "repository_name": "team/web",
            "project_id": project["project_id"],
            "project_name": "team",
            "artifact_count": 1,
        }
    ]
    found = await search(registry, "library", None)
    assert found["project"][0]["current_user_role_ids"] is None
    assert "current_user_role_id" not in found["project"][0]
    assert found["repository"] == [
        {
            "repository_name": "library/web",
            "project_id": 1,
            "project_name": "library",
            "project_public": True,
            "artifact_count": 1,
        }
    ]


async def test_artifacts_are_counted_as_their_list_shows_them(registry: Registry) -> None:
    children = [image(), image()]
    whole = index(children)
    for child in children:
        await registry.push("library/web", child)
    await registry.push("library/web", whole, "v1")
    await registry.push("library/web", image(subject=whole, artifactType="application/x"))
    (found,) = (await search(registry, "library/web", None))["repository"]
    assert found["artifact_count"] == 1


async def test_signs_that_mean_something_to_the_database_are_letters(registry: Registry) -> None:
    await push(registry, "library/a_b", "library/a-b")
    assert await names(registry, "a_b", None) == ([], ["library/a_b"])
    for part in ("%", "\\", "'", "a%b", "*", "é", "日本"):
        assert await names(registry, part, None) == ([], [])


async def test_what_cannot_be_searched_for(registry: Registry) -> None:
    registry.auth = None
    for query in ("", "?q="):
        answer = await registry.request("GET", f"/api/v2.0/search{query}")
        assert message(answer) == (422, "UNPROCESSABLE_ENTITY", "validation failure list:\nq in query is required")
    assert message(await registry.request("GET", "/api/v2.0/search", params={"q": "x" * 513}))[0] == 422
    assert message(await registry.request("GET", "/api/v2.0/search?q=a%00b"))[0] == 400


@pytest.mark.usefixtures("people")
async def test_a_robot_finds_what_is_public(registry: Registry, application: Application) -> None:
    await push(registry, "team/web", "library/web")
    grant = RobotPermission("project", "team", (RobotAction("repository", "pull"),))
    _, secret = await application.identity.robots.create(NewRobot("finder", SYSTEM, (grant,)))
    assert await names(registry, "web", ("robot$finder", secret)) == ([], ["library/web"])


# --- statistics -----------------------------------------------------------------------------------


async def statistics(registry: Registry, auth: tuple[str, str] | None) -> Any:
    registry.auth = auth
    return await registry.request("GET", "/api/v2.0/statistics")


@pytest.mark.usefixtures("people")
async def test_everything_that_may_be_seen_is_counted(registry: Registry) -> None:
    pushed = await push(registry, "team/web", "library/web", "library/other")
    # The same bytes again take no more room.
    await registry.push("library/again", pushed[0], "v1")
    size = sum(len(content) for one in pushed for content in (one.content, *one.blobs))
    nothing = {"total_project_count": 0, "total_repo_count": 0, "total_storage_consumption": 0}
    public = {"public_project_count": 1, "public_repo_count": 3}
    private = {"private_project_count": 1, "private_repo_count": 1}
    assert (await statistics(registry, ("admin", "Harbor12345"))).json() == {
        **private,
        **public,
        "total_project_count": 2,
        "total_repo_count": 4,
        "total_storage_consumption": size,
    }
    assert (await statistics(registry, ANN)).json() == {**private, **public, **nothing}
    none = {"private_project_count": 0, "private_repo_count": 0}
    assert (await statistics(registry, EVE)).json() == {**none, **public, **nothing}
    assert message(await statistics(registry, None)) == (401, "UNAUTHORIZED", "unauthorized")
