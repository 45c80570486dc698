"""A real S3 server for the tests of storage: moto, or the one that ``MOORAGE_TEST_S3_ENDPOINT`` names.

Another one (Ceph RGW, MinIO, ...) takes ``MOORAGE_TEST_S3_ACCESS_KEY`` and ``MOORAGE_TEST_S3_SECRET_KEY``.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import botocore.session
import pytest

from moorage.settings import S3Settings
from moorage.storage.bucket import LEAST_PART


@pytest.fixture(scope="session")
def s3_keys() -> tuple[str, str]:
    """Access key and secret key of the server."""
    return (
        os.environ.get("MOORAGE_TEST_S3_ACCESS_KEY", "key"),
        os.environ.get("MOORAGE_TEST_S3_SECRET_KEY", "secret"),
    )


@pytest.fixture(scope="session")
def s3_client(s3_endpoint: str, s3_keys: tuple[str, str]) -> Iterator[Any]:
    """A blocking client beside the driver's, to look at what lies in a bucket."""
    client = botocore.session.get_session().create_client(
        "s3",
        region_name="us-east-1",
        endpoint_url=s3_endpoint,
        aws_access_key_id=s3_keys[0],
        aws_secret_access_key=s3_keys[1],
    )
    yield client
    client.close()


@pytest.fixture
def s3(s3_endpoint: str, s3_keys: tuple[str, str], s3_client: Any) -> S3Settings:
    """Settings for a bucket of the test's own."""
    bucket = f"test-{uuid4().hex}"
    s3_client.create_bucket(Bucket=bucket)
    return S3Settings.model_validate(
        {
            "bucket": bucket,
            "endpoint": s3_endpoint,
            "access_key": s3_keys[0],
            "secret_key": s3_keys[1],
            "prefix": "/some/prefix/",
            "part_size": LEAST_PART,
        }
    )


@pytest.fixture(scope="session")
def s3_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of the server."""
    external = os.environ.get("MOORAGE_TEST_S3_ENDPOINT")
    if external:
        yield external
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    endpoint = f"http://127.0.0.1:{port}"
    log: Path = tmp_path_factory.mktemp("moto") / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], stdout=output, stderr=output
        )
    try:
        for _ in range(300):
            if server.poll() is not None:
                pytest.fail(f"moto did not start: {log.read_text()}")
            try:
                urllib.request.urlopen(f"{endpoint}/moto-api/", timeout=5).close()
                break
            except urllib.error.URLError:
                time.sleep(0.1)
        yield endpoint
    finally:
        server.terminate()
        server.wait(10)
