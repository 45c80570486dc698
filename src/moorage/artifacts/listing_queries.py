"""SQL of the lists of artifacts and what hangs on them: a fixed number of statements for a page, whatever its size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, exists, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.artifacts import accessories
from moorage.artifacts.listing_models import (
    Details,
    Flags,
    ListedAccessory,
    ListedArtifact,
    ListedLabel,
    ListedReference,
    ListedTag,
)
from moorage.database.driver import Row, fetch_all, fetch_each
from moorage.database.listing import AllOf, Columns, Contains, Exact, Filter, ListQuery
from moorage.database.tables import artifact, artifact_accessory, artifact_child, artifact_label, repository, tag
from moorage.errors import BadRequest

_A, _T = artifact.c, tag.c

#: Tags and accessories shown with one artifact; lists of their own show all.
MAX_ATTACHED = 1_000

#: Labels an artifact can be asked to have at once.
MAX_LABELS = 100

#: Rows a page may lie behind the beginning for it to be looked up row by row; beyond, sets are joined.
NEAR = 500

#: Before every moment: what was never pulled was pulled earlier than anything.
_NEVER: ColumnElement[Any] = literal_column("'-infinity'::timestamptz")

COLUMNS = Columns(
    {
        "id": _A.artifact_id,
        "type": _A.type,
        "media_type": _A.content_media_type,
        "manifest_media_type": _A.media_type,
        "artifact_type": _A.artifact_type,
        "project_id": _A.project_id,
        "repository_id": _A.repository_id,
        "repository_name": repository.c.name,
        "digest": _A.digest,
        "size": _A.size,
        "icon": _A.icon,
        "push_time": _A.push_time,
        "pull_time": func.coalesce(_A.pull_time, _NEVER, type_=_A.pull_time.type),
    },
    order="-push_time",
    unique="id",
)

_SELECTED = (
    _A.artifact_id,
    _A.type,
    _A.content_media_type,
    _A.media_type,
    _A.artifact_type,
    _A.config_media_type,
    _A.project_id,
    _A.repository_id,
    repository.c.name.label("repository_name"),
    _A.digest,
    _A.size,
    _A.icon,
    _A.push_time,
    _A.pull_time,
    cast(_A.extra_attrs, Text).label("extra_attrs"),
    _A.annotations,
)
_FROM = artifact.join(repository, repository.c.repository_id == _A.repository_id)

_TAGGED = exists().where(_T.artifact_id == _A.artifact_id, _T.lifetime_end.is_(None))
_ACCESSORY = exists().where(artifact_accessory.c.artifact_id == _A.artifact_id)


def _child(parent: Any) -> ColumnElement[bool]:
    listed = artifact_child.c.parent_id == parent.c.artifact_id
    return exists().where(artifact_child.c.child_id == _A.artifact_id, listed, parent.c.state == "live")


_SHOWN_BY_SETS = or_(_TAGGED, ~_child(artifact.alias("parent")))


def _one(parent: Any) -> ColumnElement[Any]:
    """As ``_child``, but looked up: for a short page it never pays to read all children there are."""
    joined = artifact_child.join(parent, parent.c.artifact_id == artifact_child.c.parent_id)
    found: Select[Any] = select(literal_column("1")).select_from(joined)
    return found.where(artifact_child.c.child_id == _A.artifact_id, parent.c.state == "live").limit(1).scalar_subquery()


_SHOWN_BY_ROWS = or_(
    select(literal_column("1"))
    .where(_T.artifact_id == _A.artifact_id, _T.lifetime_end.is_(None))
    .limit(1)
    .scalar_subquery()
    .is_not(None),
    _one(artifact.alias("parent")).is_(None),
)


def matching(scope: ColumnElement[bool], query: ListQuery, *, near: bool = False) -> Select[Any]:
    """The artifacts of a list (H row 51): no accessories, and no untagged children unless ``base=*``.

    Args:
        scope: the repository or project.
        query: its filters.
        near: whether only rows at the beginning will be read.

    Raises:
        BadRequest: a filter has a value it cannot have.
    """
    conditions = [scope, _A.state == "live", ~_ACCESSORY, *COLUMNS.conditions(query)]
    base = query.filter_of("base")
    if base is None:
        conditions.append(_SHOWN_BY_ROWS if near else _SHOWN_BY_SETS)
    elif base != Exact("*"):
        raise BadRequest('the value of "base" query can only be exact match value with "*"')
    tags, labels = query.filter_of("tags"), query.filter_of("labels")
    if tags is not None:
        conditions.append(_tagged(tags))
    if labels is not None:
        conditions.extend(_labelled(labels))
    return select(*_SELECTED).select_from(_FROM).where(*conditions)


def _tagged(wanted: Filter) -> ColumnElement[bool]:
    current = select(_T.artifact_id).where(_T.lifetime_end.is_(None), _T.repository_id == _A.repository_id)
    mine = _T.artifact_id == _A.artifact_id
    if isinstance(wanted, Contains):
        return exists(current.where(mine, _T.name.contains(_clean(wanted.value), autoescape=True)))
    if isinstance(wanted, Exact) and wanted.value == "*":
        return _TAGGED
    if isinstance(wanted, Exact) and wanted.value == "nil":
        return ~_TAGGED
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


async def page(connection: AsyncConnection, scope: ColumnElement[bool], query: ListQuery) -> list[ListedArtifact]:
    """The artifacts of one page, without what hangs on them."""
    near = query.limit is not None and query.offset + query.limit <= NEAR and not query.order
    statement = matching(scope, query, near=near).order_by(*COLUMNS.ordering(query))
    rows = await connection.execute(statement.limit(query.limit).offset(query.offset))
    return [_listed(row) for row in rows]


def _listed(row: Any) -> ListedArtifact:
    return ListedArtifact(*row)


async def latest(
    connection: AsyncConnection, scope: ColumnElement[bool], query: ListQuery
) -> tuple[int, list[ListedArtifact]]:
    """Of each repository the artifact pushed last among those that match: how many, and the page."""
    newest = matching(scope, query).distinct(_A.repository_id).order_by(_A.repository_id, _A.push_time.desc())
    inner = newest.with_only_columns(_A.artifact_id).subquery()
    chosen = select(*_SELECTED).select_from(_FROM).where(_A.artifact_id.in_(select(inner.c.artifact_id)))
    total = await connection.scalar(select(func.count()).select_from(inner))
    rows = await connection.execute(chosen.order_by(*COLUMNS.ordering(query)).limit(query.limit).offset(query.offset))
    return total or 0, [_listed(row) for row in rows]


async def named(
    connection: AsyncConnection, repository_id: int, reference: str, *, by_digest: bool
) -> ListedArtifact | None:
    """The live artifact that a tag or digest names."""
    found = select(*_SELECTED).select_from(_FROM).where(_A.repository_id == repository_id, _A.state == "live")
    if by_digest:
        found = found.where(_A.digest == reference)
    else:
        current = select(_T.artifact_id).where(
            _T.repository_id == repository_id, _T.name == reference, _T.lifetime_end.is_(None)
        )
        found = found.where(_A.artifact_id == current.scalar_subquery())
    row = (await connection.execute(found)).one_or_none()
    return None if row is None else _listed(row)


# --- what hangs on artifacts --------------------------------------------------------------------

_TAGS = """
SELECT t.tag_id, t.repository_id, t.artifact_id, t.name, t.push_time, t.pull_time
  FROM unnest(%s::bigint[]) AS q(id)
 CROSS JOIN LATERAL (
      SELECT * FROM tag x WHERE x.artifact_id = q.id AND x.lifetime_end IS NULL
       ORDER BY x.push_time DESC, x.tag_id DESC LIMIT %s
 ) AS t
