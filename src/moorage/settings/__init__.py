"""Settings: one frozen section per concern.

Read from, strongest first: command line flags, environment (``MOORAGE_SECTION__KEY``), the file named by
``--config`` or ``MOORAGE_CONFIG`` (YAML), the defaults. An unknown key or a wrong type is refused with its
path. The reference page and the JSON schema are generated from the descriptions in ``sections``.
"""

from moorage.settings.checks import split_address
from moorage.settings.loading import LoadedSettings, Problem, SettingsError, load_settings, read_settings
from moorage.settings.sections import (
    Bytes,
    CleanupSettings,
    DatabaseSettings,
    EgressSettings,
    GiB,
    IntegritySettings,
    JobsSettings,
    LogSettings,
    MiB,
    RedisSettings,
    RegistrySettings,
    S3Settings,
    Seconds,
    Section,
    SecuritySettings,
    ServerSettings,
    Settings,
    StorageSettings,
    SystemSettings,
    TLSSettings,
    TrashSettings,
    WebhookSettings,
    environment_name,
    is_secret,
    json_schema,
    masked,
    setting_fields,
)

__all__ = [
    "Bytes",
    "CleanupSettings",
    "DatabaseSettings",
    "EgressSettings",
    "GiB",
    "IntegritySettings",
    "JobsSettings",
    "LoadedSettings",
    "LogSettings",
    "MiB",
    "Problem",
    "RedisSettings",
    "RegistrySettings",
    "S3Settings",
    "Seconds",
    "Section",
    "SecuritySettings",
    "ServerSettings",
    "Settings",
    "SettingsError",
    "StorageSettings",
    "SystemSettings",
    "TLSSettings",
    "TrashSettings",
    "WebhookSettings",
    "environment_name",
    "is_secret",
    "json_schema",
    "load_settings",
    "masked",
    "read_settings",
    "setting_fields",
    "split_address",
]
