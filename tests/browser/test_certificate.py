"""A registry whose certificate is of an authority of its own hands that out where the push commands are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.clients.server import Moorage, serve

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nof the authority of the registry\n-----END CERTIFICATE-----\n"


@pytest.fixture(scope="module")
def moorage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moorage]:
    """A server behind TLS."""
    path: Path = tmp_path_factory.mktemp("ca") / "ca.crt"
    path.write_text(CERTIFICATE)
    settings = {
        "MOORAGE_SERVER__EXTERNAL_URL": "https://registry.example.com:8443",
        "MOORAGE_SYSTEM__CA_CERTIFICATE": str(path),
    }
    with serve(workers=1, settings=settings) as server:
        yield server


def test_the_certificate_is_downloaded_beside_the_push_commands(admin_page: Page, moorage: Moorage) -> None:
    page = admin_page
    place = "docker wants it in /etc/docker/certs.d/registry.example.com:8443/ca.crt"
    # Beside the first push, and on the page of the project.
    expect(page.get_by_text(place)).to_be_visible()
    page.goto(f"{moorage.url}/harbor/projects/1/summary")
    expect(page.get_by_text(place)).to_be_visible()
    page.get_by_role("button", name="oras").click()
    expect(page.get_by_text("give it to oras with --ca-file ca.crt")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the registry's certificate").click()
    assert download.value.suggested_filename == "ca.crt"
    assert download.value.path().read_text() == CERTIFICATE
