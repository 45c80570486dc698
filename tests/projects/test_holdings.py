"""What the repositories of a project hold: exactly what its usage is made of, and what deleting one gives back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from moorage.access.models import ProjectFacts
from moorage.access.repositories import NONE, Repositories
from moorage.app import Application
from moorage.errors import NotFound, ServiceUnavailable
from moorage.projects import holding_queries
from moorage.projects.holdings import Holding, Holdings, HoldingService
from moorage.settings import Settings
from tests.registry.client import Registry
from tests.registry.conftest import QUIET, application, opened, registry, registry_database, registry_settings
from tests.registry.content import Image, image, index, random_bytes

__all__ = ["application", "registry", "registry_database", "registry_settings"]

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

LAYER = random_bytes(5_000)


@pytest.fixture(scope="module")
async def running(registry_settings: Settings, registry_database: str) -> AsyncIterator[Application]:
    """The module's application."""
    async with opened(registry_settings, registry_database, QUIET) as made:
        yield made


@pytest.fixture
async def project(application: Application) -> ProjectFacts:
    """An empty project named ``shop``, whatever the test before left."""
    async with application.database.begin() as connection:
        await connection.execute(text("UPDATE project SET deleted = true"))
    project_id = await application.projects.create("shop", owner_id=1, public=False)
    found = await application.projects.find("shop")
    return ProjectFacts(project_id, "shop", False, found.creation_time)


async def held(application: Application, project: ProjectFacts, readable: Repositories | None = None) -> Holdings:
    """What is held now; its parts are what the quota counts."""
    found = await HoldingService(application.database).of_project(project, readable)
    assert found.used == (await application.quotas.get(project.project_id)).used
    assert min(found.shared, found.unreferenced) >= 0
    if readable is None:
        assert found.used == sum(one.only_here for one in found.largest) + found.shared + found.unreferenced
        assert found.repositories == len(found.largest)
    return found


def own(made: Image) -> int:
    """Bytes of an image, its layers after the first left out."""
    return len(made.content) + len(made.blobs[0])


async def test_an_empty_project_holds_nothing(application: Application, project: ProjectFacts) -> None:
    found = await held(application, project)
    assert (found.used, found.hard, found.shared, found.unreferenced) == (0, -1, 0, 0)
    assert (found.repositories, found.largest) == (0, ())
    await application.quotas.set_limit(project.project_id, 4096)
    assert (await held(application, project)).hard == 4096


async def test_what_repositories_share_is_in_the_size_of_each_and_only_here_in_none(
    application: Application, registry: Registry, project: ProjectFacts
) -> None:
    first, second, again = image(layer=LAYER), image(layer=LAYER), image(layer=LAYER)
    await registry.push("shop/a", first, "v1")
    await registry.push("shop/a", again, "v2")
    await registry.push("shop/b", second, "v1")
    found = await held(application, project)
    ours = own(first) + own(again)
    assert found.largest == (
        Holding("shop/a", ours + len(LAYER), ours),
        Holding("shop/b", own(second) + len(LAYER), own(second)),
    )
    assert (found.shared, found.unreferenced) == (len(LAYER), 0)
    # The same image: its manifest is in both.
    await registry.push("shop/b", first, "v1")
    found = await held(application, project)
    assert found.shared == len(LAYER) + own(first)
    assert {one.name: one.only_here for one in found.largest} == {"shop/a": own(again), "shop/b": own(second)}


async def test_a_digest_counts_once_in_a_repository_and_another_project_s_does_not(
    application: Application, registry: Registry, project: ProjectFacts
) -> None:
    await application.projects.create("elsewhere", owner_id=1, public=False)
    first, second = image(layer=LAYER), image(layer=LAYER)
    both = index([first, second])
    for name, tag in (("shop/a", "v1"), ("shop/a", "v2"), ("elsewhere/a", "v1")):
        await registry.push(name, first, tag)
    await registry.push("shop/a", second)
    await registry.push("shop/a", both, "both")
    found = await held(application, project)
    size = own(first) + own(second) + len(LAYER) + len(both.content)
    assert found.largest == (Holding("shop/a", size, size),)
    assert (found.used, found.shared) == (size, 0)


async def test_what_no_artifact_refers_to_is_in_no_repository(
    application: Application, registry: Registry, project: ProjectFacts
) -> None:
    made = image()
    await registry.push("shop/a", made, "v1")
    digest = await registry.push_blob("shop/b", random_bytes(700))
    assert (await registry.request("POST", f"/v2/shop/c/blobs/uploads/?mount={digest}&from=shop/b")).status_code == 201
    found = await held(application, project)
    assert (found.unreferenced, found.shared) == (700, 0)
    assert [one.name for one in found.largest] == ["shop/a"]


