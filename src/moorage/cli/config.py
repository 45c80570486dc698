"""``moorage config``: what can be set, whether what was set is right, and what is in force."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from moorage.settings import LoadedSettings, json_schema, masked, read_settings, setting_fields

app = typer.Typer(help="Show, check and describe the settings.", no_args_is_help=True, add_completion=False)

ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", metavar="FILE", help="The YAML file; default: $MOORAGE_CONFIG.")
]


class Format(StrEnum):
    """How ``show`` prints."""

    YAML = "yaml"
    JSON = "json"


@app.command()
def schema() -> None:
    """Print the JSON schema of the settings file."""
    typer.echo(json.dumps(json_schema(), indent=2))


@app.command()
def verify(config: ConfigOption = None) -> None:
    """Check the settings and name every mistake.

    Looks at the file and the environment. The exit code is 2 when something is wrong.
    """
    loaded = read_settings(config, {}, os.environ)
    count = len(loaded.sources)
    typer.echo(f"The settings are valid; {count} {'is' if count == 1 else 'are'} given, the others are defaults.")


@app.command()
def show(
    config: ConfigOption = None,
    format: Annotated[Format, typer.Option("--format", "-f", help="How to print them.")] = Format.YAML,
) -> None:
    """Print the settings in force, secrets masked.

    Beside each that is not a default stands where it was given.
    """
    loaded = read_settings(config, {}, os.environ)
    if format is Format.JSON:
        typer.echo(json.dumps({"settings": masked(loaded.settings), "sources": dict(loaded.sources)}, indent=2))
    else:
        for line in as_yaml(loaded):
            typer.echo(line)


def as_yaml(loaded: LoadedSettings) -> Iterator[str]:
    """The lines of a settings file that gives every key, the source of each given one beside it."""
    values = masked(loaded.settings)
    open_sections: list[str] = []
    for key, _ in setting_fields():
        *sections, name = key.split(".")
        for depth, section in enumerate(sections):
            if open_sections[depth : depth + 1] != [section]:
                yield f"{'  ' * depth}{section}:"
                open_sections[depth:] = [section]
        open_sections[len(sections) :] = []
        source = loaded.sources.get(key)
        comment = f"  # {source}" if source else ""
        yield f"{'  ' * len(sections)}{name}: {json.dumps(_value(values, key))}{comment}"


def _value(values: dict[str, Any], key: str) -> Any:
    value: Any = values
    for part in key.split("."):
        value = value[part]
    return value
