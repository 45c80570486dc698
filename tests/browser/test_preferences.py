"""What a browser keeps for its user, and what administrators say to everybody."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import new_context, sign_in
from tests.browser.contents import Contents
from tests.browser.parts import flip, open_account_menu
from tests.clients.harness import CommandFailed
from tests.clients.server import ADMIN, Moorage
from tests.clients.test_skopeo import Skopeo

DARK = "pf-v6-theme-dark"
READ_ONLY = "The registry is read-only: pulls work, nothing can be changed."

#: Notes whether the page was dark when its markup had been read, which is before anything was painted.
NOTE_THEME = f"""
document.addEventListener('DOMContentLoaded', () => {{
  window.wasDark = document.documentElement.classList.contains('{DARK}');
}});
"""


@pytest.mark.parametrize(("system", "chosen"), [("light", "Dark"), ("dark", "Light")])
def test_a_theme_is_kept_and_does_not_flash(browser: Browser, moorage: Moorage, system: str, chosen: str) -> None:
    context = new_context(browser, theme=system)
    context.add_init_script(NOTE_THEME)
    try:
        page = context.new_page()
        sign_in(page, moorage.url, ADMIN.name, ADMIN.password)
        assert page.evaluate("window.wasDark") is (system == "dark")
        open_account_menu(page)
        page.get_by_role("menuitem", name=chosen, exact=True).click()
        assert _is_dark(page) is (chosen == "Dark")
        page.reload()
        expect(page.get_by_role("link", name="library")).to_be_visible()
        assert page.evaluate("window.wasDark") is (chosen == "Dark")
        assert _is_dark(page) is (chosen == "Dark")
        # Also where nobody has signed in.
        context.clear_cookies()
        page.goto(f"{moorage.url}/account/sign-in")
        assert page.evaluate("window.wasDark") is (chosen == "Dark")
    finally:
        context.close()


def test_the_system_s_theme_is_followed_while_the_page_is_open(admin_page: Page) -> None:
    page = admin_page
    assert not _is_dark(page)
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_contain_class(DARK)
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).not_to_contain_class(DARK)


def _is_dark(page: Page) -> bool:
    """Whether it is dark in the eyes, where text is light, and by the class that components go by."""
    marked = bool(page.evaluate(f"document.documentElement.classList.contains('{DARK}')"))
    lightness = page.get_by_role("heading", level=1).evaluate(
        """(heading) => {
            const canvas = document.createElement('canvas').getContext('2d');
            canvas.fillStyle = getComputedStyle(heading).color;
            canvas.fillRect(0, 0, 1, 1);
            return Math.max(...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3));
        }"""
    )
    assert marked is (lightness > 128)
    return marked


@pytest.fixture
def as_it_was(contents: Contents) -> Iterator[None]:
    """The configuration is put back."""
    yield
    contents.call("PUT", "/configurations", {"read_only": False, "banner_message": ""})


@pytest.mark.usefixtures("as_it_was")
def test_a_read_only_registry_says_so_on_every_page(admin_page: Page, moorage: Moorage, skopeo: Skopeo) -> None:
    page = admin_page
    skopeo.login(ADMIN)
    skopeo.push("library/app", "1.0")
    page.get_by_role("link", name="Configuration").click()
    page.get_by_role("tab", name="System").click()
    flip(page, "Read-only mode")
    expect(page.get_by_text("Once you save, every push that is under way fails at its next step.")).to_be_visible()
    expect(page.get_by_text("1 change is not saved yet")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The configuration was saved.")).to_be_visible()

    page.get_by_role("link", name="Projects").first.click()
    expect(page.get_by_text(READ_ONLY)).to_be_visible()
    page.goto(f"{moorage.url}/harbor/users")
    expect(page.get_by_text(READ_ONLY)).to_be_visible()
    skopeo.pull("library/app", "1.0")
    with pytest.raises(CommandFailed):
        skopeo.push("library/app", "2.0")

    page.goto(f"{moorage.url}/harbor/configs/setting")
    flip(page, "Read-only mode")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(READ_ONLY)).to_have_count(0)
    skopeo.push("library/app", "2.0")


@pytest.mark.usefixtures("as_it_was")
def test_a_banner_is_shown_to_everybody(browser: Browser, admin_page: Page, moorage: Moorage) -> None:
    page = admin_page
    words = "Maintenance on Sunday from 6 to 8"
    page.goto(f"{moorage.url}/harbor/configs/banner")
    page.get_by_role("textbox", name="Text").fill(words)
    page.get_by_role("combobox", name="Kind").select_option("Warning")
    page.get_by_role("button", name="Save").click()
    announcement = page.get_by_role("region", name="Announcement")
    expect(announcement).to_contain_text(words)

    context = new_context(browser)
    try:
        visitor = context.new_page()
        visitor.goto(f"{moorage.url}/account/sign-in")
        shown = visitor.get_by_role("region", name="Announcement")
        expect(shown).to_contain_text(words)
        visitor.goto(f"{moorage.url}/harbor/projects")
        expect(shown).to_contain_text(words)
        shown.get_by_role("button", name="Close the announcement").click()
        expect(shown).to_have_count(0)
        visitor.reload()
        expect(visitor.get_by_role("heading", name="Projects", level=1)).to_be_visible()
        expect(shown).to_have_count(0)
    finally:
        context.close()
    assert words in httpx2.get(f"{moorage.url}/api/v2.0/systeminfo", timeout=30).json()["banner_message"]


def test_what_was_not_saved_is_not_lost_by_leaving(admin_page: Page, moorage: Moorage) -> None:
    page = admin_page
    page.goto(f"{moorage.url}/harbor/configs/setting")
    flip(page, "Count pulls")
    page.get_by_role("link", name="Projects").first.click()
    leave = page.get_by_role("dialog", name="Leave without saving?")
    leave.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("switch", name="Count pulls")).not_to_be_checked()
    page.get_by_role("link", name="Projects").first.click()
    leave.get_by_role("button", name="Leave").click()
    expect(page.get_by_role("heading", name="Projects", level=1)).to_be_visible()


def test_neither_search_nor_back_nor_signing_out_loses_what_was_not_saved(admin_page: Page, moorage: Moorage) -> None:
    page = admin_page
    switch = page.get_by_role("switch", name="Count pulls")
    leave = page.get_by_role("dialog", name="Leave without saving?")

    def stays() -> None:
        leave.get_by_role("button", name="Cancel").click()
        expect(leave).to_have_count(0)
        expect(page).to_have_url(f"{moorage.url}/harbor/configs/setting")
        expect(switch).not_to_be_checked()

    page.get_by_role("link", name="Configuration").click()
    page.get_by_role("tab", name="System").click()
    flip(page, "Count pulls")
    page.get_by_role("combobox", name="Search projects").fill("library")
    page.get_by_role("option", name="library").first.click()
    stays()
    page.go_back()
    stays()
    open_account_menu(page)
    page.get_by_role("menuitem", name="Sign out").click()
    stays()
    open_account_menu(page)
    page.get_by_role("menuitem", name="Sign out").click()
    leave.get_by_role("button", name="Leave").click()
    expect(page.get_by_label("Password")).to_be_visible()
    expect(page).to_have_url(f"{moorage.url}/account/sign-in")
