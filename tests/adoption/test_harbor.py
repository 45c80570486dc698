"""Adopting a Harbor: names, tags, times and visibility from its database, bytes and blob links from its store."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta

import pytest

from moorage.adoption.harbor import HarborDatabaseError
from moorage.adoption.tree import NothingToAdopt
from moorage.storage import paths
from tests.adoption.checks import assert_readable, everything, rows, tag_history
from tests.adoption.conftest import Adopter, OpenAdopter, Store
from tests.adoption.harbor import BEGAN, HarborDatabase, harbor_database
from tests.adoption.store import Expected

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

PROJECTS = {"library": True, "shop": False}


@pytest.fixture
def harbor(postgres: str) -> Iterator[HarborDatabase]:
    """An empty Harbor database."""
    with harbor_database(postgres) as database:
        yield database


@pytest.fixture
def store(copied: Store) -> Store:
    """A Harbor's store: no tags in it, and nothing outside of projects."""
    repositories = copied.root / paths.REPOSITORIES
    for directory in list(repositories.rglob("tags")):
        shutil.rmtree(directory)
    shutil.rmtree(repositories / "busybox")
    return Store(copied.root, copied.expected.without("library/busybox"))


def fill(harbor: HarborDatabase, expected: Expected) -> dict[str, tuple[int, int]]:
    """Let Harbor know everything that is expected; (project id, repository id) by name.

    Repositories were made on day 1, artifacts pushed on day 2, tags on day 3.
    """
    projects = {name: harbor.project(name, public=public) for name, public in PROJECTS.items()}
    ids: dict[str, tuple[int, int]] = {}
    artifacts: dict[tuple[str, str], int] = {}
    for name in sorted(expected.repositories):
        project_id = projects[name.partition("/")[0]]
        ids[name] = project_id, harbor.repository(project_id, name, day=1)
    for name, digest in expected.manifests:
        artifacts[name, digest] = harbor.artifact(*ids[name], digest, day=2)
    for (name, tag), digest in expected.tags.items():
        harbor.tag(ids[name][1], artifacts[name, digest], tag, day=3)
    return ids


async def adopt_all(open_adopter: OpenAdopter, store: Store, harbor: HarborDatabase) -> Adopter:
    adopter = await open_adopter({"root": store.root})
    report = await adopter.adopt(harbor_database=harbor.url)
    assert list(report.skipped) == []
    return adopter


async def test_tags_come_from_the_database(open_adopter: OpenAdopter, store: Store, harbor: HarborDatabase) -> None:
    fill(harbor, store.expected)
    adopter = await adopt_all(open_adopter, store, harbor)
    before = await everything(adopter)
    report = await adopter.adopt(harbor_database=harbor.url)
    assert await everything(adopter) == before
    assert report.tags.already_there == len(store.expected.tags)
    # Last, since pulls are counted.
    await assert_readable(adopter, store)


async def test_times_and_visibility_are_harbors(
    open_adopter: OpenAdopter, store: Store, harbor: HarborDatabase
) -> None:
    fill(harbor, store.expected)
    adopter = await adopt_all(open_adopter, store, harbor)
    days = [BEGAN + timedelta(days=day) for day in range(4)]
    facts = "SELECT public, creation_time FROM project WHERE name = 'shop'"
    assert await rows(adopter, facts) == [(False, days[0])]
    assert await rows(adopter, "SELECT DISTINCT creation_time, first_push_time FROM repository") == [(days[1], days[2])]
    assert await rows(adopter, "SELECT DISTINCT push_time FROM artifact") == [(days[2],)]
    assert await rows(adopter, "SELECT DISTINCT lifetime_start, push_time, lifetime_end FROM tag") == [
        (days[3], days[3], None)
    ]


async def test_a_public_project_becomes_one(open_adopter: OpenAdopter, store: Store, harbor: HarborDatabase) -> None:
    project_id = harbor.project("shop", public=True)
    repository_id = harbor.repository(project_id, "shop/signed")
    harbor.artifact(project_id, repository_id, store.expected.named["signed"])
    adopter = await adopt_all(open_adopter, store, harbor)
    assert await rows(adopter, "SELECT public FROM project WHERE name = 'shop'") == [(True,)]


