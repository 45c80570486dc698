"""Settings are read from flags, environment and file, and every mistake is named with its path and source."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from moorage.settings import (
    Settings,
    SettingsError,
    environment_name,
    json_schema,
    load_settings,
    masked,
    read_settings,
    setting_fields,
    split_address,
)

pytestmark = pytest.mark.unit

GOOD_KEY = "b6f1c0ffee5d4e3a2b1908f7e6d5c4b3"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "moorage.yaml"


def problems(
    path: Path | None = None, flags: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The problems of settings that must be refused, by key."""
    with pytest.raises(SettingsError) as caught:
        load_settings(path, flags or {}, environ or {})
    return {problem.key: str(problem) for problem in caught.value.problems}


def test_nothing_has_to_be_set() -> None:
    assert load_settings(None, {}, {}) == Settings()


def test_flags_win_over_environment_over_file_over_defaults(file: Path) -> None:
    file.write_text("server: {workers: 2, listen: '127.0.0.1:1'}\nregistry: {page_size: 500}\nlog: {level: error}\n")
    loaded = read_settings(
        file,
        {"server.workers": 4, "data": Path("/srv/moorage"), "server.engine": None},
        {"MOORAGE_SERVER__WORKERS": "3", "MOORAGE_SERVER__LISTEN": "127.0.0.1:2", "MOORAGE_DATA": "/elsewhere"},
    )
    assert loaded.settings.server.workers == 4
    assert loaded.settings.server.listen == "127.0.0.1:2"
    assert loaded.settings.registry.page_size == 500
    assert loaded.settings.data == Path("/srv/moorage")
    assert loaded.settings.server.engine == Settings().server.engine
    assert loaded.sources == {
        "server.workers": "command line",
        "server.listen": "environment MOORAGE_SERVER__LISTEN",
        "registry.page_size": f"{file} line 2",
        "log.level": f"{file} line 3",
        "data": "command line",
    }


def test_the_environment_can_name_the_file_and_a_flag_another(file: Path, tmp_path: Path) -> None:
    file.write_text("server: {workers: 2}\n")
    other = tmp_path / "other.yaml"
    other.write_text("server: {workers: 5}\n")
    environ = {"MOORAGE_CONFIG": str(file)}
    assert load_settings(None, {}, environ).server.workers == 2
    assert load_settings(other, {}, environ).server.workers == 5


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "server:\n", "server:\n  tls:\n    # certificate: a\n"])
def test_an_empty_file_or_section_sets_nothing(file: Path, text: str) -> None:
    file.write_text(text)
    assert load_settings(file, {}, {}) == Settings()


def test_anchors_and_merges_work_and_the_section_wins(file: Path) -> None:
    file.write_text("server: &a\n  workers: 2\n  listen: '127.0.0.1:1'\n")
    assert load_settings(file, {}, {}).server.workers == 2
    file.write_text(
        "storage:\n  s3: &s3 {bucket: a, region: r}\n  driver: s3\n"
        "log: {<<: {level: error, format: json}, level: debug}\n"
    )
    settings = load_settings(file, {}, {})
    assert (settings.log.level, settings.log.format) == ("debug", "json")


# --- types ---------------------------------------------------------------------------------------


def test_variables_are_converted_to_the_type_of_the_key() -> None:
    settings = load_settings(
        None,
        {},
        {
            "MOORAGE_LOG__ACCESS": "no",
            "MOORAGE_SERVER__SHUTDOWN_TIMEOUT": "1.5",
            "MOORAGE_STORAGE__ROOT": "/blobs",
            "MOORAGE_STORAGE__S3__PART_SIZE": "5242880",
            "MOORAGE_SERVER__TRUSTED_PROXIES": "10.0.0.0/8, ::1",
            "MOORAGE_REGISTRY__DIGEST_ALGORITHMS": '["sha512"]',
            "MOORAGE_SERVER__METRICS_LISTEN": "",
        },
    )
    assert settings.log.access is False
    assert settings.server.shutdown_timeout == 1.5
    assert settings.storage.root == Path("/blobs")
    assert settings.storage.s3.part_size == 5242880
    assert settings.server.trusted_proxies == ("10.0.0.0/8", "::1")
    assert settings.registry.digest_algorithms == ("sha512",)
    assert settings.server.metrics_listen == ""


