"""``moorage serve``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from moorage.errors import MoorageError

#: The roles of this release, and the port each serves when it is started alone (Harbor's chart).
ROLES = {"core": 8080, "registry": 5000, "jobservice": 8080, "exporter": 8080, "portal": 8080}
LATER = ("scanner", "notary-server", "notary-signer")


class RoleError(MoorageError):
    """no such role"""

    exit_code = 2


def command(
    config: Annotated[
        Path | None, typer.Option("--config", "-c", metavar="FILE", help="The YAML file; default: $MOORAGE_CONFIG.")
    ] = None,
    data: Annotated[Path | None, typer.Option("--data", metavar="DIR", help="The data directory.")] = None,
    listen: Annotated[
        str | None, typer.Option("--listen", metavar="ADDRESS", help="Address and port, as 0.0.0.0:8080.")
    ] = None,
    role: Annotated[
        list[str] | None,
        typer.Option("--role", metavar="ROLE", help="core, registry, jobservice, exporter, portal; default: all."),
    ] = None,
    workers: Annotated[int | None, typer.Option("--workers", metavar="N", help="Worker processes.")] = None,
    engine: Annotated[str | None, typer.Option("--engine", metavar="ENGINE", help="granian or uvicorn.")] = None,
    database_url: Annotated[
        str | None,
        typer.Option(
            "--database-url",
            metavar="URL",
            help="An external PostgreSQL; default: the embedded one. A URL with a password is safer in"
            " $MOORAGE_DATABASE__URL or in a file named by $MOORAGE_DATABASE__URL_FILE: arguments are public.",
        ),
    ] = None,
) -> None:
    """Run the registry: every role, or those named, until it is told to stop.

    The first start makes the data directory, its database and the admin, and prints the admin's password.
    """
    from moorage.server.runtime import programs
    from moorage.server.supervisor import Supervisor
    from moorage.settings import read_settings

    roles = check_roles(role or list(ROLES))
    overrides: dict[str, Any] = {
        "data": data,
        "server.listen": listen,
        "server.workers": workers,
        "server.engine": engine,
        "database.url": database_url,
    }
    loaded = read_settings(config, overrides, os.environ)
    settings = loaded.settings
    if "server.listen" not in loaded.sources and "core" not in roles:
        address = f"127.0.0.1:{ROLES[roles[0]]}"
        settings = settings.model_copy(update={"server": settings.server.model_copy(update={"listen": address})})
    application, bootstrap = programs(roles)
    supervisor = Supervisor(settings, roles=roles, application=application, bootstrap=bootstrap, show=typer.echo)
    raise typer.Exit(supervisor.run())


def check_roles(names: list[str]) -> tuple[str, ...]:
    """The roles in the order of the table, each once.

    Raises:
        RoleError: one is unknown, or comes with a later release.
    """
    for name in names:
        if name in LATER:
            raise RoleError(f"the role {name} comes with a later release; this one has {', '.join(ROLES)}")
        if name not in ROLES:
            raise RoleError(f"no such role: {name}; there are {', '.join(ROLES)}")
    return tuple(name for name in ROLES if name in names)
