"""Sessions end; what somebody was doing does not."""

from __future__ import annotations

import re

import httpx2
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import Watched, new_context, sign_in
from tests.browser.contents import Contents
from tests.browser.parts import dialog, end_sessions, open_account_menu, open_project
from tests.clients.server import ADMIN, Moorage

ENDED = "Your session has ended"


def _sign_in_again(page: Page) -> None:
    again = dialog(page, ENDED)
    expect(again).to_contain_text("Sign in again as admin.")
    expect(again.get_by_label("User name or e-mail")).not_to_be_editable()
    again.get_by_label("Password").fill(ADMIN.password)
    again.get_by_role("button", name="Sign in", exact=True).click()
    expect(again).to_be_hidden()


def test_a_dialog_is_sent_after_signing_in_over_it(admin_page: Page, moorage: Moorage, contents: Contents) -> None:
    page = admin_page
    page.get_by_role("button", name="New project").first.click()
    form = dialog(page, "Create a project")
    form.get_by_role("textbox", name="Name").fill("kept")
    form.get_by_role("checkbox", name="Public").check()
    form.get_by_role("textbox", name="Storage limit").fill("3 GiB")
    end_sessions(moorage)
    form.get_by_role("button", name="Create").click()

    # A wrong password leaves both open.
    again = dialog(page, ENDED)
    again.get_by_label("Password").fill("not-the-password")
    again.get_by_role("button", name="Sign in", exact=True).click()
    expect(again.get_by_text("User name or password is wrong.")).to_be_visible()
    _sign_in_again(page)
    expect(page.get_by_role("heading", level=1, name="kept Public")).to_be_visible()
    project = contents.call("GET", "/projects/kept").json()
    assert project["metadata"]["public"] == "true"
    assert contents.call("GET", "/projects/kept/summary").json()["quota"]["hard"] == {"storage": 3 * 1024**3}


def test_a_dialog_stays_the_only_thing_there_after_signing_in_over_it(admin_page: Page, moorage: Moorage) -> None:
    page = admin_page
    page.get_by_role("button", name="New project").first.click()
    form = dialog(page, "Create a project")
    form.get_by_role("textbox", name="Name").fill("library")
    end_sessions(moorage)
    form.get_by_role("button", name="Create").click()
    expect(dialog(page, ENDED)).to_be_visible()
    # By role only what is not hidden from screen readers is found.
    expect(form).to_have_count(0)
    page.keyboard.press("Escape")
    _sign_in_again(page)
    expect(form.get_by_text("already exists")).to_be_visible()
    expect(form.get_by_role("textbox", name="Name")).to_have_value("library")
    expect(page.get_by_role("heading", name="Projects", level=1)).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Projects", level=1)).to_be_visible()
    expect(form).to_have_count(0)


def test_a_page_with_a_form_keeps_what_was_typed(admin_page: Page, moorage: Moorage) -> None:
    page = admin_page
    page.goto(f"{moorage.url}/harbor/account")
    page.get_by_role("textbox", name="E-mail").fill("admin@example.com")
    page.get_by_role("textbox", name="Comment").fill("written before it ended")
    end_sessions(moorage)
    page.get_by_role("button", name="Save").click()
    _sign_in_again(page)
    expect(page.get_by_text("Your profile was saved.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("textbox", name="Comment")).to_have_value("written before it ended")


def test_the_end_is_noticed_though_nothing_was_asked(browser: Browser, moorage: Moorage) -> None:
    context = new_context(browser)
    try:
        page = context.new_page()
        page.clock.install()
        sign_in(page, moorage.url, ADMIN.name, ADMIN.password)
        expect(page.get_by_role("link", name="library")).to_be_visible()
        end_sessions(moorage)
        page.clock.fast_forward("59:00")
        expect(dialog(page, ENDED)).to_be_hidden()
        page.clock.fast_forward("02:00")
        _sign_in_again(page)
        expect(page.get_by_role("heading", name="Projects", level=1)).to_be_visible()
    finally:
        context.close()


def test_signing_out_ends_it_everywhere(admin_page: Page, watched: Watched, moorage: Moorage) -> None:
    page = admin_page
    expect(page.get_by_role("link", name="library")).to_be_visible()
    other = page.context.new_page()
    other.goto(f"{moorage.url}/harbor/account")
    expect(other.get_by_role("heading", name="Your account")).to_be_visible()
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    current = f"{moorage.url}/api/v2.0/users/current"
    assert httpx2.get(current, cookies=cookies, timeout=30).json()["username"] == ADMIN.name

    open_account_menu(page)
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    assert httpx2.get(current, cookies=cookies, timeout=30).status_code == 401
    page.go_back()
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
    expect(page.get_by_role("button", name="New project")).to_have_count(0)

    # The other tab asks as soon as it wants something.
    other.get_by_role("textbox", name="E-mail").fill("admin@example.com")
    other.get_by_role("textbox", name="Comment").fill("from another tab")
    other.get_by_role("button", name="Save").click()
    expect(dialog(other, ENDED)).to_be_visible()
    other.get_by_role("button", name="Leave this page").click()
    expect(other).to_have_url(re.compile("/account/sign-in"))
    assert watched.errors == []


def test_an_address_that_needs_an_account_leads_back_to_it(page: Page, moorage: Moorage, contents: Contents) -> None:
    project = contents.project("private")
    open_project(page, moorage.url, project, "members?name=adm")
    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    page.get_by_label("User name or e-mail").fill(ADMIN.name)
    page.get_by_label("Password").fill(ADMIN.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("textbox", name="Filter by name")).to_have_value("adm")


def test_no_other_site_is_gone_to_after_signing_in(page: Page, moorage: Moorage) -> None:
    page.goto(f"{moorage.url}/account/sign-in?redirect_url=https://elsewhere.example/harbor/")
    page.get_by_label("User name or e-mail").fill(ADMIN.name)
    page.get_by_label("Password").fill(ADMIN.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Projects", level=1)).to_be_visible()
    assert page.url == f"{moorage.url}/harbor/projects"
