"""A project, its people, and an account for its machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.contents import Contents
from tests.browser.parts import dialog, row
from tests.clients.harness import CommandFailed
from tests.clients.server import Login, Moorage
from tests.clients.test_skopeo import Skopeo
from tests.clients.wire import Wire


def _create_project(page: Page, name: str) -> None:
    page.get_by_role("button", name="New project").first.click()
    dialog(page, "Create a project").get_by_role("textbox", name="Name").fill(name)
    dialog(page, "Create a project").get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def test_a_robot_made_in_the_portal_pushes_and_pulls(
    admin_page: Page, contents: Contents, wire: Wire, skopeo: Skopeo, tmp_path: Path
) -> None:
    page = admin_page
    contents.user("jonas", "Jonas Weber")
    _create_project(page, "team")

    page.get_by_role("tab", name="Members").click()
    page.get_by_role("button", name="Add members").click()
    add = dialog(page, "Add members")
    add.get_by_role("combobox", name="Type a part of a name").fill("jon")
    add.get_by_role("option", name="jonas").click()
    add.get_by_role("radio", name="Maintainer").check()
    add.get_by_role("button", name="Add", exact=True).click()
    expect(row(page, "jonas")).to_contain_text("Maintainer")
    members = contents.call("GET", "/projects/team/members").json()
    assert {member["entity_name"]: member["role_name"] for member in members}["jonas"] == "maintainer"

    page.get_by_role("tab", name="Robot accounts").click()
    page.get_by_role("button", name="New robot account").first.click()
    wizard = dialog(page, "Create a robot account")
    wizard.get_by_role("textbox", name="Name").fill("ci")
    wizard.get_by_role("button", name="Next").click()
    for right in ("Pull", "Push"):
        wizard.get_by_role("checkbox", name=f"Repository: {right}", exact=True).check()
    wizard.get_by_role("button", name="Create").click()

    made = dialog(page, "robot$team+ci was created")
    shown = made.get_by_role("definition").filter(has=page.get_by_role("button", name="Copy the secret"))
    secret = shown.get_by_role("code").inner_text()
    with page.expect_download() as download:
        made.get_by_role("button", name="Download as JSON").click()
    download.value.save_as(tmp_path / "robot.json")
    assert json.loads((tmp_path / "robot.json").read_text()) == {"name": "robot$team+ci", "secret": secret}
    # Neither Escape nor anything but its button closes what cannot be opened again.
    page.keyboard.press("Escape")
    expect(made).to_be_visible()
    made.get_by_role("button", name="Close, I have kept the secret").click()
    expect(made).to_be_hidden()

    skopeo.login(Login("robot$team+ci", secret))
    digest = skopeo.push("team/app", "1.0")
    assert wire.digest("team/app", "1.0") == digest
    assert skopeo.pull("team/app", "1.0") == digest
    with pytest.raises(CommandFailed, match="invalid username/password"):
        skopeo.login(Login("robot$team+ci", f"{secret}x"))

    expect(row(page, "robot$team+ci")).to_contain_text("Repository: Pull, Push")
    _secret_is_nowhere(page, secret)
    page.reload()
    expect(row(page, "robot$team+ci")).to_be_visible()
    _secret_is_nowhere(page, secret)
    project = contents.call("GET", "/projects/team").json()["project_id"]
    listed = contents.call("GET", "/robots", params={"q": f"Level=project,ProjectID={project}"})
    assert [robot["name"] for robot in listed.json()] == ["robot$team+ci"]
    assert secret not in listed.text


def _secret_is_nowhere(page: Page, secret: str) -> None:
    """Not in the page, not in what the browser keeps, not in the address or its past."""
    kept = page.evaluate(
        """async () => [document.documentElement.outerHTML, location.href, history.state, {...localStorage},
            {...sessionStorage}, document.cookie, await indexedDB.databases(), await caches.keys()]"""
    )
    assert secret not in json.dumps(kept)


def test_what_a_refused_creation_was_given_stays_beside_the_reason(admin_page: Page, moorage: Moorage) -> None:
    page = admin_page
    moorage.create_project("taken")
    page.get_by_role("button", name="New project").first.click()
    form = dialog(page, "Create a project")
    form.get_by_role("textbox", name="Name").fill("taken")
    form.get_by_role("checkbox", name="Public").check()
    form.get_by_role("textbox", name="Storage limit").fill("10 GiB")
    form.get_by_role("button", name="Create").click()
    expect(form.get_by_text("That did not work")).to_be_visible()
    expect(form).to_contain_text("The project named taken already exists")
    expect(form.get_by_text("Request id")).to_be_visible()
    expect(form.get_by_role("textbox", name="Name")).to_have_value("taken")
    expect(form.get_by_role("checkbox", name="Public")).to_be_checked()
    expect(form.get_by_role("textbox", name="Storage limit")).to_have_value("10 GiB")
    form.get_by_role("textbox", name="Name").fill("not-taken")
    form.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("not-taken")
