"""The manifest transaction, tags with history, and what races must not break."""

from __future__ import annotations

import asyncio
import json

import pytest
from sqlalchemy import text

from moorage.app import Application
from moorage.oci import media_types
from moorage.oci.names import digest_of
from tests.registry.client import Registry, code
from tests.registry.content import image, index, random_bytes

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

NOWHERE = "sha256:" + "0" * 64


async def rows(application: Application, sql: str, **parameters: object) -> list[tuple[object, ...]]:
    async with application.database.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(sql), parameters)]


async def test_a_missing_child_is_named(registry: Registry) -> None:
    answer = await registry.put_manifest("team/a", index([image()]), "v1")
    assert (answer.status_code, code(answer)) == (400, "MANIFEST_BLOB_UNKNOWN")


async def test_a_refused_manifest_leaves_nothing_behind(registry: Registry, application: Application) -> None:
    pushed = image()
    await registry.push_blob("team/a", pushed.blobs[0])
    assert (await registry.put_manifest("team/a", pushed, "v1")).status_code == 400
    assert await rows(application, "SELECT * FROM artifact") == []
    assert await rows(application, "SELECT * FROM tag") == []
    assert (await registry.get("team/a/tags/list")).json()["tags"] in ([], None)


async def test_moving_a_tag_keeps_its_history(registry: Registry, application: Application) -> None:
    first, second = image(), image()
    await registry.push("team/a", first, "v1")
    await registry.push("team/a", second, "v1")
    await registry.put_manifest("team/a", second, "v1")
    await registry.put_manifest("team/a", first, "v1")
    history = await rows(
        application,
        "SELECT a.digest, t.lifetime_end IS NULL, t.pushed_by FROM tag t JOIN artifact a USING (artifact_id)"
        " WHERE t.name = 'v1' ORDER BY t.lifetime_start",
    )
    assert history == [
        (first.digest, False, "admin"),
        (second.digest, False, "admin"),
        (first.digest, True, "admin"),
    ]
    gaps = await rows(
        application,
        "SELECT 1 FROM (SELECT lifetime_end, lead(lifetime_start) OVER (ORDER BY lifetime_start) AS next FROM tag) x"
        " WHERE lifetime_end > next",
    )
    assert gaps == []


async def test_tag_parameters_create_every_tag_and_are_answered(registry: Registry) -> None:
    pushed = image()
    tags = [f"t{n}" for n in range(20)]
    answer = await registry.push("team/a", pushed, params={"tag": tags})
    assert answer.headers.get_list("oci-tag") == tags
    assert (await registry.get("team/a/tags/list")).json()["tags"] == sorted(tags)
    many = await registry.put_manifest("team/a", pushed, params={"tag": [f"x{n}" for n in range(101)]})
    assert many.status_code == 400


async def test_a_child_of_an_index_is_not_deleted(registry: Registry) -> None:
    child = image()
    await registry.push("team/a", child, "child")
    parent = index([child])
    await registry.push("team/a", parent, "parent")
    refused = await registry.request("DELETE", f"/v2/team/a/manifests/{child.digest}")
    assert refused.status_code == 412
    assert "the deleting artifact is referenced by others" in refused.text
    assert (await registry.request("DELETE", f"/v2/team/a/manifests/{parent.digest}")).status_code == 202
    assert (await registry.request("DELETE", f"/v2/team/a/manifests/{child.digest}")).status_code == 202


async def test_a_manifest_goes_with_its_accessories_but_not_with_its_children(registry: Registry) -> None:
    child, other = image(), image()
    parent = index([child])
    signature = image(subject=parent)
    about_it, listed = image(subject=signature), image(subject=parent)
    for made, reference in ((child, None), (parent, "v1"), (signature, None), (about_it, "note"), (listed, None)):
        await registry.push("library/a", made, reference)
    await registry.push("library/a", other, None)
    await registry.push("library/a", index([listed, other]), "holds")
    assert (await registry.request("DELETE", f"/v2/library/a/manifests/{parent.digest}")).status_code == 202
    for gone in (parent.digest, "v1", signature.digest, about_it.digest, "note"):
        assert (await registry.get(f"library/a/manifests/{gone}")).status_code == 404
    # A child is a manifest of its own, and what an index lists is needed there.
    for left in (child.digest, listed.digest):
        assert (await registry.get(f"library/a/manifests/{left}")).status_code == 200


