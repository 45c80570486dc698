"""SQL of the lists of artifacts and what hangs on them: a fixed number of statements for a page, whatever its size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal_column, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.access.repositories import Repositories
from moorage.artifacts import accessories
from moorage.artifacts.listing_models import (
    Details,
    Flags,
    ListedAccessory,
    ListedArtifact,
    ListedLabel,
    ListedReference,
    ListedRepository,
    ListedTag,
)
from moorage.database.driver import Row, fetch_all, fetch_each, fetch_value
from moorage.database.listing import AllOf, Columns, Contains, Exact, Filter, ListQuery
from moorage.database.tables import artifact, artifact_accessory, artifact_label, repository, tag
from moorage.errors import BadRequest

_A, _T = artifact.c, tag.c

#: Tags and accessories shown with one artifact; lists of their own show all.
MAX_ATTACHED = 1_000

#: Labels an artifact can be asked to have at once.
MAX_LABELS = 100

#: Before every moment: what was never pulled was pulled earlier than anything.
_NEVER: ColumnElement[Any] = literal_column("'-infinity'::timestamptz")

_REPOSITORY_NAME = (
    select(repository.c.name)
    .where(repository.c.repository_id == _A.repository_id)
    .correlate(artifact)
    .scalar_subquery()
)

COLUMNS = Columns(
    {
        "id": _A.artifact_id,
        "type": _A.type,
        "media_type": _A.content_media_type,
        "manifest_media_type": _A.media_type,
        "artifact_type": _A.artifact_type,
        "project_id": _A.project_id,
        "repository_id": _A.repository_id,
        "repository_name": _REPOSITORY_NAME,
        "digest": _A.digest,
        "size": _A.size,
        "icon": _A.icon,
        "push_time": _A.push_time,
        "pull_time": func.coalesce(_A.pull_time, _NEVER, type_=_A.pull_time.type),
    },
    order="-push_time",
    unique="id",
)


#: Values of ``artifact.shown``.
_WITH_CHILDREN, _EVERYWHERE = 1, 2

#: The artifacts of a repository or project.
Scope = ColumnElement[bool]


def in_repository(repository_id: int) -> Scope:
    """The artifacts of a repository."""
    return _A.repository_id == repository_id


def in_project(project_id: int, allowed: Repositories | None, project: str) -> Scope:
    """The artifacts of a project, or of those of its repositories."""
    whole = _A.project_id == project_id
    if allowed is None:
        return whole
    within = select(repository.c.repository_id).where(repository.c.project_id == project_id)
    return and_(whole, _A.repository_id.in_(within.where(allowed.condition(repository.c.name, project))))


def matching(scope: Scope, query: ListQuery) -> Select[Any]:
    """The artifacts of a list (H row 51): no accessories, and no untagged children unless ``base=*``.

    Raises:
        BadRequest: a filter has a value it cannot have.
    """
    base, tags, labels = query.filter_of("base"), query.filter_of("tags"), query.filter_of("labels")
    if base is not None and base != Exact("*"):
        raise BadRequest('the value of "base" query can only be exact match value with "*"')
    shown = _A.shown == _EVERYWHERE if base is None else _A.shown >= _WITH_CHILDREN
    conditions = [scope, _A.state == "live", shown, *COLUMNS.conditions(query)]
    if tags is not None:
        conditions.append(_tagged(tags))
    if labels is not None:
        conditions.extend(_labelled(labels))
    return select(_A.artifact_id).where(*conditions)


def _tagged(wanted: Filter) -> ColumnElement[bool]:
    current = select(_T.artifact_id).where(_T.lifetime_end.is_(None), _T.repository_id == _A.repository_id)
    mine = _T.artifact_id == _A.artifact_id
    if isinstance(wanted, Contains):
        return exists(current.where(mine, _T.name.contains(_clean(wanted.value), autoescape=True)))
    if isinstance(wanted, Exact) and wanted.value == "*":
        return _A.tagged
    if isinstance(wanted, Exact) and wanted.value == "nil":
        return ~_A.tagged
    if isinstance(wanted, Exact):
        return exists(current.where(mine, _T.name == _clean(str(wanted.value))))
    raise BadRequest('the value of "tags" query can only be fuzzy match value or exact match value')


def _clean(text: str) -> str:
    if "\0" in text:
        raise BadRequest("invalid value of tags")
    return text


def _labelled(wanted: Filter) -> Sequence[ColumnElement[bool]]:
    refused = BadRequest('the value of "labels" query can only be integer list with intersetion relationship')
    if not isinstance(wanted, AllOf) or not wanted.values:
        raise refused
    if len(wanted.values) > MAX_LABELS:
        raise BadRequest(f"an artifact can be asked to have {MAX_LABELS} labels at most")
    found = []
    for value in wanted.values:
        if not isinstance(value, int):
            raise refused
        on = artifact_label.alias()
        found.append(exists().where(on.c.artifact_id == _A.artifact_id, on.c.label_id == value))
    return found


async def page(connection: AsyncConnection, scope: Scope, query: ListQuery) -> list[int]:
    """The ids of the artifacts of one page."""
    statement = matching(scope, query).order_by(*COLUMNS.ordering(query))
    rows = await connection.execute(statement.limit(query.limit).offset(query.offset))
    return list(rows.scalars())


async def latest(connection: AsyncConnection, scope: Scope, query: ListQuery) -> tuple[int, list[int]]:
    """Of each repository the artifact pushed last among those that match: how many, and the ids of the page."""
    newest = matching(scope, query).ext(distinct_on(_A.repository_id)).order_by(_A.repository_id, _A.push_time.desc())
    inner = newest.subquery()
    chosen = select(_A.artifact_id).where(_A.artifact_id.in_(select(inner.c.artifact_id)))
    total = await connection.scalar(select(func.count()).select_from(inner))
    rows = await connection.execute(chosen.order_by(*COLUMNS.ordering(query)).limit(query.limit).offset(query.offset))
    return total or 0, list(rows.scalars())


async def named(connection: AsyncConnection, repository_id: int, reference: str, *, by_digest: bool) -> int | None:
    """The id of the live artifact that a tag or digest names."""
    found = select(_A.artifact_id).where(_A.repository_id == repository_id, _A.state == "live")
    if by_digest:
        return await connection.scalar(found.where(_A.digest == reference))
    current = select(_T.artifact_id).where(
        _T.repository_id == repository_id, _T.name == reference, _T.lifetime_end.is_(None)
    )
    return await connection.scalar(found.where(_A.artifact_id == current.scalar_subquery()))


# --- repositories -------------------------------------------------------------------------------

REPOSITORIES = "SELECT * FROM lookup_repositories(%s::int[], %s::text[])"


def repository_parameters(names: Sequence[str]) -> tuple[list[int], list[str]]:
    """The statement's parameters."""
    return list(range(len(names))), list(names)


