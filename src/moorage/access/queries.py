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


# One row per question. An account that is gone gives nulls and so is not valid. Written by hand, since this runs
# for every pull; LATERAL with LIMIT keeps to look-ups by key, whatever the planner believes about the tables.
STATEMENT = """
SELECT q.position, p.project_id, p.public, p.creation_time, coalesce(u.version, r.version) AS version,
       coalesce(u.enabled, r.enabled) AS enabled, u.sysadmin,
       (SELECT array_agg(m.role) FROM project_member m
         WHERE m.project_id = p.project_id AND m.entity_type = 'u' AND m.entity_id = u.user_id) AS roles,
       (SELECT array_agg(g.kind || '/' || g.resource || '/' || g.action) FROM robot_permission g
         WHERE g.robot_id = r.robot_id AND g.effect = 'allow'
           AND (g.kind = 'system' OR g.namespace IN ('*', p.name))) AS grants
  FROM unnest(%s::int[], %s::text[], %s::bigint[], %s::text[]) AS q(position, kind, id, project)
  LEFT JOIN LATERAL (
      SELECT project_id, name, public, creation_time FROM project WHERE name = q.project AND NOT deleted LIMIT 1
  ) AS p ON true
  LEFT JOIN LATERAL (
      SELECT user_id, version, NOT disabled AS enabled, sysadmin FROM user_account
       WHERE q.kind = 'user' AND user_id = q.id AND NOT deleted LIMIT 1
  ) AS u ON true
  LEFT JOIN LATERAL (
      SELECT robot_id, version, NOT disabled AND (expires_at IS NULL OR expires_at > now()) AS enabled FROM robot
       WHERE q.kind = 'robot' AND robot_id = q.id LIMIT 1
  ) AS r ON true
"""


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
