"""Lists: the address says everything about them, and the server makes their pages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import Watched, new_context, settled, sign_in
from tests.browser.contents import Contents
from tests.browser.parts import choose_filter, execute, open_project
from tests.clients.server import ADMIN, Moorage


@pytest.fixture(scope="module")
def teams(moorage: Moorage, contents: Contents) -> list[str]:
    """Forty projects whose order by name is not that of their creation."""
    names = [f"team-{number * 7 % 40:02}" for number in range(40)]
    for name in names:
        contents.project(name, public=name < "team-30")
    return names


def _names(page: Page) -> list[str]:
    """The first cells of the list, once it is no longer being loaded."""
    table = page.get_by_role("grid", name="List of projects")
    expect(table).to_have_attribute("aria-busy", "false")
    return [link.inner_text() for link in table.get_by_role("link").all()]


def test_the_address_shows_somebody_else_the_same_list(
    browser: Browser, admin_page: Page, moorage: Moorage, teams: list[str]
) -> None:
    page = admin_page
    page.get_by_role("textbox", name="Filter by name").fill("team-")
    expect(page).to_have_url(re.compile("name=team-"))
    choose_filter(page, "Access", "Public")
    expect(page).to_have_url(re.compile("public=true"))
    created = page.get_by_role("columnheader", name="Created")
    created.get_by_role("button").click()
    expect(created).to_have_attribute("aria-sort", "ascending")
    created.get_by_role("button").click()
    expect(created).to_have_attribute("aria-sort", "descending")
    first = _names(page)
    public = [name for name in reversed(teams) if name < "team-30"]
    assert first == public[:15]

    page.get_by_role("navigation", name="List of projects").get_by_role("button", name="Go to the next page").click()
    expect(page.get_by_role("link", name=public[15])).to_be_visible()
    assert _names(page) == public[15:]

    page.reload()
    expect(page.get_by_role("link", name=public[15])).to_be_visible()
    assert _names(page) == public[15:]
    address = page.url

    page.go_back()
    expect(page.get_by_role("link", name=public[0], exact=True)).to_be_visible()
    assert _names(page) == first
    page.go_back()
    expect(created).to_have_attribute("aria-sort", "ascending")
    expect(page.get_by_role("textbox", name="Filter by name")).to_have_value("team-")

    other = new_context(browser)
    try:
        colleague = other.new_page()
        sign_in(colleague, moorage.url, ADMIN.name, ADMIN.password)
        colleague.goto(address)
        expect(colleague.get_by_role("link", name=public[15])).to_be_visible()
        assert _names(colleague) == public[15:]
        expect(colleague.get_by_role("textbox", name="Filter by name")).to_have_value("team-")
        expect(colleague.get_by_role("button", name="Access: Public")).to_be_visible()
    finally:
        other.close()


def test_a_filter_without_result_says_so_and_is_cleared(admin_page: Page, teams: list[str]) -> None:
    page = admin_page
    page.get_by_role("textbox", name="Filter by name").fill("nothing-is-called-that")
    expect(page.get_by_role("heading", name="Nothing matches these filters")).to_be_visible()
    page.get_by_role("button", name="Clear all filters").last.click()
    expect(page.get_by_role("link", name="team-00")).to_be_visible()
    expect(page.get_by_role("textbox", name="Filter by name")).to_have_value("")


def test_filters_that_leave_rows_are_cleared_by_keyboard(admin_page: Page, teams: list[str]) -> None:
    page = admin_page
    name = page.get_by_role("textbox", name="Filter by name")
    clear = page.get_by_role("button", name="Clear all filters")
    expect(name).to_be_visible()
    expect(clear).to_have_count(0)
    name.fill("team-0")
    expect(page).to_have_url(re.compile("name=team-0$"))
    choose_filter(page, "Access", "Public")
    expect(page).to_have_url(re.compile("name=team-0&public=true"))
    expect(page.get_by_role("link", name="team-39")).to_have_count(0)
    clear.press("Enter")
    expect(page).to_have_url(re.compile("/harbor/projects$"))
    expect(name).to_have_value("")
    expect(name).to_be_focused()
    expect(page.get_by_role("button", name="Access: All")).to_be_visible()
    expect(clear).to_have_count(0)


def test_ten_thousand_rows_are_paged_by_the_server(
    admin_page: Page, watched: Watched, moorage: Moorage, contents: Contents
) -> None:
    page = admin_page
    project = contents.project("many")
    inserted = execute(
        moorage,
        "INSERT INTO repository (project_id, name, first_push_time)"
        " SELECT %s, 'many/app-' || to_char(n, 'FM00000'), now() FROM generate_series(1, 10000) AS n",
        project,
    )
    assert inserted == 10_000

    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(len(answer.body())) if "/api/v2.0/" in answer.url else None)
    watched.asked()
    open_project(page, moorage.url, project, "repositories?sort=name")
    expect(page.get_by_role("link", name="app-00001")).to_be_visible()
    settled(page)
    asked = [request for request in watched.asked() if "/session" not in request]
    assert len(asked) <= 3, asked
    assert sum(sizes) < 50_000

    sizes.clear()
    page.get_by_role("button", name="Go to the last page").click()
    expect(page.get_by_role("link", name="app-10000")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("^app-"))).to_have_count(10)
    assert len(watched.asked()) == 1
    assert sum(sizes) < 20_000
    page.get_by_role("textbox", name="Filter by name").fill("0777")
    expect(page.get_by_role("link", name="app-07770")).to_be_visible()
    assert watched.errors == []
