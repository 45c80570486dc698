"""Parsing manifests (OCI traps 4, 20 and 23) and their limits."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moorage.errors import ManifestInvalid
from moorage.oci import media_types
from moorage.oci.manifests import Limits, parse

pytestmark = pytest.mark.unit

CONFIG = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "sha256:" + "1" * 64, "size": 2}
LAYER = {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": "sha256:" + "2" * 64, "size": 3}


def image(**changes: Any) -> bytes:
    document = {"schemaVersion": 2, "mediaType": media_types.OCI_MANIFEST, "config": CONFIG, "layers": [LAYER]}
    return json.dumps({**document, **changes}).encode()


def index(**changes: Any) -> bytes:
    return json.dumps({"schemaVersion": 2, "mediaType": media_types.OCI_INDEX, "manifests": [], **changes}).encode()


def test_an_image_refers_to_its_config_and_layers() -> None:
    manifest = parse(image(), media_types.OCI_MANIFEST, Limits())
    assert [blob.digest for blob in manifest.blobs] == [CONFIG["digest"], LAYER["digest"]]
    assert not manifest.is_index


def test_trap_4_an_images_artifact_type_falls_back_to_its_configs_media_type() -> None:
    assert parse(image(), media_types.OCI_MANIFEST, Limits()).artifact_type == CONFIG["mediaType"]
    named = parse(image(artifactType="application/x"), media_types.OCI_MANIFEST, Limits())
    assert named.artifact_type == "application/x"
    assert parse(index(), media_types.OCI_INDEX, Limits()).artifact_type is None


def test_trap_23_a_foreign_layer_need_not_be_stored() -> None:
    foreign = {**LAYER, "mediaType": "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"}
    with_urls = {**LAYER, "digest": "sha256:" + "3" * 64, "urls": ["https://example.com/layer"]}
    manifest = parse(image(layers=[foreign, with_urls]), media_types.OCI_MANIFEST, Limits())
    assert [blob.digest for blob in manifest.blobs] == [CONFIG["digest"]]


def test_trap_23_custom_fields_and_data_are_accepted() -> None:
    manifest = parse(
        image(custom={"a": [1]}, config={**CONFIG, "data": "e30=", "x": 1}), media_types.OCI_MANIFEST, Limits()
    )
    assert manifest.config is not None


def test_trap_23_an_empty_and_a_layerless_manifest_are_accepted() -> None:
    assert parse(index(), media_types.OCI_INDEX, Limits()).children == ()
    assert parse(image(layers=[]), media_types.OCI_MANIFEST, Limits()).layers == ()


@pytest.mark.parametrize("content_type", [None, "", "application/json"])
def test_without_a_useful_content_type_the_document_says_what_it_is(content_type: str | None) -> None:
    assert parse(image(), content_type, Limits()).media_type == media_types.OCI_MANIFEST


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{}", b"[]", b"null", b"not json", b'"x"', b"\xff",
        image(schemaVersion=1), image(config=None), image(config=[]), image(layers={}), image(layers=["x"]),
        image(layers=[{**LAYER, "digest": "sha256:abc"}]), image(layers=[{**LAYER, "size": -1}]),
        image(layers=[{**LAYER, "size": True}]), image(layers=[{**LAYER, "size": "3"}]),
        image(manifests=[]), image(mediaType=1), image(artifactType=1), image(annotations={"a": 1}),
        image(subject={"digest": "x"}), image(mediaType=media_types.OCI_INDEX), image(layers=[{**LAYER, "urls": [1]}]),
    ],
)  # fmt: skip
def test_what_is_no_manifest_is_refused_with_a_reason(content: bytes) -> None:
    with pytest.raises(ManifestInvalid) as caught:
        parse(content, media_types.OCI_MANIFEST, Limits())
    assert len(caught.value.message) > 10


def test_schema_1_is_refused_with_what_to_do() -> None:
    content = b'{"schemaVersion":1,"name":"x","tag":"y","fsLayers":[],"history":[]}'
    for content_type in (media_types.DOCKER_SCHEMA1_SIGNED, media_types.DOCKER_MANIFEST, None):
        with pytest.raises(ManifestInvalid, match="schema 1"):
            parse(content, content_type, Limits())


def test_the_number_of_references_has_a_limit() -> None:
    parse(image(layers=[LAYER] * 5), media_types.OCI_MANIFEST, Limits(references=5))
    with pytest.raises(ManifestInvalid, match="at most 5"):
        parse(image(layers=[LAYER] * 6), media_types.OCI_MANIFEST, Limits(references=5))


@pytest.mark.parametrize("depth", [65, 500, 100_000])
def test_the_depth_has_a_limit_and_deep_input_cannot_crash(depth: int) -> None:
    deep = b'{"a":' + b"[" * depth + b"]" * depth + b"}"
    with pytest.raises(ManifestInvalid):
        parse(deep, media_types.OCI_MANIFEST, Limits(depth=64))


@pytest.mark.parametrize(
    "changes",
    [{"annotations": {"a": "\0"}}, {"annotations": {"\0": "a"}}, {"artifactType": "x\0"}, {"custom": ["\0"]}],
)
def test_a_nul_is_refused_since_nothing_could_store_it(changes: dict[str, Any]) -> None:
    with pytest.raises(ManifestInvalid, match="U\\+0000"):
        parse(image(**changes), media_types.OCI_MANIFEST, Limits())


def test_a_backslash_before_u0000_is_no_nul() -> None:
    assert parse(image(annotations={"a": "\\u0000"}), media_types.OCI_MANIFEST, Limits()).annotations


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(["schemaVersion", "mediaType", "config", "layers", "manifests", "subject", "annotations"])


@given(st.dictionaries(KEYS, JSON), st.sampled_from([None, *sorted(media_types.MANIFESTS)]))
def test_any_json_is_parsed_or_refused_and_never_breaks(changes: dict[str, Any], content_type: str | None) -> None:
    with contextlib.suppress(ManifestInvalid):
        parse(image(**changes), content_type, Limits())
