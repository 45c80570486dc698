"""The tree."""

from __future__ import annotations

import pytest

from moorage.storage import paths

pytestmark = pytest.mark.unit

HEX = "ab" * 32


def test_blobs_lie_where_distribution_puts_them() -> None:
    assert paths.blob(f"sha256:{HEX}") == f"docker/registry/v2/blobs/sha256/ab/{HEX}/data"


def test_links_lie_where_distribution_puts_them() -> None:
    repository = "docker/registry/v2/repositories/library/app"
    assert paths.revision_link("library/app", f"sha256:{HEX}") == (
        f"{repository}/_manifests/revisions/sha256/{HEX}/link"
    )
    assert paths.tag_current_link("library/app", "v1") == f"{repository}/_manifests/tags/v1/current/link"
    assert paths.tag_index("library/app", "v1") == f"{repository}/_manifests/tags/v1/index/sha256"
    assert paths.layer_link("library/app", f"sha512:{HEX}") == f"{repository}/_layers/sha512/{HEX}/link"


@pytest.mark.parametrize("name", ["", "..", "a/b"])
def test_an_uploads_file_is_one_path_component(name: str) -> None:
    with pytest.raises(ValueError, match="not the name"):
        paths.upload_file("id", name)


def test_a_path_from_outside_stays_inside() -> None:
    assert paths.inside("docker/registry/v2/") == "docker/registry/v2"
    assert paths.inside("docker/registry/v2/blobs/") == "docker/registry/v2/blobs"
    for path in ("docker/registry/v20", "docker/registry/v2//x", "docker/registry/v2/../v2", "x\0"):
        with pytest.raises(ValueError, match="not"):
            paths.inside(path)