def repositories_found(names: Sequence[str], rows: Sequence[Row]) -> Mapping[str, ListedRepository | None]:
    """The repositories of the names."""
    found: dict[str, ListedRepository | None] = dict.fromkeys(names)
    for position, *columns in rows:
        found[names[position]] = ListedRepository(*columns)
    return found


_UNSETTLED = """
SELECT DISTINCT u.repository_id FROM artifact_unsettled u WHERE %s::bigint IS NULL OR u.project_id = %s LIMIT %s
"""


async def unsettled(connection: AsyncConnection, project_id: int | None, limit: int) -> list[int]:
    """Repositories of a project, or of any, that have artifacts to settle."""
    return [row[0] for row in await fetch_all(connection, _UNSETTLED, (project_id, project_id, limit))]


async def settle(connection: AsyncConnection, repository_id: int, after: int, limit: int) -> int | None:
    """Settle artifacts of a repository with ids beyond ``after``; the last of them, None when none is left."""
    values = (repository_id, after, limit)
    last: int | None = await fetch_value(connection, "SELECT settle_artifacts(%s, %s, %s::int)", values)
    return last


# --- what hangs on artifacts --------------------------------------------------------------------

# This and the next two are in migration 0010.
_ARTIFACTS = "SELECT * FROM lookup_artifacts(%s::bigint[])"
_TAGS = "SELECT * FROM lookup_artifact_tags(%s::bigint[], %s::int)"
_REFERENCES = "SELECT * FROM lookup_artifact_children(%s::bigint[])"
_ACCESSORIES = """
SELECT a.artifact_id, s.artifact_id, s.digest, r.name, a.digest, a.size, a.type, a.creation_time
  FROM unnest(%s::bigint[]) AS q(id)
  JOIN artifact s ON s.artifact_id = q.id JOIN repository r ON r.repository_id = s.repository_id
 CROSS JOIN LATERAL (
      SELECT y.artifact_id, y.digest, y.size, x.type, x.creation_time
        FROM artifact_accessory x JOIN artifact y ON y.artifact_id = x.artifact_id
       WHERE x.repository_id = s.repository_id AND x.subject_digest = s.digest AND y.state = 'live'
       ORDER BY y.artifact_id LIMIT %s
 ) AS a
"""
# Only what has no signature of its own takes over those of the indexes that list it (H row 59).
_INHERITED = """
SELECT q.id, y.artifact_id, p.artifact_id, p.digest, r.name, y.digest, y.size, x.type, x.creation_time
  FROM unnest(%s::bigint[]) AS q(id)
  JOIN artifact s ON s.artifact_id = q.id
  JOIN artifact_child c ON c.child_id = s.artifact_id
  JOIN artifact p ON p.artifact_id = c.parent_id AND p.state = 'live'
  JOIN repository r ON r.repository_id = p.repository_id
 CROSS JOIN LATERAL (
      SELECT x.artifact_id, x.type, x.creation_time FROM artifact_accessory x
       WHERE x.repository_id = p.repository_id AND x.subject_digest = p.digest AND x.type = ANY(%s::text[]) LIMIT %s
 ) AS x
  JOIN artifact y ON y.artifact_id = x.artifact_id AND y.state = 'live'
 WHERE NOT EXISTS (
      SELECT 1 FROM artifact_accessory o JOIN artifact z ON z.artifact_id = o.artifact_id
       WHERE o.repository_id = s.repository_id AND o.subject_digest = s.digest AND o.type = ANY(%s::text[])
         AND z.state = 'live'
 )
 ORDER BY p.artifact_id, y.artifact_id
"""
_LABELS = """
SELECT l.artifact_id, x.label_id, x.name, x.description, x.color, x.project_id, x.creation_time, x.update_time
  FROM unnest(%s::bigint[]) AS q(id)
  JOIN artifact_label l ON l.artifact_id = q.id JOIN label x ON x.label_id = l.label_id
 ORDER BY l.artifact_id, x.label_id
"""
_SIGNATURES = [accessories.COSIGN, accessories.NOTATION]


