"""``moorage audit``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tests.events.conftest import World
from typer.testing import CliRunner, Result

from moorage.cli.main import app
from moorage.database.engine import Database
from moorage.settings import DatabaseSettings

pytestmark = pytest.mark.integration

Moorage = Callable[..., Result]


@pytest.fixture
def moorage(database_url: str, tmp_path: Path) -> Moorage:
    """Run a command on a database whose log has the rows 1 to 4."""

    async def fill() -> None:
        database = Database(DatabaseSettings(), database_url)
        await database.open()
        await World(database).log(*"abcd")
        await database.close()

    asyncio.run(fill())
    environment = {"MOORAGE_DATABASE__URL": database_url, "MOORAGE_DATA": str(tmp_path)}

    def run(*arguments: str, fails: int = 0) -> Result:
        result = CliRunner().invoke(app, ("audit", *arguments), env=environment)
        assert result.exit_code == fails, (result.output, result.exception)
        return result

    return run


def alter(database_url: str, *statements: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def test_an_intact_log_is_told_as_such_with_its_end(moorage: Moorage) -> None:
    output = moorage("verify").stdout
    assert output.startswith("4 rows: the chain is intact. It ends with 4:")
    noted = output.split()[-1]
    assert "intact" in moorage("verify", "--expect", noted).stdout
    moorage("verify", "--expect", f"3:{noted.partition(':')[2]}", fails=1)


def test_what_is_wrong_is_named_and_ends_the_command_with_1(moorage: Moorage, database_url: str) -> None:
    alter(database_url, "UPDATE audit_log SET username = 'x' WHERE id = 2", "DELETE FROM audit_log WHERE id = 4")
    lines = moorage("verify", fails=1).stdout.splitlines()
    assert lines[:2] == ["row 2 was altered: its content does not fit its hash", "row 4 is missing"]
    assert lines[2].startswith("3 rows: 2 findings.")
    *findings, summary = map(json.loads, moorage("verify", "--json", fails=1).stdout.splitlines())
    assert [(finding["kind"], finding["first"], finding["last"]) for finding in findings] == [
        ("altered", 2, 2),
        ("missing", 4, 4),
    ]
    assert (summary["kind"], summary["rows"], summary["findings"]) == ("summary", 3, 2)


@pytest.mark.parametrize("value", ["", "4", "x:00", "4:zz", "4:00"])
def test_a_noted_hash_that_is_none_is_refused(moorage: Moorage, value: str) -> None:
    moorage("verify", "--expect", value, fails=2)
