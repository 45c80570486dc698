"""``moorage user``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moorage.cli.context import ConfigOption, DataOption, Target, UrlOption, confirm, new_password, run
from moorage.cli.output import Output, OutputOption, print_list, print_one

if TYPE_CHECKING:
    from moorage.cli.context import CommandServices
    from moorage.identity.models import User

app = typer.Typer(help="Create, list, change and delete users.", no_args_is_help=True, add_completion=False)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The user's name.")]
StdinOption = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]
GenerateOption = Annotated[bool, typer.Option("--generate", help="Generate the password and print it.")]


@app.command()
def create(
    name: NameArgument,
    email: Annotated[str | None, typer.Option(metavar="ADDRESS", help="E-mail address.")] = None,
    realname: Annotated[str | None, typer.Option(metavar="TEXT", help="First and last name; default: NAME.")] = None,
    comment: Annotated[str, typer.Option(metavar="TEXT", help="Up to 30 characters.")] = "",
    admin: Annotated[bool, typer.Option("--admin", help="Make the user an administrator of the system.")] = False,
    password_stdin: StdinOption = False,
    generate: GenerateOption = False,
    output: OutputOption = Output.TABLE,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """Make a user. Without an option about it, the password is asked for."""
    password, generated = new_password(password_stdin, generate)

    async def work(services: CommandServices) -> User:
        return await services.identity.users.create(
            name, password, email=email, realname=realname, comment=comment, sysadmin=admin
        )

    user = run(Target(config, data, database_url), work)
    _print_with_password(f"Created user {name}.", asdict(user), password if generated else None, output)


@app.command("list")
def list_users(
    output: OutputOption = Output.TABLE,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """List the users."""

    async def work(services: CommandServices) -> list[User]:
        from moorage.database.listing import ALL

        return (await services.identity.users.list(ALL))[1]

    users = run(Target(config, data, database_url), work)
    headings = {
        "user_id": "ID",
        "username": "Name",
        "email": "E-mail",
        "realname": "Real name",
        "sysadmin": "Admin",
        "disabled": "Disabled",
        "creation_time": "Created",
    }
    print_list([asdict(user) for user in users], headings, output)


@app.command("set-password")
def set_password(
    name: NameArgument,
    password_stdin: StdinOption = False,
    generate: GenerateOption = False,
    output: OutputOption = Output.TABLE,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """Give a user another password; the old one, and tokens got with it, no longer count."""
    password, generated = new_password(password_stdin, generate)

    async def work(services: CommandServices) -> None:
        user = await services.identity.users.find(name)
        await services.identity.users.set_password(user.user_id, password)

    run(Target(config, data, database_url), work)
    _print_with_password(
        f"Changed the password of {name}.", {"username": name}, password if generated else None, output
    )


@app.command()
def disable(
    name: NameArgument, config: ConfigOption = None, data: DataOption = None, database_url: UrlOption = None
) -> None:
    """Let a user log in no more."""
    _set_disabled(name, True, Target(config, data, database_url))
    typer.echo(f"Disabled user {name}.")


@app.command()
def enable(
    name: NameArgument, config: ConfigOption = None, data: DataOption = None, database_url: UrlOption = None
) -> None:
    """Let a disabled user log in again."""
    _set_disabled(name, False, Target(config, data, database_url))
    typer.echo(f"Enabled user {name}.")


@app.command()
def admin(
    name: NameArgument,
    off: Annotated[bool, typer.Option("--off", help="Take the rights away.")] = False,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """Make a user an administrator of the system."""

    async def work(services: CommandServices) -> None:
        user = await services.identity.users.find(name)
        await services.identity.users.set_sysadmin(user.user_id, not off)

    run(Target(config, data, database_url), work)
    typer.echo(f"User {name} is {'no longer' if off else 'now'} an administrator.")


@app.command()
def delete(
    name: NameArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """Delete a user; projects of the user stay."""
    confirm(f"Delete user {name}?", yes)

    async def work(services: CommandServices) -> None:
        user = await services.identity.users.find(name)
        await services.identity.users.delete(user.user_id)

    run(Target(config, data, database_url), work)
    typer.echo(f"Deleted user {name}.")


def _set_disabled(name: str, disabled: bool, target: Target) -> None:
    async def work(services: CommandServices) -> None:
        user = await services.identity.users.find(name)
        await services.identity.users.set_disabled(user.user_id, disabled)

    run(target, work)


def _print_with_password(message: str, values: dict[str, Any], generated: str | None, output: Output) -> None:
    if generated is None:
        print_one(message, values, output)
    else:
        print_one(f"{message}\nPassword: {generated}", {**values, "password": generated}, output)
