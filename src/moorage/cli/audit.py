"""``moorage audit``."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from moorage.cli.context import ConfigOption, DataOption, NotAllowed, Target, UrlOption, run

if TYPE_CHECKING:
    from moorage.cli.context import CommandServices
    from moorage.events.audit_service import Verification

app = typer.Typer(help="Verify the audit log.", no_args_is_help=True, add_completion=False)


@app.callback()
def group() -> None:
    """Verify the audit log."""


@app.command()
def verify(
    expect: Annotated[
        list[str] | None,
        typer.Option(metavar="ID:HASH", help="A row and its hash that were noted before; may be given several times."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line: findings, then the summary.")
    ] = False,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """Name every row that is altered, replaced, missing or inserted; ends with 1 if there is one."""
    noted = _noted(expect or [])

    async def work(services: CommandServices) -> Verification:
        from moorage.events.audit_service import Verification

        found = Verification()
        async for finding in services.audit.verify(found, noted):
            typer.echo(json.dumps(asdict(finding)) if as_json else finding.message)
        return found

    found = run(Target(config, data, database_url), work)
    typer.echo(json.dumps({"kind": "summary", **asdict(found)}) if as_json else _summary(found))
    if found.findings:
        raise typer.Exit(1)


def _noted(values: list[str]) -> dict[int, bytes]:
    noted = {}
    for value in values:
        row_id, _, digest = value.partition(":")
        try:
            noted[int(row_id)] = bytes.fromhex(digest)
        except ValueError:
            raise NotAllowed(f"--expect wants a row's number and its hash, as 4711:9f86d0..., not {value}") from None
        if len(noted[int(row_id)]) != 32:
            raise NotAllowed(f"--expect wants a hash of 64 hexadecimal digits, not {value}")
    return noted


def _summary(found: Verification) -> str:
    state = "the chain is intact" if not found.findings else f"{found.findings} findings"
    purged = f", {found.purged:,} purged in {found.gaps:,} places" if found.purged else ""
    return f"{found.rows:,} rows{purged}: {state}. It ends with {found.last_id}:{found.last_hash}"
