"""The ``moorage`` command: names its groups, loads one only when it is used, and turns errors into messages.

``moorage --help`` and shell completion answer from the table below; a server's libraries take ten times longer
to import than the command line itself.
"""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command as as_command

from moorage.errors import MoorageError


class LazyCommand(NamedTuple):
    """Where a command or group is defined: a function (command) or ``typer.Typer`` (group) of a module."""

    module: str
    attribute: str
    help: str


COMMANDS = {
    "serve": LazyCommand("moorage.cli.serve", "command", "Run the registry."),
    "db": LazyCommand("moorage.cli.db", "app", "Migrate and inspect the database."),
    "config": LazyCommand("moorage.cli.config", "app", "Show, check and describe the settings."),
    "user": LazyCommand("moorage.cli.user", "app", "Create, list, change and delete users."),
    "project": LazyCommand("moorage.cli.project", "app", "Create, list, change and delete projects."),
    "member": LazyCommand("moorage.cli.member", "app", "Give users roles in a project."),
    "robot": LazyCommand("moorage.cli.robot", "app", "Create, list, change and delete robot accounts."),
    "audit": LazyCommand("moorage.cli.audit", "app", "Verify the audit log."),
    "tag": LazyCommand("moorage.cli.tag", "app", "Show what tags named, and let them name it again."),
    "trash": LazyCommand("moorage.cli.trash", "app", "List what was deleted, bring it back or drop it."),
    "gc": LazyCommand("moorage.cli.gc", "app", "Collect garbage."),
    "key": LazyCommand("moorage.cli.key", "app", "List and rotate the keys that sign tokens."),
    "fsck": LazyCommand("moorage.cli.fsck", "command", "Check what is stored, and repair it."),
    "import": LazyCommand("moorage.cli.import_", "app", "Adopt an existing registry's storage."),
}


class LazyGroup(TyperGroup):
    """The root group."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All names, in the order of the help page."""
        return [*COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, or for a lazy one a stand-in that knows its help line and nothing else."""
        lazy = COMMANDS.get(cmd_name)
        if lazy is None:
            return super().get_command(ctx, cmd_name)
        return TyperCommand(cmd_name, help=lazy.help, rich_markup_mode=None)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that ``args`` begins with, loaded: it is about to run or to complete its own arguments."""
        self.commands = {**dict.fromkeys(COMMANDS), **self.commands}  # type: ignore[dict-item]  # names to suggest
        name, command, rest = super().resolve_command(ctx, args)
        if name in COMMANDS:
            command = _load(COMMANDS[name], name)
        return name, command, rest

    def invoke(self, ctx: Any) -> Any:
        """Run; an error ends the process with its message and no traceback, unless one was asked for."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, typer.TyperException, EOFError, BrokenPipeError):
            raise
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            typer.echo(f"moorage: {_describe(error)}", err=True)
            raise typer.Exit(getattr(error, "exit_code", 1)) from None


def _load(lazy: LazyCommand, name: str) -> Any:
    target = getattr(import_module(lazy.module), lazy.attribute)
    if not isinstance(target, typer.Typer):
        function, target = target, typer.Typer(add_completion=False)
        target.command(name)(function)
    target.rich_markup_mode = None
    return as_command(target)


def _describe(error: Exception) -> str:
    if isinstance(error, MoorageError):
        return error.message
    if isinstance(error, OSError):
        return str(error)
    return f"{type(error).__name__}: {error}\nThis should not have happened; --debug shows where it did."


app = typer.Typer(
    cls=LazyGroup,
    help="A private container registry.",
    epilog="Every setting: moorage config show.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", envvar="MOORAGE_DEBUG", help="Show tracebacks of errors.")] = False,
) -> None:
    """A private container registry."""


@app.command()
def version() -> None:
    """Print the version."""
    from moorage import __version__

    typer.echo(f"moorage {__version__}")
