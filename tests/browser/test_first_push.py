"""The first minutes with a new server."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.chromium import Watched
from tests.clients.server import ADMIN, Moorage
from tests.clients.test_skopeo import Skopeo


def test_from_the_first_sign_in_to_the_first_push_shown(
    page: Page, watched: Watched, moorage: Moorage, skopeo: Skopeo
) -> None:
    page.goto(moorage.url)
    page.get_by_role("banner").get_by_role("link", name="Sign in").click()
    page.get_by_label("User name or e-mail").fill(ADMIN.name)
    page.get_by_label("Password").fill(ADMIN.password)
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page.get_by_role("heading", name="Push your first image")).to_be_visible()
    image = f"{moorage.address}/library/hello-world:latest"
    for command in (
        f"docker login -u admin {moorage.address}",
        f"docker tag hello-world:latest {image}",
        f"docker push {image}",
    ):
        expect(page.get_by_role("region").filter(has_text=re.compile(f"^{re.escape(command)}$"))).to_be_visible()

    skopeo.login(ADMIN)
    skopeo.push("library/hello-world", "latest")
    expect(page.get_by_role("heading", level=1)).to_contain_text("library")
    expect(page.get_by_role("link", name="hello-world")).to_be_visible()
    expect(page.get_by_text("The first image arrived in library.")).to_be_visible()
    assert watched.errors == []


def test_a_wrong_password_is_said_so_and_the_name_stays(page: Page, moorage: Moorage) -> None:
    page.goto(f"{moorage.url}/account/sign-in")
    page.get_by_label("User name or e-mail").fill(ADMIN.name)
    page.get_by_label("Password").fill("not-the-password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("User name or password is wrong.")).to_be_visible()
    expect(page.get_by_label("User name or e-mail")).to_have_value(ADMIN.name)
