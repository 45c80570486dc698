"""Settings to stores."""

from __future__ import annotations

from pathlib import Path

import pytest

from moorage.settings import StorageSettings
from moorage.storage.factory import blob_store

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("driver", ["filesystem", "s3", "memory"])
def test_the_driver_is_the_one_named(driver: str, tmp_path: Path) -> None:
    settings = StorageSettings.model_validate({"driver": driver, "s3": {"bucket": "blobs"}})
    assert blob_store(settings, tmp_path).driver == driver


def test_blobs_lie_in_the_data_directory_unless_told_otherwise(tmp_path: Path) -> None:
    digest = f"sha256:{'0' * 64}"
    default = blob_store(StorageSettings(), tmp_path).local_path(digest)
    assert default is not None
    assert default.is_relative_to(tmp_path / "storage")
    elsewhere = blob_store(StorageSettings(root=tmp_path / "x"), tmp_path).local_path(digest)
    assert elsewhere is not None
    assert elsewhere.is_relative_to(tmp_path / "x")
