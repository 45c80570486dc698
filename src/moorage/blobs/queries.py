"""SQL of blobs, their links and upload sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import bindparam, delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.blobs.models import LinkedBlob, Upload
from moorage.database.driver import Row, fetch_all, fetch_value
from moorage.database.tables import artifact, artifact_blob, blob, repository, repository_blob, upload

# --- reading ------------------------------------------------------------------------------------

# This and the other functions called here are in migration 0002.
LINKED = "SELECT * FROM lookup_blobs(%s::int[], %s::text[], %s::text[])"

#: (repository, digest)
Key = tuple[str, str]


def parameters(keys: Sequence[Key]) -> tuple[list[int], list[str], list[str]]:
    """The statement's parameters."""
    return list(range(len(keys))), [key[0] for key in keys], [key[1] for key in keys]


def linked(keys: Sequence[Key], rows: Sequence[Row]) -> Mapping[Key, LinkedBlob | None]:
    """Which of the keys are readable."""
    found: dict[Key, LinkedBlob | None] = dict.fromkeys(keys)
    for position, blob_id, size in rows:
        found[keys[position]] = LinkedBlob(blob_id, keys[position][1], size)
    return found


#: A blob, and whether garbage collection may be about to take it.
Promised = tuple[LinkedBlob, bool]
# The functions are in migration 0016.
PROMISED = "SELECT * FROM lookup_promised_blobs(%s::int[], %s::text[], %s::text[])"


def promised(keys: Sequence[Key], rows: Sequence[Row]) -> Mapping[Key, Promised | None]:
    """Which of the keys are readable, and whether they must be promised."""
    found: dict[Key, Promised | None] = dict.fromkeys(keys)
    for position, blob_id, size, noted in rows:
        found[keys[position]] = (LinkedBlob(blob_id, keys[position][1], size), noted)
    return found


async def promise(connection: AsyncConnection, repository_name: str, digest: str) -> bool:
    """Keep a blob from being collected for the time of the window; False when it has been."""
    return bool(await fetch_value(connection, "SELECT blob_promise(%s, %s)", (repository_name, digest)))


async def repositories_with(connection: AsyncConnection, digest: str, limit: int) -> Sequence[str]:
    """Names of repositories the blob is linked to, for a mount that names none."""
    rows = await connection.execute(
        select(repository.c.name)
        .join(repository_blob, repository_blob.c.repository_id == repository.c.repository_id)
        .join(blob, blob.c.blob_id == repository_blob.c.blob_id)
        .where(blob.c.digest == digest, blob.c.quarantine_time.is_(None))
        .order_by(repository_blob.c.repository_id)
        .limit(limit)
    )
    return rows.scalars().all()


async def quarantine(connection: AsyncConnection, name: str, digest: str) -> tuple[datetime, str] | None:
    """Since when, and why, nobody is given a blob that the repository has."""
    row = (await connection.execute(_QUARANTINE, {"name": name, "digest": digest})).one_or_none()
    return None if row is None else (row.quarantine_time, row.quarantine_reason)


_QUARANTINE = text(
    """
    SELECT b.quarantine_time, b.quarantine_reason
      FROM blob b
      JOIN repository_blob l ON l.blob_id = b.blob_id
      JOIN repository r ON r.repository_id = l.repository_id
     WHERE b.digest = :digest AND r.name = :name AND b.quarantine_time IS NOT NULL
    """
)


# --- linking ------------------------------------------------------------------------------------


async def hold_blob(connection: AsyncConnection, project_id: int, digest: str, size: int) -> int:
    """The blob's id, its row locked until the transaction ends; raises QuotaExceeded if the project lacks the room."""
    return int(await fetch_value(connection, "SELECT blob_hold(%s, %s, %s)", (digest, size, project_id)))


