"""What the keys of the configuration take."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from moorage.settings import SystemSettings
from moorage.system.configuration import Secret
from moorage.system.configuration_keys import KEYS, Kind, Unfit, check
from moorage.system.overwrite import InvalidOverwrite, overwritten

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("name", KEYS)
def test_every_default_is_of_its_type(name: str) -> None:
    types = {Kind.TEXT: str, Kind.SECRET: str, Kind.BOOLEAN: bool, Kind.INTEGER: int, Kind.MAP: dict}
    assert type(KEYS[name].default) is types[KEYS[name].kind]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("token_expiration", 0, "the token_expiration value must be positive"),
        ("session_timeout", -5, "the session_timeout value must be positive"),
        ("robot_token_duration", -1, "the robot_token_duration value must be positive"),
        ("robot_name_prefix", "  ", "bad request: robot_name_prefix cannot be empty or contain only spaces"),
        (
            "robot_name_prefix",
            "a:b",
            "bad request: robot_name_prefix must be at most 64 printable characters without a colon",
        ),
        ("storage_per_project", 0, "bad request: invalid non-positive value for quota limit, value=0"),
        (
            "storage_per_project",
            1024**5 + 1,
            "bad request: exceeded 1024TB, which is 1125899906842624 Bytes, value=1125899906842625",
        ),
        ("ldap_scope", 7, "bad request: item name ldap_scope: invalid scope, should be 0, 1 or 2"),
        ("ldap_url", "", "bad request: item name ldap_url: the configure value can not be empty"),
        (
            "oidc_extra_redirect_parms",
            "notjson",
            "bad request: item name oidc_extra_redirect_parms: invalid character 'o' in literal null (expecting 'u')",
        ),
        (
            "oidc_extra_redirect_parms",
            '{"a":1}',
            "bad request: item name oidc_extra_redirect_parms: it must be a JSON object of strings",
        ),
        ("oidc_extra_redirect_parms", "[" * 60_000, "bad request: item name oidc_extra_redirect_parms: it is no JSON"),
        ("oidc_group_filter", "(", "bad request: item name oidc_group_filter: it is no regular expression"),
        (
            "banner_message",
            "x" * 65_537,
            "bad request: item name banner_message: the value is longer than 65536 characters",
        ),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_harbors_words(name: str, value: Any, message: str) -> None:
    with pytest.raises(Unfit) as caught:
        check(name, value)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("token_expiration", 999_999_999),
        ("storage_per_project", -1),
        ("storage_per_project", 1024**5),
        ("ldap_timeout", -1),
        ("oidc_extra_redirect_parms", "{}"),
        ("oidc_extra_redirect_parms", ""),
        ("oidc_group_filter", "^team-.*$"),
        ("disabled_audit_log_event_types", "create_artifact,nope"),
    ],
)
def test_a_value_that_can_be_is_taken(name: str, value: Any) -> None:
    check(name, value)


def overwrite(text: str) -> Any:
    return overwritten(SystemSettings(config_overwrite_json=SecretStr(text)))


def test_the_environment_may_write_numbers_and_switches_as_text() -> None:
    text = '{"token_expiration": "45", "read_only": "true", "ldap_scope": 1, "banner_message": "hello"}'
    assert overwrite(text) == {"token_expiration": 45, "read_only": True, "ldap_scope": 1, "banner_message": "hello"}
    assert overwritten(SystemSettings()) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "CONFIG_OVERWRITE_JSON is no JSON"),
        ("[]", "CONFIG_OVERWRITE_JSON must be a JSON object"),
        ('{"nope": 1}', "CONFIG_OVERWRITE_JSON: there is no key 'nope'"),
        ('{"scan_all_policy": {}}', "CONFIG_OVERWRITE_JSON: there is no key 'scan_all_policy'"),
        ('{"token_expiration": true}', "CONFIG_OVERWRITE_JSON: token_expiration must be of type int64"),
        ('{"token_expiration": 0}', "CONFIG_OVERWRITE_JSON: the token_expiration value must be positive"),
        ('{"read_only": "perhaps"}', "CONFIG_OVERWRITE_JSON: read_only must be of type bool"),
        ('{"oidc_client_secret": 5}', "CONFIG_OVERWRITE_JSON: oidc_client_secret must be of type secret"),
    ],
)
def test_a_mistake_in_the_environment_is_named(text: str, message: str) -> None:
    with pytest.raises(InvalidOverwrite) as caught:
        overwrite(text)
    assert caught.value.message == message


def test_a_secret_is_told_only_when_asked_for() -> None:
    secret = Secret(plain="hunter2")
    assert secret
    assert "hunter2" not in f"{secret!r} {secret}"
    assert secret.reveal() == "hunter2"
    assert not Secret()
