"""What is in a repository: two artifacts compared, a tag that goes back; and in all repositories of a project."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.contents import MANIFEST, Contents, Filled
from tests.browser.parts import choose_action, dialog, open_project, row
from tests.clients.server import Moorage
from tests.clients.wire import Wire


def test_two_artifacts_are_compared(admin_page: Page, moorage: Moorage, filled: Filled) -> None:
    page = admin_page
    open_project(page, moorage.url, filled.shop, "repositories/cart/artifacts-tab")
    compare = page.get_by_role("button", name="Compare")
    for digest in (filled.cart_before, filled.cart):
        page.get_by_role("checkbox", name=f"Select {digest[:19]}").check()
    compare.click()
    expect(page.get_by_role("heading", name="Compare artifacts", level=1)).to_be_visible()
    layers = page.get_by_role("grid", name="Layers")
    expect(row(layers, "both")).to_contain_text("ADD file:base in /")
    expect(row(layers, "only left")).to_have_count(2)
    expect(row(layers, "only right")).to_have_count(3)
    version = row(page.get_by_role("grid", name="Environment"), "VERSION")
    expect(version).to_contain_text("1.3.0")
    expect(version).to_contain_text("1.4.0")
    expect(page.get_by_text("Who has the left one pulls 968.7 KiB for the right one.")).to_be_visible()

    # Both are in the address; swapped they are other ones.
    page.get_by_role("button", name="Swap the sides").click()
    expect(row(layers, "only left")).to_have_count(3)
    page.reload()
    expect(row(layers, "only left")).to_have_count(3)


def test_a_tag_goes_back_to_what_it_named(admin_page: Page, moorage: Moorage, contents: Contents, wire: Wire) -> None:
    page = admin_page
    project = contents.project("reverted")
    before = contents.image("reverted/app", "stable", version="before", sizes=(50_000,))["digest"]
    broken = contents.image("reverted/app", "stable", version="broken", sizes=(50_000,))["digest"]
    assert wire.digest("reverted/app", "stable") == broken

    open_project(page, moorage.url, project, "repositories/app/artifacts-tab")
    page.get_by_role("tab", name="Tag history").click()
    history = page.get_by_role("grid", name="History of the tags of app")
    moved = row(history, "Moved by admin")
    expect(moved).to_contain_text(before[:19])
    moved.get_by_role("button", name="Actions for stable").click()
    page.get_by_role("menuitem", name="Revert to this").click()
    confirm = dialog(page, "Revert the tag stable?")
    expect(confirm).to_contain_text(f"reverted/app:stable will name again {before[:19]}")
    confirm.get_by_role("button", name="Revert").click()
    expect(page.get_by_text(f"The tag stable names {before[:19]} again.")).to_be_visible()
    assert wire.digest("reverted/app", "stable") == before
    expect(row(history, "Reverted by admin")).to_contain_text("current")
    # What it named in between is still there.
    assert wire.digest("reverted/app", broken) == broken


def test_the_same_commands_as_on_the_page_pull(admin_page: Page, moorage: Moorage, filled: Filled) -> None:
    page = admin_page
    open_project(page, moorage.url, filled.shop, "repositories/cart/artifacts-tab")
    page.get_by_role("button", name=f"Actions for {filled.cart[:19]}").click()
    page.get_by_role("menuitem", name="Pull commands").click()
    commands = page.get_by_role("dialog", name="Pull commands")
    expect(commands.get_by_role("region")).to_contain_text(re.compile(f"docker pull {moorage.address}/shop/cart[:@]"))


def test_the_artifacts_of_all_repositories_are_one_list(
    admin_page: Page, moorage: Moorage, contents: Contents, wire: Wire
) -> None:
    page = admin_page
    project = contents.project("gathered")
    digests = {name: contents.image(f"gathered/{name}", "1.0", version=name, sizes=(9_000,))["digest"] for name in "ab"}
    contents.attach("gathered/a", {"mediaType": MANIFEST, "digest": digests["a"], "size": 1}, "text/plain", b"noted")
    open_project(page, moorage.url, project, "repositories")
    page.get_by_role("tab", name="All artifacts").click()
    gathered = page.get_by_role("grid", name="Artifacts of gathered")
    expect(gathered.get_by_role("link", name="sha256:")).to_have_text([digests[name][:19] for name in "ba"])

    # What is done with one is done in its repository.
    choose_action(page, f"b@{digests['b'][:19]}", "Add and delete tags")
    tags = dialog(page, "Add and delete tags")
    tags.get_by_role("textbox", name="New tag").fill("stable")
    tags.get_by_role("button", name="Add the tag").click()
    expect(tags.get_by_role("row", name="stable")).to_be_visible()
    tags.get_by_role("button", name="Close").click()
    assert wire.digest("gathered/b", "stable") == digests["b"]

    page.get_by_role("textbox", name="Filter by tag").fill("stab")
    expect(page).to_have_url(re.compile("tag=stab"))
    expect(gathered.get_by_role("link", name="sha256:")).to_have_text([digests["b"][:19]])
    page.get_by_role("textbox", name="Filter by tag").fill("")
    choose_action(page, f"b@{digests['b'][:19]}", "Delete")
    dialog(page, "Delete an artifact of gathered/b?").get_by_role("button", name="Delete").click()
    expect(gathered.get_by_role("link", name="sha256:")).to_have_text([digests["a"][:19]])

    gathered.get_by_role("button", name="Details").click()
    expect(gathered.get_by_text("Attachment")).to_be_visible()
    row(gathered, digests["a"][:19]).get_by_role("link", name=digests["a"][:19]).click()
    expect(page).to_have_url(
        f"{moorage.url}/harbor/projects/{project}/repositories/a/artifacts-tab/artifacts/{digests['a']}"
    )
