"""The command line starts fast, and an error is a message with an exit code."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from moorage import __version__
from moorage.cli import main
from moorage.cli.main import COMMANDS, LazyCommand, app
from moorage.errors import Conflict

pytestmark = pytest.mark.unit

#: Libraries of the server; each costs more start-up time than the whole command line.
HEAVY = (
    "pydantic",
    "sqlalchemy",
    "psycopg",
    "litestar",
    "msgspec",
    "granian",
    "uvicorn",
    "aiobotocore",
    "rich",
    "yaml",
)


@pytest.fixture
def runner() -> CliRunner:
    return CliRunner()


def test_help_names_every_command(runner: CliRunner) -> None:
    result = runner.invoke(app, ["--help"])
    assert result.exit_code == 0
    for name, command in COMMANDS.items():
        assert f"  {name} " in result.stdout
        assert command.help in result.stdout


def test_help_loads_no_heavy_library() -> None:
    program = (
        "import sys; from moorage.cli.main import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[]"


def test_the_version_is_printed(runner: CliRunner) -> None:
    result = runner.invoke(app, ["version"])
    assert (result.exit_code, result.stdout) == (0, f"moorage {__version__}\n")


def test_no_arguments_show_the_help(runner: CliRunner) -> None:
    assert "Commands:" in runner.invoke(app, []).output


def test_an_unknown_command_is_refused_and_the_right_one_suggested(runner: CliRunner) -> None:
    result = runner.invoke(app, ["projct"])
    assert result.exit_code == 2
    assert "Did you mean 'project'?" in result.stderr


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that raises what its argument says."""

    def fail(kind: str) -> None:
        """Fail."""
        raise {"conflict": Conflict("the project exists"), "os": PermissionError(13, "Permission denied", "/data")}.get(
            kind, ZeroDivisionError("division by zero")
        )

    module = type(sys)("moorage_failing")
    module.fail = fail  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "moorage_failing", module)
    monkeypatch.setattr(main, "COMMANDS", {"fail": LazyCommand("moorage_failing", "fail", "Fail.")})


@pytest.mark.usefixtures("failing")
@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("conflict", "moorage: the project exists\n"),
        ("os", "moorage: [Errno 13] Permission denied: '/data'\n"),
        ("bug", "moorage: ZeroDivisionError: division by zero\nThis should not have happened; --debug shows where"),
    ],
)
def test_an_error_is_a_message_on_stderr_and_exit_code_1(runner: CliRunner, kind: str, message: str) -> None:
    result = runner.invoke(app, ["fail", kind])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(message)
    assert "Traceback" not in result.stderr


@pytest.mark.usefixtures("failing")
def test_debug_lets_the_error_through(runner: CliRunner) -> None:
    result = runner.invoke(app, ["--debug", "fail", "bug"])
    assert isinstance(result.exception, ZeroDivisionError)


@pytest.mark.usefixtures("failing")
def test_a_missing_argument_is_a_usage_error(runner: CliRunner) -> None:
    result = runner.invoke(app, ["fail"])
    assert result.exit_code == 2
    assert "Usage: " in result.stderr


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_exists_and_describes_itself(runner: CliRunner, name: str) -> None:
    result = runner.invoke(app, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert f" {name} " in result.stdout
