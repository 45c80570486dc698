"""A whole registry, and its /api beside its /v2."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.registry.client import ADMIN, Registry
from tests.registry.conftest import application as application
from tests.registry.conftest import registry as registry
from tests.registry.conftest import registry_database as registry_database
from tests.registry.conftest import registry_settings as registry_settings
from tests.registry.conftest import running as running


class Api:
    """Requests below ``/api/v2.0``, as the admin unless told otherwise."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    async def request(
        self, method: str, path: str, auth: tuple[str, str] | None = ADMIN, **more: Any
    ) -> httpx2.Response:
        """One request."""
        if auth is not None:
            more["auth"] = auth
        return await self.registry.http.request(method, f"/api/v2.0{path}", **more)

    async def get(self, path: str, auth: tuple[str, str] | None = ADMIN) -> Any:
        """The JSON of an answer that must be 200."""
        answer = await self.request("GET", path, auth)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def tags(self, path: str) -> list[list[str]]:
        """The tags of each artifact of a list."""
        return [sorted(tag["name"] for tag in one["tags"] or []) for one in await self.get(path)]


@pytest.fixture
def api(registry: Registry) -> Api:
    """A client of /api."""
    return Api(registry)