def test_an_empty_variable_sets_an_optional_key_to_none_and_a_list_to_empty(file: Path) -> None:
    file.write_text("database: {url: 'postgresql://h/d'}\nserver: {trusted_proxies: ['::1']}\n")
    settings = load_settings(file, {}, {"MOORAGE_DATABASE__URL": "", "MOORAGE_SERVER__TRUSTED_PROXIES": ""})
    assert settings.database.url is None
    assert settings.server.trusted_proxies == ()


@pytest.mark.parametrize(
    ("yaml", "message"),
    [
        ("registry: {manifest_size: 4MB}", "registry.manifest_size: must be a valid integer, not '4MB'"),
        ("registry: {manifest_size: '8'}", "registry.manifest_size: must be a valid integer, not '8'"),
        ("server: {workers: true}", "server.workers: must be a valid integer, not True"),
        ("server: {workers: 0}", "server.workers: must be greater than or equal to 1, not 0"),
        ("server: {listen: 8080}", "server.listen: must be a valid string, not 8080"),
        ("log: {level: verbose}", "log.level: must be 'debug', 'info', 'warning' or 'error', not 'verbose'"),
        ("server: {shutdown_timeout: .inf}", "server.shutdown_timeout: must be a finite number, not inf"),
        ("data: 2024-01-01", "data: must"),
        ("data: [a]", "data: must"),
        ("server: 5", "server: must hold keys and values"),
        ("data: null", "data: must"),
        ("registry: {digest_algorithms: [sha256, md5]}", "registry.digest_algorithms: must be 'sha256' or 'sha512'"),
    ],
)
def test_a_wrong_type_in_the_file_is_refused_with_its_path_and_line(file: Path, yaml: str, message: str) -> None:
    file.write_text(f"# a comment\n{yaml}\n")
    ((key, text),) = problems(file).items()
    assert text.startswith(message)
    assert key == message.partition(":")[0]
    assert text.endswith(f"({file} line 2)")


def test_a_wrong_variable_or_flag_is_refused_with_its_name() -> None:
    found = problems(None, {"server.workers": 100}, {"MOORAGE_LOG__ACCESS": "maybe"})
    assert found == {
        "log.access": "log.access: must be a valid boolean, not 'maybe' (environment MOORAGE_LOG__ACCESS)",
        "server.workers": "server.workers: must be less than or equal to 64, not 100 (command line)",
    }


def test_every_problem_is_named_at_once(file: Path) -> None:
    file.write_text("servr: {}\nregistry: {manifest_size: big, page_size: 1}\nlisten: x\n")
    found = problems(file, {"nothing.here": 1}, {"MOORAGE_SERVR__LISTEN": "x"})
    assert set(found) == {
        "servr",
        "registry.manifest_size",
        "registry.page_size",
        "listen",
        "nothing.here",
        "servr.listen",
    }


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("yaml", "suggestion"),
    [
        ("servr: {listen: x}", "server"),
        ("registry: {manifst_size: 1}", "registry.manifest_size"),
        ("listen: x", "server.listen"),
        ("server: {certificate: x}", "server.tls.certificate"),
    ],
)
def test_an_unknown_key_is_refused_and_the_right_one_suggested(file: Path, yaml: str, suggestion: str) -> None:
    file.write_text(yaml)
    (message,) = problems(file).values()
    assert f"no such setting; did you mean {suggestion}?" in message


def test_an_unknown_variable_is_refused_and_the_right_one_suggested() -> None:
    (message,) = problems(None, {}, {"MOORAGE_SERVER_WORKERS": "2"}).values()
    assert "did you mean MOORAGE_SERVER__WORKERS?" in message
    assert message.endswith("(environment MOORAGE_SERVER_WORKERS)")
    (message,) = problems(None, {}, {"MOORAGE_LISTEN": "x"}).values()
    assert "did you mean MOORAGE_SERVER__LISTEN?" in message


def test_variables_of_kubernetes_services_and_of_the_tests_are_left_alone() -> None:
    load_settings(
        None,
        {},
        {
            "MOORAGE_SERVICE_HOST": "10.0.0.1",
            "MOORAGE_SERVICE_PORT": "80",
            "MOORAGE_CORE_SERVICE_PORT_HTTP": "80",
            "MOORAGE_PORT": "tcp://10.0.0.1:80",
            "MOORAGE_PORT_80_TCP": "tcp://10.0.0.1:80",
            "MOORAGE_PORT_80_TCP_ADDR": "10.0.0.1",
            "MOORAGE_PORT_80_TCP_PROTO": "tcp",
            "MOORAGE_DEBUG": "1",
            "MOORAGE_TEST_DATABASE_URL": "postgresql://h/d",
            "PATH": "/bin",
        },
    )
    assert "port" in problems(None, {}, {"MOORAGE_PORT": "8080"})


