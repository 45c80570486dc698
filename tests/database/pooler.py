"""PgBouncer in transaction mode, as production puts it before PostgreSQL."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from moorage.database.postgres_user import postgres_user

CONFIGURATION = """\
[databases]
* = host={socket} user={user}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 500
server_check_delay = 0
server_login_retry = 0.1
logfile = {directory}/pgbouncer.log
pidfile = {directory}/pgbouncer.pid
"""


def find_pgbouncer() -> Path:
    """The executable; without it the test is skipped, and fails in CI."""
    found = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        message = "pgbouncer is not installed"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return Path(found)


@contextmanager
def pooled(url: str, directory: Path, *, size: int = 4) -> Iterator[str]:
    """A pooler before the PostgreSQL of a socket URL, with ``size`` connections to it; the pooled URL."""
    program = find_pgbouncer()
    target = make_url(url)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    configuration = directory / "pgbouncer.ini"
    configuration.write_text(
        CONFIGURATION.format(
            socket=target.query["host"], user=target.username, port=port, size=size, directory=directory
        )
    )
    # Like PostgreSQL it does not run as root, and has to reach a socket that only root may.
    process = subprocess.Popen(
        postgres_user(program).command(program, "--quiet", str(configuration)), stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(200):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, (directory / "pgbouncer.log").read_text()
            time.sleep(0.05)
        yield f"postgresql://{target.username}@127.0.0.1:{port}/{target.database}"
    finally:
        process.terminate()
        process.wait()