async def test_what_harbor_deleted_is_not_adopted(
    open_adopter: OpenAdopter, store: Store, harbor: HarborDatabase
) -> None:
    """It lies in the store until garbage collection."""
    project_id = harbor.project("shop", public=False)
    repository_id = harbor.repository(project_id, "shop/signed")
    harbor.artifact(project_id, repository_id, store.expected.named["signed"])
    gone = harbor.project("old#3", public=False, deleted=True)
    harbor.repository(gone, "old/image")
    adopter = await adopt_all(open_adopter, store, harbor)
    assert await rows(adopter, "SELECT name FROM repository") == [("shop/signed",)]
    assert await rows(adopter, "SELECT digest FROM artifact") == [(store.expected.named["signed"],)]


async def test_a_tag_that_moves_on_in_harbor_is_followed(
    open_adopter: OpenAdopter, store: Store, harbor: HarborDatabase
) -> None:
    project_id = harbor.project("shop", public=False)
    repository_id = harbor.repository(project_id, "shop/web")
    named = store.expected.named
    first, second = (harbor.artifact(project_id, repository_id, named[f"moved {number}"]) for number in range(2))
    harbor.tag(repository_id, first, "latest", day=3)
    adopter = await adopt_all(open_adopter, store, harbor)
    harbor.move(repository_id, "latest", second, day=5)
    await adopter.adopt(harbor_database=harbor.url)
    moment = BEGAN + timedelta(days=5)
    assert sorted(await tag_history(adopter, "shop/web", "latest"), key=lambda row: row[1]) == [
        (named["moved 0"], BEGAN + timedelta(days=3), moment),
        (named["moved 1"], moment, None),
    ]


async def test_an_artifact_without_bytes_is_skipped(
    open_adopter: OpenAdopter, store: Store, harbor: HarborDatabase
) -> None:
    project_id = harbor.project("shop", public=False)
    repository_id = harbor.repository(project_id, "shop/web")
    digest = "sha256:" + "0" * 64
    artifact_id = harbor.artifact(project_id, repository_id, digest)
    harbor.tag(repository_id, artifact_id, "latest")
    adopter = await open_adopter({"root": store.root})
    report = await adopter.adopt(harbor_database=harbor.url)
    assert [(entry.kind, entry.name, entry.reason) for entry in report.skipped] == [
        ("manifest", f"shop/web@{digest}", "its bytes are missing from the store"),
        ("tag", "shop/web:latest", f"the manifest {digest} is not in the repository"),
    ]


async def test_harbors_database_is_only_read(open_adopter: OpenAdopter, store: Store, harbor: HarborDatabase) -> None:
    fill(harbor, store.expected)
    harbor.refuse_writes()
    adopter = await adopt_all(open_adopter, store, harbor)
    await assert_readable(adopter, store)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql://nobody@127.0.0.1:1/registry", "Harbor's database cannot be read: connection"),
        (None, 'Harbor\'s database cannot be read: relation "repository" does not exist'),
    ],
)
async def test_a_database_that_cannot_be_read_is_explained(
    open_adopter: OpenAdopter, store: Store, postgres: str, url: str | None, message: str
) -> None:
    adopter = await open_adopter({"root": store.root})
    with pytest.raises(HarborDatabaseError) as raised:
        await adopter.adopt(harbor_database=url or postgres)
    assert raised.value.message.startswith(message)


async def test_a_harbors_store_without_its_database_is_recognised(open_adopter: OpenAdopter, store: Store) -> None:
    adopter = await open_adopter({"root": store.root})
    report = await adopter.adopt()
    assert report.manifests.adopted == len(store.expected.manifests)
    (note,) = report.notes
    assert "--harbor-database-url" in note.reason


async def test_an_empty_harbor_is_refused(open_adopter: OpenAdopter, store: Store, harbor: HarborDatabase) -> None:
    adopter = await open_adopter({"root": store.root})
    with pytest.raises(NothingToAdopt):
        await adopter.adopt(harbor_database=harbor.url)
