"""Take the pictures of the portal and measure its pages: ``make screenshots`` writes docs/portal.md and its pictures.

A server is started and filled as for the tests of the browser, so a picture shows what really is there. A page is
measured as somebody meets it who follows a link: signed in, by its address, with an empty cache.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Request, StorageState
from tests.browser.chromium import Watched, axe, chromium, new_context, settled, sign_in
from tests.browser.contents import Filled, fill
from tests.browser.pages import PAGES, PortalPage
from tests.clients.server import ADMIN, Moorage, serve

DOCS = Path(__file__).resolve().parent.parent / "docs"
DIRECTORY = DOCS / "screenshots"
REPORT = DOCS / "portal.md"

#: Pages whose pictures are kept, by their names in tests/browser/pages.py, and what is said about them.
SHOWN = {
    "projects": "Projects, with what each holds",
    "project-summary": "A project: quota, members, the commands that push to it",
    "artifacts": "A repository: tags, platforms, signatures and SBOMs under their subject",
    "artifact": "An artifact: its layers drawn to scale",
    "comparison": "Two artifacts compared",
    "tag-history": "What a tag named before, and the way back",
    "project-trash": "The trash: what was deleted, and until when it can be undone",
    "project-robots": "Robot accounts",
    "project-retention": "Retention in sentences, with dry runs",
    "garbage-collection": "Garbage collection, which never stops the service",
    "job-queues": "The job service",
    "logs": "The audit log",
    "health": "What the system stands on",
}
FIRST = {"sign-in": "Signing in", "first-push": "Right after the first start"}

THEMES = ("light", "dark")


@dataclass(frozen=True)
class Measured:
    """One view of a page."""

    name: str
    requests: int
    #: Bytes of scripts as they came over the wire.
    script: int
    findings: int


def main() -> int:
    """Write every picture and the report; the pages are few, so all are made anew."""
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    for old in DIRECTORY.glob("*.png"):
        old.unlink()
    with chromium() as browser, serve(workers=1) as server:
        _first_start(browser, server)
        filled = fill(server.url)
        for theme in THEMES:
            _pictures(browser, server, filled, theme)
        measured = list(_measure(browser, server, filled))
        REPORT.write_text(_report(measured, browser.version))
    print(f"{len(list(DIRECTORY.glob('*.png')))} pictures in {DIRECTORY}, numbers in {REPORT}")
    return 0


# --- pictures ------------------------------------------------------------------------------------


def _first_start(browser: Browser, server: Moorage) -> None:
    for theme in THEMES:
        with _tab(new_context(browser, theme=theme)) as page:
            page.goto(f"{server.url}/account/sign-in")
            page.get_by_label("Password").wait_for()
            _write(page, "sign-in", theme)
            sign_in(page, server.url, ADMIN.name, ADMIN.password)
            settled(page)
            _write(page, "first-push", theme)


def _pictures(browser: Browser, server: Moorage, filled: Filled, theme: str) -> None:
    with _tab(new_context(browser, theme=theme)) as page:
        sign_in(page, server.url, ADMIN.name, ADMIN.password)
        for portal_page in PAGES:
            if portal_page.name in SHOWN:
                _open(page, server, filled, portal_page)
                _write(page, portal_page.name, theme)


def _write(page: Page, name: str, theme: str) -> None:
    # What appears softly has appeared.
    page.wait_for_timeout(400)
    page.screenshot(path=DIRECTORY / f"{name}-{theme}.png")


def _open(page: Page, server: Moorage, filled: Filled, portal_page: PortalPage) -> None:
    page.goto(f"{server.url}{portal_page.address(filled)}")
    page.get_by_text(portal_page.shows).first.wait_for()
    settled(page)


@contextmanager
def _tab(context: BrowserContext) -> Iterator[Page]:
    """A tab of a browser that is closed with it."""
    try:
        yield context.new_page()
    finally:
        context.close()


# --- numbers -------------------------------------------------------------------------------------


def _measure(browser: Browser, server: Moorage, filled: Filled) -> Iterator[Measured]:
    with _tab(new_context(browser)) as page:
        sign_in(page, server.url, ADMIN.name, ADMIN.password)
        session = page.context.storage_state()
    for portal_page in PAGES:
        yield _measure_page(browser, server, filled, portal_page, session)


def _measure_page(
    browser: Browser, server: Moorage, filled: Filled, portal_page: PortalPage, session: StorageState
) -> Measured:
    with _tab(new_context(browser, session=session)) as page:
        watched = Watched.watch(page, server.url)
        scripts: list[Request] = []
        page.on("requestfinished", lambda request: scripts.append(request))
        _open(page, server, filled, portal_page)
        requests = len(watched.asked())
        script = sum(each.sizes()["responseBodySize"] for each in scripts if each.resource_type == "script")
        return Measured(portal_page.name, requests, script, len(axe(page)))


def _report(measured: Sequence[Measured], version: str) -> str:
    pictures = "\n".join(_picture(name, about) for name, about in {**FIRST, **SHOWN}.items())
    rows = "\n".join(
        f"| {page.name} | {page.requests} | {page.script / 1000:.0f} | {page.findings} |" for page in measured
    )
    return f"""\
# The portal in pictures and numbers

<!-- Made by make screenshots (tools/screenshots.py). -->

Made on {datetime.now(UTC):%Y-%m-%d} with Chromium {version}, on a server with the contents of
`tests/browser/contents.py`.

{pictures}
## What a page costs

Each page opened by its address by somebody who is signed in, with an empty cache: requests to the API, kilobytes of
script over the wire (gzip, since the page is served without TLS here), and serious or critical findings of axe. The
tests (`tests/browser/test_pages.py`) refuse more than three requests for a list and any such finding, in both themes;
`make check` refuses more than 250 kB of script.

| page | requests | script, kB | axe |
| --- | --- | --- | --- |
{rows}
"""


def _picture(name: str, about: str) -> str:
    return f"""\
## {about}

<picture>
  <source media="(prefers-color-scheme: dark)" srcset="screenshots/{name}-dark.png">
  <img alt="{about}" src="screenshots/{name}-light.png">
</picture>
"""


if __name__ == "__main__":
    sys.exit(main())
