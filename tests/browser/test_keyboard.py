"""Nothing needs a mouse."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.chromium import settled
from tests.browser.contents import Filled
from tests.browser.parts import dialog
from tests.clients.server import ADMIN, Moorage

#: More than on any page stands before what a test looks for.
MOST_TABS = 60


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until something has the focus."""
    expect(target).to_be_visible()
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"Tab does not lead to {target}")


@pytest.mark.usefixtures("filled")
def test_signs_in_and_creates_a_project(page: Page, moorage: Moorage) -> None:
    page.goto(f"{moorage.url}/account/sign-in")
    # The first field has the focus.
    expect(page.get_by_label("User name or e-mail")).to_be_focused()
    page.keyboard.type(ADMIN.name)
    page.keyboard.press("Tab")
    page.keyboard.type(ADMIN.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Projects", level=1)).to_be_visible()
    settled(page)

    new = page.get_by_role("button", name="New project")
    tab_to(page, new)
    page.keyboard.press("Enter")
    form = dialog(page, "Create a project")
    expect(form).to_be_visible()
    page.keyboard.press("Escape")
    expect(form).to_be_hidden()
    expect(new).to_be_focused()

    page.keyboard.press("Enter")
    tab_to(page, form.get_by_role("textbox", name="Name"))
    page.keyboard.type("by-keyboard")
    tab_to(page, form.get_by_role("checkbox", name="Public"))
    page.keyboard.press("Space")
    tab_to(page, form.get_by_role("textbox", name="Storage limit"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("by-keyboard Public")


@pytest.mark.usefixtures("filled")
def test_an_open_dialog_keeps_the_focus(admin_page: Page) -> None:
    page = admin_page
    page.get_by_role("button", name="New project").click()
    form = dialog(page, "Create a project")
    expect(form).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        expect(form.locator(":focus")).to_have_count(1)


@pytest.mark.usefixtures("filled")
def test_the_skip_link_leads_past_the_navigation(admin_page: Page) -> None:
    page = admin_page
    page.reload()
    settled(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("main").locator(":focus")).to_have_count(1)


def test_search_opens_a_repository(admin_page: Page, filled: Filled) -> None:
    page = admin_page
    settled(page)
    page.keyboard.press("/")
    search = page.get_by_role("combobox", name="Search projects, repositories, tags and labels")
    expect(search).to_be_focused()
    page.keyboard.type("cart")
    expect(page.get_by_role("option", name="cart shop")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_contain_text("cart")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/harbor/projects/{filled.shop}/repositories/cart"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("cart")


def test_search_finds_tags_and_labels(admin_page: Page, filled: Filled) -> None:
    page = admin_page
    settled(page)
    page.keyboard.press("Control+k")
    page.keyboard.type("0.9.2")
    tags = page.get_by_role("group", name="Tags")
    expect(tags.get_by_role("option", name="0.9.2 shop/charts/shop")).to_be_visible()
    page.keyboard.press("Control+a")
    page.keyboard.type("needs-rev")
    labels = page.get_by_role("group", name="Labels")
    expect(labels.get_by_role("option", name="needs-review shop")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="Labels")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("gridcell", name="needs-review").first).to_be_visible()
    # Escape empties the list of what was found, and the field can be left.
    page.keyboard.press("/")
    page.keyboard.type("nothing-is-called-that")
    expect(page.get_by_text("Nothing is called that.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Nothing is called that.")).to_be_hidden()