"""
_REFERENCES = """
SELECT c.parent_id, c.child_id, c.child_digest, c.platform, c.urls, c.annotations
  FROM unnest(%s::bigint[]) AS q(id) JOIN artifact_child c ON c.parent_id = q.id
 ORDER BY c.parent_id, c.position
"""
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


async def details(connection: AsyncConnection, ids: Sequence[int], flags: Flags) -> Mapping[int, Details]:
    """What hangs on each of the artifacts, in one round trip."""
    if not ids:
        return {}
    wanted = list(ids)
    asked: dict[str, tuple[str, tuple[Any, ...]]] = {"references": (_REFERENCES, (wanted,))}
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
    return {
        artifact_id: Details(
            tags=tags[artifact_id] if flags.tags else None,
            references=references[artifact_id],
            accessories=attached[artifact_id] if flags.accessories else None,
            inherited=inherited[artifact_id],
            labels=labels[artifact_id] if flags.labels else None,
        )
        for artifact_id in wanted
    }


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
       (SELECT count(*) FROM artifact a
         WHERE a.repository_id = q.id AND a.state = 'live'
           AND NOT EXISTS (SELECT 1 FROM artifact_accessory x WHERE x.artifact_id = a.artifact_id)
           AND (EXISTS (SELECT 1 FROM tag t WHERE t.artifact_id = a.artifact_id AND t.lifetime_end IS NULL)
                OR NOT EXISTS (SELECT 1 FROM artifact_child c JOIN artifact p ON p.artifact_id = c.parent_id
                                WHERE c.child_id = a.artifact_id AND p.state = 'live')))
  FROM unnest(%s::bigint[]) AS q(id)
"""


async def shown_counts(connection: AsyncConnection, repository_ids: Sequence[int]) -> list[Row]:
    """Of each repository: its id, how often it has changed, and how many artifacts its list shows."""
    return await fetch_all(connection, _SHOWN_COUNTS, (list(repository_ids),))
