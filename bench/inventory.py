"""A registry as large as the targets of the API's lists name it, made inside PostgreSQL in a minute.

Projects are made by asking for them; repositories, artifacts and tags are rows, and what keeps count of them is
triggers. The audit log is written by the server itself from as many events.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

import psycopg

from bench.client import Buffers, Connection
from bench.generate import EMPTY_CONFIG, IMAGE
from bench.registry import Account
from moorage.artifacts import attributes

PROJECTS = 100
REPOSITORIES = 10_000
ARTIFACTS = 100_000
TAGS_EACH = 5
AUDIT_ROWS = 100_000

#: One repository has a tenth of the artifacts; the others share the rest evenly.
LARGE = "bench-000/large"
LARGE_ARTIFACTS = 10_009

#: Seconds the server may take to write the audit log.
AUDIT_TIMEOUT = 300


def make(database: psycopg.Connection[Any], connection: Connection, account: Account) -> None:
    """Everything; ``database`` is ``generate.connect``'s, ``account`` an administrator's.

    Raises:
        RequestFailed: a project could not be made.
        TimeoutError: the server did not write the audit log.
    """
    for number in range(PROJECTS):
        body = json.dumps({"project_name": f"bench-{number:03d}", "metadata": {"public": "true"}}).encode()
        headers = {"Authorization": account.basic, "Content-Type": "application/json"}
        connection.request("POST", "/api/v2.0/projects", headers, Buffers([body])).expect(201)
    database.execute(_EVENTS, {"count": AUDIT_ROWS, "projects": PROJECTS})
    database.execute(_REPOSITORIES, {"count": REPOSITORIES, "projects": PROJECTS, "large": LARGE})
    each = (ARTIFACTS - LARGE_ARTIFACTS) // (REPOSITORIES - 1)
    parameters = {
        "each": each,
        "large": LARGE,
        "large_count": LARGE_ARTIFACTS,
        "image": IMAGE,
        "config": EMPTY_CONFIG,
        "attributes_version": attributes.VERSION,
    }
    database.execute(_CONTENTS, parameters)
    database.execute(_MANIFESTS)
    database.execute(_ARTIFACTS, parameters)
    database.execute(_TAGS, {"each": TAGS_EACH})
    database.execute("DROP TABLE bench_content")
    # In portions, since each repository is a lock until the end of the statement.
    while _scalar(database, "SELECT count(*) FROM artifact_unsettled"):
        database.execute(_SETTLED, {"most": LARGE_ARTIFACTS + 1})
    deadline = time.monotonic() + AUDIT_TIMEOUT
    while _scalar(database, "SELECT count(*) FROM outbox"):
        if time.monotonic() > deadline:
            raise TimeoutError(f"the audit log was not written in {AUDIT_TIMEOUT} s")
        time.sleep(0.5)
    database.execute("VACUUM ANALYZE")


def volume(database: psycopg.Connection[Any]) -> Mapping[str, int]:
    """How much there is."""
    tables = {"repository": "repository", "artifact": "artifact", "tag": "tag", "audit": "audit_log"}
    return {name: _scalar(database, f"SELECT count(*) FROM {table}") for name, table in tables.items()}  # noqa: S608


def _scalar(database: psycopg.Connection[Any], statement: str) -> int:
    row = database.execute(statement).fetchone()
    assert row is not None
    return int(row[0])


_EVENTS = """
INSERT INTO outbox (operation, resource_type, resource, operator, address, project_id, occurred)
SELECT (ARRAY['create', 'create', 'delete', 'update'])[1 + n %% 4],
       (ARRAY['artifact', 'artifact', 'tag', 'member', 'robot'])[1 + n %% 5],
       p.name || '/app-' || n %% 1000, 'user-' || n %% 50, '192.0.2.1', p.project_id,
       now() - make_interval(secs => 60.0 * (%(count)s - n))
  FROM generate_series(1, %(count)s) AS n
  JOIN project p ON p.name = 'bench-' || lpad((n %% %(projects)s)::text, 3, '0') AND NOT p.deleted
"""

_REPOSITORIES = """
INSERT INTO repository (project_id, name, first_push_time, creation_time, update_time, pull_count)
SELECT p.project_id, CASE WHEN n = 0 THEN %(large)s ELSE p.name || '/team/app-' || lpad(n::text, 5, '0') END,
       now() - make_interval(mins => n), now() - make_interval(mins => n), now() - make_interval(secs => n), n %% 977
  FROM generate_series(0, %(count)s - 1) AS n
  JOIN project p ON p.name = 'bench-' || lpad((n %% %(projects)s)::text, 3, '0') AND NOT p.deleted
"""

#: The bytes of every manifest; their blobs do not exist.
_CONTENTS = """
CREATE TEMP TABLE bench_content AS
WITH content AS (
    SELECT r.repository_id, r.project_id, n, convert_to(
               format('{"schemaVersion":2,"mediaType":"%%s","config":{"mediaType":'
                      '"application/vnd.oci.image.config.v1+json","digest":"sha256:%%s","size":2},"layers":[],'
                      '"annotations":{"org.example.number":"%%s","org.example.repository":"%%s"}}',
                      %(image)s, %(config)s, n, r.name), 'UTF8') AS bytes
      FROM repository r
           CROSS JOIN LATERAL generate_series(1, CASE r.name WHEN %(large)s THEN %(large_count)s ELSE %(each)s END) AS n
     WHERE r.name LIKE 'bench-%%'
)
SELECT *, 'sha256:' || encode(sha256(bytes), 'hex') AS digest FROM content
"""
_MANIFESTS = "INSERT INTO manifest (digest, content) SELECT digest, bytes FROM bench_content ON CONFLICT DO NOTHING"

_ARTIFACTS = """
INSERT INTO artifact (repository_id, project_id, digest, media_type, artifact_type, config_media_type, manifest_size,
                      size, push_time, type, content_media_type, extra_attrs, attributes_version)
SELECT repository_id, project_id, digest, %(image)s, 'application/vnd.oci.image.config.v1+json',
       'application/vnd.oci.image.config.v1+json', length(bytes), 50000000 + n, now() - make_interval(mins => n),
       'IMAGE', 'application/vnd.oci.image.config.v1+json',
       '{"architecture": "amd64", "os": "linux", "author": "", "created": "2026-01-02T03:04:05Z",
         "config": {"Env": ["PATH=/bin", "LANG=C"], "Cmd": ["/app"], "Labels": {"of": "bench"}}}',
       %(attributes_version)s
  FROM bench_content
"""

_TAGS = """
INSERT INTO tag (repository_id, name, artifact_id, pushed_by, push_time)
SELECT a.repository_id, 'v' || c.n || '.' || t, a.artifact_id, 'bench', a.push_time
  FROM bench_content c JOIN artifact a USING (repository_id, digest) CROSS JOIN generate_series(1, %(each)s) AS t
"""

#: What lists would find out when they are first asked for, and a server that has time by itself.
_SETTLED = """
SELECT count(settle_artifacts(repository_id, 0, %(most)s))
  FROM (SELECT DISTINCT repository_id FROM artifact_unsettled LIMIT 1000) AS unsettled
"""
