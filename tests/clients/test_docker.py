"""docker: client and engine."""

from __future__ import annotations

import base64
import json
import os
import pty
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.clients.engine import Engine
from tests.clients.harness import CommandFailed, environment, find_tool
from tests.clients.layouts import busybox_tar
from tests.clients.server import ADMIN, Login, Moorage
from tests.clients.suite import PROJECT, Client, ClientSuite
from tests.clients.wire import Wire

DIGEST = re.compile(r"digest: (sha256:[0-9a-f]{64})")


class Docker(Client):
    """Imports a root file system and pushes it; the engine makes the manifest, in docker's schema 2."""

    # The engine makes its own text of some answers, and a token server's 401 carries no more than that.
    says_wrong_password = r"unauthorized"

    def __init__(self, registry: str, home: Path, engine: Engine) -> None:
        super().__init__(registry, home)
        self.engine = engine

    def login(self, login: Login) -> None:
        self.run("login", self.registry, "-u", login.name, "--password-stdin", stdin=login.password)

    def push(self, repository: str, tag: str) -> str:
        self.load()
        self.run("tag", "busybox:latest", self.name(repository, tag))
        pushed = DIGEST.search(self.run("push", self.name(repository, tag)))
        assert pushed
        return pushed[1]

    def pull(self, repository: str, tag: str) -> str:
        name = self.name(repository, tag)
        self.forget()
        self.run("pull", name)
        (digest,) = json.loads(self.run("image", "inspect", "--format", "{{json .RepoDigests}}", name))
        return str(digest.partition("@")[2])

    def load(self) -> None:
        """Have the image ``busybox:latest`` in the engine."""
        if not self.run("images", "--quiet", "busybox:latest"):
            archive = self.home / "busybox.tar"
            archive.write_bytes(busybox_tar("docker"))
            self.run("import", "--change", "CMD /bin/busybox echo hello", str(archive), "busybox:latest")

    def forget(self) -> None:
        """Remove every image from the engine, so that a pull brings all of it."""
        if images := self.run("images", "--quiet", "--all").split():
            self.run("rmi", "--force", *sorted(set(images)))

    def name(self, repository: str, tag: str) -> str:
        """The image's full name."""
        return f"{self.registry}/{repository}:{tag}"

    def run(self, *arguments: str, stdin: str | None = None) -> str:
        """Run the docker client; what it printed."""
        return self.engine.docker(*arguments, home=self.home, stdin=stdin).stdout


@pytest.fixture
def docker(moorage: Moorage, tmp_path: Path, engine: Engine) -> Iterator[Docker]:
    docker = Docker(moorage.address, tmp_path / "home", engine)
    yield docker
    docker.forget()


class TestDocker(ClientSuite):
    @pytest.fixture
    def client(self, docker: Docker) -> Docker:
        return docker


def test_push_first_image(moorage: Moorage, docker: Docker, wire: Wire) -> None:
    """The lines of the deployment guide's "Push First Image", with this server's address.

    ``docker pull busybox:latest`` means Docker Hub; the engine has Moorage as its mirror, which has the image in the
    public project ``library``.
    """
    moorage.create_project("synergyflow")
    docker.login(ADMIN)
    docker.push("library/busybox", "latest")
    docker.forget()
    docker.run("logout", docker.registry)

    # docker login harbor.monosense.io -u admin
    # Password: <admin-password-from-vault>
    said = type_password(docker, ["login", docker.registry, "-u", "admin"], ADMIN.password)
    assert "Login Succeeded" in said
    # docker pull busybox:latest
    docker.run("pull", "busybox:latest")
    # docker tag busybox:latest harbor.monosense.io/synergyflow/busybox:test
    docker.run("tag", "busybox:latest", f"{docker.registry}/synergyflow/busybox:test")
    # docker push harbor.monosense.io/synergyflow/busybox:test
    pushed = DIGEST.search(docker.run("push", f"{docker.registry}/synergyflow/busybox:test"))

    assert pushed
    assert wire.tags("synergyflow/busybox") == ["test"]
    assert wire.digest("synergyflow/busybox", "test") == pushed[1]
    docker.forget()
    said = docker.run("run", "--rm", "--network", "none", f"{docker.registry}/synergyflow/busybox:test")
    assert said == "hello\n"


