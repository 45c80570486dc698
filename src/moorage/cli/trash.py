"""``moorage trash``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from moorage.cli.context import ConfigOption, DataOption, Target, UrlOption, confirm, run
from moorage.cli.output import Output, OutputOption, print_list, print_one

if TYPE_CHECKING:
    from moorage.cli.context import CommandServices
    from moorage.lifecycle.models import TrashEntry, Undeleted

app = typer.Typer(
    help="List what was deleted, bring it back, or drop it for good.", no_args_is_help=True, add_completion=False
)


@app.command("list")
def list_trash(
    project: Annotated[
        str | None, typer.Option("--project", "-p", metavar="NAME", help="Of this project; default: deleted projects.")
    ] = None,
    output: OutputOption = Output.TABLE,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """List deletions, the latest first."""

    async def work(services: CommandServices) -> list[TrashEntry]:
        return await _listed(services, project)

    headings = {
        "trash_id": "ID",
        "kind": "Kind",
        "resource": "Resource",
        "tags": "Tags",
        "deleted_by": "Deleted by",
        "deletion_time": "Deleted",
        "restorable_until": "Until",
    }
    print_list([asdict(entry) for entry in run(Target(config, data, database_url), work)], headings, output)


@app.command()
def undelete(
    trash_id: Annotated[int, typer.Argument(metavar="ID", help="The deletion, as listed.", min=1, max=2**63 - 1)],
    tag: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="Only these of its tags.")] = None,
    skip: Annotated[
        bool, typer.Option("--skip-conflicts", help="Leave out tags whose names are in use again.")
    ] = False,
    output: OutputOption = Output.TABLE,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """Bring back what a deletion took away."""

    async def work(services: CommandServices) -> Undeleted:
        return await services.trash.undelete(trash_id, tags=tag or None, skip=skip)

    done = run(Target(config, data, database_url), work)
    entry = done.entry
    shown = {
        "kind": entry.kind,
        "resource": entry.resource,
        "artifacts": done.artifacts,
        "tags": list(done.tags),
        "skipped": list(done.skipped),
    }
    print_one(f"Brought back the {entry.kind} {entry.resource}.", shown, output)


_YES = typer.Option("--yes", "-y", help="Do not ask.")


@app.command()
def delete(
    trash_id: Annotated[int, typer.Argument(metavar="ID", help="The deletion, as listed.", min=1, max=2**63 - 1)],
    yes: Annotated[bool, _YES] = False,
    output: OutputOption = Output.TABLE,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """Let a deletion be for good, at once."""
    confirm(f"Drop deletion {trash_id}? It cannot be brought back then.", yes)

    async def work(services: CommandServices) -> TrashEntry:
        return await services.trash.drop(trash_id)

    entry = run(Target(config, data, database_url), work)
    shown = {"id": entry.trash_id, "kind": entry.kind, "resource": entry.resource}
    print_one(f"Dropped the deletion of the {entry.kind} {entry.resource}.", shown, output)


@app.command()
def empty(
    project: Annotated[
        str | None, typer.Option("--project", "-p", metavar="NAME", help="Of this project; default: deleted projects.")
    ] = None,
    yes: Annotated[bool, _YES] = False,
    output: OutputOption = Output.TABLE,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """Let all deletions in a project be for good, at once."""
    whose = "all deleted projects" if project is None else f"all deletions in {project}"
    confirm(f"Drop {whose}? They cannot be brought back then.", yes)

    async def work(services: CommandServices) -> int:
        entries = await _listed(services, project)
        for entry in entries:
            await services.trash.drop(entry.trash_id)
        return len(entries)

    dropped = run(Target(config, data, database_url), work)
    print_one(f"Dropped {dropped} deletions.", {"dropped": dropped}, output)


async def _listed(services: CommandServices, project: str | None) -> list[TrashEntry]:
    from moorage.database.listing import ALL
    from moorage.lifecycle.models import EVERYTHING

    if project is None:
        return (await services.trash.projects(ALL, None))[1]
    project_id = (await services.projects.find(project)).project_id
    return (await services.trash.entries(project_id, project, EVERYTHING, ALL))[1]
