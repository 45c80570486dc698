"""Repositories, manifests and tags as Harbor's database knows them; blobs as the store below it links them.

Harbor's database is the truth about its store: since 2.15 tags are nowhere else, before that deleted tags linger in
the tree, and what was deleted lies in the tree until garbage collection. It is only read, one page at a time.
Tables and columns: Harbor ``make/migrations/postgresql`` (0001, 0030), the same from 2.0 on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg

from moorage.adoption.models import FoundLayer, FoundManifest, FoundRepository, FoundTag, ProjectFacts, Target
from moorage.adoption.report import Report
from moorage.adoption.tree import NothingToAdopt, TreeSource
from moorage.errors import MoorageError
from moorage.oci.names import is_digest, is_tag
from moorage.storage.protocol import BlobStore

PAGE = 1_000


class HarborDatabaseError(MoorageError):
    """Harbor's database cannot be read"""


class HarborSource:
    """A Harbor: its database and its store."""

    def __init__(self, url: str, store: BlobStore, report: Report) -> None:
        """``url``: a PostgreSQL URL of Harbor's ``registry`` database; an account that may only read will do."""
        self._url = url
        self._report = report
        self._tree = TreeSource(store, report)
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None
        self._asking = asyncio.Lock()

    async def open(self) -> None:
        """Connect.

        Raises:
            HarborDatabaseError: it cannot be reached.
        """
        try:
            connection = await psycopg.AsyncConnection.connect(
                self._url, autocommit=True, prepare_threshold=None, connect_timeout=10, application_name="moorage"
            )
        except psycopg.Error as error:
            raise _unreadable(error) from error
        await connection.set_read_only(True)
        self._connection = connection

    async def close(self) -> None:
        """Disconnect."""
        self._tree.close()
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def prepare(self, found: Callable[[int], None]) -> int:
        (row,) = await self._fetch("SELECT count(*) FROM repository")
        if not row[0]:
            raise NothingToAdopt("Harbor's database has no repositories")
        found(row[0])
        return int(row[0])

    async def repositories(self) -> AsyncGenerator[FoundRepository]:
        last = 0
        while rows := await self._fetch(_REPOSITORIES, last, PAGE):
            for last, name, creation_time, project_time, public in rows:
                yield FoundRepository(name, last, _aware(creation_time), ProjectFacts(public, _aware(project_time)))

    async def holds(self, name: str) -> bool:
        return bool(await self._fetch("SELECT 1 FROM repository WHERE name = %s", name))

    def layers(self, target: Target) -> AsyncGenerator[Sequence[FoundLayer]]:
        return self._tree.layers(target)

    async def manifests(self, target: Target) -> AsyncGenerator[Sequence[FoundManifest]]:
        last = 0
        while rows := await self._fetch(_ARTIFACTS, target.found.key, last, PAGE):
            last = rows[-1][0]
            found = [FoundManifest(target, digest, _aware(push_time)) for _, digest, push_time in rows]
            for item in found:
                if not is_digest(item.digest):
                    name = f"{target.found.name}@{item.digest}"
                    self._report.skip("manifest", name, "not a digest of a supported algorithm (sha256, sha512)")
            yield [item for item in found if is_digest(item.digest)]

    async def tags(self, target: Target) -> AsyncGenerator[Sequence[FoundTag]]:
        last = 0
        while rows := await self._fetch(_TAGS, target.found.key, last, PAGE):
            last = rows[-1][0]
            found = [FoundTag(target, name, digest, _aware(push_time)) for _, name, digest, push_time in rows]
            for tag in found:
                if not is_tag(tag.name):
                    self._report.skip("tag", f"{target.found.name}:{tag.name}", "not a valid tag name")
            yield [tag for tag in found if is_tag(tag.name)]

    async def earlier(self, tag: FoundTag) -> Sequence[str]:
        return ()

    async def _fetch(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        assert self._connection is not None
        try:
            # Each page in a read-only transaction of its own: none is held open in a database that is in use.
            async with self._asking, self._connection.transaction():
                cursor = await self._connection.execute(sql, parameters)
                return await cursor.fetchall()
        except psycopg.Error as error:
            raise _unreadable(error) from error


# A deleted project keeps its row, and a deleted repository none.
_REPOSITORIES = """
SELECT r.repository_id, r.name, r.creation_time, p.creation_time,
       COALESCE((SELECT m.value = 'true' FROM project_metadata m
                  WHERE m.project_id = p.project_id AND m.name = 'public' LIMIT 1), false)
  FROM repository r JOIN project p ON p.project_id = r.project_id AND NOT p.deleted
 WHERE r.repository_id > %s
 ORDER BY r.repository_id LIMIT %s
"""
_ARTIFACTS = """
SELECT id, digest, push_time FROM artifact WHERE repository_id = %s AND id > %s ORDER BY id LIMIT %s
"""
_TAGS = """
SELECT t.id, t.name, a.digest, t.push_time
  FROM tag t JOIN artifact a ON a.id = t.artifact_id
 WHERE t.repository_id = %s AND t.id > %s
 ORDER BY t.id LIMIT %s
"""


def _aware(moment: datetime | None) -> datetime | None:
    """Harbor's columns have no time zone; what is in them is UTC."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def _unreadable(error: psycopg.Error) -> HarborDatabaseError:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0]
    return HarborDatabaseError(f"Harbor's database cannot be read: {reason}")
