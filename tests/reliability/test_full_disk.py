"""A full disk: clients are told, nothing half-written is visible, uploads go on once there is space, pulls never stop.

The blobs are on a tmpfs of a few MiB, the database is elsewhere. Needs root, to mount it.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from moorage.oci import media_types
from moorage.oci.names import digest_of
from tests.reliability import fuzzing_manifests
from tests.reliability.raw import RawRequest, exchange
from tests.reliability.server import Client, Server, with_digest

pytestmark = pytest.mark.integration

MiB = 1024 * 1024
SIZE = 16 * MiB
INODES = 200
NAME = "library/full"
#: 500 is as good as 507 for a client that knows neither; ours is 507.
FULL = (500, 507)


class Disk:
    """A small file system."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def free(self) -> int:
        """Bytes."""
        status = os.statvfs(self.path)
        return status.f_bavail * status.f_frsize

    @contextlib.contextmanager
    def filled(self, left: int) -> Iterator[None]:
        """With only ``left`` bytes free meanwhile."""
        filler = self.path / "filler"
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, self.free() - left)
        try:
            yield
        finally:
            filler.unlink()

    @contextlib.contextmanager
    def without_inodes(self) -> Iterator[None]:
        """Nothing can be created meanwhile."""
        made: list[Path] = []
        try:
            with contextlib.suppress(OSError):
                while True:
                    path = self.path / f"inode{len(made)}"
                    path.touch()
                    made.append(path)
            yield
        finally:
            for path in made:
                path.unlink()


class Registry:
    """The server under test, with an image to pull."""

    def __init__(self, server: Server, disk: Disk) -> None:
        self.disk = disk
        self.port = server.port
        self.client = Client(server.port)
        self.config, self.layer = b"{}", os.urandom(100_000)
        for blob in (self.config, self.layer):
            path = f"/v2/{NAME}/blobs/uploads/?digest={digest_of(blob)}"
            assert self.client.request("POST", path, blob)[0] == 201
        self.manifest = json.dumps(fuzzing_manifests.manifest(self.config, self.layer)).encode()
        headers = {"Content-Type": media_types.OCI_MANIFEST}
        assert self.client.request("PUT", f"/v2/{NAME}/manifests/v1", self.manifest, headers)[0] == 201

    def start(self) -> str:
        status, headers, _ = self.client.request("POST", f"/v2/{NAME}/blobs/uploads/")
        assert status == 202
        return headers["location"]

    def refused(self, method: str, path: str, body: bytes) -> None:
        """The request is refused because of the disk, in the specification's words."""
        status, headers, answer = self.client.request(method, path, body)
        assert status in FULL, answer
        assert headers["content-type"].startswith("application/json")
        errors = json.loads(answer)["errors"]
        assert errors
        assert all({"code", "message"} <= set(error) for error in errors)

    def offset(self, session: str) -> int:
        """Bytes of an upload, by its status."""
        status, headers, _ = self.client.request("GET", session)
        assert status == 204
        last = int(headers["range"].partition("-")[2])
        return last + 1 if last else 0

    def is_visible(self, content: bytes) -> bool:
        path = f"/v2/{NAME}/blobs/{digest_of(content)}"
        status, _, body = self.client.request("GET", path)
        assert status in (200, 404)
        assert status == 404 or body == content
        return status == 200

    def check_pull(self) -> None:
        assert self.client.request("GET", f"/v2/{NAME}/manifests/v1")[2] == self.manifest
        assert self.is_visible(self.layer)


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disk]:
    path = tmp_path_factory.mktemp("disk")
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},nr_inodes={INODES}", "moorage-test", str(path)]
    mounted = os.geteuid() == 0 and subprocess.run(command, check=False, capture_output=True).returncode == 0
    if not mounted:
        if os.environ.get("CI"):
            pytest.fail("a tmpfs cannot be mounted: the tests of a full disk need root")
        pytest.skip("a tmpfs cannot be mounted: needs root")
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", str(path)], check=True)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, disk: Disk) -> Iterator[Registry]:
    storage = {"MOORAGE_STORAGE__ROOT": str(disk.path / "storage")}
    server = Server(tmp_path_factory.mktemp("full") / "data", environment=storage)
    server.start()
    try:
        found = Registry(server, disk)
        yield found
        found.client.close()
    finally:
        server.stop()


