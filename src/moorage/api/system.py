"""``/api/version``, ``/ping``, ``/health``, ``/systeminfo`` (H rows 4, 103, 104). None of them needs an account."""

from __future__ import annotations

from datetime import UTC, datetime

from litestar import Response, get
from msgspec import Struct
from msgspec.structs import asdict

from moorage.access.principals import ANONYMOUS
from moorage.api.answers import answer, text
from moorage.api.call import InjectedCall
from moorage.api.operations import BASE
from moorage.api.times import timestamp


class ComponentView(Struct, omit_defaults=True):
    """A part of the system."""

    name: str
    status: str
    error: str = ""


class HealthView(Struct):
    """The state of everything; healthy when every part is."""

    status: str
    components: list[ComponentView]


class SystemInfo(Struct):
    """What anybody may know."""

    auth_mode: str
    primary_auth_mode: bool
    self_registration: bool
    banner_message: str
    oidc_provider_name: str


class FullSystemInfo(SystemInfo):
    """What accounts may know."""

    harbor_version: str
    external_url: str
    registry_url: str
    current_time: str
    has_ca_root: bool
    read_only: bool
    notification_enable: bool
    registry_storage_provider_name: str
    project_creation_restriction: str


@get("/api/version")
async def get_version(call: InjectedCall) -> Response[bytes]:
    """The version of the API."""
    return text('{"version":"v2.0"}\n', "text/plain; charset=utf-8")


@get(f"{BASE}/ping")
async def get_ping(call: InjectedCall) -> Response[bytes]:
    """A sign of life; asks nothing, not even the database."""
    return text("Pong", "text/plain")


@get(f"{BASE}/health")
async def get_health(call: InjectedCall) -> Response[bytes]:
    """The state of every part; 200 in any case, as in Harbor."""
    components = await call.services.system.health()
    views = [ComponentView(c.name, "healthy" if c.healthy else "unhealthy", c.error) for c in components]
    status = "healthy" if all(c.healthy for c in components) else "unhealthy"
    return answer(HealthView(status, views))


@get(f"{BASE}/systeminfo")
async def get_systeminfo(call: InjectedCall) -> Response[bytes]:
    """General facts; the version is told to accounts only."""
    known = call.services.system.configuration
    public = SystemInfo(
        auth_mode=known.auth_mode,
        primary_auth_mode=known.primary_auth_mode,
        self_registration=known.self_registration,
        banner_message=known.banner_message,
        oidc_provider_name="",
    )
    if await call.principal() is ANONYMOUS:
        return answer(public)
    return answer(
        FullSystemInfo(
            **asdict(public),
            harbor_version=known.harbor_version,
            external_url=call.base_url,
            registry_url=call.base_url.partition("://")[2],
            current_time=timestamp(datetime.now(UTC)),
            has_ca_root=known.has_ca_root,
            read_only=known.read_only,
            notification_enable=known.notification_enable,
            registry_storage_provider_name=known.storage_driver,
            project_creation_restriction=known.project_creation_restriction,
        )
    )


HANDLERS = [get_version, get_ping, get_health, get_systeminfo]
