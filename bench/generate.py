"""Rows by the hundred thousand, made inside PostgreSQL: what pushing them would leave, in seconds.

Manifests are real (their digest is that of their bytes), so everything generated can also be pulled; only the
blobs they name do not exist.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import psycopg

IMAGE = "application/vnd.oci.image.manifest.v1+json"
CATALOG = "library/bench-catalog"


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository to generate: as many tags, each on an artifact of its own, and subjects with so many referrers."""

    name: str
    tags: int
    referrers: tuple[int, ...] = ()


Database: TypeAlias = psycopg.Connection[Any]


def connect(url: str) -> Database:
    """A connection that commits each statement; the URL is what ``moorage db url`` prints."""
    # Parameters are put in by the client: format() and generate_series() cannot tell the type of a bound one.
    return psycopg.connect(url, autocommit=True, cursor_factory=psycopg.ClientCursor)


def tag_name(number: int) -> str:
    """The tag of artifact ``number``; byte order is the order of numbers."""
    return f"v{number:07d}"


def add_repository(database: psycopg.Connection[Any], repository: Repository) -> Mapping[int, str]:
    """The subject's digest for each number of referrers; vacuumed, as autovacuum leaves a table of that size."""
    parameters: dict[str, Any] = {"name": repository.name, "count": repository.tags, "image": IMAGE}
    database.execute(_REPOSITORY, parameters)
    database.execute(_TAGGED_MANIFESTS, parameters)
    database.execute(_TAGGED_ARTIFACTS, parameters)
    database.execute(_TAGS, parameters)
    subjects: dict[int, str] = {}
    for position, count in enumerate(repository.referrers):
        row = database.execute(_SUBJECT, {"name": repository.name, "tag": tag_name(position + 1)}).fetchone()
        assert row is not None
        subjects[count] = row[0]
        parameters = {"name": repository.name, "count": count, "subject": row[0], "image": IMAGE}
        database.execute(_REFERRER_MANIFESTS, parameters)
        database.execute(_REFERRERS, parameters)
        database.execute(_ACCESSORIES, parameters)
    database.execute("VACUUM ANALYZE")
    return subjects


def add_catalog(database: psycopg.Connection[Any], count: int) -> None:
    """Repositories of one artifact each, up to ``count`` in all."""
    manifest = json.dumps({"schemaVersion": 2, "mediaType": IMAGE, "catalog": True}).encode()
    parameters = {"name": CATALOG, "count": count, "manifest": manifest, "image": IMAGE}
    database.execute(_CATALOG_MANIFEST, parameters)
    database.execute(_CATALOG_REPOSITORIES, parameters)
    database.execute(_CATALOG_ARTIFACTS, parameters)
    database.execute("VACUUM ANALYZE")


#: Bytes of manifest ``n`` of a repository; %% since psycopg substitutes.
_TAGGED_BYTES = (
    '{"schemaVersion":2,"mediaType":"' + IMAGE + '","config":{"mediaType":'
    '"application/vnd.oci.image.config.v1+json","digest":"sha256:%%1$s","size":2},'
    '"layers":[],"annotations":{"org.example.number":"%%2$s","org.example.repository":"%%3$s"}}'
)
_REFERRER_BYTES = (
    '{"schemaVersion":2,"mediaType":"' + IMAGE + '","artifactType":"application/vnd.example.signature",'
    '"config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:%%1$s","size":2},"layers":[],'
    '"subject":{"mediaType":"' + IMAGE + '","digest":"%%4$s","size":300},'
    '"annotations":{"org.example.number":"%%2$s","org.example.repository":"%%3$s"}}'
)
EMPTY_CONFIG = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

_REPOSITORY = """
INSERT INTO repository (project_id, name, first_push_time)
SELECT project_id, %(name)s, now() FROM project WHERE name = 'library' AND NOT deleted
"""

