"""Opened dialogs have no serious finding of axe, in both themes, and hide nothing that is told meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import axe, new_context, settled, sign_in
from tests.browser.contents import Filled
from tests.browser.parts import choose_action
from tests.clients.server import ADMIN, Moorage


def _create_project(page: Page) -> None:
    page.get_by_role("button", name="New project").click()
    page.get_by_role("dialog").get_by_role("textbox", name="Name").fill("NOT A NAME")


def _create_robot(page: Page) -> None:
    page.get_by_role("button", name="New robot account").click()
    wizard = page.get_by_role("dialog")
    wizard.get_by_role("textbox", name="Name").fill("axe")
    wizard.get_by_role("button", name="Next").click()
    expect(wizard.get_by_role("checkbox", name="Repository: Pull")).to_be_visible()


def _delete_repository(page: Page) -> None:
    choose_action(page, "cart", "Delete")


def _add_member(page: Page) -> None:
    page.get_by_role("button", name="Add members").click()


def _explain_access(page: Page) -> None:
    choose_action(page, "mei", "Explain access")
    page.get_by_role("dialog").get_by_role("button", name="Explain", exact=True).click()
    expect(page.get_by_text("mei may not do this")).to_be_visible()


def _pull_commands(page: Page) -> None:
    page.get_by_role("button", name="Actions for").first.click()
    page.get_by_role("menuitem", name="Pull commands").click()


def _add_rule(page: Page) -> None:
    page.get_by_role("button", name="Add a rule").click()


def _add_webhook(page: Page) -> None:
    page.get_by_role("button", name="New webhook").click()


DIALOGS = {
    "create-project": ("projects", _create_project),
    "create-robot": ("projects/{shop}/robot-account", _create_robot),
    "delete-repository": ("projects/{shop}/repositories", _delete_repository),
    "add-member": ("projects/{shop}/members", _add_member),
    "explain-access": ("projects/{shop}/members", _explain_access),
    "pull-commands": ("projects/{shop}/repositories/cart/artifacts-tab", _pull_commands),
    "retention-rule": ("projects/{shop}/tag-strategy/tag-retention", _add_rule),
    "webhook": ("projects/{shop}/webhook", _add_webhook),
}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_has_no_serious_finding(browser: Browser, moorage: Moorage, filled: Filled, theme: str) -> None:
    context = new_context(browser, theme=theme)
    found: dict[str, list[str]] = {}
    try:
        page = context.new_page()
        sign_in(page, moorage.url, ADMIN.name, ADMIN.password)
        for name, (path, open_dialog) in DIALOGS.items():
            found[name] = _findings(page, f"{moorage.url}/harbor/{path.format(shop=filled.shop)}", open_dialog)
    finally:
        context.close()
    assert {name: findings for name, findings in found.items() if findings} == {}


def _findings(page: Page, address: str, open_dialog: Callable[[Page], None]) -> list[str]:
    page.goto(address)
    settled(page)
    open_dialog(page)
    expect(page.get_by_role("dialog")).to_be_visible()
    settled(page)
    return axe(page)


def test_what_was_done_is_told_while_a_dialog_is_open(admin_page: Page, moorage: Moorage, filled: Filled) -> None:
    page = admin_page
    page.goto(f"{moorage.url}/harbor/projects/{filled.shop}/robot-account")
    expect(page.get_by_role("tab", name="Members")).to_be_visible()
    choose_action(page, "robot$shop+ci", "New secret")
    page.get_by_role("dialog").get_by_role("button", name="New secret").click()
    expect(page.get_by_role("button", name="Close, I have kept the secret")).to_be_visible()
    # By role only what is not hidden from screen readers is found.
    told = page.get_by_role("listitem").filter(has_text="robot$shop+ci has a new secret")
    expect(told).to_be_visible()
    expect(page.get_by_role("tab", name="Members")).to_have_count(0)
