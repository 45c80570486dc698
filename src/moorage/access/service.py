"""Decisions on fresh facts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from moorage.access import queries, reach
from moorage.access.models import PrincipalState, ProjectAccess, ProjectFacts
from moorage.access.principals import Principal
from moorage.access.queries import Question
from moorage.access.queries import answers as decided
from moorage.access.reach import Account, Limits, Reach
from moorage.database.reader import Lane, Reader

__all__ = ["AccessService", "PrincipalState", "ProjectAccess", "ProjectFacts", "Question", "Reach", "decided"]


class AccessService:
    """Answers what an account may do now; nothing is remembered between two questions."""

    def __init__(self, reader: Reader) -> None:
        self._answers: Lane[Question, ProjectAccess] = reader.lane(
            queries.STATEMENT, queries.parameters, queries.answers
        )
        self._limits: Lane[Account, Limits] = reader.lane(reach.STATEMENT, reach.parameters, reach.answers)
        self._administers: Lane[int, bool] = reader.lane(
            queries.ADMINISTERS, queries.administers_parameters, queries.administers
        )
        self._groups: Lane[int, str | None] = reader.lane(
            queries.GROUP_NAMES, queries.group_names_parameters, queries.group_names
        )

    def submit(self, principal: Principal, project: str) -> asyncio.Future[ProjectAccess]:
        """As ``project_access``, without waiting: the caller may ask for other facts meanwhile."""
        return self._answers.submit(Question(principal.kind, principal.id, principal.version, project))

    async def project_access(self, principal: Principal, project: str) -> ProjectAccess:
        """What ``principal`` may do in the project of that name."""
        return await self.submit(principal, project)

    async def principal_state(self, principal: Principal) -> PrincipalState:
        """Whether the account may still act, and its rights on the system."""
        return (await self.submit(principal, "")).principal

    async def reach(
        self, principal: Principal, resource: str, action: str, state: PrincipalState | None = None
    ) -> Reach:
        """In which repositories of all projects ``principal`` may do ``action`` on ``resource``.

        For lists over several projects: one round trip here, none for an administrator whose ``state`` is known, and a
        condition for the list's own query.
        """
        account = (principal.kind, principal.id)
        if state is not None and (state.sysadmin or not state.valid):
            return Reach(account, state, Limits(), resource, action)
        access, limits = await asyncio.gather(self.submit(principal, ""), self._limits.submit(account))
        return Reach(account, access.principal, limits, resource, action)

    async def group_names(self, ids: Iterable[int]) -> dict[int, str]:
        """The names of groups, by id; those that are gone are left out."""
        known = list(ids)
        names = await asyncio.gather(*map(self._groups.submit, known))
        return {group_id: name for group_id, name in zip(known, names, strict=True) if name is not None}

    async def administers_a_project(self, user_id: int) -> bool:
        """Whether a user is project admin anywhere, by itself or through a group."""
        return await self._administers.submit(user_id)
