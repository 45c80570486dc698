"""Every page is shown without errors, costs few requests, is accessible in both themes, and fits a small screen."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.chromium import Watched, axe, new_context, settled, sign_in
from tests.browser.contents import Filled
from tests.browser.pages import PAGES, PortalPage
from tests.clients.server import ADMIN, Moorage

each_page = pytest.mark.parametrize("portal_page", PAGES, ids=lambda page: page.name)


@pytest.fixture(scope="module", params=["light", "dark"])
def themed(request: pytest.FixtureRequest, browser: Browser, moorage: Moorage) -> Iterator[BrowserContext]:
    """The admin has signed in where the system prefers a theme."""
    context = new_context(browser, theme=request.param)
    page = context.new_page()
    sign_in(page, moorage.url, ADMIN.name, ADMIN.password)
    page.close()
    yield context
    context.close()


@each_page
def test_is_shown_with_few_requests_and_no_serious_finding(
    themed: BrowserContext, moorage: Moorage, filled: Filled, portal_page: PortalPage
) -> None:
    page = themed.new_page()
    watched = Watched.watch(page, moorage.url)
    try:
        page.goto(f"{moorage.url}{portal_page.address(filled)}")
        expect(page.get_by_text(portal_page.shows).first).to_be_visible()
        settled(page)
        asked = watched.asked()
        assert page.get_by_role("heading", level=1).count() == 1
        assert watched.errors == []
        assert watched.elsewhere == []
        assert len(asked) <= portal_page.requests, asked
        assert axe(page) == []
    finally:
        page.close()


@pytest.fixture(scope="module")
def narrow(browser: Browser, moorage: Moorage) -> Iterator[BrowserContext]:
    """The admin has signed in on a small tablet."""
    context = new_context(browser, width=768, height=1024)
    page = context.new_page()
    sign_in(page, moorage.url, ADMIN.name, ADMIN.password)
    page.close()
    yield context
    context.close()


@each_page
def test_fits_768_pixels(narrow: BrowserContext, moorage: Moorage, filled: Filled, portal_page: PortalPage) -> None:
    page = narrow.new_page()
    try:
        page.goto(f"{moorage.url}{portal_page.address(filled)}")
        expect(page.get_by_text(portal_page.shows).first).to_be_visible()
        settled(page)
        beyond = page.evaluate(
            """() => [...document.querySelectorAll('main, main *')]
                .filter((element) => element.scrollWidth > element.clientWidth + 1
                    && getComputedStyle(element).overflowX === 'visible' && element.clientWidth > 0
                    && element.getBoundingClientRect().left + element.scrollWidth > innerWidth + 1)
                .map((element) => element.outerHTML.slice(0, 160)).slice(0, 3)"""
        )
        assert beyond == []
    finally:
        page.close()


def test_a_summary_shows_which_repositories_hold_the_storage(
    narrow: BrowserContext, moorage: Moorage, filled: Filled
) -> None:
    page = narrow.new_page()
    try:
        page.goto(f"{moorage.url}/harbor/projects/{filled.shop}/summary")
        bar = page.get_by_role("img", name="What the storage is used for")
        for part in ("cart: ", "web/front: ", "Shared by several repositories: ", "Free: "):
            expect(bar).to_have_accessible_name(re.compile(re.escape(part)))
        held = page.get_by_role("grid", name="Repositories that hold most")
        expect(held.get_by_role("row").nth(1)).to_contain_text("cart")
        held.get_by_role("link", name="web/front", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("web/front")
    finally:
        page.close()
