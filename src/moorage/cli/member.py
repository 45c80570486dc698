"""``moorage member``."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moorage.cli.context import ConfigOption, DataOption, Target, UrlOption, run
from moorage.cli.output import Output, OutputOption, print_list

if TYPE_CHECKING:
    from moorage.cli.context import CommandServices
    from moorage.projects.models import Member

app = typer.Typer(help="Give users roles in a project.", no_args_is_help=True, add_completion=False)

ProjectArgument = Annotated[str, typer.Argument(metavar="PROJECT", help="The project's name.")]
UserArgument = Annotated[str, typer.Argument(metavar="USER", help="The user's name.")]


class RoleName(StrEnum):
    """Harbor's roles."""

    PROJECT_ADMIN = "project-admin"
    MAINTAINER = "maintainer"
    DEVELOPER = "developer"
    GUEST = "guest"
    LIMITED_GUEST = "limited-guest"


RoleOption = Annotated[RoleName, typer.Option("--role", help="What the user may do: `moorage member list --help`.")]


@app.command()
def add(
    project: ProjectArgument,
    user: UserArgument,
    role: RoleOption,
    repository: Annotated[
        list[str] | None,
        typer.Option(
            "--repository",
            "-r",
            metavar="PATTERN",
            help="Only in such repositories of the project, as base or app/*; may be repeated. Default: in all.",
        ),
    ] = None,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """Make a user a member of a project."""

    async def work(services: CommandServices) -> None:
        found = await services.projects.find(project)
        account = await services.identity.users.find(user)
        await services.projects.members.add(
            found.project_id, account.user_id, _role_id(role), repositories=repository or None
        )

    run(Target(config, data, database_url), work)
    typer.echo(f"User {user} is now {role.value} of project {project}.")


@app.command("list")
def list_members(
    project: ProjectArgument,
    output: OutputOption = Output.TABLE,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """List the members of a project.

    Roles: project-admin may do everything in the project; maintainer pushes, pulls and deletes; developer pushes and
    pulls; guest pulls; limited-guest pulls without seeing who else is a member.
    """

    async def work(services: CommandServices) -> list[Member]:
        from moorage.database.listing import ALL

        found = await services.projects.find(project)
        return (await services.projects.members.list(found.project_id, ALL))[1]

    members = run(Target(config, data, database_url), work)
    rows: list[dict[str, Any]] = [
        {
            "member_id": member.member_id,
            "username": member.entity_name,
            "role": RoleName[member.role.name].value,
        }
        for member in members
    ]
    print_list(rows, {"username": "User", "role": "Role"}, output)


@app.command("set-role")
def set_role(
    project: ProjectArgument,
    user: UserArgument,
    role: RoleOption,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """Give a member another role."""

    async def work(services: CommandServices) -> None:
        member = await _member(services, project, user)
        await services.projects.members.set_role(member.project_id, member.member_id, _role_id(role))

    run(Target(config, data, database_url), work)
    typer.echo(f"User {user} is now {role.value} of project {project}.")


@app.command()
def remove(
    project: ProjectArgument,
    user: UserArgument,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """Take a member out of a project."""

    async def work(services: CommandServices) -> None:
        member = await _member(services, project, user)
        await services.projects.members.remove(member.project_id, member.member_id)

    run(Target(config, data, database_url), work)
    typer.echo(f"User {user} is no longer a member of project {project}.")


async def _member(services: CommandServices, project: str, user: str) -> Member:
    from moorage.database.listing import Exact, ListQuery
    from moorage.errors import NotFound

    found = await services.projects.find(project)
    query = ListQuery((("entity_name", Exact(user)),))
    _, members = await services.projects.members.list(found.project_id, query)
    if not members:
        raise NotFound(f"user {user} is not a member of project {project}")
    return members[0]


def _role_id(role: RoleName) -> int:
    from moorage.access.roles import Role

    return int(Role[role.name])