async def with_details(connection: AsyncConnection, ids: Sequence[int], flags: Flags) -> list[ListedArtifact]:
    """Artifacts in the order of ``ids`` with what hangs on them, in one round trip; those that are gone are missing."""
    if not ids:
        return []
    wanted = list(ids)
    asked: dict[str, tuple[str, tuple[Any, ...]]] = {
        "artifacts": (_ARTIFACTS, (wanted,)),
        "references": (_REFERENCES, (wanted,)),
    }
    if flags.tags:
        asked["tags"] = (_TAGS, (wanted, MAX_ATTACHED))
    if flags.accessories:
        asked["accessories"] = (_ACCESSORIES, (wanted, MAX_ATTACHED))
    if flags.inherited:
        asked["inherited"] = (_INHERITED, (wanted, _SIGNATURES, MAX_ATTACHED, _SIGNATURES))
    if flags.labels:
        asked["labels"] = (_LABELS, (wanted,))
    rows = dict(zip(asked, await fetch_each(connection, list(asked.values())), strict=True))
    tags = _grouped(rows.get("tags", ()), 2, lambda row: ListedTag(*row))
    references = _grouped(rows["references"], 0, lambda row: ListedReference(*row))
    attached = _grouped(rows.get("accessories", ()), 1, lambda row: ListedAccessory(*row))
    inherited = _grouped(rows.get("inherited", ()), 0, lambda row: ListedAccessory(*row[1:]))
    labels = _grouped(rows.get("labels", ()), 0, lambda row: ListedLabel(*row[1:]))
    found = {}
    for row in rows["artifacts"]:
        one = row[0]
        hanging = Details(
            tags=tags[one] if flags.tags else None,
            references=references[one],
            accessories=attached[one] if flags.accessories else None,
            inherited=inherited[one],
            labels=labels[one] if flags.labels else None,
        )
        columns: Any = (*row, hanging)
        found[one] = ListedArtifact(*columns)
    return [found[one] for one in ids if one in found]


