"""Signatures by cosign itself, with a key: in its older form, a tag, and as a referrer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.clients.harness import CommandFailed, environment, find_tool, run
from tests.clients.layouts import Layout
from tests.clients.server import Login, Moorage
from tests.clients.suite import Client, ClientSuite
from tests.clients.test_crane import Crane
from tests.clients.wire import Wire

PLAIN_HTTP = ("--allow-http-registry", "--allow-insecure-registry")
#: No transparency log and no signing service is asked: neither is there for a private key of one's own.
OFFLINE = ("--tlog-upload=false", "--use-signing-config=false")
LEGACY = "--new-bundle-format=false"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"


class Cosign(Client):
    """Pushes are signatures of an image that crane brings; a pull is a verification."""

    says_wrong_password = r"(?i)unauthorized"
    says_no_push = r"401 Unauthorized|unauthorized to access repository: \S+, action: push"
    says_no_pull = r"(?i)unauthorized"

    def __init__(self, registry: str, home: Path, crane: Crane, legacy: bool) -> None:
        super().__init__(registry, home)
        self.crane = crane
        self.legacy = legacy
        self._cosign = find_tool("cosign")
        self._env = environment(home, TMPDIR=str(home), COSIGN_PASSWORD="of the key")
        self.run("generate-key-pair")

    def login(self, login: Login) -> None:
        self.run("login", self.registry, "-u", login.name, "--password-stdin", stdin=login.password)
        self.crane.login(login)

    def push(self, repository: str, tag: str) -> str:
        digest = self.crane.push(repository, tag)
        self.sign(f"{self.registry}/{repository}@{digest}")
        return digest

    def pull(self, repository: str, tag: str) -> str:
        said = self.verify(self.crane.name(repository, tag))
        found = re.search(r'"docker-manifest-digest":"(sha256:[0-9a-f]{64})"', said)
        assert found
        return found[1]

    def sign(self, name: str, *arguments: str) -> None:
        """Sign a manifest."""
        form = (LEGACY,) if self.legacy else ()
        self.run("sign", "--yes", "--key", "cosign.key", *OFFLINE, *form, *PLAIN_HTTP, *arguments, name)

    def verify(self, name: str, *arguments: str, key: str = "cosign.pub") -> str:
        """Verify the signatures of a manifest; the payload that was signed."""
        form = (LEGACY,) if self.legacy else ()
        return self.run("verify", "--key", key, "--insecure-ignore-tlog", *form, *PLAIN_HTTP, *arguments, name)

    def run(self, *arguments: str, stdin: str | None = None) -> str:
        """Run cosign; what it printed."""
        return run([self._cosign, *arguments], env=self._env, stdin=stdin, cwd=self.home).stdout


@pytest.fixture(params=[True, False], ids=["tag", "referrer"])
def cosign(request: pytest.FixtureRequest, moorage: Moorage, tmp_path: Path, busybox_layout: Layout) -> Cosign:
    crane = Crane(moorage.address, tmp_path / "crane", busybox_layout)
    return Cosign(moorage.address, tmp_path / "home", crane, legacy=request.param)


class TestCosign(ClientSuite):
    @pytest.fixture
    def client(self, cosign: Cosign) -> Cosign:
        return cosign

    def test_pushed_bytes_are_served(self, client: Client, maintainer: Login, repository: str, wire: Wire) -> None:
        """The signature is where its form keeps it, names the image, and is served byte for byte."""
        assert isinstance(client, Cosign)
        client.login(maintainer)
        digest = client.push(repository, "1.0.0")
        referrers = wire.referrers(repository, digest)
        if client.legacy:
            signature = f"{digest.replace(':', '-')}.sig"
            assert sorted(wire.tags(repository)) == ["1.0.0", signature]
            assert referrers == []
        else:
            assert wire.tags(repository) == ["1.0.0"]
            (descriptor,) = referrers
            assert descriptor["artifactType"] == BUNDLE
            signature = descriptor["digest"]
        assert wire.check_content(repository, signature)

    def test_pushes_again(self, client: Client, maintainer: Login, repository: str, wire: Wire) -> None:
        """A second signature is another one, beside the first."""
        assert isinstance(client, Cosign)
        client.login(maintainer)
        digest = client.push(repository, "1.0.0")
        client.sign(f"{client.registry}/{repository}@{digest}", "-a", "number=2")
        assert client.pull(repository, "1.0.0") == digest
        if not client.legacy:
            assert len(wire.referrers(repository, digest)) == 2

    def test_deleted_is_gone(self, client: Client, maintainer: Login, repository: str, wire: Wire) -> None:
        """``cosign clean`` removes the signatures of the older form, and the image stays."""
        assert isinstance(client, Cosign)
        client.login(maintainer)
        digest = client.push(repository, "1.0.0")
        if client.legacy:
            client.run("clean", "--force", *PLAIN_HTTP, client.crane.name(repository, "1.0.0"))
        else:
            for referrer in wire.referrers(repository, digest):
                client.crane.run("delete", f"{client.registry}/{repository}@{referrer['digest']}")
        assert wire.tags(repository) == ["1.0.0"]
        assert wire.referrers(repository, digest) == []
        with pytest.raises(CommandFailed, match=r"(?i)no signatures found|no matching signatures"):
            client.pull(repository, "1.0.0")

    def test_another_key_does_not_verify(self, client: Client, maintainer: Login, repository: str) -> None:
        """What is verified is the signature, not that there is one."""
        assert isinstance(client, Cosign)
        client.login(maintainer)
        client.push(repository, "1.0.0")
        client.run("generate-key-pair", "--output-key-prefix", "other")
        with pytest.raises(CommandFailed, match=r"invalid signature|no matching|failed to verify"):
            client.verify(client.crane.name(repository, "1.0.0"), key="other.pub")
