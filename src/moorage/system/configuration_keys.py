"""Every key of Harbor's configuration: name, type, default, and what a value must be (H 1.16).

A check raises ``Unfit`` with Harbor's words (``src/lib/config/metadata/type.go``, ``src/controller/config``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from moorage.errors import BadRequest

#: Harbor's largest quota, 1024 TB.
MAX_STORAGE = 1024**5

AUTH_MODES = ("db_auth", "ldap_auth", "uaa_auth", "http_auth", "oidc_auth")
CREATION_RESTRICTIONS = ("everyone", "adminonly")

#: Longest text of a key, in characters; certificates, banners and lists of event types are the long ones.
MAX_TEXT = 65_536
MAX_PREFIX = 64


class Kind(Enum):
    """The types of values. ``SECRET`` is text that is encrypted at rest and never shown."""

    TEXT = "string"
    SECRET = "secret"
    BOOLEAN = "bool"
    INTEGER = "int64"
    MAP = "object"


class Unfit(BadRequest):
    """the value does not fit"""


Check = Callable[[str, Any], None]


def _anything(name: str, value: Any) -> None:
    pass


def _positive(name: str, value: int) -> None:
    if value <= 0:
        raise Unfit(f"the {name} value must be positive")


def _scope(name: str, value: int) -> None:
    if value not in (0, 1, 2):
        raise Unfit(f"bad request: item name {name}: invalid scope, should be 0, 1 or 2")


def _not_empty(name: str, value: str) -> None:
    if not value:
        raise Unfit(f"bad request: item name {name}: the configure value can not be empty")


def _auth_mode(name: str, value: str) -> None:
    if value not in AUTH_MODES:
        raise Unfit(f"bad request: item name {name}: invalid {name}, should be one of {', '.join(AUTH_MODES)}")


def _restriction(name: str, value: str) -> None:
    if value not in CREATION_RESTRICTIONS:
        raise Unfit(f"bad request: item name {name}: invalid {name}, should be adminonly or everyone")


def _prefix(name: str, value: str) -> None:
    if not value.strip():
        raise Unfit(f"bad request: {name} cannot be empty or contain only spaces")
    if len(value) > MAX_PREFIX or not value.isprintable() or ":" in value:
        # A colon ends the name in basic authentication.
        raise Unfit(f"bad request: {name} must be at most {MAX_PREFIX} printable characters without a colon")


def _quota(name: str, value: int) -> None:
    if value < -1 or value == 0:
        raise Unfit(f"bad request: invalid non-positive value for quota limit, value={value}")
    if value > MAX_STORAGE:
        raise Unfit(f"bad request: exceeded 1024TB, which is {MAX_STORAGE} Bytes, value={value}")


def _string_map(name: str, value: str) -> None:
    """JSON text of an object whose values are strings."""
    try:
        parsed = json.loads(value) if value else {}
    except (ValueError, RecursionError):
        raise Unfit(f"bad request: item name {name}: {_json_problem(value)}") from None
    if not isinstance(parsed, dict) or not all(isinstance(item, str) for item in parsed.values()):
        raise Unfit(f"bad request: item name {name}: it must be a JSON object of strings")


def _json_problem(text: str) -> str:
    """What is wrong with a text that is no JSON, as Go words it where that is easy to say."""
    literal = {"n": "null", "t": "true", "f": "false"}.get(text[:1])
    if literal is not None:
        wrong = next((at for at, pair in enumerate(zip(text, literal, strict=False)) if pair[0] != pair[1]), None)
        if wrong is not None:
            return f"invalid character '{text[wrong]}' in literal {literal} (expecting '{literal[wrong]}')"
    return "it is no JSON"


def _pattern(name: str, value: str) -> None:
    try:
        re.compile(value)
    except (re.error, RecursionError, OverflowError):
        raise Unfit(f"bad request: item name {name}: it is no regular expression") from None


@dataclass(frozen=True, slots=True)
class Key:
    """One key. ``read_only``: shown, but not changed by this API."""

    name: str
    kind: Kind
    default: Any
    check: Check = _anything
    read_only: bool = False


_T, _S, _B, _I = Kind.TEXT, Kind.SECRET, Kind.BOOLEAN, Kind.INTEGER

KEYS: Mapping[str, Key] = {
    key.name: key
    for key in (
        # Of the system.
        Key("auth_mode", _T, "db_auth", _auth_mode),
        Key("primary_auth_mode", _B, False),
        Key("self_registration", _B, False),
        Key("project_creation_restriction", _T, "everyone", _restriction),
        Key("read_only", _B, False),
        Key("token_expiration", _I, 30, _positive),  # minutes
        Key("session_timeout", _I, 60, _positive),  # minutes
        Key("robot_token_duration", _I, 30, _positive),  # days
        Key("robot_name_prefix", _T, "robot$", _prefix),
        Key("notification_enable", _B, True),
        Key("quota_per_project_enable", _B, True),
        Key("storage_per_project", _I, -1, _quota),  # bytes
        Key("banner_message", _T, ""),
        Key("scan_all_policy", Kind.MAP, {"type": "none", "parameter": {"daily_time": 0}}, read_only=True),
        Key("pull_time_update_disable", _B, False),
        Key("pull_count_update_disable", _B, False),
        Key("pull_audit_log_disable", _B, False),
        Key("scanner_skip_update_pulltime", _B, False),
        Key("audit_log_forward_endpoint", _T, ""),
        Key("skip_audit_log_database", _B, False),
        Key("disabled_audit_log_event_types", _T, ""),
        # LDAP.
        Key("ldap_url", _T, "", _not_empty),
        Key("ldap_base_dn", _T, "", _not_empty),
        Key("ldap_uid", _T, "cn", _not_empty),
        Key("ldap_filter", _T, ""),
        Key("ldap_scope", _I, 2, _scope),
        Key("ldap_search_dn", _T, ""),
        Key("ldap_search_password", _S, ""),
        Key("ldap_timeout", _I, 5),  # seconds
        Key("ldap_verify_cert", _B, True),
        Key("ldap_group_base_dn", _T, ""),
        Key("ldap_group_search_filter", _T, ""),
        Key("ldap_group_attribute_name", _T, ""),
        Key("ldap_group_search_scope", _I, 2, _scope),
        Key("ldap_group_admin_dn", _T, ""),
        Key("ldap_group_membership_attribute", _T, "memberof"),
        Key("ldap_group_attach_parallel", _B, False),
        # OIDC.
        Key("oidc_name", _T, ""),
        Key("oidc_endpoint", _T, ""),
        Key("oidc_client_id", _T, ""),
        Key("oidc_client_secret", _S, ""),
        Key("oidc_scope", _T, ""),
        Key("oidc_groups_claim", _T, ""),
        Key("oidc_group_filter", _T, "", _pattern),
        Key("oidc_admin_group", _T, ""),
        Key("oidc_user_claim", _T, ""),
        Key("oidc_verify_cert", _B, True),
        Key("oidc_auto_onboard", _B, False),
        Key("oidc_extra_redirect_parms", _T, "{}", _string_map),
        Key("oidc_logout", _B, False),
        # An authentication proxy.
        Key("http_authproxy_endpoint", _T, ""),
        Key("http_authproxy_tokenreview_endpoint", _T, ""),
        Key("http_authproxy_admin_groups", _T, ""),
        Key("http_authproxy_admin_usernames", _T, ""),
        Key("http_authproxy_verify_cert", _B, True),
        Key("http_authproxy_skip_search", _B, False),
        Key("http_authproxy_server_certificate", _T, ""),
        # UAA.
        Key("uaa_endpoint", _T, ""),
        Key("uaa_client_id", _T, ""),
        Key("uaa_client_secret", _S, ""),
        Key("uaa_verify_cert", _B, False),
    )
}


def check(name: str, value: Any) -> None:
    """Refuse a value of the right type that the key cannot have.

    Raises:
        Unfit: it cannot.
    """
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise Unfit(f"bad request: item name {name}: the value is longer than {MAX_TEXT} characters")
    KEYS[name].check(name, value)
