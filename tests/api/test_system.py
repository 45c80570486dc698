"""What anybody may ask the system, and the form of every answer."""

from __future__ import annotations

import re

import pytest

from moorage.errors import ServiceUnavailable
from tests.identity.replica import ADMIN, PASSWORD, Replica, message

pytestmark = [pytest.mark.integration, pytest.mark.anyio]


async def test_the_version_of_the_api(replica: Replica) -> None:
    answer = await replica.http.get("/api/version")
    assert (answer.status_code, answer.text) == (200, '{"version":"v2.0"}\n')
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


async def test_ping_needs_no_database(replica: Replica) -> None:
    await replica.database.close()
    for path in ("/ping", "/ping/", "//ping"):
        answer = await replica.api("GET", path, auth=None)
        assert (answer.status_code, answer.text, answer.headers["content-type"]) == (200, "Pong", "text/plain")


async def test_health_names_every_component_and_what_is_wrong(replica: Replica) -> None:
    answer = await replica.api("GET", "/health", auth=None)
    assert answer.json() == {
        "status": "healthy",
        "components": [{"name": "core", "status": "healthy"}, {"name": "database", "status": "healthy"}],
    }

    async def broken() -> None:
        raise ServiceUnavailable("the disk is gone")

    replica.checks["registry"] = broken
    await replica.database.close()
    answer = await replica.api("GET", "/health", auth=None)
    assert answer.status_code == 200
    assert answer.json()["status"] == "unhealthy"
    by_name = {component["name"]: component for component in answer.json()["components"]}
    assert by_name["core"] == {"name": "core", "status": "healthy"}
    assert by_name["database"]["status"] == "unhealthy"
    assert "database" in by_name["database"]["error"]
    assert by_name["registry"] == {"name": "registry", "status": "unhealthy", "error": "the disk is gone"}


async def test_the_version_is_told_to_accounts_only(replica: Replica) -> None:
    public = {"auth_mode", "primary_auth_mode", "self_registration", "banner_message", "oidc_provider_name"}
    answer = await replica.api("GET", "/systeminfo", auth=None)
    assert set(answer.json()) == public
    answer = await replica.api("GET", "/systeminfo", auth=("admin", "wrong"))
    assert set(answer.json()) == public
    answer = await replica.api("GET", "/systeminfo")
    body = answer.json()
    assert body["harbor_version"].startswith("v2.16.0-")
    assert (body["external_url"], body["registry_url"]) == ("http://registry.test", "registry.test")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", body["current_time"])
    assert set(body) - public == {
        "harbor_version",
        "external_url",
        "registry_url",
        "current_time",
        "has_ca_root",
        "read_only",
        "notification_enable",
        "registry_storage_provider_name",
        "project_creation_restriction",
    }


async def test_the_disk_is_for_administrators(replica: Replica) -> None:
    await replica.user("ann")
    (storage,) = (await replica.api("GET", "/systeminfo/volumes")).json()["storage"]
    assert 0 < storage["free"] <= storage["total"]
    answer = await replica.api("GET", "/systeminfo/volumes", ("ann", PASSWORD))
    assert message(answer) == (403, "FORBIDDEN", "forbidden: system-volumes:read on the system is needed")
    answer = await replica.api("GET", "/systeminfo/volumes", None)
    assert message(answer) == (401, "UNAUTHORIZED", "unauthorized")


async def test_the_certificate_can_be_downloaded_when_there_is_one(replica: Replica) -> None:
    path = replica.settings.data / "ca.crt"
    answer = await replica.api("GET", "/systeminfo/getcert", None)
    assert message(answer) == (404, "NOT_FOUND", f"resource not found: cert not found in path: {path}")
    assert (await replica.api("GET", "/systeminfo")).json()["has_ca_root"] is False
    path.write_text("-----BEGIN CERTIFICATE-----")
    answer = await replica.api("GET", "/systeminfo/getcert", None)
    assert (answer.status_code, answer.text) == (200, "-----BEGIN CERTIFICATE-----")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment; filename=ca.crt"
    assert (await replica.api("GET", "/systeminfo")).json()["has_ca_root"] is True


