"""Generated rows are what pushing would have left."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import psycopg
import pytest

from bench import generate

pytestmark = pytest.mark.integration


@pytest.fixture
def database(database_url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with generate.connect(database_url) as connection:
        if connection.execute("SELECT FROM project WHERE name = 'library'").fetchone() is None:
            connection.execute("INSERT INTO user_account (username) VALUES ('bench')")
            connection.execute("INSERT INTO project (name, owner_id) SELECT 'library', max(user_id) FROM user_account")
        yield connection


def test_a_repository_has_its_tags_and_referrers(database: psycopg.Connection[tuple[object, ...]]) -> None:
    subjects = generate.add_repository(database, generate.Repository("library/a", tags=50, referrers=(3, 20)))
    names = database.execute("SELECT name FROM tag WHERE lifetime_end IS NULL ORDER BY name").fetchall()
    assert [name for (name,) in names] == [generate.tag_name(number) for number in range(1, 51)]
    for count, subject in subjects.items():
        rows = database.execute(
            "SELECT digest, content, manifest_size, annotations FROM artifact JOIN manifest USING (digest)"
            " WHERE subject_digest = %s",
            [subject],
        ).fetchall()
        assert len(rows) == count
        for digest, content, size, described in rows:
            assert isinstance(content, bytes)
            manifest = json.loads(content)
            assert digest == f"sha256:{hashlib.sha256(content).hexdigest()}"
            assert (size, described) == (len(content), manifest["annotations"])
            assert manifest["subject"]["digest"] == subject


def test_a_catalog_can_be_made_larger(database: psycopg.Connection[tuple[object, ...]]) -> None:
    for count in (5, 12):
        generate.add_catalog(database, count)
        row = database.execute(
            "SELECT count(*), count(a.artifact_id), min(r.first_push_time) IS NOT NULL FROM repository r"
            " LEFT JOIN artifact a USING (repository_id) WHERE r.name LIKE 'library/bench-catalog-%%'"
        ).fetchone()
        assert row == (count, count, True)
