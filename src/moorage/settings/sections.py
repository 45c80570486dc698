"""The sections, their keys, defaults and descriptions; every page about settings is generated from here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic.fields import FieldInfo

Bytes = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]

MiB = 1024 * 1024
GiB = 1024 * MiB


class Section(BaseModel):
    """A frozen group of settings that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TLSSettings(Section):
    """Certificate and key; both or neither."""

    certificate: Path | None = Field(None, description="PEM file with the certificate chain.")
    key: Path | None = Field(None, description="PEM file with the private key.")


class ServerSettings(Section):
    """How the server listens and stops."""

    listen: str = Field("127.0.0.1:8080", description="Address and port the API and /v2 are served on.")
    external_url: str | None = Field(
        None, description="The URL clients use, when it differs from the Host they send (behind a gateway)."
    )
    metrics_listen: str = Field("127.0.0.1:8001", description="Address and port of /metrics; empty for none.")
    workers: int = Field(1, ge=1, le=64, description="Worker processes.")
    engine: Literal["uvicorn", "granian"] = Field("uvicorn", description="The HTTP server that runs the application.")
    trusted_proxies: tuple[str, ...] = Field(
        (), description="Addresses or networks whose X-Forwarded-* headers are believed."
    )
    shutdown_timeout: Seconds = Field(30, description="How long running requests may go on after a stop was asked for.")
    tls: TLSSettings = TLSSettings()


class DatabaseSettings(Section):
    """PostgreSQL. Without a URL the embedded server is started in the data directory."""

    url: SecretStr | None = Field(None, description="postgresql:// URL, possibly of a transaction pooler.")
    direct_url: SecretStr | None = Field(None, description="URL past the pooler, for migrations; default: url.")
    pool_size: int = Field(8, ge=1, le=200, description="Connections per worker process.")
    connect_timeout: Seconds = Field(10, description="Seconds to wait for a connection.")
    statement_timeout: Seconds = Field(30, description="Seconds a statement may run; 0 for no limit.")


class S3Settings(Section):
    """An S3 bucket (AWS, Ceph RGW, MinIO)."""

    bucket: str = Field("", description="Name of the bucket.")
    region: str = Field("us-east-1", description="Region of the bucket.")
    endpoint: str | None = Field(None, description="URL of the service; default: AWS.")
    access_key: SecretStr | None = Field(None, description="Access key id; default: the SDK's credential chain.")
    secret_key: SecretStr | None = Field(None, description="Secret access key.")
    prefix: str = Field("", description="Key prefix of everything stored.")
    path_style: bool = Field(True, description="Address the bucket by path instead of by host name.")
    verify_tls: bool = Field(True, description="Check the service's certificate.")
    part_size: int = Field(16 * MiB, ge=5 * MiB, le=5 * GiB, description="Bytes of a multipart part.")
    redirect: bool = Field(False, description="Answer blob downloads without Range with a presigned URL.")
    redirect_expiry: Seconds = Field(1200, description="Seconds a presigned URL is valid.")


class StorageSettings(Section):
    """Where blob bytes are kept."""

    driver: Literal["filesystem", "s3", "memory"] = Field("filesystem", description="The blob store.")
    root: Path | None = Field(None, description="Directory of the filesystem driver; default: <data>/storage.")
    s3: S3Settings = S3Settings()
    upload_expiry: Seconds = Field(7 * 86400, description="Seconds after which an untouched upload may be cleaned up.")


class RegistrySettings(Section):
    """Limits of /v2."""

    manifest_size: Bytes = Field(4 * MiB, description="Largest manifest.")
    blob_size: Bytes = Field(0, description="Largest blob; 0 for no limit.")
    manifest_references: int = Field(10_000, ge=1, description="Most descriptors a manifest may list.")
    json_depth: int = Field(64, ge=2, le=500, description="Deepest nesting of a manifest.")
    uploads_per_principal: int = Field(1_000, ge=1, description="Most open upload sessions of one account.")
    tags_per_push: int = Field(100, ge=10, description="Most ?tag= parameters of one manifest PUT.")
    page_size: int = Field(10_000, ge=100, description="Most entries of a tags, catalog or referrers page.")
    digest_algorithms: tuple[Literal["sha256", "sha512"], ...] = Field(
        ("sha256", "sha512"), description="Accepted digest algorithms."
    )
    manifest_cache: Bytes = Field(32 * MiB, description="Bytes of manifests kept in memory by each worker.")


