"""Additions and icons over /api, as a real Harbor answers (H rows 53, 54)."""

from __future__ import annotations

import base64
import json
import struct
from typing import Any

import pytest

from moorage.artifacts.icons import BY_ACCESSORY, BY_TYPE, DEFAULT
from tests.artifacts.conftest import Api
from tests.artifacts.test_archives import archive
from tests.registry.client import Registry
from tests.registry.content import Image, image, index

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

LIST = "/projects/team/repositories/a/artifacts"
TEXT, MARKDOWN = "text/plain; charset=utf-8", "text/markdown; charset=utf-8"
JSON = "application/json; charset=utf-8"
PNG = b"\x89PNG\r\n\x1a\n" + b"rest"


def chart(files: dict[str, bytes]) -> Image:
    config = b'{"name":"demo","version":"0.1.0"}'
    return image(config_type="application/vnd.cncf.helm.config.v1+json", config=config, layer=archive(files))


def model(layers: dict[str, bytes]) -> Image:
    """A model artifact with documents."""
    made = image(
        config_type="application/vnd.cncf.model.config.v1+json",
        artifactType="application/vnd.cncf.model.manifest.v1+json",
        layers=0,
    )
    document, blobs = made.document, list(made.blobs)
    for path, content in layers.items():
        form = "tar" if path.endswith((".txt", "/")) else "raw"
        only = image(layer=content).document["layers"][0]
        only["mediaType"] = f"application/vnd.cncf.model.doc.v1.{form}"
        document["layers"].append({**only, "annotations": {"org.cncf.model.filepath": path}})
        blobs.append(content)
    return Image(json.dumps(document).encode(), blobs=blobs)


async def test_an_image_has_a_history(registry: Registry, api: Api) -> None:
    steps = [{"created": "2020-01-02T03:04:05Z", "created_by": "ADD x", "odd": 1, "comment": ""}, {"empty_layer": True}]
    await registry.push("team/a", image(config=json.dumps({"history": steps}).encode()), "v1")
    answer = await api.request("GET", f"{LIST}/v1/additions/build_history")
    assert answer.headers["content-type"] == JSON
    assert answer.json() == [{"created": "2020-01-02T03:04:05Z", "created_by": "ADD x"}, {"empty_layer": True}]
    for odd in (b"no json", b'{"history":7}', b"{}"):
        await registry.push("team/a", image(config=odd), "odd")
        assert (await api.request("GET", f"{LIST}/odd/additions/build_history")).content == b"null"


async def test_a_chart_has_values_a_readme_and_dependencies(registry: Registry, api: Api) -> None:
    description = b"name: demo\ndependencies:\n- {name: redis, version: ~1.0, repository: 'https://charts.example'}\n"
    files = {"demo/Chart.yaml": description, "demo/values.yaml": b"a: 1\n", "demo/README.md": b"# demo\n"}
    await registry.push("team/a", chart(files), "chart")
    for name, media_type, content in (
        ("values.yaml", TEXT, b"a: 1\n"),
        ("readme.md", MARKDOWN, b"# demo\n"),
        ("dependencies", JSON, b'[{"name":"redis","version":"~1.0","repository":"https://charts.example"}]'),
    ):
        answer = await api.request("GET", f"{LIST}/chart/additions/{name}")
        assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, media_type, content)
    shown = await api.get(f"{LIST}/chart")
    assert (shown["type"], shown["icon"], shown["extra_attrs"]["version"]) == ("CHART", BY_TYPE["CHART"], "0.1.0")
    assert set(shown["addition_links"]) == {"values.yaml", "readme.md", "dependencies"}


async def test_a_chart_that_is_a_bomb_or_none_is_refused(registry: Registry, api: Api) -> None:
    await registry.push("team/a", chart({"demo/values.yaml": bytes(2_000_000)}), "bomb")
    answer = await api.request("GET", f"{LIST}/bomb/additions/values.yaml")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (413, "REQUEST_ENTITY_TOO_LARGE")
    broken = image(config_type="application/vnd.cncf.helm.config.v1+json", layer=b"\x1f\x8bnonsense")
    await registry.push("team/a", broken, "broken")
    assert (await api.request("GET", f"{LIST}/broken/additions/values.yaml")).status_code == 400


async def test_a_model_has_a_readme_a_license_and_files(registry: Registry, api: Api) -> None:
    layers = {
        "README.md": b"# readme",
        "LICENSE.txt": archive({"LICENSE.txt": b"free"}, pack=bytes),
        "weights/a/model.bin": b"123",
        "weights/b.bin": b"45",
    }
    await registry.push("team/a", model(layers), "model")
    answer = await api.request("GET", f"{LIST}/model/additions/readme.md")
    assert (answer.headers["content-type"], answer.content) == (MARKDOWN, b"# readme")
    answer = await api.request("GET", f"{LIST}/model/additions/license")
    assert (answer.headers["content-type"], answer.content) == (TEXT, b"free")
    assert await api.get(f"{LIST}/model/additions/files") == [
        {
            "name": "weights",
            "type": "directory",
            "children": [
                {"name": "a", "type": "directory", "children": [{"name": "model.bin", "type": "file", "size": 3}]},
                {"name": "b.bin", "type": "file", "size": 2},
            ],
        },
        {"name": "LICENSE.txt", "type": "file", "size": len(layers["LICENSE.txt"])},
        {"name": "README.md", "type": "file", "size": 8},
    ]
    await registry.push("team/a", model({}), "bare")
    assert (await api.request("GET", f"{LIST}/bare/additions/readme.md")).status_code == 404


