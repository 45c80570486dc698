"""Reading the audit log: pages and how many rows a list has, which must not cost a look at all of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Text, any_, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.access.roles import ROLE_PERMISSIONS
from moorage.database.driver import Row
from moorage.database.listing import AnyOf, Columns, Exact, Filter, Keys, ListQuery, Tests, parameter, spelling
from moorage.database.pages import Pages, Part, Shape, Statements, made
from moorage.database.tables import audit_count, audit_log
from moorage.events.vocabulary import LEGACY_OPERATIONS, LEGACY_RESOURCE_TYPES

_A = audit_log.c

#: A list whose length no counter knows is counted up to here; longer ones are told to go on for as long as they do.
COUNTED = 10_000

#: Most rows of one answer, for who asks for all of them.
LARGEST = 10_000

_COLUMNS = Columns(
    {
        "id": _A.id,
        "op_time": _A.op_time,
        "operation": _A.operation,
        "operation_description": _A.description,
        "operation_result": _A.succeeded,
        "resource": _A.resource,
        "resource_type": _A.resource_type,
        "username": _A.username,
        "project_id": _A.project_id,
    },
    order="-op_time",
    unique="id",
)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A row as lists show it."""

    id: int
    op_time: datetime
    operation: str
    resource_type: str
    resource: str
    username: str
    succeeded: bool
    description: str


_SHOWN = (
    _A.id,
    _A.op_time,
    _A.operation,
    _A.resource_type,
    _A.resource,
    _A.username,
    _A.succeeded,
    _A.description,
)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows a list may show: of everything, or of some projects; ``legacy``: what Harbor's older log knows."""

    projects: Collection[int] | None = None
    legacy: bool = False


_LISTED = select(*_SHOWN).where(~_A.forward_only)
_PAGES = Pages(_COLUMNS, _LISTED, key=_A.id)


async def page(connection: AsyncConnection, query: ListQuery, selection: Selection) -> tuple[int, list[AuditEntry]]:
    """How many rows match, and the page.

    The number is exact where counters know it, and up to ``COUNTED``; of a longer list it is the number of rows up to
    the end of the page, and one more when there is another.
    """
    if selection.projects is not None and not selection.projects:
        return 0, []
    if query.limit is None:
        # Who asks for all gets the first of them.
        query = replace(query, page=1, page_size=LARGEST)
    scope, count = _scope(selection), _count(query, selection)
    if count is None:
        total, rows = await _searched(connection, query, scope)
    else:
        total, rows = await _PAGES.read(connection, query, scope, count)
    return total, [AuditEntry(*row) for row in rows]


def _scope(selection: Selection) -> Part:
    projects = None if selection.projects is None else sorted(selection.projects)
    one, several = (None, None) if projects is None else (projects[0], projects)
    # Of one project an index has the rows in order, which it does not tell of one in an array.
    kind = "" if projects is None else "one" if len(projects) == 1 else "several"
    return Part(_selected, (kind, selection.legacy), {"project_id": one, "projects": several})