async def test_a_deletion_gives_back_what_is_only_there_and_undoing_it_takes_that_again(
    application: Application, registry: Registry, project: ProjectFacts
) -> None:
    images = [image(layers=2, layer=LAYER) for _ in range(4)]
    for name, which in (("a", (0, 1)), ("b", (1, 2)), ("c", (0, 1, 2)), ("d", (3,)), ("e", (1,))):
        for number in which:
            await registry.push(f"shop/{name}", images[number], f"v{number}")
    # What is in the trash is held by nobody, also where its blobs are still linked.
    await registry.request("DELETE", f"/v2/shop/c/manifests/{images[0].digest}")
    before = await held(application, project)
    assert {one.name: one.only_here > 0 for one in before.largest} == {
        "shop/a": True,
        "shop/b": False,
        "shop/c": False,
        "shop/d": True,
        "shop/e": False,
    }
    for one in before.largest:
        await application.artifacts.delete_repository(one.name)
        without = await held(application, project)
        assert before.used - without.used == one.only_here
        assert one.name not in {other.name for other in without.largest}
        (entry,) = await trashed(application, one.name)
        await application.trash.undelete(entry)
        after = await held(application, project)
        assert (after.used, after.largest, after.shared) == (before.used, before.largest, before.shared)


async def trashed(application: Application, name: str) -> list[int]:
    """Ids of deletions of a repository that were not undone."""
    async with application.database.connect() as connection:
        statement = "SELECT trash_id FROM trash WHERE kind = 'repository' AND resource = :name"
        return list((await connection.execute(text(statement), {"name": name})).scalars())


async def test_only_those_are_named_that_may_be_and_all_are_summed_up(
    application: Application, registry: Registry, project: ProjectFacts
) -> None:
    for name in ("app/web", "app/api", "app.web", "base"):
        await registry.push(f"shop/{name}", image(layer=LAYER), "v1")
    everything = await held(application, project)
    some = await held(application, project, Repositories(("app/*", "base")))
    assert {one.name for one in some.largest} == {"shop/app/web", "shop/app/api", "shop/base"}
    none = await held(application, project, NONE)
    assert none.largest == ()
    for found in (some, none):
        assert (found.used, found.shared, found.repositories) == (everything.used, len(LAYER), 4)


async def test_a_project_that_was_just_removed_is_not_found(application: Application, project: ProjectFacts) -> None:
    gone = ProjectFacts(99_999_999, "gone", False, project.creation_time)
    with pytest.raises(NotFound):
        await HoldingService(application.database).of_project(gone, None)


# --- answers that are kept ------------------------------------------------------------------------


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Finding it out takes 0.2 s; how often that was done."""
    found = holding_queries.holdings
    calls: list[Any] = []

    async def holdings_slowly(*arguments: Any) -> Holdings | None:
        calls.append(arguments)
        await asyncio.sleep(0.2)
        return await found(*arguments)

    monkeypatch.setattr(holding_queries, "holdings", holdings_slowly)
    return calls


async def test_several_who_ask_at_once_and_soon_after_get_one_answer(
    application: Application, registry: Registry, project: ProjectFacts, slow: list[Any]
) -> None:
    service = HoldingService(application.database)
    found = await asyncio.gather(*(service.of_project(project, None) for _ in range(5)))
    await registry.push("shop/a", image(), "v1")
    assert await service.of_project(project, None) is found[0]
    assert len(slow) == 1
    # Who may name others gets another one.
    await service.of_project(project, NONE)
    assert len(slow) == 2


async def test_an_answer_is_kept_for_ten_times_as_long_as_it_took(
    application: Application,
    registry: Registry,
    project: ProjectFacts,
    slow: list[Any],
) -> None:
    service = HoldingService(application.database)
    begun = time.monotonic()
    first = await service.of_project(project, None)
    took = time.monotonic() - begun
    await registry.push("shop/a", image(), "v1")
    await asyncio.sleep(max(0.0, begun + 11 * took - time.monotonic()))
    second = await service.of_project(project, None)
    assert second.computed > first.computed
    assert first.used == 0 < second.used


async def test_what_takes_too_long_is_refused_and_not_tried_again_at_once(
    application: Application, project: ProjectFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    async def holdings_too_slow(connection: Any, *_: Any) -> None:
        tries.append(1)
        await connection.execute(text("SET LOCAL statement_timeout = 200"))
        await connection.execute(text("SELECT pg_sleep(10)"))

    monkeypatch.setattr(holding_queries, "holdings", holdings_too_slow)
    service = HoldingService(application.database)
    for _ in range(2):
        with pytest.raises(ServiceUnavailable, match="the database did not answer within") as refused:
            await service.of_project(project, None)
    assert len(tries) == 1
    assert 1 <= int(refused.value.headers["Retry-After"]) <= 3
