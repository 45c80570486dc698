"""Tags made and taken away, artifacts deleted and copied over /api, as a real Harbor answers (H rows 55-57)."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from moorage.app import Application
from tests.artifacts.conftest import Api
from tests.registry.client import Registry
from tests.registry.content import image, index

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

LIST = "/projects/team/repositories/a/artifacts"
COPIES = "/projects/library/repositories/b/artifacts"
COSIGN = "application/vnd.dev.cosign.artifact.sig.v1+json"


def error(answer: httpx2.Response) -> tuple[int, str, str]:
    found = answer.json()["errors"][0]
    return answer.status_code, found["code"], found["message"]


async def events(application: Application) -> list[tuple[Any, ...]]:
    """What was recorded over /api, in order."""
    async with application.database.connect() as connection:
        rows = await connection.execute(
            text(
                "SELECT operation, resource_type, resource, operator FROM kept_event"
                " WHERE resource_type IN ('tag', 'repository') OR operation = 'delete' ORDER BY event_id"
            )
        )
        return [tuple(row) for row in rows]


_KEEP = (
    # Taken in one step: the dispatcher, which deletes events, and the trigger's lock would wait for each other.
    "LOCK TABLE outbox IN SHARE ROW EXCLUSIVE MODE",
    "CREATE TABLE IF NOT EXISTS kept_event (LIKE outbox)",
    "TRUNCATE kept_event",
    "CREATE OR REPLACE FUNCTION keep_event() RETURNS trigger LANGUAGE plpgsql AS"
    " 'BEGIN INSERT INTO kept_event SELECT NEW.*; RETURN NULL; END'",
    "CREATE OR REPLACE TRIGGER keep_event AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION keep_event()",
)


@pytest.fixture(autouse=True)
async def no_events(application: Application) -> None:
    """The dispatcher takes events away as they come: those of the test are kept aside."""
    async with application.database.begin() as connection:
        for statement in _KEEP:
            await connection.execute(text(statement))


async def test_a_tag_is_made_listed_and_taken_away(application: Application, registry: Registry, api: Api) -> None:
    await registry.push("team/a", image(), "v1")
    answer = await api.request("POST", f"{LIST}/v1/tags", json={"name": "v2"})
    assert (answer.status_code, answer.content, answer.headers.get("location")) == (201, b"", None)
    assert (await registry.get("team/a/manifests/v2")).status_code == 200
    answer = await api.request("GET", f"{LIST}/v1/tags?sort=name&with_immutable_status=true")
    assert [(tag["name"], tag["immutable"]) for tag in answer.json()] == [("v1", False), ("v2", False)]
    assert answer.headers["x-total-count"] == "2"
    answer = await api.request("GET", f"{LIST}/v1/tags?q=name=~2&page_size=1")
    assert ([tag["name"] for tag in answer.json()], answer.headers["x-total-count"]) == (["v2"], "1")
    assert (await api.request("DELETE", f"{LIST}/v1/tags/v2")).status_code == 200
    assert (await registry.get("team/a/manifests/v2")).status_code == 404
    assert await events(application) == [
        ("create", "tag", "team/a:v2", "admin"),
        ("delete", "tag", "team/a:v2", "admin"),
    ]


async def test_what_cannot_be_a_tag_is_refused(registry: Registry, api: Api) -> None:
    await registry.push("team/a", image(), "v1")
    await registry.push("team/a", image(), "other")
    one = await api.get(f"{LIST}/v1")
    status, code, message = error(await api.request("POST", f"{LIST}/v1/tags", json={"name": "other"}))
    assert (status, code) == (409, "CONFLICT")
    assert message == f"tag other already exists under the repository {one['repository_id']}"
    for name in ("", "a b", "x" * 129, ".a", "a\0"):
        status, code, message = error(await api.request("POST", f"{LIST}/v1/tags", json={"name": name}))
        assert (status, code) == (400, "BAD_REQUEST")
        assert message.startswith("bad request: invalid tag name: ")
    assert (await api.request("POST", f"{LIST}/v1/tags", json={"name": 5})).status_code == 422
    assert (await api.request("POST", f"{LIST}/none/tags", json={"name": "x"})).status_code == 404
    for name in ("none", "other"):
        status, _, message = error(await api.request("DELETE", f"{LIST}/v1/tags/{name}"))
        assert status == 404
        assert message.endswith(f"attached to artifact {one['id']} not found")


async def test_of_two_who_make_one_tag_one_is_told(registry: Registry, api: Api) -> None:
    await registry.push("team/a", image(), "v1")
    await registry.push("team/a", image(), "v2")
    answers = await asyncio.gather(
        *(api.request("POST", f"{LIST}/{reference}/tags", json={"name": "new"}) for reference in ("v1", "v2"))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_an_artifact_goes_with_its_tags_and_accessories(
    application: Application, registry: Registry, api: Api
) -> None:
    one = image()
    signature = image(config_type=COSIGN, subject=one)
    about_it = image(config_type="application/vnd.example.config.v1+json", subject=signature)
    for made, reference in ((one, "v1"), (one, "v2"), (signature, None), (about_it, "note")):
        await registry.push("team/a", made, reference)
    assert (await api.request("DELETE", f"{LIST}/v2")).status_code == 200
    for reference in ("v1", one.digest, signature.digest, about_it.digest, "note"):
        assert (await api.request("GET", f"{LIST}/{reference}")).status_code == 404
        assert (await registry.get(f"team/a/manifests/{reference}")).status_code == 404
    assert (await api.get("/projects/team/repositories/a"))["artifact_count"] == 0
    assert await events(application) == [("delete", "artifact", f"team/a@{one.digest}", "admin")]
    # Pushed again, it is there again.
    await registry.push("team/a", one, "v1")
    assert (await api.get(f"{LIST}/v1?with_accessory=true"))["accessories"] is None


async def test_an_index_takes_along_the_untagged_children_nobody_else_lists(registry: Registry, api: Api) -> None:
    tagged, shared, own = image(), image(), image()
    signature = image(config_type=COSIGN, subject=own)
    first, second = index([tagged, shared, own]), index([shared])
    for made, reference in ((tagged, "t"), (shared, None), (own, None), (signature, None), (first, "i"), (second, "j")):
        await registry.push("team/a", made, reference)
    for reference in ("t", shared.digest, own.digest):
        status, code, message = error(await api.request("DELETE", f"{LIST}/{reference}"))
        assert (status, code) == (412, "VIOLATE_FOREIGN_KEY_CONSTRAINT")
        assert message == "the deleting artifact is referenced by others"
    assert (await api.request("DELETE", f"{LIST}/i")).status_code == 200
    left = {one["digest"] for one in await api.get(f"{LIST}?q=base=*")}
    assert left == {tagged.digest, shared.digest, second.digest}
    assert (await api.request("GET", f"{LIST}/{signature.digest}")).status_code == 404


async def test_a_repository_is_described_listed_and_deleted(
    application: Application, registry: Registry, api: Api
) -> None:
    for name in ("z", "m", "x/y"):
        await registry.push(f"team/{name}", image(), "v1")
    path = "/projects/team/repositories"
    assert [one["name"] for one in await api.get(f"{path}?sort=name")] == ["team/m", "team/x/y", "team/z"]
    answer = await api.request("GET", f"{path}?sort=-name&page_size=1&page=2")
    assert [one["name"] for one in answer.json()] == ["team/x/y"]
    assert answer.headers["x-total-count"] == "3"
    assert [one["name"] for one in await api.get(f"{path}?q=name=~z")] == ["team/z"]
    assert await api.get(f"{path}?q=name=z") == []
    one = await api.get(f"{path}/m")
    assert one == {
        "id": one["id"],
        "project_id": one["project_id"],
        "name": "team/m",
        "artifact_count": 1,
        "pull_count": 0,
        "creation_time": one["creation_time"],
        "update_time": one["update_time"],
    }
    body = {"description": """a <b>"x"</b> & 'y'\0""", "name": "no", "pull_count": 9}
    assert (await api.request("PUT", f"{path}/m", json=body)).status_code == 200
    changed = await api.get(f"{path}/m")
    assert changed["description"] == "a &lt;b&gt;&#34;x&#34;&lt;/b&gt; &amp; &#39;y&#39;�"
    assert (changed["name"], changed["pull_count"]) == ("team/m", 0)
    assert (await api.request("PUT", f"{path}/m", json={})).status_code == 200
    assert "description" not in await api.get(f"{path}/m")
    for method in ("PUT", "GET", "DELETE"):
        more: dict[str, Any] = {"json": {}} if method == "PUT" else {}
        assert error(await api.request(method, f"{path}/none", **more)) == (
            404,
            "NOT_FOUND",
            "repository team/none not found",
        )
    assert (await api.request("DELETE", f"{path}/x%252Fy")).status_code == 200
    assert (await api.request("GET", f"{path}/x%252Fy")).status_code == 404
    assert error(await api.request("GET", "/projects/none/repositories")) == (
        404,
        "NOT_FOUND",
        "project none not found",
    )
    updates = [event for event in await events(application) if event[0] == "update"]
    assert updates == [("update", "repository", "team/m", "admin")] * 2


async def test_a_repository_that_only_has_blobs_is_none(registry: Registry, api: Api) -> None:
    await registry.push_blob("team/blobs", b"x")
    assert await api.get("/projects/team/repositories") == []
    assert (await api.request("GET", "/projects/team/repositories/blobs")).status_code == 404
    assert await api.get("/projects/team/repositories/blobs/artifacts") == []


async def test_an_image_is_copied_with_its_tags_and_accessories(registry: Registry, api: Api) -> None:
    one = image()
    signature = image(config_type=COSIGN, subject=one)
    await registry.push("team/a", one, "v1")
    await registry.push("team/a", one, "latest")
    await registry.push("team/a", signature, "sig")
    for _ in range(2):
        answer = await api.request("POST", f"{COPIES}?from=team/a:v1")
        assert (answer.status_code, answer.content) == (201, b"")
        assert answer.headers["location"] == f"/api/v2.0{COPIES}/v1"
        (copied,) = await api.get(f"{COPIES}?with_accessory=true")
        assert sorted(tag["name"] for tag in copied["tags"]) == ["latest", "v1"]
        assert [accessory["digest"] for accessory in copied["accessories"]] == [signature.digest]
        assert copied["extra_attrs"] == (await api.get(f"{LIST}/v1"))["extra_attrs"]
    pulled = await registry.get("library/b/manifests/v1")
    assert pulled.content == one.content
    for blob in one.document["layers"]:
        assert (await registry.get(f"library/b/blobs/{blob['digest']}")).status_code == 200
    assert (await registry.get("library/b/manifests/sig")).status_code == 200


async def test_an_index_is_copied_with_its_children(registry: Registry, api: Api) -> None:
    one, two = image(), image()
    nested = index([index([one, two], annotations={"a": "b"})])
    inner = index([one, two], annotations={"a": "b"})
    for made, reference in ((one, "t"), (two, None), (inner, None), (nested, "idx")):
        await registry.push("team/a", made, reference)
    answer = await api.request("POST", f"{COPIES}?from=team/a@{nested.digest}")
    assert answer.headers["location"] == f"/api/v2.0{COPIES}/{nested.digest}"
    listed = {found["digest"]: found["tags"] for found in await api.get(f"{COPIES}?q=base=*")}
    assert listed.keys() == {one.digest, two.digest, inner.digest, nested.digest}
    assert {digest for digest, tags in listed.items() if tags} == {nested.digest}


@pytest.mark.parametrize(
    ("source", "status", "message"),
    [
        ("", 422, "validation failure list:\nfrom in query is required"),
        ("team/a", 400, "artifact team/a not found"),
        ("team/a:none", 400, "artifact team/a:none not found"),
        ("team/none:v1", 400, "artifact team/none:v1 not found"),
        ("none/a:v1", 400, "artifact none/a:v1 not found"),
        ("bad", 400, "artifact bad not found"),
        ("a:v1", 400, "artifact a:v1 not found"),
        ("team/a@sha256:abc", 400, "invalid input: team/a@sha256:abc"),
        (":v1", 400, "invalid input: :v1"),
        ("team/a:v1@", 400, "invalid input: team/a:v1@"),
        ("Team/a:v1", 400, "invalid input: Team/a:v1"),
        (f"team/a@sha256:{'0' * 64}", 400, f"artifact team/a@sha256:{'0' * 64} not found"),
    ],
)
async def test_what_cannot_be_copied(registry: Registry, api: Api, source: str, status: int, message: str) -> None:
    await registry.push("team/a", image(), "v1")
    answer = await api.request("POST", f"{COPIES}?from={source}")
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (status, message)


async def test_an_accessory_alone_cannot_be_copied(registry: Registry, api: Api) -> None:
    one = image()
    signature = image(config_type=COSIGN, subject=one)
    await registry.push("team/a", one, "v1")
    await registry.push("team/a", signature)
    assert error(await api.request("POST", f"{COPIES}?from=team/a@{signature.digest}")) == (
        403,
        "DENIED",
        "the operation isn't supported for an artifact accessory",
    )


async def test_a_copy_needs_rights_on_both_sides_and_tells_strangers_nothing(
    running: Application, registry: Registry, api: Api
) -> None:
    await registry.push("team/a", image(), "v1")
    name = "copier"
    users = running.identity.users
    user_id = (await users.create(name, "Passw0rd-x1")).user_id
    library = (await api.get("/projects/library"))["project_id"]
    await running.projects.members.add(library, user_id, 2)
    auth = (name, "Passw0rd-x1")
    for source in ("team/a:v1", "team/none:v1", "none/a:v1"):
        assert error(await api.request("POST", f"{COPIES}?from={source}", auth))[0] == 403
        assert error(await api.request("POST", f"{COPIES}?from={source}", None))[0] == 401
    assert error(await api.request("POST", f"{LIST}?from=library/b:v1", auth))[0] == 403
    assert error(await api.request("POST", "/projects/none/repositories/b/artifacts?from=team/a:v1")) == (
        404,
        "NOT_FOUND",
        "project none not found",
    )
    bad = "/projects/library/repositories/BAD/artifacts"
    assert error(await api.request("POST", f"{bad}?from=team/a:v1"))[0] == 400
    team = (await api.get("/projects/team"))["project_id"]
    await running.projects.members.add(team, user_id, 3)
    assert (await api.request("POST", f"{COPIES}?from=team/a:v1", auth)).status_code == 201
    for method, path in (
        ("DELETE", f"{LIST}/v1"),
        ("DELETE", f"{LIST}/v1/tags/v1"),
        ("POST", f"{LIST}/v1/tags"),
        ("DELETE", "/projects/team/repositories/a"),
        ("PUT", "/projects/team/repositories/a"),
    ):
        more: dict[str, Any] = {"json": {}} if method in ("POST", "PUT") else {}
        assert (await api.request(method, path, auth, **more)).status_code == 403
        assert (await api.request(method, path, None, **more)).status_code == 401


async def test_a_copy_that_adds_nothing_is_refused_where_the_project_is_over_its_limit(
    application: Application, registry: Registry, api: Api
) -> None:
    one = image()
    await registry.push("team/a", one, "v1")
    project_id = (await api.get("/projects/team"))["project_id"]
    await application.quotas.set_limit(project_id, 1)
    path = "/projects/team/repositories/c/artifacts"
    answer = await api.request("POST", f"{path}?from=team/a:v1")
    status, code, message = error(answer)
    assert (status, code) == (403, "DENIED")
    assert message.endswith("will exceed the configured upper limit of 1 B.")
    async with application.database.connect() as connection:
        told = await connection.execute(text("SELECT resource, operator FROM kept_event WHERE operation = 'exceed'"))
        assert [tuple(row) for row in told] == [("team/c", "admin")]
    assert (await api.request("GET", "/projects/team/repositories/c")).status_code == 404
    await application.quotas.set_limit(project_id, -1)
    assert (await api.request("POST", f"{path}?from=team/a:v1")).status_code == 201
