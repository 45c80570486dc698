"""``moorage fsck``: whether what is stored is what the database says, and repairing it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moorage.checking.models import CouldNotCheck, Finding, Options, Orphans
from moorage.cli.context import ConfigOption, DataOption, Target, UrlOption, run
from moorage.cli.output import Output, tell
from moorage.cli.progress import shown
from moorage.errors import MoorageError, size_for_people

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from moorage.checking.report import Report
    from moorage.cli.context import CommandServices

#: Findings that are printed, and artifacts of each; all of them are in a file or the JSON output.
SHOWN = 100
SHOWN_ARTIFACTS = 5

FINDINGS_EXIT = 1
INTERRUPTED_EXIT = 130

_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}
HOUR = 3600.0


def rate(value: str) -> int:
    """Bytes a second: ``0``, ``1048576``, ``50M``, ``50MiB``, ``50MiB/s``."""
    match = re.fullmatch(r"(\d+)([KMG]?)(?:i?B)?(?:/s)?", value.strip(), re.IGNORECASE)
    if match is None:
        raise typer.BadParameter(f"{value} is no number of bytes a second, as 50M")
    return int(match[1]) * _UNITS[match[2].upper()]


def percentage(value: str) -> float:
    """``10%`` or ``10``: a tenth."""
    try:
        part = float(value.strip().removesuffix("%")) / 100
    except ValueError:
        part = -1
    if not 0 <= part <= 1:
        raise typer.BadParameter(f"{value} is no percentage, as 10%")
    return part


def command(
    repair: Annotated[
        bool, typer.Option("--repair", help="Mend what can be mended; nothing that may be of use is deleted.")
    ] = False,
    sample: Annotated[
        str,
        typer.Option(metavar="N%", help="Hash only this part of the blobs, by chance. 0%: only sizes are compared."),
    ] = "100%",
    rate_limit: Annotated[
        str, typer.Option("--rate", metavar="BYTES/s", help="Read no faster, as 50M; 0: as fast as it goes.")
    ] = "0",
    older_than: Annotated[
        float, typer.Option(metavar="HOURS", min=0, help="Leave alone bytes without a row that are younger.")
    ] = 24.0,
    orphans: Annotated[
        Orphans, typer.Option(help="What --repair does with blobs that no row names: move them to the quarantine.")
    ] = Orphans.MOVE,
    output: Annotated[Output, typer.Option("--output", "-o", help="How to print the report.")] = Output.TABLE,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Also write the whole report there, as JSON.")
    ] = None,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """Check the database against the storage, and repair what is damaged.

    Every blob is read back and hashed; rows without bytes, bytes without rows, wrong sizes, references to what is not
    there, uploads, manifests and quotas are looked at. A server may run meanwhile: what it stores or deletes during the
    check is no finding. With --repair damaged blobs go into quarantine, where nobody is given them, until they are
    pushed again or found in one of integrity.sources.

    The exit code is 0 when everything is as it should be (or is again), 1 when something is not, 2 when the check could
    not be done.
    """
    from moorage.checking.report import Report

    options = Options(repair, percentage(sample), rate(rate_limit), orphans, older_than * HOUR)
    report = Report()

    async def work(services: CommandServices) -> None:
        await _check(services, options, report)

    try:
        if json_file is not None:
            # A place that cannot be written to should be known now, not in some hours.
            json_file.touch()
        try:
            run(Target(config, data, database_url), work)
        finally:
            # What was found until an error is found.
            if report.phase:
                tell(report.write_json, as_text(report), output, json_file)
        if report.open:
            raise typer.Exit(FINDINGS_EXIT)
    except KeyboardInterrupt:
        typer.echo("moorage: interrupted; run it again to check everything", err=True)
        raise typer.Exit(INTERRUPTED_EXIT) from None
    except (MoorageError, OSError) as error:
        raise CouldNotCheck(error.message if isinstance(error, MoorageError) else str(error)) from error
    finally:
        report.close()


async def _check(services: CommandServices, options: Options, report: Report) -> None:
    from moorage.checking.service import Checker
    from moorage.checking.sources import open_sources
    from moorage.database.embedded import running_url
    from moorage.database.engine import Database
    from moorage.storage.factory import blob_store

    settings = services.settings
    if settings.storage.driver == "memory":
        raise CouldNotCheck("storage.driver is memory: what is stored is in the server's process, and ends with it")
    database = Database(settings.database, None if settings.database.url else running_url(settings.data))
    store = blob_store(settings.storage, settings.data)
    await database.open()
    try:
        await store.open()
        async with open_sources(settings) as sources, shown(partial(Bars, report), partial(_line, report)):
            await Checker(database, store, sources, settings.registry).run(options, report)
    finally:
        await store.close()
        await database.close()


# --- while it runs --------------------------------------------------------------------------------


class Bars:
    """A progress bar for each part, for a terminal."""

    def __init__(self, report: Report, progress: Progress) -> None:
        self._report = report
        self._progress = progress
        self._parts: dict[str, TaskID] = {}

    def update(self) -> None:
        """Draw the counts."""
        report = self._report
        if not report.phase:
            return
        for name, task in self._parts.items():
            if name != report.phase:
                done = self._progress.tasks[task].completed
                self._progress.update(task, total=max(done, 1), completed=max(done, 1))
        if report.phase not in self._parts:
            self._parts[report.phase] = self._progress.add_task(report.phase, total=None, more="")
        done, total = report.done, report.total or None
        if report.complete:
            done = total = max(done, 1)
        more = f"{size_for_people(report.verified_bytes)} hashed" if report.phase == "blobs" else ""
        self._progress.update(self._parts[report.phase], completed=done, total=total, more=more)


def _line(report: Report) -> str:
    total = f" of {report.total:,}" if report.total else ""
    return (
        f"{time.strftime('%H:%M:%S')} {report.phase}: {report.done:,}{total},"
        f" {size_for_people(report.verified_bytes)} hashed, {report.findings:,} findings"
    )


# --- afterwards -----------------------------------------------------------------------------------


def as_text(report: Report) -> Iterator[str]:
    """The lines of a report for people."""
    for position, finding in enumerate(report):
        if position == SHOWN:
            yield f"and {report.findings - SHOWN:,} more: --json FILE writes them all"
            break
        yield from _finding(finding)
    if report.findings:
        yield ""
        for kind, count in sorted(report.found.items()):
            mended = f", {report.repaired[kind]:,} repaired" if report.repair else ""
            yield f"{kind:17}{count:>10,}{mended}"
        yield ""
    if report.foreign_manifests:
        yield f"Manifests of an adopted registry in the storage, left alone: {report.foreign_manifests:,}"
    yield (
        f"Checked {report.blobs:,} blobs ({report.verified_blobs:,} hashed, {size_for_people(report.verified_bytes)}),"
        f" {report.manifests:,} manifests, {report.uploads:,} uploads, {report.rows:,} rows"
    )
    state = "Done" if report.complete else "Stopped"
    yield f"{state} after {report.seconds:,.1f} s: {_verdict(report)}."


def _verdict(report: Report) -> str:
    if not report.findings:
        return "nothing is wrong" if report.complete else "nothing was found until then"
    if not report.open:
        return "everything that was wrong is repaired"
    return f"{report.open:,} things are wrong"


def _finding(finding: Finding) -> Iterator[str]:
    yield f"{finding.kind} {finding.name}: {finding.problem}"
    if finding.repair:
        yield f"    {'repaired' if finding.repaired else 'repair'}: {finding.repair}"
    for artifact in finding.artifacts[:SHOWN_ARTIFACTS]:
        tags = f" ({', '.join(artifact.tags[:SHOWN_ARTIFACTS])})" if artifact.tags else ""
        yield f"    breaks {artifact.repository}@{artifact.digest}{tags}"
    if finding.artifact_count > SHOWN_ARTIFACTS:
        yield f"    and {finding.artifact_count - SHOWN_ARTIFACTS:,} more"
