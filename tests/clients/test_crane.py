"""crane: moves images as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.clients.harness import environment, find_tool, run
from tests.clients.layouts import Layout, blobs_of
from tests.clients.server import Login, Moorage
from tests.clients.suite import PROJECT, Client, ClientSuite
from tests.clients.wire import Wire


class Crane(Client):
    """Pushes a layout, byte for byte."""

    def __init__(self, registry: str, home: Path, layout: Layout) -> None:
        super().__init__(registry, home)
        self.layout = layout
        self._crane = find_tool("crane")
        self._env = environment(home, TMPDIR=str(home))

    def login(self, login: Login) -> None:
        self.run("auth", "login", self.registry, "-u", login.name, "--password-stdin", stdin=login.password)

    def push(self, repository: str, tag: str) -> str:
        pushed = self.run("push", str(self.layout.path), self.name(repository, tag))
        return pushed.strip().partition("@")[2]

    def pull(self, repository: str, tag: str) -> str:
        place = self.home / "pulled"
        self.run("pull", "--format=oci", self.name(repository, tag), str(place))
        assert blobs_of(place) == blobs_of(self.layout.path)
        (pulled,) = json.loads((place / "index.json").read_bytes())["manifests"]
        return str(pulled["digest"])

    def delete(self, repository: str, tag: str, digest: str) -> None:
        self.run("delete", f"{self.registry}/{repository}@{digest}")

    def name(self, repository: str, tag: str) -> str:
        """The image's full name."""
        return f"{self.registry}/{repository}:{tag}"

    def run(self, *arguments: str, stdin: str | None = None) -> str:
        """Run crane; what it printed."""
        return run([self._crane, *arguments], env=self._env, stdin=stdin).stdout


@pytest.fixture
def crane(moorage: Moorage, tmp_path: Path, busybox_layout: Layout) -> Crane:
    return Crane(moorage.address, tmp_path / "home", busybox_layout)


class TestCrane(ClientSuite):
    @pytest.fixture
    def client(self, crane: Crane) -> Crane:
        return crane


def test_copies_between_repositories_without_sending_the_layers(crane: Crane, maintainer: Login, wire: Wire) -> None:
    """``crane copy`` mounts the blobs of the source."""
    source, target = f"{PROJECT}/crane-source", f"{PROJECT}/crane-target"
    crane.login(maintainer)
    digest = crane.push(source, "1.0.0")
    crane.run("copy", crane.name(source, "1.0.0"), crane.name(target, "1.0.0"))
    assert wire.digest(target, "1.0.0") == digest
    wire.check_content(target, digest)


def test_lists_tags_and_repositories(crane: Crane, maintainer: Login, admin: Login) -> None:
    """``crane ls`` pages through the tags in order, ``crane catalog`` shows the repository."""
    repository = f"{PROJECT}/crane-tags"
    crane.login(maintainer)
    crane.push(repository, "b")
    for tag in ("a", "c", "B", "0"):
        crane.run("tag", crane.name(repository, "b"), tag)
    assert crane.run("ls", f"{crane.registry}/{repository}").split() == ["0", "B", "a", "b", "c"]
    crane.login(admin)
    assert repository in crane.run("catalog", crane.registry).split()


def test_appends_an_image_to_an_index(crane: Crane, maintainer: Login, wire: Wire, layout: Layout) -> None:
    """``crane index append`` makes an index of two platforms out of two images."""
    repository = f"{PROJECT}/crane-index"
    crane.login(maintainer)
    for architecture in ("amd64", "arm64"):
        single = Layout(crane.home / architecture)
        single.busybox("test", note=architecture, architecture=architecture)
        crane.run("push", str(single.path), crane.name(repository, architecture))
    crane.run(
        "index", "append", "--tag", crane.name(repository, "both"), "--manifest", crane.name(repository, "amd64"),
        "--manifest", crane.name(repository, "arm64"),
    )  # fmt: skip
    index = json.loads(wire.manifest(repository, "both"))
    assert [child["platform"]["architecture"] for child in index["manifests"]] == ["amd64", "arm64"]
    wire.check_content(repository, "both")
    for architecture in ("amd64", "arm64"):
        config = crane.run("config", "--platform", f"linux/{architecture}", crane.name(repository, "both"))
        assert json.loads(config)["architecture"] == architecture
