"""containerd, by its client ``ctr``: asks for tokens by OAuth2's POST before it tries GET."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.engine import Engine
from tests.clients.layouts import Layout
from tests.clients.server import Login, Moorage
from tests.clients.suite import Client, ClientSuite


class Containerd(Client):
    """Imports a layout into containerd and pushes it as it is; ``ctr`` has no login, it is told at each command."""

    # It prints the status of a refusal, not its text.
    says_no_push = r"401 Unauthorized"
    says_no_pull = r"401 Unauthorized"

    def __init__(self, registry: str, home: Path, engine: Engine, archive: Path) -> None:
        super().__init__(registry, home)
        self.engine = engine
        self.archive = archive
        self._user = ""

    def login(self, login: Login) -> None:
        self._user = f"{login.name}:{login.password}"

    def push(self, repository: str, tag: str) -> str:
        self.run("import", "--base-name", "imported", "--no-unpack", str(self.archive))
        name = f"{self.registry}/{repository}:{tag}"
        self.run("push", "--plain-http", "--user", self._user, name, "imported:test")
        return self.digest("imported:test")

    def pull(self, repository: str, tag: str) -> str:
        self.forget()
        name = f"{self.registry}/{repository}:{tag}"
        self.run("pull", "--plain-http", "--user", self._user, name)
        return self.digest(name)

    def digest(self, name: str) -> str:
        """What containerd keeps an image's manifest under."""
        found = re.search(rf"^{re.escape(name)} .*(sha256:[0-9a-f]{{64}})", self.run("list"), re.MULTILINE)
        assert found
        return found[1]

    def forget(self) -> None:
        """Remove every image and its content."""
        if names := self.run("list", "--quiet").split():
            self.run("remove", "--sync", *names)

    def run(self, *arguments: str) -> str:
        """Run ``ctr images ...``; what it printed."""
        return self.engine.ctr("--namespace", "tests", "images", *arguments, home=self.home).stdout


@pytest.fixture(scope="module")
def busybox_archive(busybox_layout: Layout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The layout as one tar file."""
    return busybox_layout.archive(tmp_path_factory.mktemp("archives") / "busybox.tar")


class TestContainerd(ClientSuite):
    @pytest.fixture
    def client(self, moorage: Moorage, tmp_path: Path, engine: Engine, busybox_archive: Path) -> Iterator[Containerd]:
        containerd = Containerd(moorage.address, tmp_path / "home", engine, busybox_archive)
        yield containerd
        containerd.forget()
