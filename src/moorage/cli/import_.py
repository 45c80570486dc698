"""``moorage import``: adopt what another registry stored, in place."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moorage.cli.context import ConfigOption, DataOption, Target, UrlOption, run
from moorage.cli.output import Output, tell
from moorage.cli.progress import shown
from moorage.errors import size_for_people

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from moorage.adoption.report import Report
    from moorage.cli.context import CommandServices

app = typer.Typer(help="Adopt an existing registry's storage.", no_args_is_help=True, add_completion=False)

#: Entries that are printed; all of them are in a file or the JSON output.
SHOWN = 50

SKIPPED_EXIT = 3
INTERRUPTED_EXIT = 130


@dataclass(frozen=True, slots=True)
class Choices:
    """What was asked for on the command line."""

    harbor_database: str | None
    owner: str
    public: bool
    projects: frozenset[str]
    default_project: str
    verify: bool
    dry_run: bool


@app.callback()
def group() -> None:
    """Adopt an existing registry's storage."""


@app.command()
def storage(
    harbor_database_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            envvar="HARBOR_DATABASE_URL",
            help="Harbor's database, if the store is a Harbor's; read only. A password is better in PGPASSWORD.",
        ),
    ] = None,
    project: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this project; may be repeated. Default: all.")
    ] = None,
    default_project: Annotated[
        str, typer.Option(metavar="NAME", help="Where repositories go whose names have no project.")
    ] = "library",
    owner: Annotated[str, typer.Option(metavar="USER", help="Who owns the projects that are made.")] = "admin",
    public: Annotated[
        bool, typer.Option("--public", help="Make new projects public. Harbor's stay what they are.")
    ] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Hash every blob and leave out damaged ones.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing, only report.")] = False,
    output: Annotated[Output, typer.Option("--output", "-o", help="How to print the report.")] = Output.TABLE,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="Also write the whole report there, as JSON.")
    ] = None,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """Adopt the store of a CNCF distribution or a Harbor, in place.

    The storage settings name the store: the directory (or bucket and prefix) in which docker/registry/v2 lies. Its
    repositories, manifests, tags and referrers go into the database; the bytes stay where they are. A server may run
    meanwhile. Run it again to go on after an interruption, or to adopt what was pushed to the other registry since.

    The exit code is 3 when something was skipped; the report says what, and why.
    """
    from moorage.adoption.report import Report

    choices = Choices(harbor_database_url, owner, public, frozenset(project or ()), default_project, verify, dry_run)
    if report is not None:
        # A place that cannot be written to should be known now, not in some hours.
        report.touch()
    result = Report()

    async def work(services: CommandServices) -> None:
        await _adopt(services, choices, result)

    try:
        try:
            run(Target(config, data, database_url), work)
        finally:
            # What was done until an error is done.
            if result.found:
                tell(result.write_json, as_text(result), output, report)
        if result.skipped:
            raise typer.Exit(SKIPPED_EXIT)
    except KeyboardInterrupt:
        typer.echo("moorage: interrupted; run it again to go on", err=True)
        raise typer.Exit(INTERRUPTED_EXIT) from None
    finally:
        result.close()


async def _adopt(services: CommandServices, choices: Choices, report: Report) -> None:
    from moorage.adoption.models import Options
    from moorage.adoption.service import AdoptionService
    from moorage.database.embedded import running_url
    from moorage.database.engine import Database
    from moorage.storage.factory import blob_store

    settings = services.settings
    owner = await services.identity.users.find(choices.owner)
    database = Database(settings.database, None if settings.database.url else running_url(settings.data))
    store = blob_store(settings.storage, settings.data)
    await database.open()
    try:
        await store.open()
        service = AdoptionService(database, store, services.projects, settings.registry)
        options = Options(
            owner_id=owner.user_id,
            public=choices.public,
            default_project=choices.default_project,
            projects=choices.projects,
            verify=choices.verify,
        )
        async with shown(partial(Bars, report), partial(_line, report)):
            await service.run(options, report, harbor_database=choices.harbor_database, dry_run=choices.dry_run)
    finally:
        await store.close()
        await database.close()


# --- while it runs --------------------------------------------------------------------------------


class Bars:
    """Progress bars, for a terminal."""

    def __init__(self, report: Report, progress: Progress) -> None:
        self._report = report
        self._progress = progress
        self._repositories: TaskID = progress.add_task("repositories", total=None, more="")
        self._manifests: TaskID = progress.add_task("manifests", total=None, more="")

    def update(self) -> None:
        """Draw the counts."""
        report = self._report
        known = report.found if report.done else None
        self._progress.update(self._repositories, completed=report.done or report.found, total=known)
        manifests = report.manifests
        count = manifests.adopted + manifests.already_there + manifests.skipped
        more = f"{report.tags.adopted:,} tags, {report.blobs.adopted:,} blobs, {size_for_people(report.bytes)}"
        # How many there are is known at the end only.
        self._progress.update(
            self._manifests, completed=count, total=max(count, 1) if report.complete else None, more=more
        )


def _line(report: Report) -> str:
    return (
        f"{time.strftime('%H:%M:%S')} {report.done:,} of {report.found:,} repositories, "
        f"{report.manifests.adopted:,} manifests, {report.tags.adopted:,} tags, {size_for_people(report.bytes)}"
    )


# --- afterwards -----------------------------------------------------------------------------------


def as_text(report: Report) -> Iterator[str]:
    """The lines of a report for people."""
    done = "would be adopted" if report.dry_run else "adopted"
    yield f"{'':14}{done:>18}{'already there':>16}{'skipped':>10}"
    kinds = (
        ("repositories", report.repositories),
        ("manifests", report.manifests),
        ("tags", report.tags),
        ("blobs", report.blobs),
    )
    for name, count in kinds:
        more = f"   {size_for_people(report.bytes)}" if name == "blobs" and report.bytes else ""
        yield f"{name:14}{count.adopted:>18,}{count.already_there:>16,}{count.skipped:>10,}{more}"
    if report.unfinished_uploads:
        yield f"Unfinished uploads, left alone since their clients start again: {report.unfinished_uploads:,}"
    for title, entries in (("Changed:", report.notes), ("Skipped:", report.skipped)):
        if entries:
            yield ""
            yield title
        for position, entry in enumerate(entries):
            if position == SHOWN:
                yield f"  and {len(entries) - SHOWN:,} more: --report FILE writes them all"
                break
            yield f"  {entry.kind} {entry.name}: {entry.reason}"
    yield ""
    yield f"{'Done' if report.complete else 'Stopped'} after {report.seconds:,.1f} s."
