"""``moorage import storage`` as a person or a script uses it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from moorage.adoption.report import Report
from moorage.app import bootstrap
from moorage.cli.import_ import as_text
from moorage.cli.main import app
from moorage.settings import Settings
from tests.adoption.conftest import Store

pytestmark = pytest.mark.integration

Run = Callable[..., Any]


@pytest.fixture
def run(database_url: str, plain_settings: Settings, tmp_path: Path) -> Run:
    """Runs the command on a database where a server was started once; all but the root are options."""
    asyncio.run(bootstrap(plain_settings, database_url))

    def run_it(root: Path, *options: str) -> Any:
        environment = {
            "MOORAGE_DATABASE__URL": database_url,
            "MOORAGE_STORAGE__ROOT": str(root),
            "MOORAGE_DATA": str(tmp_path / "data"),
        }
        return CliRunner().invoke(app, ["import", "storage", *options], env=environment)

    return run_it


def test_everything_adopted_is_exit_code_0(run: Run, pristine: Store) -> None:
    result = run(pristine.root)
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.stdout.splitlines()]
    manifests, tags = len(pristine.expected.manifests), len(pristine.expected.tags)
    assert ["manifests", str(manifests), "0", "0"] in lines
    assert ["tags", str(tags), "0", "0"] in lines
    again = run(pristine.root)
    assert again.exit_code == 0
    assert ["manifests", "0", str(manifests), "0"] in [line.split() for line in again.stdout.splitlines()]


def test_something_skipped_is_exit_code_3_and_said(run: Run, damaged: Store) -> None:
    result = run(damaged.root)
    assert result.exit_code == 3
    named = damaged.expected.named
    assert f"  blob damaged/no-bytes@{named['no bytes']}: its bytes are missing from the store" in result.stdout


def test_the_report_is_one_json_object(run: Run, damaged: Store, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    result = run(damaged.root, "--output", "json", "--report", str(file), "--dry-run")
    assert result.exit_code == 3
    printed = json.loads(result.stdout)
    assert json.loads(file.read_text()) == printed
    assert (printed["dry_run"], printed["complete"]) == (True, True)
    assert printed["manifests"]["adopted"] == len(damaged.expected.manifests)
    assert ("tag", "damaged/tag:lost") in [(entry["kind"], entry["name"]) for entry in printed["skipped"]]
    assert json.loads(run(damaged.root, "-o", "json").stdout)["manifests"] == printed["manifests"]


def test_options_reach_the_projects(run: Run, pristine: Store) -> None:
    result = run(pristine.root, "--public", "--project", "attic", "--default-project", "attic", "-o", "json")
    printed = json.loads(result.stdout)
    assert printed["repositories"] == {"adopted": 1, "already_there": 0, "skipped": 0}
    assert printed["notes"][0]["name"] == "busybox"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--owner", "nobody"], "user nobody not found"),
        (["--default-project", "No"], "No is not a project's name"),
        (["--harbor-database-url", "postgresql://x:secret@127.0.0.1:1/registry"], "Harbor's database cannot be read"),
    ],
)
def test_a_mistake_is_a_message(run: Run, pristine: Store, options: list[str], message: str) -> None:
    result = run(pristine.root, *options)
    assert result.exit_code == 1
    assert message in result.stderr
    assert "secret" not in result.output


def test_a_store_that_is_none_is_a_message(run: Run, tmp_path: Path) -> None:
    result = run(tmp_path / "nothing")
    assert result.exit_code == 1
    assert "there are no repositories below docker/registry/v2/repositories" in result.stderr


def test_a_long_list_is_cut_for_people_and_whole_for_programs(tmp_path: Path) -> None:
    report = Report()
    for number in range(60):
        report.skip("tag", f"shop/web:{number}", "reason")
    lines = list(as_text(report))
    assert "  and 10 more: --report FILE writes them all" in lines
    assert len([line for line in lines if line.startswith("  tag ")]) == 50
    with (tmp_path / "report").open("w") as file:
        report.write_json(file)
    assert len(json.loads((tmp_path / "report").read_text())["skipped"]) == 60
    report.close()
