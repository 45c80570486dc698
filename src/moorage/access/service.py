"""Decisions on fresh facts."""

from __future__ import annotations

import asyncio

from moorage.access import queries
from moorage.access.models import PrincipalState, ProjectAccess, ProjectFacts
from moorage.access.principals import Principal
from moorage.access.queries import Question
from moorage.database.reader import Lane, Reader

__all__ = ["AccessService", "PrincipalState", "ProjectAccess", "ProjectFacts"]


class AccessService:
    """Answers what an account may do now; nothing is remembered between two questions."""

    def __init__(self, reader: Reader) -> None:
        self._answers: Lane[Question, ProjectAccess] = reader.lane(
            queries.STATEMENT, queries.parameters, queries.answers
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
