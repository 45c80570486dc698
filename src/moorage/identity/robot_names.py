"""Names of robot accounts: ``robot$ci`` of the system, ``robot$shop+ci`` of the project ``shop`` (H row 27)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from moorage.errors import BadRequest

_NAME = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")

#: Harbor's column; its API fails on longer ones.
MAX_NAME = 255


class RobotName(NamedTuple):
    """The short name and the project's, None of a system robot."""

    name: str
    project: str | None

    def full(self, prefix: str) -> str:
        """What the robot logs in as."""
        return f"{prefix}{self.name}" if self.project is None else f"{prefix}{self.project}+{self.name}"


def prefix_of(configuration: Mapping[str, Any]) -> str:
    """What every robot's name begins with now."""
    return str(configuration["robot_name_prefix"])


def parse_full_name(full: str, prefix: str) -> RobotName | None:
    """The parts of a login name; None when it is no robot's."""
    if not full.startswith(prefix):
        return None
    project, plus, name = full[len(prefix) :].partition("+")
    return RobotName(name, project) if plus else RobotName(project, None)


def check_robot_name(name: str) -> None:
    """Refuse a short name that is none.

    Raises:
        BadRequest: with Harbor's text.
    """
    if len(name) > MAX_NAME or _NAME.fullmatch(name) is None:
        raise BadRequest("robot name is not in lower case or contains illegal characters")
