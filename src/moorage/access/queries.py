"""The one query behind every decision: an account's state and its rights in a project, as of now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from moorage.access.models import PrincipalState, ProjectAccess, ProjectFacts, Source, Way
from moorage.access.principals import PrincipalKind
from moorage.access.repositories import repositories
from moorage.access.roles import LIMITED_PERMISSIONS, REPOSITORY_PERMISSIONS, ROLE_PERMISSIONS, Permission, Role
from moorage.database.driver import Row


class Question(NamedTuple):
    """Which account, in which project; an empty project asks for the account alone."""

    kind: PrincipalKind
    id: int
    version: int
    project: str


# One row per question; an account that is gone gives nulls. The function is in migration 0011.
STATEMENT = "SELECT * FROM lookup_access(%s::int[], %s::text[], %s::bigint[], %s::text[])"

_NOTHING: tuple[frozenset[Permission], tuple[Way, ...]] = (frozenset(), ())


def parameters(questions: Sequence[Question]) -> tuple[list[int], list[str], list[int], list[str]]:
    """The statement's parameters."""
    return (
        list(range(len(questions))),
        [str(question.kind) for question in questions],
        [question.id for question in questions],
        [question.project for question in questions],
    )


def answers(questions: Sequence[Question], rows: Sequence[Row]) -> Mapping[Question, ProjectAccess]:
    """What each account may do in each project."""
    found: dict[Question, ProjectAccess] = {}
    for position, project_id, public, created, version, enabled, sysadmin, roles, grants in rows:
        question = questions[position]
        anonymous = question.kind is PrincipalKind.ANONYMOUS
        system, given = _of_grants(tuple(grants)) if grants else _NOTHING
        if roles:
            given = _of_roles(tuple(roles))
        found[question] = ProjectAccess(
            principal=PrincipalState(
                valid=anonymous or (bool(enabled) and version == question.version),
                sysadmin=bool(sysadmin),
                system=system,
            ),
            project=None if project_id is None else ProjectFacts(project_id, question.project, public, created),
            given=given,
        )
    return found


# What follows depends on its argument alone, and thousands of requests bring the same.


@lru_cache(4_096)
def _of_roles(texts: tuple[str, ...]) -> tuple[Way, ...]:
    """What roles give, each written as ``2``, ``2@7`` through group 7, and with patterns after it where limited."""
    ways: list[Way] = []
    for text in sorted(texts):
        held, *patterns = text.split(" ")
        number, _, group = held.partition("@")
        role, group_id = Role(int(number)), int(group) if group else None
        if not patterns:
            ways.append(Way(Source.ROLE, ROLE_PERMISSIONS[role], None, role, group_id))
            continue
        limit = repositories(tuple(patterns))
        ways.append(Way(Source.ROLE, REPOSITORY_PERMISSIONS[role], limit, role, group_id))
        ways.append(Way(Source.ROLE, LIMITED_PERMISSIONS[role], None, role, group_id))
    return tuple(ways)


@lru_cache(4_096)
def _of_grants(texts: tuple[str, ...]) -> tuple[frozenset[Permission], tuple[Way, ...]]:
    """A robot's system permissions, and what it may do in the project.

    Each is written as kind, namespace, resource and action with slashes between, and with patterns where limited.
    """
    system: set[Permission] = set()
    found: dict[tuple[str, tuple[str, ...]], set[Permission]] = {}
    for text in texts:
        grant, *patterns = text.split(" ")
        kind, _, rest = grant.partition("/")
        namespace, resource, action = rest.rsplit("/", 2)
        if kind == "project":
            found.setdefault((namespace, tuple(patterns)), set()).add((resource, action))
        else:
            system.add((resource, action))
    ways = [
        Way(Source.ROBOT, frozenset(pairs), repositories(patterns) if patterns else None, namespace=namespace)
        for (namespace, patterns), pairs in sorted(found.items())
    ]
    return frozenset(system), tuple(ways)


# --- who administers a project --------------------------------------------------------------------

ADMINISTERS = """
SELECT q.ordinal
  FROM unnest(%s::int[], %s::bigint[]) AS q(ordinal, id)
 WHERE EXISTS (SELECT 1 FROM project_member m WHERE m.role = 1 AND m.repositories IS NULL
                   AND m.entity_type = 'u' AND m.entity_id = q.id)
    OR EXISTS (SELECT 1 FROM user_group_member g
                 JOIN project_member m ON m.role = 1 AND m.repositories IS NULL
                                    AND m.entity_type = 'g' AND m.entity_id = g.group_id
                WHERE g.user_id = q.id)
"""


def administers_parameters(users: Sequence[int]) -> tuple[list[int], list[int]]:
    """The parameters of ``ADMINISTERS``."""
    return list(range(len(users))), list(users)


def administers(users: Sequence[int], rows: Sequence[Row]) -> Mapping[int, bool]:
    """Whether each user is project admin of any project."""
    found = {users[position] for (position,) in rows}
    return {user: user in found for user in users}


GROUP_NAMES = "SELECT group_id, name FROM user_group WHERE group_id = ANY(%s::bigint[])"


def group_names_parameters(groups: Sequence[int]) -> tuple[list[int]]:
    """The parameters of ``GROUP_NAMES``."""
    return (list(groups),)


def group_names(groups: Sequence[int], rows: Sequence[Row]) -> Mapping[int, str | None]:
    """The name of each group; None when there is none."""
    return {**dict.fromkeys(groups, None), **dict(rows)}
