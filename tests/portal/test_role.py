"""``moorage serve --role portal``: files for browsers, and nothing else."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from moorage.portal.app import Portal
from tests.server.conftest import free_port

MOORAGE = (sys.executable, "-c", "from moorage.cli.main import app; app()")

#: What only the other roles need; the least of them takes longer to load than all the portal does.
OTHERS = {
    "aiobotocore",
    "aiohttp",
    "alembic",
    "argon2",
    "cryptography",
    "litestar",
    "procrastinate",
    "psycopg",
    "sqlalchemy",
}


def test_the_process_loads_nothing_it_does_not_need() -> None:
    command = "import sys, moorage.portal_process; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True).stdout.split()
    assert "moorage.portal.app" in loaded
    assert not OTHERS.intersection(loaded)


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A server of the role, to which every database and data directory it could be given is of no use."""
    port = free_port()
    file = tmp_path / "file"
    file.write_text("no directory")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MOORAGE_")},
        "MOORAGE_SERVER__LISTEN": f"127.0.0.1:{port}",
        "MOORAGE_SERVER__METRICS_LISTEN": f"127.0.0.1:{free_port()}",
        "MOORAGE_DATABASE__URL": "postgresql://nobody@127.0.0.1:9/nothing",
        "MOORAGE_DATA": str(file / "data"),
    }
    with (tmp_path / "output").open("wb") as output:
        server = subprocess.Popen(
            [*MOORAGE, "serve", "--role", "portal"], env=environment, stdout=output, stderr=output
        )
    try:
        deadline = time.monotonic() + 30
        while "is ready on" not in (tmp_path / "output").read_text():
            assert server.poll() is None, (tmp_path / "output").read_text()
            assert time.monotonic() < deadline, (tmp_path / "output").read_text()
            time.sleep(0.05)
        yield port
        server.terminate()
        assert server.wait(20) == 0
    finally:
        if server.poll() is None:
            server.kill()
            server.wait()


def get(port: int, path: str) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()


def test_it_serves_without_database_storage_or_data_directory(port: int, tmp_path: Path) -> None:
    built = Portal().built
    assert get(port, "/healthz")[0] == 200
    status, body = get(port, "/readyz")
    assert (status, json.loads(body)["status"]) == ((200, "ready") if built else (503, "not ready"))
    status, body = get(port, "/harbor/projects")
    assert (status, b"make portal" in body) == ((200, False) if built else (503, True))
    for path in ("/api/v2.0/health", "/v2/", "/service/token", "/c/login"):
        assert get(port, path)[0] == 404
    assert "password" not in (tmp_path / "output").read_text()
