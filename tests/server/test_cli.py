"""``moorage serve`` and ``moorage db`` at the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from tests.server.conftest import Start
from typer.testing import CliRunner

from moorage.cli.db import connection_environment
from moorage.cli.main import app
from moorage.cli.serve import RoleError, check_roles
from moorage.database.migrate import SCRIPTS
from moorage.server.runtime import programs

runner = CliRunner()
MOORAGE = (sys.executable, "-c", "from moorage.cli.main import app; app()")


@pytest.mark.unit
def test_roles_are_taken_once_and_in_order() -> None:
    assert check_roles(["jobservice", "core", "core"]) == ("core", "jobservice")


@pytest.mark.unit
def test_only_the_portal_alone_does_without_a_database() -> None:
    assert programs(check_roles(["portal"]))[1] is None
    assert programs(check_roles(["portal", "registry"]))[1]


@pytest.mark.unit
@pytest.mark.parametrize("name", ["scanner", "notary-signer"])
def test_roles_to_come_are_refused_as_such(name: str) -> None:
    with pytest.raises(RoleError, match="later release"):
        check_roles(["core", name])


@pytest.mark.unit
def test_unknown_roles_are_refused_with_the_known_ones() -> None:
    with pytest.raises(RoleError, match="core, registry, jobservice, exporter"):
        check_roles(["harbor"])
    result = runner.invoke(app, ["serve", "--role", "harbor"])
    assert result.exit_code == 2
    assert "no such role: harbor" in result.stderr


@pytest.mark.unit
def test_the_password_of_a_url_goes_to_psql_in_the_environment() -> None:
    assert connection_environment("postgresql://me:hush@db:6432/moorage?sslmode=require") == {
        "PGUSER": "me",
        "PGPASSWORD": "hush",
        "PGHOST": "db",
        "PGPORT": "6432",
        "PGDATABASE": "moorage",
        "PGSSLMODE": "require",
    }


@pytest.mark.integration
def test_status_and_migrate_tell_where_the_schema_is(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    arguments = ["--database-url", database_url]
    before = runner.invoke(app, ["db", "status", *arguments])
    assert before.exit_code == 1
    assert "moorage db migrate" in before.stdout
    migrated = runner.invoke(app, ["db", "migrate", *arguments])
    assert migrated.exit_code == 0
    assert "applied revision 0001" in migrated.stdout
    after = runner.invoke(app, ["db", "status", *arguments])
    assert after.exit_code == 0
    assert "missing" not in after.stdout


@pytest.mark.integration
def test_a_schema_that_is_too_new_is_an_error_without_a_traceback(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    result = runner.invoke(app, ["db", "migrate", "--database-url", database_url])
    assert result.exit_code == 1
    assert "revision 9999" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.integration
def test_the_url_and_psql_reach_the_database_of_a_running_server(start: Start, tmp_path: Path) -> None:
    start(directory=tmp_path)
    data = str(tmp_path / "data")
    url = runner.invoke(app, ["db", "url", "--data", data]).stdout.strip()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("moorage",)
    result = subprocess.run(
        [*MOORAGE, "db", "psql", "--data", data, "--", "-Atc", "SELECT version_num FROM alembic_version"],
        capture_output=True,
        text=True,
        check=False,
    )
    newest = sorted(path.name[:4] for path in (SCRIPTS / "versions").glob("0*.py"))[-1]
    assert result.stdout == f"{newest}\n", result.stderr


@pytest.mark.integration
def test_without_a_running_server_there_is_no_url(tmp_path: Path) -> None:
    result = runner.invoke(app, ["db", "url", "--data", str(tmp_path)])
    assert result.exit_code == 1
    assert "no embedded database runs" in result.stderr
