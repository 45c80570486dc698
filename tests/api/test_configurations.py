"""``/configurations``, as a real Harbor answers."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from moorage.errors import BadRequest
from moorage.settings import Settings
from tests.identity.replica import ADMIN, PASSWORD, Replica, message
from tests.identity.replica import replica as start

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

ANN = ("ann", PASSWORD)


async def put(replica: Replica, values: Any, auth: tuple[str, str] | None = ADMIN) -> tuple[int, str, str] | None:
    """None when it was taken."""
    answer = await replica.api("PUT", "/configurations", auth, json=values)
    if answer.status_code == 200:
        assert answer.content == b""
        return None
    return message(answer)


def refused(action: str) -> tuple[int, str, str]:
    return 403, "FORBIDDEN", f"forbidden: configuration:{action} on the system is needed"


async def values_of(replica: Replica) -> dict[str, Any]:
    body = (await replica.api("GET", "/configurations")).json()
    return {name: item["value"] for name, item in body.items() if "value" in item}


async def test_every_key_is_shown_with_its_default(replica: Replica) -> None:
    body = (await replica.api("GET", "/configurations")).json()
    assert len(body) == 59
    assert body["token_expiration"] == {"value": 30, "editable": True}
    assert body["ldap_group_membership_attribute"] == {"value": "memberof", "editable": True}
    assert body["oidc_verify_cert"] == {"value": True, "editable": True}
    assert body["scan_all_policy"] == {"type": "none", "parameter": {"daily_time": 0}}


async def test_only_administrators_see_and_change_it(replica: Replica) -> None:
    await replica.user("ann")
    assert await put(replica, {"read_only": False}, ANN) == refused("update")
    assert await put(replica, {"read_only": False}, None) == (401, "UNAUTHORIZED", "unauthorized")
    assert message(await replica.api("GET", "/configurations", ANN)) == refused("read")
    assert message(await replica.api("GET", "/configurations", None)) == (401, "UNAUTHORIZED", "unauthorized")
    for auth in (ADMIN, ANN, None):
        answer = message(await replica.api("GET", "/internalconfig", auth))
        assert answer == (401, "UNAUTHORIZED", "only internal service is allowed to call this API")


async def test_some_keys_are_changed_and_unknown_ones_ignored(replica: Replica, other: Replica) -> None:
    before = await values_of(replica)
    assert await put(replica, {}) is None
    assert await put(replica, {"nope": 1, "scan_all_policy": {"type": "daily"}, "banner_message": None}) is None
    assert await values_of(replica) == before
    changes = {"token_expiration": 999_999_999, "ldap_timeout": -1, "self_registration": True, "oidc_scope": "openid"}
    assert await put(replica, changes) is None
    assert await values_of(other) == {**before, **changes}


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"token_expiration": -1}, "the token_expiration value must be positive"),
        ({"ldap_scope": 7}, "bad request: item name ldap_scope: invalid scope, should be 0, 1 or 2"),
        (
            {"skip_audit_log_database": True},
            "bad request: audit log forward endpoint should be configured before enable skip audit log in database",
        ),
        (
            {"auth_mode": "zzz"},
            "bad request: item name auth_mode: invalid auth_mode, should be one of db_auth, ldap_auth, uaa_auth,"
            " http_auth, oidc_auth",
        ),
    ],
)
async def test_what_is_refused_changes_nothing(replica: Replica, values: Any, refusal: str) -> None:
    before = await values_of(replica)
    assert await put(replica, {"banner_message": "new", **values, "oidc_name": "new"}) == (400, "BAD_REQUEST", refusal)
    assert await values_of(replica) == before


@pytest.mark.parametrize(
    ("values", "found", "kind"),
    [
        ({"token_expiration": "x"}, "string", "int64"),
        ({"robot_name_prefix": 5}, "number", "string"),
        ({"self_registration": 1}, "number", "bool"),
        ({"pull_time_update_disable": "1"}, "string", "bool"),
        ({"ldap_url": ["a"]}, "array", "string"),
    ],
)
async def test_a_value_of_another_type(replica: Replica, values: Any, found: str, kind: str) -> None:
    (name,) = values
    assert await put(replica, values) == (
        422,
        "UNPROCESSABLE_ENTITY",
        'validation failure list:\nparsing configurations body from "" failed, because json: cannot unmarshal'
        f" {found} into Go struct field Configurations.{name} of type {kind}",
    )


async def test_without_a_body(replica: Replica) -> None:
    answer = await replica.api("PUT", "/configurations", headers={"Content-Type": "application/json"})
    assert message(answer) == (
        422,
        "UNPROCESSABLE_ENTITY",
        "validation failure list:\nconfigurations in body is required",
    )


async def test_the_mode_of_authentication_stays_once_there_are_users(replica: Replica) -> None:
    async def editable() -> bool:
        body = (await replica.api("GET", "/configurations")).json()
        assert body["auth_mode"]["value"] in ("db_auth", "oidc_auth")
        return bool(body["auth_mode"]["editable"])

    assert await editable()
    assert await put(replica, {"auth_mode": "oidc_auth", "oidc_name": "corp"}) is None
    assert (await replica.api("GET", "/systeminfo", None)).json()["oidc_provider_name"] == "corp"
    assert await put(replica, {"auth_mode": "db_auth"}) is None
    await replica.user("ann")
    assert not await editable()
    refusal = "the auth mode cannot be modified as new users have been inserted into database"
    assert await put(replica, {"auth_mode": "ldap_auth"}) == (400, "BAD_REQUEST", refusal)
    assert await put(replica, {"auth_mode": "zzz"}) == (400, "BAD_REQUEST", refusal)
    assert await put(replica, {"auth_mode": "db_auth"}) is None


async def test_secrets_are_kept_encrypted_and_never_shown(replica: Replica, other: Replica) -> None:
    secrets = {name: "hunter2-secret" for name in ("ldap_search_password", "oidc_client_secret", "uaa_client_secret")}
    assert await put(replica, secrets) is None
    answer = await replica.api("GET", "/configurations")
    assert "hunter2" not in answer.text
    assert "ldap_search_password" not in answer.json()
    assert answer.json()["uaa_client_secret"] == {"value": "", "editable": True}
    async with replica.database.connect() as connection:
        kept = str((await connection.execute(text("SELECT key, value FROM configuration"))).all())
        events = str((await connection.execute(text("SELECT details FROM outbox"))).all())
    assert "ldap_search_password" in kept
    assert "hunter2" not in kept + events
    values = await other.configurations.current()
    assert values["oidc_client_secret"].reveal() == "hunter2-secret"
    assert await put(replica, {"oidc_client_secret": ""}) is None
    assert not (await other.configurations.current())["oidc_client_secret"]


async def test_a_change_is_recorded_with_what_it_was(replica: Replica) -> None:
    await put(replica, {"banner_message": "hello", "oidc_client_secret": "hunter2-secret"})
    await put(replica, {"token_expiration": 0})
    async with replica.database.connect() as connection:
        rows = await connection.execute(
            text("SELECT operation, resource_type, resource, operator, succeeded, details FROM outbox")
        )
        (event,) = rows.all()
    values = {"banner_message": "hello", "oidc_client_secret": "***"}
    assert tuple(event)[:-1] == ("update", "configuration", "configuration", "admin", True)
    assert event.details == {
        "values": values,
        "description": '{"banner_message":"hello","oidc_client_secret":"***"}',
    }


async def test_a_feature_may_look_at_its_keys(replica: Replica) -> None:
    seen = []

    async def no_connection(value: Any) -> None:
        seen.append(value)
        raise BadRequest(f"bad request: could not connect to the audit endpoint: {value}")

    replica.configuring.register("audit_log_forward_endpoint", no_connection)
    refusal = (400, "BAD_REQUEST", "bad request: could not connect to the audit endpoint: 127.0.0.1:1")
    assert await put(replica, {"audit_log_forward_endpoint": "127.0.0.1:1", "skip_audit_log_database": True}) == refusal
    assert await put(replica, {"banner_message": "x"}) is None
    assert seen == ["127.0.0.1:1"]
    assert (await values_of(replica))["audit_log_forward_endpoint"] == ""
    with pytest.raises(ValueError, match="no key"):
        replica.configuring.register("nope", no_connection)


async def test_the_environment_closes_the_configuration(plain_settings: Settings, seeded_url: str) -> None:
    given = {"config_overwrite_json": '{"banner_message": "fixed", "read_only": "true", "ldap_search_password": "pw"}'}
    settings = Settings.model_validate({**plain_settings.model_dump(), "system": given})
    async with start(settings, seeded_url) as replica:
        answer = await replica.api("GET", "/configurations")
        body = answer.json()
        assert body["banner_message"] == {"value": "fixed", "editable": False}
        assert not any(item["editable"] for name, item in body.items() if name != "scan_all_policy")
        assert await put(replica, {"banner_message": "mine"}) == (
            403,
            "FORBIDDEN",
            "current config is init by env variable: CONFIG_OVERWRITE_JSON, it cannot be updated",
        )
        assert (await replica.configurations.current())["ldap_search_password"].reveal() == "pw"
        assert message(await replica.api("POST", "/projects", json={"project_name": "x"}))[:2] == (403, "DENIED")


# --- what takes effect at the next request --------------------------------------------------------


async def test_tokens_live_as_long_as_it_says_on_every_replica(replica: Replica, other: Replica) -> None:
    async def lifetime() -> int:
        answer = await other.http.get("/service/token?service=harbor-registry", auth=ADMIN)
        return int(answer.json()["expires_in"])

    assert await lifetime() == 1800
    await put(replica, {"token_expiration": 5})
    assert await lifetime() == 300
    await put(replica, {"token_expiration": 2**62})
    assert await lifetime() == 2**31 - 1


async def test_who_may_create_projects(replica: Replica, other: Replica) -> None:
    await replica.user("ann")
    await put(replica, {"project_creation_restriction": "adminonly"})
    refused = await other.api("POST", "/projects", ANN, json={"project_name": "hers"})
    assert message(refused) == (403, "FORBIDDEN", "Only system admin can create project")
    assert message(await other.api("POST", "/projects", None, json={"project_name": "hers"}))[0] == 401
    assert (await other.api("POST", "/projects", json={"project_name": "his"})).status_code == 201
    await put(replica, {"project_creation_restriction": "everyone"})
    assert (await other.api("POST", "/projects", ANN, json={"project_name": "hers"})).status_code == 201


async def test_the_systeminfo_shows_it(replica: Replica, other: Replica) -> None:
    changes = {
        "banner_message": '{"message":"hi","type":"info","closable":true}',
        "self_registration": True,
        "primary_auth_mode": True,
    }
    await put(replica, {**changes, "notification_enable": False, "project_creation_restriction": "adminonly"})
    assert (await other.api("GET", "/systeminfo", None)).json() == {
        "auth_mode": "db_auth",
        "oidc_provider_name": "",
        **changes,
    }
    body = (await other.api("GET", "/systeminfo")).json()
    assert body["notification_enable"] is False
    assert body["project_creation_restriction"] == "adminonly"


async def test_who_logs_in_by_a_proxy_learns_where(replica: Replica) -> None:
    proxy = {"http_authproxy_endpoint": "https://proxy.test/login", "http_authproxy_skip_search": True}
    await put(replica, {"auth_mode": "http_auth", **proxy})
    assert (await replica.api("GET", "/systeminfo", None)).json()["authproxy_settings"] == {
        "endpoint": "https://proxy.test/login",
        "tokenreivew_endpoint": "",
        "skip_search": True,
        "verify_cert": True,
        "server_certificate": "",
    }
