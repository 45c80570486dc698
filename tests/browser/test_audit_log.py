"""Who did what is found, and taken away as a file."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.chromium import sign_in
from tests.browser.contents import Contents
from tests.browser.parts import choose_filter, dialog, row
from tests.clients.server import ADMIN, Moorage


def test_a_deed_is_found_by_filters_and_exported(
    page: Page, moorage: Moorage, contents: Contents, tmp_path: Path
) -> None:
    contents.user("jonas", "Jonas Weber")
    contents.project("audited")
    contents.image("audited/app", "1.0", sizes=(10_000,))
    page.goto(f"{moorage.url}/account/sign-in")
    page.get_by_label("User name or e-mail").fill("jonas")
    page.get_by_label("Password").fill("not-his-password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("User name or password is wrong.")).to_be_visible()
    sign_in(page, moorage.url, ADMIN.name, ADMIN.password)

    page.get_by_role("link", name="Audit log").click()
    log = page.get_by_role("grid", name="Audit log")
    expect(row(log, "Create project")).to_contain_text("audited")
    page.get_by_role("textbox", name="Filter by resource").fill("audited/app")
    expect(row(log, "Create artifact")).to_contain_text("audited/app:1.0")
    expect(row(log, "Create project")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
        dialog(page, "Export the audit log").get_by_role("button", name="Export").click()
    assert re.fullmatch(r"audit-log-\S+\.csv", download.value.suggested_filename)
    download.value.save_as(tmp_path / "log.csv")
    with (tmp_path / "log.csv").open(newline="") as file:
        exported = list(csv.DictReader(file))
    assert [(line["username"], line["operation"], line["resource_type"]) for line in exported] == [
        ("admin", "create", "artifact")
    ]
    expect(page.get_by_text("1 row was exported.")).to_be_visible()

    # What failed is there too, and the address shows somebody else the same.
    page.get_by_role("button", name="Clear all filters").click()
    choose_filter(page, "Result", "Failed")
    expect(row(log, "Sign in")).to_contain_text("jonas")
    expect(row(log, "Create project")).to_have_count(0)
    page.reload()
    expect(row(log, "Sign in")).to_contain_text("jonas")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
        export = dialog(page, "Export the audit log")
        export.get_by_role("radio", name="JSON lines").check()
        export.get_by_role("button", name="Export").click()
    download.value.save_as(tmp_path / "log.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["username"] for line in lines] == ["jonas"]
