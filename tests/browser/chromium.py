"""Debian's Chromium under Playwright, and what a page must never do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, StorageState, sync_playwright

from tests.clients.harness import find_tool

#: Nothing is asked of anybody but the server of the test.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

AXE = Path(__file__).parents[2] / "portal/node_modules/axe-core/axe.min.js"

#: Findings of axe that count.
SERIOUS = frozenset({"serious", "critical"})


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A browser of its own, without a window."""
    path = find_tool("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watched:
    """What a page did that somebody should know of."""

    page: Page
    #: Requests to the API since the last look: ``GET /api/v2.0/projects?page=1``.
    requests: list[str] = field(default_factory=list)
    #: Errors of scripts, of the content security policy, and of what could not be loaded.
    errors: list[str] = field(default_factory=list)
    #: Requests to another host than the server's.
    elsewhere: list[str] = field(default_factory=list)

    @classmethod
    def watch(cls, page: Page, url: str) -> Watched:
        """Look at a page from now on; ``url``: the server's root."""
        watched = cls(page)
        page.on("console", lambda message: watched._said(message.type, message.text))
        page.on("pageerror", lambda error: watched.errors.append(str(error)))
        page.on("request", lambda request: watched._asked(url, request.method, request.url))
        return watched

    def asked(self) -> list[str]:
        """The requests to the API since the last time this was called."""
        found, self.requests = self.requests, []
        return found

    def _said(self, kind: str, text: str) -> None:
        if kind == "error":
            self.errors.append(text)

    def _asked(self, root: str, method: str, url: str) -> None:
        if url.startswith(("blob:", "data:")):
            return
        if not url.startswith(f"{root}/"):
            self.elsewhere.append(url)
        elif url.startswith(f"{root}/api/"):
            self.requests.append(f"{method} {url.removeprefix(root)}")


def axe(page: Page) -> list[str]:
    """Serious findings of axe on what the page shows now, each on a line."""
    # Evaluated by the debugger, so the page's policy need not be switched off.
    page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate(
        "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
    )
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:200]}"
        for violation in found
        if violation["impact"] in SERIOUS
        for node in violation["nodes"][:3]
    ]


def sign_in(page: Page, url: str, name: str, password: str, *, target: str = "/harbor/projects") -> None:
    """Sign in over the form and wait for the page that was asked for."""
    page.goto(f"{url}/account/sign-in?redirect_url={target}")
    page.get_by_label("User name or e-mail").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{url}{target}*")


def settled(page: Page) -> None:
    """Wait until nothing is being loaded and nothing says that it is."""
    page.wait_for_load_state("networkidle")
    page.locator("[aria-busy=true], .pf-v6-c-skeleton, .pf-v6-c-spinner[aria-label=Loading]").first.wait_for(
        state="detached"
    )


def new_context(
    browser: Browser,
    *,
    width: int = 1280,
    height: int = 800,
    theme: str = "light",
    session: StorageState | None = None,
) -> BrowserContext:
    """A browser without a past; ``theme``: what its system prefers; ``session``: what another one kept."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if theme == "dark" else "light",
        locale="en-GB",
        timezone_id="UTC",
        reduced_motion="reduce",
        storage_state=session,
    )
    context.set_default_timeout(20_000)
    return context
