"""``moorage user|project|member|robot|key`` on a database of their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from moorage.cli.context import NotAllowed
from moorage.cli.main import app
from moorage.cli.robot import parse_permissions
from moorage.identity.models import PROJECT, SYSTEM, RobotAction, RobotPermission

pytestmark = pytest.mark.integration

Moorage = Callable[..., Result]


@pytest.fixture
def moorage(seeded_url: str, tmp_path: Path) -> Moorage:
    """Run a command on the database; its result."""
    environment = {
        "MOORAGE_DATABASE__URL": seeded_url,
        "MOORAGE_DATA": str(tmp_path),
        "MOORAGE_SECURITY__SECRET_KEY": "a-secret-key-of-the-tests",
    }

    def run(*arguments: str, input: str | None = None, fails: int = 0) -> Result:
        result = CliRunner().invoke(app, arguments, env=environment, input=input)
        assert result.exit_code == fails, (result.output, result.exception)
        return result

    return run


def as_json(result: Result) -> Any:
    return json.loads(result.stdout)


def test_a_user_is_made_changed_and_deleted(moorage: Moorage) -> None:
    assert moorage("user", "create", "ann", "--password-stdin", input="Passw0rd-x1\n").stdout == "Created user ann.\n"
    moorage("user", "disable", "ann")
    moorage("user", "admin", "ann")
    (admin, ann) = as_json(moorage("user", "list", "-o", "json"))
    assert (admin["username"], ann["username"]) == ("admin", "ann")
    assert (ann["disabled"], ann["sysadmin"]) == (True, True)
    assert "password" not in json.dumps([admin, ann])
    moorage("user", "enable", "ann")
    moorage("user", "admin", "ann", "--off")
    table = moorage("user", "list").stdout.splitlines()
    assert table[0].split()[:3] == ["ID", "Name", "E-mail"]
    moorage("user", "delete", "ann", "--yes")
    assert [user["username"] for user in as_json(moorage("user", "list", "-o", "json"))] == ["admin"]


def test_a_password_is_generated_and_shown_once(moorage: Moorage) -> None:
    made = as_json(moorage("user", "create", "ann", "--generate", "--output", "json"))
    assert len(made["password"]) == 20
    assert "Password: " in moorage("user", "set-password", "ann", "--generate").stdout
    result = moorage("user", "set-password", "ann", "--password-stdin", input="weak\n", fails=1)
    assert "the password or secret must be 8-128" in result.stderr
    assert "weak" not in result.output


def test_what_needs_a_terminal_says_so_without_one(moorage: Moorage) -> None:
    assert "--password-stdin or --generate" in moorage("user", "create", "ann", fails=2).stderr
    assert "--yes" in moorage("project", "delete", "library", fails=2).stderr


def test_errors_are_messages(moorage: Moorage) -> None:
    assert moorage("user", "disable", "nobody", fails=1).stderr == "moorage: user nobody not found\n"
    assert "cannot be deleted" in moorage("user", "delete", "admin", "-y", fails=1).stderr
    assert "already exists" in moorage("project", "create", "library", fails=1).stderr
    assert "illegal characters" in moorage("project", "create", "UP", fails=1).stderr


def test_a_project_and_its_members(moorage: Moorage) -> None:
    moorage("user", "create", "ann", "--generate")
    assert moorage("project", "create", "shop", "--owner", "ann").stdout == "Created private project shop.\n"
    moorage("project", "set-public", "shop")
    projects = {project["name"]: project for project in as_json(moorage("project", "list", "-o", "json"))}
    assert (projects["shop"]["public"], projects["shop"]["owner_name"]) == (True, "ann")
    moorage("project", "set-public", "shop", "false")
    assert "private" not in moorage("project", "list").stdout
    moorage("member", "add", "shop", "admin", "--role", "guest")
    moorage("member", "set-role", "shop", "admin", "--role", "limited-guest")
    members = {
        member["username"]: member["role"] for member in as_json(moorage("member", "list", "shop", "-o", "json"))
    }
    assert members == {"ann": "project-admin", "admin": "limited-guest"}
    moorage("member", "remove", "shop", "admin")
    assert "is not a member" in moorage("member", "remove", "shop", "admin", fails=1).stderr
    moorage("project", "delete", "shop", "--yes")
    assert "project shop not found" in moorage("member", "list", "shop", fails=1).stderr


def test_a_robot_is_made_shown_refreshed_and_deleted(moorage: Moorage) -> None:
    made = as_json(moorage("robot", "create", "ci", "--project", "library", "-p", "repository:pull", "-o", "json"))
    name = "robot$library+ci"
    assert (made["name"], made["duration"], len(made["secret"])) == (name, 30, 32)
    limited = ("-p", "repository:push", "-r", "app/*", "-r", "base")
    moorage("robot", "create", "limited", "--project", "library", *limited)
    assert "library: repository:push (in app/*, base)" in " ".join(moorage("robot", "list").stdout.split())
    moorage("robot", "delete", "robot$library+limited", "--yes")

    moorage("robot", "create", "all", "-p", "*:repository:pull", "-p", "system:catalog:read", "--days", "-1")
    listed = as_json(moorage("robot", "list", "-o", "json"))
    assert sorted(robot["name"] for robot in listed) == ["robot$all", name]
    assert made["secret"] not in json.dumps(listed)
    assert [robot["name"] for robot in as_json(moorage("robot", "list", "--project", "library", "-o", "json"))] == [
        name
    ]
    moorage("robot", "disable", name)
    moorage("robot", "enable", name)
    assert as_json(moorage("robot", "refresh-secret", name, "-o", "json"))["secret"] != made["secret"]
    moorage("robot", "delete", name, "--yes")
    table = moorage("robot", "list").stdout
    assert "system: catalog:read" in table
    assert "never" in table
    assert name not in table


def test_keys_are_listed_and_rotated(moorage: Moorage) -> None:
    (first,) = as_json(moorage("key", "list", "-o", "json"))
    kid = as_json(moorage("key", "rotate", "-o", "json"))["kid"]
    keys = as_json(moorage("key", "list", "-o", "json"))
    assert [(key["kid"], key["signs"]) for key in keys] == [(first["kid"], False), (kid, True)]
    assert kid in moorage("key", "list").stdout


def test_a_directory_without_a_registry_is_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "mistyped"
    result = CliRunner().invoke(app, ["user", "list", "--data", str(data)], env={})
    assert result.exit_code == 1
    assert "there is no registry in" in result.stderr
    assert not data.exists()


@pytest.mark.parametrize(
    ("texts", "project", "expected"),
    [
        (
            ["repository:pull", "repository:push"],
            "shop",
            [(PROJECT, "shop", ["repository:pull", "repository:push"])],
        ),
        (["shop:repository:pull"], "shop", [(PROJECT, "shop", ["repository:pull"])]),
        (
            ["*:repository:pull", "system:catalog:read", "shop:tag:list"],
            None,
            [
                (PROJECT, "*", ["repository:pull"]),
                (SYSTEM, "/", ["catalog:read"]),
                (PROJECT, "shop", ["tag:list"]),
            ],
        ),
        # A project may be called system; only a robot of the system has rights there.
        (["system:repository:pull"], "system", [(PROJECT, "system", ["repository:pull"])]),
    ],
)
def test_permissions_on_the_command_line(
    texts: list[str], project: str | None, expected: list[tuple[str, str, list[str]]]
) -> None:
    def permission(kind: str, namespace: str, accesses: list[str]) -> RobotPermission:
        return RobotPermission(kind, namespace, tuple(RobotAction(*access.split(":")) for access in accesses))

    assert parse_permissions(texts, project) == tuple(permission(*item) for item in expected)


@pytest.mark.parametrize(
    ("text", "project"),
    [
        ("repository", None),
        ("repository:pull", None),
        ("a:b:c:d", None),
        ("::", None),
        ("other:a:b", "shop"),
        ("", "p"),
    ],
)
def test_what_is_no_permission(text: str, project: str | None) -> None:
    with pytest.raises(NotAllowed, match="is no permission here"):
        parse_permissions([text], project)