def _selected(projects: str, legacy: bool) -> Sequence[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if projects == "one":
        found.append(_A.project_id == parameter("project_id", type_=BigInteger))
    elif projects == "several":
        found.append(_A.project_id == any_(parameter("projects", type_=ARRAY(BigInteger))))
    if legacy:
        found.append(_A.operation.in_(LEGACY_OPERATIONS))
        found.append(_A.resource_type.in_(LEGACY_RESOURCE_TYPES))
    return found


async def _searched(connection: AsyncConnection, query: ListQuery, scope: Part) -> tuple[int, list[Row]]:
    """A page of a list nobody counted: the rows are looked for once, for the number and for the page."""
    asked = _COLUMNS.asked(query)
    end = query.offset + (query.limit or LARGEST)
    most = max(COUNTED, end) + 1
    values = {**asked.values, **scope.values, "most": most, "before": query.offset, "end": end}
    found, ids = (await _SEARCHED.of(asked.tests, asked.order, scope.shape).fetch(connection, values))[0]
    total = found if found < most else max(COUNTED, end + 1)
    return total, await _FOUND.of(asked.order).fetch(connection, {"ids": ids}) if ids else []


def _search(tests: Tests, order: Keys, scope: Shape) -> Select[Any]:
    matching = select(_A.id).where(~_A.forward_only, *made(scope), *_COLUMNS.where(tests)).order_by(*_COLUMNS.by(order))
    limited = matching.limit(parameter("most", type_=BigInteger)).cte("matching")
    numbered = (
        select(limited.c.id, func.row_number().over().label("number")).cte("numbered").prefix_with("MATERIALIZED")
    )
    before, end = parameter("before", type_=BigInteger), parameter("end", type_=BigInteger)
    return select(
        select(func.count()).select_from(numbered).scalar_subquery(),
        select(func.array_agg(numbered.c.id))
        .where(numbered.c.number > before, numbered.c.number <= end)
        .scalar_subquery(),
    )


def _of_ids(order: Keys) -> Select[Any]:
    which = _A.id == any_(parameter("ids", type_=ARRAY(BigInteger)))
    return select(*_SHOWN).where(which).order_by(*_COLUMNS.by(order))


_SEARCHED, _FOUND = Statements(_search), Statements(_of_ids)


# --- counting -----------------------------------------------------------------------------------


def _count(query: ListQuery, selection: Selection) -> Part | None:
    """What gives the number of rows, if counters know it."""
    filters = [(spelling(name), wanted) for name, wanted in query.filters]
    known = {name: wanted for name, wanted in filters if name in _KEYS}
    if len(known) < sum(name in _KEYS for name, _ in filters):
        # Two spellings of one key.
        return None
    if any(not isinstance(wanted, Exact | AnyOf) for wanted in known.values()):
        return None
    if not known.keys() <= {"operation", "resource_type", "username"}:
        return None
    if "username" in known and selection.projects is not None:
        return None
    values = {name: found for name, wanted in known.items() if (found := _values(wanted))}
    scope, keys = _counted_in(values.pop("username", None), selection)
    parameters = {f"count_{name}": found for name, found in values.items()}
    return Part(_counters, (scope, tuple(values), selection.legacy), {**parameters, "count_keys": keys})


def _counted_in(usernames: list[str] | None, selection: Selection) -> tuple[str, list[str]]:
    """Scope and keys of the counters."""
    if usernames is not None:
        return "username", usernames
    if selection.projects is None:
        return "all", [""]
    return "project", [str(key) for key in sorted(selection.projects)]


def _counters(scope: str, filtered: Sequence[str], legacy: bool) -> Select[Any]:
    c = audit_count.c
    conditions = [c.scope == scope, c.key == any_(parameter("count_keys", type_=ARRAY(Text)))]
    conditions += [c[name] == any_(parameter(f"count_{name}", type_=ARRAY(Text))) for name in filtered]
    if legacy:
        conditions += [c.operation.in_(LEGACY_OPERATIONS), c.resource_type.in_(LEGACY_RESOURCE_TYPES)]
    return select(func.coalesce(func.sum(c.rows), 0)).where(*conditions)


_KEYS = frozenset(
    {
        "id",
        "op_time",
        "operation",
        "operation_description",
        "operation_result",
        "resource",
        "resource_type",
        "username",
        "project_id",
    }
)


def _values(wanted: Filter) -> list[str]:
    values = wanted.values if isinstance(wanted, AnyOf) else (wanted.value,) if isinstance(wanted, Exact) else ()
    return [str(value) for value in values]


# --- whose rows ---------------------------------------------------------------------------------

_ROLES = sorted(int(role) for role, permissions in ROLE_PERMISSIONS.items() if ("log", "list") in permissions)

_OF_USER = text(
    """
    SELECT DISTINCT m.project_id FROM project_member m JOIN project p USING (project_id)
     WHERE NOT p.deleted AND m.role = ANY(cast(:roles AS int[]))
       AND ((m.entity_type = 'u' AND m.entity_id = :id)
            OR (m.entity_type = 'g'
                AND m.entity_id IN (SELECT g.group_id FROM user_group_member g WHERE g.user_id = :id)))
    """
)
_OF_ROBOT = text(
    """
    SELECT DISTINCT p.project_id FROM robot_permission r JOIN project p ON r.namespace IN ('*', p.name)
     WHERE r.robot_id = :id AND r.kind = 'project' AND r.resource = 'log' AND r.action = 'list' AND r.effect = 'allow'
       AND NOT p.deleted
    """
)


async def projects_of_user(connection: AsyncConnection, user_id: int) -> list[int]:
    """The projects whose logs a user may list, itself or by a group."""
    return [row[0] for row in await connection.execute(_OF_USER, {"roles": _ROLES, "id": user_id})]


async def projects_of_robot(connection: AsyncConnection, robot_id: int) -> list[int]:
    """The projects whose logs a robot may list."""
    return [row[0] for row in await connection.execute(_OF_ROBOT, {"id": robot_id})]
