"""``moorage gc``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moorage.cli.context import ConfigOption, DataOption, Target, UrlOption, run
from moorage.cli.output import Output, OutputOption, print_one

if TYPE_CHECKING:
    from moorage.cli.context import CommandServices
    from moorage.lifecycle.collection_models import Run

app = typer.Typer(help="Collect garbage.", no_args_is_help=True, add_completion=False)


#: What is shown of a run.
NUMBERS = (
    "eligible_blobs",
    "eligible_manifests",
    "eligible_bytes",
    "untagged",
    "deletions",
    "blobs",
    "manifests",
    "freed_bytes",
)


@app.callback()
def group() -> None:
    """Collect garbage."""


@app.command("run")
def collect(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Delete nothing, tell what would be.")] = False,
    delete_untagged: Annotated[
        bool, typer.Option("--delete-untagged", help="Put untagged artifacts into the trash, too.")
    ] = False,
    workers: Annotated[
        int, typer.Option("--workers", metavar="N", help="Batches at the same time.", min=1, max=10)
    ] = 1,
    output: OutputOption = Output.TABLE,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """Collect garbage in this process, while servers go on; it says what it does on standard error."""

    async def work(services: CommandServices) -> Run:
        from moorage.lifecycle.collection import Collector
        from moorage.lifecycle.collection_models import Options
        from moorage.lifecycle.collection_service import rules_of
        from moorage.storage.factory import blob_store

        store = blob_store(services.settings.storage, services.settings.data)
        await store.open()
        try:
            collector = Collector(services.database, store, rules_of(services.settings))
            return await collector.run(Options(dry_run, delete_untagged, workers=workers), _Terminal())
        finally:
            await store.close()

    done = run(Target(config, data, database_url), work)
    numbers = asdict(done)
    assert done.end_time is not None
    seconds = (done.end_time - done.start_time).total_seconds()
    shown = {"dry_run": dry_run, **{name: numbers[name] for name in NUMBERS}, "seconds": seconds}
    verb = "Would free" if dry_run else "Freed"
    print_one(f"{verb} {done.freed_bytes} bytes.", shown, output)


class _Terminal:
    """Tells the progress to who is watching."""

    async def log(self, message: str, level: str = "INFO") -> None:
        typer.echo(message if level == "INFO" else f"{level}: {message}", err=True)

    async def checkpoint(self) -> None:
        """Ctrl-C ends it, at any moment; the next one goes on."""

    async def update(self, **extra_attrs: Any) -> None:
        """The lines say it."""
