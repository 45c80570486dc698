"""``CONFIG_OVERWRITE_JSON``: the configuration as whoever deploys it wants it, closed to administrators (H row 102)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moorage.errors import MoorageError
from moorage.settings import SystemSettings
from moorage.system.configuration_keys import KEYS, Key, Kind, Unfit, check

NAME = "CONFIG_OVERWRITE_JSON"

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_LARGEST = 2**63


class InvalidOverwrite(MoorageError):
    """the configuration of the environment is not valid"""


def overwritten(settings: SystemSettings) -> Mapping[str, Any]:
    """The values of the environment, in their types; numbers and booleans may be written as text, as in Harbor.

    Raises:
        InvalidOverwrite: naming the key that is wrong, but never its value.
    """
    if settings.config_overwrite_json is None:
        return {}
    try:
        given = json.loads(settings.config_overwrite_json.get_secret_value() or "{}")
    except (ValueError, RecursionError):
        raise InvalidOverwrite(f"{NAME} is no JSON") from None
    if not isinstance(given, dict):
        raise InvalidOverwrite(f"{NAME} must be a JSON object")
    return {name: _value(name, value) for name, value in given.items()}


def _value(name: str, given: Any) -> Any:
    key = KEYS.get(name)
    if key is None or key.read_only:
        raise InvalidOverwrite(f"{NAME}: there is no key {name!r}")
    value = _typed(key, given)
    if value is None:
        raise InvalidOverwrite(f"{NAME}: {name} must be of type {key.kind.value}")
    try:
        check(name, value)
    except Unfit as error:
        raise InvalidOverwrite(f"{NAME}: {error.message}") from None
    return value


def _typed(key: Key, given: Any) -> Any:
    """The value in the key's type; None when it is of another."""
    if key.kind is Kind.BOOLEAN:
        return given if isinstance(given, bool) else _BOOLEANS.get(str(given).lower())
    if key.kind is Kind.INTEGER:
        digits = str(given).removeprefix("-") if not isinstance(given, bool) else ""
        fits = digits.isascii() and digits.isdigit() and len(digits) < 20 and -_LARGEST <= int(given) < _LARGEST
        return int(given) if fits else None
    return given if isinstance(given, str) and "\0" not in given else None
