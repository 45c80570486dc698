"""How long the adoption of many repositories takes, and how much memory::

    python -m tests.adoption.scale --repositories 10000

Makes a store of small repositories (an index of two images, two tags, a base layer shared by a hundred repositories)
and adopts it twice with the command, on an embedded PostgreSQL of its own.
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

from moorage.app import bootstrap
from moorage.database.embedded import EmbeddedPostgres
from moorage.database.migrate import upgrade
from moorage.oci.names import digest_of
from moorage.storage import paths
from tests.conftest import settings_for
from tests.registry.content import Image, image, index

PROGRAM = "from moorage.cli.main import app; app()"


def main() -> None:
    """Make, adopt, adopt again; one line each."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--repositories", type=int, default=10_000)
    parser.add_argument("--store", type=Path, help="keep the store there, and use it if it is there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        store = arguments.store or Path(scratch) / "store"
        if not store.exists():
            began = time.monotonic()
            for number in range(arguments.repositories):
                write_repository(store, number)
            print(f"store made in {time.monotonic() - began:.1f} s", flush=True)
        server = EmbeddedPostgres(Path(scratch) / "postgres")
        server.start()
        try:
            upgrade(server.url)
            asyncio.run(bootstrap(settings_for(Path(scratch)), server.url))
            for run in ("first run", "dry run", "second run"):
                options = ["--dry-run"] if run == "dry run" else []
                print(f"{run}: {adopt(Path(scratch), store, server.url, *options)}", flush=True)
        finally:
            server.stop()


def adopt(data: Path, store: Path, url: str, *options: str) -> str:
    """Run the command; what it took."""
    environment = {
        **os.environ,
        "MOORAGE_DATABASE__URL": url,
        "MOORAGE_STORAGE__ROOT": str(store),
        "MOORAGE_DATA": str(data / "data"),
    }
    command = [sys.executable, "-c", PROGRAM, "import", "storage", "-o", "json", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True)
    assert process.stdout is not None
    report = json.loads(process.stdout.read())
    _, _, usage = os.wait4(process.pid, 0)
    counts = ", ".join(f"{report[kind]['adopted']:,} {kind}" for kind in ("repositories", "manifests", "tags", "blobs"))
    return f"{report['seconds']:.1f} s, {usage.ru_utime:.1f} s of CPU, {memory(usage)} MiB at most; {counts}"


def memory(usage: resource.struct_rusage) -> int:
    """Peak resident memory in MiB."""
    return usage.ru_maxrss // 1024


def write_repository(store: Path, number: int) -> None:
    """One repository, as distribution lays it out."""
    name = f"project{number % 50}/group{number % 7}/image{number}"
    base = f"base layer {number // 100}".encode() * 20
    images = [image(layer=base), image(layers=2)]
    both = index(images)
    for content in (*images, both):
        write_manifest(store, name, content)
    for tag in ("1.0", "latest"):
        link = both.digest.encode()
        write(store, paths.tag_current_link(name, tag), link)
        write(store, f"{paths.tag_index(name, tag)}/{both.digest.partition(':')[2]}/link", link)


def write_manifest(store: Path, name: str, content: Image) -> None:
    """A manifest with its blobs."""
    write(store, paths.blob(content.digest), content.content)
    write(store, paths.revision_link(name, content.digest), content.digest.encode())
    for blob in content.blobs:
        digest = digest_of(blob)
        write(store, paths.blob(digest), blob)
        write(store, paths.layer_link(name, digest), digest.encode())


def write(store: Path, path: str, content: bytes) -> None:
    """A file and its directories."""
    file = store / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


if __name__ == "__main__":
    main()