class SecuritySettings(Section):
    """Keys, tokens and logins."""

    secret_key: SecretStr | None = Field(
        None, description="At least 16 characters; encrypts secrets at rest. Default: generated in the data directory."
    )
    token_algorithm: Literal["RS256", "ES256"] = Field("RS256", description="How registry tokens are signed.")
    token_expiration: Seconds = Field(
        1800,
        ge=60,
        description="Seconds a registry token is valid, rounded up to minutes, while Harbor's"
        " token_expiration was not set.",
    )
    refresh_token_expiration: Seconds = Field(90 * 86400, description="Seconds an OAuth2 refresh token is valid.")
    admin_password: SecretStr | None = Field(
        None, description="The admin's password at the first start (also HARBOR_ADMIN_PASSWORD); default: generated."
    )
    login_attempts: int = Field(10, ge=1, description="Failed logins per account and address before it must wait.")
    login_lockout: Seconds = Field(60, description="Seconds to wait after too many failed logins.")
    password_hash_concurrency: int = Field(2, ge=1, description="Password checks at the same time per worker.")


class AuditSettings(Section):
    """The audit log."""

    forward_authorities: Path | None = Field(
        None,
        description="PEM file of the authorities that vouch for a syslog server over TLS; default: the system's.",
    )


class TrashSettings(Section):
    """What was deleted."""

    retention_days: int = Field(7, ge=0, le=3650, description="Days for which a deletion can be undone.")


class IntegritySettings(Section):
    """Checking what is stored, and where damaged blobs are found again."""

    sources: tuple[str, ...] = Field(
        (),
        description="Places with copies of blobs, to repair from: directories and `s3://bucket/prefix` (with"
        " `?endpoint=` and `?region=` where they are not those of `storage.s3`).",
    )
    source_access_key: SecretStr | None = Field(
        None, description="Access key id for buckets among the sources; default: that of `storage.s3`."
    )
    source_secret_key: SecretStr | None = Field(None, description="Secret access key for them.")
    scrub_schedule: str = Field(
        "0 0 3 * * 6", description="When blobs are read back and hashed in the background (cron, UTC); empty: never."
    )
    scrub_rate: Bytes = Field(32 * MiB, description="Bytes a second the scrub reads; 0 for no limit.")
    scrub_age: Seconds = Field(30 * 86400, description="The scrub leaves alone what was hashed within so many seconds.")


class EgressSettings(Section):
    """Requests to addresses that users gave: webhooks, registries to replicate with, scanners."""

    allow: tuple[str, ...] = Field(
        (),
        description="What may be reached although it is not public: networks (10.0.0.0/8), host names, and *. with all"
        " names below a domain. Loopback, link-local, private and metadata addresses are refused otherwise.",
    )
    proxy: SecretStr | None = Field(
        None,
        description="http:// URL of the proxy that such requests go through. It connects, so it has to refuse what is"
        " private itself, as far as the name cannot be resolved here.",
    )
    no_proxy: tuple[str, ...] = Field((), description="Networks and host names, as in allow, reached without it.")
    ca_certificates: Path | None = Field(
        None, description="PEM file of authorities that are trusted besides the system's."
    )
    timeout: Seconds = Field(30, ge=0.1, description="Seconds a request may take, unless its feature says otherwise.")


class WebhookSettings(Section):
    """Deliveries of webhooks."""

    timeout: Seconds = Field(10, ge=0.1, le=300, description="Seconds one attempt may take.")
    attempts: int = Field(8, ge=1, le=50, description="Attempts before a delivery is given up.")
    retry_delay: Seconds = Field(
        10, ge=0.1, le=3600, description="Seconds before the second attempt; doubled before each further one."
    )
    concurrency: int = Field(
        6,
        ge=1,
        le=1000,
        description="Deliveries of each kind at once, over all replicas; other jobs need workers, too.",
    )
    keep: int = Field(100, ge=1, le=100_000, description="Finished deliveries kept of each policy and kind.")


class CleanupSettings(Section):
    """The job that removes abandoned uploads and what else nobody needs any more."""

    schedule: str = Field(
        "0 0 0 * * *", description="When it runs: cron of six fields (or five, without the seconds), in UTC."
    )


