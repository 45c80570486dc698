"""Requests in one project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx2

from moorage.app import Application
from moorage.oci.names import digest_of
from tests.registry.client import Registry
from tests.registry.content import Image, image

EVERYWHERE = {"repository": [{"kind": "doublestar", "decoration": "repoMatches", "pattern": "**"}]}


def rule(pattern: str = "v*", **more: Any) -> dict[str, Any]:
    """A rule as the portal and Terraform send it."""
    return {
        "disabled": False,
        "action": "immutable",
        "template": "immutable_template",
        "tag_selectors": [{"kind": "doublestar", "decoration": "matches", "pattern": pattern}],
        "scope_selectors": EVERYWHERE,
        **more,
    }


@dataclass(frozen=True)
class OwnProject:
    """A project; repositories are named without it."""

    name: str
    registry: Registry
    application: Application

    def full(self, repository: str) -> str:
        return f"{self.name}/{repository}"

    async def api(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """A request below the project's path."""
        return await self.registry.request(method, f"/api/v2.0/projects/{self.name}{path}", **more)

    async def push(self, repository: str, *tags: str, made: Image | None = None) -> Image:
        """Push an image under tags."""
        made = made or image()
        for tag in tags or (made.digest,):
            await self.registry.push(self.full(repository), made, tag)
        return made

    async def put(self, repository: str, made: Image, reference: str) -> httpx2.Response:
        return await self.registry.put_manifest(self.full(repository), made, reference)

    async def pull(self, repository: str, reference: str, **more: Any) -> httpx2.Response:
        return await self.registry.get(f"{self.full(repository)}/manifests/{reference}", **more)

    async def delete(self, repository: str, reference: str) -> httpx2.Response:
        """Delete a tag or digest over /v2."""
        return await self.registry.request("DELETE", f"/v2/{self.full(repository)}/manifests/{reference}")

    async def delete_repository(self, repository: str) -> httpx2.Response:
        return await self.api("DELETE", f"/repositories/{quote(quote(repository, safe=''), safe='')}")

    async def make_rule(self, pattern: str = "v*", **more: Any) -> int:
        answer = await self.api("POST", "/immutabletagrules", json=rule(pattern, **more))
        assert answer.status_code == 201, answer.text
        return int(answer.headers["location"].rpartition("/")[2])

    async def trash(self, query: str = "") -> list[dict[str, Any]]:
        answer = await self.api("GET", f"/trash{query}")
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()
        return found

    async def undelete(self, trash_id: int, **body: Any) -> httpx2.Response:
        return await self.api("POST", f"/trash/{trash_id}/undelete", json=body)

    async def history(self, repository: str, query: str = "") -> list[dict[str, Any]]:
        answer = await self.api("GET", f"/repositories/{quote(repository, safe='')}/taghistory{query}")
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()
        return found

    async def tags(self, repository: str) -> list[str]:
        found: list[str] = (await self.registry.get(f"{self.full(repository)}/tags/list")).json()["tags"]
        return found

    async def pulls(self, repository: str, made: Image, reference: str) -> None:
        """The image can be pulled byte for byte."""
        answer = await self.pull(repository, reference)
        assert answer.status_code == 200, answer.text
        assert answer.content == made.content
        for blob in made.blobs:
            found = await self.registry.get(f"{self.full(repository)}/blobs/{digest_of(blob)}")
            assert (found.status_code, found.content) == (200, blob)


def error(answer: httpx2.Response) -> tuple[int, str, str]:
    """Status, code and message."""
    (found,) = answer.json()["errors"]
    return answer.status_code, found["code"], found["message"]
