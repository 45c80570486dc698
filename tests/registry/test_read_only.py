"""In read-only mode nothing is pushed or deleted, and everything can be pulled (H row 11)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from moorage.app import Application
from moorage.system.configuring import ConfigurationService
from tests.database.round_trips import asking, watched
from tests.registry.client import ADMIN, Registry
from tests.registry.content import image

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

REFUSED = ("DENIED", "The system is in read only mode. Any modification is prohibited.")


@pytest.fixture
async def configuring(application: Application) -> AsyncIterator[ConfigurationService]:
    """The configuration, back to normal afterwards."""
    service = ConfigurationService(application.database, application.configurations)
    yield service
    await service.update({"read_only": False})


def refusal(answer: Any) -> tuple[str, str]:
    assert answer.status_code == 403, answer.text
    (error,) = answer.json()["errors"]
    return error["code"], error["message"]


async def test_pushes_and_deletions_are_refused_on_every_replica(
    registry: Registry, replica: Registry, configuring: ConfigurationService
) -> None:
    pushed = image()
    await registry.push("library/app", pushed, "v1")
    session = await registry.start("library/app")
    await configuring.update({"read_only": True})
    manifest = {"content": pushed.content, "headers": {"content-type": pushed.media_type}}
    for auth in (ADMIN, None, ("admin", "wrong")):
        for method, path, more in (
            ("POST", "/v2/library/app/blobs/uploads/", {}),
            ("POST", "/v2/nowhere/app/blobs/uploads/", {}),
            ("PATCH", session, {"content": b"x"}),
            ("PUT", "/v2/library/app/manifests/v2", manifest),
            ("DELETE", "/v2/library/app/manifests/v1", {}),
            ("DELETE", f"/v2/library/app/blobs/{pushed.document['config']['digest']}", {}),
        ):
            replica.auth = auth
            assert refusal(await replica.request(method, path, **more)) == REFUSED
    await configuring.update({"read_only": False})
    replica.auth = ADMIN
    assert (await replica.request("PATCH", session, content=b"x")).status_code == 202
    assert (await replica.request("DELETE", "/v2/library/app/manifests/v1")).status_code == 202


async def test_pulls_go_on_and_do_not_even_ask(
    registry: Registry, configuring: ConfigurationService, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushed = image()
    await registry.push("library/app", pushed, "v1")
    await configuring.update({"read_only": True})
    trips = watched(monkeypatch)
    for path in ("", "library/app/manifests/v1", "library/app/tags/list", f"library/app/referrers/{pushed.digest}"):
        assert (await registry.get(path)).status_code == 200
        assert (await registry.request("HEAD", f"/v2/{path}")).status_code == 200
    blob = pushed.document["layers"][0]["digest"]
    assert (await registry.get(f"library/app/blobs/{blob}")).content == pushed.blobs[1]
    assert trips
    # The statistics of pulls look at the configuration now and then, beside all requests.
    assert asking(trips, "read_only") == []


@pytest.mark.parametrize("bearer", [False, True])
async def test_a_push_asks_in_a_round_trip_it_makes_anyway(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, bearer: bool
) -> None:
    more: dict[str, Any] = {}
    if bearer:
        scope = "repository:library/app:pull,push"
        answer = await registry.request("GET", f"/service/token?service=harbor-registry&scope={scope}")
        more = {"auth": None, "headers": {"Authorization": f"Bearer {answer.json()['token']}"}}
    await registry.start("library/app", **more)
    trips = watched(monkeypatch)
    await registry.start("library/app", **more)
    assert asking(trips, "read_only") == [0]
    assert 0 in asking(trips, "lookup_access")
