"""Repositories written into the database directly: of any age, and of any size at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.engine import Database

EVERYTHING = [{"kind": "doublestar", "decoration": "matches", "pattern": "**", "extras": ""}]
EVERYWHERE = [{"kind": "doublestar", "decoration": "repoMatches", "pattern": "**", "extras": ""}]


@dataclass(frozen=True)
class Made:
    """An artifact to be; times in days before now. ``children`` and ``subject`` are places in the list it is in."""

    pushed: float = 0.0
    pulled: float | None = None
    tags: Sequence[str] = ()
    children: Sequence[int] = ()
    subject: int | None = None


@dataclass
class Repository:
    """What was written."""

    project_id: int
    repository_id: int
    name: str
    artifact_ids: list[int] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)


async def project(connection: AsyncConnection, name: str | None = None) -> int:
    """A new project of the admin's."""
    made = await connection.execute(
        text("INSERT INTO project (name, owner_id) VALUES (:name, 1) RETURNING project_id"),
        {"name": name or f"p-{uuid4().hex[:10]}"},
    )
    return int(made.scalar_one())


async def write(database: Database, project_id: int, artifacts: Sequence[Made]) -> Repository:
    """A new repository of a project with artifacts."""
    now = datetime.now(UTC)
    async with database.begin() as connection:
        row = await connection.execute(_REPOSITORY, {"project": project_id, "path": f"r-{uuid4().hex[:10]}"})
        repository_id, name = row.one()
        made = Repository(project_id, repository_id, name)
        made.digests = [f"sha256:{uuid4().hex}{uuid4().hex}" for _ in artifacts]
        rows = [
            {
                "digest": digest,
                "pushed": (now - timedelta(days=one.pushed)).isoformat(),
                "pulled": None if one.pulled is None else (now - timedelta(days=one.pulled)).isoformat(),
                "tags": list(one.tags),
            }
            for digest, one in zip(made.digests, artifacts, strict=True)
        ]
        values = {"repository": repository_id, "project": project_id, "rows": json.dumps(rows)}
        found = await connection.execute(_ARTIFACTS, values)
        numbers = {digest: artifact_id for digest, artifact_id in found}
        made.artifact_ids = [numbers[digest] for digest in made.digests]
        await connection.execute(_TAGS, values)
        for number, one in enumerate(artifacts):
            await _relate(connection, made, number, one)
    return made


async def _relate(connection: AsyncConnection, made: Repository, number: int, one: Made) -> None:
    for position, child in enumerate(one.children):
        await connection.execute(
            _CHILD,
            {
                "parent": made.artifact_ids[number],
                "position": position,
                "child": made.artifact_ids[child],
                "digest": made.digests[child],
            },
        )
    if one.subject is not None:
        await connection.execute(
            _ACCESSORY,
            {
                "artifact": made.artifact_ids[number],
                "repository": made.repository_id,
                "subject": made.digests[one.subject],
            },
        )


async def set_policy(
    database: Database, project_id: int, rules: Sequence[dict[str, Any]], fixed: Sequence[str]
) -> None:
    """Give a project a policy, and a rule for immutable tags for each pattern, instead of those it has."""
    async with database.begin() as connection:
        await connection.execute(text("DELETE FROM retention_policy WHERE project_id = :p"), {"p": project_id})
        await connection.execute(text("DELETE FROM immutable_rule WHERE project_id = :p"), {"p": project_id})
        await connection.execute(_POLICY, {"project": project_id, "rules": json.dumps(list(rules))})
        for pattern in fixed:
            tags = [{**EVERYTHING[0], "pattern": pattern}]
            values = {"project": project_id, "tags": json.dumps(tags), "repositories": json.dumps(EVERYWHERE)}
            await connection.execute(_IMMUTABLE, values | {"fingerprint": pattern})


async def live(database: Database, made: Repository) -> set[int]:
    """Places of the artifacts that are there."""
    async with database.connect() as connection:
        rows = await connection.execute(
            text("SELECT artifact_id FROM artifact WHERE repository_id = :r AND state = 'live'"),
            {"r": made.repository_id},
        )
        there = set(rows.scalars())
    return {number for number, artifact_id in enumerate(made.artifact_ids) if artifact_id in there}


_REPOSITORY = text(
    """
    INSERT INTO repository (project_id, name, first_push_time)
    SELECT project_id, name || '/' || :path, now() FROM project WHERE project_id = :project
    RETURNING repository_id, name
    """
)
_ARTIFACTS = text(
    """
    WITH given AS (
        SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(digest text, pushed timestamptz, pulled timestamptz)
    ),
    stored AS (INSERT INTO manifest (digest, content) SELECT r.digest, '' FROM given r RETURNING digest)
    INSERT INTO artifact (repository_id, project_id, digest, media_type, manifest_size, size, push_time, pull_time)
    SELECT :repository, :project, r.digest, 'application/vnd.oci.image.manifest.v1+json', 1, 1, r.pushed, r.pulled
      FROM given r JOIN stored USING (digest)
    RETURNING digest, artifact_id
    """
)
_TAGS = text(
    """
    INSERT INTO tag (repository_id, name, artifact_id, push_time, lifetime_start)
    SELECT a.repository_id, t.name, a.artifact_id, r.pushed, r.pushed
      FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(digest text, pushed timestamptz, tags jsonb)
      JOIN artifact a ON a.repository_id = :repository AND a.project_id = :project AND a.digest = r.digest
     CROSS JOIN LATERAL jsonb_array_elements_text(r.tags) AS t(name)
    """
)
_CHILD = text(
    "INSERT INTO artifact_child (parent_id, position, child_id, child_digest)"
    " VALUES (:parent, :position, :child, :digest)"
)
_ACCESSORY = text(
    "INSERT INTO artifact_accessory (artifact_id, repository_id, subject_digest, type)"
    " VALUES (:artifact, :repository, :subject, 'signature.cosign')"
)
_POLICY = text(
    "INSERT INTO retention_policy (project_id, algorithm, rules, trigger_kind, cron)"
    " VALUES (:project, 'or', CAST(:rules AS jsonb), '', '')"
)
_IMMUTABLE = text(
    "INSERT INTO immutable_rule (project_id, action, template, tag_selectors, repository_selectors, fingerprint)"
    " VALUES (:project, 'immutable', 'immutable_template', CAST(:tags AS jsonb), CAST(:repositories AS jsonb),"
    " :fingerprint)"
)
