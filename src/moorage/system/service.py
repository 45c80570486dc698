"""What the system says about itself."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from moorage.probes import Check, failure
from moorage.system.models import Component, Configuration

__all__ = ["SystemService"]


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