def test_a_key_given_twice_is_refused(file: Path) -> None:
    file.write_text("server:\n  workers: 1\n  workers: 2\n")
    (message,) = problems(file).values()
    assert message == f"server.workers: is given twice, first on line 2 ({file} line 3)"


def test_a_file_that_cannot_be_read_is_named(file: Path) -> None:
    assert problems(file) == {"": f"cannot read the settings file {file}: No such file or directory"}
    file.write_text("server: {workers: 1\nlog: ]")
    assert "not valid YAML" in problems(file)[""]
    assert f"({file} line 2)" in problems(file)[""]
    file.write_bytes(b"\xff\xfe\x00")
    assert "not UTF-8" in problems(file)[""]
    file.write_text("data: !!python/object/apply:os.system ['true']\n")
    assert "not valid YAML" in problems(file)[""]


# --- secrets -------------------------------------------------------------------------------------


def test_a_secret_is_read_from_a_mounted_file(tmp_path: Path) -> None:
    mounted = tmp_path / "secret"
    mounted.write_text(GOOD_KEY + "\n")
    loaded = read_settings(None, {}, {"MOORAGE_SECURITY__SECRET_KEY_FILE": str(mounted)})
    assert loaded.settings.security.secret_key is not None
    assert loaded.settings.security.secret_key.get_secret_value() == GOOD_KEY
    assert loaded.sources == {"security.secret_key": "environment MOORAGE_SECURITY__SECRET_KEY_FILE"}


def test_a_secret_file_that_is_missing_or_given_beside_the_value_is_refused(tmp_path: Path) -> None:
    name = "MOORAGE_SECURITY__SECRET_KEY"
    assert "cannot read" in problems(None, {}, {f"{name}_FILE": str(tmp_path / "none")})["security.secret_key"]
    both = problems(None, {}, {f"{name}_FILE": str(tmp_path), name: GOOD_KEY})
    assert f"both {name} and {name}_FILE are set" in both["security.secret_key"]


def test_only_secrets_have_a_file_variable() -> None:
    assert "server.listen_file" in problems(None, {}, {"MOORAGE_SERVER__LISTEN_FILE": "/etc/hostname"})


def test_harbors_name_sets_the_admin_password_and_ours_wins(tmp_path: Path) -> None:
    environ = {"HARBOR_ADMIN_PASSWORD": "Harbor12345"}
    password = load_settings(None, {}, environ).security.admin_password
    assert password is not None
    assert password.get_secret_value() == "Harbor12345"
    password = load_settings(
        None, {}, environ | {"MOORAGE_SECURITY__ADMIN_PASSWORD": "Ours12345"}
    ).security.admin_password
    assert password is not None
    assert password.get_secret_value() == "Ours12345"
    mounted = tmp_path / "password"
    mounted.write_text("Mounted12345")
    password = load_settings(None, {}, {"HARBOR_ADMIN_PASSWORD_FILE": str(mounted)}).security.admin_password
    assert password is not None
    assert password.get_secret_value() == "Mounted12345"
    assert load_settings(None, {}, {"HARBOR_ADMIN_PASSWORD": ""}).security.admin_password is None


def test_harbors_name_sets_the_configuration_that_nobody_can_change() -> None:
    given = load_settings(None, {}, {"CONFIG_OVERWRITE_JSON": '{"read_only": true}'}).system.config_overwrite_json
    assert given is not None
    assert given.get_secret_value() == '{"read_only": true}'
    assert load_settings(None, {}, {"CONFIG_OVERWRITE_JSON": ""}).system.config_overwrite_json is None


def test_no_secret_is_shown(file: Path) -> None:
    environ = {
        "MOORAGE_DATABASE__URL": "postgresql://u:opensesame@h/d",
        "MOORAGE_SECURITY__SECRET_KEY": GOOD_KEY,
        "MOORAGE_SECURITY__ADMIN_PASSWORD": "Opensesame1",
    }
    settings = load_settings(None, {}, environ)
    for shown in (json.dumps(masked(settings)), repr(settings), str(settings)):
        assert "opensesame" not in shown.lower()
        assert GOOD_KEY not in shown
    file.write_text("security:\n  secret_key: 1234567890\n  admin_password: [opensesame]\n")
    found = problems(file, {}, {"MOORAGE_DATABASE__URL": "mysql://u:opensesame@h/d"})
    assert set(found) == {"security.secret_key", "security.admin_password"}
    assert not any("1234567890" in message or "opensesame" in message for message in found.values())


