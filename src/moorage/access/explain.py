"""Why an account may or may not do something: what ``ProjectAccess.decide`` went by, in words. Pure.

Nothing is decided here a second time: the answer is that of the decision function, and the rest is told from the same
facts it looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from moorage.access.models import PUBLIC, ProjectAccess, Source, Way
from moorage.access.principals import PrincipalKind
from moorage.access.repositories import REPOSITORY_RESOURCES
from moorage.access.roles import PUBLIC_PERMISSIONS, ROLE_NAMES, ROLE_PERMISSIONS, ROLE_STRENGTH, Role


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    ``name``: the account's, as it logs in. ``project``: the project's name as it was asked for; ``repository`` without
    it, None where the question is about the project as a whole.
    """

    kind: PrincipalKind
    name: str
    project: str
    resource: str
    action: str
    repository: str | None

    @property
    def permission(self) -> tuple[str, str]:
        """Resource and action."""
        return self.resource, self.action


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer: ``code`` for programs, ``message`` for people, and every way that was looked at."""

    allowed: bool
    code: str
    message: str
    ways: Sequence[Way] = ()


def explain(question: Question, access: ProjectAccess, groups: Mapping[int, str], ended: str = "") -> Explanation:
    """The answer to a question.

    Args:
        question: what is asked.
        access: what the account may do in the project.
        groups: names of the groups its roles come through.
        ended: why the account may do nothing at all, such as ``disabled``; empty if it may.
    """
    way = access.decide(question.resource, question.action, question.repository)
    if way is not None:
        code, text = _because(question, way, groups)
        return Explanation(True, code, text, access.ways)
    code, text = _lacking(question, access, groups, ended)
    return Explanation(False, code, text, access.ways)


def held(way: Way, groups: Mapping[int, str]) -> str:
    """What an account has, such as ``the role developer through the group ops, limited to app/*``."""
    if way.source is Source.SYSADMIN:
        return "the administration of the system"
    if way.source is Source.PUBLIC:
        return "what everyone may do in a public project"
    if way.role is not None:
        text = f"the role {ROLE_NAMES[way.role]}"
        if way.group_id is not None:
            text += f" through the group {groups.get(way.group_id, way.group_id)}"
    else:
        text = "a permission for every project" if way.namespace == "*" else f"a permission for {way.namespace}"
    return text if way.repositories is None else f"{text}, limited to {', '.join(way.repositories.patterns)}"


def would_give(question: Question, access: ProjectAccess, *, for_robots: bool) -> Iterator[Way]:
    """What would allow it: roles from the weakest on, a permission, a public project; nothing where an account ended.

    Args:
        question: what is asked.
        access: what the account may do in the project.
        for_robots: whether robots can be given what is asked.
    """
    if not access.valid or access.allows(question.resource, question.action, question.repository):
        return
    if question.kind is PrincipalKind.USER:
        for role in _roles_with(question):
            yield Way(Source.ROLE, ROLE_PERMISSIONS[role], role=role)
    if question.kind is PrincipalKind.ROBOT and for_robots:
        yield Way(Source.ROBOT, frozenset({question.permission}), namespace=question.project)
    if question.permission in PUBLIC_PERMISSIONS:
        yield PUBLIC


def _because(question: Question, way: Way, groups: Mapping[int, str]) -> tuple[str, str]:
    who, what = _who(question), _what(question)
    if way.source is Source.SYSADMIN:
        return "SYSADMIN", f"{who} administers the system and may do everything"
    if way.source is Source.PUBLIC:
        return "PUBLIC", f"{question.project} is public, so everyone may do {what}"
    code = "ROLE" if way.source is Source.ROLE else "ROBOT_PERMISSION"
    return code, f"{who} has {held(way, groups)}, which gives {what}"


def _lacking(question: Question, access: ProjectAccess, groups: Mapping[int, str], ended: str) -> tuple[str, str]:
    who, what, project = _who(question), _what(question), question.project
    if not access.valid:
        return "ACCOUNT_ENDED", f"{who} is {ended or 'not an account any more'}, so it may do nothing"
    if not access.ways:
        nowhere = f"or there is no project {project}"
        if question.kind is PrincipalKind.ANONYMOUS:
            return "NOT_LOGGED_IN", f"nobody is logged in, and {project} is not public, {nowhere}"
        if question.kind is PrincipalKind.ROBOT:
            return "NOT_GRANTED", f"{who} has no permission for {project}, {nowhere}"
        return "NOT_A_MEMBER", f"{who} is not a member of {project}, {nowhere}"
    elsewhere = [way for way in access.ways if way.permissions is not None and question.permission in way.permissions]
    if elsewhere:
        has = "; ".join(held(way, groups) for way in elsewhere)
        if question.repository is None:
            return "LIMITED", f"{who} has {has}, and {what} is asked for the whole project"
        return "OTHER_REPOSITORIES", f"{who} has {has}, which {question.repository} does not match"
    has = "; ".join(dict.fromkeys(held(way, groups) for way in access.ways))
    return "PERMISSION_MISSING", f"{who} has {has}, which does not give {what}{_who_could(question)}"


def _who_could(question: Question) -> str:
    roles = [ROLE_NAMES[role] for role in reversed(_roles_with(question))]
    return f"; given by {', '.join(roles)}" if roles else "; no role gives it"


def _roles_with(question: Question) -> Sequence[Role]:
    """The roles that give what is asked, the weakest first."""
    roles = (role for role in Role if question.permission in ROLE_PERMISSIONS[role])
    return sorted(roles, key=ROLE_STRENGTH.__getitem__)


def _who(question: Question) -> str:
    return "everyone" if question.kind is PrincipalKind.ANONYMOUS else question.name


def _what(question: Question) -> str:
    pair = f"{question.resource}:{question.action}"
    return f"{pair} in {question.repository}" if question.repository is not None else pair


def is_known(resource: str, action: str) -> bool:
    """Whether any role, or a public project, can give that; robots can be given little beyond."""
    pair = (resource, action)
    return pair in PUBLIC_PERMISSIONS or any(pair in given for given in ROLE_PERMISSIONS.values())


def is_of_repository(resource: str) -> bool:
    """Whether such a thing is always in one repository."""
    return resource in REPOSITORY_RESOURCES
