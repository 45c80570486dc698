"""helm: charts as OCI artifacts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.clients.harness import environment, find_tool, run
from tests.clients.server import Login, Moorage
from tests.clients.suite import PROJECT, Client, ClientSuite
from tests.clients.wire import Wire

DIGEST = re.compile(r"Digest: (sha256:[0-9a-f]{64})")
CHART = """\
apiVersion: v2
name: {name}
version: {version}
description: A chart of the tests
"""
TEMPLATE = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-settings
data:
  greeting: {{ .Values.greeting | quote }}
"""


class Helm(Client):
    """Packages a chart and pushes it: the last part of the repository is the chart's name, the tag its version."""

    def __init__(self, registry: str, home: Path) -> None:
        super().__init__(registry, home)
        self._helm = find_tool("helm")
        self._env = environment(home, TMPDIR=str(home))

    def login(self, login: Login) -> None:
        self.run(
            "registry",
            "login",
            "--plain-http",
            self.registry,
            "-u",
            login.name,
            "--password-stdin",
            stdin=login.password,
        )

    def push(self, repository: str, tag: str) -> str:
        parent, _, name = repository.rpartition("/")
        said = self.run("push", "--plain-http", str(self.package(name, tag)), f"oci://{self.registry}/{parent}")
        return _digest(said)

    def pull(self, repository: str, tag: str) -> str:
        place = self.home / "pulled"
        place.mkdir(exist_ok=True)
        said = self.run("pull", "--plain-http", self.url(repository), "--version", tag, "--destination", str(place))
        archive = f"{repository.rpartition('/')[2]}-{tag}.tgz"
        assert (place / archive).read_bytes() == (self.home / archive).read_bytes()
        return _digest(said)

    def package(self, name: str, version: str) -> Path:
        """Make a chart; its archive."""
        archive = self.home / f"{name}-{version}.tgz"
        if not archive.exists():
            chart = self.home / "charts" / name
            (chart / "templates").mkdir(parents=True, exist_ok=True)
            (chart / "Chart.yaml").write_text(CHART.format(name=name, version=version))
            (chart / "values.yaml").write_text("greeting: hello\n")
            (chart / "templates" / "settings.yaml").write_text(TEMPLATE)
            self.run("package", str(chart), "--destination", str(self.home))
        return archive

    def url(self, repository: str) -> str:
        """The chart in the registry."""
        return f"oci://{self.registry}/{repository}"

    def run(self, *arguments: str, stdin: str | None = None) -> str:
        """Run helm; what it printed, progress too."""
        output = run([self._helm, *arguments], env=self._env, stdin=stdin, cwd=self.home)
        return output.stdout + output.stderr


@pytest.fixture
def helm(moorage: Moorage, tmp_path: Path) -> Helm:
    return Helm(moorage.address, tmp_path / "home")


class TestHelm(ClientSuite):
    @pytest.fixture
    def client(self, helm: Helm) -> Helm:
        return helm

    def test_pushes_again(self, client: Client, maintainer: Login, repository: str, wire: Wire) -> None:
        """A version can be pushed twice; another version is another artifact (its number is in the archive)."""
        client.login(maintainer)
        digest = client.push(repository, "1.0.0")
        assert client.push(repository, "1.0.0") == digest
        assert client.push(repository, "1.0.1") != digest
        assert wire.tags(repository) == ["1.0.0", "1.0.1"]


def test_installs_from_the_registry(helm: Helm, maintainer: Login, guest: Login) -> None:
    """``helm template`` (what an installation sends, without a cluster), of the newest version that fits."""
    repository = f"{PROJECT}/charts/greeter"
    helm.login(maintainer)
    for version in ("1.0.0", "1.2.0", "2.0.0", "1.3.0+build.1"):
        helm.push(repository, version)
    helm.login(guest)
    shown = helm.run("show", "chart", "--plain-http", helm.url(repository), "--version", "^1.0.0")
    assert "version: 1.3.0+build.1" in shown
    rendered = helm.run(
        "template", "--plain-http", "first", helm.url(repository), "--version", "~1.2", "--set", "greeting=good day"
    )
    assert "name: first-settings" in rendered
    assert 'greeting: "good day"' in rendered


def test_chart_is_served_with_helms_media_types(helm: Helm, maintainer: Login, wire: Wire) -> None:
    """Config and content, by which the artifact is known for a chart."""
    repository = f"{PROJECT}/charts/typed"
    helm.login(maintainer)
    helm.push(repository, "1.0.0")
    assert [descriptor["mediaType"] for descriptor in wire.check_content(repository, "1.0.0")] == [
        "application/vnd.cncf.helm.config.v1+json",
        "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
    ]


def _digest(said: str) -> str:
    found = DIGEST.search(said)
    assert found, said
    return found[1]
