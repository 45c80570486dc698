"""Harbor's database as far as adoption reads it (Harbor ``make/migrations/postgresql``)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg

SCHEMA = """
CREATE TABLE project (
    project_id SERIAL PRIMARY KEY, owner_id int NOT NULL, name varchar(255) NOT NULL UNIQUE,
    creation_time timestamp DEFAULT CURRENT_TIMESTAMP, deleted boolean NOT NULL DEFAULT false);
CREATE TABLE project_metadata (
    id SERIAL PRIMARY KEY, project_id int NOT NULL REFERENCES project, name varchar(255) NOT NULL, value text,
    UNIQUE (project_id, name));
CREATE TABLE repository (
    repository_id SERIAL PRIMARY KEY, name varchar(255) NOT NULL UNIQUE, project_id int NOT NULL,
    creation_time timestamp DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE artifact (
    id SERIAL PRIMARY KEY, type varchar(255) NOT NULL, media_type varchar(255) NOT NULL,
    manifest_media_type varchar(255) NOT NULL, project_id int NOT NULL, repository_id int NOT NULL,
    repository_name varchar(255) NOT NULL, digest varchar(255) NOT NULL, size bigint,
    push_time timestamp DEFAULT CURRENT_TIMESTAMP, pull_time timestamp, UNIQUE (repository_id, digest));
CREATE TABLE tag (
    id SERIAL PRIMARY KEY, repository_id int NOT NULL, artifact_id int NOT NULL REFERENCES artifact,
    name varchar(255) NOT NULL, push_time timestamp DEFAULT CURRENT_TIMESTAMP, pull_time timestamp,
    UNIQUE (repository_id, name));
"""

#: When the Harbor of the tests was set up; everything in it happened a number of days later.
BEGAN = datetime(2021, 3, 1, 12, tzinfo=UTC)


class HarborDatabase:
    """A Harbor's database, filled step by step; every time is in days after ``BEGAN``."""

    def __init__(self, url: str, connection: psycopg.Connection) -> None:
        self.url = url
        self._connection = connection

    def project(self, name: str, *, public: bool, day: int = 0, deleted: bool = False) -> int:
        """A project."""
        project_id = self._insert(
            "INSERT INTO project (owner_id, name, creation_time, deleted) VALUES (1, %s, %s, %s) RETURNING project_id",
            name, after(day), deleted,
        )  # fmt: skip
        self._insert(
            "INSERT INTO project_metadata (project_id, name, value) VALUES (%s, 'public', %s) RETURNING id",
            project_id, "true" if public else "false",
        )  # fmt: skip
        return project_id

    def repository(self, project_id: int, name: str, day: int = 0) -> int:
        """A repository, by its full name."""
        return self._insert(
            "INSERT INTO repository (name, project_id, creation_time) VALUES (%s, %s, %s) RETURNING repository_id",
            name, project_id, after(day),
        )  # fmt: skip

    def artifact(self, project_id: int, repository_id: int, digest: str, day: int = 0) -> int:
        """An artifact."""
        return self._insert(
            "INSERT INTO artifact (type, media_type, manifest_media_type, project_id, repository_id, repository_name,"
            " digest, push_time) VALUES ('IMAGE', '', '', %s, %s, '', %s, %s) RETURNING id",
            project_id, repository_id, digest, after(day),
        )  # fmt: skip

    def tag(self, repository_id: int, artifact_id: int, name: str, day: int = 0) -> int:
        """A tag of an artifact."""
        return self._insert(
            "INSERT INTO tag (repository_id, artifact_id, name, push_time) VALUES (%s, %s, %s, %s) RETURNING id",
            repository_id, artifact_id, name, after(day),
        )  # fmt: skip

    def move(self, repository_id: int, name: str, artifact_id: int, day: int) -> None:
        """A tag is pushed again."""
        self._connection.execute(
            "UPDATE tag SET artifact_id = %s, push_time = %s WHERE repository_id = %s AND name = %s",
            (artifact_id, after(day), repository_id, name),
        )

    def refuse_writes(self) -> None:
        """From now on new connections may only read, unless they ask for more."""
        name = self._connection.info.dbname
        self._connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')

    def _insert(self, sql: str, *values: object) -> int:
        row = self._connection.execute(sql, values).fetchone()
        assert row is not None
        return int(row[0])


def after(day: int) -> datetime:
    """As Harbor's columns have it: UTC, without saying so."""
    return (BEGAN + timedelta(days=day)).replace(tzinfo=None)


@contextmanager
def harbor_database(server: str) -> Iterator[HarborDatabase]:
    """An empty one on a PostgreSQL server, given by a URL of another of its databases."""
    name = f"harbor_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            url = psycopg.conninfo.make_conninfo(server, dbname=name)
            with psycopg.connect(url, autocommit=True) as own:
                own.execute(SCHEMA)
                yield HarborDatabase(url, own)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
