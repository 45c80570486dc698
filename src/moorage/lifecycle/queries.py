"""SQL of the trash and of the history of tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Text,
    and_,
    bindparam,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.driver import fetch_all
from moorage.database.listing import Columns, ListQuery
from moorage.database.tables import (
    artifact,
    project,
    repository,
    robot_permission,
    tag,
    trash,
)
from moorage.lifecycle import project_queries
from moorage.lifecycle.models import PROJECT, Allowed, Deletion, TrashEntry

_E = trash.c

#: Rows beyond the page that a total counts: a header must not cost a scan.
COUNTED = 10_000

#: Tags an entry shows.
SHOWN_TAGS = 100

# --- putting in ---------------------------------------------------------------------------------


async def put(connection: AsyncConnection, name: str, deletion: Deletion) -> int:
    """A new entry; its id."""
    statement = insert(trash).values(
        kind=deletion.kind,
        project_id=deletion.project_id,
        repository_id=deletion.repository_id,
        resource=deletion.resource,
        digest=deletion.digest,
        deleted_by=name,
        deletion_time=func.clock_timestamp(),
        kept=None if deletion.kept is None else dict(deletion.kept),
    )
    return int((await connection.execute(statement.returning(_E.trash_id))).scalar_one())


async def count(connection: AsyncConnection, trash_id: int, artifacts: int, tags: int) -> None:
    """Note how much an entry has."""
    await connection.execute(
        update(trash).where(_E.trash_id == trash_id).values(artifact_count=artifacts, tag_count=tags)
    )


# --- looking ------------------------------------------------------------------------------------

_COLUMNS = Columns(
    {
        "id": _E.trash_id,
        "kind": _E.kind,
        "resource": _E.resource,
        "digest": _E.digest,
        "deleted_by": _E.deleted_by,
        "deletion_time": _E.deletion_time,
    },
    order="-id",
    unique="id",
)

_NAMES = (
    select(tag.c.name)
    .where(tag.c.trash_id == _E.trash_id)
    .order_by(tag.c.name)
    .limit(SHOWN_TAGS)
    .correlate(trash)
    .lateral("names")
)
_TAGS = select(func.array_agg(_NAMES.c.name)).select_from(_NAMES).scalar_subquery()


def _until(retention: float) -> ColumnElement[datetime]:
    return _E.deletion_time + func.make_interval(0, 0, 0, 0, 0, 0, retention)


def _entries(retention: float) -> Any:
    until = _until(retention)
    return select(
        _E.trash_id,
        _E.kind,
        _E.project_id,
        _E.repository_id,
        _E.resource,
        _E.digest,
        _E.artifact_count,
        _E.tag_count,
        func.coalesce(_TAGS, literal([], ARRAY(Text))).label("tags"),
        _E.deleted_by,
        _E.deletion_time,
        until.label("restorable_until"),
        (until > func.clock_timestamp()).label("restorable"),
    )


def _entry(row: Any) -> TrashEntry:
    return TrashEntry(**dict(row._mapping))


async def find(
    connection: AsyncConnection, trash_id: int, retention: float, *, lock: bool = False
) -> TrashEntry | None:
    """An entry; ``lock``: it is ours until the transaction ends. ``retention`` in seconds."""
    statement = _entries(retention).where(_E.trash_id == trash_id, _E.drop_time.is_(None))
    if lock:
        statement = statement.with_for_update(of=trash)
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else _entry(row)


async def page(
    connection: AsyncConnection, query: ListQuery, retention: float, conditions: Sequence[ColumnElement[bool]]
) -> tuple[int, list[TrashEntry]]:
    """How many entries match, and the page."""
    found = [_E.drop_time.is_(None), *conditions, *_COLUMNS.conditions(query)]
    total = await total_of(connection, select(literal(1)).select_from(trash).where(*found), query)
    statement = _entries(retention).where(*found).order_by(*_COLUMNS.ordering(query))
    rows = await connection.execute(statement.limit(query.limit).offset(query.offset))
    return total, [_entry(row) for row in rows]


async def total_of(connection: AsyncConnection, statement: Any, query: ListQuery) -> int:
    """How many rows a statement gives, counted ``COUNTED`` far, or one beyond the page if that is more."""
    most = max(COUNTED, query.offset + (query.limit or COUNTED) + 1)
    return await connection.scalar(select(func.count()).select_from(statement.limit(most).subquery())) or 0


def of_project(project_id: int, name: str, allowed: Allowed) -> list[ColumnElement[bool]]:
    """Entries in a project, of that name, of what one may delete."""
    ways: list[ColumnElement[bool]] = []
    for kind, limits in allowed.items():
        conditions = [_E.kind == kind]
        if limits is not None:
            r = repository.c
            among = or_(*(limit.condition(r.name, name) for limit in limits))
            conditions.append(exists().where(r.repository_id == _E.repository_id, among))
        ways.append(and_(*conditions))
    return [_E.project_id == project_id, or_(false(), *ways)]


def projects_of_user(user_id: int | None) -> list[ColumnElement[bool]]:
    """Deleted projects; of a user those it administered, None: all."""
    found: list[ColumnElement[bool]] = [_E.kind == PROJECT]
    if user_id is not None:
        found.append(project_queries.administered_by(user_id))
    return found


def projects_of_robot(robot_id: int) -> list[ColumnElement[bool]]:
    """Deleted projects that a robot may delete, had they not been deleted: by a right in every project."""
    p = robot_permission.c
    grant = exists().where(
        p.robot_id == robot_id,
        p.kind == "project",
        p.namespace == "*",
        p.resource == "project",
        p.action == "delete",
        p.effect == "allow",
    )
    return [_E.kind == PROJECT, grant]


async def matches(connection: AsyncConnection, trash_id: int, conditions: Sequence[ColumnElement[bool]]) -> bool:
    """Whether an entry fulfils conditions."""
    return bool(await connection.scalar(select(exists().where(_E.trash_id == trash_id, *conditions))))


# --- why a pull fails ---------------------------------------------------------------------------

_OF_DIGEST = """
SELECT a.trash_id FROM repository r JOIN artifact a ON a.repository_id = r.repository_id
 WHERE r.name = %s AND a.digest = %s AND a.state = 'trash' AND a.trash_id IS NOT NULL
