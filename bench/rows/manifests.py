"""Manifest GET and HEAD by digest and by tag, 32 connections, 32 images in 4 repositories."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from bench.client import Connection, RequestFailed
from bench.load import run_requests
from bench.measure import Measurement, Meter
from bench.peers import Server
from bench.plan import Contents
from bench.registry import ACCEPT, CONFIG, LAYER, MANIFEST, push_bytes, push_manifest

Descriptor = dict[str, Any]

CONNECTIONS = 32
REPOSITORIES = [f"library/bench-{index}" for index in range(4)]
IMAGES = 8
LAYERS = 8


def measure_manifests(server: Server, contents: Contents, round: int) -> Iterator[Measurement]:
    """Four rows."""
    plan = contents.plan
    server.authorize(*REPOSITORIES)
    by_tag: list[str] = []
    by_digest: list[str] = []
    size = 0
    with server.connect() as connection:
        for repository in REPOSITORIES:
            layers = [_push(connection, repository, LAYER, os.urandom(1024)) for _ in range(LAYERS)]
            for index in range(IMAGES):
                digest, size = _push_image(connection, repository, f"v1.{index}", layers)
                by_tag.append(f"/v2/{repository}/manifests/v1.{index}")
                by_digest.append(f"/v2/{repository}/manifests/{digest}")
        for path in [*by_tag, *by_digest]:
            _check(connection, path, size)
    for method in ("GET", "HEAD"):
        for kind, paths in (("digest", by_digest), ("tag", by_tag)):
            run_requests(server, method, paths, CONNECTIONS, plan.warm_up)
            with Meter(server) as meter:
                load = run_requests(server, method, paths, CONNECTIONS, plan.manifest_seconds)
            if method == "GET" and load.received < load.operations * size:
                raise RequestFailed(f"{load.received} bytes for {load.operations} manifests of {size}")
            yield meter.measurement(f"manifest-{method.lower()}-{kind}", round, load, load.received)


def _push(connection: Connection, repository: str, media_type: str, content: bytes) -> Descriptor:
    return {"mediaType": media_type} | push_bytes(connection, repository, content)


def _push_image(connection: Connection, repository: str, tag: str, layers: list[Descriptor]) -> tuple[str, int]:
    config = _push(connection, repository, CONFIG, b'{"random":"%s"}' % os.urandom(16).hex().encode())
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers}
    return push_manifest(connection, repository, tag, manifest)


def _check(connection: Connection, path: str, size: int) -> None:
    body = connection.request("GET", path, {"Accept": ACCEPT}).expect(200).body
    head = connection.request("HEAD", path, {"Accept": ACCEPT}).expect(200)
    if len(body) != size or head.headers.get("content-length") != str(size):
        raise RequestFailed(f"{path}: {len(body)} bytes, HEAD says {head.headers.get('content-length')}, pushed {size}")
