"""What tests of adoption look at."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import text

from tests.adoption.conftest import Adopter, Store

TABLES = (
    "project", "project_member", "repository", "blob", "repository_blob", "manifest", "artifact", "artifact_blob",
    "artifact_child", "artifact_accessory", "tag",
)  # fmt: skip


async def assert_readable(adopter: Adopter, store: Store) -> None:
    """Every tag, manifest and blob answers with the bytes that were pushed, and there are no others."""
    registry, expected = adopter.registry, store.expected
    for (name, digest), image in expected.manifests.items():
        answer = await registry.get(f"{name}/manifests/{digest}")
        assert answer.status_code == 200, (name, digest, answer.text)
        assert answer.content == image.content
        assert answer.headers["content-type"] == image.media_type
    for (name, tag), digest in expected.tags.items():
        answer = await registry.get(f"{name}/manifests/{tag}")
        assert answer.headers["docker-content-digest"] == digest, (name, tag)
    for (name, digest), blob in expected.blobs.items():
        answer = await registry.get(f"{name}/blobs/{digest}")
        assert answer.content == blob, (name, digest)
    for name in expected.repositories:
        tags = sorted(tag for repository, tag in expected.tags if repository == name)
        assert (await registry.get(f"{name}/tags/list")).json()["tags"] == tags
    catalog = (await registry.get("_catalog")).json()["repositories"]
    assert catalog == sorted(expected.repositories)


async def rows(adopter: Adopter, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """What the database says."""
    async with adopter.application.database.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(sql), parameters)]


async def everything(adopter: Adopter) -> list[list[str]]:
    """All rows of content."""
    return [sorted(map(repr, await rows(adopter, f"SELECT * FROM {table}"))) for table in TABLES]  # noqa: S608


async def tag_history(adopter: Adopter, repository: str, tag: str) -> list[tuple[str, datetime, datetime | None]]:
    """Digest, start and end of each lifetime."""
    found = await rows(
        adopter,
        "SELECT a.digest, t.lifetime_start, t.lifetime_end FROM tag t JOIN artifact a USING (artifact_id)"
        " JOIN repository r ON r.repository_id = t.repository_id WHERE r.name = :repository AND t.name = :tag",
        repository=repository,
        tag=tag,
    )
    return [(row[0], row[1], row[2]) for row in found]


async def accessories(adopter: Adopter, repository: str) -> set[tuple[str, str, str]]:
    """Digest, subject and type of each accessory."""
    found = await rows(
        adopter,
        "SELECT a.digest, x.subject_digest, x.type FROM artifact_accessory x JOIN artifact a USING (artifact_id)"
        " JOIN repository r ON r.repository_id = x.repository_id WHERE r.name = :repository",
        repository=repository,
    )
    return {(row[0], row[1], row[2]) for row in found}