"""
# The last lifetime, if a deletion ended it. One that began and ended within a tick has the higher id.
_OF_TAG = """
SELECT t.trash_id FROM repository r
  JOIN LATERAL (
      SELECT x.trash_id FROM tag x WHERE x.repository_id = r.repository_id AND x.name = %s
       ORDER BY x.lifetime_start DESC, x.tag_id DESC LIMIT 1
  ) AS t ON true
 WHERE r.name = %s AND t.trash_id IS NOT NULL
"""


async def deletion_of(connection: AsyncConnection, repository_name: str, reference: str, *, digest: bool) -> int | None:
    """The deletion that took away a digest or tag which a repository does not have."""
    values = (repository_name, reference) if digest else (reference, repository_name)
    rows = await fetch_all(connection, _OF_DIGEST if digest else _OF_TAG, values)
    return int(rows[0][0]) if rows else None


# --- taking out ---------------------------------------------------------------------------------


async def kept(connection: AsyncConnection, trash_id: int) -> Mapping[str, Any]:
    """What an entry keeps beside the rows that name it."""
    return await connection.scalar(select(_E.kept).where(_E.trash_id == trash_id)) or {}


async def lock_artifacts(connection: AsyncConnection, trash_id: int) -> list[int]:
    """Ids of an entry's artifacts, ours until the transaction ends."""
    rows = await connection.execute(
        select(artifact.c.artifact_id)
        .where(artifact.c.trash_id == trash_id)
        .order_by(artifact.c.digest)
        .with_for_update()
    )
    return list(rows.scalars())


async def hold_needed(connection: AsyncConnection, trash_id: int) -> None:
    """Keep what an entry's indexes list and its tags name from being deleted until the transaction ends.

    As far as it is not deleted; the statements after this one see what is.
    """
    await connection.execute(_HOLD_NEEDED, {"trash_id": trash_id})


_HOLD_NEEDED = text(
    """
    SELECT a.artifact_id FROM artifact a
     WHERE a.state = 'live' AND a.artifact_id IN (
           SELECT c.child_id FROM artifact p JOIN artifact_child c ON c.parent_id = p.artifact_id
            WHERE p.trash_id = :trash_id
           UNION SELECT t.artifact_id FROM tag t WHERE t.trash_id = :trash_id)
     ORDER BY a.digest FOR KEY SHARE
    """
)


