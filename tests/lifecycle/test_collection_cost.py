"""What a collection costs grows with what is due, not with what is stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.engine import Database
from moorage.lifecycle import collection_queries as queries
from moorage.lifecycle import collection_untagged as untagged
from moorage.settings import DatabaseSettings

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

#: Blobs, each in an artifact of its own with a tag; what is due comes on top.
STORED = 20_000
DUE = 20

_STORE = """
INSERT INTO user_account (username) VALUES ('owner');
INSERT INTO project (name, owner_id) SELECT 'big', user_id FROM user_account;
INSERT INTO repository (project_id, name, first_push_time) SELECT project_id, 'big/app', now() FROM project;
INSERT INTO blob (digest, size) SELECT 'sha256:' || n, 10 FROM generate_series(1, :stored) AS n;
INSERT INTO repository_blob (repository_id, blob_id) SELECT r.repository_id, b.blob_id FROM repository r, blob b;
INSERT INTO manifest (digest, content) SELECT 'sha256:m' || n, 'x' FROM generate_series(1, :stored) AS n;
INSERT INTO artifact (repository_id, project_id, digest, media_type, manifest_size, size, tagged)
SELECT r.repository_id, r.project_id, m.digest, 'x', 1, 11, true FROM repository r, manifest m;
INSERT INTO artifact_blob (artifact_id, blob_id, project_id)
SELECT a.artifact_id, b.blob_id, a.project_id
  FROM artifact a JOIN blob b ON b.digest = replace(a.digest, 'm', '');
INSERT INTO tag (repository_id, name, artifact_id)
SELECT repository_id, 't' || artifact_id, artifact_id FROM artifact;
DELETE FROM collection_note;
DELETE FROM artifact_unsettled;
"""
_MAKE_DUE = """
DELETE FROM artifact WHERE artifact_id IN (SELECT artifact_id FROM artifact ORDER BY artifact_id LIMIT :due);
UPDATE tag SET lifetime_end = now() WHERE tag_id IN (SELECT tag_id FROM tag ORDER BY tag_id DESC LIMIT :due);
UPDATE artifact a SET tagged = false
 WHERE NOT EXISTS (SELECT 1 FROM tag t WHERE t.artifact_id = a.artifact_id AND t.lifetime_end IS NULL);
"""


async def _run(connection: AsyncConnection, script: str, **values: int) -> None:
    for statement in filter(str.strip, script.split(";")):
        await connection.execute(text(statement), {name: values[name] for name in values if f":{name}" in statement})


@pytest.fixture
async def database(database_url: str) -> Any:
    found = Database(DatabaseSettings(), database_url)
    await found.open()
    try:
        async with found.begin() as connection:
            await _run(connection, _STORE, stored=STORED)
        async with found.begin() as connection:
            await _run(connection, _MAKE_DUE, due=DUE)
        async with found.connect() as connection:
            await connection.execute(text("VACUUM ANALYZE"))
        yield found
    finally:
        await found.close()


def _relations(plan: dict[str, Any]) -> list[tuple[str, str, int]]:
    """How each relation is read, and how many rows that gave in all."""
    found = []
    if "Relation Name" in plan:
        rows = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
        found.append((plan["Node Type"], plan["Relation Name"], int(rows)))
    for child in plan.get("Plans", ()):
        found += _relations(child)
    return found


async def test_every_look_for_what_is_due_reads_no_more_than_that(database: Database) -> None:
    horizon = datetime.now(UTC) + timedelta(seconds=5)
    values = {"horizon": horizon, "before": horizon, "after": 0, "most": 1_000}
    statements = {
        "blobs": (queries._BLOBS, values),
        "manifests": (queries._MANIFESTS, values | {"after": ""}),
        "links": (queries._LINKS_DUE, values),
        "notes": (queries._PRUNE, values),
        "repositories": (queries._NOTED_REPOSITORIES, values),
        "untagged": (untagged._CANDIDATES, values),
    }
    async with database.connect() as connection:
        blobs, _ = await queries.blobs(connection, horizon, 0, 1_000)
        assert len(blobs) == DUE
        manifests, _, _ = await queries.manifests(connection, horizon, "", 1_000)
        assert len(manifests) == DUE
        assert len((await untagged.candidates(connection, horizon, 0))[0]) == DUE
        for name, (statement, parameters) in statements.items():
            wanted = {key: value for key, value in parameters.items() if f":{key}" in str(statement)}
            explained = text(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.text}")
            (plan,) = (await connection.execute(explained, wanted)).scalar_one()
            for node, relation, rows in _relations(plan["Plan"]):
                assert rows <= 20 * DUE, (name, node, relation, rows)