async def test_what_is_no_error_cannot_be_framed(replica: Replica) -> None:
    answer = await replica.api("GET", "/ping")
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["content-security-policy"] == "frame-ancestors 'none'"


async def test_the_request_id_is_echoed_or_made(replica: Replica) -> None:
    answer = await replica.api("GET", "/ping", headers={"X-Request-ID": "my-id-1"})
    assert answer.headers["x-request-id"] == "my-id-1"
    answer = await replica.api("GET", "/nope")
    assert len(answer.headers["x-request-id"]) == 36


@pytest.mark.parametrize("path", ["/api/v2.0/nope", "/api/v2.0", "/api/v1.0/projects", "/api", "/api/swagger.json"])
async def test_an_unknown_path(replica: Replica, path: str) -> None:
    answer = await replica.http.get(path)
    assert message(answer) == (404, "NOT_FOUND", f"path {path} was not found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/projects/p/repositories/a%252Fb/artifacts/sha256:1/scan/7/log"),
        ("GET", "/projects/p/preheat/policies"),
        ("PATCH", "/scanners/1"),
        ("GET", "/replication/policies/"),
    ],
)
async def test_an_operation_of_a_later_release_says_so(replica: Replica, method: str, path: str) -> None:
    answer = await replica.api(method, path)
    assert message(answer) == (501, "NOT_IMPLEMENTED", "this operation is not available in this release")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/projects", "GET,HEAD,POST"),
        ("OPTIONS", "/projects", "GET,HEAD,POST"),
        ("POST", "/ping", "GET"),
        ("DELETE", "/health", "GET"),
        ("POST", "/users/current", "GET"),
        ("POST", "/labels/1", "DELETE,GET,PUT"),
    ],
)
async def test_a_method_an_operation_does_not_have(replica: Replica, method: str, path: str, allowed: str) -> None:
    answer = await replica.api(method, path)
    assert message(answer) == (
        405,
        "METHOD_NOT_ALLOWED",
        f"method {method} is not allowed, but [{allowed}] are",
    )
    assert answer.headers["allow"] == allowed.replace(",", ", ")


async def test_head_has_no_body(replica: Replica) -> None:
    answer = await replica.api("HEAD", "/ping", auth=None)
    assert (answer.status_code, answer.content) == (405, b"")


async def test_who_takes_no_json_is_refused(replica: Replica) -> None:
    for accept in ("text/html", "image/png"):
        answer = await replica.api("GET", "/projects", headers={"Accept": accept})
        assert message(answer) == (
            422,
            "UNPROCESSABLE_ENTITY",
            "validation failure list:\nunsupported media type requested, only [application/json] are available",
        )
    for accept in ("application/json", "*/*", "text/html, application/*;q=0.5"):
        assert (await replica.api("GET", "/projects", headers={"Accept": accept})).status_code == 200


async def test_the_current_user(replica: Replica) -> None:
    user_id = await replica.user("ann", email="ann@example.com", realname="Ann", comment="me")
    body = (await replica.api("GET", "/users/current", auth=("ann", PASSWORD))).json()
    assert body.pop("creation_time") == body.pop("update_time")
    assert body == {
        "user_id": user_id,
        "username": "ann",
        "email": "ann@example.com",
        "realname": "Ann",
        "comment": "me",
        "sysadmin_flag": False,
        "admin_role_in_auth": False,
    }
    body = (await replica.api("GET", "/users/current", auth=ADMIN)).json()
    assert (body["user_id"], body["sysadmin_flag"], body["comment"]) == (1, True, "admin user")
    assert "email" not in body


@pytest.mark.parametrize("auth", [None, ("admin", "wrong"), ("nobody", PASSWORD)])
async def test_nobody_is_no_current_user(replica: Replica, auth: tuple[str, str] | None) -> None:
    assert message(await replica.api("GET", "/users/current", auth=auth)) == (401, "UNAUTHORIZED", "unauthorized")


async def test_a_registry_token_counts_only_on_v2(replica: Replica) -> None:
    token = (await replica.http.get("/service/token?service=harbor-registry", auth=ADMIN)).json()["token"]
    answer = await replica.api("GET", "/users/current", auth=None, headers={"Authorization": f"Bearer {token}"})
    assert message(answer) == (401, "UNAUTHORIZED", "unauthorized")
