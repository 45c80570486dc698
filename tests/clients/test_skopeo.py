"""skopeo."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.containers import Containers
from tests.clients.harness import find_tool, run
from tests.clients.layouts import Layout, blobs_of
from tests.clients.server import Login, Moorage
from tests.clients.suite import Client, ClientSuite


class Skopeo(Client):
    """Copies between a layout and the registry, byte for byte."""

    def __init__(self, registry: str, home: Path, layout: Layout) -> None:
        super().__init__(registry, home)
        self.layout = layout
        self.containers = Containers(home)
        self._skopeo = find_tool("skopeo")

    def login(self, login: Login) -> None:
        self.run(
            "login", "--tls-verify=false", "-u", login.name, "--password-stdin", self.registry, stdin=login.password
        )

    def push(self, repository: str, tag: str) -> str:
        digest_file = self.home / "digest"
        source, target = f"oci:{self.layout.path}:test", self._url(repository, tag)
        self.run(
            "copy",
            "--all",
            "--preserve-digests",
            "--dest-tls-verify=false",
            "--digestfile",
            str(digest_file),
            source,
            target,
        )
        return digest_file.read_text()

    def pull(self, repository: str, tag: str) -> str:
        place, digest_file = self.home / "pulled", self.home / "pulled-digest"
        self.run(
            "copy", "--all", "--preserve-digests", "--src-tls-verify=false", "--digestfile", str(digest_file),
            self._url(repository, tag), f"oci:{place}:{tag}",
        )  # fmt: skip
        assert blobs_of(place) == blobs_of(self.layout.path)
        return digest_file.read_text()

    def delete(self, repository: str, tag: str, digest: str) -> None:
        self.run("delete", "--tls-verify=false", self._url(repository, tag))

    def _url(self, repository: str, tag: str) -> str:
        return f"docker://{self.registry}/{repository}:{tag}"

    def run(self, *arguments: str, stdin: str | None = None) -> str:
        """Run skopeo; what it printed."""
        return run([self._skopeo, *arguments], env=self.containers.env, stdin=stdin).stdout


class TestSkopeo(ClientSuite):
    @pytest.fixture
    def client(self, moorage: Moorage, tmp_path: Path, busybox_layout: Layout) -> Skopeo:
        return Skopeo(moorage.address, tmp_path / "home", busybox_layout)
