"""How long a check of many blobs takes, and how much memory::

    python -m tests.checking.scale --blobs 50000 --size 1024

Makes a store of so many blobs with their rows, on an embedded PostgreSQL of its own, and checks it with the command:
sizes only, then every byte.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from moorage.app import bootstrap
from moorage.database.embedded import EmbeddedPostgres
from moorage.database.migrate import upgrade
from moorage.oci.names import digest_of
from moorage.storage import paths
from tests.conftest import settings_for

PROGRAM = "from moorage.cli.main import app; app()"


def main() -> None:
    """Make, check, check again; one line each."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--blobs", type=int, default=50_000)
    parser.add_argument("--size", type=int, default=1_024)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch)
        server = EmbeddedPostgres(data / "postgres")
        server.start()
        try:
            upgrade(server.url)
            asyncio.run(bootstrap(settings_for(data), server.url))
            fill(data / "storage", server.url, arguments.blobs, arguments.size)
            for name, options in (("sizes", ["--sample", "0%"]), ("every byte", [])):
                print(f"{name}: {check(data, server.url, *options)}", flush=True)
        finally:
            server.stop()


def fill(root: Path, url: str, count: int, size: int) -> None:
    """Blobs with their bytes."""
    with psycopg.connect(url) as connection, connection.cursor().copy("COPY blob (digest, size) FROM STDIN") as rows:
        for number in range(count):
            content = number.to_bytes(8, "big") + os.urandom(1) * (size - 8)
            path = root / paths.blob(digest_of(content))
            path.parent.mkdir(parents=True)
            path.write_bytes(content)
            rows.write_row((digest_of(content), size))


def check(data: Path, url: str, *options: str) -> str:
    """Run the command; what it took."""
    environment = {**os.environ, "MOORAGE_DATABASE__URL": url, "MOORAGE_DATA": str(data)}
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    began = time.monotonic()
    command = [sys.executable, "-c", PROGRAM, "fsck", "-o", "json", *options]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    seconds = time.monotonic() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    report = json.loads(run.stdout)
    assert not report["findings"], report["findings"][:3]
    return (
        f"{report['blobs']:,} blobs, {report['verified_bytes']:,} bytes hashed in {seconds:.1f} s"
        f" ({used.ru_utime - before:.1f} s of a processor), {used.ru_maxrss // 1024} MiB of memory at most"
    )


if __name__ == "__main__":
    main()
