"""Retention and garbage collection: what would go is seen before it goes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.contents import LAYER, Contents
from tests.browser.parts import dialog, open_project, row
from tests.clients.server import Moorage, serve
from tests.clients.wire import Wire


@pytest.fixture(scope="module")
def moorage() -> Iterator[Moorage]:
    """Keeps nothing that was deleted, so that a collection has something to do."""
    settings = {"MOORAGE_TRASH__RETENTION_DAYS": "0", "MOORAGE_COLLECTION__WINDOW_HOURS": "0"}
    with serve(workers=1, settings=settings) as server:
        yield server


def test_a_dry_run_of_retention_shows_what_would_go_and_deletes_nothing(
    admin_page: Page, moorage: Moorage, contents: Contents, wire: Wire
) -> None:
    page = admin_page
    project = contents.project("retained")
    digests = [
        contents.image("retained/app", f"1.{number}", version=f"1.{number}", sizes=(200_000,))["digest"]
        for number in range(3)
    ]
    open_project(page, moorage.url, project, "tag-strategy/tag-retention")
    expect(page.get_by_text("Nothing is deleted by rules")).to_be_visible()
    page.get_by_role("button", name="Add a rule").click()
    rule = dialog(page, "Add a retention rule")
    rule.get_by_role("spinbutton", name="How many artifacts").fill("1")
    expect(rule).to_contain_text("Keep the most recently pushed artifact")
    rule.get_by_role("button", name="Add", exact=True).click()
    rules = page.get_by_role("grid", name="Retention rules")
    expect(row(rules, "Keep the most recently pushed artifact")).to_contain_text("In force")

    page.get_by_role("button", name="Dry run").click()
    expect(page.get_by_text("A run would delete 2 artifacts of 3")).to_be_visible()
    run = row(page.get_by_role("grid", name="Repositories of the run"), "app")
    run.get_by_role("button", name=re.compile("Details")).click()
    going = page.get_by_role("grid", name="Artifacts of app")
    expect(row(going, "1.0")).to_contain_text(digests[0][:19])
    expect(row(going, "1.1")).to_contain_text(digests[1][:19])
    expect(row(going, "1.2")).to_have_count(0)
    assert [wire.digest("retained/app", f"1.{number}") for number in range(3)] == digests

    page.get_by_role("link", name="All runs").click()
    expect(row(page.get_by_role("grid", name="Runs of tag retention"), "Dry run")).to_contain_text("Succeeded")


def test_a_collection_is_tried_then_run_and_its_log_followed(admin_page: Page, contents: Contents, wire: Wire) -> None:
    page = admin_page
    contents.project("collected")
    contents.image("collected/app", "kept", version="kept", sizes=(100_000, 50_000))
    deleted = contents.image("collected/app", "deleted", version="deleted", sizes=(100_000, 90_000))
    contents.call("DELETE", f"/projects/collected/repositories/app/artifacts/{deleted['digest']}")
    # What a push that was broken off leaves behind.
    orphan = contents.blob("collected/app", b"x" * 600 * 1024, LAYER)["digest"]

    page.get_by_role("link", name="Clean-up").click()
    expect(page.get_by_text("A dry run shows what a collection would free, and deletes nothing.")).to_be_visible()
    page.get_by_role("button", name="Dry run").click()
    dialog(page, "Dry run of a collection").get_by_role("button", name="Dry run").click()
    expect(page.get_by_role("heading", level=1, name=re.compile("^Dry run"))).to_be_visible()
    page.get_by_role("tab", name="What it would delete").click()
    items = page.get_by_role("grid", name="Items of this collection")
    expect(row(items, orphan[:19])).to_contain_text("600 KiB")
    expect(row(items, "From the trash, for good")).to_contain_text("collected/app")
    expect(page.get_by_role("definition").filter(has_text="600 KiB")).to_be_visible()
    assert wire.blob("collected/app", orphan)

    page.get_by_role("button", name="Collect now").click()
    start = dialog(page, "Collect garbage now")
    expect(start).to_contain_text("What has been in the trash for too long is lost for good")
    start.get_by_role("button", name="Collect now").click()
    expect(page.get_by_role("heading", level=1, name=re.compile("^Collection"))).to_be_visible()
    page.get_by_role("tab", name="Log").click()
    # The page follows the log to its last line.
    log = page.get_by_role("region", name="Log", exact=True)
    expect(log).to_contain_text("success to run gc in job.")
    expect(page.get_by_role("definition").filter(has_text="Succeeded")).to_be_visible()
    assert wire.http.get(f"/v2/collected/app/blobs/{orphan}").status_code == 404
    assert wire.http.get(f"/v2/collected/app/manifests/{deleted['digest']}").status_code == 404
    assert wire.check_content("collected/app", "kept")