# --- what must hold between settings -------------------------------------------------------------


@pytest.mark.parametrize(
    "value", ["hunter2", "x" * 15, "not-a-secure-key", "aaaaaaaaaaaaaaaaaaaaaaaa", "ChangeMeChangeMe"]
)
def test_a_weak_secret_key_is_refused_and_not_repeated(value: str) -> None:
    (message,) = problems(None, {}, {"MOORAGE_SECURITY__SECRET_KEY": value}).values()
    assert message.startswith("security.secret_key: is ")
    assert value not in message


@pytest.mark.parametrize(
    ("flags", "key"),
    [
        ({"server.tls.key": "/k"}, "server.tls.certificate"),
        ({"server.tls.certificate": "/c"}, "server.tls.key"),
        ({"storage.driver": "s3"}, "storage.s3.bucket"),
        ({"storage.driver": "s3", "storage.s3.bucket": "b", "storage.s3.access_key": "a"}, "storage.s3.secret_key"),
        ({"storage.driver": "s3", "storage.s3.bucket": "b", "storage.s3.secret_key": "a"}, "storage.s3.access_key"),
        ({"storage.driver": "s3", "storage.s3.bucket": "b", "storage.s3.endpoint": "h:9000"}, "storage.s3.endpoint"),
        ({"storage.driver": "memory", "server.workers": 2}, "storage.driver"),
        ({"integrity.sources": ("replica",)}, "integrity.sources"),
        ({"integrity.sources": ("s3:///prefix",)}, "integrity.sources"),
        ({"integrity.source_access_key": "a"}, "integrity.source_secret_key"),
        ({"integrity.source_secret_key": "a"}, "integrity.source_access_key"),
        ({"database.url": "mysql://h/d"}, "database.url"),
        ({"database.url": "postgresql://h:port/d"}, "database.url"),
        ({"database.direct_url": "postgresql://h/d"}, "database.url"),
        ({"server.listen": "8080"}, "server.listen"),
        ({"server.listen": "::1:8080"}, "server.listen"),
        ({"server.listen": "localhost:99999"}, "server.listen"),
        ({"server.metrics_listen": "x"}, "server.metrics_listen"),
        ({"server.listen": "127.0.0.1:8001"}, "server.metrics_listen"),
        ({"server.external_url": "registry.example.com"}, "server.external_url"),
        ({"server.external_url": "https://example.com/registry"}, "server.external_url"),
        ({"server.trusted_proxies": "10.0.0.0/8,proxy.example.com"}, "server.trusted_proxies"),
    ],
)
def test_what_contradicts_itself_is_refused(flags: dict[str, Any], key: str) -> None:
    assert set(problems(None, flags)) == {key}


def test_a_complete_production_configuration_is_accepted() -> None:
    load_settings(
        None,
        {
            "server.listen": "[::]:8080",
            "server.external_url": "https://registry.example.com/",
            "server.tls.certificate": "/c",
            "server.tls.key": "/k",
            "database.url": "postgresql://moorage:secret@pooler:6432/moorage?sslmode=require",
            "database.direct_url": "postgresql:///moorage?host=/run/postgresql",
            "storage.driver": "s3",
            "storage.s3.bucket": "images",
            "storage.s3.endpoint": "http://rgw.example.com:7480",
            "security.secret_key": GOOD_KEY,
        },
        {},
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("[::1]:8080", ("::1", 8080)),
        (":8080", ("0.0.0.0", 8080)),
        ("localhost:0", ("localhost", 0)),
    ],
)
def test_an_address_is_a_host_and_a_port(value: str, expected: tuple[str, int]) -> None:
    assert split_address(value) == expected


# --- what is generated ---------------------------------------------------------------------------


def test_every_setting_is_described_and_has_a_distinct_variable() -> None:
    fields = dict(setting_fields())
    assert all(field.description for field in fields.values())
    assert len({environment_name(key) for key in fields}) == len(fields)


def test_no_setting_ends_in_file_or_looks_like_a_kubernetes_service() -> None:
    for key, _ in setting_fields():
        assert not key.endswith(("_file", "_service_host", "_service_port"))


def test_the_schema_knows_every_key_and_refuses_others() -> None:
    schema = json_schema()
    assert schema["additionalProperties"] is False
    assert set(schema["properties"]) == set(Settings.model_fields)
    assert all(definition["additionalProperties"] is False for definition in schema["$defs"].values())


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        Settings().server.workers = 3  # type: ignore[misc]
