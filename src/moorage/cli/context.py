"""What commands that work on the database share: where it is, and the services over it.

Such a command needs no server and disturbs none: an embedded database that a server runs is used as it is, one that
nobody runs is started for the length of the command. Changes count at the server's next request.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from moorage.errors import MoorageError

if TYPE_CHECKING:
    from moorage.database.engine import Database
    from moorage.events.audit_service import AuditService
    from moorage.identity.keys import SigningKeys
    from moorage.identity.service import IdentityService
    from moorage.lifecycle.history import TagHistoryService
    from moorage.lifecycle.service import TrashService
    from moorage.projects.service import ProjectService
    from moorage.settings import Settings
    from moorage.system.configuration import Configurations

T = TypeVar("T")

ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", metavar="FILE", help="The YAML file; default: $MOORAGE_CONFIG.")
]
DataOption = Annotated[Path | None, typer.Option("--data", metavar="DIR", help="The data directory.")]
UrlOption = Annotated[
    str | None, typer.Option("--database-url", metavar="URL", help="An external PostgreSQL; default: the embedded one.")
]


class NothingThere(MoorageError):
    """there is no registry in the data directory"""


class NotAllowed(MoorageError):
    """the command cannot go on like this"""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Target:
    """Where the database is, as the options said."""

    config: Path | None
    data: Path | None
    database_url: str | None

    def settings(self) -> Settings:
        """The settings in force."""
        from moorage.settings import load_settings

        return load_settings(self.config, {"data": self.data, "database.url": self.database_url}, os.environ)


@dataclass(frozen=True, slots=True)
class CommandServices:
    """The use cases a command may call."""

    settings: Settings
    identity: IdentityService
    projects: ProjectService
    keys: SigningKeys
    audit: AuditService
    trash: TrashService
    tag_history: TagHistoryService
    configurations: Configurations
    database: Database


def run(target: Target, work: Callable[[CommandServices], Awaitable[T]]) -> T:
    """Do something on the database.

    Raises:
        NothingThere: the settings name no database, and no server was ever started on the data directory.
        SchemaOutdated, SchemaTooNew: it is another release's.
    """
    from moorage.database import migrate
    from moorage.database.embedded import available_database, running_url

    settings = target.settings()
    embedded = settings.database.url is None
    if embedded and not (settings.data / "postgres" / "PG_VERSION").exists():
        # To make a database in a directory that was mistyped would help nobody.
        raise NothingThere(
            f"there is no registry in {settings.data.absolute()}: name its directory with --data, or start it once"
            " with `moorage serve`"
        )
    idle = embedded and running_url(settings.data) is None
    with available_database(settings) as url:
        if idle:
            # As its server would at the next start.
            migrate.upgrade(url)
        else:
            migrate.check(url)
        return asyncio.run(_work(settings, url, work))


async def _work(settings: Settings, url: str, work: Callable[[CommandServices], Awaitable[T]]) -> T:
    async with open_services(settings, url) as services:
        return await work(services)


@asynccontextmanager
async def open_services(settings: Settings, url: str) -> AsyncIterator[CommandServices]:
    """The services over the database at ``url``."""
    from moorage.access.service import AccessService
    from moorage.database.engine import Database
    from moorage.database.reader import Reader
    from moorage.events.audit_service import AuditService
    from moorage.identity.keys import SigningKeys
    from moorage.identity.secret_key import SecretBox, secret_key
    from moorage.identity.service import IdentityService
    from moorage.lifecycle.history import TagHistoryService
    from moorage.lifecycle.service import TrashService
    from moorage.projects.service import ProjectService
    from moorage.system.configuring import configurations_of

    database = Database(settings.database, url)
    await database.open()
    reader = Reader(database)
    identity = IdentityService(database, AccessService(reader), settings.security, reader)
    box = SecretBox(secret_key(settings), "signing keys")
    keys = SigningKeys(database, box, settings.security.token_algorithm)
    try:
        yield CommandServices(
            settings=settings,
            identity=identity,
            projects=ProjectService(database),
            keys=keys,
            audit=AuditService(database),
            trash=TrashService(database, settings.trash.retention_days),
            configurations=configurations_of(settings, reader),
            tag_history=TagHistoryService(database),
            database=database,
        )
    finally:
        identity.close()
        await reader.close()
        await database.close()


def confirm(question: str, yes: bool) -> None:
    """Ask before something that cannot be undone.

    Raises:
        NotAllowed: nobody is there to be asked.
        typer.Abort: the answer was no.
    """
    if yes:
        return
    if not _is_terminal():
        raise NotAllowed("there is no terminal to ask on: say --yes")
    typer.confirm(question, abort=True)


def new_password(stdin: bool, generate: bool) -> tuple[str, bool]:
    """A password that was typed twice, read from standard input, or generated; and whether it was generated.

    It is never an argument: those can be read by everybody on the machine.

    Raises:
        NotAllowed: nobody is there to type it.
    """
    if generate:
        from moorage.identity.passwords import generate_password

        return generate_password(20), True
    if stdin:
        return typer.get_text_stream("stdin").readline().rstrip("\r\n"), False
    if not _is_terminal():
        raise NotAllowed("there is no terminal to type a password on: say --password-stdin or --generate")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True)), False


def _is_terminal() -> bool:
    return bool(typer.get_text_stream("stdin").isatty())