async def finish_upload(
    connection: AsyncConnection, session: Upload, expected: int, digest: str
) -> tuple[int, bool] | None:
    """End a session at ``expected`` bytes, hold its blob as ``hold_blob`` does and link it to the repository.

    The blob's id, and whether there was a repository to link it to; None when the session is gone or has moved.
    """
    values = (session.upload_id, expected, digest, session.received, session.repository)
    rows = await fetch_all(connection, "SELECT * FROM upload_finish(%s, %s, %s, %s, %s)", values)
    return (int(rows[0][0]), bool(rows[0][1])) if rows else None


async def link(connection: AsyncConnection, name: str, blob_id: int) -> bool:
    """Make the blob readable through the repository; False when there is no such repository."""
    return bool(await fetch_value(connection, "SELECT blob_link(%s, %s)", (name, blob_id)))


async def lock_link(
    connection: AsyncConnection, name: str, digest: str, *, readable: bool = False
) -> tuple[int, int] | None:
    """Lock the link of a blob to a repository: (repository id, blob id), or None when there is none.

    ``readable``: a blob in quarantine counts as none.
    """
    statement = (
        select(repository_blob.c.repository_id, repository_blob.c.blob_id)
        .join(repository, repository.c.repository_id == repository_blob.c.repository_id)
        .join(blob, blob.c.blob_id == repository_blob.c.blob_id)
        .where(repository.c.name == name, blob.c.digest == digest)
        .with_for_update(of=repository_blob)
    )
    if readable:
        statement = statement.where(blob.c.quarantine_time.is_(None))
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else (row.repository_id, row.blob_id)


async def referencing_manifest(connection: AsyncConnection, repository_id: int, blob_id: int) -> str | None:
    """Digest of a live manifest of the repository that refers to the blob."""
    return await connection.scalar(
        select(artifact.c.digest)
        .join(artifact_blob, artifact_blob.c.artifact_id == artifact.c.artifact_id)
        .where(
            artifact_blob.c.blob_id == blob_id,
            artifact.c.repository_id == repository_id,
            artifact.c.state == "live",
        )
        .limit(1)
    )


async def unlink(connection: AsyncConnection, repository_id: int, blob_id: int) -> None:
    """The blob can no longer be read through the repository."""
    await connection.execute(
        delete(repository_blob).where(
            repository_blob.c.repository_id == repository_id, repository_blob.c.blob_id == blob_id
        )
    )


async def lock_linked(connection: AsyncConnection, repository_id: int, digests: Sequence[str]) -> dict[str, LinkedBlob]:
    """The linked ones among ``digests``, kept from being unlinked or swept until the transaction ends.

    Those in quarantine are left out: who refers to one has to push it again.
    """
    if not digests:
        return {}
    rows = await connection.execute(
        select(blob.c.blob_id, blob.c.digest, blob.c.size)
        .join(repository_blob, repository_blob.c.blob_id == blob.c.blob_id)
        .where(
            repository_blob.c.repository_id == repository_id,
            blob.c.digest == func.any(bindparam("digests")),
            blob.c.quarantine_time.is_(None),
        )
        # One order for everyone, so that two pushes sharing layers cannot wait for each other.
        .order_by(blob.c.digest)
        .with_for_update(key_share=True, read=True),
        {"digests": list(digests)},
    )
    return {row.digest: LinkedBlob(row.blob_id, row.digest, row.size) for row in rows}


async def relink(connection: AsyncConnection, artifact_ids: Sequence[int]) -> None:
    """Make what artifacts refer to readable through their repository again, held until the transaction ends."""
    values = {"artifact_ids": list(artifact_ids)}
    await connection.execute(_KEEP_REFERENCED, values)
    await connection.execute(_RELINK, values)


