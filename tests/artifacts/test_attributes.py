"""Types of artifacts, and what their configs say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from moorage.artifacts.attributes import MAX_EXTRA, Attributes, attributes, wanted
from moorage.oci.manifests import Limits, Manifest, parse
from tests.registry.content import image, index, random_bytes

pytestmark = pytest.mark.unit

OCI = "application/vnd.oci.image.config.v1+json"


def manifest(config_type: str = OCI, **more: Any) -> Manifest:
    made = image(config_type=config_type, **more)
    return parse(made.content, made.media_type, Limits())


def read(parsed: Manifest, config: Any = None) -> Attributes:
    content = config if isinstance(config, bytes) else None if config is None else json.dumps(config).encode()
    return attributes(parsed, content, None)


def extra(parsed: Manifest, config: Any = None) -> Any:
    found = read(parsed, config).extra
    return None if found is None else json.loads(found)


@pytest.mark.parametrize(
    ("config_type", "more", "kind"),
    [
        (OCI, {}, "IMAGE"),
        ("application/vnd.docker.container.image.v1+json", {}, "IMAGE"),
        ("application/vnd.cncf.helm.config.v1+json", {}, "CHART"),
        ("application/vnd.wasm.config.v1+json", {}, "WASM"),
        ("application/vnd.goharbor.harbor.sbom.v1", {}, "SBOM"),
        ("application/vnd.cnab.bundle.config.v1+json", {}, "BUNDLE"),
        ("application/vnd.cncf.openpolicyagent.config.v1+json", {}, "OPENPOLICYAGENT"),
        ("application/vnd.acme.rocket.science.config.v1+json", {}, "ROCKET.SCIENCE"),
        ("application/vnd.cncf.model.config.v1+json", {}, "MODEL"),
        (
            "application/vnd.cncf.model.config.v1+json",
            {"artifactType": "application/vnd.cncf.model.manifest.v1+json"},
            "CNAI",
        ),
        ("application/vnd.oci.empty.v1+json", {"artifactType": "application/vnd.example.thing"}, "UNKNOWN"),
        ("application/json", {}, "UNKNOWN"),
        ("", {}, "UNKNOWN"),
    ],
)
def test_the_type_is_told_by_artifact_type_and_config(config_type: str, more: dict[str, Any], kind: str) -> None:
    assert read(manifest(config_type, **more)).type == kind


def test_an_index_is_an_image_unless_an_annotation_says_otherwise() -> None:
    made = index([image()])
    found = read(parse(made.content, made.media_type, Limits()))
    assert (found.type, found.media_type, found.extra) == ("IMAGE", made.media_type, None)
    bundle = index([image()], annotations={"org.opencontainers.artifactType": "application/vnd.cnab.manifest.v1"})
    found = read(parse(bundle.content, bundle.media_type, Limits()))
    assert (found.type, found.media_type) == ("CNAB", "application/vnd.cnab.manifest.v1")


def test_of_an_image_harbors_fields_are_kept() -> None:
    config = {
        "architecture": "arm64",
        "os": "linux",
        "created": "2020-01-02T03:04:05Z",
        "config": {"Cmd": ["/f"], "Env": ["A=b"], "Labels": {"maintainer": "joe"}, "Hostname": "x", "Volumes": {}},
        "rootfs": {"type": "layers"},
    }
    assert extra(manifest(), config) == {
        "architecture": "arm64",
        "os": "linux",
        "created": "2020-01-02T03:04:05Z",
        "author": "joe",
        "config": {"Cmd": ["/f"], "Env": ["A=b"], "Labels": {"maintainer": "joe"}},
    }


NOTHING: dict[str, Any] = {"architecture": "", "os": "", "created": None, "author": "", "config": {}}


@pytest.mark.parametrize(
    "config",
    [
        None,
        b"",
        b"not json",
        b"[]",
        b'{"os":"\\u0000"}',
        b'{"os":"\xff"}',
        b'{"x":' * 500 + b"1" + b"}" * 500,
        {"architecture": 5, "os": None, "created": {}, "config": [1], "author": ["a"]},
        {"config": {"Cmd": "sh", "Env": {"a": 1}, "Labels": "x", "User": 7}},
    ],
)
def test_an_odd_config_says_nothing(config: Any) -> None:
    assert extra(manifest(), config) == NOTHING


def test_what_is_kept_has_a_limit() -> None:
    config = {"architecture": "amd64", "config": {"Labels": {"a": "x" * MAX_EXTRA}}}
    kept = extra(manifest(), config)
    assert kept == {"architecture": "amd64", "os": "", "created": None, "author": ""}
    chart = extra(manifest("application/vnd.cncf.helm.config.v1+json"), {"name": "a", "big": "x" * MAX_EXTRA})
    assert chart == {"name": "a"}


def test_a_wasm_module_in_an_image_keeps_the_images_fields() -> None:
    parsed = manifest(annotations={"module.wasm.image/variant": "compat"})
    found = read(parsed, {"architecture": "wasm", "os": "wasi"})
    assert (found.type, found.media_type) == ("IMAGE", "application/vnd.wasm.config.v1+json")
    assert json.loads(found.extra or b"")["architecture"] == "wasm"
    plain = manifest("application/vnd.wasm.config.v1+json")
    assert wanted(plain).config is None
    assert extra(plain) == {
        "manifest.config.mediaType": "application/vnd.wasm.config.v1+json",
        "manifest.layers.mediaType": plain.layers[0].media_type,
        "org.opencontainers.image.title": "",
    }


def test_a_type_of_ones_own_may_leave_keys_out_and_bring_an_icon() -> None:
    made = image(config_type="application/vnd.acme.rocket.config.v1+json", layers=2)
    document = made.document
    document["config"]["annotations"] = {"io.goharbor.artifact.v1alpha1.skip-list": "metrics,git"}
    document["layers"][1]["annotations"] = {"io.goharbor.artifact.v1alpha1.icon": ""}
    parsed = parse(json.dumps(document).encode(), made.media_type, Limits())
    needs = wanted(parsed)
    assert needs.icon is not None
    assert needs.icon.digest == document["layers"][1]["digest"]
    config = json.dumps({"a": 1, "metrics": 2, "git": 3}).encode()
    found = attributes(parsed, config, b"\x89PNG\r\n\x1a\n....")
    assert (found.type, found.icon) == ("ROCKET", document["layers"][1]["digest"])
    assert json.loads(found.extra or b"") == {"a": 1}
    assert attributes(parsed, config, b"<svg/>").icon is None


def test_only_what_is_needed_is_read() -> None:
    assert wanted(manifest()).config is not None
    assert wanted(manifest("application/vnd.oci.empty.v1+json")).config is None
    assert wanted(manifest(config=b"{}")).config is None
    assert wanted(manifest(config=random_bytes(1024 * 1024 + 1))).config is None
    made = index([image()])
    assert wanted(parse(made.content, made.media_type, Limits())) == type(wanted(manifest()))()