async def missing_child(connection: AsyncConnection, trash_id: int) -> tuple[str, str, int | None] | None:
    """An index of an entry, a manifest it lists that is deleted and not of the entry, and the deletion of that."""
    row = (await connection.execute(_MISSING_CHILD, {"trash_id": trash_id})).first()
    return None if row is None else (row.parent, row.child, row.trash_id)


_MISSING_CHILD = text(
    """
    SELECT p.digest AS parent, c.child_digest AS child, k.trash_id
      FROM artifact p
      JOIN artifact_child c ON c.parent_id = p.artifact_id
      LEFT JOIN artifact k ON k.artifact_id = c.child_id
     WHERE p.trash_id = :trash_id
       AND (k.artifact_id IS NULL OR k.state <> 'live' AND k.trash_id IS DISTINCT FROM :trash_id)
     LIMIT 1
    """
)


async def restore_artifacts(connection: AsyncConnection, trash_id: int) -> None:
    """An entry's artifacts are live again."""
    await connection.execute(
        update(artifact)
        .where(artifact.c.trash_id == trash_id)
        .values(state="live", trash_time=None, trash_id=None, touch_time=func.clock_timestamp())
    )


async def tags_of(
    connection: AsyncConnection, trash_id: int, names: Sequence[str] | None
) -> list[tuple[str, str, bool, int | None]]:
    """Tags an entry took away: name, digest, whether that is there, and the deletion of that if it is not."""
    statement = (
        select(tag.c.name, artifact.c.digest, artifact.c.state == "live", artifact.c.trash_id)
        .join(artifact, artifact.c.artifact_id == tag.c.artifact_id)
        .where(tag.c.trash_id == trash_id)
        .order_by(tag.c.name)
    )
    if names is not None:
        statement = statement.where(tag.c.name == func.any(literal(list(names), ARRAY(Text))))
    return [(row[0], row[1], row[2], row[3]) for row in await connection.execute(statement)]


async def restore_tags(connection: AsyncConnection, trash_id: int, names: Sequence[str], operator: str) -> list[str]:
    """Let tags of an entry name again what they named, except where the name is in use; the names."""
    values = {"trash_id": trash_id, "names": list(names), "operator": operator}
    restored = list((await connection.execute(_RESTORE_TAGS, values)).scalars())
    await connection.execute(_FREE_TAGS, {"trash_id": trash_id, "names": restored})
    return restored


# In the order in which a push moves its tags: in any other the two could wait for each other.
_RESTORE_TAGS = text(
    """
    INSERT INTO tag (repository_id, name, artifact_id, pushed_by, operation, lifetime_start, push_time, pull_time)
    SELECT t.repository_id, t.name, t.artifact_id, :operator, 'undelete', clock_timestamp(), t.push_time, t.pull_time
      FROM tag t JOIN artifact a ON a.artifact_id = t.artifact_id AND a.state = 'live'
     WHERE t.trash_id = :trash_id AND t.name = ANY(CAST(:names AS text[]))
     ORDER BY t.name
    ON CONFLICT (repository_id, name) WHERE lifetime_end IS NULL DO NOTHING
    RETURNING name
    """
)
_FREE_TAGS = text("UPDATE tag SET trash_id = NULL WHERE trash_id = :trash_id AND name = ANY(CAST(:names AS text[]))")


async def settle(connection: AsyncConnection, trash_id: int) -> None:
    """Drop an entry that has nothing left, or note what it has."""
    left = {
        "artifacts": await connection.scalar(_COUNT_ARTIFACTS, {"trash_id": trash_id}) or 0,
        "tags": await connection.scalar(_COUNT_TAGS, {"trash_id": trash_id}) or 0,
    }
    if any(left.values()):
        await count(connection, trash_id, **left)
    else:
        await remove(connection, trash_id)


_COUNT_ARTIFACTS = select(func.count()).select_from(artifact).where(artifact.c.trash_id == bindparam("trash_id"))
_COUNT_TAGS = select(func.count()).select_from(tag).where(tag.c.trash_id == bindparam("trash_id"))


async def remove(connection: AsyncConnection, trash_id: int) -> None:
    """Drop an entry."""
    await connection.execute(delete(trash).where(_E.trash_id == trash_id))


async def project_name(connection: AsyncConnection, project_id: int) -> str | None:
    """The name of a project that is not deleted."""
    statement = select(project.c.name).where(project.c.project_id == project_id, ~project.c.deleted)
    found: str | None = await connection.scalar(statement)
    return found
