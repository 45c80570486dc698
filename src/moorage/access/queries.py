"""The one query behind every decision: an account's state and its rights in a project, as of now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from moorage.access.models import PrincipalState, ProjectAccess, ProjectFacts
from moorage.access.principals import PrincipalKind
from moorage.access.roles import Role
from moorage.database.driver import Row


class Question(NamedTuple):
    """Which account, in which project; an empty project asks for the account alone."""

    kind: PrincipalKind
    id: int
    version: int
    project: str


# One row per question; an account that is gone gives nulls. The function is in migration 0002.
STATEMENT = "SELECT * FROM lookup_access(%s::int[], %s::text[], %s::bigint[], %s::text[])"


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
        state = PrincipalState(
            valid=anonymous or (bool(enabled) and version == question.version),
            sysadmin=bool(sysadmin),
            system=_grants(grants, "system"),
        )
        project = None if project_id is None else ProjectFacts(project_id, question.project, public, created)
        found[question] = ProjectAccess(
            principal=state,
            project=project,
            roles=frozenset(Role(role) for role in roles or ()),
            granted=_grants(grants, "project"),
        )
    return found


def _grants(grants: Sequence[str] | None, kind: str) -> frozenset[tuple[str, str]]:
    found = set()
    for grant in grants or ():
        of, resource, action = grant.split("/")
        if of == kind:
            found.add((resource, action))
    return frozenset(found)
