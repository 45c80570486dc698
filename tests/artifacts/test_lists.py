"""Lists of artifacts over /api, as a real Harbor answers (H rows 51, 52)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import text

from moorage.app import Application
from tests.artifacts.conftest import Api
from tests.registry.client import Registry
from tests.registry.content import Image, image, index

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

LIST = "/projects/team/repositories/a/artifacts"
NEVER = "0001-01-01T00:00:00.000Z"
CONFIG = {"architecture": "arm64", "os": "linux", "config": {"Cmd": ["/f"]}}


def described(**more: Any) -> Image:
    return image(config=json.dumps({**CONFIG, **more}).encode())


async def pushed(registry: Registry) -> dict[str, Image]:
    """Two tagged images and an untagged one that an index lists, another untagged one, a chart; a signature of one."""
    made = {name: described(name=name) for name in ("one", "two", "child", "loose")}
    made["idx"] = index([made["one"], made["two"], made["child"]])
    made["chart"] = image(config_type="application/vnd.cncf.helm.config.v1+json", config=b'{"name":"demo"}')
    made["sig"] = image(config_type="application/vnd.dev.cosign.artifact.sig.v1+json", subject=made["one"])
    for name, reference in (("one", "v1"), ("two", "v2"), ("child", None), ("loose", None), ("idx", "idx")):
        await registry.push("team/a", made[name], reference)
    await registry.push("team/a", made["chart"], "chart")
    await registry.push("team/a", made["sig"])
    return made


async def test_an_artifact_has_harbors_fields(registry: Registry, api: Api) -> None:
    made = await pushed(registry)
    one = await api.get(f"{LIST}/v1?with_immutable_status=true")
    path = f"/api/v2.0/projects/team/repositories/a/artifacts/{made['one'].digest}"
    (tag,) = one.pop("tags")
    assert one.pop("push_time") <= tag.pop("push_time")
    assert tag == {
        "id": tag["id"],
        "repository_id": one["repository_id"],
        "artifact_id": one["id"],
        "name": "v1",
        "pull_time": NEVER,
        "immutable": False,
    }
    assert one == {
        "id": one["id"],
        "type": "IMAGE",
        "media_type": "application/vnd.oci.image.config.v1+json",
        "manifest_media_type": "application/vnd.oci.image.manifest.v1+json",
        "artifact_type": "application/vnd.oci.image.config.v1+json",
        "project_id": one["project_id"],
        "repository_id": one["repository_id"],
        "repository_name": "team/a",
        "digest": made["one"].digest,
        "size": len(made["one"].content) + sum(len(blob) for blob in made["one"].blobs),
        "icon": "sha256:0048162a053eef4d4ce3fe7518615bef084403614f8bca43b40ae2e762e11e06",
        "pull_time": NEVER,
        "extra_attrs": {**CONFIG, "author": "", "created": None},
        "references": None,
        "labels": None,
        "accessories": None,
        "addition_links": {"build_history": {"href": f"{path}/additions/build_history", "absolute": False}},
    }
    idx = await api.get(f"{LIST}/idx")
    assert [one["child_digest"] for one in idx["references"]] == [made[n].digest for n in ("one", "two", "child")]
    assert idx["references"][0]["urls"] is None
    assert "extra_attrs" not in idx
    assert "addition_links" not in idx


async def test_children_without_a_tag_and_accessories_are_hidden(registry: Registry, api: Api) -> None:
    await pushed(registry)
    answer = await api.request("GET", LIST)
    assert answer.headers["x-total-count"] == "5"
    shown = [[tag["name"] for tag in one["tags"] or []] for one in answer.json()]
    assert shown == [["chart"], ["idx"], [], ["v2"], ["v1"]]
    assert await api.tags(f"{LIST}?q=base=*") == [["chart"], ["idx"], [], [], ["v2"], ["v1"]]
    assert (await api.get("/projects/team/repositories/a"))["artifact_count"] == 5


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tags=*", [["chart"], ["idx"], ["v2"], ["v1"]]),
        ("tags=nil", [[]]),
        ("tags=nil,base=*", [[], []]),
        ("tags=~v", [["v2"], ["v1"]]),
        ("tags=v1", [["v1"]]),
        ("Tags=v1", [["v1"]]),
        ("tags=none", []),
        ("tags=~V", []),
        ("tags=~%25", []),
        ("type=CHART", [["chart"]]),
        ("type=image", []),
        ("type={CHART IMAGE}", [["chart"], ["idx"], [], ["v2"], ["v1"]]),
        ("media_type=application/vnd.cncf.helm.config.v1%252Bjson", [["chart"]]),
        ("push_time=[2020-01-01T00:00:00~2021-01-01T00:00:00]", []),
        ("push_time=[2020-01-01T00:00:00~],type=CHART", [["chart"]]),
        ("pull_time=[2020-01-01T00:00:00~]", []),
        ("pull_time=[~2020-01-01T00:00:00],type=CHART", [["chart"]]),
        ("size=[1~],type=CHART", [["chart"]]),
        ("repository_name=~a,type=CHART", [["chart"]]),
        ("labels=(99999999)", []),
        ("nope=1,type=CHART", [["chart"]]),
    ],
)
async def test_filters(registry: Registry, api: Api, query: str, expected: list[list[str]]) -> None:
    await pushed(registry)
    for path in (LIST, "/projects/team/artifacts"):
        for _ in range(2):
            answer = await api.request("GET", f"{path}?q={query}")
            assert answer.status_code == 200, answer.text
            found = [[tag["name"] for tag in one["tags"] or []] for one in answer.json()]
            assert found == expected
            assert answer.headers["x-total-count"] == str(len(expected))


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("q=bad", 'the query string must contain "=" and the key/value cannot be empty'),
        ("q=tags={v1 v2}", 'the value of "tags" query can only be fuzzy match value or exact match value'),
        ("q=tags=(v1 v2)", 'the value of "tags" query can only be fuzzy match value or exact match value'),
        ("q=labels=1", 'the value of "labels" query can only be integer list with intersetion relationship'),
        ("q=labels=(a)", 'the value of "labels" query can only be integer list with intersetion relationship'),
        ("q=labels=()", 'the value of "labels" query can only be integer list with intersetion relationship'),
        ("q=base=x", 'the value of "base" query can only be exact match value with "*"'),
        ("q=size=x", "invalid value of size: x"),
        ("q=tags=%2500", "invalid value of tags"),
    ],
)
async def test_a_query_that_is_wrong_is_refused(registry: Registry, api: Api, query: str, message: str) -> None:
    await registry.push("team/a", image(), "v1")
    for path in (LIST, "/projects/team/repositories/none/artifacts", "/projects/team/artifacts"):
        answer = await api.request("GET", f"{path}?{query}")
        assert answer.status_code == 400, answer.text
        assert answer.json()["errors"][0] == {"code": "BAD_REQUEST", "message": message}


async def test_pages_orders_and_flags(registry: Registry, api: Api) -> None:
    await pushed(registry)
    answer = await api.request("GET", f"{LIST}?page_size=2&page=2")
    assert [one["type"] for one in answer.json()] == ["IMAGE", "IMAGE"]
    assert answer.headers["x-total-count"] == "5"
    assert answer.headers["link"] == (
        f'</api/v2.0{LIST}?page=1&page_size=2>; rel="prev" , </api/v2.0{LIST}?page=3&page_size=2>; rel="next"'
    )
    assert await api.get(f"{LIST}?page_size=2&page=9") == []
    assert len(await api.get(f"{LIST}?page_size=0")) == 5
    by_digest = [one["digest"] for one in await api.get(f"{LIST}?sort=digest")]
    assert by_digest == sorted(by_digest)
    assert (await api.tags(f"{LIST}?sort=push_time&page_size=1")) == [["v1"]]
    assert all(one["tags"] is None for one in await api.get(f"{LIST}?with_tag=false"))
    signed = await api.get(f"{LIST}/v1?with_accessory=true")
    assert [one["type"] for one in signed["accessories"]] == ["signature.cosign"]
    assert (await api.request("GET", f"{LIST}?page_size=101")).status_code == 422


async def test_a_list_is_true_at_once_whatever_was_counted_before(registry: Registry, api: Api) -> None:
    made = await pushed(registry)

    async def listed() -> tuple[int, str, int]:
        answer = await api.request("GET", f"{LIST}?page_size=3")
        whole = await api.request("GET", "/projects/team/artifacts?page_size=3")
        assert answer.headers["x-total-count"] == whole.headers["x-total-count"]
        count = (await api.get("/projects/team/repositories/a"))["artifact_count"]
        return len(answer.json()), answer.headers["x-total-count"], count

    assert await listed() == (3, "5", 5)
    # A child that gets a tag is shown, and hidden again when it loses it.
    child = f"{LIST}/{made['child'].digest}"
    assert (await api.request("POST", f"{child}/tags", json={"name": "c"})).status_code == 201
    assert await listed() == (3, "6", 6)
    assert (await api.request("DELETE", f"{child}/tags/c")).status_code == 200
    assert await listed() == (3, "5", 5)
    # An image that an index begins to list is hidden, and shown again when the index goes.
    more = index([made["loose"]])
    await registry.push("team/a", more, "more")
    assert await listed() == (3, "5", 5)
    answer = await registry.request("DELETE", f"/v2/team/a/manifests/{more.digest}")
    assert answer.status_code == 202
    assert await listed() == (3, "5", 5)
    assert await api.tags(f"{LIST}?q=tags=nil") == [[]]
    # A tag that moves leaves its artifact untagged.
    await registry.put_manifest("team/a", made["two"], "chart")
    assert await api.tags(f"{LIST}?q=tags=*") == [["idx"], ["chart", "v2"], ["v1"]]
    assert len(await api.get(f"{LIST}?q=tags=nil")) == 2


async def test_labels_are_shown_and_asked_for(application: Application, registry: Registry, api: Api) -> None:
    await pushed(registry)
    one = (await api.get(f"{LIST}/v1"))["id"]
    async with application.database.begin() as connection:
        rows = await connection.execute(
            text(
                "INSERT INTO label (name, color, project_id) VALUES ('g' || random(), '#0F0', NULL),"
                " ('p' || random(), '', :project) RETURNING label_id"
            ),
            {"project": (await api.get(f"{LIST}/v1"))["project_id"]},
        )
        first, second = rows.scalars()
        for label in (first, second):
            await connection.execute(
                text("INSERT INTO artifact_label (artifact_id, label_id) VALUES (:a, :l)"), {"a": one, "l": label}
            )
    assert await api.tags(f"{LIST}?q=labels=({first} {second})") == [["v1"]]
    assert await api.tags(f"{LIST}?q=labels=({first} 99999999)") == []
    (shown,) = await api.get(f"{LIST}?q=labels=({first})&with_label=true")
    assert [(label["id"], label["scope"], label.get("color")) for label in shown["labels"]] == [
        (first, "g", "#0F0"),
        (second, "p", None),
    ]
    async with application.database.begin() as connection:
        await connection.execute(text("DELETE FROM label"))
    assert await api.get(f"{LIST}?q=labels=({first})") == []


async def test_the_latest_of_each_repository(registry: Registry, api: Api) -> None:
    for repository in ("a", "b"):
        for number in range(2):
            await registry.push(f"team/{repository}", described(n=number), f"{repository}{number}")
    path = "/projects/team/artifacts?latest_in_repository=true"
    config = "application/vnd.oci.image.config.v1%252Bjson"
    assert await api.tags(f"{path}&q=media_type={config}") == [["b1"], ["a1"]]
    answer = await api.request("GET", f"{path}&q=artifact_type={config}&page_size=1")
    assert answer.headers["x-total-count"] == "2"
    for query in ("", f"&q=media_type={config},artifact_type={config}", "&q=media_type=~x"):
        answer = await api.request("GET", f"{path}{query}")
        assert answer.status_code == 400
        assert "either 'media_type' or 'artifact_type' must be specified" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("team/repositories/a/artifacts/none", "artifact team/a:none not found"),
        ("team/repositories/a/artifacts/sha256:abc", "artifact team/a:sha256:abc not found"),
        ("team/repositories/a/artifacts/bad%20ref", "artifact team/a:bad ref not found"),
        (f"team/repositories/a/artifacts/sha256:{'0' * 64}", f"artifact team/a@sha256:{'0' * 64} not found"),
        ("team/repositories/none/artifacts/v1", "repository team/none not found"),
        ("none/repositories/a/artifacts/v1", "repository none/a not found"),
    ],
)
async def test_what_is_not_there(registry: Registry, api: Api, path: str, message: str) -> None:
    await registry.push("team/a", image(), "v1")
    answer = await api.request("GET", f"/projects/{path}")
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (404, message)


async def test_who_may_see_what(registry: Registry, api: Api) -> None:
    await registry.push("team/a", image(), "v1")
    await registry.push("library/a", image(), "v1")
    for path in ("", "/v1", "/v1/tags", "/v1/accessories", "/v1/additions/build_history"):
        assert (await api.request("GET", f"{LIST}{path}", None)).status_code == 401
        public = f"/projects/library/repositories/a/artifacts{path}"
        assert (await api.request("GET", public, None)).status_code == 200
    assert (await api.request("GET", "/projects/team/artifacts", None)).status_code == 401
    assert await api.get("/projects/none/repositories/a/artifacts") == []
    assert await api.get("/projects/team/repositories/none/artifacts") == []
    assert [one["name"] for one in await api.get("/repositories", None)] == ["library/a"]


async def test_a_repository_in_folders_is_named_with_slashes_encoded_once_or_twice(
    registry: Registry, api: Api
) -> None:
    await registry.push("team/x/y/z", image(), "v1")
    for name in ("x%252Fy%252Fz", "x%2Fy%2Fz"):
        one = await api.get(f"/projects/team/repositories/{name}/artifacts/v1")
        assert one["repository_name"] == "team/x/y/z"
    assert "/repositories/x%252Fy%252Fz/artifacts/" in one["addition_links"]["build_history"]["href"]
    answer = await api.request("GET", one["addition_links"]["build_history"]["href"].removeprefix("/api/v2.0"))
    assert answer.status_code == 200


async def test_an_image_without_a_signature_inherits_those_of_its_index(registry: Registry, api: Api) -> None:
    made = await pushed(registry)
    signature = image(config_type="application/vnd.cncf.notary.signature", subject=made["idx"])
    await registry.push("team/a", signature)
    two = await api.get(f"{LIST}/v2?with_inherited_accessory=true")
    assert [one["digest"] for one in two["inherited_accessories"]] == [signature.digest]
    assert "inherited_accessories" not in await api.get(f"{LIST}/v1?with_inherited_accessory=true")
    assert "inherited_accessories" not in await api.get(f"{LIST}/v2")


async def test_a_path_with_a_nul_names_nothing(registry: Registry, api: Api) -> None:
    await registry.push("team/a", image(), "v1")
    for path in (f"{LIST}/x%00", f"{LIST}/v1/tags/%00", "/icons/x%00", "/projects/team/repositories/a%00/artifacts"):
        method = "DELETE" if path.endswith("tags/%00") else "GET"
        assert (await api.request(method, path)).status_code == 400
