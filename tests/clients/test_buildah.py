"""buildah: builds images, and indexes of images."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.clients.containers import Containers
from tests.clients.layouts import busybox_tar
from tests.clients.server import Login, Moorage
from tests.clients.suite import PROJECT, Client, ClientSuite
from tests.clients.wire import Wire

CONTAINERFILE = """\
FROM scratch
ADD busybox.tar /
RUN ["/bin/busybox", "touch", "/built"]
ENTRYPOINT ["/bin/busybox"]
"""


class Buildah(Client):
    """Builds an image from a Containerfile and pushes it."""

    def __init__(self, registry: str, home: Path) -> None:
        super().__init__(registry, home)
        self.containers = Containers(home)

    def login(self, login: Login) -> None:
        self.run(
            "login", "--tls-verify=false", "-u", login.name, "--password-stdin", self.registry, stdin=login.password
        )

    def push(self, repository: str, tag: str) -> str:
        if not (self.home / "Containerfile").exists():
            self.build("localhost/built")
        digest_file = self.home / "digest"
        self.run(
            "push", "--tls-verify=false", "--digestfile", str(digest_file), "localhost/built", self.url(repository, tag)
        )
        return digest_file.read_text()

    def pull(self, repository: str, tag: str) -> str:
        self.run("rmi", "--all", "--force")
        self.run("pull", "--quiet", "--tls-verify=false", self.url(repository, tag))
        (image,) = json.loads(self.run("images", "--json"))
        return str(image["digest"])

    def build(self, name: str, *arguments: str) -> None:
        """Build the image."""
        (self.home / "busybox.tar").write_bytes(busybox_tar("buildah"))
        (self.home / "Containerfile").write_text(CONTAINERFILE)
        self.run("build", "--isolation", "chroot", "--network", "host", *arguments, "--tag", name, str(self.home))

    def url(self, repository: str, tag: str) -> str:
        """The image in the registry."""
        return f"docker://{self.registry}/{repository}:{tag}"

    def run(self, *arguments: str, stdin: str | None = None) -> str:
        """Run buildah; what it printed."""
        return self.containers.run("buildah", *arguments, stdin=stdin)


@pytest.fixture
def buildah(moorage: Moorage, short_home: Path) -> Buildah:
    return Buildah(moorage.address, short_home)


class TestBuildah(ClientSuite):
    @pytest.fixture
    def client(self, buildah: Buildah) -> Buildah:
        return buildah


@pytest.mark.parametrize("media_type", ["oci", "v2s2"])
def test_pushes_an_index_with_all_its_images(buildah: Buildah, maintainer: Login, wire: Wire, media_type: str) -> None:
    """``buildah manifest``: two platforms in one index, in OCI's and in docker's format."""
    repository = f"{PROJECT}/buildah-index-{media_type}"
    buildah.login(maintainer)
    for architecture in ("amd64", "arm64"):
        buildah.build(f"localhost/{architecture}", "--arch", architecture, "--manifest", "localhost/both")
    digest_file = buildah.home / "digest"
    buildah.run(
        "manifest", "push", "--all", "--tls-verify=false", "--format", media_type, "--digestfile", str(digest_file),
        "localhost/both", buildah.url(repository, "1.0.0"),
    )  # fmt: skip
    assert wire.digest(repository, "1.0.0") == digest_file.read_text()
    wire.check_content(repository, "1.0.0")
    index = json.loads(wire.manifest(repository, "1.0.0"))
    assert {child["platform"]["architecture"] for child in index["manifests"]} == {"amd64", "arm64"}
    assert ("docker" in index["mediaType"]) == (media_type == "v2s2")
