"""SQL of immutability rules."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, delete, exists, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from moorage.database.driver import Row, fetch_all
from moorage.database.listing import Columns, ListQuery, parameter
from moorage.database.pages import Pages, Part
from moorage.database.tables import immutable_rule, project
from moorage.lifecycle.models import Rule, RuleContent, Selector

_R = immutable_rule.c

_COLUMNS = Columns(
    {
        "id": _R.rule_id,
        "disabled": _R.disabled,
        "priority": _R.priority,
        "action": _R.action,
        "template": _R.template,
    },
    order="id",
    unique="id",
)


async def page(connection: AsyncConnection, project_id: int, query: ListQuery) -> tuple[int, list[Rule]]:
    """How many rules of a project match, and the page."""
    total, rows = await _PAGES.read(connection, query, Part(_of_project, values={"project_id": project_id}))
    return total, [_rule(row) for row in rows]


_PAGES = Pages(
    _COLUMNS,
    select(
        _R.rule_id,
        _R.project_id,
        _R.tag_selectors,
        _R.repository_selectors,
        _R.disabled,
        _R.priority,
        _R.action,
        _R.template,
        _R.params,
    ),
)


def _of_project() -> Sequence[ColumnElement[bool]]:
    return [_R.project_id == parameter("project_id", type_=BigInteger)]


async def hold_project(connection: AsyncConnection, project_id: int) -> bool:
    """Whether there is such a project, which then stays, and takes other rules only after this transaction."""
    statement = select(project.c.project_id).where(project.c.project_id == project_id, ~project.c.deleted)
    return (await connection.scalar(statement.with_for_update(key_share=True))) is not None


async def count(connection: AsyncConnection, project_id: int) -> int:
    """How many rules a project has."""
    statement = select(func.count()).select_from(immutable_rule).where(_R.project_id == project_id)
    return await connection.scalar(statement) or 0


async def create(connection: AsyncConnection, project_id: int, content: RuleContent) -> int | None:
    """The new rule's id; None when the project has the same rule."""
    statement = insert(immutable_rule).values(project_id=project_id, **_values(content)).on_conflict_do_nothing()
    found: int | None = await connection.scalar(statement.returning(_R.rule_id))
    return found


async def change(connection: AsyncConnection, project_id: int, rule_id: int, content: RuleContent) -> bool | None:
    """Make a rule say something else; False when there is none of that id, None when another says the same."""
    values = _values(content)
    same = exists().where(
        _R.project_id == project_id, _R.fingerprint == values["fingerprint"], _R.rule_id != literal(rule_id)
    )
    if await connection.scalar(select(same)):
        return None
    changed = await connection.execute(
        update(immutable_rule)
        .where(_R.rule_id == rule_id, _R.project_id == project_id)
        .values(**values, update_time=func.now())
    )
    return changed.rowcount > 0


async def remove(connection: AsyncConnection, project_id: int, rule_id: int) -> bool:
    """Delete a rule; whether there was one."""
    statement = delete(immutable_rule).where(_R.rule_id == rule_id, _R.project_id == project_id)
    return (await connection.execute(statement)).rowcount > 0


_ENABLED = """
SELECT repository_selectors, tag_selectors FROM immutable_rule WHERE project_id = %s AND NOT disabled
"""


async def enabled(connection: AsyncConnection, project_id: int) -> list[list[Any]]:
    """The selectors of the rules in force in a project: for repositories, and for tags."""
    rows = await fetch_all(connection, _ENABLED, (project_id,))
    return [[repositories, tags] for repositories, tags in rows]


_TAGS = """
SELECT name FROM tag WHERE repository_id = %s AND lifetime_end IS NULL AND name > %s ORDER BY name LIMIT %s
"""
_NEWEST = """
SELECT name FROM tag WHERE repository_id = %s AND lifetime_end IS NULL AND name = ANY(%s)
 ORDER BY push_time DESC, tag_id DESC LIMIT 1
"""


async def current_tags(connection: AsyncConnection, repository_id: int, last: str, limit: int) -> list[str]:
    """Up to ``limit`` tags of a repository after ``last``."""
    return [name for (name,) in await fetch_all(connection, _TAGS, (repository_id, last, limit))]


async def newest(connection: AsyncConnection, repository_id: int, names: Sequence[str]) -> str:
    """Which of the tags was pushed last."""
    return str((await fetch_all(connection, _NEWEST, (repository_id, list(names))))[0][0])


def _values(content: RuleContent) -> dict[str, Any]:
    values: dict[str, Any] = {
        "disabled": content.disabled,
        "priority": content.priority,
        "action": content.action,
        "template": content.template,
        "params": dict(content.params),
        "tag_selectors": [asdict(selector) for selector in content.tags],
        "repository_selectors": [asdict(selector) for selector in content.repositories],
    }
    canonical = json.dumps(values, sort_keys=True).encode()
    return {**values, "fingerprint": hashlib.sha256(canonical).hexdigest()}


def _rule(row: Row) -> Rule:
    rule_id, project_id, tags, repositories, *others = row
    content = RuleContent([Selector(**one) for one in tags], [Selector(**one) for one in repositories], *others)
    return Rule(rule_id, project_id, content)
