"""Use cases on immutability rules."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from moorage.database.engine import Database
from moorage.database.listing import ListQuery
from moorage.errors import BadRequest, Conflict, NotFound
from moorage.events import service as events
from moorage.events.models import SYSTEM, Actor, Event
from moorage.lifecycle import rule_queries as queries
from moorage.lifecycle.models import (
    ACTION,
    EXCLUDES,
    KIND,
    MATCHES,
    REPOSITORY_EXCLUDES,
    REPOSITORY_MATCHES,
    TEMPLATE,
    Rule,
    RuleContent,
    Selector,
)
from moorage.lifecycle.patterns import PatternInvalid, compile_pattern

#: Most rules of a project, and selectors of either sort in one.
MAX_RULES = 100
MAX_SELECTORS = 10

#: Longest extras of a selector, and parameters of a rule as JSON.
MAX_EXTRAS = 1_024

_TAG_DECORATIONS = (MATCHES, EXCLUDES)
_REPOSITORY_DECORATIONS = (REPOSITORY_MATCHES, REPOSITORY_EXCLUDES)


class RuleService:
    """Rules by id within their project."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, project_id: int, query: ListQuery) -> tuple[int, list[Rule]]:
        """How many rules a project has, and a page of them."""
        async with self._database.connect() as connection:
            return await queries.page(connection, project_id, query)

    async def create(self, project_id: int, content: RuleContent, *, actor: Actor = SYSTEM) -> int:
        """A new rule; its id. It holds for every push and deletion that begins from now on.

        Raises:
            BadRequest: it cannot be a rule, or the project has too many.
            Conflict: the project has the same rule.
            NotFound: the project is gone.
        """
        check_rule(content)
        async with self._database.begin() as connection:
            if not await queries.hold_project(connection, project_id):
                raise NotFound(f"project {project_id} not found")
            if await queries.count(connection, project_id) >= MAX_RULES:
                raise BadRequest(f"a project has at most {MAX_RULES} immutable tag rules")
            rule_id = await queries.create(connection, project_id, content)
            if rule_id is None:
                raise _exists()
            await events.record(connection, actor, _event("create", project_id, rule_id, content))
        return rule_id

    async def change(self, project_id: int, rule_id: int, content: RuleContent, *, actor: Actor = SYSTEM) -> None:
        """Make a rule say something else, or switch it off and on.

        Raises:
            BadRequest: it cannot be a rule.
            Conflict: the project has another that says the same.
            NotFound: there is no such rule in the project.
        """
        check_rule(content)
        async with self._database.begin() as connection:
            if not await queries.hold_project(connection, project_id):
                raise NotFound(f"project {project_id} not found")
            changed = await queries.change(connection, project_id, rule_id, content)
            if changed is None:
                raise _exists()
            if not changed:
                raise _not_found(rule_id)
            await events.record(connection, actor, _event("update", project_id, rule_id, content))

    async def delete(self, project_id: int, rule_id: int, *, actor: Actor = SYSTEM) -> None:
        """Delete a rule.

        Raises:
            NotFound: there is no such rule in the project.
        """
        async with self._database.begin() as connection:
            if not await queries.remove(connection, project_id, rule_id):
                raise _not_found(rule_id)
            await events.record(connection, actor, _event("delete", project_id, rule_id))


def check_rule(content: RuleContent) -> None:
    """Refuse what cannot be a rule. Harbor stores anything, and fails or protects nothing later.

    Raises:
        BadRequest: with what is wrong.
    """
    if content.action != ACTION:
        raise BadRequest(f"unknown action {content.action[:64]!r}: it must be {ACTION!r}")
    if content.template != TEMPLATE:
        raise BadRequest(f"unknown template {content.template[:64]!r}: it must be {TEMPLATE!r}")
    if not 0 <= content.priority < 2**31:
        raise BadRequest("priority is out of range")
    _check_params(content.params)
    _check_selectors("tag_selectors", content.tags, _TAG_DECORATIONS)
    _check_selectors("scope_selectors.repository", content.repositories, _REPOSITORY_DECORATIONS)


def _check_params(params: Mapping[str, Any]) -> None:
    try:
        text = json.dumps(dict(params))
    except RecursionError:
        raise BadRequest("params is nested too deeply") from None
    if len(text) > MAX_EXTRAS:
        raise BadRequest("params is too long")
    if "\\u0000" in text:
        raise BadRequest("params: U+0000 is not allowed")


def _check_selectors(name: str, selectors: Sequence[Selector], decorations: Sequence[str]) -> None:
    if not 1 <= len(selectors) <= MAX_SELECTORS:
        raise BadRequest(f"{name} must have at least one selector and at most {MAX_SELECTORS}")
    for selector in selectors:
        if selector.kind != KIND:
            raise BadRequest(f"{name}: unknown kind {selector.kind[:64]!r}: it must be {KIND!r}")
        if selector.decoration not in decorations:
            raise BadRequest(
                f"{name}: unknown decoration {selector.decoration[:64]!r}: it must be {' or '.join(decorations)}"
            )
        if not selector.pattern:
            raise BadRequest(f"{name}: the pattern is empty; ** matches everything")
        if len(selector.extras) > MAX_EXTRAS:
            raise BadRequest(f"{name}: extras is too long")
        if "\0" in selector.pattern or "\0" in selector.extras:
            raise BadRequest(f"{name}: U+0000 is not allowed")
        try:
            compile_pattern(selector.pattern)
        except PatternInvalid as error:
            raise BadRequest(f"{name}: {error.message}") from None


def _event(operation: str, project_id: int, rule_id: int, content: RuleContent | None = None) -> Event:
    details = {}
    if content is not None:
        details = {
            "disabled": content.disabled,
            "tags": [f"{selector.decoration} {selector.pattern}" for selector in content.tags],
            "repositories": [f"{selector.decoration} {selector.pattern}" for selector in content.repositories],
        }
    return Event(operation, "immutable tag rule", str(rule_id), project_id, details or None)


def _exists() -> Conflict:
    return Conflict("immutable rule already exists")


def _not_found(rule_id: int) -> NotFound:
    return NotFound(f"immutable rule {rule_id} not found")
