"""podman."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.containers import Containers
from tests.clients.layouts import busybox_tar
from tests.clients.server import Login, Moorage
from tests.clients.suite import PROJECT, Client, ClientSuite
from tests.clients.wire import Wire


class Podman(Client):
    """Imports a root file system, and pushes the image that podman makes of it."""

    def __init__(self, registry: str, home: Path) -> None:
        super().__init__(registry, home)
        self.containers = Containers(home)

    def login(self, login: Login) -> None:
        self.run(
            "login", "--tls-verify=false", "-u", login.name, "--password-stdin", self.registry, stdin=login.password
        )

    def push(self, repository: str, tag: str) -> str:
        if not self.run("images", "--quiet", "localhost/busybox"):
            archive = self.home / "busybox.tar"
            archive.write_bytes(busybox_tar("podman"))
            self.run("import", "--change", "CMD /bin/busybox echo hello", str(archive), "localhost/busybox")
        digest_file = self.home / "digest"
        self.run(
            "push",
            "--tls-verify=false",
            "--digestfile",
            str(digest_file),
            "localhost/busybox",
            self.name(repository, tag),
        )
        return digest_file.read_text()

    def pull(self, repository: str, tag: str) -> str:
        self.run("rmi", "--all", "--force")
        self.run("pull", "--quiet", "--tls-verify=false", self.name(repository, tag))
        return self.run("image", "inspect", "--format", "{{.Digest}}", self.name(repository, tag))

    def name(self, repository: str, tag: str) -> str:
        """The image's full name."""
        return f"{self.registry}/{repository}:{tag}"

    def run(self, *arguments: str, stdin: str | None = None) -> str:
        """Run podman; what it printed."""
        return self.containers.run("podman", *arguments, stdin=stdin)


@pytest.fixture
def podman(moorage: Moorage, short_home: Path) -> Podman:
    return Podman(moorage.address, short_home)


class TestPodman(ClientSuite):
    @pytest.fixture
    def client(self, podman: Podman) -> Podman:
        return podman


def test_runs_a_pulled_image(podman: Podman, maintainer: Login) -> None:
    """``podman run`` pulls by itself what it does not have."""
    podman.login(maintainer)
    podman.push(f"{PROJECT}/podman-run", "1.0.0")
    podman.run("rmi", "--all", "--force")
    name = podman.name(f"{PROJECT}/podman-run", "1.0.0")
    assert podman.run("run", "--quiet", "--rm", "--network", "none", "--tls-verify=false", name) == "hello"


def test_pulls_by_digest(podman: Podman, maintainer: Login, wire: Wire) -> None:
    """Also when no tag names the manifest any more."""
    repository = f"{PROJECT}/podman-digest"
    podman.login(maintainer)
    digest = podman.push(repository, "1.0.0")
    wire.delete(repository, "1.0.0")
    podman.run("rmi", "--all", "--force")
    podman.run("pull", "--quiet", "--tls-verify=false", f"{podman.registry}/{repository}@{digest}")
