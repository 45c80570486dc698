"""Take the pictures of the portal that the documentation shows: ``make screenshots`` writes docs/screenshots.

A server is started and filled as for the tests of the browser, so a picture shows what really is there.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page
from tests.browser.chromium import chromium, new_context, settled, sign_in
from tests.browser.contents import Filled, fill
from tests.browser.pages import PAGES
from tests.clients.server import ADMIN, Moorage, serve

DIRECTORY = Path(__file__).resolve().parent.parent / "docs" / "screenshots"

#: Pages whose pictures are kept, by their names in tests/browser/pages.py.
SHOWN = (
    "projects",
    "project-summary",
    "artifacts",
    "artifact",
    "comparison",
    "tag-history",
    "project-trash",
    "project-robots",
    "project-retention",
    "garbage-collection",
    "job-queues",
    "logs",
    "health",
)

THEMES = ("light", "dark")


def main() -> int:
    """Write every picture; the number of the pages is small, so all are made anew."""
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    for old in DIRECTORY.glob("*.png"):
        old.unlink()
    with chromium() as browser, serve(workers=1) as server:
        _first_start(browser, server)
        filled = fill(server.url)
        for theme in THEMES:
            _pages(browser, server, filled, theme)
    print(f"{len(list(DIRECTORY.glob('*.png')))} pictures in {DIRECTORY}")
    return 0


def _first_start(browser: Browser, server: Moorage) -> None:
    for theme in THEMES:
        context = new_context(browser, theme=theme)
        page = context.new_page()
        page.goto(f"{server.url}/account/sign-in")
        page.get_by_label("Password").wait_for()
        _write(page, "sign-in", theme)
        sign_in(page, server.url, ADMIN.name, ADMIN.password)
        settled(page)
        _write(page, "first-push", theme)
        context.close()


def _pages(browser: Browser, server: Moorage, filled: Filled, theme: str) -> None:
    context = new_context(browser, theme=theme)
    page = context.new_page()
    sign_in(page, server.url, ADMIN.name, ADMIN.password)
    for portal_page in PAGES:
        if portal_page.name in SHOWN:
            page.goto(f"{server.url}{portal_page.address(filled)}")
            page.get_by_text(portal_page.shows).first.wait_for()
            settled(page)
            _write(page, portal_page.name, theme)
    context.close()


def _write(page: Page, name: str, theme: str) -> None:
    # What appears softly has appeared.
    page.wait_for_timeout(400)
    page.screenshot(path=DIRECTORY / f"{name}-{theme}.png")


if __name__ == "__main__":
    sys.exit(main())
