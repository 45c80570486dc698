"""What somebody may not do is not offered, and a refusal explains itself."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import Watched, settled, sign_in
from tests.browser.contents import Filled
from tests.browser.parts import copied_request_id, open_project, row
from tests.clients.server import PASSWORD, Moorage

#: What only administrators of the system have in the navigation.
ADMINISTRATION = ("Users", "Groups", "Robot accounts", "Quotas", "Clean-up", "Job service", "Configuration")

#: Tabs of a project that a guest has nothing to do on.
CLOSED_TABS = ("Webhooks", "Policies", "Trash", "Logs", "Configuration")


@pytest.fixture
def guest_page(page: Page, moorage: Moorage, filled: Filled) -> Page:
    """Mei, a guest of the project ``shop``, has signed in."""
    sign_in(page, moorage.url, "mei", PASSWORD)
    return page


def test_a_guest_sees_and_cannot_do(guest_page: Page, watched: Watched, moorage: Moorage, filled: Filled) -> None:
    page = guest_page
    settled(page)
    navigation = page.get_by_role("navigation", name="Main navigation")
    expect(navigation.get_by_role("link", name="Projects", exact=True)).to_be_visible()
    for entry in ADMINISTRATION:
        expect(navigation.get_by_role("link", name=entry)).to_have_count(0)
    expect(row(page, "shop")).to_contain_text("Guest")
    expect(row(page, "billing")).to_have_count(0)

    open_project(page, moorage.url, filled.shop, "repositories")
    expect(page.get_by_role("link", name="cart")).to_be_visible()
    settled(page)
    for tab in CLOSED_TABS:
        expect(page.get_by_role("tab", name=tab)).to_have_count(0)
    main = page.get_by_role("main")
    expect(main.get_by_role("checkbox")).to_have_count(0)
    expect(main.get_by_role("button", name=re.compile("Push|Delete|Actions for"))).to_have_count(0)

    page.get_by_role("link", name="cart").click()
    expect(row(page, "1.4.0")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Actions for")).first.click()
    expect(page.get_by_role("menuitem")).to_have_text(["Pull commands"])
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Tag history").click()
    expect(row(page, "main").first).to_be_visible()
    expect(main.get_by_role("button", name=re.compile("Actions for"))).to_have_count(0)
    page.get_by_role("tab", name="Info").click()
    expect(page.get_by_text("Keeps what customers want to buy.")).to_be_visible()
    expect(main.get_by_role("button", name=re.compile("Edit"))).to_have_count(0)

    for tab, listed in (("members", "jonas"), ("robot-account", "robot$shop+ci"), ("labels", "production")):
        open_project(page, moorage.url, filled.shop, tab)
        expect(row(page, listed)).to_be_visible()
        settled(page)
        expect(main.get_by_role("button", name=re.compile("Add|New|Remove|Change|Explain|Actions for"))).to_have_count(
            0
        )
        expect(main.get_by_role("checkbox")).to_have_count(0)
    assert watched.errors == []


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("projects/{shop}/trash", id="of-a-project"),
        pytest.param("users", id="of-the-system"),
        pytest.param("configs/setting", id="configuration"),
    ],
)
def test_a_forbidden_address_explains_itself(guest_page: Page, moorage: Moorage, filled: Filled, path: str) -> None:
    page = guest_page
    page.goto(f"{moorage.url}/harbor/{path.format(shop=filled.shop)}")
    expect(page.get_by_text("You are not allowed to do this")).to_be_visible()
    expect(page.get_by_text("Ask an administrator of this project, or of the system")).to_be_visible()
    assert len(copied_request_id(page)) > 8


def test_a_visitor_sees_what_is_public_and_signs_in_for_the_rest(
    page: Page, watched: Watched, moorage: Moorage, filled: Filled
) -> None:
    page.goto(moorage.url)
    page.get_by_role("link", name="platform").click()
    page.get_by_role("tab", name="Repositories").click()
    expect(page.get_by_role("link", name="base")).to_be_visible()
    settled(page)
    # Nothing of what only accounts may know was asked for.
    assert watched.errors == []
    main = page.get_by_role("main")
    expect(main.get_by_role("button", name=re.compile("New|Add|Push|Delete|Actions for"))).to_have_count(0)
    page.get_by_role("tab", name="All artifacts").click()
    expect(row(page, "3.21")).to_be_visible()
    settled(page)
    assert watched.errors == []

    private = f"/harbor/projects/{filled.shop}/repositories?name=web"
    page.goto(f"{moorage.url}/harbor/projects")
    expect(page.get_by_role("link", name="platform")).to_be_visible()
    expect(page.get_by_role("link", name="shop")).to_have_count(0)
    page.goto(f"{moorage.url}{private}")
    expect(page.get_by_text("It may be there for those who sign in.")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    page.get_by_label("User name or e-mail").fill("mei")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("link", name="web/front")).to_be_visible()
    expect(page).to_have_url(f"{moorage.url}{private}")
