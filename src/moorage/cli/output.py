"""How commands print what they found: a table for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, Any

import typer


class Output(StrEnum):
    """The two forms."""

    TABLE = "table"
    JSON = "json"


OutputOption = Annotated[Output, typer.Option("--output", "-o", help="How to print.")]


def print_list(rows: Sequence[Mapping[str, Any]], headings: Mapping[str, str], output: Output) -> None:
    """Print rows. ``headings``: the columns of the table by key; JSON has every key."""
    if output is Output.JSON:
        typer.echo(json.dumps(rows, indent=2, default=_text))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    # Without a terminal rich would cut lines at 80 characters.
    console = Console() if typer.get_text_stream("stdout").isatty() else Console(width=10_000)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, highlight=False)
    for heading in headings.values():
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row[key]) for key in headings))
    console.print(table, markup=False, highlight=False)


def print_one(message: str, values: Mapping[str, Any], output: Output) -> None:
    """Print what was done: a sentence, or the values as JSON."""
    typer.echo(json.dumps(values, indent=2, default=_text) if output is Output.JSON else message)


def _text(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def _cell(value: Any) -> Any:
    # Text, not markup: a name may hold brackets.
    from rich.text import Text

    if value is None:
        return Text("")
    if isinstance(value, bool):
        return Text("yes" if value else "")
    if isinstance(value, datetime):
        return Text(value.astimezone().strftime("%Y-%m-%d %H:%M"))
    if isinstance(value, list | tuple):
        return Text("\n".join(map(str, value)))
    return Text(str(value))


def tell(write_json: Callable[[IO[str]], None], text: Iterable[str], output: Output, file: Path | None) -> None:
    """A report as it was asked for, and as JSON into ``file`` if there is one."""
    if file is not None:
        with file.open("w", encoding="utf-8") as target:
            write_json(target)
    if output is Output.JSON:
        write_json(sys.stdout)
        return
    for line in text:
        typer.echo(line)
