"""``moorage db``: the schema, and a way into the embedded database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from moorage.settings import Settings

app = typer.Typer(help="Migrate and inspect the database.", no_args_is_help=True, add_completion=False)

ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", metavar="FILE", help="The YAML file; default: $MOORAGE_CONFIG.")
]
DataOption = Annotated[Path | None, typer.Option("--data", metavar="DIR", help="The data directory.")]
UrlOption = Annotated[
    str | None, typer.Option("--database-url", metavar="URL", help="An external PostgreSQL; default: the embedded one.")
]


@app.command()
def migrate(config: ConfigOption = None, data: DataOption = None, database_url: UrlOption = None) -> None:
    """Bring the schema to this release's state.

    Safe to run from several places at once, and again. An embedded database is migrated by `moorage serve` as well.
    """
    from moorage.database import migrate as migrations

    with _direct_url(_settings(config, data, database_url)) as url:
        state = migrations.upgrade(url)
    for revision in state.pending:
        typer.echo(f"applied revision {revision}")
    typer.echo(f"The schema is at revision {state.head}.")


@app.command()
def status(config: ConfigOption = None, data: DataOption = None, database_url: UrlOption = None) -> None:
    """Show the schema's revision and what is missing; the exit code is 1 when something is."""
    from moorage.database import migrate as migrations

    with _direct_url(_settings(config, data, database_url)) as url:
        state = migrations.current(url)
    typer.echo(f"database  {state.current or 'empty'}")
    typer.echo(f"release   {state.head}")
    if state.pending:
        typer.echo(f"missing   {', '.join(state.pending)}: run `moorage db migrate`")
        raise typer.Exit(1)


@app.command()
def url(config: ConfigOption = None, data: DataOption = None) -> None:
    """Print the URL of the embedded database that a running server uses."""
    from moorage.database.embedded import running_url

    settings = _settings(config, data, None)
    running = running_url(settings.data)
    if running is None:
        typer.echo(f"moorage: no embedded database runs in {settings.data}", err=True)
        raise typer.Exit(1)
    typer.echo(running)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(
    context: typer.Context, config: ConfigOption = None, data: DataOption = None, database_url: UrlOption = None
) -> None:
    """Open psql on the database; what follows `--` is psql's own."""
    import subprocess

    from moorage.database.embedded import available_database, psql_path

    with available_database(_settings(config, data, database_url)) as target:
        # The URL may hold a password, and arguments are public; libpq takes it from the environment in parts only.
        environment = {**os.environ, **connection_environment(target)}
        status = subprocess.run([str(psql_path()), *context.args], env=environment, check=False).returncode
    raise typer.Exit(status)


def connection_environment(url: str) -> dict[str, str]:
    """libpq's variables for a URL."""
    from psycopg.conninfo import conninfo_to_dict

    names = {"dbname": "PGDATABASE", "host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
    names |= {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY"}
    return {names[key]: str(value) for key, value in conninfo_to_dict(url).items() if key in names}


def _settings(config: Path | None, data: Path | None, database_url: str | None) -> Settings:
    from moorage.settings import load_settings

    return load_settings(config, {"data": data, "database.url": database_url}, os.environ)


@contextmanager
def _direct_url(settings: Settings) -> Iterator[str]:
    from moorage.database.embedded import available_database

    if settings.database.direct_url is not None:
        yield settings.database.direct_url.get_secret_value()
        return
    with available_database(settings) as url:
        yield url