async def test_what_was_deleted_can_be_pushed_again(registry: Registry) -> None:
    pushed = image()
    await registry.push("team/a", pushed, "v1")
    await registry.request("DELETE", f"/v2/team/a/manifests/{pushed.digest}")
    assert (await registry.get("team/a/tags/list")).json()["tags"] == []
    await registry.push("team/a", pushed, "v1")
    assert (await registry.get("team/a/manifests/v1")).content == pushed.content


async def test_docker_manifests_and_lists_are_served_as_they_are(registry: Registry) -> None:
    child = image(media_type=media_types.DOCKER_MANIFEST)
    await registry.push("team/a", child, "v1")
    parent = index([child], media_type=media_types.DOCKER_LIST)
    await registry.push("team/a", parent, "list")
    for reference, pushed in (("v1", child), ("list", parent)):
        answer = await registry.get(f"team/a/manifests/{reference}")
        assert answer.content == pushed.content
        assert answer.headers["content-type"] == pushed.media_type


async def test_schema_1_is_refused_with_what_to_do(registry: Registry) -> None:
    answer = await registry.request(
        "PUT",
        "/v2/team/a/manifests/v1",
        content=b'{"schemaVersion":1,"name":"x","tag":"y","fsLayers":[],"history":[]}',
        headers={"content-type": media_types.DOCKER_SCHEMA1_SIGNED},
    )
    assert (answer.status_code, code(answer)) == (400, "MANIFEST_INVALID")
    assert "schema 1" in answer.text


async def test_accessories_are_recorded_at_push(registry: Registry, application: Application) -> None:
    subject = image()
    await registry.push("team/a", subject, "v1")
    notation = image(subject=subject, config=b"{}", config_type="application/vnd.cncf.notary.signature")
    bundle = image(subject=subject, artifactType="application/vnd.dev.sigstore.bundle.v0.3+json")
    other = image(subject=subject, artifactType="application/x")
    cosign = image(layers=1)
    document = cosign.document
    document["layers"][0]["mediaType"] = "application/vnd.dev.cosign.simplesigning.v1+json"
    for pushed in (notation, bundle, other):
        await registry.push("team/a", pushed)
    content = json.dumps(document).encode()
    for blob in cosign.blobs:
        await registry.push_blob("team/a", blob)
    tag = subject.digest.replace(":", "-") + ".sig"
    answer = await registry.request(
        "PUT", f"/v2/team/a/manifests/{tag}", content=content, headers={"content-type": media_types.OCI_MANIFEST}
    )
    assert answer.status_code == 201
    found = await rows(
        application,
        "SELECT a.digest, x.type FROM artifact_accessory x JOIN artifact a USING (artifact_id)"
        " WHERE x.subject_digest = :subject",
        subject=subject.digest,
    )
    assert dict(found) == {  # type: ignore[arg-type]
        notation.digest: "signature.notation",
        bundle.digest: "signature.cosign",
        other.digest: "subject.accessory",
        digest_of(content): "signature.cosign",
    }


async def test_index_children_are_recorded_in_order(registry: Registry, application: Application) -> None:
    children = [image(), image()]
    for child in children:
        await registry.push("team/a", child)
    await registry.push("team/a", index([*children, children[0]]), "v1")
    found = await rows(application, "SELECT position, child_digest FROM artifact_child ORDER BY position")
    assert found == [(0, children[0].digest), (1, children[1].digest), (2, children[0].digest)]


async def test_concurrent_pushes_of_one_tag_leave_exactly_one_current(
    registry: Registry, application: Application
) -> None:
    layer = random_bytes()
    images = [image(layer=layer) for _ in range(12)]
    for pushed in images:
        for blob in pushed.blobs:
            await registry.push_blob("team/a", blob)
    answers = await asyncio.gather(*(registry.put_manifest("team/a", pushed, "hot") for pushed in images))
    assert {answer.status_code for answer in answers} == {201}
    assert await rows(application, "SELECT count(*) FROM tag WHERE lifetime_end IS NULL") == [(1,)]
    assert await rows(application, "SELECT count(*) FROM tag") == [(12,)]


