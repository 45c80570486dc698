"""What journeys do again and again, done as a user does it: controls are found by role and name."""

from __future__ import annotations

import re
from typing import LiteralString

import psycopg
from playwright.sync_api import Locator, Page, expect

from moorage.database.embedded import running_url
from tests.clients.server import Moorage


def dialog(page: Page, title: str | re.Pattern[str]) -> Locator:
    """An open dialog."""
    return page.get_by_role("dialog", name=title)


def row(page: Page | Locator, text: str | re.Pattern[str]) -> Locator:
    """A row of a table that has a text in it."""
    return page.get_by_role("row").filter(has_text=text)


def choose_action(page: Page, name: str, action: str) -> None:
    """Open the menu of a row and choose something; ``name``: what the row is called."""
    page.get_by_role("button", name=f"Actions for {name}", exact=True).click()
    page.get_by_role("menuitem", name=action, exact=True).click()


def choose_filter(page: Page, field: str, choice: str) -> None:
    """Set a filter that is one of several."""
    page.get_by_role("button", name=re.compile(f"^{re.escape(field)}: ")).click()
    page.get_by_role("option", name=choice, exact=True).click()


def flip(page: Page, name: str) -> None:
    """Click on a switch: on its drawing, which lies above the control that has the role."""
    page.get_by_role("switch", name=name).click(force=True)


def open_account_menu(page: Page) -> None:
    """The menu in the corner: account, theme, language, signing out."""
    page.get_by_role("button", name=re.compile("^Signed in as ")).click()


def open_project(page: Page, url: str, project: int, tab: str) -> None:
    """The page of a project; ``tab``: its path."""
    page.goto(f"{url}/harbor/projects/{project}/{tab}")


def copied_request_id(page: Page) -> str:
    """Copy the id of the request that failed, with its button; what is on the clipboard then."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the request id").click()
    copied = page.evaluate("() => navigator.clipboard.readText()")
    expect(page.get_by_text(f"Request id {copied}")).to_be_visible()
    return str(copied)


def execute(moorage: Moorage, statement: LiteralString, *parameters: object) -> int:
    """Change the server's database behind its back; how many rows that were."""
    url = running_url(moorage.data)
    assert url is not None
    with psycopg.connect(url) as connection:
        return connection.execute(statement, parameters).rowcount


def end_sessions(moorage: Moorage) -> None:
    """End every session, as time does."""
    assert execute(moorage, "DELETE FROM user_session") > 0
