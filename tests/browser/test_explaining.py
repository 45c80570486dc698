"""Who administers a project asks why somebody may do something in it, or may not."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.chromium import sign_in
from tests.browser.contents import Contents, Filled
from tests.browser.parts import choose_action, dialog, open_project
from tests.clients.server import PASSWORD, Moorage


def _answer(asked: Locator) -> Locator:
    """Ask; what is announced then."""
    asked.get_by_role("button", name="Explain", exact=True).click()
    return asked.locator("[aria-live=polite]")


def test_an_administrator_of_the_project_learns_what_would_help(page: Page, moorage: Moorage, filled: Filled) -> None:
    sign_in(page, moorage.url, "ines", PASSWORD)
    open_project(page, moorage.url, filled.shop, "members")
    choose_action(page, "mei", "Explain access")
    asked = dialog(page, "Explain access to shop")
    expect(asked.get_by_role("combobox", name="Name")).to_have_value("mei")
    asked.get_by_role("combobox", name="Repository").fill("front")
    asked.get_by_role("option", name="web/front").click()
    answer = _answer(asked)
    expect(answer).to_contain_text("mei may not do this")
    expect(answer).to_contain_text("The role Guest (does not give it)")
    expect(answer).to_contain_text("One of the roles Developer, Maintainer, Project admin")

    # Another question takes the answer away.
    asked.get_by_role("combobox", name="Action").select_option("pull")
    expect(asked.get_by_text("mei may not do this")).to_have_count(0)
    expect(_answer(asked)).to_contain_text("mei may do this")

    asked.get_by_role("combobox", name="Who").select_option(label="Visitors without an account")
    answer = _answer(asked)
    expect(answer).to_contain_text("The project is private.")
    expect(answer).to_contain_text("Making the project public")


def test_a_limit_and_a_robot_are_told(admin_page: Page, moorage: Moorage, contents: Contents, filled: Filled) -> None:
    page = admin_page
    contents.user("lena", "Lena Sand")
    limited = {"role_id": 2, "member_user": {"username": "lena"}, "repositories": ["web/*"]}
    contents.call("POST", f"/projects/{filled.shop}/members", limited)
    open_project(page, moorage.url, filled.shop, "members")
    page.get_by_role("button", name="Explain access").click()
    asked = dialog(page, "Explain access to shop")
    asked.get_by_role("combobox", name="Name").fill("len")
    asked.get_by_role("option", name="lena").click()
    asked.get_by_role("combobox", name="Repository").fill(f"{moorage.address}/shop/cart:1.4.0")
    answer = _answer(asked)
    expect(answer).to_contain_text("gives it in other repositories only")
    expect(answer).to_contain_text("The role Developer · only in web/*")
    expect(answer).to_contain_text("The same with a limit that has the repository in it")

    asked.get_by_role("combobox", name="Who").select_option(label="Robot account")
    asked.get_by_role("combobox", name="Name").fill("robot$shop+c")
    asked.get_by_role("option", name="robot$shop+ci").click()
    answer = _answer(asked)
    expect(answer).to_contain_text("The robot account was given this permission.")
    asked.get_by_role("combobox", name="Resource").select_option(label="Webhook")
    expect(asked.get_by_role("combobox", name="Repository")).to_have_count(0)
    expect(_answer(asked)).to_contain_text("This permission for the robot account")

    asked.get_by_role("combobox", name="Name").fill("robot$nobody")
    asked.get_by_role("button", name="Explain", exact=True).click()
    expect(asked.get_by_text("robot robot$nobody not found")).to_be_visible()
