"""What a supervisor tells its processes: the settings in force and where the database is.

It travels in a file that has no name (``memfd_create``) and is inherited by number: secrets reach neither argv, nor an
environment that debugging tools print, nor the disk. ``MOORAGE_RUNTIME`` says which descriptor it is; for a worker
run by hand it may name a file instead.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from moorage.settings import Settings

VARIABLE = "MOORAGE_RUNTIME"
WORKER_VARIABLE = "MOORAGE_WORKER"

APPLICATION = "moorage.app:worker"
BOOTSTRAP = "moorage.app:bootstrap"
PORTAL_APPLICATION = "moorage.portal_process:worker"


@dataclass(frozen=True, slots=True)
class Runtime:
    """One start of a server.

    ``database_url`` is for everything, ``direct_url`` passes a pooler. ``application`` and ``bootstrap`` name what the
    processes call, as ``module:attribute``; without a ``bootstrap`` there is no database. ``worker`` counts from 1;
    ``metrics_descriptor`` is the worker's end of the socket its metrics are asked on, if it has one.
    """

    settings: Settings
    database_url: str
    direct_url: str
    roles: tuple[str, ...]
    application: str = APPLICATION
    bootstrap: str | None = BOOTSTRAP
    worker: int = 1
    metrics_descriptor: int | None = None


@dataclass(frozen=True, slots=True)
class WorkerPlace:
    """What differs between the workers of a server: their number and the descriptors they inherit."""

    number: int
    listen: int
    control: int
    metrics: int


def programs(roles: Sequence[str]) -> tuple[str, str | None]:
    """The ``application`` and ``bootstrap`` of a server with these roles; the portal alone needs no database."""
    return (PORTAL_APPLICATION, None) if set(roles) == {"portal"} else (APPLICATION, BOOTSTRAP)


class RuntimeFile:
    """The supervisor's side: made before its content is known, so that processes can start meanwhile."""

    def __init__(self) -> None:
        self.descriptor = os.memfd_create("moorage-runtime", os.MFD_CLOEXEC)

    def store(self, runtime: Runtime) -> None:
        """Write it, in place of what was written before."""
        content = encode(runtime)
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, content, 0)

    def environment(self, place: WorkerPlace | None = None) -> dict[str, str]:
        """The variables by which a process finds it; the process must inherit the descriptors."""
        variables = {VARIABLE: str(self.descriptor)}
        if place is not None:
            variables[WORKER_VARIABLE] = json.dumps(
                {"number": place.number, "listen": place.listen, "control": place.control, "metrics": place.metrics}
            )
        return variables

    def close(self) -> None:
        """Let go of it."""
        os.close(self.descriptor)


def load(environ: Mapping[str, str] | None = None) -> Runtime:
    """The runtime of this process.

    Raises:
        RuntimeError: the process was not started by a supervisor.
    """
    variables = os.environ if environ is None else environ
    name = variables.get(VARIABLE)
    if not name:
        raise RuntimeError(f"{VARIABLE} is not set: start the server with `moorage serve`")
    if name.isdigit():
        descriptor = int(name)
        content = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
    else:
        content = Path(name).read_bytes()
    return decode(content, worker_place(variables))


def resolve(target: str) -> Callable[..., Any]:
    """The callable that ``module:attribute`` names."""
    module, _, attribute = target.partition(":")
    function: Callable[..., Any] = getattr(import_module(module), attribute)
    return function


def worker_place(environ: Mapping[str, str]) -> WorkerPlace | None:
    """The place of this process among the workers; None when it is none."""
    text = environ.get(WORKER_VARIABLE)
    return WorkerPlace(**json.loads(text)) if text else None


def encode(runtime: Runtime) -> bytes:
    """As JSON, secrets included."""
    values = {
        "settings": runtime.settings.model_dump(),
        "database_url": runtime.database_url,
        "direct_url": runtime.direct_url,
        "roles": runtime.roles,
        "application": runtime.application,
        "bootstrap": runtime.bootstrap,
    }
    return json.dumps(values, default=_plain).encode()


def decode(content: bytes, place: WorkerPlace | None = None) -> Runtime:
    """What ``encode`` wrote."""
    values: dict[str, Any] = json.loads(content)
    return Runtime(
        settings=Settings.model_validate(values["settings"]),
        database_url=values["database_url"],
        direct_url=values["direct_url"],
        roles=tuple(values["roles"]),
        application=values["application"],
        bootstrap=values["bootstrap"],
        worker=place.number if place else 1,
        metrics_descriptor=place.metrics if place else None,
    )


def _plain(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"cannot encode {type(value).__name__}")
