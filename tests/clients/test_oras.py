"""oras: artifacts of any kind, and what is attached to them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.clients.harness import environment, find_tool, run
from tests.clients.layouts import Layout
from tests.clients.server import Login, Moorage
from tests.clients.suite import PROJECT, Client, ClientSuite
from tests.clients.wire import Wire

CONTENT = "some text\n" * 1000
SBOM = "application/spdx+json"


class Oras(Client):
    """Pushes a file as an artifact."""

    def __init__(self, registry: str, home: Path) -> None:
        super().__init__(registry, home)
        self._oras = find_tool("oras")
        self._env = environment(home, TMPDIR=str(home))

    def login(self, login: Login) -> None:
        self.run("login", "--plain-http", "-u", login.name, "--password-stdin", self.registry, stdin=login.password)

    def push(self, repository: str, tag: str) -> str:
        (self.home / "file.txt").write_text(CONTENT)
        # A fixed time, so that the same file is the same artifact.
        return str(
            self.json(
                "push", self.name(repository, tag), "file.txt:text/plain", "--artifact-type", "application/vnd.test",
                "--annotation", "org.opencontainers.image.created=2026-01-01T00:00:00Z",
            )["digest"]
        )  # fmt: skip

    def pull(self, repository: str, tag: str) -> str:
        pulled = self.json("pull", self.name(repository, tag), "--output", "pulled")
        assert (self.home / "pulled" / "file.txt").read_text() == CONTENT
        return str(pulled["reference"]).partition("@")[2]

    def delete(self, repository: str, tag: str, digest: str) -> None:
        self.run("manifest", "delete", "--plain-http", "--force", self.name(repository, tag))

    def name(self, repository: str, tag: str) -> str:
        """The artifact's full name."""
        return f"{self.registry}/{repository}:{tag}"

    def json(self, *arguments: str) -> dict[str, Any]:
        """Run a command of oras that prints JSON."""
        return dict(json.loads(self.run(*arguments, "--plain-http", "--format", "json")))

    def run(self, *arguments: str, stdin: str | None = None) -> str:
        """Run oras; what it printed."""
        return run([self._oras, *arguments], env=self._env, stdin=stdin, cwd=self.home).stdout


@pytest.fixture
def oras(moorage: Moorage, tmp_path: Path) -> Oras:
    return Oras(moorage.address, tmp_path / "home")


class TestOras(ClientSuite):
    @pytest.fixture
    def client(self, oras: Oras) -> Oras:
        return oras


def test_artifact_with_referrers(oras: Oras, maintainer: Login, wire: Wire) -> None:
    """``attach`` adds an SBOM and an attachment to that; ``discover`` shows both, and filters by type."""
    repository = f"{PROJECT}/oras-referrers"
    oras.login(maintainer)
    subject = oras.push(repository, "1.0.0")
    (oras.home / "sbom.json").write_text('{"spdxVersion": "SPDX-2.3"}')
    sbom = oras.json("attach", "--artifact-type", SBOM, oras.name(repository, "1.0.0"), f"sbom.json:{SBOM}")
    (oras.home / "note.txt").write_text("checked")
    note = oras.json(
        "attach", "--artifact-type", "application/vnd.test.note", f"{oras.registry}/{repository}@{sbom['digest']}",
        "note.txt:text/plain", "--annotation", "test=yes",
    )  # fmt: skip

    tree = oras.json("discover", oras.name(repository, "1.0.0"))
    assert tree["digest"] == subject
    (first,) = tree["referrers"]
    assert (first["digest"], first["artifactType"]) == (sbom["digest"], SBOM)
    (second,) = first["referrers"]
    assert second["digest"] == note["digest"]
    assert second["annotations"]["test"] == "yes"
    assert not oras.json("discover", "--artifact-type", "application/vnd.other", oras.name(repository, "1.0.0"))[
        "referrers"
    ]
    assert [found["digest"] for found in wire.referrers(repository, subject, SBOM)] == [sbom["digest"]]
    assert wire.tags(repository) == ["1.0.0"], "with the referrers API no fallback tag is pushed"

    oras.run("manifest", "delete", "--plain-http", "--force", f"{oras.registry}/{repository}@{sbom['digest']}")
    assert wire.referrers(repository, subject) == []


def test_copies_an_artifact_with_its_referrers(oras: Oras, maintainer: Login, wire: Wire) -> None:
    """``cp --recursive`` brings the whole tree into another repository."""
    source, target = f"{PROJECT}/oras-copy", f"{PROJECT}/oras-copied"
    oras.login(maintainer)
    subject = oras.push(source, "1.0.0")
    (oras.home / "sbom.json").write_text("{}")
    sbom = oras.json("attach", "--artifact-type", SBOM, oras.name(source, "1.0.0"), f"sbom.json:{SBOM}")
    oras.run(
        "cp",
        "--recursive",
        "--from-plain-http",
        "--to-plain-http",
        oras.name(source, "1.0.0"),
        oras.name(target, "1.0.0"),
    )
    assert wire.digest(target, "1.0.0") == subject
    assert [found["digest"] for found in wire.referrers(target, subject)] == [sbom["digest"]]


def test_pushes_many_tags_and_an_image_layout(oras: Oras, maintainer: Login, wire: Wire, layout: Layout) -> None:
    """A layout with an index of two platforms, and further tags for it."""
    repository = f"{PROJECT}/oras-layout"
    children = [
        {**layout.busybox(None, note=architecture, architecture=architecture),
         "platform": {"os": "linux", "architecture": architecture}}
        for architecture in ("amd64", "arm64")
    ]  # fmt: skip
    index = layout.index(children, tag="both")
    oras.login(maintainer)
    oras.run("cp", "--from-oci-layout", f"{layout.path}:both", "--to-plain-http", oras.name(repository, "both"))
    oras.run("tag", "--plain-http", oras.name(repository, "both"), "latest", "1", "1.0")
    assert wire.tags(repository) == ["1", "1.0", "both", "latest"]
    assert wire.manifest(repository, "latest") == layout.blob_path(index["digest"]).read_bytes()
    wire.check_content(repository, "latest")
