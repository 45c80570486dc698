"""What a project may be called (H row 32). Pure."""

from __future__ import annotations

import re

from moorage.errors import BadRequest

MAX_NAME = 255
_NAME = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")


def check_project_name(name: str) -> None:
    """Refuse a name that is none.

    Raises:
        BadRequest: with Harbor's text.
    """
    if not 0 < len(name) <= MAX_NAME:
        raise BadRequest(f"Project name {name[:64]} is illegal in length. (greater than 255 or less than 1)")
    if _NAME.fullmatch(name) is None:
        raise BadRequest("project name is not in lower case or contains illegal characters")