async def test_an_index_and_the_deletion_of_its_child_never_both_succeed(registry: Registry) -> None:
    for _ in range(10):
        child = image()
        await registry.push("team/a", child)
        parent = index([child])
        put, deleted = await asyncio.gather(
            registry.put_manifest("team/a", parent),
            registry.request("DELETE", f"/v2/team/a/manifests/{child.digest}"),
        )
        assert (put.status_code, deleted.status_code) in {(201, 412), (400, 202)}


async def test_a_manifest_and_the_deletion_of_its_blob_never_both_succeed(registry: Registry) -> None:
    for _ in range(10):
        pushed = image()
        for blob in pushed.blobs:
            await registry.push_blob("team/a", blob)
        put, deleted = await asyncio.gather(
            registry.put_manifest("team/a", pushed),
            registry.request("DELETE", f"/v2/team/a/blobs/{digest_of(pushed.blobs[1])}"),
        )
        assert (put.status_code, deleted.status_code) in {(201, 412), (400, 202)}


async def test_a_read_after_a_write_is_never_stale(registry: Registry, replica: Registry) -> None:
    """On another process too: nothing that changes is cached by time."""
    layer = random_bytes()
    for _ in range(10):
        pushed = image(layer=layer)
        await registry.push("team/a", pushed, "v1")
        assert (await replica.get("team/a/manifests/v1")).content == pushed.content
    await registry.request("DELETE", "/v2/team/a/manifests/v1")
    assert (await replica.get("team/a/manifests/v1")).status_code == 404


async def test_a_deleted_repository_is_gone_and_can_be_pushed_again(
    registry: Registry, application: Application
) -> None:
    pushed = image()
    await registry.push("team/a", pushed, "v1")
    deleted = await registry.request("DELETE", "/api/v2.0/projects/team/repositories/a")
    assert deleted.status_code == 200, deleted.text
    assert (await registry.get("team/a/manifests/v1")).status_code == 404
    assert (await registry.get(f"team/a/manifests/{pushed.digest}")).status_code == 404
    assert (await registry.get("_catalog")).json() == {"repositories": []}
    assert (await registry.request("DELETE", "/api/v2.0/projects/team/repositories/a")).status_code == 404
    await registry.push("team/a", pushed, "v1")
    assert (await registry.get("team/a/manifests/v1")).content == pushed.content


async def test_a_push_and_the_deletion_of_its_repository_are_one_after_the_other(registry: Registry) -> None:
    pushed = image()
    await registry.push("team/a", pushed, "v1")
    for _ in range(10):
        put, deleted = await asyncio.gather(
            registry.put_manifest("team/a", pushed, "v1"),
            registry.request("DELETE", "/api/v2.0/projects/team/repositories/a"),
        )
        assert put.status_code == 201
        assert deleted.status_code in (200, 404)
        there = (await registry.get("team/a/manifests/v1")).status_code
        assert there in (200, 404)
        await registry.push("team/a", pushed, "v1")


async def test_a_project_whose_repositories_were_deleted_can_be_deleted(
    registry: Registry, application: Application
) -> None:
    admin = await application.identity.authenticate("admin", "Harbor12345", "")
    project_id = await application.projects.create("gone", owner_id=admin.id, public=False)
    child = image()
    await registry.push("gone/a", child, "child")
    await registry.push("gone/a", index([child]), "parent")
    refused = await registry.request("DELETE", f"/api/v2.0/projects/{project_id}")
    assert refused.status_code == 412
    assert (await registry.request("DELETE", "/api/v2.0/projects/gone/repositories/a")).status_code == 200
    deleted = await registry.request("DELETE", f"/api/v2.0/projects/{project_id}")
    assert deleted.status_code == 200, deleted.text
    await application.projects.create("gone", owner_id=admin.id, public=False)
    assert (await registry.get("gone/a/manifests/child")).status_code == 404
    await registry.push("gone/a", child, "child")
