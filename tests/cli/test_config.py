"""``moorage config`` shows what is in force and where it was given."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from moorage.cli.main import app
from moorage.settings import Settings, load_settings

pytestmark = pytest.mark.unit


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Runs the command without the settings of whoever runs the tests."""
    for name in list(os.environ):
        if name.startswith(("MOORAGE_", "HARBOR_ADMIN_PASSWORD")):
            monkeypatch.delenv(name)
    return CliRunner()


def test_the_schema_is_json(runner: CliRunner) -> None:
    result = runner.invoke(app, ["config", "schema"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["title"] == "Moorage settings"


def test_what_show_prints_is_a_file_with_the_same_settings(runner: CliRunner, tmp_path: Path) -> None:
    result = runner.invoke(app, ["config", "show"])
    assert result.exit_code == 0
    shown = tmp_path / "shown.yaml"
    shown.write_text(result.stdout)
    assert load_settings(shown, {}, {}) == Settings()


def test_show_says_where_a_value_was_given_and_masks_secrets(runner: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "moorage.yaml"
    file.write_text("log:\n  level: debug\n")
    environ = {"MOORAGE_SERVER__WORKERS": "3", "HARBOR_ADMIN_PASSWORD": "Harbor12345"}
    result = runner.invoke(app, ["config", "show", "--config", str(file)], env=environ)
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert "workers: 3  # environment MOORAGE_SERVER__WORKERS" in lines
    assert f'level: "debug"  # {file} line 2' in lines
    assert 'admin_password: "**********"  # environment HARBOR_ADMIN_PASSWORD' in lines
    assert 'format: "json"' in lines
    assert "Harbor12345" not in result.stdout


def test_show_as_json_holds_values_and_sources(runner: CliRunner) -> None:
    result = runner.invoke(app, ["config", "show", "--format", "json"], env={"MOORAGE_DATA": "/srv/moorage"})
    shown = json.loads(result.stdout)
    assert shown["settings"]["data"] == "/srv/moorage"
    assert shown["sources"] == {"data": "environment MOORAGE_DATA"}


def test_verify_accepts_what_is_right(runner: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "moorage.yaml"
    file.write_text(yaml.safe_dump({"server": {"workers": 2}}))
    result = runner.invoke(app, ["config", "verify", "-c", str(file)])
    assert result.exit_code == 0
    assert "valid" in result.stdout


def test_verify_names_every_mistake_and_exits_with_2(runner: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "moorage.yaml"
    file.write_text("servr: {}\nregistry: {manifest_size: big}\n")
    result = runner.invoke(app, ["config", "verify", "-c", str(file)])
    assert result.exit_code == 2
    assert "servr: no such setting; did you mean server?" in result.stderr
    assert "registry.manifest_size: must be a valid integer, not 'big'" in result.stderr
