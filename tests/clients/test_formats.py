"""What images can be made of: compressions, formats, and conversions between them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.clients.harness import CommandFailed
from tests.clients.layouts import Layout
from tests.clients.server import Login, Moorage
from tests.clients.suite import PROJECT
from tests.clients.test_podman import Podman
from tests.clients.test_skopeo import Skopeo
from tests.clients.wire import Wire


@pytest.fixture
def skopeo(moorage: Moorage, tmp_path: Path, layout: Layout, maintainer: Login) -> Skopeo:
    skopeo = Skopeo(moorage.address, tmp_path / "skopeo", layout)
    skopeo.login(maintainer)
    return skopeo


@pytest.fixture
def podman(moorage: Moorage, short_home: Path, guest: Login) -> Podman:
    podman = Podman(moorage.address, short_home)
    podman.login(guest)
    return podman


@pytest.mark.parametrize("algorithm", ["gzip", "zstd"])
def test_compressed_layers(skopeo: Skopeo, podman: Podman, wire: Wire, algorithm: str) -> None:
    """skopeo compresses on the way, not knowing the size before; podman unpacks and runs the image."""
    repository = f"{PROJECT}/compressed-{algorithm}"
    # Another image for each: skopeo remembers, for all users of the machine, where it has seen a layer.
    skopeo.layout.busybox("test", note=algorithm, compress=False)
    skopeo.run(
        "copy", "--dest-tls-verify=false", "--format", "oci", "--dest-compress-format", algorithm,
        f"oci:{skopeo.layout.path}:test", f"docker://{skopeo.registry}/{repository}:1.0.0",
    )  # fmt: skip
    _, layer = wire.check_content(repository, "1.0.0")
    assert layer["mediaType"] == f"application/vnd.oci.image.layer.v1.tar+{algorithm}"
    said = podman.run(
        "run", "--rm", "--quiet", "--network", "none", "--tls-verify=false", podman.name(repository, "1.0.0")
    )
    assert said == "hello from the image"


def test_docker_schema_2(skopeo: Skopeo, podman: Podman, wire: Wire) -> None:
    """An OCI image converted to docker's schema 2, with every digest its own."""
    repository = f"{PROJECT}/schema-2"
    image = skopeo.layout.busybox("test")
    skopeo.run(
        "copy", "--dest-tls-verify=false", "--format", "v2s2",
        f"oci:{skopeo.layout.path}:test", f"docker://{skopeo.registry}/{repository}:1.0.0",
    )  # fmt: skip
    document = json.loads(wire.manifest(repository, "1.0.0"))
    assert document["mediaType"] == "application/vnd.docker.distribution.manifest.v2+json"
    assert wire.digest(repository, "1.0.0") != image["digest"]
    wire.check_content(repository, "1.0.0")
    assert podman.run(
        "run", "--rm", "--quiet", "--tls-verify=false", "--network", "none", podman.name(repository, "1.0.0")
    )


def test_docker_schema_1_is_refused(skopeo: Skopeo, wire: Wire) -> None:
    """With a message that says what is wrong, instead of a push that nobody can pull."""
    skopeo.layout.busybox("test")
    with pytest.raises(CommandFailed, match=r"(?i)schema ?(version)? ?1"):
        skopeo.run(
            "copy", "--dest-tls-verify=false", "--format", "v2s1",
            f"oci:{skopeo.layout.path}:test", f"docker://{skopeo.registry}/{PROJECT}/schema-1:1.0.0",
        )  # fmt: skip
    assert not wire.exists(f"{PROJECT}/schema-1", "1.0.0")


def test_index_with_all_its_images(skopeo: Skopeo, wire: Wire) -> None:
    """``skopeo copy --all`` of an index of three platforms, there and back."""
    repository = f"{PROJECT}/all-platforms"
    layout = skopeo.layout
    children = [
        {
            **layout.busybox(None, note=architecture, architecture=architecture),
            "platform": {"os": "linux", "architecture": architecture},
        }
        for architecture in ("amd64", "arm64", "s390x")
    ]
    index = layout.index(children, tag="test")
    assert skopeo.push(repository, "1.0.0") == index["digest"]
    wire.check_content(repository, "1.0.0")
    assert skopeo.pull(repository, "1.0.0") == index["digest"]
