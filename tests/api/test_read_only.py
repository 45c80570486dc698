"""In read-only mode nothing changes, on any replica, and everything can still be read (H row 11)."""

from __future__ import annotations

import pytest

from tests.database.round_trips import asking, watched
from tests.identity.replica import ADMIN, Replica, message

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

REFUSED = (403, "DENIED", "The system is in read only mode. Any modification is prohibited.")


async def switch(replica: Replica, on: bool) -> None:
    answer = await replica.api("PUT", "/configurations", json={"read_only": on})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("method", "path", "auth", "content"),
    [
        ("POST", "/projects", ADMIN, b'{"project_name": "x"}'),
        ("POST", "/projects", None, b'{"project_name": "x"}'),
        ("POST", "/projects", ("admin", "wrong"), b"no json"),
        ("DELETE", "/projects/library", ADMIN, b""),
        ("PUT", "/projects/library/", ADMIN, b"{}"),
        ("DELETE", "/users/1", ADMIN, b""),
        # There is no handler for these.
        ("POST", "/system/gc/schedule", ADMIN, b"{}"),
        ("PATCH", "/projects", ADMIN, b"{}"),
        ("POST", "/nope", ADMIN, b"{}"),
    ],
)
async def test_a_change_is_refused_whoever_asks(
    replica: Replica, other: Replica, method: str, path: str, auth: tuple[str, str] | None, content: bytes
) -> None:
    await switch(replica, True)
    headers = {"Content-Type": "application/json", "X-Request-ID": "my-id-1"}
    answer = await other.api(method, path, auth, content=content, headers=headers)
    assert message(answer) == REFUSED
    assert answer.headers["x-request-id"] == "my-id-1"


async def test_reading_and_leaving_the_mode_go_on(replica: Replica, other: Replica) -> None:
    await switch(replica, True)
    for path in ("/projects", "/systeminfo", "/configurations", "/ping"):
        assert (await other.api("GET", path)).status_code == 200
    assert (await other.api("HEAD", "/projects?project_name=library")).status_code == 200
    assert (await other.api("OPTIONS", "/projects")).status_code == 405
    token = await other.http.get("/service/token?service=harbor-registry", auth=ADMIN)
    assert token.status_code == 200
    assert (await other.api("GET", "/systeminfo")).json()["read_only"] is True
    await switch(other, False)
    assert (await replica.api("POST", "/projects", json={"project_name": "x"})).status_code == 201


async def test_a_path_only_like_the_configuration_is_no_way_around(replica: Replica) -> None:
    await switch(replica, True)
    for method, path in (("POST", "/configurations"), ("PUT", "/configurations/read_only")):
        assert message(await replica.api(method, path, json={"read_only": False})) == REFUSED
    assert (await replica.api("PUT", "//configurations/", json={"read_only": False})).status_code == 200


async def test_a_change_asks_for_the_mode_in_a_round_trip_it_makes_anyway(
    replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    await replica.api("GET", "/users/current")
    trips = watched(monkeypatch)
    await replica.api("GET", "/projects")
    assert asking(trips, "read_only") == []
    trips.clear()
    await replica.api("POST", "/projects", json={"project_name": "x"})
    (number,) = asking(trips, "read_only")
    assert number in asking(trips, "lookup_access")
