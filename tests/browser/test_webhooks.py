"""A webhook is made, and what it delivered is seen."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.contents import Contents
from tests.browser.parts import dialog, open_project, row
from tests.clients.server import ADMIN, Moorage, serve
from tests.clients.test_skopeo import Skopeo


@pytest.fixture(scope="module")
def moorage() -> Iterator[Moorage]:
    """May reach receivers on this machine."""
    with serve(workers=1, settings={"MOORAGE_EGRESS__ALLOW": '["127.0.0.0/8"]'}) as server:
        yield server


class Receiver:
    """What webhooks are sent to; keeps what arrives."""

    def __init__(self) -> None:
        self.deliveries: queue.Queue[dict[str, Any]] = queue.Queue()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.deliveries.put(json.loads(body))
                answer = b"thank you"
                self.send_response(202)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *arguments: Any) -> None:
                """Nothing: the test says what matters."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hooks"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def test_a_delivery_is_seen_with_its_answer_and_sent_again(
    admin_page: Page, moorage: Moorage, contents: Contents, receiver: Receiver, skopeo: Skopeo
) -> None:
    page = admin_page
    project = contents.project("hooked")
    open_project(page, moorage.url, project, "webhook")
    page.get_by_role("button", name="New webhook").click()
    form = dialog(page, "New webhook")
    form.get_by_role("textbox", name="Name").fill("deploy")
    form.get_by_role("textbox", name="Address").fill(receiver.url)
    form.get_by_role("button", name="Create").click()
    expect(page.get_by_text("The webhook deploy was made.")).to_be_visible()
    page.get_by_role("link", name="deploy").click()
    expect(page.get_by_text("Nothing was delivered yet")).to_be_visible()

    skopeo.login(ADMIN)
    digest = skopeo.push("hooked/app", "1.0")
    sent = receiver.deliveries.get(timeout=30)
    assert sent["type"] == "PUSH_ARTIFACT"
    assert sent["event_data"]["resources"][0]["digest"] == digest

    # The page looks again by itself.
    delivery = row(page, "hooked/app:1.0")
    expect(delivery).to_contain_text("Delivered")
    expect(delivery).to_contain_text("Artifact pushed")
    delivery.get_by_role("button", name="Details").click()
    expect(page.get_by_role("definition").filter(has_text="202")).to_be_visible()
    expect(page.get_by_role("region", name="Log", exact=True)).to_contain_text("202")
    page.get_by_role("button", name="Body sent").click()
    expect(page.get_by_role("region", name="Body sent")).to_contain_text(digest)

    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("The delivery is sent again.")).to_be_visible()
    assert receiver.deliveries.get(timeout=30) == sent
    expect(row(page, "Sent again")).to_contain_text("Delivered")
