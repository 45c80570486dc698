"""How the server gives the portal to a browser, and what a browser shows when there is no server."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests.browser.chromium import Watched, new_context, settled, sign_in
from tests.browser.contents import Filled
from tests.browser.pages import PAGES
from tests.clients.server import ADMIN, Moorage

#: Pages that together load most of the portal's code.
VISITED = ("projects", "project-summary", "artifacts", "artifact", "comparison", "configuration-banner", "users")

#: A page tells what its policy refused.
NOTE_VIOLATIONS = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) => {
  window.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});
"""


def test_nothing_breaks_the_content_security_policy(browser: Browser, moorage: Moorage, filled: Filled) -> None:
    context = new_context(browser)
    context.add_init_script(NOTE_VIOLATIONS)
    try:
        page = context.new_page()
        watched = Watched.watch(page, moorage.url)
        answer = page.goto(f"{moorage.url}/account/sign-in")
        assert answer is not None
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        sign_in(page, moorage.url, ADMIN.name, ADMIN.password)
        for portal_page in PAGES:
            if portal_page.name in VISITED:
                page.goto(f"{moorage.url}{portal_page.address(filled)}")
                settled(page)
                assert page.evaluate("window.violations") == []
        page.goto(f"{moorage.url}/harbor/projects")
        page.get_by_role("button", name="New project").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert page.evaluate("window.violations") == []
        assert watched.errors == []
        assert watched.elsewhere == []
        # The policy is in force: what it forbids is refused, and seen by this test.
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))")
        assert page.evaluate("window.ran") is None
        assert page.evaluate("window.violations") != []
    finally:
        context.close()


@pytest.mark.usefixtures("filled")
def test_a_second_visit_loads_no_file_again(browser: Browser, moorage: Moorage) -> None:
    context = new_context(browser)
    try:
        page = context.new_page()
        sign_in(page, moorage.url, ADMIN.name, ADMIN.password)
        settled(page)
        again: list[Response] = []
        page.on("response", lambda response: again.append(response) if "/assets/" in response.url else None)
        page.goto(f"{moorage.url}/harbor/projects")
        settled(page)
        assert again
        for response in again:
            assert response.headers["cache-control"] == "public, max-age=31536000, immutable", response.url
        loaded = page.evaluate(
            """() => performance.getEntriesByType('resource').filter(({name}) => name.includes('/assets/'))
                .map(({name, transferSize}) => [name, transferSize])"""
        )
        assert loaded
        assert [name for name, size in loaded if size > 0] == []
    finally:
        context.close()


def test_an_address_of_the_portal_that_is_none_says_so(admin_page: Page, moorage: Moorage) -> None:
    page = admin_page
    page.goto(f"{moorage.url}/harbor/nothing-is-here")
    expect(page.get_by_role("heading", level=1)).to_have_text("This does not exist, or you may not see it")
    page.get_by_role("main").get_by_role("link", name="Projects").click()
    expect(page.get_by_role("heading", name="Projects", level=1)).to_be_visible()


@pytest.mark.usefixtures("filled")
def test_a_server_that_is_away_is_said_so_until_it_is_back(browser: Browser, moorage: Moorage) -> None:
    context = new_context(browser)
    try:
        page = context.new_page()
        sign_in(page, moorage.url, ADMIN.name, ADMIN.password)
        settled(page)
        moorage.stop()
        # What was shown stays, with the reason why it is not refreshed above it.
        page.get_by_role("button", name="Refresh").click()
        expect(page.get_by_text("The server cannot be reached.")).to_be_visible()
        expect(page.get_by_role("link", name="shop")).to_be_visible()
        page.get_by_role("link", name="shop").click()
        expect(page.get_by_role("heading", name="That did not work")).to_be_visible()

        moorage.start()
        page.get_by_role("button", name="Try again").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("^shop"))
        expect(page.get_by_role("tab", name="Repositories")).to_be_visible()
    finally:
        context.close()
