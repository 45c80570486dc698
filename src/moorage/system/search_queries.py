"""SQL of the search for tags and labels.

Tags are many, and one name may be in every repository: whatever is searched for, and whoever asks, a search reads a
bounded number of index entries, never all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Text, and_, exists, literal, not_, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.access.reach import Reach
from moorage.database.listing import ESCAPE, escaped, parameter
from moorage.database.pages import Statements
from moorage.database.tables import artifact, label, project, repository, tag
from moorage.system.models import FoundLabel, FoundTag

_A, _L, _P, _R, _T = artifact.c, label.c, project.c, repository.c, tag.c

#: Tags of fitting names that are looked at in the order of their names.
MOST_TAGS = 2_000
#: Repositories somebody may see that are looked into, when that did not do.
MOST_REPOSITORIES = 5_000

_MOST = parameter("most", type_=Integer)
_MOST_TAGS, _MOST_REPOSITORIES = parameter("most_tags", type_=Integer), parameter("most_repositories", type_=Integer)

#: Names that begin with a text: no character of a tag comes after the end of this range.
_FITS = (
    _T.lifetime_end.is_(None),
    parameter("beginning", type_=Text) <= _T.name,
    _T.name < parameter("end", type_=Text),
)
_SHOWN = and_(_R.first_push_time.is_not(None), not_(_P.deleted))


async def tags_named(connection: AsyncConnection, beginning: str, reach: Reach, limit: int) -> Sequence[FoundTag]:
    """Up to ``limit`` current tags whose names begin with a text, in byte order, of the repositories in reach.

    First the tags of such names are looked at: that finds all there are of a rare name, and the first of a frequent
    one for whoever sees much. Then, of a frequent one, the repositories of whoever sees little.
    """
    values = {"beginning": beginning, "end": f"{beginning}\x7f", "most": limit}
    values |= {"most_tags": MOST_TAGS, "most_repositories": MOST_REPOSITORIES}
    shape = (_in_reach, (reach,))
    found = {FoundTag(*row) for row in await _BY_NAME.of(*shape).fetch(connection, values)}
    if len(found) < limit and not reach.everywhere and await _MORE.of().fetch(connection, values):
        found |= {FoundTag(*row) for row in await _BY_REPOSITORY.of(*shape).fetch(connection, values)}
    return sorted(found, key=lambda one: (one.name, one.repository_name))[:limit]


def _in_reach(reach: Reach) -> Sequence[ColumnElement[bool]]:
    return [reach.condition(_R.project_id, _R.name)]


def _by_name(condition: Callable[..., Any], key: tuple[Hashable, ...]) -> Select[Any]:
    first = (
        select(_T.name, _T.repository_id, _T.artifact_id)
        .where(*_FITS)
        .order_by(_T.name, _T.repository_id)
        .limit(_MOST_TAGS)
        .subquery("first")
    )
    return (
        select(first.c.name, _R.name.label("repository_name"), _P.project_id, _P.name.label("project_name"), _A.digest)
        .select_from(first)
        .join(repository, _R.repository_id == first.c.repository_id)
        .join(project, _P.project_id == _R.project_id)
        .join(artifact, _A.artifact_id == first.c.artifact_id)
        .where(_SHOWN, *condition(*key))
        .order_by(first.c.name, first.c.repository_id)
        .limit(_MOST)
    )


def _more() -> Select[Any]:
    """A row when not all tags of such names were looked at."""
    rest = select(_T.name).where(*_FITS).order_by(_T.name, _T.repository_id).offset(_MOST_TAGS)
    return select(literal(1)).where(exists(rest))


def _by_repository(condition: Callable[..., Any], key: tuple[Hashable, ...]) -> Select[Any]:
    seen = (
        select(_R.repository_id, _R.name, _P.project_id, _P.name.label("project_name"))
        .join_from(repository, project, _P.project_id == _R.project_id)
        .where(_SHOWN, *condition(*key))
        .order_by(_R.name)
        .limit(_MOST_REPOSITORIES)
        .subquery("seen")
    )
    inside = (
        select(_T.name, _T.artifact_id)
        .where(_T.repository_id == seen.c.repository_id, *_FITS)
        .order_by(_T.name)
        .limit(_MOST)
        .lateral("inside")
    )
    return (
        select(inside.c.name, seen.c.name.label("repository_name"), seen.c.project_id, seen.c.project_name, _A.digest)
        .select_from(seen)
        .join(inside, true())
        .join(artifact, _A.artifact_id == inside.c.artifact_id)
        .order_by(seen.c.name, inside.c.name)
        .limit(_MOST)
    )


_BY_NAME, _MORE, _BY_REPOSITORY = Statements(_by_name), Statements(_more), Statements(_by_repository)


async def labels_named(connection: AsyncConnection, part: str, reach: Reach, limit: int) -> Sequence[FoundLabel]:
    """The first labels, by name, with ``part`` in it in any case: those of the system, and of the projects in reach."""
    values = {"part": escaped(part), "most": limit}
    rows = await _LABELS_NAMED.of(_of_projects, (reach,)).fetch(connection, values)
    return [FoundLabel(*row) for row in rows]


def _of_projects(reach: Reach) -> ColumnElement[bool]:
    return reach.projects(_L.project_id)


def _labels_named(condition: Callable[..., Any], key: tuple[Hashable, ...]) -> Select[Any]:
    return (
        select(_L.label_id, _L.name, _L.color, _L.project_id, _P.name.label("project_name"))
        .join_from(label, project, _P.project_id == _L.project_id, isouter=True)
        .where(_L.name.icontains(parameter("part", type_=Text), escape=ESCAPE))
        .where(or_(_L.project_id.is_(None), and_(not_(_P.deleted), condition(*key))))
        .order_by(_L.name, _L.label_id)
        .limit(_MOST)
    )


_LABELS_NAMED = Statements(_labels_named)
