"""Lists look the same wherever they are: their edges, the room above them, and the line their cells begin on."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.chromium import settled
from tests.browser.contents import Filled
from tests.browser.parts import row
from tests.clients.server import Moorage

#: Below a title, below tabs, below a card, with boxes to select rows, and with rows that can be opened.
LISTS = (
    "projects",
    "users",
    "logs",
    "clearing-job/gc",
    "projects/{shop}/repositories",
    "projects/{shop}/webhook",
    "projects/{shop}/repositories/cart/artifacts-tab",
)

EDGES = """() => {
  const box = (element) => element.getBoundingClientRect();
  const toolbar = document.querySelector('main .pf-v6-c-toolbar');
  const controls = [...toolbar.querySelectorAll('button, input')].map(box);
  const table = box(document.querySelector('main table'));
  return {
    title: box(document.querySelector('main h1')).left,
    toolbar: box(toolbar.querySelector('.pf-v6-c-text-input-group, .pf-v6-c-menu-toggle, button')).left,
    table: table.left,
    room: Math.round(table.top - Math.max(...controls.map(({ bottom }) => bottom))),
  };
}"""

#: The lower edges of what the cells of the first row begin with, each a text.
FIRST_LINES = """() => [...document.querySelector('main tbody tr').cells].map((cell) => {
  const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
    if (text.data.trim() === '') continue;
    const range = document.createRange();
    range.setStart(text, 0);
    range.setEnd(text, 1);
    return range.getBoundingClientRect().bottom;
  }
  return null;
}).filter((bottom) => bottom !== null)"""


def _seen(page: Page, moorage: Moorage, path: str, script: str) -> Any:
    page.goto(f"{moorage.url}/harbor/{path}")
    expect(page.locator("main table tbody tr").first).to_be_visible()
    settled(page)
    return page.evaluate(script)


def test_lists_have_the_edges_of_the_title_and_the_same_room(
    admin_page: Page, moorage: Moorage, filled: Filled
) -> None:
    found = {path: _seen(admin_page, moorage, path.format(shop=filled.shop), EDGES) for path in LISTS}
    assert {path: edges["toolbar"] - edges["title"] for path, edges in found.items()} == dict.fromkeys(LISTS, 0)
    assert {path: edges["table"] - edges["title"] for path, edges in found.items()} == dict.fromkeys(LISTS, 0)
    assert len({edges["room"] for edges in found.values()}) == 1, found


def test_texts_labels_and_digests_of_a_row_are_one_line(admin_page: Page, moorage: Moorage, filled: Filled) -> None:
    for path in ("projects", "projects/{shop}/repositories/cart/artifacts-tab", "clearing-job/gc"):
        bottoms = _seen(admin_page, moorage, path.format(shop=filled.shop), FIRST_LINES)
        # Letters of another size end a little higher or lower on the same line.
        assert max(bottoms) - min(bottoms) <= 2, (path, bottoms)


def test_a_digest_in_the_audit_log_is_short_and_copied_as_a_whole(
    admin_page: Page, moorage: Moorage, filled: Filled
) -> None:
    page = admin_page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{moorage.url}/harbor/logs?type=artifact-label")
    entry = row(page, "Add label to artifact")
    short = filled.cart[: len("sha256:") + 12]
    expect(entry.get_by_text(short, exact=True)).to_be_visible()
    entry.get_by_text(short, exact=True).hover()
    expect(page.get_by_role("tooltip")).to_have_text(f"shop/cart@{filled.cart}")
    entry.get_by_role("button", name=f"Copy {short}").click()
    expect(page.get_by_role("tooltip")).to_have_text("Copied")
    assert page.evaluate("() => navigator.clipboard.readText()") == f"shop/cart@{filled.cart}"
    expect(page.get_by_role("button", name="Resource type: Label of an artifact")).to_be_visible()
