"""SQL of adoption, projects, repositories and blobs: what a push writes row by row, in one statement for many.

Locks are taken in the order pushes take them: repositories, blobs, children, manifests, artifacts, tags. Lists are
sorted, so that two of them cannot wait for each other. Nothing that is there already is changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.driver import fetch_all

#: (repository id, digest)
Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class KnownBlob:
    """A blob's row. ``live`` false: in the trash."""

    size: int
    live: bool
    verified: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A row that is kept from being deleted until the transaction ends."""

    id: int
    size: int


# --- projects, repositories -----------------------------------------------------------------------


async def projects(connection: AsyncConnection, names: Sequence[str]) -> dict[str, int]:
    """Ids of projects by name."""
    rows = await fetch_all(
        connection, "SELECT name, project_id FROM project WHERE name = ANY(%s::text[]) AND NOT deleted", (list(names),)
    )
    return {row[0]: row[1] for row in rows}


async def date_project(connection: AsyncConnection, project_id: int, creation_time: datetime) -> None:
    """Note when a project was really made."""
    await connection.execute(_DATE_PROJECT, {"project_id": project_id, "creation_time": creation_time})


_DATE_PROJECT = text("UPDATE project SET creation_time = :creation_time WHERE project_id = :project_id")


async def rehearse_project(connection: AsyncConnection, name: str, owner_id: int) -> int:
    """A project's row for a transaction that is rolled back; its id."""
    rows = await fetch_all(
        connection, "INSERT INTO project (name, owner_id) VALUES (%s, %s) RETURNING project_id", (name, owner_id)
    )
    return int(rows[0][0])


async def repositories(connection: AsyncConnection, names: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Repository id and project id by name."""
    rows = await fetch_all(
        connection,
        "SELECT name, repository_id, project_id FROM repository WHERE name = ANY(%s::text[])",
        (list(names),),
    )
    return {row[0]: (row[1], row[2]) for row in rows}


# The projects' rows are locked against deletion, as by a push that makes a repository.
_MAKE_REPOSITORIES = """
WITH held AS (SELECT project_id FROM project WHERE project_id = ANY(%s::bigint[]) AND NOT deleted FOR SHARE)
INSERT INTO repository (project_id, name, creation_time)
SELECT held.project_id, q.name, COALESCE(q.creation_time, now())
  FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) AS q(project_id, name, creation_time)
  JOIN held ON held.project_id = q.project_id
 ORDER BY q.name
ON CONFLICT (name) DO NOTHING
RETURNING name
"""


async def make_repositories(
    connection: AsyncConnection, wanted: Sequence[tuple[int, str, datetime | None]]
) -> set[str]:
    """Make repositories (project id, name, creation time); the names of those that were not there."""
    columns = [list(column) for column in zip(*wanted, strict=True)]
    rows = await fetch_all(connection, _MAKE_REPOSITORIES, (sorted(set(columns[0])), *columns))
    return {row[0] for row in rows}


_MARK_PUSHED = text(
    """
    UPDATE repository SET first_push_time = COALESCE(q.push_time, now()), update_time = now()
      FROM unnest(CAST(:repository_ids AS bigint[]), CAST(:push_times AS timestamptz[])) AS q(repository_id, push_time)
     WHERE repository.repository_id = q.repository_id AND first_push_time IS NULL
    """
)


async def mark_pushed(connection: AsyncConnection, first: Mapping[int, datetime | None]) -> None:
    """Note that repositories have a manifest, and since when if that is known."""
    await connection.execute(_MARK_PUSHED, {"repository_ids": list(first), "push_times": list(first.values())})


# --- blobs ----------------------------------------------------------------------------------------


async def known_blobs(connection: AsyncConnection, digests: Sequence[str]) -> dict[str, KnownBlob]:
    """Which of the blobs have a row."""
    rows = await fetch_all(
        connection,
        "SELECT digest, size, state = 'live', verified_time IS NOT NULL FROM blob WHERE digest = ANY(%s::text[])",
        (list(digests),),
    )
    return {row[0]: KnownBlob(*row[1:]) for row in rows}


_MAKE_BLOBS = """
INSERT INTO blob (digest, size, verified_time)
SELECT digest, size, CASE WHEN verified THEN now() END
  FROM unnest(%s::text[], %s::bigint[], %s::boolean[]) AS q(digest, size, verified) ORDER BY digest