def test_a_chunk_that_does_not_fit_can_be_continued(registry: Registry) -> None:
    content = os.urandom(6 * MiB)
    session = registry.start()
    assert registry.client.request("PATCH", session, content[:MiB])[0] == 202
    with registry.disk.filled(left=2 * MiB):
        registry.refused("PATCH", session, content[MiB:])
        registry.check_pull()
        offset = registry.offset(session)
        assert MiB <= offset < len(content)
        assert not registry.is_visible(content)
        # Still full: the same again, and the same answer.
        registry.refused("PATCH", session, content[offset:])
        registry.check_pull()
    offset = registry.offset(session)
    assert registry.client.request("PATCH", session, content[offset:])[0] == 202
    assert registry.client.request("PUT", with_digest(session, digest_of(content)))[0] == 201
    assert registry.is_visible(content)
    _forget(registry, content)


def test_a_closing_request_that_does_not_fit_can_be_sent_again(registry: Registry) -> None:
    content = os.urandom(5 * MiB)
    session = registry.start()
    assert registry.client.request("PATCH", session, content[:MiB])[0] == 202
    with registry.disk.filled(left=MiB):
        registry.refused("PUT", with_digest(session, digest_of(content)), content[MiB:])
        registry.check_pull()
        assert not registry.is_visible(content)
    offset = registry.offset(session)
    assert offset >= MiB
    assert registry.client.request("PUT", with_digest(session, digest_of(content)), content[offset:])[0] == 201
    assert registry.is_visible(content)
    _forget(registry, content)


def test_a_whole_blob_that_does_not_fit_leaves_nothing(registry: Registry) -> None:
    content = os.urandom(4 * MiB)
    path = f"/v2/{NAME}/blobs/uploads/?digest={digest_of(content)}"
    with registry.disk.filled(left=MiB):
        before = registry.disk.free()
        registry.refused("POST", path, content)
        registry.check_pull()
        assert not registry.is_visible(content)
        assert registry.disk.free() >= before - 64 * 1024
    assert registry.client.request("POST", path, content)[0] == 201
    assert registry.is_visible(content)
    _forget(registry, content)


def test_a_disk_without_inodes_is_full_too(registry: Registry) -> None:
    content, half = os.urandom(200_000), 100_000
    begun, empty = registry.start(), registry.start()
    assert registry.client.request("PATCH", begun, content[:half])[0] == 202
    with registry.disk.without_inodes():
        registry.refused("PATCH", empty, content)
        registry.refused("PUT", with_digest(begun, digest_of(content)), content[half:])
        registry.check_pull()
        assert not registry.is_visible(content)
    for session in (begun, empty):
        offset = registry.offset(session)
        path = with_digest(session, digest_of(content))
        assert registry.client.request("PUT", path, content[offset:])[0] == 201
        assert registry.is_visible(content)
        _forget(registry, content)


def test_manifests_are_pushed_although_the_disk_is_full(registry: Registry) -> None:
    """They are rows: what a full blob store refuses is blobs."""
    document = fuzzing_manifests.manifest(registry.config, registry.layer) | {
        "annotations": {"pushed": "on a full disk"}
    }
    headers = {"Content-Type": media_types.OCI_MANIFEST}
    with registry.disk.filled(left=0):
        path = f"/v2/{NAME}/manifests/full"
        assert registry.client.request("PUT", path, json.dumps(document).encode(), headers)[0] == 201
        registry.check_pull()


def _forget(registry: Registry, content: bytes) -> None:
    """Out of the repository, and by hand off the disk, which is too small for all of them."""
    assert registry.client.request("DELETE", f"/v2/{NAME}/blobs/{digest_of(content)}")[0] == 202
    value = digest_of(content).partition(":")[2]
    for path in registry.disk.path.rglob(f"{value}/data"):
        path.unlink()


def test_the_client_hears_why_although_it_is_still_sending(registry: Registry) -> None:
    """An answer before the end of the body is not lost with the connection: who reads it, gets it."""
    content = os.urandom(12 * MiB)
    for _ in range(3):
        session = registry.start()
        target = "/" + session.split("/", 3)[3]
        with registry.disk.filled(left=0):
            answer = exchange(registry.port, RawRequest(b"PATCH", target.encode(), body=content))
        assert answer.status in FULL, "the connection was closed without an answer"
        answer.error_codes()
        assert registry.client.request("DELETE", session)[0] == 204
