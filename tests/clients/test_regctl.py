"""regctl."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.clients.harness import environment, find_tool, run
from tests.clients.layouts import Layout, blobs_of
from tests.clients.server import Login, Moorage
from tests.clients.suite import PROJECT, Client, ClientSuite
from tests.clients.wire import Wire, digest_of


class Regctl(Client):
    """Copies between a layout and the registry, byte for byte."""

    says_wrong_password = r"failed to ping registry .*: unauthorized|unauthorized"
    says_no_push = r"unauthorized"
    says_no_pull = r"unauthorized"

    def __init__(self, registry: str, home: Path, layout: Layout) -> None:
        super().__init__(registry, home)
        self.layout = layout
        self._regctl = find_tool("regctl")
        self._env = environment(home, TMPDIR=str(home))
        self.run("registry", "set", "--skip-check", "--tls", "disabled", registry)

    def login(self, login: Login) -> None:
        self.run("registry", "login", "-u", login.name, "--pass-stdin", self.registry, stdin=login.password)

    def push(self, repository: str, tag: str) -> str:
        self.run("image", "copy", f"ocidir://{self.layout.path}:test", self.name(repository, tag))
        return self.run("image", "digest", self.name(repository, tag)).strip()

    def pull(self, repository: str, tag: str) -> str:
        place = self.home / "pulled"
        self.run("image", "copy", self.name(repository, tag), f"ocidir://{place}:{tag}")
        assert blobs_of(place) == blobs_of(self.layout.path)
        return self.run("image", "digest", f"ocidir://{place}:{tag}").strip()

    def delete(self, repository: str, tag: str, digest: str) -> None:
        self.run("tag", "delete", self.name(repository, tag))
        self.run("manifest", "delete", f"{self.registry}/{repository}@{digest}")

    def name(self, repository: str, tag: str) -> str:
        """The image's full name."""
        return f"{self.registry}/{repository}:{tag}"

    def run(self, *arguments: str, stdin: str | None = None) -> str:
        """Run regctl; what it printed."""
        return run([self._regctl, *arguments], env=self._env, stdin=stdin).stdout


@pytest.fixture
def regctl(moorage: Moorage, tmp_path: Path, busybox_layout: Layout) -> Regctl:
    return Regctl(moorage.address, tmp_path / "home", busybox_layout)


class TestRegctl(ClientSuite):
    @pytest.fixture
    def client(self, regctl: Regctl) -> Regctl:
        return regctl


def test_deleting_a_tag_leaves_the_others(regctl: Regctl, maintainer: Login, wire: Wire) -> None:
    """``tag delete`` takes a name away, not the manifest."""
    repository = f"{PROJECT}/regctl-tags"
    regctl.login(maintainer)
    digest = regctl.push(repository, "a")
    regctl.push(repository, "b")
    regctl.run("tag", "delete", regctl.name(repository, "a"))
    assert wire.tags(repository) == ["b"]
    assert wire.exists(repository, digest)
    assert regctl.run("tag", "ls", f"{regctl.registry}/{repository}").split() == ["b"]


@pytest.mark.parametrize(
    "media_type",
    ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"],
)
def test_makes_an_index(regctl: Regctl, maintainer: Login, wire: Wire, media_type: str) -> None:
    """``index create`` of two platforms, copied as a whole to another repository and into a layout."""
    repository = f"{PROJECT}/regctl-index"
    regctl.login(maintainer)
    for architecture in ("amd64", "arm64"):
        single = Layout(regctl.home / architecture)
        single.busybox("test", note=architecture, architecture=architecture)
        regctl.run("image", "copy", f"ocidir://{single.path}:test", regctl.name(repository, architecture))
    both = regctl.name(repository, "both")
    regctl.run(
        "index", "create", both, "--media-type", media_type,
        "--ref", regctl.name(repository, "amd64"), "--ref", regctl.name(repository, "arm64"),
    )  # fmt: skip
    index = json.loads(wire.manifest(repository, "both"))
    assert index["mediaType"] == media_type
    assert {child["platform"]["architecture"] for child in index["manifests"]} == {"amd64", "arm64"}
    regctl.run("image", "copy", both, regctl.name(f"{repository}-copy", "both"))
    assert wire.manifest(f"{repository}-copy", "both") == wire.manifest(repository, "both")
    wire.check_content(f"{repository}-copy", "both")
    config = regctl.run("image", "config", "--platform", "linux/arm64", both)
    assert json.loads(config)["architecture"] == "arm64"


def test_artifact_with_a_subject(regctl: Regctl, maintainer: Login, wire: Wire) -> None:
    """``artifact put --subject``, found again by ``artifact list`` with a filter, and read back."""
    repository = f"{PROJECT}/regctl-artifact"
    regctl.login(maintainer)
    subject = regctl.push(repository, "1.0.0")
    name = regctl.name(repository, "1.0.0")
    for artifact_type in ("application/vnd.test.a", "application/vnd.test.b"):
        regctl.run(
            "artifact", "put", "--artifact-type", artifact_type, "--subject", name, "--file-media-type", "text/plain",
            "--annotation", f"type={artifact_type}", stdin=artifact_type,
        )  # fmt: skip
    listed = json.loads(regctl.run("artifact", "list", "--format", "{{json .}}", name))
    assert len(listed["descriptors"]) == 2
    (found,) = wire.referrers(repository, subject, "application/vnd.test.b")
    assert found["annotations"]["type"] == "application/vnd.test.b"
    read = regctl.run("artifact", "get", "--subject", name, "--filter-artifact-type", "application/vnd.test.b")
    assert read == "application/vnd.test.b"
    assert wire.tags(repository) == ["1.0.0"]


def test_sha512(regctl: Regctl, maintainer: Login, wire: Wire) -> None:
    """An image whose manifest, config and layers are named by sha512 keeps these names, also where a tag leads."""
    repository = f"{PROJECT}/regctl-sha512"
    image = f"ocidir://{regctl.home / 'sha512'}"
    regctl.run("image", "copy", f"ocidir://{regctl.layout.path}:test", f"{image}:test")
    regctl.run("image", "mod", f"{image}:test", "--digest-algo", "sha512", "--create", f"{image}:long")
    digest = regctl.run("image", "digest", f"{image}:long").strip()
    assert digest.startswith("sha512:")
    regctl.login(maintainer)
    regctl.run("image", "copy", f"{image}:long", f"{regctl.registry}/{repository}@{digest}")
    content = wire.manifest(repository, digest)
    assert digest_of(content, "sha512") == digest
    descriptors = wire.check_content(repository, digest)
    assert all(descriptor["digest"].startswith("sha512:") for descriptor in descriptors)
    regctl.run("image", "copy", f"{regctl.registry}/{repository}@{digest}", f"ocidir://{regctl.home / 'back'}:long")
    assert regctl.run("image", "digest", f"ocidir://{regctl.home / 'back'}:long").strip() == digest