ON CONFLICT (digest) DO NOTHING
RETURNING digest
"""


async def make_blobs(connection: AsyncConnection, sizes: Mapping[str, int], verified: set[str]) -> set[str]:
    """Rows for blobs whose bytes are stored and that had none; the digests of those that were made."""
    digests = sorted(sizes)
    values = (digests, [sizes[digest] for digest in digests], [digest in verified for digest in digests])
    return {row[0] for row in await fetch_all(connection, _MAKE_BLOBS, values)}


# A sweep that is deleting one of them holds its row: this waits for it, and does not find the row afterwards.
# One that was interrupted may go on until its time is over: then the bytes are not to be relied on.
_REVIVE_BLOBS = text(
    """
    UPDATE blob SET state = 'live', touch_time = clock_timestamp(), sweep_end = NULL
     WHERE digest = ANY(:digests) AND state = 'trash' AND (sweep_end IS NULL OR sweep_end < clock_timestamp())
    """
)


async def revive_blobs(connection: AsyncConnection, digests: Sequence[str]) -> None:
    """Take blobs out of the trash, if they are still there."""
    await connection.execute(_REVIVE_BLOBS, {"digests": list(digests)})


async def give_up_blobs(connection: AsyncConnection, digests: Sequence[str]) -> None:
    """Leave blobs in the trash whose bytes are gone."""
    if digests:
        await connection.execute(_GIVE_UP_BLOBS, {"digests": list(digests)})


_GIVE_UP_BLOBS = text("UPDATE blob SET state = 'trash' WHERE digest = ANY(:digests)")


async def mark_verified(connection: AsyncConnection, digests: Sequence[str]) -> None:
    """Note that the bytes of blobs were hashed and found right."""
    await connection.execute(_MARK_VERIFIED, {"digests": list(digests)})


_MARK_VERIFIED = text("UPDATE blob SET verified_time = now() WHERE digest = ANY(:digests)")


async def hold_blobs(connection: AsyncConnection, digests: Sequence[str]) -> dict[str, Held]:
    """The live ones of the blobs."""
    rows = await fetch_all(
        connection,
        "SELECT digest, blob_id, size FROM blob WHERE digest = ANY(%s::text[]) AND state = 'live'"
        " ORDER BY digest FOR KEY SHARE",
        (list(digests),),
    )
    return {row[0]: Held(row[1], row[2]) for row in rows}


_LINK = """
INSERT INTO repository_blob (repository_id, blob_id)
SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS q(repository_id, blob_id) ORDER BY 1, 2
ON CONFLICT DO NOTHING
RETURNING 1
"""


async def link_blobs(connection: AsyncConnection, links: Sequence[tuple[int, int]]) -> int:
    """Make blobs readable through repositories (repository id, blob id); how many were not."""
    return len(await fetch_all(connection, _LINK, ([link[0] for link in links], [link[1] for link in links])))


_HOLD_LINKED = """
SELECT l.repository_id, b.digest, b.blob_id, b.size
  FROM unnest(%s::bigint[], %s::text[]) AS q(repository_id, digest)
  JOIN blob b ON b.digest = q.digest
  JOIN repository_blob l ON l.repository_id = q.repository_id AND l.blob_id = b.blob_id
 ORDER BY b.digest
   FOR KEY SHARE OF b, l
"""


async def hold_linked(connection: AsyncConnection, keys: Sequence[Key]) -> dict[Key, Held]:
    """The blobs of ``keys`` that can be read through their repository."""
    if not keys:
        return {}
    rows = await fetch_all(connection, _HOLD_LINKED, columns(keys))
    return {(row[0], row[1]): Held(row[2], row[3]) for row in rows}


def columns(keys: Sequence[Key]) -> tuple[list[int], list[str]]:
    """The keys as two parameters."""
    return [key[0] for key in keys], [key[1] for key in keys]
