"""Reading the audit log: pages and how many rows a list has, which must not cost a look at all of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.access.roles import ROLE_PERMISSIONS
from moorage.database.listing import AnyOf, Columns, Exact, Filter, ListQuery, spelling
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


async def page(connection: AsyncConnection, query: ListQuery, selection: Selection) -> tuple[int, list[AuditEntry]]:
    """How many rows match, and the page.

    The number is exact where counters know it, and up to ``COUNTED``; of a longer list it is the number of rows up to
    the end of the page, and one more when there is another.
    """
    if selection.projects is not None and not selection.projects:
        return 0, []
    limit = min(query.limit or LARGEST, LARGEST)
    conditions = [~_A.forward_only, *_selected(selection), *_COLUMNS.conditions(query)]
    count = _count(query, selection)
    if count is None:
        return await _searched(connection, query, conditions, limit)
    ordering = _COLUMNS.ordering(query)
    ids = select(_A.id).where(*conditions).order_by(*ordering).limit(limit).offset(query.offset)
    if query.offset == 0:
        # The page everybody looks at: one round trip, unless there is nothing.
        shown = select(*_SHOWN, count.scalar_subquery()).where(_A.id.in_(ids)).order_by(*ordering)
        rows = (await connection.execute(shown)).all()
        if rows:
            return int(rows[0][-1]), [AuditEntry(*row[:-1]) for row in rows]
    total = int(await connection.scalar(count) or 0)
    # Before a page that is not there lie all rows.
    return total, await _entries(connection, query, _A.id.in_(ids)) if 0 < query.offset < total else []


async def _searched(
    connection: AsyncConnection, query: ListQuery, conditions: Sequence[ColumnElement[bool]], limit: int
) -> tuple[int, list[AuditEntry]]:
    """A page of a list nobody counted: the rows are looked for once, for the number and for the page."""
    most = max(COUNTED, query.offset + limit) + 1
    matching = select(_A.id).where(*conditions).order_by(*_COLUMNS.ordering(query)).limit(most).cte("matching")
    numbered = (
        select(matching.c.id, func.row_number().over().label("number")).cte("numbered").prefix_with("MATERIALIZED")
    )
    wanted = select(
        select(func.count()).select_from(numbered).scalar_subquery(),
        select(func.array_agg(numbered.c.id))
        .where(numbered.c.number > query.offset, numbered.c.number <= query.offset + limit)
        .scalar_subquery(),
    )
    found, ids = (await connection.execute(wanted)).one()
    total = found if found < most else max(COUNTED, query.offset + limit + 1)
    if not ids:
        return total, []
    return total, await _entries(connection, query, _A.id == func.any(bindparam("ids", ids, type_=ARRAY(BigInteger))))


async def _entries(connection: AsyncConnection, query: ListQuery, which: ColumnElement[bool]) -> list[AuditEntry]:
    rows = await connection.execute(select(*_SHOWN).where(which).order_by(*_COLUMNS.ordering(query)))
    return [AuditEntry(*row) for row in rows]


def _selected(selection: Selection) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if selection.projects is not None:
        projects = sorted(selection.projects)
        if len(projects) == 1:
            found.append(_A.project_id == projects[0])
        else:
            found.append(_A.project_id == func.any(bindparam("projects", projects, type_=ARRAY(BigInteger))))
    if selection.legacy:
        found.append(_A.operation.in_(LEGACY_OPERATIONS))
        found.append(_A.resource_type.in_(LEGACY_RESOURCE_TYPES))
    return found


# --- counting -----------------------------------------------------------------------------------


def _count(query: ListQuery, selection: Selection) -> Select[tuple[Any]] | None:
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
    by_user = "username" in known
    if by_user and selection.projects is not None:
        return None
    conditions = _scope(known.pop("username", None), selection)
    for name, wanted in known.items():
        if values := _values(wanted):
            conditions.append(audit_count.c[name].in_(values))
    if selection.legacy:
        conditions.append(audit_count.c.operation.in_(LEGACY_OPERATIONS))
        conditions.append(audit_count.c.resource_type.in_(LEGACY_RESOURCE_TYPES))
    return select(func.coalesce(func.sum(audit_count.c.rows), 0)).where(*conditions)


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


def _scope(username: Filter | None, selection: Selection) -> list[ColumnElement[bool]]:
    if username is not None and _values(username):
        return [audit_count.c.scope == "username", audit_count.c.key.in_(_values(username))]
    if selection.projects is None:
        return [audit_count.c.scope == "all", audit_count.c.key == ""]
    return [audit_count.c.scope == "project", audit_count.c.key.in_([str(key) for key in sorted(selection.projects)])]


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
