"""``moorage project``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from moorage.cli.context import ConfigOption, DataOption, Target, UrlOption, confirm, run
from moorage.cli.output import Output, OutputOption, print_list, print_one

if TYPE_CHECKING:
    from moorage.cli.context import CommandServices
    from moorage.projects.models import Project

app = typer.Typer(help="Create, list, change and delete projects.", no_args_is_help=True, add_completion=False)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The project's name.")]


@app.command()
def create(
    name: NameArgument,
    public: Annotated[bool, typer.Option("--public", help="Let everyone pull.")] = False,
    owner: Annotated[str, typer.Option(metavar="USER", help="Who administers it.")] = "admin",
    output: OutputOption = Output.TABLE,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """Make a project."""

    async def work(services: CommandServices) -> Project:
        user = await services.identity.users.find(owner)
        project_id = await services.projects.create(name, owner_id=user.user_id, public=public)
        return await services.projects.get(project_id)

    project = run(Target(config, data, database_url), work)
    print_one(f"Created {'public' if public else 'private'} project {name}.", asdict(project), output)


@app.command("list")
def list_projects(
    output: OutputOption = Output.TABLE,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """List the projects."""

    async def work(services: CommandServices) -> list[Project]:
        from moorage.database.listing import ALL
        from moorage.projects.models import Viewer

        return (await services.projects.list(ALL, Viewer(everything=True)))[1]

    projects = run(Target(config, data, database_url), work)
    headings = {
        "project_id": "ID",
        "name": "Name",
        "public": "Public",
        "owner_name": "Owner",
        "repo_count": "Repositories",
        "creation_time": "Created",
    }
    print_list([asdict(project) for project in projects], headings, output)


@app.command("set-public")
def set_public(
    name: NameArgument,
    public: Annotated[bool, typer.Argument(metavar="[true|false]", help="false: for members only.")] = True,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """Let everyone pull from a project, or its members only."""

    async def work(services: CommandServices) -> None:
        project = await services.projects.find(name)
        await services.projects.set_public(project.project_id, public)

    run(Target(config, data, database_url), work)
    typer.echo(f"Project {name} is now {'public' if public else 'private'}.")


@app.command()
def delete(
    name: NameArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """Delete a project nothing was pushed to, with its members and robots."""
    confirm(f"Delete project {name}?", yes)

    async def work(services: CommandServices) -> None:
        project = await services.projects.find(name)
        await services.projects.delete(project.project_id)

    run(Target(config, data, database_url), work)
    typer.echo(f"Deleted project {name}.")
