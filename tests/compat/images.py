"""Pushes what the API is to show."""

from __future__ import annotations

import json

import httpx2

from tests.registry.content import Image, image

IMAGE_CONFIG = {
    "architecture": "amd64",
    "os": "linux",
    "author": "The tests",
    "created": "2026-01-02T03:04:05Z",
    "config": {"Env": ["A=b"], "Labels": {"of": "tests"}},
    "rootfs": {"type": "layers", "diff_ids": []},
    "history": [{"created": "2026-01-02T03:04:05Z", "created_by": "COPY . /", "author": "The tests"}],
}


def push(client: httpx2.Client, repository: str, tag: str, pushed: Image | None = None) -> Image:
    """Push an image under a tag, each with a layer of its own."""
    pushed = pushed or image(config=json.dumps(IMAGE_CONFIG).encode())
    blobs = [descriptor["digest"] for descriptor in (pushed.document["config"], *pushed.document["layers"])]
    for digest, blob in zip(blobs, pushed.blobs, strict=True):
        answer = client.post(f"/v2/{repository}/blobs/uploads/", params={"digest": digest}, content=blob)
        assert answer.status_code == 201, answer.text
    headers = {"Content-Type": pushed.media_type}
    answer = client.put(f"/v2/{repository}/manifests/{tag}", content=pushed.content, headers=headers)
    assert answer.status_code == 201, answer.text
    return pushed