_CONTENTS = """
WITH content AS (
    SELECT n, convert_to(format($json${bytes}$json$, '{config}', n, %(name)s, {subject}), 'UTF8') AS bytes
      FROM generate_series(1, %(count)s) AS n
)
"""
_TAGGED = _CONTENTS.replace("{bytes}", _TAGGED_BYTES).replace("{config}", EMPTY_CONFIG).replace("{subject}", "''")
_REFERRING = (
    _CONTENTS.replace("{bytes}", _REFERRER_BYTES).replace("{config}", EMPTY_CONFIG).replace("{subject}", "%(subject)s")
)
_STORE = """
INSERT INTO manifest (digest, content)
SELECT 'sha256:' || encode(sha256(bytes), 'hex'), bytes FROM content ON CONFLICT DO NOTHING
"""
_TAGGED_MANIFESTS = _TAGGED + _STORE
_REFERRER_MANIFESTS = _REFERRING + _STORE

_TAGGED_ARTIFACTS = (
    _TAGGED
    + """
INSERT INTO artifact (repository_id, project_id, digest, media_type, artifact_type, config_media_type, manifest_size,
                      size)
SELECT r.repository_id, r.project_id, 'sha256:' || encode(sha256(bytes), 'hex'), %(image)s,
       'application/vnd.oci.image.config.v1+json', 'application/vnd.oci.image.config.v1+json', length(bytes),
       length(bytes) + 2
  FROM content, repository r WHERE r.name = %(name)s
"""
)

_TAGS = (
    _TAGGED
    + """
INSERT INTO tag (repository_id, name, artifact_id, pushed_by)
SELECT a.repository_id, 'v' || lpad(n::text, 7, '0'), a.artifact_id, 'bench'
  FROM content
  JOIN repository r ON r.name = %(name)s
  JOIN artifact a ON a.repository_id = r.repository_id AND a.digest = 'sha256:' || encode(sha256(bytes), 'hex')
"""
)

_SUBJECT = """
SELECT a.digest FROM repository r JOIN tag t USING (repository_id) JOIN artifact a USING (artifact_id)
 WHERE r.name = %(name)s AND t.name = %(tag)s
"""

_REFERRERS = (
    _REFERRING
    + """
INSERT INTO artifact (repository_id, project_id, digest, media_type, artifact_type, config_media_type, manifest_size,
                      size, subject_digest, annotations)
SELECT r.repository_id, r.project_id, 'sha256:' || encode(sha256(bytes), 'hex'), %(image)s,
       'application/vnd.example.signature', 'application/vnd.oci.empty.v1+json', length(bytes), length(bytes) + 2,
       %(subject)s, convert_from(bytes, 'UTF8')::jsonb -> 'annotations'
  FROM content, repository r WHERE r.name = %(name)s
"""
)

_ACCESSORIES = """
INSERT INTO artifact_accessory (artifact_id, repository_id, subject_digest, type)
SELECT a.artifact_id, a.repository_id, a.subject_digest, 'subject.accessory'
  FROM artifact a JOIN repository r USING (repository_id)
 WHERE r.name = %(name)s AND a.subject_digest = %(subject)s
"""

_CATALOG_MANIFEST = """
INSERT INTO manifest (digest, content)
SELECT 'sha256:' || encode(sha256(%(manifest)s::bytea), 'hex'), %(manifest)s::bytea ON CONFLICT DO NOTHING
"""
_CATALOG_REPOSITORIES = """
INSERT INTO repository (project_id, name, first_push_time)
SELECT p.project_id, %(name)s || '-' || lpad(n::text, 7, '0'), now()
  FROM generate_series(1, %(count)s) AS n, project p WHERE p.name = 'library' AND NOT p.deleted
ON CONFLICT DO NOTHING
"""
_CATALOG_ARTIFACTS = """
INSERT INTO artifact (repository_id, project_id, digest, media_type, manifest_size, size)
SELECT r.repository_id, r.project_id, 'sha256:' || encode(sha256(%(manifest)s::bytea), 'hex'), %(image)s,
       length(%(manifest)s::bytea), length(%(manifest)s::bytea)
  FROM repository r WHERE r.name LIKE %(name)s || '-%%'
ON CONFLICT DO NOTHING
"""
