"""Pushers that share layers, deleters, and garbage collections that are killed: nothing acknowledged is lost.

The window is some seconds long and deletions are for good at once, so that much is deleted in a short time.
``MOORAGE_TEST_SOAK_SECONDS`` makes it longer.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from moorage.settings import S3Settings
from tests.conftest import new_database
from tests.database.pooler import pooled
from tests.lifecycle.soak import Soak
from tests.registry.conftest import s3, s3_client, s3_endpoint, s3_keys
from tests.reliability.replicas import PASSWORD
from tests.reliability.server import Server

__all__ = ["s3", "s3_client", "s3_endpoint", "s3_keys"]

pytestmark = pytest.mark.integration

SECONDS = float(os.environ.get("MOORAGE_TEST_SOAK_SECONDS", "12"))

#: Hours: longer than a push takes here, with all that runs beside it.
ENVIRONMENT = {"MOORAGE_COLLECTION__WINDOW_HOURS": str(6 / 3600), "MOORAGE_TRASH__RETENTION_DAYS": "0"}


@pytest.fixture
def rng() -> random.Random:
    seed = secrets.randbelow(1_000_000)
    print(f"seed {seed}")
    return random.Random(seed)


class Collections:
    """``moorage gc run`` again and again, some of them killed."""

    def __init__(self, server: Server, environment: dict[str, str], log: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MOORAGE_")}
        self._environment = kept | {"HARBOR_ADMIN_PASSWORD": PASSWORD} | environment
        self._command = [str(Path(sys.executable).with_name("moorage")), "gc", "run", "--workers", "3"]
        self._command += ["--delete-untagged", "--data", str(server.data), "--output", "json"]
        self._log = log

    def run(self, killed_after: float | None = None) -> dict[str, int]:
        """One; its numbers, none of one that was killed so many seconds after it began to collect."""
        before = self._said()
        with self._log.open("ab") as log:
            process = subprocess.Popen(self._command, env=self._environment, stdout=subprocess.PIPE, stderr=log)
        if killed_after is not None:
            while process.poll() is None and "start to run gc" not in self._said()[len(before) :]:
                time.sleep(0.01)
            time.sleep(killed_after)
            process.send_signal(signal.SIGKILL)
        output, _ = process.communicate(timeout=180)
        if process.returncode == -signal.SIGKILL:
            return {}
        assert process.returncode == 0, self._said()[-4_000:]
        numbers: dict[str, int] = json.loads(output)
        return numbers

    def _said(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""


def _soak(server: Server, environment: dict[str, str], rng: random.Random, tmp_path: Path) -> None:
    collections = Collections(server, environment, tmp_path / "gc.log")
    soak = Soak(server.port, rng.randrange(1_000_000))
    soak.start()
    deleted, killed = 0, 0
    end = time.monotonic() + SECONDS
    try:
        while time.monotonic() < end:
            done = collections.run(rng.uniform(0.0, 0.4) if rng.random() < 0.5 else None)
            deleted += done.get("blobs", 0)
            killed += not done
            if rng.random() < 0.3:
                server.kill_a_worker()
    finally:
        soak.stop()
    soak.check()
    # What a killed one began is finished, and what nobody needs goes: nothing that is needed with it.
    time.sleep(7)
    deleted += collections.run()["blobs"]
    soak.check()
    print(f"{len(soak.pushed)} tags, {soak.deleted} deleted, {deleted} blobs swept, {killed} collections killed")
    assert soak.pushed
    assert soak.deleted
    assert deleted


def test_collections_beside_pushes_lose_nothing(tmp_path: Path, rng: random.Random) -> None:
    server = Server(tmp_path / "data", environment=ENVIRONMENT)
    server.start()
    try:
        _soak(server, ENVIRONMENT, rng, tmp_path)
    finally:
        server.stop()


@pytest.fixture
def behind_pooler(postgres: str, template: str, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """URLs of a database, directly and behind PgBouncer."""
    (tmp_path / "pooler").mkdir()
    with new_database(postgres, template) as url, pooled(url, tmp_path / "pooler") as behind:
        yield url, behind


def test_the_same_on_s3_behind_a_pooler(
    behind_pooler: tuple[str, str], s3: S3Settings, tmp_path: Path, rng: random.Random
) -> None:
    direct, behind = behind_pooler
    assert s3.access_key is not None
    assert s3.secret_key is not None
    environment = ENVIRONMENT | {
        "MOORAGE_DATABASE__URL": behind,
        "MOORAGE_DATABASE__DIRECT_URL": direct,
        "MOORAGE_STORAGE__DRIVER": "s3",
        "MOORAGE_STORAGE__S3__BUCKET": s3.bucket or "",
        "MOORAGE_STORAGE__S3__ENDPOINT": str(s3.endpoint),
        "MOORAGE_STORAGE__S3__ACCESS_KEY": s3.access_key.get_secret_value(),
        "MOORAGE_STORAGE__S3__SECRET_KEY": s3.secret_key.get_secret_value(),
    }
    server = Server(tmp_path / "data", environment=environment)
    server.start()
    try:
        _soak(server, environment, rng, tmp_path)
    finally:
        server.stop()
    with psycopg.connect(direct) as connection:
        left = connection.execute("SELECT count(*) FROM blob WHERE state = 'trash'").fetchone()
        assert left == (0,)
