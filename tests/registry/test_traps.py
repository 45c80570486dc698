"""The traps of the OCI reference's section 3, each by its number, against a whole registry.

Traps that need no registry are in ``tests/oci``; 25 and 29 are in ``test_access``, 34 in ``test_blobs``.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from moorage.oci import media_types
from moorage.oci.names import digest_of
from tests.registry.client import Registry, code
from tests.registry.content import descriptor, image, index, random_bytes

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

NOWHERE = "sha256:" + "0" * 64
OCTETS = {"content-type": "application/octet-stream"}


async def test_trap_1_referrers_of_the_unknown_are_an_empty_index(registry: Registry) -> None:
    await registry.push("team/a", image(), "v1")
    for name in ("team/a", "team/never-pushed"):
        answer = await registry.get(f"{name}/referrers/{NOWHERE}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == media_types.OCI_INDEX
        assert answer.json() == {"schemaVersion": 2, "mediaType": media_types.OCI_INDEX, "manifests": []}
    assert (await registry.get("team/a/referrers/sha256:bad")).status_code == 400


async def test_trap_2_oci_subject_is_answered_by_tag_and_by_digest_though_the_subject_is_absent(
    registry: Registry,
) -> None:
    subject = image()
    referrer = image(subject=subject)
    for reference in ("sig", None):
        answer = await registry.push("team/a", referrer, reference)
        assert answer.headers["oci-subject"] == subject.digest


async def test_trap_3_filters_applied_only_when_asked_for(registry: Registry) -> None:
    subject = image()
    await registry.push("team/a", image(subject=subject, artifactType="application/one"))
    await registry.push("team/a", image(subject=subject, artifactType="application/two"))
    path = f"team/a/referrers/{subject.digest}"
    everything = await registry.get(path)
    assert "oci-filters-applied" not in everything.headers
    assert len(everything.json()["manifests"]) == 2
    one = await registry.get(path, params={"artifactType": "application/one"})
    assert one.headers["oci-filters-applied"] == "artifactType"
    assert [entry["artifactType"] for entry in one.json()["manifests"]] == ["application/one"]


async def test_trap_4_a_referrers_descriptor_has_the_manifests_annotations_and_nothing_added(
    registry: Registry,
) -> None:
    subject = image()
    annotated = image(subject=subject, annotations={"a": "b"})
    bare = index([], subject=descriptor(subject.content, subject.media_type))
    await registry.push("team/a", annotated)
    await registry.push("team/a", bare)
    found = {
        entry["digest"]: entry
        for entry in (await registry.get(f"team/a/referrers/{subject.digest}")).json()["manifests"]
    }
    assert found[annotated.digest] == {
        **descriptor(annotated.content, annotated.media_type),
        "annotations": {"a": "b"},
        "artifactType": "application/vnd.oci.image.config.v1+json",
    }
    assert found[bare.digest] == descriptor(bare.content, bare.media_type)


async def test_trap_5_tags_are_listed_in_byte_order_and_linked_only_if_there_are_more(registry: Registry) -> None:
    pushed = image()
    await registry.push("team/a", pushed, "b")
    for tag in ("B", "a", "A", "_", "1"):
        await registry.put_manifest("team/a", pushed, tag)
    everything = ["1", "A", "B", "_", "a", "b"]
    assert (await registry.get("team/a/tags/list")).json() == {"name": "team/a", "tags": everything}
    none = await registry.get("team/a/tags/list?n=0")
    assert none.json()["tags"] == []
    assert "link" not in none.headers
    first = await registry.get("team/a/tags/list?n=4")
    assert first.json()["tags"] == everything[:4]
    assert first.headers["link"] == '</v2/team/a/tags/list?last=_&n=4>; rel="next"'
    last = await registry.get("team/a/tags/list?last=_&n=4")
    assert last.json()["tags"] == everything[4:]
    assert "link" not in last.headers
    exact = await registry.get("team/a/tags/list?n=6")
    assert "link" not in exact.headers
    assert (await registry.get("team/a/tags/list?last=B")).json()["tags"] == everything[3:]
    assert (await registry.get("team/none/tags/list")).status_code == 404


async def test_trap_6_a_single_post_with_a_digest_stores_the_blob_even_an_empty_one(registry: Registry) -> None:
    for content in (random_bytes(), b""):
        digest = digest_of(content)
        answer = await registry.request(
            "POST", "/v2/team/a/blobs/uploads/", params={"digest": digest}, content=content, headers=OCTETS
        )
        assert answer.status_code == 201
        assert (await registry.get(f"team/a/blobs/{digest}")).content == content


async def test_trap_7_a_chunk_out_of_order_is_416_and_the_session_survives(registry: Registry) -> None:
    location = await registry.start("team/a")
    empty = await registry.request("GET", location)
    assert (empty.status_code, empty.headers["range"]) == (204, "0-0")
    await registry.request("PATCH", location, content=b"12345", headers={"content-range": "0-4", **OCTETS})
    early = await registry.request("PATCH", location, content=b"xx", headers={"content-range": "7-8", **OCTETS})
    assert early.status_code == 416
    closing = await registry.request(
        "PUT",
        location,
        params={"digest": digest_of(b"1234567")},
        content=b"67",
        headers={"content-range": "9-10", **OCTETS},
    )
    assert closing.status_code == 416
    status = await registry.request("GET", location)
    assert status.status_code == 204
    assert status.headers["range"] == "0-4"
    assert status.headers["location"].startswith("http://registry.test/v2/team/a/blobs/uploads/")
    done = await registry.request(
        "PUT", location, params={"digest": digest_of(b"1234567")}, content=b"67", headers={"content-range": "5-6"}
    )
    assert done.status_code == 201


async def test_trap_8_a_repeated_chunk_is_416(registry: Registry) -> None:
    location = await registry.start("team/a")
    chunk = {"content": b"12345", "headers": {"content-range": "0-4", **OCTETS}}
    assert (await registry.request("PATCH", location, **chunk)).status_code == 202
    assert (await registry.request("PATCH", location, **chunk)).status_code == 416


async def test_trap_9_an_older_location_keeps_working_and_a_digest_can_be_appended(registry: Registry) -> None:
    first = await registry.start("team/a")
    for content in (b"12", b"34"):
        answer = await registry.request("PATCH", first, content=content, headers=OCTETS)
        assert answer.headers["location"] == first
    # As scripts do that know distribution's Location, which always has a query.
    done = await registry.request("PUT", f"{first}&digest={digest_of(b'1234')}")
    assert done.status_code == 201


async def test_trap_10_an_extra_query_on_the_session_is_ignored(registry: Registry) -> None:
    location = await registry.start("team/a")
    answer = await registry.request("GET", location, params={"digest": NOWHERE, "_state": "x"})
    assert answer.status_code == 204


async def test_trap_11_a_stream_without_length_or_range_is_accepted(registry: Registry) -> None:
    async def stream() -> AsyncIterator[bytes]:
        for part in (b"12", b"34"):
            yield part

    location = await registry.start("team/a")
    answer = await registry.request("PATCH", location, content=stream(), headers=OCTETS)
    assert (answer.status_code, answer.headers["range"]) == (202, "0-3")
    pushed = image(layers=0)
    await registry.push_blob("team/a", pushed.blobs[0])

    async def manifest() -> AsyncIterator[bytes]:
        yield pushed.content[:10]
        yield pushed.content[10:]

    answer = await registry.request(
        "PUT", "/v2/team/a/manifests/v1", content=manifest(), headers={"content-type": pushed.media_type}
    )
    assert answer.status_code == 201


async def test_trap_12_a_manifest_may_be_4_mib_and_not_a_byte_more(registry: Registry) -> None:
    limit = 4 * 1024 * 1024
    small = image(layers=0, annotations={"a": ""})
    await registry.push_blob("team/a", small.blobs[0])
    padding = limit - len(small.content)
    exact = image(layers=0, config=small.blobs[0], annotations={"a": "x" * padding})
    assert len(exact.content) == limit
    assert (await registry.put_manifest("team/a", exact)).status_code == 201
    over = image(layers=0, config=small.blobs[0], annotations={"a": "x" * (padding + 1)})
    answer = await registry.put_manifest("team/a", over)
    assert (answer.status_code, code(answer)) == (413, "MANIFEST_INVALID")


async def test_trap_13_a_digest_that_does_not_match_is_400_everywhere(registry: Registry) -> None:
    async def refused(method: str, path: str, **more: object) -> None:
        answer = await registry.request(method, path, **more)
        assert (answer.status_code, code(answer)) == (400, "DIGEST_INVALID")

    wrong = {"params": {"digest": NOWHERE}}
    await refused("POST", "/v2/team/a/blobs/uploads/", content=b"x", **wrong)
    await refused("PUT", await registry.start("team/a"), content=b"x", **wrong)
    chunked = await registry.start("team/a")
    await registry.request("PATCH", chunked, content=b"x", headers={"content-range": "0-0", **OCTETS})
    await refused("PUT", chunked, **wrong)
    assert (await registry.request("PUT", chunked, params={"digest": digest_of(b"x")})).status_code == 201
    pushed = image()
    await registry.push("team/a", pushed)
    answer = await registry.put_manifest("team/a", pushed, NOWHERE)
    assert (answer.status_code, code(answer)) == (400, "DIGEST_INVALID")


async def test_trap_14_a_malformed_digest_is_400_and_no_router_error(registry: Registry) -> None:
    await registry.push("team/a", image(), "v1")
    answer = await registry.put_manifest("team/a", image(), "sha256:baddigeststring")
    assert (answer.status_code, code(answer)) == (400, "DIGEST_INVALID")
    assert (await registry.get("team/a/manifests/sha256:baddigeststring")).status_code == 404
    assert (await registry.get("team/a/blobs/sha256:baddigeststring")).status_code == 400


async def test_trap_15_the_location_of_what_was_created_can_be_read(registry: Registry) -> None:
    pushed = image()
    answer = await registry.push("team/a", pushed, "v1")
    got = await registry.request("GET", answer.headers["location"])
    assert got.content == pushed.content
    assert got.headers["content-type"] == pushed.media_type
    assert got.headers["content-length"] == str(len(pushed.content))


async def test_trap_16_content_types_have_no_charset(registry: Registry) -> None:
    for media_type in (media_types.OCI_MANIFEST, media_types.DOCKER_MANIFEST):
        pushed = image(media_type=media_type)
        await registry.push("team/a", pushed, "v1")
        assert (await registry.get("team/a/manifests/v1")).headers["content-type"] == media_type


async def test_trap_17_everything_created_names_its_digest(registry: Registry) -> None:
    pushed = image()
    answer = await registry.push("team/a", pushed, "v1")
    assert answer.headers["docker-content-digest"] == pushed.digest
    content = random_bytes()
    location = await registry.start("team/a")
    answer = await registry.request("PUT", location, params={"digest": digest_of(content)}, content=content)
    assert answer.headers["docker-content-digest"] == digest_of(content)


async def test_trap_18_a_mount_is_201_or_a_usable_session(registry: Registry) -> None:
    content = random_bytes()
    digest = await registry.push_blob("team/a", content)
    mounted = await registry.request("POST", "/v2/team/b/blobs/uploads/", params={"mount": digest, "from": "team/a"})
    assert (mounted.status_code, mounted.headers["docker-content-digest"]) == (201, digest)
    assert (await registry.request("GET", mounted.headers["location"])).content == content
    missing = await registry.request("POST", "/v2/team/b/blobs/uploads/", params={"mount": NOWHERE, "from": "team/a"})
    assert missing.status_code == 202
    done = await registry.request("PUT", missing.headers["location"], params={"digest": digest_of(b"x")}, content=b"x")
    assert done.status_code == 201


async def test_trap_19_a_mount_without_from_finds_a_readable_copy(registry: Registry) -> None:
    digest = await registry.push_blob("team/a", random_bytes())
    found = await registry.request("POST", "/v2/library/b/blobs/uploads/", params={"mount": digest})
    assert found.status_code == 201
    assert (await registry.request("HEAD", f"/v2/library/b/blobs/{digest}")).status_code == 200
    unknown = await registry.request("POST", "/v2/library/b/blobs/uploads/", params={"mount": NOWHERE})
    assert unknown.status_code == 202


@pytest.mark.parametrize("hint", [None, "sha512"])
async def test_trap_20_sha512_with_and_without_the_hint(registry: Registry, hint: str | None) -> None:
    content = random_bytes()
    digest = digest_of(content, "sha512")
    location = await registry.start("team/a", params={"digest-algorithm": hint} if hint else {})
    await registry.request("PATCH", location, content=content, headers=OCTETS)
    assert (await registry.request("PUT", location, params={"digest": digest})).status_code == 201
    assert (await registry.get(f"team/a/blobs/{digest}")).content == content


async def test_trap_20_identity_is_the_digest_as_pushed(registry: Registry) -> None:
    pushed = image(algorithm="sha512")
    answer = await registry.push("team/a", pushed, params={"tag": "v1"})
    assert answer.headers["docker-content-digest"] == pushed.digest
    parent = index([pushed])
    await registry.push("team/a", parent, "multi")
    head = await registry.request("HEAD", "/v2/team/a/manifests/v1")
    assert head.headers["docker-content-digest"] == pushed.digest


async def test_trap_22_what_was_deleted_is_gone_at_once(registry: Registry) -> None:
    pushed = image()
    await registry.push("team/a", pushed, "v1")
    paths = ["manifests/v1", f"manifests/{pushed.digest}", *(f"blobs/{digest_of(blob)}" for blob in pushed.blobs)]
    for path in paths:
        assert (await registry.request("DELETE", f"/v2/team/a/{path}")).status_code == 202
        assert (await registry.request("HEAD", f"/v2/team/a/{path}")).status_code == 404


async def test_trap_23_every_kind_of_content_is_kept_byte_for_byte(registry: Registry) -> None:
    foreign = {
        "mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
        "digest": NOWHERE,
        "size": 3,
        "urls": ["https://example.com/x"],
    }
    layer = random_bytes()
    kinds = [
        index([]),
        index([], custom={"b": 1, "a": 2}),
        image(layers=0),
        image(layers=0, x="\u00e9 \\u00e9"),
        image(layer=layer, custom=[1, {"z": None}]),
        image(custom={"foreign": foreign}),
    ]
    for pushed in kinds:
        await registry.push("team/a", pushed)
        assert (await registry.get(f"team/a/manifests/{pushed.digest}")).content == pushed.content
    document = image(layer=layer).document
    document["layers"].append(foreign)
    document["config"]["data"] = "e30="
    content = json.dumps(document, separators=(" ,", " : ")).encode()
    await registry.push_blob("team/a", layer)
    answer = await registry.request(
        "PUT", "/v2/team/a/manifests/foreign", content=content, headers={"content-type": media_types.OCI_MANIFEST}
    )
    # Its config was never pushed, so it is refused for that, not for the foreign layer.
    assert code(answer) == "MANIFEST_BLOB_UNKNOWN"
    assert document["config"]["digest"] in answer.text
    assert NOWHERE not in answer.text


async def test_trap_23_indexes_may_be_nested(registry: Registry) -> None:
    leaf = image()
    await registry.push("team/a", leaf)
    inner = index([leaf])
    await registry.push("team/a", inner)
    outer = index([inner, leaf])
    await registry.push("team/a", outer, "nested")
    assert (await registry.get("team/a/manifests/nested")).content == outer.content


async def test_trap_24_head_is_get_without_a_body(registry: Registry) -> None:
    pushed = image()
    await registry.push("team/a", pushed, "v1")
    empty = await registry.push_blob("team/a", b"")
    for path in ("manifests/v1", f"blobs/{digest_of(pushed.blobs[1])}", f"blobs/{empty}"):
        head = await registry.request("HEAD", f"/v2/team/a/{path}")
        got = await registry.get(f"team/a/{path}")
        assert head.content == b""
        assert head.headers["content-length"] == got.headers["content-length"] == str(len(got.content))
        assert "transfer-encoding" not in got.headers


@pytest.mark.parametrize(
    "accept",
    [None, "*/*", f"{media_types.DOCKER_MANIFEST};q=0.5, {media_types.OCI_MANIFEST};q=0.9", "application/json", ""],
)
async def test_trap_26_any_accept_header_works(registry: Registry, accept: str | None) -> None:
    await registry.push("team/a", image(), "v1")
    headers = [("accept", accept)] if accept is not None else []
    for more in ([], [("accept", media_types.DOCKER_LIST)]):
        answer = await registry.get("team/a/manifests/v1", headers=[*headers, *more])
        assert answer.status_code == 200
        assert answer.headers["content-type"] == media_types.OCI_MANIFEST


async def test_trap_27_what_was_pushed_by_digest_alone_stays(registry: Registry) -> None:
    pushed = image()
    await registry.push("team/a", pushed)
    assert (await registry.get(f"team/a/manifests/{pushed.digest}")).content == pushed.content


async def test_trap_28_errors_have_the_specifications_shape_and_codes(registry: Registry) -> None:
    await registry.push("team/a", image(), "v1")
    cases = {
        ("GET", "/v2/team/a/manifests/none"): (404, "MANIFEST_UNKNOWN"),
        ("GET", f"/v2/team/a/manifests/{NOWHERE}"): (404, "MANIFEST_UNKNOWN"),
        ("GET", f"/v2/team/a/blobs/{NOWHERE}"): (404, "BLOB_UNKNOWN"),
        ("GET", "/v2/team/none/tags/list"): (404, "NAME_UNKNOWN"),
        ("GET", "/v2/team/A/tags/list"): (400, "NAME_INVALID"),
        ("GET", "/v2/team/a/blobs/uploads/00000000-0000-0000-0000-000000000000"): (404, "BLOB_UPLOAD_UNKNOWN"),
        ("GET", "/v2/team/a/blobs/uploads/x"): (404, "BLOB_UPLOAD_UNKNOWN"),
        ("PUT", "/v2/team/a/manifests/-bad"): (400, "TAG_INVALID"),
        ("PUT", "/v2/team/a/manifests/x"): (400, "MANIFEST_INVALID"),
        ("GET", "/v2/nothing-like-it"): (404, "NOT_FOUND"),
        ("PATCH", "/v2/team/a/manifests/v1"): (405, "UNSUPPORTED"),
    }
    for (method, path), expected in cases.items():
        answer = await registry.request(method, path)
        assert (answer.status_code, code(answer)) == expected, path


async def test_trap_30_a_tag_can_be_deleted_and_its_artifact_stays(registry: Registry) -> None:
    pushed = image()
    await registry.push("team/a", pushed, "v1")
    await registry.put_manifest("team/a", pushed, "v2")
    assert (await registry.request("DELETE", "/v2/team/a/manifests/v1")).status_code == 202
    assert (await registry.get("team/a/manifests/v1")).status_code == 404
    assert (await registry.get("team/a/manifests/v2")).status_code == 200
    assert (await registry.request("DELETE", "/v2/team/a/manifests/v1")).status_code == 404


@pytest.mark.parametrize("n", ["-1", "x", "1.5", "1e3", "9" * 40, "\u0661"])
async def test_trap_31_a_page_size_that_is_no_number_is_refused(registry: Registry, n: str) -> None:
    await registry.push("team/a", image(), "v1")
    for path in ("team/a/tags/list", "_catalog", f"team/a/referrers/{NOWHERE}"):
        answer = await registry.get(path, params={"n": n})
        assert (answer.status_code, code(answer)) == (400, "PAGINATION_NUMBER_INVALID")


async def test_trap_33_a_fallback_tag_is_an_ordinary_tag(registry: Registry) -> None:
    subject = image()
    tag = subject.digest.replace(":", "-")
    await registry.push("team/a", index([]), tag)
    assert tag in (await registry.get("team/a/tags/list")).json()["tags"]
    assert (await registry.get(f"team/a/manifests/{tag}")).status_code == 200


async def test_trap_35_referrers_are_paged_and_the_filter_stays_on_every_page(registry: Registry) -> None:
    subject = image()
    layer = random_bytes()
    pushed = sorted([image(subject=subject, artifactType="application/a", layer=layer) for _ in range(5)],
                    key=lambda item: item.digest)  # fmt: skip
    for referrer in pushed:
        await registry.push("team/a", referrer)
    await registry.push("team/a", image(subject=subject, artifactType="application/b"))
    seen: list[str] = []
    path = f"/v2/team/a/referrers/{subject.digest}?artifactType=application%2Fa&n=2"
    pages = 0
    while path:
        answer = await registry.request("GET", path)
        assert answer.headers["oci-filters-applied"] == "artifactType"
        assert len(answer.json()["manifests"]) <= 2
        seen += [entry["digest"] for entry in answer.json()["manifests"]]
        link = answer.headers.get("link")
        path = link.partition(">")[0][1:] if link else ""
        pages += 1
    assert seen == [referrer.digest for referrer in pushed]
    assert pages == 3


async def test_trap_36_unknown_repository_is_404_for_pulls_and_empty_for_referrers(registry: Registry) -> None:
    missing = await registry.get("team/none/manifests/v1")
    assert (missing.status_code, code(missing)) == (404, "NAME_UNKNOWN")
    assert (await registry.get(f"team/none/referrers/{NOWHERE}")).status_code == 200


async def test_trap_37_no_answer_warns_beyond_what_clients_read(registry: Registry) -> None:
    """Warnings may take 4096 bytes in all; there are none so far, whatever is asked."""
    pushed = image()
    answers = [await registry.push("team/a", pushed, "v1"), await registry.get("team/a/manifests/v1")]
    answers += [await registry.get("team/a/tags/list"), await registry.get("team/none/manifests/v1")]
    for answer in answers:
        assert sum(len(value) for value in answer.headers.get_list("warning")) <= 4096


async def test_a_mirror_namespace_is_accepted(registry: Registry) -> None:
    """containerd adds ``ns`` for every mirror it asks (OCI reference, section 2)."""
    pushed = image()
    await registry.push("team/a", pushed, "v1")
    answer = await registry.get("team/a/manifests/v1", params={"ns": "docker.io"})
    assert (answer.status_code, answer.content) == (200, pushed.content)
    digest = digest_of(pushed.blobs[1])
    assert (await registry.get(f"team/a/blobs/{digest}", params={"ns": "docker.io"})).content == pushed.blobs[1]
