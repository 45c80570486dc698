"""What was deleted by mistake comes back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.contents import Contents
from tests.browser.parts import choose_action, dialog, open_project, row
from tests.clients.harness import CommandFailed
from tests.clients.server import ADMIN, Moorage
from tests.clients.test_crane import Crane
from tests.clients.test_skopeo import Skopeo

#: How long is said once there is a deletion that says so.
UNDO = "It can be brought back from the trash"


@pytest.fixture
def crane(moorage: Moorage, skopeo: Skopeo) -> Crane:
    crane = Crane(moorage.address, skopeo.home / "crane", skopeo.layout)
    crane.login(ADMIN)
    return crane


def _digest(crane: Crane, name: str) -> str:
    return crane.run("digest", f"{crane.registry}/{name}").strip()


def _undelete(page: Page, name: str) -> None:
    choose_action(page, name, "Undelete")
    bring_back = dialog(page, "Bring this back?")
    bring_back.get_by_role("button", name="Undelete").click()
    expect(bring_back).to_be_hidden()
    expect(page.get_by_text(f"{name} was brought back.")).to_be_visible()


def test_a_tag_is_deleted_and_undeleted(admin_page: Page, moorage: Moorage, contents: Contents, crane: Crane) -> None:
    page = admin_page
    project = contents.project("tags")
    digest = contents.image("tags/app", "1.0")["digest"]
    for tag in ("stable", "old"):
        contents.call("POST", f"/projects/tags/repositories/app/artifacts/{digest}/tags", {"name": tag})
    contents.call("DELETE", f"/projects/tags/repositories/app/artifacts/{digest}/tags/old")
    assert _digest(crane, "tags/app:stable") == digest

    open_project(page, moorage.url, project, "repositories/app/artifacts-tab")
    choose_action(page, digest[:19], "Add and delete tags")
    dialog(page, "Add and delete tags").get_by_role("button", name="Delete the tag stable").click()
    confirm = dialog(page, "Delete the tag stable?")
    expect(confirm).to_contain_text("Pulls of tags/app:stable fail from now on.")
    expect(confirm).to_contain_text(f"{UNDO} for 7 days.")
    confirm.get_by_role("button", name="Delete", exact=True).click()
    tags = dialog(page, "Add and delete tags")
    expect(tags.get_by_role("button", name="Delete the tag 1.0")).to_be_visible()
    expect(tags.get_by_role("button", name="Delete the tag stable")).to_have_count(0)
    with pytest.raises(CommandFailed, match="MANIFEST_UNKNOWN"):
        _digest(crane, "tags/app:stable")
    assert _digest(crane, "tags/app:1.0") == digest

    open_project(page, moorage.url, project, "trash")
    expect(row(page, "tags/app:stable")).to_contain_text("in 7 days")
    _undelete(page, "tags/app:stable")
    assert _digest(crane, "tags/app:stable") == digest


def test_an_artifact_is_deleted_and_undeleted(
    admin_page: Page, moorage: Moorage, contents: Contents, crane: Crane
) -> None:
    page = admin_page
    project = contents.project("artifacts")
    image = contents.image("artifacts/app", "1.0")
    signature = contents.attach("artifacts/app", image, "application/vnd.dev.cosign.artifact.sig.v1+json", b"{}")
    digest = image["digest"]

    open_project(page, moorage.url, project, "repositories/app/artifacts-tab")
    choose_action(page, digest[:19], "Delete")
    confirm = dialog(page, "Delete an artifact of artifacts/app?")
    expect(confirm).to_contain_text("Nobody can pull it any more, by tag or by digest")
    expect(confirm).to_contain_text(f"{digest[:19]} with the tag 1.0, and 1 that is attached to it")
    expect(confirm).to_contain_text(UNDO)
    confirm.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("link", name="Open the trash to undo it")).to_be_visible()
    expect(page.get_by_text("No artifact in this repository")).to_be_visible()
    with pytest.raises(CommandFailed, match="MANIFEST_UNKNOWN"):
        _digest(crane, f"artifacts/app@{digest}")

    open_project(page, moorage.url, project, "trash")
    _undelete(page, f"artifacts/app@{digest[:19]}")
    assert _digest(crane, "artifacts/app:1.0") == digest
    assert _digest(crane, f"artifacts/app@{signature['digest']}") == signature["digest"]


def test_a_repository_is_deleted_and_undeleted(
    admin_page: Page, moorage: Moorage, contents: Contents, crane: Crane
) -> None:
    page = admin_page
    project = contents.project("repositories")
    digests = [contents.image("repositories/web/app", tag, version=tag)["digest"] for tag in ("1.0", "2.0")]

    open_project(page, moorage.url, project, "repositories")
    choose_action(page, "web/app", "Delete")
    confirm = dialog(page, "Delete the repository repositories/web/app?")
    expect(confirm).to_contain_text("repositories/web/app: 2 artifacts")
    expect(confirm).to_contain_text(UNDO)
    delete = confirm.get_by_role("button", name="Delete", exact=True)
    expect(delete).to_be_disabled()
    confirm.get_by_role("textbox", name="To confirm, type repositories/web/app").fill("repositories/web/app")
    delete.click()
    expect(page.get_by_text("No repository yet")).to_be_visible()
    with pytest.raises(CommandFailed, match=r"NAME_UNKNOWN|MANIFEST_UNKNOWN"):
        _digest(crane, "repositories/web/app:1.0")

    page.get_by_role("tab", name="Trash").click()
    expect(row(page, "repositories/web/app")).to_contain_text("2 artifacts, 2 tags")
    _undelete(page, "repositories/web/app")
    page.get_by_role("link", name="Open it").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("web/app")
    assert [_digest(crane, f"repositories/web/app:{tag}") for tag in ("1.0", "2.0")] == digests
