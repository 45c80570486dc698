"""SQL of the lists of artifacts and what hangs on them: a fixed number of statements for a page, whatever its size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Text, exists, func, literal_column, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.access.repositories import Repositories
from moorage.artifacts import accessories
from moorage.artifacts.counting import changes_of, is_settled
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
from moorage.database.listing import (
    ESCAPE,
    AllOf,
    Columns,
    Contains,
    Exact,
    Filter,
    ListQuery,
    Tests,
    escaped,
    parameter,
)
from moorage.database.pages import Pages, Part, Shape, Statements, made
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


def in_repository(repository_id: int) -> Part:
    """The artifacts of a repository."""
    return Part(_in_repository, values={"repository_id": repository_id})


def _in_repository() -> Sequence[ColumnElement[bool]]:
    return [_A.repository_id == parameter("repository_id", type_=BigInteger)]


def in_project(project_id: int, allowed: Repositories | None, project: str) -> Part:
    """The artifacts of a project, or of those of its repositories."""
    return Part(_in_project, () if allowed is None else (project, allowed), {"project_id": project_id})


def _in_project(project: str = "", allowed: Repositories | None = None) -> Sequence[ColumnElement[bool]]:
    project_id = parameter("project_id", type_=BigInteger)
    whole = _A.project_id == project_id
    if allowed is None:
        return [whole]
    within = select(repository.c.repository_id).where(repository.c.project_id == project_id)
    return [whole, _A.repository_id.in_(within.where(allowed.condition(repository.c.name, project)))]


def matching(scope: Part, query: ListQuery) -> Part:
    """The artifacts of a list (H row 51): no accessories, and no untagged children unless ``base=*``.

    Raises:
        BadRequest: a filter has a value it cannot have.
    """
    base, tags, labels = query.filter_of("base"), query.filter_of("tags"), query.filter_of("labels")
    if base is not None and base != Exact("*"):
        raise BadRequest('the value of "base" query can only be exact match value with "*"')
    tagged, tag_text = ("", "") if tags is None else _tagged(tags)
    wanted = [] if labels is None else _labelled(labels)
    key = (scope.shape, base is not None, tagged, len(wanted))
    values = {f"label_{number}": value for number, value in enumerate(wanted)}
    return Part(_matching, key, {**scope.values, **values, "tag_text": tag_text})


def check(query: ListQuery) -> None:
    """Refuse a query that no list of artifacts takes.

    Raises:
        BadRequest: a filter has a value it cannot have.
    """
    matching(in_repository(0), query)
    COLUMNS.asked(query)


def _matching(scope: Shape, with_children: bool, tagged: str, labels: int) -> Sequence[ColumnElement[bool]]:
    shown = _A.shown >= _WITH_CHILDREN if with_children else _A.shown == _EVERYWHERE
    conditions = [*made(scope), _A.state == "live", shown]
    if tagged:
        conditions.append(_TAGGED[tagged])
    for number in range(labels):
        on = artifact_label.alias()
        label_id = parameter(f"label_{number}", type_=BigInteger)
        conditions.append(exists().where(on.c.artifact_id == _A.artifact_id, on.c.label_id == label_id))
    return conditions


_TAG_TEXT = parameter("tag_text", type_=Text)
_CURRENT = select(_T.artifact_id).where(
    _T.lifetime_end.is_(None), _T.repository_id == _A.repository_id, _T.artifact_id == _A.artifact_id
)
_TAGGED: Mapping[str, ColumnElement[bool]] = {
    "*": _A.tagged,
    "nil": ~_A.tagged,
    "=": exists(_CURRENT.where(_T.name == _TAG_TEXT)),
    "~": exists(_CURRENT.where(_T.name.contains(_TAG_TEXT, escape=ESCAPE))),
}


def _tagged(wanted: Filter) -> tuple[str, str]:
    """Which of ``_TAGGED`` is asked, and the text for it."""
    if isinstance(wanted, Contains):
        return "~", escaped(_clean(wanted.value))
    if isinstance(wanted, Exact) and wanted.value in ("*", "nil"):
        return str(wanted.value), ""
    if isinstance(wanted, Exact):
        return "=", _clean(str(wanted.value))
    raise BadRequest('the value of "tags" query can only be fuzzy match value or exact match value')


def _clean(text: str) -> str:
    if "\0" in text:
        raise BadRequest("invalid value of tags")
    return text


def _labelled(wanted: Filter) -> Sequence[int]:
    refused = BadRequest('the value of "labels" query can only be integer list with intersetion relationship')
    if not isinstance(wanted, AllOf) or not wanted.values:
        raise refused
    if len(wanted.values) > MAX_LABELS:
        raise BadRequest(f"an artifact can be asked to have {MAX_LABELS} labels at most")
    found = [value for value in wanted.values if isinstance(value, int)]
    if len(found) < len(wanted.values):
        raise refused
    return found


_PAGES = Pages(COLUMNS, select(_A.artifact_id))


async def page(connection: AsyncConnection, scope: Part, query: ListQuery) -> list[int]:
    """The ids of the artifacts of one page."""
    return [row[0] for row in await _PAGES.rows(connection, query, matching(scope, query))]


async def count(
    connection: AsyncConnection, kind: str, scope_id: int, scope: Part, query: ListQuery
) -> tuple[int, int, bool]:
    """In one snapshot: how often a repository or project has changed, how many match, whether all is settled.

    ``kind``: of ``scope_id``, as ``counting`` names it.
    """
    part, asked = matching(scope, query), COLUMNS.asked(query)
    values = {**asked.values, **part.values, "counted_id": scope_id}
    changed, number, settled = (await _COUNTS.of(kind, asked.tests, part.shape).fetch(connection, values))[0]
    return changed, number, settled


def _count(kind: str, tests: Tests, scope: Shape) -> Select[Any]:
    counted_id = parameter("counted_id", type_=BigInteger)
    inner = select(literal_column("1")).select_from(artifact).where(*made(scope), *COLUMNS.where(tests)).subquery()
    number = select(func.count()).select_from(inner).scalar_subquery()
    return select(changes_of(kind, counted_id), number, is_settled(kind, counted_id))


_COUNTS = Statements(_count)


async def latest(connection: AsyncConnection, scope: Part, query: ListQuery) -> tuple[int, list[int]]:
    """Of each repository the artifact pushed last among those that match: how many, and the ids of the page."""
    part = matching(scope, query)
    newest = Part(_newest, (COLUMNS.asked(query).tests, part.shape), part.values)
    total, rows = await _PAGES.read(connection, query, newest)
    return total, [row[0] for row in rows]


def _newest(tests: Tests, scope: Shape) -> Sequence[ColumnElement[bool]]:
    found = select(_A.artifact_id).where(*made(scope), *COLUMNS.where(tests)).ext(distinct_on(_A.repository_id))
    newest = found.order_by(_A.repository_id, _A.push_time.desc()).subquery()
    return [_A.artifact_id.in_(select(newest.c.artifact_id))]


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


_TAG_PAGES = Pages(
    TAG_COLUMNS,
    select(_T.tag_id, _T.repository_id, _T.artifact_id, _T.name, _T.push_time, _T.pull_time).where(
        _T.lifetime_end.is_(None)
    ),
)


async def tag_page(connection: AsyncConnection, artifact_id: int, query: ListQuery) -> tuple[int, list[ListedTag]]:
    """The tags of an artifact: how many match, and the page."""
    total, rows = await _TAG_PAGES.read(connection, query, Part(_of_artifact, values={"artifact_id": artifact_id}))
    return total, [ListedTag(*row) for row in rows]


def _of_artifact() -> Sequence[ColumnElement[bool]]:
    return [_T.artifact_id == parameter("artifact_id", type_=BigInteger)]


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
    scope = Part(_of_subject, values={"artifact_id": artifact_id})
    total, rows = await _ACCESSORY_PAGES.read(connection, query, scope)
    return total, [ListedAccessory(*row) for row in rows]


_ACCESSORY_PAGES = Pages(
    ACCESSORY_COLUMNS,
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
    .where(_A.state == "live"),
)


def _of_subject() -> Sequence[ColumnElement[bool]]:
    return [_S.c.artifact_id == parameter("artifact_id", type_=BigInteger)]


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
