"""What a project's metadata may say: keys, values, and their normal form (H row 34). Pure.

Harbor refuses a bad value with one text where a key is changed alone and with another where it comes with a project.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from moorage.errors import BadRequest

#: A column of its own, since every anonymous pull asks for it.
PUBLIC = "public"

#: Written by whoever makes a retention policy, never by clients.
RETENTION = "retention_id"

_BOOLEANS = frozenset(
    {
        PUBLIC,
        "enable_content_trust",
        "enable_content_trust_cosign",
        "prevent_vul",
        "auto_scan",
        "auto_sbom_generation",
        "reuse_sys_cve_allowlist",
        "proxy_cache_local_on_not_found",
        "proxy_referrer_api",
    }
)
_SEVERITIES = ("none", "negligible", "low", "medium", "high", "critical")
_SPEED, _CONNECTIONS = "proxy_speed_kb", "max_upstream_conn"

#: Only of projects that are a proxy cache, which is told them with every pull.
_FILTERS = frozenset({"proxy_cache_filter_pattern", "proxy_cache_filter_kind"})

#: What Harbor takes from the body of a project that is no proxy cache.
_OF_PROJECT = frozenset(
    {
        PUBLIC,
        "enable_content_trust",
        "enable_content_trust_cosign",
        "prevent_vul",
        "severity",
        "auto_scan",
        "auto_sbom_generation",
        "reuse_sys_cve_allowlist",
    }
)

#: What Go's ``strconv.ParseBool`` takes, and so Harbor.
_TRUE, _FALSE = ("1", "t", "T", "true", "TRUE", "True"), ("0", "f", "F", "false", "FALSE", "False")
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")


@dataclass(frozen=True, slots=True)
class Changes:
    """What the body of a project says about its metadata.

    Attributes:
        public: None: nothing.
        values: by key; None unsets it.
        retention_id: None: nothing.
    """

    public: bool | None = None
    values: Mapping[str, str | None] = field(default_factory=dict)
    retention_id: str | None = None

    @property
    def named(self) -> list[str]:
        """The keys it is about, in order."""
        public = [PUBLIC] * (self.public is not None)
        return sorted([*self.values, *public, *[RETENTION] * (self.retention_id is not None)])


def normal_value(key: str, value: str) -> str:
    """The value of a key that is changed alone, as it is kept.

    Raises:
        BadRequest: there is no such key, or the value is none of its.
    """
    if key in _FILTERS:
        raise BadRequest("can not update the normal project with proxy cache filter metadata")
    if key not in _BOOLEANS and key not in ("severity", _SPEED, _CONNECTIONS):
        raise BadRequest(f"invalid key: {key[:64]}")
    normal = _normal(key, value)
    if normal is None:
        raise BadRequest(f"invalid value: {value[:64]}")
    if key == _CONNECTIONS and int(normal) < 1 and int(normal) != -1:
        raise BadRequest(f"invalid value for {_CONNECTIONS}: {normal}")
    return normal


def changes(given: Mapping[str, str | None]) -> Changes:
    """What a project's body changes; an empty text unsets a key, and keys that mean nothing for it are left out.

    Raises:
        BadRequest: a value is none of its key's.
    """
    kept: dict[str, str | None] = {}
    for key, value in given.items():
        if key in _OF_PROJECT and value is not None:
            kept[key] = _of_body(key, value) if value else None
    public = kept.pop(PUBLIC, None)
    return Changes(None if public is None else public == "true", kept, given.get(RETENTION))


def _of_body(key: str, value: str) -> str:
    normal = _normal(key, value)
    if normal is None:
        if key == "severity":
            allowed = ", ".join(_SEVERITIES)
            raise BadRequest(f"metadata.severity should be one of {allowed}, but got: '{value[:64]}'")
        raise BadRequest(f"metadata.{key} should only be 'true' or 'false', but got: '{value[:64]}'")
    return normal


def _normal(key: str, value: str) -> str | None:
    """The normal form; None when the value is none of the key's."""
    if key in _BOOLEANS:
        if value in _TRUE:
            return "true"
        return "false" if value in _FALSE else None
    if key == "severity":
        return value.lower() if value.lower() in _SEVERITIES else None
    bits = 31 if key == _SPEED else 63
    if _INTEGER.fullmatch(value) is None or not -(2**bits) <= int(value) < 2**bits:
        return None
    return str(int(value))