def test_works_with_a_refresh_token_instead_of_a_password(docker: Docker, moorage: Moorage, maintainer: Login) -> None:
    """The engine exchanges the identity token of the client's file by OAuth2's POST, for pushes and for pulls."""
    form = {
        "grant_type": "password",
        "service": "harbor-registry",
        "client_id": "docker",
        "access_type": "offline",
        "username": maintainer.name,
        "password": maintainer.password,
    }
    token = httpx2.post(f"{moorage.url}/service/token", data=form, timeout=30).json()["refresh_token"]
    user = base64.b64encode(f"{maintainer.name}:".encode()).decode()
    kept = {"auths": {docker.registry: {"auth": user, "identitytoken": token}}}
    (docker.home / ".docker").mkdir(parents=True)
    (docker.home / ".docker" / "config.json").write_text(json.dumps(kept))
    digest = docker.push(f"{PROJECT}/docker-token", "1.0.0")
    assert docker.pull(f"{PROJECT}/docker-token", "1.0.0") == digest


def test_manifest_list_of_schema_2(docker: Docker, maintainer: Login, wire: Wire) -> None:
    """``docker manifest`` makes a list of two architectures; the engine pulls its own."""
    repository = f"{PROJECT}/docker-list"
    docker.login(maintainer)
    docker.push(repository, "amd64")
    archive = docker.home / "other.tar"
    archive.write_bytes(busybox_tar("arm64"))
    docker.run("import", "--platform", "linux/arm64", str(archive), docker.name(repository, "arm64"))
    docker.run("push", docker.name(repository, "arm64"))
    both = docker.name(repository, "both")
    docker.run("manifest", "create", "--insecure", both, *(docker.name(repository, tag) for tag in ("amd64", "arm64")))
    docker.run("manifest", "annotate", both, docker.name(repository, "arm64"), "--arch", "arm64")
    digest = docker.run("manifest", "push", "--insecure", both).strip()

    assert wire.digest(repository, "both") == digest
    wire.check_content(repository, "both")
    document = json.loads(wire.manifest(repository, "both"))
    assert document["mediaType"] == "application/vnd.docker.distribution.manifest.list.v2+json"
    assert {child["platform"]["architecture"] for child in document["manifests"]} == {"amd64", "arm64"}
    assert docker.pull(repository, "both") == digest


def test_pulls_anonymously_from_a_public_project(docker: Docker, moorage: Moorage) -> None:
    """Without any login, by tag and by digest; a push is refused."""
    moorage.create_project("docker-public", public=True)
    docker.login(ADMIN)
    digest = docker.push("docker-public/busybox", "1.0.0")
    docker.run("logout", docker.registry)
    assert docker.pull("docker-public/busybox", "1.0.0") == digest
    docker.forget()
    docker.run("pull", f"{docker.registry}/docker-public/busybox@{digest}")
    with pytest.raises(CommandFailed, match="unauthorized to access repository: docker-public/busybox, action: push"):
        docker.push("docker-public/busybox", "2.0.0")


def type_password(docker: Docker, arguments: list[str], password: str) -> str:
    """Run the client on a terminal and type a password at its prompt; everything the terminal showed."""
    env = environment(docker.home, DOCKER_HOST=f"unix://{docker.engine.socket}")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [find_tool("docker"), *arguments], env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ) as process:
        os.close(theirs)
        shown = b""
        typed = False
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # the other end is closed: the program has ended
                break
            shown += piece
            if not typed and b"Password:" in shown:
                os.write(ours, f"{password}\n".encode())
                typed = True
        os.close(ours)
    assert process.returncode == 0, shown.decode()
    return shown.decode()