@pytest.mark.parametrize(
    ("reference", "addition", "status", "message"),
    [
        ("v1", "values.yaml", 400, "addition VALUES.YAML isn't supported for IMAGE(manifest version 2)"),
        ("v1", "sbom", 400, "addition SBOM isn't supported for IMAGE(manifest version 2)"),
        ("idx", "build_history", 400, "addition BUILD_HISTORY isn't supported"),
        ("chart", "build_history", 400, "addition BUILD_HISTORY isn't supported for CHART"),
        ("any", "files", 400, "the processor for artifact UNKNOWN not found, cannot get the addition"),
        ("none", "build_history", 404, "artifact team/a:none not found"),
        (
            "v1",
            "nope",
            422,
            "validation failure list:\naddition in path should be one of"
            " [build_history values.yaml readme.md dependencies sbom license files]",
        ),
        ("none", "vulnerabilities", 404, "artifact team/a:none not found"),
    ],
)
async def test_what_an_artifact_does_not_have(
    registry: Registry, api: Api, reference: str, addition: str, status: int, message: str
) -> None:
    one = image()
    await registry.push("team/a", one, "v1")
    await registry.push("team/a", index([one]), "idx")
    await registry.push("team/a", chart({}), "chart")
    await registry.push("team/a", image(config_type="application/json"), "any")
    answer = await api.request("GET", f"{LIST}/{reference}/additions/{addition}")
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (status, message)


async def test_an_sbom_is_shown_as_it_is(registry: Registry, api: Api) -> None:
    one = image()
    content = b'{"spdxVersion":"SPDX-2.3"}'
    sbom = image(config_type="application/vnd.goharbor.harbor.sbom.v1", layer=content, subject=one)
    await registry.push("team/a", one, "v1")
    await registry.push("team/a", sbom, "sbom")
    answer = await api.request("GET", f"{LIST}/sbom/additions/sbom")
    assert (answer.headers["content-type"], answer.content) == ("application/vnd.goharbor.harbor.sbom.v1", content)
    (accessory,) = await api.get(f"{LIST}/v1/accessories?q=type=sbom.harbor")
    assert (accessory["icon"], accessory["digest"]) == (BY_ACCESSORY["sbom.harbor"], sbom.digest)


async def test_every_icon_of_ours_is_an_image_of_fifty_pixels(api: Api) -> None:
    for digest in {DEFAULT, *BY_TYPE.values(), *BY_ACCESSORY.values()}:
        answer: Any = await api.request("GET", f"/icons/{digest}", None)
        icon = answer.json()
        content = base64.b64decode(icon["content"])
        assert icon["content-type"] == "image/png"
        assert content.startswith(b"\x89PNG\r\n\x1a\n")
        assert struct.unpack(">II", content[16:24]) == (50, 50)


async def test_an_artifact_may_bring_an_icon(registry: Registry, api: Api) -> None:
    made = image(config_type="application/vnd.acme.rocket.config.v1+json", config=b'{"a":1}', layer=PNG)
    document = made.document
    document["layers"][0]["annotations"] = {"io.goharbor.artifact.v1alpha1.icon": ""}
    rocket = Image(json.dumps(document).encode(), blobs=made.blobs)
    await registry.push("team/a", rocket, "v1")
    one = await api.get(f"{LIST}/v1")
    assert (one["type"], one["icon"], one["extra_attrs"]) == ("ROCKET", document["layers"][0]["digest"], {"a": 1})
    icon = (await api.request("GET", f"/icons/{one['icon']}", None)).json()
    assert (icon["content-type"], base64.b64decode(icon["content"])) == ("image/png", PNG)
    assert (await api.request("DELETE", f"{LIST}/v1")).status_code == 200
    for digest in (one["icon"], f"sha256:{'0' * 64}", "bad"):
        assert (await api.request("GET", f"/icons/{digest}", None)).status_code == 404


async def test_a_manifest_is_shown_byte_by_byte_and_that_is_no_pull(registry: Registry, api: Api) -> None:
    made = image()
    await registry.push("team/a", made, "v1")
    for reference in ("v1", made.digest, made.digest.replace(":", "%3A")):
        answer = await api.request("GET", f"{LIST}/{reference}/manifest")
        assert (answer.status_code, answer.content) == (200, made.content)
        assert answer.headers["content-type"] == made.media_type
        assert answer.headers["docker-content-digest"] == made.digest
    assert (await api.get(f"{LIST}/v1"))["pull_time"].startswith("0001-01-01")
    assert (await api.request("GET", f"{LIST}/nothing/manifest")).status_code == 404