# A sweep that is taking one of them holds its row.
_KEEP_REFERENCED = text(
    """
    UPDATE blob SET state = 'live' WHERE state = 'trash' AND blob_id IN (
           SELECT r.blob_id FROM artifact_blob r WHERE r.artifact_id = ANY(CAST(:artifact_ids AS bigint[])))
    """
)
# The update locks a link that is there: who is unlinking the blob comes first, or sees the artifact that needs it.
_RELINK = text(
    """
    INSERT INTO repository_blob (repository_id, blob_id)
    SELECT needed.repository_id, needed.blob_id FROM (
           SELECT DISTINCT a.repository_id, b.blob_id, b.digest
             FROM artifact a
             JOIN artifact_blob r ON r.artifact_id = a.artifact_id
             JOIN blob b ON b.blob_id = r.blob_id
            WHERE a.artifact_id = ANY(CAST(:artifact_ids AS bigint[]))) AS needed
     ORDER BY needed.digest
    ON CONFLICT (repository_id, blob_id) DO UPDATE SET creation_time = repository_blob.creation_time
    """
)


# --- upload sessions ----------------------------------------------------------------------------

UPLOADS = "SELECT * FROM lookup_uploads(%s::int[], %s::uuid[], %s::text[])"

#: (upload id, repository)
UploadKey = tuple[UUID, str]


def upload_parameters(keys: Sequence[UploadKey]) -> tuple[list[int], list[UUID], list[str]]:
    """The statement's parameters."""
    return list(range(len(keys))), [key[0] for key in keys], [key[1] for key in keys]


def uploads(keys: Sequence[UploadKey], rows: Sequence[Row]) -> Mapping[UploadKey, Upload | None]:
    """The sessions of the keys."""
    found: dict[UploadKey, Upload | None] = dict.fromkeys(keys)
    for position, project_id, principal, received, digest, state in rows:
        upload_id, repository_name = keys[position]
        found[keys[position]] = Upload(upload_id, repository_name, project_id, principal, received, digest, state)
    return found


async def insert_upload(connection: AsyncConnection, session: Upload, limit: int) -> bool:
    """Keep a new session; False when its account already has ``limit`` of them open."""
    values = (
        session.upload_id,
        session.repository,
        session.project_id,
        session.principal,
        session.algorithm,
        session.digest,
        Jsonb(session.state),
        limit,
    )
    return bool(await fetch_value(connection, "SELECT upload_begin(%s, %s, %s, %s, %s, %s, %s, %s::int)", values))


async def advance_upload(
    connection: AsyncConnection, upload_id: UUID, expected: int, received: int, digest: str, state: Mapping[str, Any]
) -> bool:
    """Record what was stored; False when the session is gone or somebody else moved it."""
    values = (upload_id, expected, received, digest, Jsonb(dict(state)))
    return bool(await fetch_value(connection, "SELECT upload_advance(%s, %s, %s, %s, %s)", values))


async def delete_upload(connection: AsyncConnection, upload_id: UUID, expected: int | None = None) -> bool:
    """End a session; False when it is gone or, with ``expected``, has other bytes by now."""
    statement = delete(upload).where(upload.c.upload_id == upload_id)
    if expected is not None:
        statement = statement.where(upload.c.received == expected)
    result = await connection.execute(statement)
    return result.rowcount == 1


_COLUMNS = (
    upload.c.upload_id,
    upload.c.repository,
    upload.c.project_id,
    upload.c.principal,
    upload.c.received,
    upload.c.digest,
    upload.c.state,
)


async def take_expired_uploads(connection: AsyncConnection, before: datetime, limit: int) -> Sequence[Upload]:
    """Sessions untouched since ``before``, locked; those another process is purging are left to it."""
    rows = await connection.execute(
        select(*_COLUMNS)
        .where(upload.c.update_time < before)
        .order_by(upload.c.update_time)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [Upload(*row) for row in rows]


async def known_uploads(connection: AsyncConnection, upload_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these sessions have a row."""
    rows = await connection.execute(select(upload.c.upload_id).where(upload.c.upload_id.in_(upload_ids)))
    return set(rows.scalars())