class CollectionSettings(Section):
    """Garbage collection."""

    window_hours: float = Field(
        2.0,
        ge=0,
        le=8760,
        description="Hours for which a blob is kept after a client was told that it is there, and after the last"
        " manifest that needed it was dropped. Longer than any push may take.",
    )
    untagged_age_hours: float = Field(
        0.0,
        ge=0,
        le=87600,
        description="Hours for which an untagged artifact is left alone where untagged ones are collected. Longer than"
        " the jobs of a build that pushes by digest and tags in the end.",
    )
    rate: int = Field(0, ge=0, description="Blobs deleted in a second at most; 0: as fast as the storage can.")


class JobsSettings(Section):
    """Work beside requests: garbage collection, webhooks, retention and so on."""

    concurrency: int = Field(
        10, ge=1, le=1000, description="Jobs run at once by one server, spread over its worker processes."
    )
    shutdown_timeout: Seconds = Field(
        5, le=6, description="Seconds running jobs may go on after a stop; then another server continues them."
    )


class RedisSettings(Section):
    """An optional Redis or Dragonfly. It only makes things faster: nothing is lost with it."""

    url: SecretStr | None = Field(None, description="redis://, rediss:// or unix:// URL; default: none is used.")


class SystemSettings(Section):
    """The instance as clients of Harbor's API see it."""

    config_overwrite_json: SecretStr | None = Field(
        None,
        description="Values of Harbor's configuration as a JSON object (also CONFIG_OVERWRITE_JSON); with it, nobody"
        " can change the configuration through the API.",
    )
    ca_certificate: Path = Field(
        Path("/etc/core/ca/ca.crt"),
        description="PEM file of the authority that clients must trust, offered for download when it is there.",
    )


class MetricsSettings(Section):
    """What /metrics tells; its address is server.metrics_listen."""

    inventory_cache: Seconds = Field(
        23,
        description="Seconds for which the exporter shows what it counted (also HARBOR_EXPORTER_CACHE_TIME); longer"
        " when counting takes long.",
    )
    projects: int = Field(
        10_000,
        ge=0,
        description='Most projects with series of their own, those that hold most; all others are "(others)".',
    )
    aliases: bool = Field(
        True,
        description="Also show metrics under names that published alerts for Harbor use although Harbor has them not.",
    )


class LogSettings(Section):
    """Structured logs on standard error."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="Lowest level written.")
    format: Literal["json", "console"] = Field("json", description="One JSON object a line, or text for people.")
    access: bool = Field(True, description="Write a line per request.")


class Settings(Section):
    """All settings of Moorage."""

    data: Path = Field(Path("data"), description="The data directory.")
    server: ServerSettings = ServerSettings()
    database: DatabaseSettings = DatabaseSettings()
    storage: StorageSettings = StorageSettings()
    registry: RegistrySettings = RegistrySettings()
    security: SecuritySettings = SecuritySettings()
    audit: AuditSettings = AuditSettings()
    trash: TrashSettings = TrashSettings()
    integrity: IntegritySettings = IntegritySettings()
    egress: EgressSettings = EgressSettings()
    webhooks: WebhookSettings = WebhookSettings()
    cleanup: CleanupSettings = CleanupSettings()
    collection: CollectionSettings = CollectionSettings()
    jobs: JobsSettings = JobsSettings()
    redis: RedisSettings = RedisSettings()
    system: SystemSettings = SystemSettings()
    metrics: MetricsSettings = MetricsSettings()
    log: LogSettings = LogSettings()


def setting_fields(section: type[Section] = Settings, prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every key below a section with its field: ``("server.tls.key", ...)``, in the order of the reference page."""
    for name, field in section.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield from setting_fields(field.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name, field


def environment_name(key: str) -> str:
    """The variable that sets a key: ``server.tls.key`` is ``MOORAGE_SERVER__TLS__KEY``."""
    return "MOORAGE_" + key.upper().replace(".", "__")


def is_secret(field: FieldInfo) -> bool:
    """Whether the value must never be shown; such a key can also be read from the file a ``..._FILE`` names."""
    return "SecretStr" in str(field.annotation)


def masked(settings: Settings) -> dict[str, Any]:
    """All values as JSON types, nested as in the file, secrets replaced by asterisks."""
    return settings.model_dump(mode="json")


def json_schema() -> dict[str, Any]:
    """The JSON schema (draft 2020-12) of the settings file."""
    schema = Settings.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Moorage settings"}
