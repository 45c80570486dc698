"""``moorage robot``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moorage.cli.context import ConfigOption, DataOption, NotAllowed, Target, UrlOption, confirm, run
from moorage.cli.output import Output, OutputOption, print_list, print_one

if TYPE_CHECKING:
    from moorage.cli.context import CommandServices
    from moorage.identity.models import Robot, RobotPermission

app = typer.Typer(help="Create, list, change and delete robot accounts.", no_args_is_help=True, add_completion=False)

FullNameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="The full name, as 'robot$ci' or 'robot$shop+ci'; quote it in a shell.")
]


@app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The short name, as ci.")],
    permission: Annotated[
        list[str],
        typer.Option(
            "--permission",
            "-p",
            metavar="PERMISSION",
            help="What it may do, as repository:pull; may be repeated. Of a robot of the system, with where before it:"
            " shop:repository:pull in a project, *:repository:pull in every one, system:catalog:read.",
        ),
    ],
    project: Annotated[str | None, typer.Option(metavar="PROJECT", help="Its project; default: the system.")] = None,
    repository: Annotated[
        list[str] | None,
        typer.Option(
            "--repository",
            "-r",
            metavar="PATTERN",
            help="Only in such repositories of the project, as base or app/*; may be repeated. Default: in all.",
        ),
    ] = None,
    days: Annotated[int, typer.Option(metavar="N", help="Days until it expires; -1: never.")] = 30,
    description: Annotated[str, typer.Option(metavar="TEXT", help="What it is for.")] = "",
    output: OutputOption = Output.TABLE,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """Make a robot account and print its secret, which is not shown again."""

    async def work(services: CommandServices) -> tuple[Robot, str]:
        from moorage.identity.models import ADMIN_ID, PROJECT, SYSTEM, NewRobot

        level = SYSTEM if project is None else PROJECT
        limit = tuple(repository) if repository else None
        permissions = tuple(replace(one, repositories=limit) for one in parse_permissions(permission, project))
        return await services.identity.robots.create(
            NewRobot(name, level, permissions, days, description, creator_ref=ADMIN_ID)
        )

    robot, secret = run(Target(config, data, database_url), work)
    message = f"Created robot account {robot.name}.\nSecret: {secret}"
    print_one(message, {**_row(robot), "secret": secret}, output)


@app.command("list")
def list_robots(
    project: Annotated[str | None, typer.Option(metavar="PROJECT", help="Those of one project.")] = None,
    output: OutputOption = Output.TABLE,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """List the robot accounts of the system and of all projects, or of one."""

    async def work(services: CommandServices) -> list[Robot]:
        from moorage.database.listing import ALL

        if project is None:
            return (await services.identity.robots.list(ALL, every_level=True))[1]
        found = await services.projects.find(project)
        return (await services.identity.robots.list(ALL, project_id=found.project_id))[1]

    robots = run(Target(config, data, database_url), work)
    headings = {
        "robot_id": "ID",
        "name": "Name",
        "permissions": "Permissions",
        "expires_at": "Expires",
        "disabled": "Disabled",
        "description": "Description",
    }
    rows = [_row(robot) for robot in robots]
    if output is Output.TABLE:
        rows = [row | {"permissions": _short(row), "expires_at": row["expires_at"] or "never"} for row in rows]
    print_list(rows, headings, output)


@app.command()
def disable(
    name: FullNameArgument, config: ConfigOption = None, data: DataOption = None, database_url: UrlOption = None
) -> None:
    """Let a robot log in no more."""
    _set_disabled(name, True, Target(config, data, database_url))
    typer.echo(f"Disabled robot account {name}.")


@app.command()
def enable(
    name: FullNameArgument, config: ConfigOption = None, data: DataOption = None, database_url: UrlOption = None
) -> None:
    """Let a disabled robot log in again."""
    _set_disabled(name, False, Target(config, data, database_url))
    typer.echo(f"Enabled robot account {name}.")


@app.command("refresh-secret")
def refresh_secret(
    name: FullNameArgument,
    output: OutputOption = Output.TABLE,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """Give a robot another secret and print it; the old one no longer counts."""

    async def work(services: CommandServices) -> str:
        robot = await services.identity.robots.find(name)
        return await services.identity.robots.refresh_secret(robot.robot_id)

    secret = run(Target(config, data, database_url), work)
    print_one(f"Changed the secret of {name}.\nSecret: {secret}", {"name": name, "secret": secret}, output)


@app.command()
def delete(
    name: FullNameArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """Delete a robot account."""
    confirm(f"Delete robot account {name}?", yes)

    async def work(services: CommandServices) -> None:
        robot = await services.identity.robots.find(name)
        await services.identity.robots.delete(robot.robot_id)

    run(Target(config, data, database_url), work)
    typer.echo(f"Deleted robot account {name}.")


def parse_permissions(texts: Iterable[str], project: str | None) -> tuple[RobotPermission, ...]:
    """Permissions as they are written on the command line.

    Raises:
        NotAllowed: one is not written as it must be.
    """
    from moorage.identity.models import PROJECT, SYSTEM, RobotAction, RobotPermission
    from moorage.identity.permissions import SYSTEM_NAMESPACE

    found: dict[tuple[str, str], list[RobotAction]] = {}
    for text in texts:
        parts = text.split(":")
        if project is not None and len(parts) == 2:
            parts = [project, *parts]
        if len(parts) != 3 or not all(parts) or (project is not None and parts[0] != project):
            example = "repository:pull" if project is not None else "shop:repository:pull"
            raise NotAllowed(f"{text!r} is no permission here: write one as {example}")
        where, resource, action = parts
        kind = (SYSTEM, SYSTEM_NAMESPACE) if project is None and where == "system" else (PROJECT, where)
        found.setdefault(kind, []).append(RobotAction(resource, action))
    return tuple(RobotPermission(kind, namespace, tuple(access)) for (kind, namespace), access in found.items())


def _set_disabled(name: str, disabled: bool, target: Target) -> None:
    async def work(services: CommandServices) -> None:
        robot = await services.identity.robots.find(name)
        await services.identity.robots.set_disabled(robot.robot_id, disabled)

    run(target, work)


def _row(robot: Robot) -> dict[str, Any]:
    return asdict(robot)


def _short(row: dict[str, Any]) -> list[str]:
    """A line per place: ``shop: repository:pull, repository:push``."""
    lines = []
    for permission in row["permissions"]:
        where = "system" if permission["kind"] == "system" else permission["namespace"]
        actions = ", ".join(f"{access['resource']}:{access['action']}" for access in permission["access"])
        limit = f" (in {', '.join(permission['repositories'])})" if permission["repositories"] else ""
        lines.append(f"{where}: {actions}{limit}")
    return lines