def _grouped(rows: Sequence[Row], by: int, made: Any) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row[by]].append(made(row))
    return found


# --- tags and accessories of one artifact -------------------------------------------------------

TAG_COLUMNS = Columns(
    {
        "id": _T.tag_id,
        "repository_id": _T.repository_id,
        "artifact_id": _T.artifact_id,
        "name": _T.name,
        "push_time": _T.push_time,
        "pull_time": func.coalesce(_T.pull_time, _NEVER, type_=_T.pull_time.type),
    },
    order="-push_time",
    unique="id",
)


async def tag_page(connection: AsyncConnection, artifact_id: int, query: ListQuery) -> tuple[int, list[ListedTag]]:
    """The tags of an artifact: how many match, and the page."""
    conditions = [_T.artifact_id == artifact_id, _T.lifetime_end.is_(None), *TAG_COLUMNS.conditions(query)]
    columns = (_T.tag_id, _T.repository_id, _T.artifact_id, _T.name, _T.push_time, _T.pull_time)
    total = await connection.scalar(select(func.count()).select_from(tag).where(*conditions))
    rows = await connection.execute(
        select(*columns)
        .where(*conditions)
        .order_by(*TAG_COLUMNS.ordering(query))
        .limit(query.limit)
        .offset(query.offset)
    )
    return total or 0, [ListedTag(*row) for row in rows]


_X, _S = artifact_accessory.c, artifact.alias("subject")

ACCESSORY_COLUMNS = Columns(
    {
        "id": _X.artifact_id,
        "artifact_id": _X.artifact_id,
        "subject_artifact_id": _S.c.artifact_id,
        "subject_artifact_repo": repository.c.name,
        "subject_artifact_digest": _X.subject_digest,
        "type": _X.type,
        "size": _A.size,
        "digest": _A.digest,
        "creation_time": _X.creation_time,
    },
    order="id",
    unique="id",
)
_ACCESSORY_FROM = (
    artifact_accessory.join(artifact, _A.artifact_id == _X.artifact_id)
    .join(_S, (_S.c.repository_id == _X.repository_id) & (_S.c.digest == _X.subject_digest))
    .join(repository, repository.c.repository_id == _X.repository_id)
)


async def accessory_page(
    connection: AsyncConnection, artifact_id: int, query: ListQuery
) -> tuple[int, list[ListedAccessory]]:
    """The accessories of an artifact: how many match, and the page."""
    conditions = [_S.c.artifact_id == artifact_id, _A.state == "live", *ACCESSORY_COLUMNS.conditions(query)]
    total = await connection.scalar(select(func.count()).select_from(_ACCESSORY_FROM).where(*conditions))
    rows = await connection.execute(
        select(
            _A.artifact_id,
            _S.c.artifact_id,
            _S.c.digest,
            repository.c.name,
            _A.digest,
            _A.size,
            _X.type,
            _X.creation_time,
        )
        .select_from(_ACCESSORY_FROM)
        .where(*conditions)
        .order_by(*ACCESSORY_COLUMNS.ordering(query))
        .limit(query.limit)
        .offset(query.offset)
    )
    return total or 0, [ListedAccessory(*row) for row in rows]


# --- counting -----------------------------------------------------------------------------------

_SHOWN_COUNTS = """
SELECT q.id, (SELECT coalesce(sum(c.changes), 0)::bigint FROM change_count c
               WHERE c.scope = 'repository' AND c.scope_id = q.id),
       (SELECT true FROM artifact_unsettled u WHERE u.repository_id = q.id LIMIT 1) IS NULL,
       (SELECT count(*) FROM artifact a WHERE a.repository_id = q.id AND a.state = 'live' AND a.shown = 2)
  FROM unnest(%s::bigint[]) AS q(id)
"""


async def shown_counts(connection: AsyncConnection, repository_ids: Sequence[int]) -> list[Row]:
    """Of each repository: its id, how often it has changed, whether it is settled, how many artifacts are shown."""
    return await fetch_all(connection, _SHOWN_COUNTS, (list(repository_ids),))
