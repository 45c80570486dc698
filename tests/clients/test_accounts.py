"""Who may do what, as clients see it: robots, nobody at all, OAuth2's tokens, and rights that change."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from tests.clients.harness import CommandFailed
from tests.clients.layouts import Layout
from tests.clients.server import PASSWORD, Login, Moorage
from tests.clients.suite import PROJECT
from tests.clients.test_crane import Crane
from tests.clients.wire import MANIFESTS, Wire


@pytest.fixture
def crane(moorage: Moorage, tmp_path: Path, busybox_layout: Layout) -> Crane:
    return Crane(moorage.address, tmp_path / "home", busybox_layout)


@pytest.fixture
def pushed(crane: Crane, maintainer: Login, request: pytest.FixtureRequest) -> tuple[str, str]:
    """A repository with one image, and the image's digest."""
    repository = f"{PROJECT}/{request.node.name.replace('_', '-')}"
    crane.login(maintainer)
    return repository, crane.push(repository, "1.0.0")


def test_robot_of_a_project(moorage: Moorage, crane: Crane, wire: Wire) -> None:
    """``robot$project+name`` pushes and pulls as it was allowed to, and does not delete."""
    robot = moorage.create_robot("ci", "repository:pull", "repository:push", project=PROJECT)
    assert robot.name == f"robot${PROJECT}+ci"
    repository = f"{PROJECT}/robot"
    crane.login(robot)
    digest = crane.push(repository, "1.0.0")
    assert crane.pull(repository, "1.0.0") == digest
    with pytest.raises(CommandFailed, match="unauthorized to access repository: clients/robot, action: delete"):
        crane.delete(repository, "1.0.0", digest)
    with pytest.raises(CommandFailed, match="unauthorized to access repository: library/robot, action: push"):
        crane.push("library/robot", "1.0.0")
    assert wire.exists(repository, digest)


def test_robot_of_the_system(moorage: Moorage, crane: Crane, pushed: tuple[str, str]) -> None:
    """``robot$name`` pulls from the project that it was made for, and pushes nowhere."""
    robot = moorage.create_robot("puller", f"{PROJECT}:repository:pull")
    assert robot.name == "robot$puller"
    repository, digest = pushed
    crane.login(robot)
    assert crane.pull(repository, "1.0.0") == digest
    with pytest.raises(CommandFailed, match=r"unauthorized to access repository: \S+, action: push"):
        crane.push(repository, "2.0.0")


def test_nobody_pulls_from_a_public_project(
    moorage: Moorage, crane: Crane, admin: Login, tmp_path: Path, busybox_layout: Layout
) -> None:
    """And pushes nothing; a private project is refused to who has not logged in."""
    moorage.create_project("crane-public", public=True)
    crane.login(admin)
    digest = crane.push("crane-public/busybox", "1.0.0")
    crane.push(f"{PROJECT}/secret", "1.0.0")
    nobody = Crane(moorage.address, tmp_path / "nobody", busybox_layout)
    assert nobody.pull("crane-public/busybox", "1.0.0") == digest
    with pytest.raises(CommandFailed, match="unauthorized to access repository: crane-public/busybox, action: push"):
        nobody.push("crane-public/busybox", "2.0.0")
    with pytest.raises(CommandFailed, match=f"unauthorized to access repository: {PROJECT}/secret, action: pull"):
        nobody.pull(f"{PROJECT}/secret", "1.0.0")


def test_oauth2_password_and_refresh_grants(moorage: Moorage, maintainer: Login, pushed: tuple[str, str]) -> None:
    """What containerd and docker send: a POST with a password, later one with the refresh token it gave."""
    repository, digest = pushed
    form = {
        "grant_type": "password",
        "service": "harbor-registry",
        "client_id": "containerd-client",
        "access_type": "offline",
        "scope": f"repository:{repository}:pull",
        "username": maintainer.name,
        "password": maintainer.password,
    }
    with httpx2.Client(base_url=moorage.url, timeout=30) as http:
        first = http.post("/service/token", data=form)
        assert first.status_code == 200, first.text
        refresh = {name: form[name] for name in ("service", "client_id", "scope")}
        refresh |= {"grant_type": "refresh_token", "refresh_token": first.json()["refresh_token"]}
        second = http.post("/service/token", data=refresh)
        assert second.status_code == 200, second.text
        for answer in (first, second):
            headers = {"Authorization": f"Bearer {answer.json()['access_token']}", "Accept": MANIFESTS[0]}
            manifest = http.get(f"/v2/{repository}/manifests/1.0.0", headers=headers)
            assert manifest.headers["Docker-Content-Digest"] == digest
        wrong = http.post("/service/token", data={**form, "password": "wrong"})
        assert (wrong.status_code, "access_token" in wrong.json()) == (401, False)


def test_rights_count_from_the_next_request_on(moorage: Moorage, crane: Crane, pushed: tuple[str, str]) -> None:
    """A role given, taken away and an account disabled: each is seen by a token that was there before."""
    repository, _ = pushed
    changing = moorage.create_user("changing")
    with httpx2.Client(base_url=moorage.url, timeout=30) as http:

        def pulls(token: str) -> int:
            headers = {"Authorization": f"Bearer {token}", "Accept": MANIFESTS[0]}
            return http.get(f"/v2/{repository}/manifests/1.0.0", headers=headers).status_code

        moorage.add_member(PROJECT, changing.name, "guest")
        answer = http.get(
            "/service/token",
            params={"service": "harbor-registry", "scope": f"repository:{repository}:pull"},
            auth=(changing.name, changing.password),
        )
        token = answer.json()["token"]
        assert pulls(token) == 200
        moorage.command("member", "remove", PROJECT, changing.name)
        assert pulls(token) == 401
        moorage.add_member(PROJECT, changing.name, "guest")
        assert pulls(token) == 200
        moorage.command("user", "set-password", changing.name, "--password-stdin", stdin=f"{PASSWORD}-changed")
        assert pulls(token) == 401
    crane.login(changing)
    with pytest.raises(CommandFailed, match="invalid username or password"):
        crane.pull(repository, "1.0.0")
