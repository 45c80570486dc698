"""``moorage key``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from moorage.cli.context import ConfigOption, DataOption, Target, UrlOption, run
from moorage.cli.output import Output, OutputOption, print_list, print_one

if TYPE_CHECKING:
    from moorage.cli.context import CommandServices
    from moorage.identity.keys import SigningKey

app = typer.Typer(help="List and rotate the keys that sign tokens.", no_args_is_help=True, add_completion=False)


@app.command("list")
def list_keys(
    output: OutputOption = Output.TABLE,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """List the keys; those that are retired only verify tokens they signed before."""

    async def work(services: CommandServices) -> list[SigningKey]:
        return await services.keys.list()

    keys = run(Target(config, data, database_url), work)
    rows: list[dict[str, Any]] = [
        {
            "kid": key.kid,
            "algorithm": key.algorithm,
            "signs": key.signs,
            "creation_time": key.creation_time,
            "retire_time": key.retire_time,
        }
        for key in keys
    ]
    headings = {
        "kid": "Key id",
        "algorithm": "Algorithm",
        "signs": "Signs",
        "creation_time": "Created",
        "retire_time": "Retired",
    }
    print_list(rows, headings, output)


@app.command()
def rotate(
    output: OutputOption = Output.TABLE,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """Sign new tokens with a new key; tokens that are valid stay so until they expire."""

    async def work(services: CommandServices) -> str:
        from moorage.identity.token_endpoint import MAX_LIFETIME

        # Whatever was signed until every replica has noticed must have expired before a key goes.
        minutes = (await services.configurations.current())["token_expiration"]
        return await services.keys.rotate(keep=2 * min(60 * minutes, MAX_LIFETIME))

    kid = run(Target(config, data, database_url), work)
    print_one(f"New tokens are signed with the key {kid} within a minute.", {"kid": kid}, output)
