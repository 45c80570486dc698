"""Servers, workers and databases that are killed under load lose nothing they acknowledged.

Twelve clients push images that share layers, move the same tags, delete, and upload in chunks, while processes of a
real ``moorage serve`` get SIGKILL. After each death everything the clients were told is checked, and every unfinished
upload is continued.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from moorage.oci.names import digest_of
from tests.reliability.ledger import Ledger, Register
from tests.reliability.load import OCTETS, REPOSITORIES, Load, Pending
from tests.reliability.server import Client, Server, with_digest

pytestmark = pytest.mark.integration

V = TypeVar("V")

#: Seconds a server may take to serve again after it, a worker or its database was killed.
RECOVERY = 15.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "data")
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def rng() -> random.Random:
    seed = secrets.randbelow(1_000_000)
    print(f"seed {seed}")
    return random.Random(seed)


def test_a_server_killed_with_its_database_loses_nothing(server: Server, rng: random.Random) -> None:
    ledger = Ledger()
    for _ in range(3):
        load = Load(server.port, ledger, rng.randrange(1_000_000))
        load.start()
        time.sleep(rng.uniform(1.0, 3.0))
        server.kill()
        load.stop()
        server.start()
        _check(server, ledger, load)


def test_a_killed_worker_is_replaced_and_the_others_go_on(server: Server, rng: random.Random) -> None:
    ledger = Ledger()
    for _ in range(2):
        load = Load(server.port, ledger, rng.randrange(1_000_000))
        load.start()
        time.sleep(rng.uniform(0.5, 1.5))
        victims = server.workers()
        server.kill_a_worker()
        time.sleep(1.5)
        load.stop()
        assert server.wait_until_it_answers() < RECOVERY
        _wait_for_workers(server, 2)
        assert server.workers() != victims
        assert load.unavailable == 0, "only requests of the killed worker may fail, and those by a closed connection"
        _check(server, ledger, load)


def test_a_killed_database_comes_back_by_itself(server: Server, rng: random.Random) -> None:
    ledger = Ledger()
    for _ in range(2):
        load = Load(server.port, ledger, rng.randrange(1_000_000))
        load.start()
        time.sleep(rng.uniform(0.5, 1.5))
        workers = server.workers()
        server.kill_postgres()
        time.sleep(1.5)
        load.stop()
        assert server.wait_until_it_answers() < RECOVERY
        assert server.workers() == workers, "a database that went away is no reason to end"
        _check(server, ledger, load)


def test_what_a_killed_database_left_behind_keeps_nothing_from_starting(server: Server) -> None:
    """PostgreSQL's own lock files name a process; its number may be another one's by now, in a container above all."""
    server.kill()
    socket = Path((server.data / "postgres.socket").read_text().strip())
    for path in (socket / ".s.PGSQL.5432.lock", server.data / "postgres" / "postmaster.pid"):
        lines = path.read_text().split("\n")
        path.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    server.start()


def _wait_for_workers(server: Server, count: int) -> None:
    deadline = time.monotonic() + RECOVERY
    while len(server.workers()) != count:
        assert time.monotonic() < deadline, server.said()
        time.sleep(0.05)


# --- what must hold once everything has stopped ---------------------------------------------------


def _check(server: Server, ledger: Ledger, load: Load) -> None:
    assert load.wrong == []
    assert load.acknowledged > 50, "the clients hardly got anything done"
    client = Client(server.port)
    try:
        for pending in load.pending:
            _resume(client, ledger, pending)
        _check_registers(client, ledger)
    finally:
        client.close()


def _resume(client: Client, ledger: Ledger, pending: Pending) -> None:
    """Continue an upload where the server says it is."""
    digest = digest_of(pending.content)
    status, headers, _ = client.request("GET", pending.path)
    register = ledger.blobs[pending.repository, digest]
    if status == 404:
        assert pending.finishing or pending.may_be_forgotten, f"{pending.path} is gone though nobody finished it"
        return
    assert status == 204
    last = int(headers["range"].partition("-")[2])
    offset = last + 1 if last else (pending.acknowledged if pending.acknowledged == 1 else 0)
    assert pending.acknowledged <= offset <= pending.sent, (pending.path, headers["range"])
    with ledger.writing((register, True, False)) as outcome:
        status, _, answer = client.request("PUT", with_digest(pending.path, digest), pending.content[offset:], OCTETS)
        outcome.set(status)
    assert status == 201, answer


def _check_registers(client: Client, ledger: Ledger) -> None:
    visible: dict[str, set[str]] = {repository: set() for repository in REPOSITORIES}
    whole: set[str] = set()
    for (repository, tag), tags in ledger.tags.items():
        status, headers, content = client.request("GET", f"/v2/{repository}/manifests/{tag}")
        named = headers["docker-content-digest"] if status == 200 else None
        assert status in (200, 404)
        assert tags.allows(named), f"{repository}:{tag} names {named}, after {tags.writes}"
        _settle(tags, named)
        if named is not None:
            assert content == ledger.content[named]
            assert ledger.manifests[repository, named].allows(True), f"{repository}:{tag} names a deleted manifest"
            visible[repository].add(tag)
    for repository, names in visible.items():
        status, _, content = client.request("GET", f"/v2/{repository}/tags/list")
        assert status in (200, 404)
        if status == 200:
            assert json.loads(content)["tags"] == sorted(names)
        else:
            assert not names
    for (repository, digest), there in ledger.manifests.items():
        status, _, content = client.request("GET", f"/v2/{repository}/manifests/{digest}")
        assert status in (200, 404)
        assert there.allows(status == 200), f"{repository}@{digest}: {status}, after {there.writes}"
        _settle(there, status == 200)
        if status == 200:
            assert content == ledger.content[digest]
            _check_blobs(client, ledger, repository, content, whole)
    for (repository, digest), linked in ledger.blobs.items():
        status, _, _ = client.request("HEAD", f"/v2/{repository}/blobs/{digest}")
        assert status in (200, 404)
        assert linked.allows(status == 200), f"{repository} blob {digest}: {status}, after {linked.writes}"
        _settle(linked, status == 200)
        if status == 200:
            _read(client, ledger, repository, digest, whole)


def _check_blobs(client: Client, ledger: Ledger, repository: str, content: bytes, whole: set[str]) -> None:
    document = json.loads(content)
    for descriptor in (document["config"], *document["layers"]):
        status, headers, _ = client.request("HEAD", f"/v2/{repository}/blobs/{descriptor['digest']}")
        assert status == 200, f"{repository} lacks {descriptor['digest']}, which a manifest of it needs"
        assert int(headers["content-length"]) == descriptor["size"]
        _read(client, ledger, repository, descriptor["digest"], whole)


def _read(client: Client, ledger: Ledger, repository: str, digest: str, whole: set[str]) -> None:
    """The bytes of a blob, once per digest."""
    if digest not in whole:
        status, _, content = client.request("GET", f"/v2/{repository}/blobs/{digest}")
        assert status == 200
        assert content == ledger.content[digest]
        whole.add(digest)


def _settle(register: Register[V], value: V) -> None:
    """What was just seen is the value from now on: nothing that was under way can happen any more."""
    register.initial = value
    register.writes.clear()
