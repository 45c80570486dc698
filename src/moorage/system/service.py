"""What the system says about itself."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from moorage.errors import NotFound
from moorage.probes import Check, failure
from moorage.system.models import Component, Configuration, Volume

__all__ = ["SystemService"]

#: Longest certificate that is read.
MAX_CERTIFICATE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class SystemService:
    """Health and general facts.

    ``checks``: by the component's name as Harbor has it, something that raises while the component does not work.
    """

    configuration: Configuration
    checks: Mapping[str, Check]

    async def health(self) -> list[Component]:
        """Every component, in the order of their names; each was asked just now."""
        names = sorted(self.checks)
        errors = await asyncio.gather(*(failure(self.checks[name]) for name in names))
        return [Component(name, error) for name, error in zip(names, errors, strict=True)]

    async def volume(self) -> Volume | None:
        """The disk blobs are kept on; None where they are on no disk of ours."""
        directory = self.configuration.volume
        # A disk that hangs, such as one on a network, must not hold up everyone else.
        return None if directory is None else await asyncio.to_thread(_volume, directory)

    def has_certificate(self) -> bool:
        """Whether there is a certificate to download."""
        path = self.configuration.ca_certificate
        return path is not None and path.is_file()

    async def certificate(self) -> bytes:
        """The certificate of the authority that clients must trust, as PEM.

        Raises:
            NotFound: there is none.
        """
        path = self.configuration.ca_certificate
        content = None if path is None else await asyncio.to_thread(_certificate, path)
        if content is None:
            raise NotFound(f"resource not found: cert not found in path: {path}")
        return content


def _volume(directory: Path) -> Volume:
    # It is made with the first blob; until then the disk is that of what it will be in.
    existing = next(place for place in (directory.absolute(), *directory.absolute().parents) if place.exists())
    found = os.statvfs(existing)
    return Volume(total=found.f_blocks * found.f_frsize, free=found.f_bavail * found.f_frsize)


def _certificate(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(MAX_CERTIFICATE)
    except OSError:
        return None
