"""CNCF distribution, the real one, to make stores with."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.clients.harness import SEARCH_PATH, missing

CONFIGURATION = """
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage:
  filesystem: {{rootdirectory: {root}}}
  delete: {{enabled: true}}
http: {{addr: "127.0.0.1:{port}"}}
validation: {{manifests: {{urls: {{allow: [".*"]}}}}}}
"""


def find_distribution() -> str:
    """The registry of distribution 3, or Debian's of distribution 2; without one a test is skipped, in CI it fails."""
    for name in ("registry", "docker-registry"):
        found = shutil.which(name, path=SEARCH_PATH)
        if found is not None:
            return found
    missing("neither registry (distribution 3) nor docker-registry is installed: run make tools")


@contextmanager
def distribution(directory: Path) -> Iterator[str]:
    """URL of a distribution that keeps its store below ``directory``/store."""
    binary = find_distribution()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    configuration = directory / "distribution.yml"
    configuration.write_text(CONFIGURATION.format(root=directory / "store", port=port))
    url = f"http://127.0.0.1:{port}"
    log = directory / "distribution.log"
    # Traces go nowhere, and to try costs a retry per request.
    environment = {**os.environ, "OTEL_TRACES_EXPORTER": "none"}
    with log.open("wb") as output:
        process = subprocess.Popen([binary, "serve", str(configuration)], stdout=output, stderr=output, env=environment)
    try:
        _wait(process, url, log)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{url}/v2/", timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    pytest.fail(f"distribution did not start: {log.read_text()[-2000:]}")
