"""Puts the built portal into the wheel: builds it first, unless it was built from the same sources.

Not for an editable install, which serves what ``make portal`` builds.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PortalHook(BuildHookInterface):  # type: ignore[misc]
    """The hook of the target ``wheel``."""

    def dependencies(self) -> list[str]:
        """What the build needs besides hatchling: a Node, where it has work and the machine has none.

        Asked before it is known whether the install will be an editable one.
        """
        tool = _tool(self.root)
        needed = not tool.Portal(Path(self.root)).is_current and tool.find_node() is None
        return [tool.NODE_PACKAGE] if needed else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the portal before the wheel's files are gathered."""
        if version == "editable":
            return
        tool = _tool(self.root)
        try:
            tool.Portal(Path(self.root)).build()
        except tool.PortalError as error:
            sys.exit(f"portal: {error}")


def _tool(root: str) -> ModuleType:
    """tools/portal.py: a build runs apart from the project, which is not importable there."""
    name = "moorage_portal_tool"
    specification = importlib.util.spec_from_file_location(name, Path(root) / "tools/portal.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    # Where dataclasses look for the names in their annotations.
    sys.modules[name] = module
    specification.loader.exec_module(module)
    return module
