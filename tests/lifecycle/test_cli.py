"""``moorage trash`` and ``moorage tag`` on a database of their own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from moorage.app import Application
from moorage.cli.main import app
from moorage.events.models import Actor
from tests.api.conftest import seeded as seeded
from tests.api.conftest import seeded_url as seeded_url
from tests.conftest import settings_for
from tests.lifecycle.project import OwnProject
from tests.registry.client import Registry
from tests.registry.conftest import _client
from tests.registry.content import Image

pytestmark = pytest.mark.integration

Moorage = Callable[..., Result]


@pytest.fixture
def moorage(seeded_url: str, tmp_path: Path) -> Moorage:
    """Run a command on the database; its result."""
    environment = {
        "MOORAGE_DATABASE__URL": seeded_url,
        "MOORAGE_DATA": str(tmp_path),
        "MOORAGE_SECURITY__SECRET_KEY": "a-secret-key-of-the-tests",
    }

    def run(*arguments: str, fails: int = 0) -> Result:
        result = CliRunner().invoke(app, arguments, env=environment)
        assert result.exit_code == fails, (result.output, result.exception)
        return result

    return run


@pytest.fixture
def images(seeded_url: str, tmp_path: Path) -> tuple[Image, Image]:
    """What ``shop/app:v1`` named, one after the other; the project ``gone`` was deleted."""

    async def work() -> tuple[Image, Image]:
        application = Application.build(settings_for(tmp_path), seeded_url)
        await application.open()
        try:
            async with _client(application) as http:
                await application.projects.create("shop", owner_id=1, public=False)
                shop = OwnProject("shop", Registry(http), application)
                pushed = await shop.push("app", "v1"), await shop.push("app", "v1")
                gone = await application.projects.create("gone", owner_id=1, public=False)
                await application.projects.delete(gone, actor=Actor("ann"))
                return pushed
        finally:
            await application.close()

    return asyncio.run(work())


def test_a_tag_is_looked_at_reverted_deleted_and_brought_back(moorage: Moorage, images: tuple[Image, Image]) -> None:
    first, second = images
    shown = json.loads(moorage("tag", "history", "shop/app:v1", "-o", "json").stdout)
    assert [one["digest"] for one in shown] == [second.digest, first.digest]
    assert moorage("tag", "revert", "shop/app:v1", first.digest).stdout == f"shop/app:v1 names {first.digest} again.\n"
    assert moorage("tag", "revert", "shop/app:v1", first.digest).stdout.endswith(" already.\n")
    assert "revert" in moorage("tag", "history", "shop/app").stdout
    assert "never named" in moorage("tag", "revert", "shop/app:w1", first.digest, fails=1).output
    assert "name the tag" in moorage("tag", "revert", "shop/app", first.digest, fails=2).output
    assert "not found" in moorage("tag", "history", "shop/none", fails=1).output


def test_deletions_are_listed_and_undone(moorage: Moorage, images: tuple[Image, Image]) -> None:
    assert "ann" in moorage("trash", "list").stdout
    (entry,) = json.loads(moorage("trash", "list", "-o", "json").stdout)
    assert (entry["kind"], entry["resource"], entry["deleted_by"]) == ("project", "gone", "ann")
    number = str(entry["trash_id"])
    assert moorage("trash", "undelete", number).stdout == "Brought back the project gone.\n"
    assert f"deletion {number} not found" in moorage("trash", "undelete", number, fails=1).output
    assert json.loads(moorage("trash", "list", "--project", "shop", "-o", "json").stdout) == []
    assert "gone" in moorage("project", "list").stdout


def test_garbage_is_collected_with_the_numbers_of_the_dry_run(
    moorage: Moorage, images: tuple[Image, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOORAGE_COLLECTION__WINDOW_HOURS", "0")
    untagged, _ = images
    numbers = json.loads(_output(moorage("gc", "run", "--dry-run", "--delete-untagged", "--output", "json")))
    assert (numbers["dry_run"], numbers["untagged"], numbers["blobs"]) == (True, 1, 0)
    done = moorage("gc", "run", "--delete-untagged", "--workers", "2", "--output", "json")
    assert "end to delete untagged artifact" in done.stderr
    assert json.loads(_output(done))["untagged"] == 1
    entry = json.loads(moorage("trash", "list", "--project", "shop", "--output", "json").stdout)[0]
    assert entry["digest"] == untagged.digest

    asked = moorage("trash", "delete", str(entry["trash_id"]), fails=2)
    assert "say --yes" in asked.stderr
    assert f"shop/app@{untagged.digest}" in moorage("trash", "delete", str(entry["trash_id"]), "--yes").stdout
    assert "not found" in moorage("trash", "undelete", str(entry["trash_id"]), fails=1).stderr
    dry = json.loads(_output(moorage("gc", "run", "--dry-run", "--output", "json")))
    run = json.loads(_output(moorage("gc", "run", "--output", "json")))
    assert {**dry, "seconds": 0, "dry_run": False} == {**run, "seconds": 0}
    assert (run["blobs"], run["manifests"]) == (2, 1)
    assert run["freed_bytes"] == sum(map(len, untagged.blobs)) + len(untagged.content)


def test_the_trash_can_be_emptied(moorage: Moorage, images: tuple[Image, Image]) -> None:
    assert "Dropped 1 deletions" in moorage("trash", "empty", "--yes").stdout
    assert json.loads(moorage("trash", "list", "--output", "json").stdout) == []
    assert "Dropped 0 deletions" in moorage("trash", "empty", "--project", "shop", "--yes").stdout


def _output(result: Result) -> str:
    return result.stdout
