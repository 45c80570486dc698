"""What a project may be called, and what its metadata may say (H rows 32, 34)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from moorage.errors import BadRequest

MAX_NAME = 255
_NAME = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")

_BOOLEANS = (
    "enable_content_trust",
    "enable_content_trust_cosign",
    "prevent_vul",
    "auto_scan",
    "auto_sbom_generation",
    "reuse_sys_cve_allowlist",
)
_SEVERITIES = ("none", "unknown", "negligible", "low", "medium", "high", "critical")

#: What Go's ``strconv.ParseBool`` takes, and so Harbor.
_TRUE, _FALSE = ("1", "t", "T", "true", "TRUE", "True"), ("0", "f", "F", "false", "FALSE", "False")


def check_project_name(name: str) -> None:
    """Refuse a name that is none.

    Raises:
        BadRequest: with Harbor's text.
    """
    if not 0 < len(name) <= MAX_NAME:
        raise BadRequest(f"Project name {name[:64]} is illegal in length. (greater than 255 or less than 1)")
    if _NAME.fullmatch(name) is None:
        raise BadRequest("project name is not in lower case or contains illegal characters")


def normal_metadata(given: Mapping[str, str]) -> dict[str, str]:
    """The metadata of a new project as it is kept; keys that mean nothing for it are left out, as in Harbor.

    Raises:
        BadRequest: a value is none of its key's.
    """
    kept = {}
    for key, value in given.items():
        if key in _BOOLEANS:
            kept[key] = _boolean(key, value)
        elif key == "severity":
            if value.lower() not in _SEVERITIES:
                raise BadRequest(
                    f"metadata.severity should be one of {', '.join(_SEVERITIES)}, but got: '{value[:64]}'"
                )
            kept[key] = value.lower()
    return kept


def _boolean(key: str, value: str) -> str:
    if value in _TRUE:
        return "true"
    if value in _FALSE:
        return "false"
    raise BadRequest(f"metadata.{key} should only be 'true' or 'false', but got: '{value[:64]}'")
