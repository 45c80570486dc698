"""What a supervisor hands to its processes arrives whole, and nowhere else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from moorage.server.runtime import Runtime, RuntimeFile, WorkerPlace, encode, load
from moorage.settings import Settings

pytestmark = pytest.mark.unit


def make_runtime() -> Runtime:
    settings = Settings.model_validate(
        {
            "data": Path("/srv/moorage"),
            "security": {"secret_key": "a-very-secret-key-of-mine"},
            "storage": {"driver": "s3", "s3": {"bucket": "b", "access_key": "id", "secret_key": "hush"}},
            "server": {"trusted_proxies": ["10.0.0.0/8"], "tls": {"certificate": "/c.pem", "key": "/k.pem"}},
        }
    )
    return Runtime(settings, "postgresql://pooled", "postgresql://direct", ("core", "registry"))


def test_settings_arrive_with_their_secrets_and_types() -> None:
    file = RuntimeFile()
    file.store(make_runtime())
    loaded = load(file.environment())
    file.close()
    assert loaded == make_runtime()


def test_it_can_be_read_again_by_a_worker_that_is_replaced_and_written_again() -> None:
    file = RuntimeFile()
    file.store(make_runtime())
    first = load(file.environment())
    file.store(Runtime(Settings(), "postgresql://x", "postgresql://x", ("core",)))
    assert load(file.environment()).database_url == "postgresql://x"
    assert first.roles == ("core", "registry")
    file.close()


def test_a_worker_learns_its_number_and_descriptors() -> None:
    file = RuntimeFile()
    file.store(make_runtime())
    loaded = load(file.environment(WorkerPlace(3, 10, 11, 12)))
    file.close()
    assert (loaded.worker, loaded.metrics_descriptor) == (3, 12)


def test_the_environment_holds_no_secret() -> None:
    file = RuntimeFile()
    file.store(make_runtime())
    environment = str(file.environment(WorkerPlace(1, 2, 3, 4)))
    file.close()
    assert "secret" not in environment
    assert "postgresql" not in environment


def test_the_descriptor_is_not_inherited_by_accident() -> None:
    file = RuntimeFile()
    assert not os.get_inheritable(file.descriptor)
    file.close()


def test_a_worker_run_by_hand_may_read_a_file(tmp_path: Path) -> None:
    (tmp_path / "runtime").write_bytes(encode(make_runtime()))
    assert load({"MOORAGE_RUNTIME": str(tmp_path / "runtime")}) == make_runtime()


def test_without_a_supervisor_the_message_says_how_to_start() -> None:
    with pytest.raises(RuntimeError, match="moorage serve"):
        load({})
