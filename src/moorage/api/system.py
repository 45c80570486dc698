"""``/api/version``, ``/ping``, ``/health``, ``/systeminfo`` (H rows 4, 103, 104)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from litestar import Response, get
from msgspec import UNSET, Struct, UnsetType

from moorage.access.principals import ANONYMOUS
from moorage.api.answers import answer, text
from moorage.api.call import Call, InjectedCall
from moorage.api.describe import described
from moorage.api.operations import BASE
from moorage.api.times import timestamp
from moorage.system.configuration import Values


class ComponentHealthStatus(Struct, omit_defaults=True):
    """A part of the system."""

    name: str
    status: str
    error: str = ""


class OverallHealthStatus(Struct):
    """The state of everything; healthy when every part is."""

    status: str
    components: list[ComponentHealthStatus]


class AuthproxySetting(Struct):
    """The authentication proxy, without which a portal could not say how to log in."""

    endpoint: str
    #: Harbor's swagger file spells it like that.
    tokenreivew_endpoint: str
    skip_search: bool
    verify_cert: bool
    server_certificate: str


class GeneralInfo(Struct, omit_defaults=True, kw_only=True):
    """What anybody may know; behind it what accounts may know, which nobody else is told."""

    auth_mode: str
    primary_auth_mode: bool
    self_registration: bool
    banner_message: str
    oidc_provider_name: str
    authproxy_settings: AuthproxySetting | None = None
    harbor_version: str | UnsetType = UNSET
    external_url: str | UnsetType = UNSET
    registry_url: str | UnsetType = UNSET
    current_time: str | UnsetType = UNSET
    has_ca_root: bool | UnsetType = UNSET
    read_only: bool | UnsetType = UNSET
    notification_enable: bool | UnsetType = UNSET
    registry_storage_provider_name: str | UnsetType = UNSET
    project_creation_restriction: str | UnsetType = UNSET

    @classmethod
    def of(cls, values: Values) -> GeneralInfo:
        """What of a configuration anybody may know."""
        proxy = AuthproxySetting(
            endpoint=values["http_authproxy_endpoint"],
            tokenreivew_endpoint=values["http_authproxy_tokenreview_endpoint"],
            skip_search=values["http_authproxy_skip_search"],
            verify_cert=values["http_authproxy_verify_cert"],
            server_certificate=values["http_authproxy_server_certificate"],
        )
        return cls(
            auth_mode=values["auth_mode"],
            primary_auth_mode=values["primary_auth_mode"],
            self_registration=values["self_registration"],
            banner_message=values["banner_message"],
            oidc_provider_name=values["oidc_name"] if values["auth_mode"] == "oidc_auth" else "",
            authproxy_settings=proxy if values["auth_mode"] == "http_auth" else None,
        )


class VolumeStorage(Struct, omit_defaults=True):
    """Bytes of a disk; nothing is known of what is no disk of ours, such as a bucket."""

    total: int = 0
    free: int = 0


class SystemInfo(Struct):
    """What the blobs are kept on."""

    storage: list[VolumeStorage]


@get("/api/version", opt=described("getVersion", answers={200: "text/plain"}))
async def get_version(call: InjectedCall) -> Response[bytes]:
    """The version of the API."""
    return text('{"version":"v2.0"}\n', "text/plain; charset=utf-8")


@get(f"{BASE}/ping", opt=described("getPing", answers={200: "text/plain"}))
async def get_ping(call: InjectedCall) -> Response[bytes]:
    """A sign of life; asks nothing, not even the database."""
    return text("Pong", "text/plain")


@get(f"{BASE}/health", opt=described("getHealth", answers={200: OverallHealthStatus}))
async def get_health(call: InjectedCall) -> Response[bytes]:
    """The state of every part; 200 in any case, as in Harbor."""
    components = await call.services.system.health()
    views = [ComponentHealthStatus(c.name, "healthy" if c.healthy else "unhealthy", c.error) for c in components]
    status = "healthy" if all(c.healthy for c in components) else "unhealthy"
    return answer(OverallHealthStatus(status, views))


@get(f"{BASE}/systeminfo", opt=described("getSystemInfo", answers={200: GeneralInfo}))
async def get_systeminfo(call: InjectedCall) -> Response[bytes]:
    """General facts; the version is told to accounts only."""
    return answer(await general_info(call))


async def general_info(call: Call) -> GeneralInfo:
    """What who asks may know of the system; who that is, is known afterwards."""
    # As two tasks they are in one round trip.
    principal, values = await asyncio.gather(call.principal(), call.services.configurations.current())
    info = GeneralInfo.of(values)
    if principal is not ANONYMOUS:
        system, known = call.services.system, call.services.system.configuration
        info.harbor_version = known.harbor_version
        info.external_url = call.base_url
        info.registry_url = call.base_url.partition("://")[2]
        info.current_time = timestamp(datetime.now(UTC))
        info.has_ca_root = system.has_certificate()
        info.read_only = values["read_only"]
        info.notification_enable = values["notification_enable"]
        info.registry_storage_provider_name = known.storage_driver
        info.project_creation_restriction = values["project_creation_restriction"]
    return info


@get(
    f"{BASE}/systeminfo/volumes",
    opt=described("getVolumes", answers={200: SystemInfo}, errors=(401, 403)),
)
async def get_volumes(call: InjectedCall) -> Response[bytes]:
    """How full the disk is that blobs are kept on."""
    await call.require_system("system-volumes", "read")
    volume = await call.services.system.volume()
    return answer(SystemInfo([VolumeStorage() if volume is None else VolumeStorage(volume.total, volume.free)]))


@get(
    f"{BASE}/systeminfo/getcert",
    opt=described("getCert", answers={200: "application/octet-stream"}, errors=(404,)),
)
async def get_certificate(call: InjectedCall) -> Response[bytes]:
    """The certificate of the authority that clients must trust."""
    content = await call.services.system.certificate()
    headers = {"content-type": "application/octet-stream", "content-disposition": "attachment; filename=ca.crt"}
    return Response(content, status_code=200, headers=headers)


HANDLERS = [get_version, get_ping, get_health, get_systeminfo, get_volumes, get_certificate]
