"""One filled server and one browser for every page; servers of their own for journeys that change things."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from moorage.portal.files import ASSETS
from tests.browser.chromium import Watched, chromium, new_context, sign_in
from tests.browser.contents import Contents, Filled, fill
from tests.clients.harness import missing
from tests.clients.layouts import Layout
from tests.clients.server import ADMIN, Moorage, serve
from tests.clients.test_skopeo import Skopeo
from tests.clients.wire import Wire

#: Pictures of what failing tests saw.
REPORTS = Path(__file__).parents[2] / ".reports"

#: Milliseconds until what is expected of a page has to be so.
PATIENCE = 20_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser, and the portal."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session", autouse=True)
def portal() -> None:
    """The portal has been built."""
    if not (ASSETS / "index.html").is_file():
        missing("the portal is not built: run make portal")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, and patience: what a page does in a moment takes longer where many tests run.

    No longer than a module: while Playwright is there, its event loop is the thread's, and no other test's can run.
    """
    expect.set_options(timeout=PATIENCE)
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def moorage() -> Iterator[Moorage]:
    """A server of the module's own, with nothing in it."""
    with serve(workers=1) as server:
        yield server


@pytest.fixture(scope="module")
def filled(moorage: Moorage) -> Filled:
    """The server has the contents of a team."""
    return fill(moorage.url)


@pytest.fixture(scope="module")
def contents(moorage: Moorage) -> Iterator[Contents]:
    """Fills the server with what a test needs."""
    contents = Contents(moorage.url)
    with contents.client:
        yield contents


@pytest.fixture
def wire(moorage: Moorage) -> Iterator[Wire]:
    """Requests of the admin, to see what the registry really has."""
    wire = Wire(moorage)
    yield wire
    wire.close()


@pytest.fixture
def skopeo(moorage: Moorage, tmp_path: Path) -> Skopeo:
    """A client with an image to push, which has not logged in."""
    layout = Layout(tmp_path / "layout")
    layout.busybox("test")
    return Skopeo(moorage.address, tmp_path / "home", layout)


@pytest.fixture
def page(browser: Browser, moorage: Moorage) -> Iterator[Page]:
    """A browser where nobody has signed in."""
    context = new_context(browser)
    yield context.new_page()
    context.close()


@pytest.fixture
def admin_page(page: Page, moorage: Moorage) -> Page:
    """The admin has signed in."""
    sign_in(page, moorage.url, ADMIN.name, ADMIN.password)
    return page


@pytest.fixture
def watched(page: Page, moorage: Moorage) -> Watched:
    """What the page asks and complains about."""
    return Watched.watch(page, moorage.url)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep a picture of what the browser showed when a test failed, and the same as roles and names."""
    report = yield
    if report.failed and report.when == "call" and isinstance(item, pytest.Function):
        shown = item.funcargs.get("page")
        if isinstance(shown, Page) and not shown.is_closed():
            REPORTS.mkdir(exist_ok=True)
            path = REPORTS / f"{item.name.replace('/', '_')}.png"
            shown.screenshot(path=path, full_page=True)
            path.with_suffix(".txt").write_text(shown.locator("body").aria_snapshot())
            report.sections.append(("browser", f"{shown.url}\npicture: {path}"))
    return report
