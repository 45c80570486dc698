"""A registry client for tests: thin, so that a test sees what the wire carries."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import httpx2

from moorage.oci.names import digest_of
from tests.registry.content import Image

ADMIN = ("admin", "Harbor12345")


class Registry:
    """Requests on ``/v2`` as the admin, unless told otherwise."""

    def __init__(self, http: httpx2.AsyncClient, auth: tuple[str, str] | None = ADMIN) -> None:
        self.http = http
        self.auth = auth

    async def request(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """One request; ``path`` may be a Location."""
        if path.startswith("http"):
            parts = urlsplit(path)
            path = parts.path + (f"?{parts.query}" if parts.query else "")
        if self.auth is not None:
            more.setdefault("auth", self.auth)
        return await self.http.request(method, path, **more)

    async def start(self, name: str, **more: Any) -> str:
        """Open an upload; its Location."""
        answer = await self.request("POST", f"/v2/{name}/blobs/uploads/", **more)
        assert answer.status_code == 202, answer.text
        return str(answer.headers["location"])

    async def push_blob(self, name: str, content: bytes, algorithm: str = "sha256") -> str:
        """Push bytes as docker does; their digest."""
        digest = digest_of(content, algorithm)
        location = await self.start(name)
        answer = await self.request("PUT", location, params={"digest": digest}, content=content)
        assert answer.status_code == 201, answer.text
        return digest

    async def push(self, name: str, image: Image, reference: str | None = None, **more: Any) -> httpx2.Response:
        """Push an image's blobs, then its manifest."""
        for blob in image.blobs:
            await self.push_blob(name, blob, image.algorithm)
        answer = await self.put_manifest(name, image, reference, **more)
        assert answer.status_code == 201, answer.text
        return answer

    async def put_manifest(self, name: str, image: Image, reference: str | None = None, **more: Any) -> httpx2.Response:
        """PUT the manifest alone."""
        headers = {"content-type": image.media_type, **more.pop("headers", {})}
        return await self.request(
            "PUT", f"/v2/{name}/manifests/{reference or image.digest}", content=image.content, headers=headers, **more
        )

    async def get(self, path: str, **more: Any) -> httpx2.Response:
        """GET below ``/v2/``."""
        return await self.request("GET", f"/v2/{path}", **more)


def code(answer: httpx2.Response) -> str:
    """The error code of an answer (OCI trap 28: the shape is checked on the way)."""
    assert answer.headers["content-type"].startswith("application/json"), answer.headers
    body = answer.json()
    assert list(body) == ["errors"]
    assert all({"code", "message"} <= set(error) <= {"code", "message", "detail"} for error in body["errors"])
    return str(body["errors"][0]["code"])
